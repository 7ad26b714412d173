"""How long each field is, beside what its platform takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emotigram import catalogue
from emotigram.apps.web.choices import Edit
from emotigram.domain import Platform, Post
from emotigram.editing.counting import count, graphemes, title_length


@dataclass(frozen=True, slots=True)
class Counter:
    """A figure and its limit, 0 for none; ``level`` is "over" past a hard limit, "long" past what reads well."""

    figure: int
    limit: int
    level: Literal["fine", "long", "over"]


def counters(edit: Edit, post: Post) -> dict[str, Counter]:
    """One counter for every field that the post's platform has."""
    platform = catalogue.platform(post.platform)
    counted: dict[str, Counter] = {"text": _text(edit, post, platform)}
    if platform.title_limit:
        counted["title"] = _counter(title_length(edit.title, platform), platform.title_limit, is_hard=True)
    if platform.hashtag_limit or edit.hashtags:
        counted["hashtags"] = _hashtags(edit, platform)
    if platform.takes_alt_text:
        counted["alt_text"] = _counter(len(edit.alt_text), platform.alt_text_limit, is_hard=True)
    return counted


def full_counter(post: Post) -> Counter:
    """The counter of a finished post's text."""
    return _text(Edit(text=post.text, hashtags=" ".join(post.hashtags)), post, catalogue.platform(post.platform))


def _text(edit: Edit, post: Post, platform: Platform) -> Counter:
    """The whole post counts, hashtags too; what reads well is said of the text alone."""
    whole = edit.full_text(post)
    counted = _counter(count(whole, platform), platform.text_limit, platform.text_limit_is_hard)
    if platform.byte_limit and len(whole.encode("utf-8", "surrogatepass")) > platform.byte_limit:
        return Counter(counted.figure, counted.limit, "over")
    soft = platform.soft_lengths.get(catalogue.language(post.language).lengths_like)
    is_long = soft is not None and len(edit.text) > soft[1]
    return Counter(counted.figure, counted.limit, "long" if is_long and counted.level == "fine" else counted.level)


def _hashtags(edit: Edit, platform: Platform) -> Counter:
    counted = _counter(len(edit.tags), platform.hashtag_limit, platform.hashtag_limit_is_hard, zero_is_none=False)
    longest = max((len(graphemes(tag)) for tag in edit.tags), default=0)
    is_over = platform.hashtag_length and longest > platform.hashtag_length
    return Counter(counted.figure, counted.limit, "over") if is_over else counted


def _counter(figure: int, limit: int, is_hard: bool, zero_is_none: bool = True) -> Counter:
    is_past = figure > limit and bool(limit or not zero_is_none)
    return Counter(figure, limit, ("over" if is_hard else "long") if is_past else "fine")
