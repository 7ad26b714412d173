"""The widget for other sites' pages, built from ``widget/`` by ``make widget``."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)


@router.get("/widget.js")
async def widget() -> Response:
    """Give the script; a page of any site may load it, using the API is another matter."""
    script = resources.files("emotigram") / "apps" / "api" / "static" / "widget.js"
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=3600"}
    return Response(script.read_bytes(), media_type="text/javascript", headers=headers)
