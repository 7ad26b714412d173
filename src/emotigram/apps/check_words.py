"""What a check found, in words, for the command line and the web page."""

from __future__ import annotations

from emotigram.domain import Check
from emotigram.texts import say


def finding(check: Check, language: str) -> str:
    """A failed check in one sentence, such as ``The post counts 300; 280 is the most.``"""
    values = {"figure": check.figure, "limit": check.limit, "detail": detail(check, language)}
    return say(f"checks.{check.name}", language, **values)


def detail(check: Check, language: str) -> str:
    """What is at fault: words of the post, or the sentiment that they carry, which has a name in every language."""
    return say(f"sentiment.{check.detail}", language) if check.name == "emotion" else check.detail
