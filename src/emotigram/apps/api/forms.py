"""What a request holds: a photo with fields, or JSON; in memory alone, so that nothing is left on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from emotigram.apps.file_names import plain_name
from emotigram.errors import ContentTypeWrong, RequestMalformed, TooManyPhotos
from emotigram.texts import say

Fields = TypeVar("Fields", bound=BaseModel)
MULTIPART, JSON = "multipart/form-data", "application/json"
_MOST_PARTS = 64
MOST_PHOTOS = 1


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo as it came: the bytes of its file, and the file's name, made plain."""

    data: bytes
    name: str

    @property
    def sha256(self) -> str:
        """Hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def content_type(request: Request) -> str:
    """The kind of a request's body, '' where it does not say."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request, language: str) -> tuple[Upload, dict[str, Any]]:
    """Return the photo and the other fields. Raises ContentTypeWrong, RequestMalformed or TooManyPhotos."""
    found = content_type(request)
    if found != MULTIPART:
        raise ContentTypeWrong(found=found, wanted=MULTIPART)
    _, options = parse_options_header(request.headers["content-type"])
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):  # Python has codecs that are a trap
        raise ContentTypeWrong(found=f"{MULTIPART}; charset=…", wanted=f"{MULTIPART}; charset=utf-8")
    parser = MultiPartParser(request.headers, request.stream(), max_files=_MOST_PARTS, max_fields=_MOST_PARTS)
    parser.spool_max_size = 2**40  # the body's own limit is lower: it never spools to disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RequestMalformed(detail=say("api.faults.form", language)) from error
    try:
        return await _photo_of(form, language), _fields_of(form)
    finally:
        await form.close()


async def read_json(request: Request, kind: type[Fields], language: str) -> Fields:
    """Return a JSON body as a model. Raises ContentTypeWrong or RequestMalformed."""
    found = content_type(request)
    if found != JSON:
        raise ContentTypeWrong(found=found, wanted=JSON)
    try:
        return validated(kind, json.loads(await request.body()), language)
    except (ValueError, RecursionError) as error:  # neither UTF-8 nor JSON, or nested without end
        raise RequestMalformed(detail=say("api.faults.json", language)) from error


def validated(kind: type[Fields], values: object, language: str) -> Fields:
    """Return values as a model; raises RequestMalformed with each fault in the caller's language."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise RequestMalformed(detail=faults_in_words(error.errors(), language)) from error


def faults_in_words(faults: Sequence[Mapping[str, Any]], language: str) -> str:
    """The faults that pydantic found, in words."""
    return " ".join(_fault(fault, language) for fault in faults[:5])


def _fault(fault: Mapping[str, Any], language: str) -> str:
    places = [plain_name(str(place), "?") for place in fault["loc"] if place not in ("body", "header", "query", "path")]
    limits = {name: value for name, value in fault.get("ctx", {}).items() if isinstance(value, int | float | str)}
    try:
        return say(f"api.faults.{fault['type']}", language, field=".".join(places), **limits)
    except KeyError:  # pydantic knows about a hundred kinds; those that happen have words of their own
        return say("api.faults.other", language, field=".".join(places))


async def _photo_of(form: FormData, language: str) -> Upload:
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if len(files) > MOST_PHOTOS:
        raise TooManyPhotos(limit=MOST_PHOTOS)
    photo = form.get("photos")
    if not isinstance(photo, UploadFile):
        raise RequestMalformed(detail=say("api.faults.photo", language))
    return Upload(await photo.read(), plain_name(photo.filename or ""))


def _fields_of(form: FormData) -> dict[str, Any]:
    """The other fields; one that is given several times becomes a list."""
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def listed(kind: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    """Form fields as the model wants them: single values of its lists as lists, blank ones left out."""
    lists = {name for name, field in kind.model_fields.items() if get_origin(field.annotation) is list}
    given = {name: value for name, value in fields.items() if value != ""}
    return {name: [value] if name in lists and not isinstance(value, list) else value for name, value in given.items()}
