"""Readings and posts as plain JSON values: one shape for the command line and the REST API."""

from __future__ import annotations

from emotigram.domain import Affect, Photo, Post, Reading, Sentiment, Tag

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
    """What was read; ``language`` chooses each tag's ``name`` among its ``names``."""
    return {
        "description": dict(reading.description),
        "tweet": reading.tweet,
        "tweets": dict(reading.tweets),
        "tags": [_tag_payload(tag, language) for tag in reading.tags],
        "affect": affect_payload(reading.affect),
        "read_by": dict(reading.read_by),
        "notes": list(reading.notes),
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


def post_payload(post: Post) -> dict[str, object]:
    """The post with the checks it went through."""
    return {
        "title": post.title,
        "text": post.text,
        "hashtags": list(post.hashtags),
        "alt_text": post.alt_text,
        "full_text": post.full_text,
        "platform": post.platform,
        "language": post.language,
        "style": post.style,
        "written_by": post.written_by,
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "figure": round(check.figure, _DIGITS),
                "limit": round(check.limit, _DIGITS),
            }
            for check in post.checks
        ],
        "notes": list(post.notes),
    }


def payload(photo: Photo, reading: Reading, post: Post | None, language: str) -> dict[str, object]:
    """All about one photo; without ``post`` where none was written."""
    parts: dict[str, object] = {"photo": photo_payload(photo), "reading": reading_payload(reading, language)}
    if post is not None:
        parts["post"] = post_payload(post)
    return parts


def _tag_payload(tag: Tag, language: str) -> dict[str, object]:
    return {
        "key": tag.key,
        "name": tag.names.get(language, tag.key),
        "names": dict(tag.names),
        "confidence": None if tag.confidence is None else round(tag.confidence, _DIGITS),
    }
