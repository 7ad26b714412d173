"""Which names this server answers to, and whose pages may use its API."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from emotigram.apps.http.addresses import LOOPBACK, is_api
from emotigram.apps.http.problems import problem_response
from emotigram.errors import HostRefused, OriginRefused, RequestError
from emotigram.settings import Settings

_HARMLESS = ("GET", "HEAD")  # nothing changes, and without CORS headers other sites' pages cannot read the answer


class Origins:
    """Keeps other sites' pages, which could spend the user's computer and keys, from the API, unless they are allowed.

    A server of this computer alone, or one that was told its names, also refuses names that are neither its own nor
    allowed: any page could have its own name lead here. Names that a proxy passes on are held to the same.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._allowed = settings.cors_origins
        known = [urlsplit(origin).hostname or origin for origin in settings.cors_origins]
        is_limited = settings.allowed_hosts or settings.host in LOOPBACK
        self._names = (*LOOPBACK, *settings.allowed_hosts, *known) if is_limited else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            error = self._fault(request)
            if error is not None:
                await problem_response(error, request)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _fault(self, request: Request) -> RequestError | None:
        host, origin = request.headers.get("host", ""), request.headers.get("origin", "")
        if not self._is_known(host):
            return HostRefused(host=host)
        # the page's addresses are built from the name that a proxy says it was asked for
        if not all(self._is_known(name) for name in _forwarded(request)):
            return HostRefused(host="X-Forwarded-Host")
        is_same_site = not origin or origin.partition("://")[2] == host
        if is_same_site or origin in self._allowed or "*" in self._allowed:
            return None
        if not is_api(request.url.path) and (request.method in _HARMLESS or _is_own_page(request)):
            return None
        return OriginRefused(origin=origin)

    def _is_known(self, host: str) -> bool:
        return not self._names or "*" in self._names or _host_name(host) in self._names


def _forwarded(request: Request) -> list[str]:
    """The names that proxies say the server was asked for, the outermost of each header."""
    said = (value.partition(",")[0].strip() for value in request.headers.getlist("x-forwarded-host"))
    return [name for name in said if name]


def _is_own_page(request: Request) -> bool:
    """Whether the page asks under a name that a proxy gave it; other sites' pages cannot send either header."""
    is_forwarded = request.headers["origin"].partition("://")[2] in _forwarded(request)[:1]
    return is_forwarded or request.headers.get("sec-fetch-site") == "same-origin"


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # no name at all, such as half an IPv6 address
        return ""
