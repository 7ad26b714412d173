"""From draft to post (being written)."""

from __future__ import annotations

from emotigram.domain import Brief, Draft, Post


def preview(brief: Brief, draft: Draft, written_by: str, notes: tuple[str, ...]) -> Post:
    """The post so far."""
    return finish(brief, draft, written_by, notes)


def finish(brief: Brief, draft: Draft, written_by: str, notes: tuple[str, ...]) -> Post:
    """The polished post."""
    return Post(draft.title, draft.text, draft.hashtags, "", draft.text, brief.platform.key, brief.language.key, brief.style.key, written_by, (), notes)
