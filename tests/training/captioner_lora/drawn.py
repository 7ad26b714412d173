"""Eight drawn photos with captions, as a table with its photos beside it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

CAPTIONS = (
    "a dog running on the beach",
    "two women in a street at night",
    "a temple behind green trees",
    "so happy today",
    "night by the sea",
    "a friend on the beach at night",
    "two dogs by a green temple",
    "this photo of the sea",
)


def drawn(seed: int) -> Image.Image:
    """A photo of coloured blocks."""
    blocks = np.random.default_rng(seed).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((60, 40), Image.Resampling.NEAREST)


def draw_table(folder: Path, captions: Sequence[str] = CAPTIONS, column: str = "caption") -> Path:
    """Write data.csv and a photo for each caption."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(len(captions)):
        drawn(seed).save(folder / f"{seed}.png")
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["image", column])
        lines.writerows([f"{seed}.png", caption] for seed, caption in enumerate(captions))
    return folder / "data.csv"
