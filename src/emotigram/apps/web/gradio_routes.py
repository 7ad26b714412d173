"""The few of Gradio's routes that the page needs; all else that Gradio serves is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import Scope

from emotigram.apps.http.addresses import EVENT_PATH
from emotigram.errors import AddressUnknown, HostRefused

JOIN, STREAM, HEARTBEAT = EVENT_PATH, "/gradio_api/queue/data", "/gradio_api/heartbeat/"
_FILES = ("/assets/", "/static/")
_PLAIN = {"/": ("GET", "HEAD"), "/config": ("GET",), "/theme.css": ("GET",), "/favicon.ico": ("GET",)}
_FILE = re.compile(r"/(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)  # no part begins with a dot
SESSION = re.compile(r"^[0-9A-Za-z_-]{1,64}$")  # Gradio's own are up to 13 of 0-9 and a-z
_HOST = re.compile(r"[0-9A-Za-z.:\[\]_-]*")
# Gradio builds addresses from the first two; nothing of it needs cookies, origins or its own X-Gradio-Server.
_HEADERS = (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"accept", b"accept-encoding", b"range")
_CACHE_HEADERS = (b"if-none-match", b"if-modified-since")


def session_of(request: Request) -> str:
    """The session that a stream or a heartbeat names, '' for other routes; raises AddressUnknown for any but those.

    What Gradio can do else (uploads, files of its cache, direct calls, monitoring, its own logins) is never reached.
    """
    path, method = request.url.path, request.method
    if path == STREAM and method == "GET":
        return _checked(request, parse_qs(request.url.query).get("session_hash", [""])[-1])
    if path.startswith(HEARTBEAT) and method == "GET":
        return _checked(request, path.removeprefix(HEARTBEAT))
    is_file = path.startswith(_FILES) and method == "GET" and _FILE.fullmatch(path)
    if is_file or method in _PLAIN.get(path, ()) or (path == JOIN and method == "POST"):
        return ""
    raise AddressUnknown(path=path)


def scope_for_gradio(scope: Scope, request_id: str, extra: Mapping[bytes, bytes] | None = None) -> Scope:
    """What Gradio sees of a request: the headers it needs, and no query but a stream's session."""
    kept = [(name, value) for name, value in scope["headers"] if name in (*_HEADERS, *_CACHE_HEADERS)]
    headers = [*kept, (b"x-request-id", request_id.encode()), *(extra or {}).items()]
    query = scope["query_string"] if scope["path"] == STREAM else b""
    return {**scope, "headers": headers, "query_string": query, "state": {}}


def check_names(request: Request) -> None:
    """Raise HostRefused where a name of this server that Gradio would build addresses from is none."""
    for header in ("host", "x-forwarded-host"):
        for name in request.headers.getlist(header):
            if not _HOST.fullmatch(name.partition(",")[0].strip()):
                raise HostRefused(host="?")


def _checked(request: Request, session: str) -> str:
    if not SESSION.fullmatch(session):
        raise AddressUnknown(path=request.url.path)
    return session
