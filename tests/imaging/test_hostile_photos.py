"""Whatever the bytes, opening them gives a photo or a PhotoError."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from emotigram import Photo, open_photo
from emotigram.errors import PhotoError
from tests.properties import tried

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "TIFF-LZW", "BMP", "AVIF", "HEIC", "APNG", "PNG16")


def encode(name: str) -> bytes:
    """A small noisy picture with metadata, in one of the formats."""
    noise = np.random.default_rng(7).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    image, out = Image.fromarray(noise), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    if name == "HEIC":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    elif name == "TIFF-LZW":
        image.save(out, "TIFF", compression="tiff_lzw", exif=exif)
    elif name == "APNG":
        image.save(out, "PNG", save_all=True, append_images=[Image.new("RGB", image.size)], exif=exif)
    elif name == "PNG16":
        Image.frombytes("I;16", (32, 24), noise.tobytes()[: 32 * 24 * 2]).save(out, "PNG")
    else:
        image.save(out, name, **({} if name in {"GIF", "BMP"} else {"exif": exif}))
    return out.getvalue()


WHOLE = {name: encode(name) for name in FORMATS}


def assert_photo_or_typed_error(data: bytes) -> None:
    try:
        photo = open_photo(data, max_megapixels=1)
    except PhotoError:
        return
    assert isinstance(photo, Photo)
    assert photo.image.mode == "RGB"
    assert photo.image.info == {}


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    assert_photo_or_typed_error(data)


@tried(0.3)
@given(st.sampled_from(FORMATS), st.binary(max_size=300), st.integers(4, 64))
def test_random_bytes_behind_a_real_beginning(name: str, tail: bytes, kept: int) -> None:
    assert_photo_or_typed_error(WHOLE[name][:kept] + tail)


@pytest.mark.parametrize("name", FORMATS)
@tried(0.3)
@given(st.data())
def test_damaged_images(name: str, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[name])
    places = st.integers(0, len(damaged) - 1)
    for place, flip in data.draw(st.lists(st.tuples(places, st.integers(1, 255)), max_size=6)):
        damaged[place] ^= flip
    assert_photo_or_typed_error(bytes(damaged[: data.draw(places) + 1]))


@pytest.mark.parametrize("name", FORMATS)
@tried(0.3)
@given(st.data())
def test_flipped_bits_in_whole_files(name: str, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[name])
    places = st.integers(0, len(damaged) - 1)
    for place, flip in data.draw(st.lists(st.tuples(places, st.integers(1, 255)), min_size=1, max_size=6)):
        damaged[place] ^= flip
    assert_photo_or_typed_error(bytes(damaged))
