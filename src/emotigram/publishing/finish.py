"""From a writer's draft to a candidate within the platform's rules."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from emotigram.chinese import to_taiwan
from emotigram.domain import Brief, Draft, Platform
from emotigram.publishing.additions import additions, without_additions
from emotigram.publishing.cleaning import clean, clean_hashtags, lift_hashtags
from emotigram.publishing.counting import count, fits, graphemes, title_length
from emotigram.publishing.faithfulness import unsupported
from emotigram.publishing.languages import LEAST_IN_SCRIPT, language_share
from emotigram.publishing.trimming import trim

_FIRST_CLAUSE = regex.compile(r"[^，。！？；：,!?;:\n…]+?(?=[，。！？；：,!?;:\n…]|\.\s|\.?$)")


@dataclass(frozen=True, slots=True)
class Finished:
    """A draft as it would be published; ``uncut_length`` (platform's units) is that of the draft before it was cut.

    ``additions`` are links, mentions and numbers that were taken out, because nobody had given them.
    """

    title: str
    text: str
    hashtags: tuple[str, ...]
    alt_text: str
    full_text: str
    uncut_length: int
    additions: tuple[str, ...]


def preview(draft: Draft, brief: Brief) -> Finished:
    """The draft so far: cleaned and within limits, without a title made up for it."""
    return _finished(draft, brief, _title(draft.title, brief))


def finish(draft: Draft, brief: Brief) -> Finished:
    """The draft, polished: titled where the platform has titles, and with an objective alt text."""
    return _finished(draft, brief, _title(draft.title, brief) or _title_from(draft.text, brief))


def full_text(text: str, hashtags: tuple[str, ...], platform: Platform) -> str:
    """What the user pastes: the text, then the hashtags in the platform's own form."""
    signed = " ".join(platform.hashtag_form.replace("{tag}", hashtag) for hashtag in hashtags)
    return "\n\n".join(part for part in (text, signed) if part)


def _finished(draft: Draft, brief: Brief, title: str) -> Finished:
    platform = brief.platform
    text, lifted = lift_hashtags(clean(draft.text), paired=platform.hashtag_form == "#{tag}#")
    hashtags = _hashtags([*draft.hashtags, *lifted], platform)
    added = additions(f"{draft.title}\n{text}", brief)
    whole = without_additions(text, brief)
    uncut = count(full_text(whole, hashtags, platform), platform)
    text, hashtags = _within_limit(whole, hashtags, platform)
    return Finished(
        title=title,
        text=text,
        hashtags=hashtags,
        alt_text=_alt_text(draft, brief),
        full_text=full_text(text, hashtags, platform),
        uncut_length=uncut,
        additions=added,
    )


def _hashtags(given: list[str], platform: Platform) -> tuple[str, ...]:
    length = platform.hashtag_length
    kept = [tag for tag in clean_hashtags(given) if not length or len(graphemes(tag)) <= length]
    return tuple(kept[: platform.hashtag_limit])


def _within_limit(text: str, hashtags: tuple[str, ...], platform: Platform) -> tuple[str, tuple[str, ...]]:
    if fits(full_text(text, hashtags, platform), platform):
        return text, hashtags
    # The words come first: hashtags may take half of the room at most.
    while hashtags and count(full_text("", hashtags, platform), platform) > platform.text_limit // 2:
        hashtags = hashtags[:-1]
    return trim(text, lambda start: fits(full_text(start, hashtags, platform), platform)), hashtags


def _title(title: str, brief: Brief) -> str:
    platform = brief.platform
    if not platform.title_limit:
        return ""
    line = clean(clean(title).replace("\n", " "))
    words, _ = lift_hashtags(line, paired=False)
    return trim(without_additions(words, brief), lambda start: title_length(start, platform) <= platform.title_limit)


def _title_from(text: str, brief: Brief) -> str:
    body, _ = lift_hashtags(clean(text), paired=brief.platform.hashtag_form == "#{tag}#")
    clause = _FIRST_CLAUSE.search(body)
    return _title(clause[0] if clause else body, brief)


def _alt_text(draft: Draft, brief: Brief) -> str:
    """The writer's where it is in the post's language and names only what was seen, or else the description."""
    if not brief.platform.takes_alt_text:
        return ""
    theirs = without_additions(" ".join(clean(draft.alt_text).split()), brief)
    limit = brief.platform.alt_text_limit
    told = theirs if _is_sound(theirs, brief) else _description(brief)
    return trim(told, lambda start: len(start) <= limit) if limit else told


def _is_sound(alt_text: str, brief: Brief) -> bool:
    is_spoken = bool(alt_text) and language_share(alt_text, brief.language) >= LEAST_IN_SCRIPT
    return is_spoken and not unsupported(alt_text, brief.language.key, brief.reading)


def _description(brief: Brief) -> str:
    descriptions, language = brief.reading.description, brief.language.key
    if language == "zh-TW" and language not in descriptions and descriptions.get("zh"):
        return to_taiwan(clean(descriptions["zh"]))
    return clean(descriptions.get(language) or next(filter(None, descriptions.values()), ""))
