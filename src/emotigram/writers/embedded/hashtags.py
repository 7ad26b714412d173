"""Hashtags that people search for: of the occasion, the thing itself and what it is a kind of, at last its topic's."""

from __future__ import annotations

from emotigram.domain import Brief, Tag
from emotigram.tags.faithfulness import names_only, supported
from emotigram.tags.selection import tag_of
from emotigram.tags.vocabulary import broader_chain
from emotigram.understanding.own_words import understand
from emotigram.understanding.places import places_in
from emotigram.writers.embedded.naming import hashtag
from emotigram.writers.embedded.own_text import is_in_language
from emotigram.writers.embedded.subjects import Subject
from emotigram.writers.embedded.thoughts import thoughts_on

_MOST = 5  # platforms may allow more, readers do not want more
_OF_A_TOPIC = 2
_TOO_BROAD = ("thing", "people", "count", "setting")


def hashtags(brief: Brief, found: list[Subject]) -> tuple[str, ...]:
    """At most five, the most telling first; none where nobody knows what the post is about, or it is sober."""
    if brief.is_sober:
        return ()
    language = brief.language.key
    words = brief.reading.user_text
    is_light = understand(words).is_light
    places = [name.replace(" ", "") for name in places_in(words)] if is_in_language(words, brief) else []
    occasions = [name for each in found if each.tag is None and is_light for name in _of_topic(each, language)]
    things = [name for each in found if each.tag for name in _names(each.tag, language)]
    topics = [name for each in found if each.tag for name in _of_topic(each, language)]
    known = supported(brief.reading, language)
    true = [name for name in [*occasions, *things, *topics] if names_only(name, language, known)]
    return tuple(dict.fromkeys([*places, *true]))[: min(brief.platform.hashtag_limit, _MOST)]


def _of_topic(subject: Subject, language: str) -> tuple[str, ...]:
    return thoughts_on(subject.topic, language).hashtags[:_OF_A_TOPIC]


def _names(tag: Tag, language: str) -> list[str]:
    """The thing's own name and the one of what it is a kind of, where people would use them."""
    kinds = [tag_of(key, None) for key in broader_chain(tag.key)[1:2]]
    telling = [each for each in (tag, *kinds) if each.kind not in _TOO_BROAD or each is tag]
    return [name for each in telling if (name := hashtag(each, language))]
