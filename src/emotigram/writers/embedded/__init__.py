"""Posts from a phrase bank: offline, immediate, and naming only what the reading holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from emotigram import catalogue
from emotigram.domain import Brief, Candidate, Check, Draft, Note, Tag
from emotigram.editing.cleaning import clean
from emotigram.editing.counting import title_length
from emotigram.editing.languages import share_in_script
from emotigram.engines import Engine
from emotigram.ports import Writer
from emotigram.settings import Settings
from emotigram.tags.wording import from_tags, says_nothing, worded_languages
from emotigram.writers.embedded.fitting import alone, fitted, fresh
from emotigram.writers.embedded.naming import hashtag, joined, name_in, said, things_to_name
from emotigram.writers.embedded.phrase_bank import PhraseBank, TonePhrases, phrase_bank, phrase_languages

_MOST_HASHTAGS = 5  # platforms may allow more, readers do not want more


_QUOTES = frozenset('"“”「」『』')  # around words that stand in the photo: somebody else's, whatever they say
_OTHER_TRIES = 6  # candidates of a repair: they cost a millisecond each


def build(settings: Settings) -> EmbeddedWriter:  # noqa: ARG001
    """Return the writer; the seed comes with each brief."""
    return EmbeddedWriter()


ENGINE = Engine(names={"en": "write posts, offline", "zh": "撰写文案（离线）"}, build=build, cpu_s=0.008)


class EmbeddedWriter(Writer):
    """Joins sentences that fit the photo, the tone, the style and the platform."""

    name = "embedded"

    def __init__(self) -> None:
        self.languages = phrase_languages()

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield each candidate after its opening, before its closing, and whole; the same brief gives the same posts.

        Raises UnknownName for a language the phrase bank lacks.
        """
        yield from self._candidates(brief, range(brief.candidates))

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:  # noqa: ARG002
        """Yield candidates of other phrases: what was wrong with one is wrong with the phrases it was made of."""
        yield from self._candidates(brief, range(brief.candidates, brief.candidates + _OTHER_TRIES))

    def _candidates(self, brief: Brief, variants: range) -> Iterator[Draft]:
        bank = phrase_bank(brief.language.key)
        brief = _in_style_of_revision(brief, bank)
        notes = () if bank.has(brief.style) else (_style_note(brief),)
        alt_text = _alt_text(brief)
        for variant in variants:
            for draft in _growing(brief, bank, variant):
                yield replace(draft, alt_text=alt_text, notes=notes, candidate=variant)


def _style_note(brief: Brief) -> Note:
    return Note("style_like", {"style": dict(brief.style.names), "tongue": dict(brief.language.names)})


def _in_style_of_revision(brief: Brief, bank: PhraseBank) -> Brief:
    """The brief in the style that its revision asks for, where the language has phrases of it."""
    style = catalogue.style(brief.revision.style) if brief.revision and brief.revision.style else brief.style
    return replace(brief, style=style) if bank.has(style) else brief


def _growing(brief: Brief, bank: PhraseBank, variant: int) -> Iterator[Draft]:
    style = bank.style(brief.style)
    choose, voice = _Chooser(brief, variant), style.voice(brief.tone)
    named = things_to_name(brief.reading.tags, brief.language.key)
    separator = "\n" if style.one_per_line or brief.platform.title_limit else bank.gap
    sentences = _sentences(brief, bank, named, choose, separator)
    title = _title(brief, bank, voice, named, choose)
    hashtags = _hashtags(brief, bank, named, choose)
    for written in sorted({1, len(sentences) - 1} - {0}):
        yield Draft(title, separator.join(sentences[:written]))
    yield Draft(title, separator.join(sentences), hashtags)


def _alt_text(brief: Brief) -> str:
    """What is surely there, in the post's language, where the captioner has not said it in that; '' for nothing."""
    language = brief.language.key
    if language in brief.reading.description or language not in worded_languages():
        return ""
    named = [(tag, name_in(tag, language)) for tag in brief.reading.tags]
    tags = [replace(tag, names={language: name}) for tag, name in named if name]
    return from_tags(tags, language) if tags else ""


class _Chooser:
    """Picks sentences: an order that depends on brief and variant alone, stepped through by the brief's seed."""

    def __init__(self, brief: Brief, variant: int) -> None:
        reading = brief.reading
        tags = [(tag.key, None if tag.confidence is None else round(tag.confidence, 3)) for tag in reading.tags]
        # photos of which nothing is known read alike: what tells them apart is the file
        files = [] if tags else [photo.sha256 for photo in reading.photos]
        self._identity = (
            f"{tags or files}{sorted(reading.description.items())}{brief.platform.key}{brief.tone}{variant}"
        )
        self._seed = brief.seed
        self._previous = brief.previous
        self._turn = 0

    def __call__(self, options: Sequence[str]) -> str:
        # Each turn steps on at its own pace, so that the next seed changes every sentence and pairs do not recur.
        self._turn += 1
        options = fresh(options, self._previous)
        order = random.Random(f"{self._identity}{self._turn}").sample(options, len(options))  # noqa: S311
        return order[(self._seed + self._turn * (self._seed // 4)) % len(order)]


def _sentences(brief: Brief, bank: PhraseBank, named: list[Tag], choose: _Chooser, separator: str) -> list[str]:
    """Opening, what is in the photo, remarks as far as there is room, closing; fewer where that is too long."""
    style = bank.style(brief.style)
    voice = style.voice(brief.tone)
    own = _own_words(brief, bank)
    opening = own or choose(voice.openings)
    closing = choose(voice.closings)
    subject = _subject(brief, bank, style.namings, named, choose)
    fewest, most = brief.aimed_length
    aim = fewest if style.one_per_line else (fewest + most) // 2
    body = [opening, *subject]
    remarks, spare = _remarks(brief, bank, named, choose)
    for remark in [*remarks, *spare]:
        length = len(separator.join([*body, closing]))
        if length < (aim if remark in remarks else fewest) and length + len(remark) < most:
            body.append(remark)
    pairs = [[opening, *subject], [*subject, closing], [opening, closing]]
    if own:  # the user's words need carry no tone: the closing does
        pairs.reverse()
    choices = [[*body, closing], [opening, *subject, closing], *pairs, [opening], [closing]]
    kept = fitted(choices, brief, separator) or [choose(alone(brief, bank, voice))]
    return _with_emoji(kept, brief, voice, choose, bank.gap)


def _subject(brief: Brief, bank: PhraseBank, namings: Sequence[str], named: list[Tag], choose: _Chooser) -> list[str]:
    """The sentence that says what is in the photo: its tags, else its description, else none."""
    if named:
        things = joined(named, brief.language.key, bank)
        sentences = [naming.format(things=things) for naming in namings]
        return [choose([sentence[0].upper() + sentence[1:] for sentence in sentences])]
    told = brief.reading.description.get(brief.language.key, "")
    description = "" if says_nothing({brief.language.key: told}) else _one_line(told, bank)
    is_fit = description and len(description) <= brief.aimed_length[1] // 2 and _is_in_language(description, brief)
    if not is_fit or set(description) & _QUOTES:
        return []
    return [choose([each.replace("{description}", description) for each in bank.described])]


def _remarks(brief: Brief, bank: PhraseBank, named: list[Tag], choose: _Chooser) -> tuple[list[str], list[str]]:
    """On the main thing, on one of another kind and on the moment; then spare ones, for a post still too short."""
    kinds = list(dict.fromkeys(tag.kind for tag in named))[:2]
    remarks = [choose(bank.remarks_on(kind, brief.tone)) for kind in [*kinds, "moment"]]
    spare = [each for each in bank.remarks_on("moment", brief.tone) if each not in remarks]
    return remarks, spare


def _own_words(brief: Brief, bank: PhraseBank) -> str:
    """The user's own text as an opening, where it is short, plain and in the post's language."""
    words = _one_line(brief.reading.user_text, bank)
    is_fit = words and len(words) <= brief.aimed_length[1] // 3 and not set(words) & set("#＃@/\\")
    return words if is_fit and _is_in_language(words, brief) else ""


def _one_line(text: str, bank: PhraseBank) -> str:
    line = " ".join(clean(text).split())
    return line if not line or not line[-1].isalnum() else line + bank.full_stop


def _is_in_language(text: str, brief: Brief) -> bool:
    return any(char.isalpha() for char in text) and share_in_script(text, brief.language) >= 0.5


def _with_emoji(sentences: list[str], brief: Brief, voice: TonePhrases, choose: _Chooser, gap: str) -> list[str]:
    """One emoji at the end where there is room; where titles are, which is livelier, another after the opening."""
    last, first = choose(voice.emoji), choose(voice.emoji)
    room = brief.aimed_length[1] - len("\n".join(sentences)) - len(f"{gap}{last}")
    if room >= 0:
        sentences[-1] = f"{sentences[-1]}{gap}{last}".rstrip()
    if brief.platform.title_limit and first != last and len(sentences) > 1 and room >= len(f"{gap}{first}"):
        sentences[0] = f"{sentences[0]}{gap}{first}".rstrip()
    return sentences


def _title(brief: Brief, bank: PhraseBank, voice: TonePhrases, named: list[Tag], choose: _Chooser) -> str:
    limit = brief.platform.title_limit
    titles = [title.format(thing=said(named[0], brief.language.key, bank)) for title in voice.titles] if named else []
    fitting = [title for title in titles if title_length(title, brief.platform) <= limit] or voice.bare_titles
    chosen = choose(fitting) if limit else ""
    return chosen[:1].upper() + chosen[1:]


def _hashtags(brief: Brief, bank: PhraseBank, named: list[Tag], choose: _Chooser) -> tuple[str, ...]:
    room = min(brief.platform.hashtag_limit, _MOST_HASHTAGS)
    names = [hashtag(tag, brief.language.key, bank) for tag in named]
    things = list(filter(None, names))[: max(room - 1, 0)]
    mood, topic, other = choose(bank.hashtags[brief.tone]), choose(bank.hashtags["topics"]), bank.hashtags["topics"]
    return tuple(dict.fromkeys([*things, mood, topic, *other]))[:room]
