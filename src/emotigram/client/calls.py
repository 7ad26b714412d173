"""What can be asked of a server: each request as data, for both clients alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar, Unpack
from urllib.parse import quote

from pydantic import TypeAdapter

from emotigram.domain import Wishes
from emotigram.errors import PhotoIsFolder, PhotoMissing, PhotoUnreadable
from emotigram.schemas.answers import CaptionsInfo, DraftInfo, PhotosInfo, PostAnswer, ReadingAnswer
from emotigram.schemas.choices import EnginesInfo, LanguageInfo, LookInfo, Names, PlatformInfo

Answer = TypeVar("Answer")
PhotoSource: TypeAlias = str | Path | bytes  # a path, or the bytes of a photo's file
DraftStep: TypeAlias = DraftInfo | PostAnswer
CaptionStep: TypeAlias = PhotosInfo | CaptionsInfo | ReadingAnswer | DraftStep


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One request, and what reads the body of its answer; ``key`` is the Idempotency-Key of one that does work."""

    method: str
    path: str
    parse: Callable[[bytes], Answer]
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    key: str = ""

    def arguments(self, *, events: bool = False) -> dict[str, Any]:
        """The request as ``build_request`` of httpx2 takes it."""
        headers = {"Idempotency-Key": self.key} if self.key else {}
        if events:
            headers["Accept"] = "text/event-stream"
        return {"method": self.method, "url": self.path, "headers": headers, **self.body}


def read(photo: PhotoSource, text: str, key: str | None) -> Call[ReadingAnswer]:
    """Read a photo. Raises PhotoMissing, PhotoIsFolder or PhotoUnreadable."""
    return _work("/v1/readings", ReadingAnswer, _form(photo, {"text": text}), key)


def write(reading: ReadingAnswer | str, key: str | None, **wishes: Unpack[Wishes]) -> Call[PostAnswer]:
    """Write a post from a reading or its id."""
    reading_id = reading if isinstance(reading, str) else reading.id
    return _work("/v1/posts", PostAnswer, {"json": {"reading_id": reading_id, **_given(wishes)}}, key)


def caption(photo: PhotoSource, text: str, key: str | None, **wishes: Unpack[Wishes]) -> Call[PostAnswer]:
    """Write a post straight from a photo. Raises PhotoMissing, PhotoIsFolder or PhotoUnreadable."""
    return _work("/v1/posts", PostAnswer, _form(photo, {"text": text, **_given(wishes)}), key)


def reading(reading_id: str) -> Call[ReadingAnswer]:
    """A reading that was made before."""
    return _get(f"/v1/readings/{quote(reading_id, safe='')}", ReadingAnswer)


def post(post_id: str) -> Call[PostAnswer]:
    """A post that was written before."""
    return _get(f"/v1/posts/{quote(post_id, safe='')}", PostAnswer)


def _get(path: str, answer: Any) -> Call[Any]:
    return Call("GET", path, TypeAdapter(answer).validate_json)


def _work(path: str, answer: Any, body: Mapping[str, Any], key: str | None) -> Call[Any]:
    """A request that is done once, however often it is sent."""
    return Call("POST", path, TypeAdapter(answer).validate_json, body, key or uuid.uuid4().hex)


PLATFORMS: Call[list[PlatformInfo]] = _get("/v1/platforms", list[PlatformInfo])
STYLES: Call[list[Names]] = _get("/v1/styles", list[Names])
REVISIONS: Call[list[Names]] = _get("/v1/revisions", list[Names])
LANGUAGES: Call[list[LanguageInfo]] = _get("/v1/languages", list[LanguageInfo])
LOOKS: Call[list[LookInfo]] = _get("/v1/looks", list[LookInfo])
ENGINES: Call[EnginesInfo] = _get("/v1/engines", EnginesInfo)


def _given(wishes: Wishes) -> dict[str, object]:
    return {name: value for name, value in wishes.items() if value is not None}


def _form(photo: PhotoSource, fields: Mapping[str, object]) -> dict[str, Any]:
    data = {name: list(value) if isinstance(value, list | tuple) else value for name, value in fields.items()}
    return {"files": {"photos": _file(photo)}, "data": {name: value for name, value in data.items() if value != ""}}


def _file(photo: PhotoSource) -> tuple[str, bytes]:
    """A photo's name and bytes; it is decoded on the server alone."""
    if isinstance(photo, bytes):
        return "photo", photo
    try:
        return Path(photo).name, Path(photo).read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise PhotoMissing(source=str(photo)) from error
    except IsADirectoryError as error:
        raise PhotoIsFolder(source=str(photo)) from error
    except OSError as error:
        raise PhotoUnreadable(source=str(photo), reason=error.strerror or error) from error
