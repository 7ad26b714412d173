"""Photos on their way in and posts on their way out: in memory, for a short while, never on disk."""

from __future__ import annotations

import secrets

from cachetools import TTLCache
from fastapi import FastAPI, Request, Response

_UPLOAD_S, _EXPORT_S = 120, 600
_EXPORT_BYTES = 200_000_000
_WAITING_UPLOADS = 24  # of the largest size
_UPLOAD_TYPE = "application/octet-stream"  # other sites' forms cannot send it
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Store:
    """Bytes by secret tokens; the oldest go first where ``most`` bytes are exceeded."""

    def __init__(self, most: int, seconds: float) -> None:
        self._kept: TTLCache[str, bytes] = TTLCache(most, seconds, getsizeof=len)

    def put(self, data: bytes) -> str:
        """Keep bytes and return their token."""
        token = secrets.token_urlsafe(24)
        self._kept[token] = data
        return token

    def get(self, token: str) -> bytes | None:
        """The bytes, None where they are gone."""
        return self._kept.get(token)

    def take(self, token: str) -> bytes | None:
        """The bytes, which are forgotten here."""
        return self._kept.pop(token, None)


def upload_store(max_upload_mb: float) -> Store:
    """Where photos wait until the page's event names them."""
    return Store(round(max_upload_mb * 1e6) * _WAITING_UPLOADS, _UPLOAD_S)


def export_store() -> Store:
    """Where zip files wait until they are downloaded."""
    return Store(_EXPORT_BYTES, _EXPORT_S)


def add_routes(app: FastAPI, uploads: Store, exports: Store) -> None:
    """Add ``POST /page/photos`` and ``GET /export/{token}.zip``, of the page alone."""

    @app.post("/page/photos", include_in_schema=False)
    async def upload(request: Request) -> Response:
        if request.headers.get("content-type") != _UPLOAD_TYPE:
            return Response(status_code=415)
        return Response(uploads.put(await request.body()), media_type="text/plain", headers=_HEADERS)

    @app.get("/export/{token}.zip", include_in_schema=False)
    async def export(token: str) -> Response:
        data = exports.get(token)
        if data is None:
            return Response("This download has expired: prepare it again.", 404, _HEADERS, "text/plain")
        name = {"Content-Disposition": 'attachment; filename="emotigram-post.zip"'}
        return Response(data, media_type="application/zip", headers=_HEADERS | name)
