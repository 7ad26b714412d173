"""Which thoughts of the bank a post may use, and which of them a candidate does."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from emotigram.domain import Brief, SentimentLabel
from emotigram.tags.faithfulness import names_only, supported
from emotigram.tags.vocabulary import with_broader
from emotigram.understanding.own_words import understand
from emotigram.writers.embedded.naming import manner, name_in
from emotigram.writers.embedded.recent import hash_of
from emotigram.writers.embedded.subjects import Subject
from emotigram.writers.embedded.thoughts import Thought, thoughts_on

_ENOUGH = 8  # thoughts, so that another seed finds others
_FIRST_ANGLES = ("joke", "subject")  # where a style wishes none: blind readers post these sooner
# What suits a tone, the most fitting first; a joke is dry enough for a calm post, never for a sad one.
_TONES: dict[SentimentLabel, tuple[str, ...]] = {
    "positive": ("warm", "calm"),
    "neutral": ("calm",),
    "negative": ("low",),
}
_OTHER_FORMS = {"note": ("post", "line"), "professional": ("post", "line"), "post": ("line",), "line": ("post",)}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A thought with its name filled in, and what it is about."""

    text: str
    thought: Thought
    subject: Subject


def choices(brief: Brief, levels: Sequence[Subject], form: str, most: int, taken: Collection[str] = ()) -> list[Chosen]:
    """Thoughts in a form that suit photo, tone, style and room, the nearest subject's first, each subject's shuffled.

    ``most`` is the most characters, ``taken`` are hashes of thoughts that others had: they come in only where no form
    has fresh ones. Where a form has few, the next one joins it.
    """
    seen = with_broader(tag.key for tag in brief.reading.tags)
    known = supported(brief.reading, brief.language.key)

    def fits(thought: Thought, text: str) -> bool:
        is_short = 0 < len(text) <= most
        return is_short and thought.needs <= seen and names_only(text, brief.language.key, known)

    found: list[Chosen] = []
    for name in (form, *_OTHER_FORMS[form]):
        found += [each for level in levels for each in _on(level, brief, name, fits)]
        fresh = [each for each in found if hash_of(each.text) not in taken]
        if len(fresh) >= _ENOUGH:
            return fresh
    return fresh or found


def by_angle(found: Sequence[Chosen], brief: Brief) -> list[Chosen]:
    """The thoughts so that neighbours differ in angle, those of the style's angles first.

    Of each level all angles come in turn before the next level's do.
    """
    wished = brief.style.angles or _FIRST_ANGLES
    fitting = [each for each in found if each.thought.angle in wished]
    return [*_in_turn(fitting), *_in_turn([each for each in found if each not in fitting])]


def _in_turn(found: Sequence[Chosen]) -> Iterator[Chosen]:
    rest = list(found)
    while rest:
        topics = dict.fromkeys(each.subject.topic for each in rest)
        near = next(iter(topics))
        turn = {each.thought.angle: each for each in reversed(rest) if each.subject.topic == near}
        first = [each for each in rest if turn.get(each.thought.angle) is each]
        yield from first
        rest = [each for each in rest if each not in first]


def _on(level: Subject, brief: Brief, form: str, fits: Callable[[Thought, str], bool]) -> list[Chosen]:
    """Thoughts on one subject that fit, shuffled."""
    fitting = [
        Chosen(text, thought, level)
        for thought in thoughts_on(level.topic, brief.language.key).thoughts
        if thought.form == form and _suits(thought, brief)
        if not _is_used(text := filled(thought, level, brief), brief) and fits(thought, text)
    ]
    order = random.Random(f"{_identity(brief)}{level.topic}{form}")  # noqa: S311
    order.shuffle(fitting)
    return fitting


def _suits(thought: Thought, brief: Brief) -> bool:
    if thought.tone in _TONES[brief.tone]:
        return thought.angle != "joke" or may_play(brief)
    is_playful = brief.tone == "neutral" and thought.angle == "joke" and thought.tone == "warm"
    return is_playful and may_play(brief)


def may_play(brief: Brief) -> bool:
    """Whether a joke may stand there: nobody jokes beside words that nobody understands."""
    words = brief.reading.user_text.strip()
    return not brief.is_sober and (not words or understand(words).is_light)


def filled(thought: Thought, level: Subject, brief: Brief) -> str:
    """The thought with the thing's name where it has a place for one; '' where nobody knows that."""
    if not thought.is_named:
        return thought.text
    name = name_in(level.tag, brief.language.key) if level.tag else ""
    if not name:
        return ""
    text = thought.text.replace("{a_name}", name).replace("{name}", manner(brief.language.key).bare(name))
    return text[:1].upper() + text[1:]


def _is_used(text: str, brief: Brief) -> bool:
    return any(text in post for post in (*brief.past_posts, brief.previous) if post)


def _identity(brief: Brief) -> str:
    reading = brief.reading
    files = [photo.sha256 for photo in reading.photos]
    return f"{files}{sorted(tag.key for tag in reading.tags)}{reading.user_text}{brief.platform.key}{brief.tone}"
