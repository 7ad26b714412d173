"""Revisions of the text that is there: the user's sentences stay, only lines of ours change, come or go."""

from __future__ import annotations

import regex

from emotigram.domain import Brief, Draft, Note
from emotigram.editing.sentences import clauses, sentences
from emotigram.writers.embedded.choosing import choices, filled
from emotigram.writers.embedded.hashtags import hashtags
from emotigram.writers.embedded.subjects import levels, subjects
from emotigram.writers.embedded.thoughts import thoughts_on

_NAME = regex.compile(r"(?<=[^\s.!?…。！？]\s)\p{Lu}[\p{L}'’-]+|《[^》]+》|[「“\"][^」”\"]+[」”\"]|\p{N}+")
_MARKS = regex.compile(r"[\p{P}\p{S}\p{Z}\p{M}\n]+")
_PICTURES = regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D]+\s*$")


def kept_of(brief: Brief) -> str:
    """The sentences of the text to revise that are not from the bank: the user's own, edited ones too."""
    ours = _ours(brief)
    return "".join(each for each in sentences(brief.previous) if _flat(each) not in ours and _flat(each)).strip()


def revised(kept: str, brief: Brief) -> Draft | None:
    """The revision where no other thought is wanted: a shorter one, or none because it cannot be; else None."""
    revision = brief.revision
    if revision is None:
        return None
    if not revision.shortens:
        is_refused = brief.is_sober and bool(revision.style)
        return Draft(text=brief.previous, notes=(Note("not_revised"),)) if is_refused else None
    most = revision.most(len(brief.previous))
    text = shortened(kept, most) if kept else _shorter_thought(brief, most)
    if not text:
        return Draft(text=brief.previous, notes=(Note("not_revised"),))
    return Draft(text=text, hashtags=hashtags(brief, subjects(brief)))


def shortened(text: str, most: int) -> str:
    """The sentences, or else clauses, of a text that fit into ``most`` characters; '' where names would be lost.

    The first one stays, and all with names in them; the others as far as there is room.
    """
    if len(text) <= most:
        return text
    for parts in (sentences(text), [clause for each in sentences(text) for clause in clauses(each)]):
        names = set(_NAME.findall(text))
        needed = {0} | {at for at, part in enumerate(parts) if any(name in part for name in names)}
        for at in range(len(parts)):
            if at not in needed and len("".join(parts[i] for i in sorted(needed | {at})).strip()) <= most:
                needed.add(at)
        short = "".join(parts[at] for at in sorted(needed)).strip().rstrip("，、；：,;:–—- ")
        if len(short) <= most and len(short) < len(text):
            return short
    return ""


def _shorter_thought(brief: Brief, most: int) -> str:
    pool = choices(brief, levels(subjects(brief), is_open=True), "line", most)
    return next((each.text for each in pool if each.thought.form == "line"), "")


def _ours(brief: Brief) -> set[str]:
    """The sentences of all thoughts that a post on this reading may hold, in any tone."""
    found = levels(subjects(brief), is_open=True)
    thoughts = [(each, level) for level in found for each in thoughts_on(level.topic, brief.language.key).thoughts]
    return {_flat(sentence) for each, level in thoughts for sentence in sentences(filled(each, level, brief))}


def _flat(sentence: str) -> str:
    """A sentence by its letters alone: an emoji or a full stop more is no edit."""
    return _MARKS.sub("", _PICTURES.sub("", sentence)).casefold()
