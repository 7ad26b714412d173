"""What a description may not contradict: the surest thing in the photo, and the description in the other language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emotigram.domain import Tag
from emotigram.inference.word_list import split_words
from emotigram.tags.vocabulary import broader_chain, tag_entries, trained_entries, vocabulary, with_broader

_SUBJECTS = ("animal", "food", "vehicle")  # what a photo is of, wherever it is sure
_WORN = {"clothes", "hat", "sports_gear"}  # which is seldom what a photo is of
_CERTAIN = 0.9
_LIVING = ("animal", "people")
_NAME = 5  # letters of a word that is more than grammar: "a motorcycle sits on a motorcycle"
_PIECE = {"en": 3, "zh": 4}  # words or characters that no short sentence says twice
_ANY = {"animal", "wild_animal"}  # which says too little to tell two apart


def agreeing(sentences: Mapping[str, str], tags: Sequence[Tag]) -> dict[str, str]:
    """The sentences by language that name one of the photo's sure subjects, if it has any, and not another's.

    Sentences that speak of different beings are both left out: one of them is wrong, and nobody knows which.
    """
    named = {language: _named(sentence, language) for language, sentence in sentences.items()}
    kept = {
        language: text
        for language, text in sentences.items()
        if _has_subject(named[language], tags) and not _repeats(text, language)
    }
    living = [beings for language in kept if (beings := _beings(named[language]))]
    return {} if len(living) > 1 and not living[0] & living[1] else kept


def _repeats(sentence: str, language: str) -> bool:
    """Whether a sentence says the same twice, as decoders do: "a white shirt and a white shirt"."""
    units = split_words(sentence, language)
    if language == "en" and any(units.count(unit) > 1 for unit in units if len(unit) >= _NAME):
        return True
    pieces = list(zip(*(units[start:] for start in range(_PIECE[language])), strict=False))
    return len(set(pieces)) < len(pieces)


def _named(sentence: str, language: str) -> frozenset[str]:
    """Tags that a sentence's words may mean."""
    return frozenset(key for keys in vocabulary(language).words_in(sentence).values() for key in keys)


def _has_subject(named: frozenset[str], tags: Sequence[Tag]) -> bool:
    """Whether the sentence names a sure subject, what that is a kind of, or a kind of it; a dog is no lion."""
    subjects = [tag.key for tag in tags if tag.kind in _SUBJECTS or _is_certain_thing(tag)]
    return not subjects or any(
        key in broader_chain(name) or name in broader_chain(key) for key in subjects for name in named
    )


def _is_certain_thing(tag: Tag) -> bool:
    is_sure = tag.key not in trained_entries() and (tag.confidence or 0.0) >= _CERTAIN
    return is_sure and _WORN.isdisjoint(broader_chain(tag.key))


def _beings(named: frozenset[str]) -> frozenset[str]:
    """People as one, animals each with its own kinds."""
    entries = tag_entries()
    living = {key for key in with_broader(named) if entries[key]["kind"] in _LIVING} - _ANY
    return frozenset("person" if entries[key]["kind"] == "people" else key for key in living)
