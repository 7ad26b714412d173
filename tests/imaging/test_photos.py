"""Opening photos: whatever people have on their phones and disks, and whatever breaks."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from emotigram import open_photo, open_studio
from emotigram.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoError,
    PhotoIsFolder,
    PhotoMissing,
    PhotoNotAnImage,
    PhotoTooLarge,
    PhotoUnreadable,
)
from tests.conftest import PhotoFactory

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours at top left, top right, bottom left and bottom right, a little inside."""
    right, bottom = image.width - 6, image.height - 6
    return [image.getpixel(at) for at in ((5, 5), (right, 5), (5, bottom), (right, bottom))]  # type: ignore[misc]


def assert_like(image: Image.Image, expected: list[tuple[int, ...]], within: int = 12) -> None:
    """Compare the corners, leaving room for what compression does to colours."""
    assert np.abs(np.array(corners(image)) - np.array(expected)).max() <= within, corners(image)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 95, "subsampling": 0}),
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.gif", {}),
        ("a.tiff", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.bmp", {}),
        ("a.avif", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
def test_usual_formats_open(photos: PhotoFactory, name: str, options: dict[str, object]) -> None:
    path = photos(name, **options)
    photo = open_photo(path)
    assert (photo.image.mode, photo.width_px, photo.height_px) == ("RGB", 60, 40)
    assert photo.source == str(path)
    assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert_like(photo.image, [RED, GREEN, BLUE, WHITE])


def test_heic_of_an_iphone_opens_upright(tmp_path: Path, scene: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pillow_heif.from_pillow(scene).save(tmp_path / "IMG_0001.HEIC", quality=-1, chroma=444, exif=exif.tobytes())
    photo = open_photo(tmp_path / "IMG_0001.HEIC")
    assert (photo.width_px, photo.height_px) == (40, 60)
    assert_like(photo.image, [BLUE, RED, WHITE, GREEN])


def test_bytes_and_real_photo_agree_with_the_file(china: Path) -> None:
    from_file, from_bytes = open_photo(str(china)), open_photo(china.read_bytes())
    assert (from_file.width_px, from_file.height_px) == (640, 427)
    assert from_file.sha256 == from_bytes.sha256
    assert from_file.image.tobytes() == from_bytes.image.tobytes()


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
        (77, [RED, GREEN, BLUE, WHITE]),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tiff", "a.jpg"])
def test_photos_come_upright(
    photos: PhotoFactory, name: str, orientation: int, expected: list[tuple[int, ...]]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"a.jpg": {"quality": 95, "subsampling": 0}, "a.webp": {"lossless": True}}.get(name, {})
    photo = open_photo(photos(name, exif=exif, **options))
    assert_like(photo.image, expected)
    assert (photo.width_px, photo.height_px) == ((40, 60) if 5 <= orientation <= 8 else (60, 40))


def test_place_and_comment_stay_behind(photos: PhotoFactory) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    path = photos("a.jpg", exif=exif, comment=b"private words", dpi=(300, 300))
    image = open_photo(path).image
    saved = io.BytesIO()
    image.save(saved, "JPEG")
    assert image.info == {}
    assert dict(image.getexif()) == {}
    assert b"Secret" in path.read_bytes()
    assert b"Secret" not in saved.getvalue()
    assert b"private" not in saved.getvalue()


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_first_frame_of_an_animation(photos: PhotoFactory, scene: Image.Image, name: str) -> None:
    others = [Image.new("RGB", scene.size, colour) for colour in ("black", "yellow")]
    options = {"lossless": True} if name == "a.webp" else {}
    path = photos(name, save_all=True, append_images=others, duration=50, **options)
    assert_like(open_photo(path).image, [RED, GREEN, BLUE, WHITE])


def test_cmyk(photos: PhotoFactory, scene: Image.Image) -> None:
    jpeg = photos("a.jpg", scene.convert("CMYK"), quality=95, subsampling=0)
    assert_like(open_photo(jpeg).image, [RED, GREEN, BLUE, WHITE])
    assert_like(open_photo(photos("a.tif", scene.convert("CMYK"))).image, [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("name", ["grey.png", "grey.tif"])
def test_16_bit_grey_is_scaled_not_clipped(photos: PhotoFactory, name: str) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (8, 1))
    photo = open_photo(photos(name, Image.frombytes("I;16", (256, 8), ramp.tobytes())))
    row = np.asarray(photo.image)[0, :, 0].astype(int)
    assert np.abs(row - np.arange(256)).max() <= 1


def test_16_bit_colour_png_is_scaled(tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 3), dtype=">u2")
    pixels[:, 0], pixels[:, 1], pixels[:, 2] = (65535, 32768, 0), (0, 65535, 257), (1000, 2000, 60000)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    with (tmp_path / "deep.png").open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        PngImagePlugin.putchunk(file, b"IHDR", struct.pack(">IIBBBBB", 3, 2, 16, 2, 0, 0, 0))
        PngImagePlugin.putchunk(file, b"IDAT", zlib.compress(rows))
        PngImagePlugin.putchunk(file, b"IEND", b"")
    seen = np.asarray(open_photo(tmp_path / "deep.png").image)[0].astype(int)
    assert np.abs(seen - pixels[0].astype(int) / 257).max() <= 1


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 255.0), (0.0, 65535.0), (-3.0, 9e6)])
def test_float_tiff_shows_its_whole_range(photos: PhotoFactory, low: float, high: float) -> None:
    ramp = np.tile(np.linspace(low, high, 256, dtype=np.float32), (4, 1))
    row = np.asarray(open_photo(photos("hdr.tif", Image.fromarray(ramp))).image)[0, :, 0].astype(int)
    assert np.abs(row - np.arange(256)).max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_turns_white(photos: PhotoFactory, mode: str) -> None:
    image = Image.new(mode, (60, 40), (0,) * len(mode))
    image.paste((0,) * (len(mode) - 1) + (255,), (0, 0, 30, 40))
    assert corners(open_photo(photos("a.png", image)).image) == [(0, 0, 0), WHITE, (0, 0, 0), WHITE]


@pytest.mark.parametrize("name", ["a.png", "a.gif"])
def test_palette_with_transparency_turns_white(photos: PhotoFactory, name: str) -> None:
    image = Image.new("P", (60, 40), 0)
    image.putpalette([200, 10, 10, 10, 200, 10])
    image.paste(1, (30, 0, 60, 40))
    assert corners(open_photo(photos(name, image, transparency=0)).image)[:2] == [WHITE, (10, 200, 10)]


def test_palette_with_half_transparency_is_blended(photos: PhotoFactory) -> None:
    image = Image.new("P", (60, 40), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (30, 0, 60, 40))
    left, right = corners(open_photo(photos("a.png", image, transparency=bytes([255, 128]))).image)[:2]
    assert left == (0, 0, 0)
    assert right == (127, 127, 127)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_greyscale(photos: PhotoFactory, mode: str) -> None:
    photo = open_photo(photos("a.png", Image.new(mode, (8, 8), 255)))
    assert (photo.image.mode, photo.image.getpixel((4, 4))) == ("RGB", WHITE)


def test_bomb_is_refused_from_its_header(bomb: Path) -> None:
    tracemalloc.start()
    with pytest.raises(PhotoTooLarge) as caught:
        open_photo(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.values["width_px"] == 30_000
    assert peak < 5_000_000


def test_limit_is_the_callers(photos: PhotoFactory) -> None:
    path = photos("a.png", Image.new("RGB", (1000, 1000)))
    assert open_photo(path, max_megapixels=1).width_px == 1000
    with pytest.raises(PhotoTooLarge, match=r"1000x1000 pixels is more than 0\.9 megapixels"):
        open_photo(path, max_megapixels=0.9)


def test_pillows_own_limit_plays_no_part(photos: PhotoFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photos("a.png", Image.new("RGB", (100, 100)))
    for limit in (100, 6000):  # Pillow itself would refuse at the first and warn at the second
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        assert open_photo(path).width_px == 100


def test_missing(tmp_path: Path) -> None:
    for source in (tmp_path / "none.jpg", str(tmp_path / "none.jpg"), "a\0b.jpg"):
        with pytest.raises(PhotoMissing):
            open_photo(source)


def test_path_through_a_file_is_missing(photos: PhotoFactory) -> None:
    with pytest.raises(PhotoMissing):
        open_photo(photos("a.png") / "b.png")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(PhotoIsFolder):
        open_photo(tmp_path)


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    for source in (tmp_path / "a.jpg", b""):
        with pytest.raises(PhotoEmpty):
            open_photo(source)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(photos: PhotoFactory) -> None:
    path = photos("a.png")
    path.chmod(0)
    with pytest.raises(PhotoUnreadable):
        open_photo(path)


def test_name_too_long_cannot_be_read() -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        open_photo("x" * 5000 + ".jpg")
    assert "too long" in caught.value.message()


@pytest.mark.parametrize(
    "data",
    [
        b"just some words",
        b"BMW is a car maker, and this is a text",
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
)
def test_other_files_are_not_images(data: bytes) -> None:
    with pytest.raises(PhotoNotAnImage):
        open_photo(data)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.bmp", "a.avif", "a.heic"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_cut_short(
    photos: PhotoFactory,
    china: Path,
    name: str,
    share: float,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Image.open(china) as image:
        small = image.resize((160, 107))
    if name == "a.heic":
        whole = io.BytesIO()
        pillow_heif.from_pillow(small).save(whole)
        data = whole.getvalue()
    else:
        options = {"compression": "tiff_adobe_deflate"} if name == "a.tif" else {}
        data = photos(name, small, **options).read_bytes()
    with pytest.raises(PhotoDamaged):
        open_photo(data[: max(20, int(len(data) * share))])
    assert capfd.readouterr() == ("", "")


def test_damaged_tiff_leaves_stderr_alone(photos: PhotoFactory, capfd: pytest.CaptureFixture[str]) -> None:
    path = photos("a.tif", compression="tiff_adobe_deflate")
    data = bytearray(path.read_bytes())
    data[8:40] = bytes(32)
    path.write_bytes(data)
    with pytest.raises(PhotoError):
        open_photo(path)
    os.write(2, b"still open")
    assert capfd.readouterr() == ("", "still open")


def test_broken_metadata_does_not_cost_the_photo(photos: PhotoFactory) -> None:
    path = photos("a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\x00\x03")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_photo(path).width_px == 60


def test_many_threads_may_open_photos(china: Path, flower: Path) -> None:
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        sizes = {photo.image.size for photo in pool.map(open_photo, [china, flower] * 8)}
    assert sizes == {(640, 427)}
    assert warnings.filters == before


def _taken(photos: PhotoFactory, name: str, time: str, zone: str = "") -> Path:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: time} | ({0x9011: zone} if zone else {})
    return photos(name, exif=exif)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_when_a_photo_was_taken_is_known_where_its_file_says_so(name: str, photos: PhotoFactory) -> None:
    path = _taken(photos, name, "2024:05:01 18:30:00", "+08:00")
    assert open_photo(path).taken_at == datetime(2024, 5, 1, 18, 30, tzinfo=timezone(timedelta(hours=8)))
    assert open_photo(photos(f"plain-{name}")).taken_at is None


@pytest.mark.parametrize("time", ["", "0000:00:00 00:00:00", "yesterday", "2024:13:45 99:99:99", "2024:05:01" * 40])
def test_a_time_that_is_none_is_left_out(time: str, photos: PhotoFactory) -> None:
    assert open_photo(_taken(photos, "a.jpg", time)).taken_at is None


def test_a_camera_without_a_zone_has_its_own_time(photos: PhotoFactory) -> None:
    assert open_photo(_taken(photos, "a.jpg", "2024:05:01 18:30:00")).taken_at == datetime(2024, 5, 1, 18, 30)


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_reading_keeps_the_time_only_where_that_is_wanted(is_wanted: bool, photos: PhotoFactory) -> None:
    photo = open_photo(_taken(photos, "a.jpg", "2024:05:01 18:30:00"))
    (facts,) = open_studio(writer="embedded", photo_times=is_wanted).read(photo).photos
    assert (facts.taken_at is not None) == is_wanted
    assert (facts.sha256, facts.width_px, facts.height_px) == (photo.sha256, photo.width_px, photo.height_px)
