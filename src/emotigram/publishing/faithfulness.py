"""Whether a post names only what the reading or the user's own words hold."""

from __future__ import annotations

from emotigram.domain import Reading
from emotigram.vocabulary import vocabulary, vocabulary_languages, with_broader


def unsupported(text: str, language: str, reading: Reading) -> tuple[str, ...]:
    """The words of a text that speak of things nobody saw or told of, in order; () for a language without words."""
    if language not in vocabulary_languages():
        return ()
    known = supported(reading)
    return tuple(word for word, tags in vocabulary(language).words_in(text).items() if not tags & known)


def supported(reading: Reading) -> frozenset[str]:
    """The tags that a post may speak of: seen, described, told by the user, or going without saying beside those."""
    told = {
        key
        for text, language in _sources(reading)
        for tags in vocabulary(language).words_in(text).values()
        for key in tags
    }
    return with_broader({*(tag.key for tag in reading.tags), *told})


def _sources(reading: Reading) -> list[tuple[str, str]]:
    """Texts that a post may lean on, with their language; the user may write in any."""
    known = vocabulary_languages()
    read = [
        (text, key) for texts in (reading.description, reading.tweets) for key, text in texts.items() if key in known
    ]
    return read + [(text, key) for text in (reading.user_text, reading.seen_text) if text for key in known]
