"""The embedded writer's sentences, one file a language in ``data/phrases``, checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from emotigram.data_files import data_languages, read_language
from emotigram.domain import SentimentLabel, Style
from emotigram.errors import UnknownName


@dataclass(frozen=True, slots=True)
class TonePhrases:
    """Sentences of one style in one tone; ``titles`` hold {thing}, ``bare_titles`` do without."""

    openings: tuple[str, ...]
    closings: tuple[str, ...]
    emoji: tuple[str, ...]
    titles: tuple[str, ...]
    bare_titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StylePhrases:
    """One style: ``namings`` hold {things}; ``one_per_line`` writes each sentence on a line of its own."""

    one_per_line: bool
    namings: tuple[str, ...]
    positive: TonePhrases
    neutral: TonePhrases
    negative: TonePhrases

    def voice(self, tone: SentimentLabel) -> TonePhrases:
        """The sentences for a tone."""
        return {"positive": self.positive, "neutral": self.neutral, "negative": self.negative}[tone]


@dataclass(frozen=True, slots=True)
class PhraseBank:
    """All of one language; the data file's comments say what each part is for."""

    gap: str
    comma: str
    last_comma: str
    full_stop: str
    articles: tuple[str, ...]
    described: tuple[str, ...]
    wording: Mapping[str, str]
    hashtag_names: Mapping[str, str]
    hashtags: Mapping[str, tuple[str, ...]]
    styles: Mapping[str, StylePhrases]
    remarks: Mapping[str, Mapping[SentimentLabel, tuple[str, ...]]]

    def has(self, style: Style) -> bool:
        """Whether the style has phrases of its own."""
        return style.key in self.styles

    def style(self, style: Style) -> StylePhrases:
        """The phrases of a style, or those of the one it is like; raises UnknownName where the language has neither."""
        found = self.styles.get(style.key) or self.styles.get(style.like)
        if found is None:
            raise UnknownName(kind="style of the embedded writer", name=style.key, known=", ".join(self.styles))
        return found

    def remarks_on(self, kind: str, tone: SentimentLabel) -> tuple[str, ...]:
        """Sentences that suit a kind of tag; a kind the bank does not know is spoken of as a thing."""
        return self.remarks.get(kind, self.remarks["thing"])[tone]

    def bare(self, name: str) -> str:
        """A name without its article."""
        for article in self.articles:
            name = name.removeprefix(article)
        return name


@cache
def phrase_languages() -> tuple[str, ...]:
    """The languages that have phrases."""
    return data_languages("phrases")


@cache
def phrase_bank(language: str) -> PhraseBank:
    """The phrases of a language; raises UnknownName."""
    known = phrase_languages()
    if language not in known:
        raise UnknownName(kind="language of the embedded writer", name=language, known=", ".join(known))
    return TypeAdapter(PhraseBank).validate_python(read_language("phrases", language), extra="forbid")
