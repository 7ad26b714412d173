"""Pictures full of text as people send them, drawn by code: from chats and receipts to signs and memes.

The words are drawn from the captioner's own word list, in no order: what counts is how a page looks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_FONTS = Path("/usr/share/fonts")
_CHINESE = "Noto*CJK-*.ttc"
_ENGLISH = ("DejaVuSans*.ttf", "DejaVuSerif*.ttf", "Liberation*.ttf")


@dataclass(frozen=True, slots=True)
class Hand:
    """The language and font of one page; without a path, the font that Pillow carries."""

    words: Sequence[str]
    path: Path | None
    is_chinese: bool

    def line(self, rng: random.Random, most: int) -> str:
        """About ``most`` letters, or half as many Chinese characters."""
        if self.is_chinese:
            return "".join(rng.choices(self.words, k=max(1, most // 4)))
        return " ".join(rng.choices(self.words, k=max(1, most // 6))).capitalize()

    def font(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """The font, ``size`` pixels high."""
        return ImageFont.truetype(str(self.path), size) if self.path else ImageFont.load_default(size)


_Draw = Callable[[random.Random, Hand, Image.Image], Image.Image]


class Hands:
    """Hands in English and, where a font for it is installed, in Chinese."""

    def __init__(self, words: Sequence[str]) -> None:
        self._english = [word for word in words if word.isascii() and word.isalpha()]
        self._chinese = [word for word in words if not word.isascii()]
        self._chinese_fonts = _installed(_CHINESE)
        self._english_fonts = [None, *_installed(*_ENGLISH)]

    def any(self, rng: random.Random) -> Hand:
        """One of them, half of the time Chinese."""
        if self._chinese_fonts and rng.random() < 0.5:
            return Hand(self._chinese, rng.choice(self._chinese_fonts), is_chinese=True)
        return Hand(self._english, rng.choice(self._english_fonts), is_chinese=False)


def _installed(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in _FONTS.rglob(pattern)) if _FONTS.is_dir() else []


def rendered(words: Sequence[str], photos: NDArray[np.uint8], count: int, seed: int) -> list[Image.Image]:
    """``count`` pictures with text, KINDS in turn; what stands on photos takes one of ``photos`` (n, side, side, 3)."""
    rng, hands = random.Random(seed), Hands(words)  # noqa: S311
    return [
        _DRAWN[number % KINDS](rng, hands.any(rng), Image.fromarray(photos[rng.randrange(len(photos))]))
        for number in range(count)
    ]


def _chat(rng: random.Random, words: Hand, _photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1080, rng.choice((1920, 2400))), rng.choice(("#ededed", "#ffffff", "#111b21")))
    draw, y, size = ImageDraw.Draw(page), 160, rng.randint(38, 54)
    while y < page.height - 200:
        line, mine = words.line(rng, rng.randint(8, 34)), rng.random() < 0.5
        wide = min(int(draw.textlength(line, words.font(size))) + 60, 800)
        left = 960 - wide if mine else 130
        draw.rounded_rectangle((left, y, left + wide, y + 2 * size), 24, "#95ec69" if mine else "#ffffff")
        draw.text((left + 30, y + size // 3), line, "black", words.font(size))
        draw.ellipse((980 if mine else 30, y, 1050 if mine else 100, y + 70), rng.choice(("teal", "brown", "navy")))
        y += 2 * size + rng.randint(40, 120)
    return page


def _document(rng: random.Random, words: Hand, _photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1240, rng.choice((900, 1754))), rng.choice(("white", "#faf6ea")))
    return _lines(page, rng, words, size=rng.randint(22, 34), most=rng.randint(50, 90), left=110)


def _receipt(rng: random.Random, words: Hand, photo: Image.Image) -> Image.Image:
    paper = Image.new("RGB", (420, rng.randint(600, 1100)), "#f7f7f2")
    paper = _lines(paper, rng, words, size=26, most=22, left=24).rotate(
        rng.uniform(-6, 6), expand=True, fillcolor="gray"
    )
    table = photo.resize((900, 1200))
    table.paste(paper, ((900 - paper.width) // 2, (1200 - paper.height) // 2))
    return table


def _web_page(rng: random.Random, words: Hand, photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1280, 800), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 1280, 70), rng.choice(("#24292f", "#f1f1f1", "#c00")))
    page.paste(photo.resize((360, 270)), (860, 130))
    draw.text((60, 110), words.line(rng, 26), "black", words.font(48))
    for y in range(220, 760, 42):
        draw.text((60, y), words.line(rng, 54), "#333333", words.font(24))
    return page


def _slide(rng: random.Random, words: Hand, _photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", rng.choice(((1280, 720), (1024, 768))), rng.choice(("white", "#fff8e1", "#10243e")))
    draw, ink = ImageDraw.Draw(page), "white" if page.getpixel((0, 0)) == (16, 36, 62) else "#202020"
    draw.text((80, 70), words.line(rng, 22), ink, words.font(64))
    for number in range(rng.randint(2, 5)):
        draw.text((110, 220 + number * 90), "• " + words.line(rng, rng.randint(16, 36)), ink, words.font(38))
    return page


def _sign(rng: random.Random, words: Hand, photo: Image.Image) -> Image.Image:
    scene, font = photo.resize((1024, 768)), words.font(rng.randint(44, 110))
    draw, lines = ImageDraw.Draw(scene), [words.line(rng, rng.randint(4, 14)) for _ in range(rng.randint(1, 3))]
    step = int(font.getbbox("Ég字")[3]) + 10
    wide = int(max(draw.textlength(line, font) for line in lines)) + 60
    left, top = rng.randint(0, max(0, 1024 - wide)), rng.randint(0, max(0, 700 - step * len(lines)))
    board = rng.choice(("#0a6e31", "#003f87", "white", "#c8102e", "#f6c700"))
    draw.rectangle((left, top, left + wide, top + 40 + step * len(lines)), board)
    for number, line in enumerate(lines):
        ink = "black" if board in {"white", "#f6c700"} else "white"
        draw.text((left + 30, top + 20 + number * step), line, ink, font)
    return scene


def _meme(rng: random.Random, words: Hand, photo: Image.Image) -> Image.Image:
    scene = photo.resize(rng.choice(((800, 800), (900, 600), (720, 960))))
    draw, font, wide = ImageDraw.Draw(scene), words.font(rng.randint(56, 96)), scene.width
    for y in rng.sample((30, scene.height - 130), rng.randint(1, 2)):
        line = words.line(rng, rng.randint(4, 22)).upper()
        left = max(10, int((wide - draw.textlength(line, font)) * rng.choice((0.1, 0.5, 0.5, 0.9))))
        draw.text((left, y), line, "white", font, stroke_width=rng.randint(3, 6), stroke_fill="black")
    return scene


def _lines(page: Image.Image, rng: random.Random, words: Hand, size: int, most: int, left: int) -> Image.Image:
    draw, y = ImageDraw.Draw(page), 2 * size
    while y < page.height - 2 * size:
        if rng.random() < 0.85:  # and else a gap between paragraphs
            draw.text((left, y), words.line(rng, most), "#222222", words.font(size))
        y += int(size * 1.6)
    return page


_DRAWN: list[_Draw] = [_chat, _document, _receipt, _web_page, _slide, _sign, _meme]
KINDS = len(_DRAWN)
SCREENS = 5  # the first of them, which are text all over; in the others words stand over a photo
