"""What a reverse proxy says of a request is believed of a proxy alone."""

from __future__ import annotations

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_SAID = (b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-for")


class ProxyHeaders(ProxyHeadersMiddleware):
    """Takes client and scheme from the headers of trusted proxies; of anybody else those headers do not arrive.

    uvicorn's own leaves them in place, and Gradio takes the page's address from them.
    """

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            peer = scope["client"][0] if scope["client"] else ""
            if peer not in self.trusted_hosts:
                scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in _SAID]
        await super().__call__(scope, receive, send)
