"""What an English-only captioner said, for everybody: tags and a Chinese description from the same words."""

from __future__ import annotations

from emotigram.captioners.tags import without_repetition
from emotigram.captioners.wording import from_tags, named_in
from emotigram.domain import Captions, Features, Photo
from emotigram.imaging.colours import main_colours
from emotigram.inference.pixels import batch

_COLOUR_SIDE_PX = 64  # colours need no more


def told_in_english(
    photo: Photo, description: str, tweet: str = "", features: Features | None = None, notes: tuple[str, ...] = ()
) -> Captions:
    """Captions with the tags that the English description names, which also say it in Chinese; no second model looks.

    ``tweet`` may be empty: then the studio words one. Colours stand in where the description names nothing known.
    """
    tags = without_repetition(named_in(description))
    colours = main_colours(batch([photo.image], _COLOUR_SIDE_PX)[0])
    chinese = from_tags(tags, colours, "zh")
    return Captions({"en": description, "zh": chinese}, {"en": tweet} if tweet else {}, tags, features, notes=notes)
