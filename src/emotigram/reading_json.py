"""Readings as JSON and back, without a loss: to be kept, and written from later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from emotigram.domain import Reading
from emotigram.errors import ReadingMalformed

VERSION: Literal[1] = 1  # one more whenever a reading that was kept before could no longer be read


@dataclass(frozen=True, slots=True)
class _Kept:
    version: Literal[1]
    reading: Reading


def dump_reading(reading: Reading) -> str:
    """A reading as one line of JSON, with the version of its form; what it may hold is in ``domain.Reading``."""
    return _form().dump_json(_Kept(VERSION, reading)).decode()


def load_reading(text: str | bytes) -> Reading:
    """The reading that ``dump_reading`` made a line of JSON of. Raises ReadingMalformed."""
    try:
        return _form().validate_json(text).reading
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ReadingMalformed(detail=f"{place}: {first['msg']}" if place else first["msg"], version=VERSION) from error


@cache
def _form() -> TypeAdapter[_Kept]:
    return TypeAdapter(_Kept)
