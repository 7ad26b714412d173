"""PP-OCRv6's two networks, for Chinese and English, out of rapidocr's package; nothing is fetched.

rapidocr's own parts prepare pixels and decode answers. They are handed open networks, so that they neither look for
files nor choose threads and devices.
"""

from __future__ import annotations

import logging
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
from rapidocr.utils.process_img import get_rotate_crop_image
from rapidocr.utils.typings import EngineType, LangRec

from emotigram.errors import OcrModelMissing
from emotigram.ocr.boxes import Boxes

_FIND, _READ = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_MOST_BOXES = 300  # a network that takes a texture for text finds no end of it
_MOST_SIDE_PX = 4096  # never reached: photos come bounded
_LINE_PX = 48
_CHARACTERS = "character"  # where the network keeps what it can write

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it would tell what it opens

Pixels = NDArray[np.uint8]


class Read(NamedTuple):
    """What stands in one box, and how sure that is, in [0, 1]."""

    text: str
    score: float


class _Options(dict[str, Any]):
    """rapidocr asks its options by key and by attribute."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class Networks:
    """Finds lines of text in pixels, blue first as OpenCV has them, and reads them."""

    def __init__(self, threads: int) -> None:
        """Open the weights; raises OcrModelMissing where rapidocr came without them."""
        self._finder = TextDetector(
            _Options(
                session=_session(_FIND, threads),
                engine_type=EngineType.ONNXRUNTIME,
                limit_side_len=_MOST_SIDE_PX,
                limit_type="max",
                mean=[0.5, 0.5, 0.5],
                std=[0.5, 0.5, 0.5],
                max_candidates=_MOST_BOXES,
            )
        )
        self._reader = TextRecognizer(
            _Options(
                session=_session(_READ, threads),
                engine_type=EngineType.ONNXRUNTIME,
                lang_type=LangRec.CH,
                rec_batch_num=1,
                rec_img_shape=[3, _LINE_PX, 320],
            )
        )

    def find(self, pixels: Pixels) -> Boxes:
        """The boxes of lines of text."""
        boxes = self._finder(pixels).boxes
        return np.zeros((0, 4, 2), np.float32) if boxes is None else np.asarray(boxes, np.float32)

    def read(self, pixels: Pixels, box: NDArray[np.float32]) -> Read:
        """What stands in one box; several at once would be filled up to the longest and take no less time."""
        found = self._reader(TextRecInput(img=[get_rotate_crop_image(pixels, box.copy())]))
        return Read(found.txts[0], found.scores[0])


def _session(file: str, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # it would keep the most that any photo needed
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others need the cores
    try:
        weights = (resources.files("rapidocr") / "models" / file).read_bytes()
        session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no base class below Exception
        raise OcrModelMissing(file=file) from error
    if file == _READ and _CHARACTERS not in session.get_modelmeta().custom_metadata_map:
        raise OcrModelMissing(file=file)  # rapidocr would fetch them
    return session
