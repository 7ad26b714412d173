"""What a post looks like on its platform: a thread, a titled card, or a text that folds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from emotigram import catalogue
from emotigram.apps.web.choices import Edit
from emotigram.domain import Platform, Post
from emotigram.editing.counting import count, graphemes
from emotigram.editing.cutting import cut_thread

_SHORT = 500  # platforms of short posts are those where people write threads
_LINE = 40  # narrow characters in a line of a feed on a phone, half as many wide ones


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """One post of a thread, with its length."""

    text: str
    length: int


@dataclass(frozen=True, slots=True)
class Preview:
    """``parts`` of a thread, or a text of which the feed shows ``text`` and folds ``folded``."""

    shape: Literal["thread", "titled", "plain"]
    title: str
    text: str
    folded: str
    fold: Literal["", "lines", "more"]
    hashtags: tuple[str, ...]
    parts: tuple[PreviewPart, ...]


def preview_of(edit: Edit, post: Post) -> Preview:
    """The preview of a post as it was edited."""
    platform = catalogue.platform(post.platform)
    signed = tuple(platform.hashtag_form.replace("{tag}", tag) for tag in edit.tags)
    if platform.title_limit:
        return Preview("titled", edit.title, edit.text, "", "", signed, ())
    if platform.text_limit_is_hard and 0 < platform.text_limit <= _SHORT:
        parts = tuple(PreviewPart(part, count(part, platform)) for part in cut_thread(edit.full_text(post), platform))
        return Preview("thread", "", edit.text, "", "", signed, parts)
    shown, folded, fold = _folded(edit.text, platform)
    return Preview("plain", "", shown, folded, fold, signed, ())


def _folded(text: str, platform: Platform) -> tuple[str, str, Literal["", "lines", "more"]]:
    clusters = graphemes(text)
    end = _end_of_lines(clusters, platform.soft_lines) if platform.soft_lines else platform.fold_after or len(clusters)
    if end >= len(clusters):
        return text, "", ""
    return "".join(clusters[:end]).rstrip(), "".join(clusters[end:]), "lines" if platform.soft_lines else "more"


def _end_of_lines(clusters: list[str], lines: int) -> int:
    """Where about so many lines on a phone end."""
    line, width = 1, 0
    for at, cluster in enumerate(clusters):
        is_break = cluster in ("\n", "\r\n")
        width += 0 if is_break else 2 if unicodedata.east_asian_width(cluster[0]) in "WF" else 1
        if is_break or width > _LINE:
            line, width = line + 1, 0 if is_break else width - _LINE
        if line > lines:
            return at
    return len(clusters)
