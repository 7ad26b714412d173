"""EmotiGram turns a photo into a post worth publishing; ``__version__`` is the version installed."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotigram.assembly import open_studio
    from emotigram.domain import Affect, Photo, Post, Reading, Sentiment, Tag
    from emotigram.errors import EmotiGramError
    from emotigram.imaging.photos import open_photo
    from emotigram.reading_json import dump_reading, load_reading
    from emotigram.settings import Settings
    from emotigram.studio import Studio

    __version__: str

__all__ = [
    "Affect",
    "EmotiGramError",
    "Photo",
    "Post",
    "Reading",
    "Sentiment",
    "Settings",
    "Studio",
    "Tag",
    "__version__",
    "dump_reading",
    "load_reading",
    "open_photo",
    "open_studio",
]

_ROOMS = {
    **dict.fromkeys(("Affect", "Photo", "Post", "Reading", "Sentiment", "Tag"), "domain"),
    "EmotiGramError": "errors",
    "Settings": "settings",
    "Studio": "studio",
    **dict.fromkeys(("dump_reading", "load_reading"), "reading_json"),
    "open_photo": "imaging.photos",
    "open_studio": "assembly",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used: a process that decodes photos needs none of them."""
    if name == "__version__":
        return metadata.version(__name__)
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
