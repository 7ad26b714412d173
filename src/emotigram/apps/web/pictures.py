"""Photos as the page keeps them: JPEGs rebuilt from pixels, without metadata, no larger than needed."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps

from emotigram import catalogue
from emotigram.domain import Photo
from emotigram.imaging.looks import apply_look

NATURAL = "natural"
KEPT_PX, _SHOWN_PX, _SMALL_PX, _THUMBNAIL_PX, _SWATCH_PX = 2048, 1280, 480, 192, 96
_KEPT_QUALITY, _SHOWN_QUALITY = 92, 84


@dataclass(eq=False)
class Picture:
    """One photo: ``jpeg`` is at most KEPT_PX on a side; ``thumbnail`` and ``swatches``, one a look, are data URIs.

    ``shown`` and ``small`` are data URIs in the look chosen last.
    """

    jpeg: bytes
    thumbnail: str
    swatches: Mapping[str, str]
    shown: str = ""
    small: str = ""

    @property
    def kept_bytes(self) -> int:
        """What it takes of memory."""
        drawn = (self.thumbnail, self.shown, self.small, *self.swatches.values())
        return len(self.jpeg) + sum(map(len, drawn))

    def drawn_in(self, look: str) -> tuple[str, str]:
        """What ``shown`` and ``small`` are in a look."""
        image = _opened(self.jpeg)
        image.thumbnail((_SHOWN_PX, _SHOWN_PX))
        image = apply_look(image, catalogue.look(look))
        shown = _data_uri(image)
        image.thumbnail((_SMALL_PX, _SMALL_PX))
        return shown, _data_uri(image)

    def exported(self, look: str) -> bytes:
        """A JPEG file in a look."""
        return _jpeg(apply_look(_opened(self.jpeg), catalogue.look(look)), _KEPT_QUALITY)


def picture_of(photo: Photo) -> Picture:
    """What is kept of a decoded photo."""
    kept = photo.image.copy()
    kept.thumbnail((KEPT_PX, KEPT_PX))
    tiny = ImageOps.fit(kept, (_SWATCH_PX, _SWATCH_PX))
    swatches = {look.key: _data_uri(apply_look(tiny, look)) for look in catalogue.looks()}
    picture = Picture(_jpeg(kept, _KEPT_QUALITY), thumbnail_of(kept), swatches)
    picture.shown, picture.small = picture.drawn_in(NATURAL)
    return picture


def thumbnail_of(image: Image.Image) -> str:
    """A small square as a data URI."""
    return _data_uri(ImageOps.fit(image, (_THUMBNAIL_PX, _THUMBNAIL_PX)))


def _opened(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image


def _data_uri(image: Image.Image) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(_jpeg(image, _SHOWN_QUALITY)).decode()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality, exif=b"")
    return data.getvalue()
