"""What the page sends with an event, and nothing else: plain values, each of its own control."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emotigram.apps.web.gradio_routes import SESSION
from emotigram.errors import RequestMalformed
from emotigram.texts import say

_MOST_NAMES = 10_000  # of files chosen at once; those past the limit are counted for the visitor
_HALVES = re.compile("[\ud800-\udfff]")
Accepts = Callable[[object], bool]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Nothing(_Strict):
    pass


class _Pressed(_Strict):
    act: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=100)]


class _Sent(_Strict):
    name: Annotated[str, Field(max_length=1000)]
    token: Annotated[str, Field(max_length=100)]


class _Uploaded(_Strict):
    photos: Annotated[list[_Sent], Field(max_length=_MOST_NAMES)]


class _Event(_Strict):
    data: Annotated[list[Any], Field(max_length=100)]
    event_data: _Pressed | _Uploaded | _Nothing | None = None
    fn_index: int
    trigger_id: int | None = None
    session_hash: Annotated[str, Field(pattern=SESSION.pattern)]


class PageEvents:
    """Knows each event of a page, what may stand at each of its places, and who may trigger it."""

    def __init__(self, events: Mapping[int, Any]) -> None:
        """Take Gradio's ``Blocks.fns``; what Gradio calls by itself alone is no event of the page."""
        self._events = {
            number: event for number, event in events.items() if not any(name == "unload" for _, name in event.targets)
        }
        self._accepts = {number: [_accepts(part) for part in event.inputs] for number, event in self._events.items()}

    def read(self, body: bytes, language: str) -> tuple[str, bytes]:
        """The session and the body for Gradio; raises RequestMalformed, which quotes nothing."""
        try:
            event = _Event.model_validate(_whole(json.loads(body, parse_constant=_no_constant)))
        except (ValidationError, ValueError, RecursionError) as error:
            raise RequestMalformed(detail=say("web.forged.event", language)) from error
        known = self._events.get(event.fn_index)
        if known is None or not _fits(known, event):
            raise RequestMalformed(detail=say("web.forged.event", language))
        for place, (accepts, value) in enumerate(zip(self._accepts[event.fn_index], event.data, strict=True)):
            if not accepts(value):
                raise RequestMalformed(detail=say("web.forged.value", language, place=place))
        return event.session_hash, event.model_dump_json().encode()


def _fits(known: Any, event: _Event) -> bool:
    kinds = {name for _, name in known.targets}
    wanted = (_Uploaded if "upload" in kinds else _Pressed) if known.collects_event_data else object
    is_target = event.trigger_id is None or event.trigger_id in {part for part, _ in known.targets}
    return len(event.data) == len(known.inputs) and isinstance(event.event_data, wanted) and is_target


def _accepts(part: Any) -> Accepts:
    """What a control takes: nothing for state, which stays here, one of its choices, or a text."""
    if part.stateful:
        return lambda value: value is None
    choices = getattr(part, "choices", None)
    if choices is not None:
        known = {value for _, value in choices}
        return lambda value: value is None or (isinstance(value, str) and value in known)
    longest = getattr(part, "max_length", None) or sys.maxsize  # browsers count no fewer characters than Python
    return lambda value: value is None or (isinstance(value, str) and len(value) <= longest)


def _whole(value: Any) -> Any:
    """A text with halves of characters replaced, which a browser sends where one was cut."""
    if isinstance(value, str):
        return _HALVES.sub("?", value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
