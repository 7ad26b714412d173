"""What a log says of a request and of an error, without a word of anybody's."""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path

from starlette.requests import Request

_ID_HEADER = "x-request-id"
_LONGEST_ID = 64


def request_id_of(request: Request) -> str:
    """The caller's own id where it is a plain word, else a new one."""
    given = request.headers.get(_ID_HEADER, "")
    is_plain = 0 < len(given) <= _LONGEST_ID and given.isascii() and given.replace("-", "").replace("_", "").isalnum()
    return given if is_plain else secrets.token_hex(8)


def where(error: BaseException) -> list[str]:
    """The last lines of code on the way to an error; its message stays out, as it may quote a caption."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
