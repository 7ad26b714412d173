"""A photo that is open, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from PIL.Image import Image


class PhotoLimits(TypedDict, total=False):
    """What ``open_photo`` may spend: 10^6 pixels and seconds a photo, and 10^6 bytes of memory for all at a time."""

    max_megapixels: float
    decode_timeout_s: float
    decode_memory_mb: float


@dataclass(frozen=True, slots=True)
class Photo:
    """One upright RGB image without metadata; ``sha256`` is of the file's bytes as given.

    ``image`` may be smaller than the file's own picture, whose upright size is ``size_px``; None where it is not.
    ``taken_at`` is the camera's time (with a zone where the file knows it), None where the file does not say.
    """

    image: Image
    source: str
    sha256: str
    size_px: tuple[int, int] | None = None
    taken_at: datetime | None = None

    @property
    def width_px(self) -> int:
        """Width of the file's picture in pixels, upright."""
        return self.size_px[0] if self.size_px else self.image.width

    @property
    def height_px(self) -> int:
        """Height of the file's picture in pixels, upright."""
        return self.size_px[1] if self.size_px else self.image.height

    def facts(self, with_time: bool = False) -> PhotoFacts:
        """What a reading keeps of it; the time it was taken only where that is wanted."""
        taken_at = self.taken_at if with_time else None
        return PhotoFacts(self.source, self.sha256, self.width_px, self.height_px, taken_at)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a reading knows of a photo it was read from, never its pixels.

    ``source`` is what the photo was called, ``sha256`` of the file's bytes, the size that of the file's picture,
    upright. ``taken_at`` is the camera's time, None where the file did not say or nobody wanted it.
    """

    source: str
    sha256: str
    width_px: int
    height_px: int
    taken_at: datetime | None = None
