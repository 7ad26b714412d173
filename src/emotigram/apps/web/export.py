"""A zip of what a visitor made: texts, JSON, and photos without metadata."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_core import to_json

from emotigram.apps.web.choices import Edit
from emotigram.apps.web.pictures import Picture
from emotigram.apps.web.session import Entry, Session
from emotigram.domain import Post, Reading
from emotigram.schemas.answers import PostInfo, ReadingInfo


@dataclass(frozen=True, slots=True)
class ExportedPost:
    """One photo with its post, and the last posts in other languages."""

    picture: Picture
    look: str
    reading: Reading
    entry: Entry
    others: tuple[Entry, ...]


def to_export(session: Session) -> list[ExportedPost]:
    """Every photo with a post, the chosen one first."""
    shots = sorted(session.shots, key=lambda shot: shot is not session.chosen)
    return [
        ExportedPost(shot.picture, shot.look, shot.reading, shot.entry, _in_other_languages(session, shot.entry))
        for shot in shots
        if shot.picture and shot.reading and shot.entry
    ]


def zip_of(exported: Sequence[ExportedPost], language: str) -> bytes:
    """The zip file; with several photos, each has a folder of its own."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for number, each in enumerate(exported, 1):
            folder = f"photo-{number}/" if len(exported) > 1 else ""
            file.writestr(f"{folder}post.txt", _text(each.entry))
            for other in each.others:
                file.writestr(f"{folder}post.{other.post.language}.txt", _text(other))
            file.writestr(f"{folder}post.json", _json(each, language))
            file.writestr(f"{folder}photo.jpg", each.picture.exported(each.look))
    return data.getvalue()


def _in_other_languages(session: Session, entry: Entry) -> tuple[Entry, ...]:
    last = {each.post.language: each for each in reversed(session.history) if each.shot is entry.shot}
    return tuple(each for language, each in last.items() if language != entry.post.language)


def _text(entry: Entry) -> str:
    parts = (entry.edit.title, entry.edit.full_text(entry.post))
    return "\n\n".join(part for part in parts if part) + "\n"


def _json(exported: ExportedPost, language: str) -> str:
    values = {
        "post": PostInfo.of(_edited(exported.entry.post, exported.entry.edit), language),
        "reading": ReadingInfo.of(exported.reading, language),
        "look": exported.look,
    }
    return to_json(values, indent=2).decode() + "\n"


def _edited(post: Post, edit: Edit) -> Post:
    """The post as it was edited; the checks were of other words, then."""
    same = replace(
        post,
        title=edit.title,
        text=edit.text,
        hashtags=edit.tags,
        alt_text=edit.alt_text,
        full_text=edit.full_text(post),
        candidates=(),
    )
    return same if same.full_text == post.full_text and same.title == post.title else replace(same, checks=())
