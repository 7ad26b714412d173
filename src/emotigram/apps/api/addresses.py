"""Addresses: which are the API's, and which are this computer's alone."""

from __future__ import annotations

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_API = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def is_api(path: str) -> bool:
    """Whether a path belongs to the API and not to the page."""
    return path.startswith(_API) or path == "/v1"
