"""Addresses: which are the API's, and which are this computer's alone."""

from __future__ import annotations

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PHOTO_PATHS = ("/v1/readings", "/v1/posts", "/page/photos")  # they take bodies as large as photos
EVENT_PATH = "/gradio_api/queue/join"  # of the page: what a visitor does
_API = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def is_api(path: str) -> bool:
    """Whether a path belongs to the API and not to the page."""
    return path.startswith(_API) or path == "/v1"
