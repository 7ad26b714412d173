"""The process that decodes: bytes come by its input, pixels leave by its output, and it can reach nothing else.

A line of JSON announces what follows. In: ``{"file_bytes", "most_pixels"}`` and the file; after the answer
``{"needs", "megapixels"}`` either ``{"memory_bytes", "cpu_s"}`` or ``{}``, which drops the photo. Out at last:
``{"size", "original", "taken"}`` and RGB pixels, row by row. Instead of either answer ``{"fault", "values"}`` may come.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import IO

import numpy as np
import pillow_heif
from PIL import AvifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin

from emotigram.imaging.decoding.confinement import Confinement
from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.picture import decode, look

_LOOKING_S = 5  # of computing, whatever the file
_LOOKING_COPIES, _LOOKING_MB = 4, 128  # of the file, and beyond, for what stands before the pixels
_READ_BYTES = 1 << 20

# None of it can be loaded once files are given up.
_LOADED = (np, pillow_heif.HeifImageFile, AvifImagePlugin, TiffImagePlugin, WebPImagePlugin)


def main() -> None:
    """Decode until the input ends."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # it knows of one limit for a whole process, ours comes with each photo
    pillow_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not come between
    confinement = Confinement()
    _say(answers, {"ready": True})
    while line := jobs.readline():
        job = json.loads(line)
        try:
            _work(jobs, answers, job, confinement)
        except Fault as fault:
            _say(answers, {"fault": fault.kind, "values": fault.values})
        except MemoryError:
            _say(answers, {"fault": "too_costly", "values": {}})


def _work(jobs: IO[bytes], answers: IO[bytes], job: dict[str, int], confinement: Confinement) -> None:
    confinement.allow(_LOOKING_COPIES * job["file_bytes"] + _LOOKING_MB * 1_000_000, _LOOKING_S)
    file = bytearray(job["file_bytes"])
    _fill(file, jobs)
    if file[8:12] == b"WEBP":  # its library reserves the picture's memory before it tells the size
        confinement.allow(job["memory_bytes"], _LOOKING_S)
    opened = look(file, job["most_pixels"])
    del file
    _say(answers, {"needs": opened.needs, "megapixels": opened.size[0] * opened.size[1] / 1e6})
    granted = json.loads(jobs.readline())
    if not granted:
        return
    confinement.allow(**granted)
    picture, original, taken = decode(opened)
    _say(answers, {"size": picture.size, "original": original, "taken": taken}, picture.tobytes())


def _fill(file: bytearray, jobs: IO[bytes]) -> None:
    view, at = memoryview(file), 0
    while at < len(file):
        read = jobs.readinto(view[at : at + _READ_BYTES])  # type: ignore[attr-defined]
        if not read:
            sys.exit()
        at += read


def _say(answers: IO[bytes], said: dict[str, object], pixels: bytes = b"") -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.write(pixels)
    answers.flush()
