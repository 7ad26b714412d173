"""A request for work: done once, and answered in one piece or step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.events import WantsEvents, streamed
from emotigram.apps.api.state import ApiState, StateOf
from emotigram.apps.desk.caller import Caller
from emotigram.apps.desk.steps import Steps, last
from emotigram.apps.http.waiting import Patience
from emotigram.schemas.answers import KeptAnswer

Made = TypeVar("Made", bound=KeptAnswer)
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="Any word of the caller's: the same request sent again with it is not done again.",
        examples=["0d0c3c1e-5b1f-4b53-8a55-6f2a8f3b1c11"],
    ),
]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for work, how they want its answer, and with which Idempotency-Key."""

    request: Request
    state: ApiState
    caller: Caller
    wants_events: bool
    key: str | None

    async def answer_once(
        self, asked: str, final: str, begin: Callable[[], Steps], find: Callable[[str], Made | None]
    ) -> Response:
        """Answer with all steps as events, or with what the one called ``final`` made.

        What the same request made before is answered again: ``asked`` is the request's fingerprint, and ``find``
        brings what has an id, None where it is no longer kept.
        """
        once, owner = self.state.idempotency, self.caller.owner
        again = once.again(owner, self.key, asked, find)
        if again is not None:
            replayed = self._created(again)
            replayed.headers["Idempotent-Replayed"] = "true"
            return replayed
        steps = once.once(owner, self.key, asked, begin(), final)
        patience = Patience(self.request, self.state.settings, self.state.ending)
        if self.wants_events:
            return await streamed(steps, patience, self.caller.language, self.request.state.request_id)
        made = await patience.answer(last(steps))
        assert isinstance(made, KeptAnswer)
        return self._created(made)

    def _created(self, made: KeptAnswer) -> Response:
        place = f"{self.request.url.path}/{made.id}"
        return Response(made.model_dump_json(), 201, {"Location": place}, "application/json")


async def _asking(
    request: Request, state: StateOf, caller: CallerOf, wants_events: WantsEvents, key: IdempotencyKey = None
) -> Asking:
    return Asking(request, state, caller, wants_events, key)


AskingOf = Annotated[Asking, Depends(_asking)]
