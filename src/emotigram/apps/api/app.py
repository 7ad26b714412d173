"""The REST API over one studio."""

from __future__ import annotations

from fastapi import FastAPI

from emotigram.async_studio import AsyncStudio


def build_api(studio: AsyncStudio) -> FastAPI:
    """Build the API; whoever serves it closes the studio."""
    app = FastAPI(title="EmotiGram", openapi_url="/openapi.json", redoc_url=None)
    app.state.studio = studio
    return app
