"""From a writer's draft to a post within the platform's rules."""

from __future__ import annotations

import regex

from emotigram.domain import Brief, Draft, Platform, Post
from emotigram.publishing.checks import check
from emotigram.publishing.cleaning import clean, clean_hashtags, lift_hashtags
from emotigram.publishing.counting import count, title_units
from emotigram.publishing.trimming import trim

_FIRST_CLAUSE = regex.compile(r"[^，。！？；：,!?;:\n…]+?(?=[，。！？；：,!?;:\n…]|\.\s|\.?$)")


def preview(brief: Brief, draft: Draft, written_by: str, notes: tuple[str, ...]) -> Post:
    """The post so far: cleaned and within limits, without checks and without a title made up for it."""
    return _post(brief, draft, written_by, notes, title=_title(draft.title, brief.platform))


def finish(brief: Brief, draft: Draft, written_by: str, notes: tuple[str, ...]) -> Post:
    """The polished post, with its checks. ``alt_text`` is the reading's description."""
    title = _title(draft.title, brief.platform) or _title_from(draft.text, brief.platform)
    return check(_post(brief, draft, written_by, notes, title), brief)


def full_text(text: str, hashtags: tuple[str, ...], platform: Platform) -> str:
    """What the user pastes: the text, then the hashtags in the platform's own form."""
    signed = " ".join(platform.hashtag_form.replace("{tag}", hashtag) for hashtag in hashtags)
    return "\n\n".join(part for part in (text, signed) if part)


def _post(brief: Brief, draft: Draft, written_by: str, notes: tuple[str, ...], title: str) -> Post:
    platform = brief.platform
    text, lifted = lift_hashtags(clean(draft.text), paired=platform.hashtag_form == "#{tag}#")
    hashtags = clean_hashtags([*draft.hashtags, *lifted])[: platform.hashtag_limit]
    text, hashtags = _within_limit(text, hashtags, platform)
    return Post(
        title=title,
        text=text,
        hashtags=hashtags,
        alt_text=_alt_text(brief),
        full_text=full_text(text, hashtags, platform),
        platform=platform.key,
        language=brief.language.key,
        style=brief.style.key,
        written_by=written_by,
        notes=notes,
    )


def _within_limit(text: str, hashtags: tuple[str, ...], platform: Platform) -> tuple[str, tuple[str, ...]]:
    limit = platform.text_limit
    if not limit or not platform.text_limit_is_hard:
        return text, hashtags
    # The words come first: hashtags may take half of the room at most.
    while hashtags and count(full_text("", hashtags, platform), platform) > limit // 2:
        hashtags = hashtags[:-1]
    return trim(text, lambda start: count(full_text(start, hashtags, platform), platform) <= limit), hashtags


def _title(title: str, platform: Platform) -> str:
    line = clean(clean(title).replace("\n", " "))
    words, _ = lift_hashtags(line, paired=False)
    return trim(words, lambda start: title_units(start) <= platform.title_limit) if platform.title_limit else ""


def _title_from(text: str, platform: Platform) -> str:
    body, _ = lift_hashtags(clean(text), paired=platform.hashtag_form == "#{tag}#")
    clause = _FIRST_CLAUSE.search(body)
    return _title(clause[0] if clause else body, platform)


def _alt_text(brief: Brief) -> str:
    descriptions = brief.reading.description
    described = clean(descriptions.get(brief.language.key) or next(filter(None, descriptions.values()), ""))
    limit = brief.platform.alt_text_limit
    return trim(described, lambda start: len(start) <= limit) if limit else described
