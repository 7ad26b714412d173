"""Looks for photos, each a recipe in ``data/looks``, and the one that suits what was felt."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from emotigram import catalogue
from emotigram.domain import Affect, Look, Recipe
from emotigram.imaging.decoding.upright import rebuild

# Recipes of our own: many of pilgram2's filters wash bright skies out to flat white, and their strength is fixed.

_NATURAL = "natural"
_GRID = 33  # points a side of the colour table, as usual for .cube files
_MASK = 256  # pixels a side, before it is stretched over the photo
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # ITU-R BT.709


def apply_look(image: Image.Image, look: Look) -> Image.Image:
    """Return an RGB image in a look: a new one of the same size, without metadata."""
    recipe, plain = look.recipe, rebuild(image)
    if recipe == Recipe():
        return plain
    coloured = plain.filter(_colour_table(recipe))
    if not recipe.vignette:
        return coloured
    mask = _vignette(recipe.vignette).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(coloured, Image.merge("RGB", [mask] * 3))


def suggested_look(affect: Affect) -> str:
    """The key of the look that suits the emotion, else the mood, nearest in arousal; "natural" where none does."""
    feeling, arousal = affect.emotion or affect.mood, affect.arousal or 0.0
    distances = {look.key: abs(look.suits[feeling] - arousal) for look in catalogue.looks() if feeling in look.suits}
    return min(distances, key=distances.__getitem__, default=_NATURAL)


@cache
def _colour_table(recipe: Recipe) -> ImageFilter.Color3DLUT:
    """What becomes of each colour: every step keeps [0, 1], so no light or dark is lost."""
    axis = np.linspace(0, 1, _GRID, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # red changes fastest, as Pillow wants it
    colours = np.stack([red, green, blue], axis=-1)
    colours = _saturate(_contrast(_expose(colours, recipe.exposure), recipe.contrast), recipe.saturation)
    black, white = (np.array(ends, dtype=np.float32) / 255 for ends in (recipe.black, recipe.white))
    return ImageFilter.Color3DLUT(_GRID, black + colours * (white - black))


def _expose(colours: NDArray[np.float32], stops: float) -> NDArray[np.float32]:
    gain = np.float32(2**stops)
    return colours * gain / (1 + (gain - 1) * colours)  # a multiplication for the darks, with a shoulder


def _contrast(colours: NDArray[np.float32], amount: float) -> NDArray[np.float32]:
    curve = colours * colours * (3 - 2 * colours)
    return colours + np.float32(amount) * (curve - colours)


def _saturate(colours: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    grey = (colours @ _LUMA)[..., None]
    away = colours - grey
    room = np.where(away > 0, 1 - grey, grey)
    reach = np.max(np.abs(away) / np.maximum(room, 1e-6), axis=-1, keepdims=True)  # 1: no purer colour is as bright
    # what is colourful already gains least, so that flowers keep their detail and nothing leaves [0, 1]
    gain = factor if factor <= 1 else 1 + (factor - 1) * (1 - reach)
    return np.clip(grey + gain * away, 0, 1).astype(np.float32)


@cache
def _vignette(amount: float) -> Image.Image:
    axis = np.linspace(-1, 1, _MASK)
    radius = np.hypot(axis, axis[:, None]) / math.sqrt(2)  # 0 in the middle, 1 in the corners
    return Image.fromarray(np.rint(255 * (1 - amount * radius**3)).astype(np.uint8))
