"""Reads the words in a photo within bounds: first whether there are any, on few pixels, then what they say."""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotigram.domain import Features, Photo, SeenText
from emotigram.errors import ExtraMissing
from emotigram.inference.backbone import SPACE
from emotigram.inference.text_gate import TextGate
from emotigram.ocr.boxes import Boxes, areas, worth_reading
from emotigram.ocr.lines import MOST_CHARACTERS, Line, cleaned, cut, in_reading_order, sure_lines
from emotigram.ports import TextReader

if TYPE_CHECKING:
    from emotigram.ocr.rapid import Networks

_SEARCHED_PIXELS = 180_000  # as of 490 × 367: letters 8 pixels high are found still, in a tenth of a second
_READ_SIDE_PX = 2048  # letters are read where they are larger
_LEAST_SIDE_PX = 16
_MOST_THREADS = 2

Pixels = NDArray[np.uint8]


class PhotoText(TextReader):
    """Opens its networks for the first photo that may hold words, and reads one at a time whatever threads ask."""

    def __init__(self, threads: int = 0, gate: TextGate | None = None) -> None:
        """Photos that ``gate`` knows to hold no words are not searched; without one, all are."""
        self._threads = min(threads or _MOST_THREADS, _MOST_THREADS)
        self._lock = Lock()
        self._gate = gate

    def read(self, photo: Photo, features: Features | None = None) -> SeenText:
        """The words that stand in a photo; raises ExtraMissing or OcrModelMissing where the extra is broken."""
        image = photo.image
        if min(image.size) < _LEAST_SIDE_PX or not self._may_hold_words(features):
            return SeenText()
        searched = _shrunk(image, (_SEARCHED_PIXELS / (image.width * image.height)) ** 0.5)
        with self._lock:
            found = self._networks.find(_pixels(searched))
            if len(found) == 0:
                return SeenText()
            image = _shrunk(image, _READ_SIDE_PX / max(image.size))
            scale = np.array([image.width / searched.width, image.height / searched.height], np.float32)
            return self._read(_pixels(image), found * scale)

    def _may_hold_words(self, features: Features | None) -> bool:
        if self._gate is None or features is None or features.space != SPACE:
            return True
        return self._gate.may_hold_words(features.values)

    def _read(self, pixels: Pixels, found: Boxes) -> SeenText:
        lines: list[Line] = []
        for box in worth_reading(found):
            lines.append(_line(*self._networks.read(pixels, box), box))
            if sum(len(line.text) for line in sure_lines(lines)) > MOST_CHARACTERS:
                break
        sure = sure_lines(lines)
        if not sure:
            return SeenText()
        # boxes that nobody read for want of time are text as often as those that were
        share = areas(found).sum() / (pixels.shape[0] * pixels.shape[1]) * len(sure) / len(lines)
        return SeenText(cut([line.text for line in in_reading_order(sure)]), min(1.0, float(share)))

    @cached_property
    def _networks(self) -> Networks:
        try:
            from emotigram.ocr.rapid import Networks  # noqa: PLC0415  # takes a second
        except ImportError as error:
            raise ExtraMissing(extra="ocr", package=(error.name or "rapidocr").partition(".")[0]) from error
        return Networks(self._threads)


def _shrunk(image: Image.Image, factor: float) -> Image.Image:
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2)


def _pixels(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _line(text: str, score: float, box: NDArray[np.float32]) -> Line:
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return Line(cleaned(text), score, float(left), float(top), float(right), float(bottom))
