"""EmotiGram turns a photo into a post worth publishing."""

from emotigram.assembly import open_studio
from emotigram.domain import Affect, Photo, Post, Reading, Sentiment, Tag
from emotigram.errors import EmotiGramError
from emotigram.imaging.photos import open_photo
from emotigram.settings import Settings
from emotigram.studio import Studio

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
    "open_photo",
    "open_studio",
]
