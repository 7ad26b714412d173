"""What one running API consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from emotigram.apps.api.callers import Doorkeeper
from emotigram.apps.api.metrics import Metrics
from emotigram.apps.desk.desk import Desk
from emotigram.apps.desk.kept import Cache
from emotigram.apps.desk.once import Idempotency
from emotigram.apps.http.waiting import Ending
from emotigram.async_studio import AsyncStudio
from emotigram.settings import Settings


@dataclass(frozen=True, slots=True)
class ApiState:
    """The studio at work, who may use it, what is kept, and whether it is ending."""

    settings: Settings
    desk: Desk
    doorkeeper: Doorkeeper
    idempotency: Idempotency
    metrics: Metrics
    ending: Ending


def new_state(studio: AsyncStudio) -> ApiState:
    """A fresh state over a studio; raises SettingsError."""
    settings = studio.studio.settings
    return ApiState(
        settings,
        Desk(studio, Cache("r", settings), Cache("p", settings)),
        Doorkeeper(settings),
        Idempotency(settings),
        Metrics(studio),
        Ending(settings),
    )


async def _state(request: Request) -> ApiState:
    state: ApiState = request.app.state.api
    return state


StateOf = Annotated[ApiState, Depends(_state)]
