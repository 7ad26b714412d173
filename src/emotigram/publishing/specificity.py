"""Whether a post is about something: the user's words, what was seen, or one line that needs neither."""

from __future__ import annotations

from emotigram.domain import Brief
from emotigram.editing.repetition import tokens
from emotigram.editing.sentences import sentences
from emotigram.tags.faithfulness import supported
from emotigram.tags.vocabulary import vocabulary, vocabulary_languages

_LINE = 60  # tokens: words, or Chinese signs
_SHARED = 0.3  # of the tokens of the user's words: a post that takes up fewer is about something else


def is_specific(text: str, brief: Brief) -> bool:
    """Whether a text takes up the user's words or names what is in the photo, or is a single line."""
    own, said = set(tokens(brief.reading.user_text)), tokens(text)
    if own and len(own & set(said)) >= _SHARED * len(own):
        return True
    language = brief.language.key
    if language in vocabulary_languages():
        known = supported(brief.reading, language)
        if any(tags & known for tags in vocabulary(language).words_in(text).values()):
            return True
    if not own and not brief.reading.tags:
        return True  # nobody knows what it should name
    return len(sentences(text)) <= 3 and len(said) <= _LINE and not own
