"""Routes for whoever looks after the server."""

from __future__ import annotations

from fastapi import APIRouter, Response

from emotigram import __version__
from emotigram.apps.api.answers import PROBLEMS
from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.state import StateOf
from emotigram.errors import QueueFull, ShuttingDown
from emotigram.schemas.choices import State

router = APIRouter(tags=["health"], responses=PROBLEMS)


@router.get("/healthz", summary="Is it alive?")
async def healthz() -> State:
    """Say that the process answers."""
    return State(status="ok", version=__version__)


@router.get("/readyz", summary="Should it be sent work?")
async def readyz(state: StateOf) -> State:
    """Say whether work is taken: not while as many wait as may, nor while the server is being stopped."""
    if state.ending.has_begun:
        raise ShuttingDown
    for places in (state.desk.studio.reading, state.desk.studio.writing):
        if places.is_full:
            raise QueueFull(limit=places.limit)
    return State(status="ok", version=__version__)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(state: StateOf, _: CallerOf) -> Response:
    """Give request counts, times and queue lengths; no photo, caption or key is in them."""
    return Response(state.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
