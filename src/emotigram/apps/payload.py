"""Readings and posts as plain JSON values: one shape for the command line and the REST API."""

from __future__ import annotations

from dataclasses import asdict

from emotigram.domain import Affect, Candidate, Captions, Check, Note, Photo, Plan, Post, Reading, Sentiment, Tag, Usage

_DIGITS = 4  # more would claim a precision that no model here has


def photo_payload(photo: Photo) -> dict[str, object]:
    """Where the photo came from, its size upright, and the hash of its file."""
    return {
        "source": photo.source,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "sha256": photo.sha256,
    }


def reading_payload(reading: Reading, language: str) -> dict[str, object]:
    """What was read; ``language`` is that of each tag's ``name`` and of the notes."""
    return {
        "description": dict(reading.description),
        "tweet": reading.tweet,
        "tweets": dict(reading.tweets),
        "tags": [_tag_payload(tag, language) for tag in reading.tags],
        "affect": affect_payload(reading.affect),
        "read_by": dict(reading.read_by),
        "look": reading.look,
        "notes": [note_payload(note, language) for note in reading.notes],
    }


def captions_payload(captions: Captions, language: str) -> dict[str, object]:
    """What is known of a photo before its emotion is judged."""
    return {
        "description": dict(captions.description),
        "tags": [_tag_payload(tag, language) for tag in captions.tags],
    }


def affect_payload(affect: Affect) -> dict[str, object]:
    """Sentiment, emotions with the likeliest of them, valence and arousal; None and {} where the engine gives none."""
    return {
        "sentiment": sentiment_payload(affect.sentiment),
        "emotion": max(affect.emotions, key=affect.emotions.__getitem__, default=None),
        "emotions": {name: round(value, _DIGITS) for name, value in affect.emotions.items()},
        "valence": None if affect.valence is None else round(affect.valence, _DIGITS),
        "arousal": None if affect.arousal is None else round(affect.arousal, _DIGITS),
    }


def sentiment_payload(sentiment: Sentiment) -> dict[str, object]:
    """Label and probabilities."""
    return {
        "label": sentiment.label,
        **{label: round(value, _DIGITS) for label, value in sentiment.probabilities.items()},
        "confidence": round(sentiment.confidence, _DIGITS),
        "is_ambiguous": sentiment.is_ambiguous,
    }


def note_payload(note: Note, language: str) -> dict[str, object]:
    """Code and values, and the sentence in an interface language."""
    return {"code": note.code, "values": dict(note.values), "message": note.message(language)}


def post_payload(post: Post, language: str) -> dict[str, object]:
    """The post with the checks it went through; its notes are said in ``language``."""
    return {
        "title": post.title,
        "text": post.text,
        "hashtags": list(post.hashtags),
        "alt_text": post.alt_text,
        "full_text": post.full_text,
        "platform": post.platform,
        "language": post.language,
        "style": post.style,
        "tone": post.tone,
        "written_by": post.written_by,
        "checks": [_check_payload(check) for check in post.checks],
        "notes": [note_payload(note, language) for note in post.notes],
        "usage": None if post.usage is None else usage_payload(post.usage),
        "candidates": [_candidate_payload(candidate) for candidate in post.candidates],
    }


def usage_payload(usage: Usage) -> dict[str, object]:
    """Tokens, and the cost with its currency; None for a cost that nobody knows."""
    return asdict(usage)


def plan_payload(plan: Plan) -> dict[str, object]:
    """What would be sent where, and what it would use as estimated."""
    messages = [{"role": role, "content": words} for role, words in plan.messages]
    return {"server": plan.server, "model": plan.model, "messages": messages, "usage": usage_payload(plan.usage)}


def payload(photo: Photo, reading: Reading, post: Post | None, language: str) -> dict[str, object]:
    """All about one photo; without ``post`` where none was written."""
    parts: dict[str, object] = {"photo": photo_payload(photo), "reading": reading_payload(reading, language)}
    if post is not None:
        parts["post"] = post_payload(post, language)
    return parts


def _check_payload(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "passed": check.passed,
        "figure": round(check.figure, _DIGITS),
        "limit": round(check.limit, _DIGITS),
        "is_hard": check.is_hard,
        "detail": check.detail,
    }


def _candidate_payload(candidate: Candidate) -> dict[str, object]:
    return {
        "title": candidate.title,
        "text": candidate.text,
        "hashtags": list(candidate.hashtags),
        "demerits": round(candidate.demerits, _DIGITS),
        "is_repaired": candidate.is_repaired,
        "checks": [_check_payload(check) for check in candidate.checks],
    }


def _tag_payload(tag: Tag, language: str) -> dict[str, object]:
    return {
        "key": tag.key,
        "name": tag.names.get(language, tag.key),
        "names": dict(tag.names),
        "confidence": None if tag.confidence is None else round(tag.confidence, _DIGITS),
    }
