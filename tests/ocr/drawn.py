"""Pictures with words, in the font that OpenCV carries: English and Chinese on any machine."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

CHAT = (
    "周末去爬山吗？",
    "Sure! Which trail?",
    "香山北门，早上八点集合",
    "I will bring some coffee",
    "记得带水和帽子",
    "Got it. See you there!",
    "太好了，可以拍照",
    "Parking is free before 9 am",
    "那我开车，七点半到你家楼下",
    "好的，明天见",
)
GREY, WHITE, GREEN, BLACK, RED = (237, 237, 237), (255, 255, 255), (105, 236, 149), (0, 0, 0), (0, 0, 200)


def png(pixels: np.ndarray) -> bytes:
    """A file of pixels, blue first."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1])).save(file, "PNG")
    return file.getvalue()


def plain(width: int, height: int, colour: tuple[int, int, int] = WHITE) -> np.ndarray:
    """Pixels of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def write(pixels: np.ndarray, text: str, at: tuple[int, int], px: int, colour: tuple[int, int, int] = BLACK) -> None:
    """Write a line whose letters stand on ``at``."""
    cv2.putText(pixels, text, at, colour, cv2.FontFace("uni"), px)


def chat(width: int = 1080, height: int = 2400) -> np.ndarray:
    """A phone's screenshot of a chat: what others say on the left, one's own words on the right."""
    pixels = plain(width, height, GREY)
    for row, text in enumerate(CHAT):
        length = sum(44 if ord(sign) > 255 else 25 for sign in text)
        left, top = (90 if row % 2 == 0 else width - 90 - length), 220 + 200 * row
        cv2.rectangle(pixels, (left - 30, top), (left + length + 30, top + 110), WHITE if row % 2 == 0 else GREEN, -1)
        write(pixels, text, (left, top + 70), 44)
    return pixels


def sign(text: str, px: int = 130, width: int = 1200, height: int = 900) -> np.ndarray:
    """A white board with red letters before a green wall."""
    pixels = plain(width, height, (106, 143, 122))
    middle = height // 2
    cv2.rectangle(pixels, (40, middle - px), (width - 40, middle + px), WHITE, -1)
    write(pixels, text, (80, middle + px // 3), px, RED)
    return pixels


def page(lines: int = 44) -> np.ndarray:
    """A page full of one sentence."""
    pixels = plain(1200, 1600)
    for row in range(lines):
        write(pixels, f"Line {row}: the quick brown fox jumps over the lazy dog and runs", (90, 80 + 34 * row), 26)
    return pixels
