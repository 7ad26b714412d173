"""What a chat model is told: a system message that never changes, then one request per brief, then what to mend."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from emotigram.chat.messages import Message
from emotigram.chat.prompts import render
from emotigram.domain import Brief, Candidate, Check
from emotigram.tags.vocabulary import name_of

_PACKAGE = "emotigram.writers.chat"
_MOST_OWN_WORDS = 2000  # characters of the user's text; more is no caption's matter and costs tokens
_MOST_PAST, _PAST_LENGTH = 5, 300  # posts of the creator's, characters of each
_MOST_REVISED = 2000  # characters of the post to revise


def system_message() -> str:
    """The rules; the same for every brief, and sent first, so that providers serve it from their cache."""
    return render(_PACKAGE, "system.j2")


def write_messages(brief: Brief) -> list[Message]:
    """The messages that ask for a brief's candidates."""
    return [{"role": "system", "content": system_message()}, {"role": "user", "content": request_message(brief)}]


def repair_messages(brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> list[Message]:
    """The messages that ask for one better post, in the same conversation."""
    post = {
        "title": candidate.title,
        "text": candidate.text,
        "hashtags": list(candidate.hashtags),
        "alt_text": candidate.alt_text,
    }
    said = json.dumps({"posts": [post]}, ensure_ascii=False)
    asked = render(_PACKAGE, "repair.j2", faults=faults, language=brief.language, tone=brief.tone)
    return [*write_messages(brief), {"role": "assistant", "content": said}, {"role": "user", "content": asked}]


def request_message(brief: Brief) -> str:
    """What is wanted, then the reading as one JSON object, which cannot break out of its line."""
    text = render(
        _PACKAGE,
        "request.j2",
        candidates=brief.candidates,
        language=brief.language,
        platform=brief.platform,
        length=brief.soft_length,
        style_instruction=_in_language(brief.style.instruction, brief.language.key),
        is_sober=brief.is_sober,
        tone=brief.tone,
        revision_instruction=_in_language(brief.revision.instruction, brief.language.key) if brief.revision else "",
        is_rewritten=bool(brief.previous),
        data=json.dumps(_data(brief), ensure_ascii=False),  # Chinese as \u escapes would cost tokens
    )
    return text.encode("utf-8", "replace").decode("utf-8")  # half an emoji in the user's words cannot be sent


def _data(brief: Brief) -> dict[str, object]:
    reading, language = brief.reading, brief.language.key
    sentiment = reading.affect.sentiment
    shares = {str(label): round(share, 2) for label, share in sentiment.probabilities.items()}
    revised = {"post_to_revise": brief.previous[:_MOST_REVISED]} if brief.revision and brief.previous else {}
    return {
        "description": dict(reading.description),
        "tweet": _in_language(reading.tweets, language),
        "tags": [name_of(tag.key, language) or _in_language(tag.names, language) for tag in reading.tags],
        "sentiment": {"label": sentiment.label, "probabilities": shares},
        "users_own_words": reading.user_text[:_MOST_OWN_WORDS],
        "words_in_the_photo": reading.seen_text,
        "past_posts": [post[:_PAST_LENGTH] for post in brief.past_posts[:_MOST_PAST]],
        **revised,
    }


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
