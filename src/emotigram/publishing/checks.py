"""What is verified of every candidate, each property with its figure and limit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from emotigram.data_files import read_data
from emotigram.domain import Affect, Brief, Check, Platform
from emotigram.editing.counting import count, graphemes, title_length
from emotigram.editing.languages import LEAST_IN_SCRIPT, language_share
from emotigram.editing.repetition import repetition, shared
from emotigram.editing.sentences import sentences
from emotigram.publishing.additions import mentions
from emotigram.publishing.finish import Finished
from emotigram.publishing.register import cheer
from emotigram.publishing.specificity import is_specific
from emotigram.tags.faithfulness import unsupported
from emotigram.understanding.inventions import inventions

_MOST_REPEATED = 0.25  # of four-grams; a refrain is fine, a loop or an old post is not
# A revision keeps the thought of a post and many of its words, so that only nearly the same again is wrong; a shorter
# one may be a mere cut.
_MOST_KEPT = 0.8
# A dry line is often neither glad nor sad to a judge: only what it surely takes for the opposite is wrong.
_MOST_AGAINST = 0.9
_QUOTED = 40  # characters in a row of what the model was told that no post has by chance


def checks_of(made: Finished, brief: Brief, affect: Affect | None = None, rules: str = "") -> tuple[Check, ...]:
    """All checks of a finished candidate; those of limits that the platform does not have are left out.

    ``affect`` is the judge's of its words, None where the judge does not read the language; ``rules`` are what the
    writer was told, which no post may quote.
    """
    said = "\n".join(filter(None, [made.title, made.text, *made.hashtags]))
    checks = [*_limits(made, brief.platform), *_reading_well(made, brief), *_revised(made.text, brief)]
    share = language_share(_new(f"{made.title}\n{made.text}", brief.previous), brief.language)
    checks.append(Check("language", share >= LEAST_IN_SCRIPT, share, LEAST_IN_SCRIPT, is_hard=True))
    if affect is not None:
        checks.append(_emotion(affect, brief))
    checks.append(_none("faithfulness", unsupported(said, brief.language.key, brief.reading)))
    given = "\n".join([brief.reading.user_text, brief.reading.seen_text, brief.previous])
    checks.append(_none("invented", inventions(f"{made.title}\n{made.text}", given)))
    if brief.is_sober:
        checks.append(_none("register", cheer(made, brief), is_hard=True))
    is_specific_post = is_specific(f"{made.title}\n{made.text}", brief)
    checks.append(Check("specific", is_specific_post, float(is_specific_post), 1))
    checks.append(_none("phrases", tuple(phrase for phrase in _phrases("banned") if phrase in said.casefold())))
    checks.append(_none("filler", filler(said, given)))
    checks.append(_none("additions", made.additions))
    if rules:
        checks.append(_none("secrecy", _quoted(said, rules), is_hard=True))
    return (*checks, _repeated(made.text, brief))


def _new(text: str, previous: str) -> str:
    """The sentences that a text to revise did not have: what that was written in is the user's."""
    return "".join(each for each in sentences(text) if each.strip() not in previous) if previous else text


def _limits(made: Finished, platform: Platform) -> Iterator[Check]:
    """What the platform would refuse."""
    length = count(made.full_text, platform)
    is_within = length <= platform.text_limit or not platform.text_limit
    is_hard = platform.text_limit_is_hard or not length
    yield Check("length", length > 0 and is_within, length, platform.text_limit, is_hard)
    if platform.byte_limit:
        yield _at_most("bytes", len(made.full_text.encode("utf-8")), platform.byte_limit)
    if platform.title_limit:
        yield _at_most("title", title_length(made.title, platform), platform.title_limit)
    tags = len(made.hashtags)
    yield Check(
        "hashtags", tags <= platform.hashtag_limit, tags, platform.hashtag_limit, platform.hashtag_limit_is_hard
    )
    if platform.hashtag_length:
        longest = max((len(graphemes(hashtag)) for hashtag in made.hashtags), default=0)
        yield _at_most("hashtag_length", longest, platform.hashtag_length)
    if platform.mention_limit:
        yield _at_most("mentions", mentions(made.full_text), platform.mention_limit)
    if platform.alt_text_limit:
        yield _at_most("alt_text", len(made.alt_text), platform.alt_text_limit)


def _reading_well(made: Finished, brief: Brief) -> Iterator[Check]:
    """What readers would rather have; ``whole`` counts what the draft had before it was cut to the limit."""
    platform = brief.platform
    if platform.text_limit and platform.text_limit_is_hard:
        yield Check("whole", made.uncut_length <= platform.text_limit, made.uncut_length, platform.text_limit)
    figure = len(made.text)
    fewest, most = brief.soft_length or (1, platform.text_limit or figure)
    if brief.reading.user_text.strip():
        fewest = 1  # what somebody wrote is as long as they wanted it
    yield Check("soft_length", fewest <= figure <= most, figure, fewest if figure < fewest else most)
    if platform.soft_lines:
        lines = made.text.count("\n") + 1
        yield Check("lines", lines <= platform.soft_lines, lines, platform.soft_lines)


def _revised(text: str, brief: Brief) -> Iterator[Check]:
    """Whether a text that was to become shorter did."""
    if brief.revision and brief.revision.shortens and brief.previous:
        most = brief.revision.most(len(brief.previous))
        yield Check("revision", len(text) <= most, len(text), most)


def _repeated(text: str, brief: Brief) -> Check:
    """How much of a text repeats itself or an earlier post, or is left as it was in the post to revise."""
    is_cut = brief.revision is not None and brief.revision.shortens
    kept = shared(text, brief.previous) if brief.previous and not is_cut else 0.0
    if kept > _MOST_KEPT:
        return Check("repetition", passed=False, figure=kept, limit=_MOST_KEPT)
    repeated = repetition(text, brief.past_posts)
    return Check("repetition", repeated <= _MOST_REPEATED, repeated, _MOST_REPEATED)


def _emotion(affect: Affect, brief: Brief) -> Check:
    """The judge's chance that the words carry the opposite of the tone; a calm post may be neither surely."""
    chances = affect.sentiment.probabilities
    worst = {"positive": "negative", "negative": "positive"}.get(brief.tone, "")
    against = (
        chances["positive" if worst == "positive" else "negative"]
        if worst
        else max(chances["positive"], chances["negative"])
    )
    return Check("emotion", against <= _MOST_AGAINST, against, _MOST_AGAINST, detail=affect.sentiment.label)


def _at_most(name: str, figure: int, limit: int) -> Check:
    return Check(name, figure <= limit, figure, limit, is_hard=True)


def _none(name: str, found: tuple[str, ...], is_hard: bool = False) -> Check:
    return Check(name, not found, len(found), 0, is_hard, ", ".join(found))


def _quoted(said: str, rules: str) -> tuple[str, ...]:
    """The first run of characters that a text shares with what its writer was told."""
    text, told = _flat(said), _flat(rules)
    runs = (text[at : at + _QUOTED] for at in range(len(text) - _QUOTED + 1))
    return tuple(run for run in [next((run for run in runs if run in told), "")] if run)


def _flat(text: str) -> str:
    return regex.sub(r"[^\p{L}\p{N}]+", " ", text.casefold())


def filler(text: str, given: str) -> tuple[str, ...]:
    """The phrases of a text that could stand under any photo, but for those in what the user gave."""
    said, own = text.casefold(), given.casefold()
    return tuple(phrase for phrase in _phrases("filler") if phrase in said and phrase not in own)


@cache
def _phrases(name: str) -> tuple[str, ...]:
    """All phrases of a list in ``data``, whatever their language."""
    return tuple(dict.fromkeys(phrase for phrases in read_data(f"{name}.toml").values() for phrase in phrases))
