"""Posts from a bank of whole thoughts: offline, immediate, and saying only what photo and words hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from emotigram import catalogue
from emotigram.domain import Brief, Candidate, Check, Draft, Note
from emotigram.editing.counting import title_length
from emotigram.engines import Engine
from emotigram.ports import Writer
from emotigram.settings import Settings
from emotigram.tags.wording import from_tags, worded_languages
from emotigram.writers.embedded.choosing import Chosen, by_angle, choices, may_play
from emotigram.writers.embedded.hashtags import hashtags
from emotigram.writers.embedded.naming import manner, name_in
from emotigram.writers.embedded.own_text import is_in_language, own_text
from emotigram.writers.embedded.recent import RecentThoughts, own_file
from emotigram.writers.embedded.revising import kept_of, revised
from emotigram.writers.embedded.subjects import Subject, levels, subjects
from emotigram.writers.embedded.thoughts import thought_languages, thoughts_on

_NEAR = 24  # thoughts that seeds choose among: those after them are of broader subjects
_OTHER_TRIES = 6  # candidates of a repair: they cost a millisecond each


def build(settings: Settings) -> EmbeddedWriter:
    """Return the writer; the seed comes with each brief."""
    return EmbeddedWriter(own_file() if settings.remember_lines else None)


ENGINE = Engine(names={"en": "write posts, offline", "zh": "撰写文案（离线）"}, build=build, cpu_s=0.008)


class EmbeddedWriter(Writer):
    """Puts one whole thought beside the user's own words, or leaves it at those."""

    name = "embedded"

    def __init__(self, memory: Path | None = None) -> None:
        self.languages = thought_languages()
        self._recent = RecentThoughts(memory)

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield the candidates, each from another angle, none with a thought that another photo had lately.

        The same brief gives the same posts, unless another photo has taken theirs. Raises UnknownName for a language
        without thoughts.
        """
        yield from self._drafts(brief, range(brief.candidates))

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:  # noqa: ARG002
        """Yield candidates with other thoughts: what was wrong with one is wrong with the thought it was made of."""
        yield from self._drafts(brief, range(brief.candidates, brief.candidates + _OTHER_TRIES))

    def _drafts(self, brief: Brief, variants: range) -> Iterator[Draft]:
        brief = _in_style_of_revision(brief)
        found, taken = subjects(brief), self._recent.taken(brief)
        own = kept_of(brief) if brief.previous else own_text(brief)
        revision = revised(own, brief) if brief.previous else None
        most = brief.aimed_length[1] - len(own)
        notes, alt_text, used = _notes(brief, found), _alt_text(brief), list[str]()

        @cache
        def pool(form: str) -> list[Chosen]:
            return by_angle(choices(brief, levels(found, is_open=not own), form, most, taken), brief)

        for variant in variants:
            chosen = None if revision else _chosen(brief, own, variant, pool)
            if chosen:
                used.append(chosen.text)
                if own and not brief.previous:
                    yield Draft(text=own, candidate=variant)
            draft = revision or _made(brief, own, chosen, found)
            yield replace(draft, alt_text=alt_text, notes=(*draft.notes, *notes), candidate=variant)
        self._recent.keep(brief, used)


def _in_style_of_revision(brief: Brief) -> Brief:
    """The brief in the style that its revision asks for."""
    revision = brief.revision
    return replace(brief, style=catalogue.style(revision.style)) if revision and revision.style else brief


def _chosen(brief: Brief, own: str, variant: int, pool: Callable[[str], list[Chosen]]) -> Chosen | None:
    """The thought of a candidate, None for the user's words alone."""
    # blind readers score the user's words alone above any line beside them
    is_alone = own and not brief.previous and variant == brief.seed % brief.candidates
    forms = brief.style.forms or brief.platform.forms
    found = pool(forms[variant % len(forms)])
    if not found or is_alone:
        return None
    turn = variant + brief.seed * brief.candidates  # another seed goes on where this one's candidates end
    return found[turn % min(len(found), _NEAR)]


def _made(brief: Brief, own: str, chosen: Chosen | None, found: list[Subject]) -> Draft:
    """The user's words and the thought; a title of theirs, or the note's own, where the platform has titles."""
    title, ours = "", chosen.text if chosen else ""
    if chosen and chosen.thought.form == "note":
        title, _, ours = ours.partition("\n\n")
    elif chosen and brief.platform.title_limit and not own:
        title = _headline(brief, chosen)
    if own and brief.platform.title_limit and title_length(own, brief.platform) <= brief.platform.title_limit and ours:
        title, own = own.rstrip("。.，,"), ""
    gap = "\n\n" if brief.platform.title_limit or "\n" in own else manner(brief.language.key).gap
    text = gap.join(filter(None, [_ended(own, brief) if ours else own, ours]))
    if chosen:
        title, text = _with_emoji(title, text, brief, found)
    return Draft(title, text, hashtags(brief, found))


def _headline(brief: Brief, chosen: Chosen) -> str:
    """A short line on the same subject as the thought, so that the title does not say its beginning twice."""
    lines = choices(brief, [chosen.subject], "line", brief.platform.title_limit)
    fitting = (each.text for each in lines if each.thought.form == "line" and each.text != chosen.text)
    title = next((text for text in fitting if title_length(text, brief.platform) <= brief.platform.title_limit), "")
    return title.rstrip("。.")


def _ended(own: str, brief: Brief) -> str:
    """The user's words with a full stop where a line of ours follows a letter."""
    return own + manner(brief.language.key).full_stop if own[-1:].isalnum() else own


def _with_emoji(title: str, text: str, brief: Brief, found: list[Subject]) -> tuple[str, str]:
    """One emoji of the subject, where the style likes them, or the platform does and the post is glad."""
    emoji = next((each for subject in found for each in thoughts_on(subject.topic, brief.language.key).emoji), "")
    is_wanted = brief.style.emoji if brief.style.emoji is not None else brief.tone == "positive"
    if not emoji or not is_wanted or not may_play(brief) or not (brief.platform.is_lively or brief.style.emoji):
        return title, text
    if title and title_length(title + emoji, brief.platform) <= brief.platform.title_limit:
        return title + emoji, text
    return title, f"{text}{manner(brief.language.key).gap}{emoji}"


def _notes(brief: Brief, found: list[Subject]) -> tuple[Note, ...]:
    own = brief.reading.user_text.strip()
    if own and not is_in_language(own, brief):
        return (Note("own_words_language"),)
    is_known = any(thoughts_on(each.topic, brief.language.key).thoughts for each in levels(found, is_open=False))
    return () if own or is_known else (Note("one_word"),)


def _alt_text(brief: Brief) -> str:
    """What is surely there, in the post's language, where the captioner has not said it in that; '' for nothing."""
    language = brief.language.key
    if language in brief.reading.description or language not in worded_languages():
        return ""
    named = [(tag, name_in(tag, language)) for tag in brief.reading.tags]
    tags = [replace(tag, names={language: name}) for tag, name in named if name]
    return from_tags(tags, language) if tags else ""
