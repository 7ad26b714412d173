"""Answers as they grow: steps of work, told one by one as server-sent events, or the last of them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import Depends
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from emotigram.apps.desk.steps import Step, Steps
from emotigram.apps.http.problems import problem
from emotigram.apps.http.waiting import CallerLeft, Patience
from emotigram.errors import EmotiGramError, InternalFault


async def _wants_events(request: Request) -> bool:  # a plain function would be run in a thread
    return "text/event-stream" in request.headers.get("accept", "")


WantsEvents = Annotated[bool, Depends(_wants_events)]


async def streamed(steps: Steps, patience: Patience, language: str, request_id: str) -> EventSourceResponse:
    """All steps as an event stream; an error before the first is raised, one after it told as ``problem``."""
    try:
        first = await patience.answer(anext(steps))
    except BaseException:
        await steps.aclose()
        raise

    async def lines() -> AsyncIterator[bytes]:
        async with aclosing(steps):
            yield _event(first)
            try:
                async for step in patience.stream(steps):
                    yield KEEPALIVE_COMMENT if step is None else _event(step)
            except CallerLeft:
                return
            except EmotiGramError as error:
                yield _event(("problem", problem(error, language, request_id)))
            except Exception:
                yield _event(("problem", problem(InternalFault(request_id=request_id), language, request_id)))
                raise  # the envelope logs it

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies must pass events on at once
    return _Events(lines(), headers=headers)


class _Events(EventSourceResponse):
    """Streams without watching the connection itself: that the caller left is told by Patience."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.stream_response(send)


def _event(step: Step) -> bytes:
    name, data = step
    told = data.model_dump_json()
    # to many programs these two end a line
    return format_sse_event(event=name, data_str=told.replace("\u2028", r"\u2028").replace("\u2029", r"\u2029"))
