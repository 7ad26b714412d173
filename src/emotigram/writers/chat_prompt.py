"""What a chat model is told: a system message that never changes, then one request per brief."""

from __future__ import annotations

import json

from emotigram.chat.prompts import render
from emotigram.domain import Brief

_PACKAGE = "emotigram.writers"


def system_message() -> str:
    """The rules; the same for every brief, and sent first, so that providers serve it from their cache."""
    return render(_PACKAGE, "system.j2")


def request_message(brief: Brief) -> str:
    """What is wanted, then the reading as one JSON object, which cannot break out of its line."""
    text = render(
        _PACKAGE,
        "request.j2",
        language=brief.language,
        platform=brief.platform,
        length=brief.platform.soft_lengths.get(brief.language.lengths_like),
        style_instruction=_in_language(dict(brief.style.instruction), brief.language.key),
        tone=brief.tone,
        data=json.dumps(_data(brief), ensure_ascii=False),  # Chinese as \u escapes would cost tokens
    )
    return text.encode("utf-8", "replace").decode("utf-8")  # half an emoji in the user's words cannot be sent


def _data(brief: Brief) -> dict[str, object]:
    reading, language = brief.reading, brief.language.key
    sentiment = reading.affect.sentiment
    shares = {str(label): round(share, 2) for label, share in sentiment.probabilities.items()}
    return {
        "description": dict(reading.description),
        "tweet": _in_language(dict(reading.tweets), language),
        "tags": [_in_language(dict(tag.names), language) for tag in reading.tags],
        "sentiment": {"label": sentiment.label, "probabilities": shares},
        "users_own_words": reading.user_text,
    }


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
