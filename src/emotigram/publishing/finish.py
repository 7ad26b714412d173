"""From a writer's draft to a candidate within the platform's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from emotigram.chinese import converted
from emotigram.domain import Brief, Draft, Platform
from emotigram.editing.cleaning import clean, lift_hashtags
from emotigram.editing.counting import count, fits, graphemes, title_length
from emotigram.editing.cutting import trim
from emotigram.editing.languages import LEAST_IN_SCRIPT, language_share
from emotigram.editing.sentences import sentences
from emotigram.publishing.additions import additions, without_additions
from emotigram.publishing.additions.hashtags import sorted_out
from emotigram.tags.faithfulness import unsupported
from emotigram.tags.wording import from_tags, says_nothing, worded_languages

_MOST_PASSES = 4  # what is taken out may bring together what had stood apart
_FIRST_CLAUSE = regex.compile(r"[^，。！？；：,!?;:\n…]+?(?=[，。！？；：,!?;:\n…]|\.\s|\.?$)")


@dataclass(frozen=True, slots=True)
class Finished:
    """A draft as it would be published; ``uncut_length`` (platform's units) is that of the draft before it was cut.

    ``additions`` are what was taken out of any field, as it was spelled, because nobody had given it.
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
    return _finished(draft, brief, is_titled=False)


def finish(draft: Draft, brief: Brief) -> Finished:
    """The draft, polished: titled where the platform has titles, and with an objective alt text."""
    return _finished(draft, brief, is_titled=True)


def full_text(text: str, hashtags: tuple[str, ...], platform: Platform) -> str:
    """What the user pastes: the text, then the hashtags in the platform's own form."""
    signed = " ".join(platform.hashtag_form.replace("{tag}", hashtag) for hashtag in hashtags)
    return "\n\n".join(part for part in (text, signed) if part)


def _finished(draft: Draft, brief: Brief, is_titled: bool) -> Finished:
    platform = brief.platform
    cleaned, line, said = clean(draft.text), _one_line(draft.title), _one_line(draft.alt_text)
    whole, lifted, hidden = _unsigned(cleaned, brief, paired=platform.hashtag_form == "#{tag}#")
    titled, _, hidden_in_title = _unsigned(line, brief, paired=False)
    given, left_out = sorted_out((*draft.hashtags, *lifted), brief)
    hashtags = _hashtags(given, platform)
    fields = (line, cleaned, said if platform.takes_alt_text else "")
    added = (*(piece for field in fields for piece in additions(field, brief)), *hidden_in_title, *hidden, *left_out)
    uncut = count(full_text(whole, hashtags, platform), platform)
    text, hashtags = _within_limit(whole, hashtags, platform)
    return Finished(
        title=_title(titled, platform) or (_made_title(whole, platform) if is_titled else ""),
        text=text,
        hashtags=hashtags,
        alt_text=_alt_text(said, brief),
        full_text=full_text(text, hashtags, platform),
        uncut_length=uncut,
        additions=added,
    )


def _unsigned(text: str, brief: Brief, paired: bool) -> tuple[str, list[str], list[str]]:
    """The text without signs of hashtags nor the additions that these parted, its hashtags, and those additions."""
    text, hashtags, hidden = without_additions(text, brief), list[str](), list[str]()
    for _ in range(_MOST_PASSES):
        text, lifted = lift_hashtags(text, paired)
        hashtags += lifted
        added = additions(text, brief)
        if not added:
            break
        hidden += added
        text = without_additions(text, brief)
    else:
        text = without_additions(regex.sub("[#＃]", "", text), brief)
    return text, [word for word in hashtags if not any(word in piece for piece in hidden)], hidden


def _hashtags(given: Sequence[str], platform: Platform) -> tuple[str, ...]:
    length = platform.hashtag_length
    kept = [tag for tag in given if not length or len(graphemes(tag)) <= length]
    return tuple(kept[: platform.hashtag_limit])


def _within_limit(text: str, hashtags: tuple[str, ...], platform: Platform) -> tuple[str, tuple[str, ...]]:
    if fits(full_text(text, hashtags, platform), platform):
        return text, hashtags
    # The words come first: hashtags may take half of the room at most.
    while hashtags and count(full_text("", hashtags, platform), platform) > platform.text_limit // 2:
        hashtags = hashtags[:-1]
    return trim(text, lambda start: fits(full_text(start, hashtags, platform), platform)), hashtags


def _one_line(text: str) -> str:
    return clean(" ".join(clean(text).split()))


def _title(words: str, platform: Platform) -> str:
    if not platform.title_limit:
        return ""
    return trim(words, lambda start: title_length(start, platform) <= platform.title_limit)


def _made_title(text: str, platform: Platform) -> str:
    """The beginning of a text as its title, none for a single sentence: that would say the same twice."""
    return _title(_first_clause(text), platform) if len(sentences(text)) > 1 else ""


def _first_clause(text: str) -> str:
    clause = _FIRST_CLAUSE.search(text)
    return _one_line(clause[0] if clause else text)


def _alt_text(said: str, brief: Brief) -> str:
    """The writer's where it is in the post's language and names only what was seen, or else the description."""
    if not brief.platform.takes_alt_text:
        return ""
    theirs = without_additions(said, brief)
    limit = brief.platform.alt_text_limit
    # A captioner may have read a link off the photo: that is nobody's to publish either.
    told = _plain(brief) or (theirs if _is_sound(theirs, brief) else without_additions(_description(brief), brief))
    return trim(told, lambda start: len(start) <= limit) if limit else told


def _plain(brief: Brief) -> str:
    """All that may be said where nothing was read, whatever a writer makes of it; '' where something was."""
    language, reading = brief.language.key, brief.reading
    is_known = bool(reading.tags) or not says_nothing(reading.description)
    return "" if is_known or language not in worded_languages() else from_tags((), language)


def _is_sound(alt_text: str, brief: Brief) -> bool:
    is_spoken = bool(alt_text) and language_share(alt_text, brief.language) >= LEAST_IN_SCRIPT
    return is_spoken and not unsupported(alt_text, brief.language.key, brief.reading)


def _description(brief: Brief) -> str:
    descriptions, language = brief.reading.description, brief.language
    if language.key not in descriptions and descriptions.get(language.words_of):
        return converted(clean(descriptions[language.words_of]), language.script_conversion)
    return clean(descriptions.get(language.key) or next(filter(None, descriptions.values()), ""))
