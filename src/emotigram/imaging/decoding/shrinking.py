"""Decoded pictures of any mode to upright RGB of the size that is kept, without a second copy at full size."""

from __future__ import annotations

from PIL import Image

from emotigram.imaging.decoding.upright import flattened, picture_range, rebuild

_STRIP_PIXELS = 1 << 18  # worked on at a time: a megabyte or two, whatever the mode


def shrunk(image: Image.Image, side_px: int, orientation: int) -> Image.Image:
    """The picture as upright RGB, its longer side at most ``side_px``; what is transparent turns white."""
    longest = max(image.size)
    if longest <= side_px:
        return rebuild(image, orientation)
    factor = longest // side_px  # what is left of the way, less than half, is resampled with care
    image = _reduced(image, factor) if factor > 1 else flattened(image)
    image.thumbnail((side_px, side_px), Image.Resampling.BICUBIC, reducing_gap=None)
    return rebuild(image, orientation)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """Average squares of ``factor`` pixels, strip by strip."""
    width, height = (-(-side // factor) for side in image.size)
    small, scale = Image.new("RGB", (width, height)), picture_range(image)
    rows = max(1, _STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        small.paste(flattened(strip, scale).reduce(factor), (0, top // factor))
    return small
