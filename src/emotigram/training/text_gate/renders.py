"""Pictures full of text as people send them, drawn by code: chats, documents, receipts, web pages, signs, memes.

The words are drawn from the captioner's own word list, in no order: what counts is how a page looks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_FONTS = Path("/usr/share/fonts")
_CHINESE = "NotoSansCJK-Regular.ttc"
_Draw = Callable[[random.Random, "Words", Image.Image], Image.Image]


class Words:
    """Random lines in English or, where a font for it is installed, in Chinese."""

    def __init__(self, words: Sequence[str]) -> None:
        self._english = [word for word in words if word.isascii() and word.isalpha()]
        self._chinese = [word for word in words if not word.isascii()]
        self._font = next(iter(sorted(_FONTS.rglob(_CHINESE))), None) if _FONTS.is_dir() else None

    def line(self, rng: random.Random, most: int) -> str:
        """About ``most`` letters, or half as many Chinese characters."""
        if self._font and rng.random() < 0.5:
            return "".join(rng.choices(self._chinese, k=max(2, most // 2)))
        return " ".join(rng.choices(self._english, k=max(1, most // 6))).capitalize()

    def font(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """A font of ``size`` pixels that has the letters of every line."""
        return ImageFont.truetype(str(self._font), size) if self._font else ImageFont.load_default(size)


def rendered(words: Sequence[str], photos: NDArray[np.uint8], count: int, seed: int) -> list[Image.Image]:
    """``count`` pictures with text; signs and memes stand on ``photos`` (n, side, side, 3), drawn by chance."""
    rng, vocabulary = random.Random(seed), Words(words)  # noqa: S311
    kinds: list[_Draw] = [_chat, _document, _receipt, _web_page, _sign, _meme]
    return [
        kinds[number % len(kinds)](rng, vocabulary, Image.fromarray(photos[rng.randrange(len(photos))]))
        for number in range(count)
    ]


def _chat(rng: random.Random, words: Words, _photo: Image.Image) -> Image.Image:
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


def _document(rng: random.Random, words: Words, _photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1240, rng.choice((900, 1754))), rng.choice(("white", "#faf6ea")))
    return _lines(page, rng, words, size=rng.randint(22, 34), most=rng.randint(50, 90), left=110)


def _receipt(rng: random.Random, words: Words, photo: Image.Image) -> Image.Image:
    paper = Image.new("RGB", (420, rng.randint(600, 1100)), "#f7f7f2")
    paper = _lines(paper, rng, words, size=26, most=22, left=24).rotate(
        rng.uniform(-6, 6), expand=True, fillcolor="gray"
    )
    table = photo.resize((900, 1200))
    table.paste(paper, ((900 - paper.width) // 2, (1200 - paper.height) // 2))
    return table


def _web_page(rng: random.Random, words: Words, photo: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1280, 800), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 1280, 70), rng.choice(("#24292f", "#f1f1f1", "#c00")))
    page.paste(photo.resize((360, 270)), (860, 130))
    draw.text((60, 110), words.line(rng, 26), "black", words.font(48))
    for y in range(220, 760, 42):
        draw.text((60, y), words.line(rng, 54), "#333333", words.font(24))
    return page


def _sign(rng: random.Random, words: Words, photo: Image.Image) -> Image.Image:
    scene, size = photo.resize((1024, 768)), rng.randint(44, 90)
    draw, lines = ImageDraw.Draw(scene), [words.line(rng, rng.randint(6, 14)) for _ in range(rng.randint(1, 3))]
    wide = int(max(draw.textlength(line, words.font(size)) for line in lines)) + 80
    left, top = rng.randint(0, max(0, 1024 - wide)), rng.randint(0, 300)
    draw.rectangle(
        (left, top, left + wide, top + 60 + 130 * len(lines)), rng.choice(("#0a6e31", "#003f87", "white", "#c8102e"))
    )
    ink = "black" if scene.getpixel((left + 2, top + 2)) == (255, 255, 255) else "white"
    for number, line in enumerate(lines):
        draw.text((left + 40, top + 30 + number * 130), line, ink, words.font(size))
    return scene


def _meme(rng: random.Random, words: Words, photo: Image.Image) -> Image.Image:
    scene, size = photo.resize((800, 800)), rng.randint(54, 84)
    draw = ImageDraw.Draw(scene)
    for y in rng.sample((30, 680), rng.randint(1, 2)):
        line = words.line(rng, 18).upper()
        left = max(10, (800 - int(draw.textlength(line, words.font(size)))) // 2)
        draw.text((left, y), line, "white", words.font(size), stroke_width=4, stroke_fill="black")
    return scene


def _lines(page: Image.Image, rng: random.Random, words: Words, size: int, most: int, left: int) -> Image.Image:
    draw, y = ImageDraw.Draw(page), 2 * size
    while y < page.height - 2 * size:
        if rng.random() < 0.85:  # and else a gap between paragraphs
            draw.text((left, y), words.line(rng, most), "#222222", words.font(size))
        y += int(size * 1.6)
    return page
