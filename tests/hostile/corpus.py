"""Hostile photos, made when asked for: small files that would cost a decoder minutes, gigabytes or both.

``python -m tests.hostile.corpus FOLDER`` writes them all.
"""

from __future__ import annotations

import io
import random
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

Kind = Callable[[], Iterator[tuple[str, bytes]]]

_FEW, _FEW_MUTATIONS = 4, 40

_GIF_FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00;"


def gif_head(width: int, height: int) -> bytes:
    """A GIF up to its first block, with two colours."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF0, 0, 0) + b"\0\0\0\xff\xff\xff"


def gif_of_blocks(block: bytes, times: int, size: tuple[int, int] = (100, 100)) -> bytes:
    """A GIF whose one frame stands behind the same block, over and over."""
    return gif_head(*size) + block * times + _GIF_FRAME


def jpeg_of_scans(size: tuple[int, int], scans: int, progressive: bool = True) -> bytes:
    """A grey JPEG of many scans, each of which goes over the whole picture."""
    width, height = size
    table = b"\xff\xdb\0\x43\0" + b"\1" * 64
    sof = (b"\xff\xc2" if progressive else b"\xff\xc0") + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    dc = b"\xff\xc4" + struct.pack(">H", 20) + b"\0\1" + b"\0" * 15 + b"\0"
    ac = b"\xff\xc4" + struct.pack(">H", 20) + b"\x10\1" + b"\0" * 15 + b"\xe0"
    first = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\0\0" + b"\0" * 4
    rest = (b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0" + bytes([1 + n % 63] * 2) + b"\0\0" for n in range(scans))
    return b"\xff\xd8" + table + sof + dc + ac + first + b"".join(rest) + b"\xff\xd9"


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks, with right checksums."""
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_head(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> tuple[bytes, bytes]:
    """The chunk every PNG begins with."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)


def zeros(length: int) -> bytes:
    """So many zeros, compressed without ever being held."""
    packer, parts = zlib.compressobj(9), []
    for start in range(0, length, 1 << 24):
        parts.append(packer.compress(bytes(min(1 << 24, length - start))))
    return b"".join([*parts, packer.flush()])


def tiff_of(width: int, height: int, bits: int, sample_format: int, samples: int = 1, strips: int = 100) -> bytes:
    """A deflated TIFF of zeros, all of whose strips are the same few bytes."""
    rows = height // strips
    packed = zeros(rows * width * samples * bits // 8)
    tags = [
        *((256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * samples), (259, 3, [8])),
        *((262, 3, [2 if samples > 1 else 1]), (273, 4, [8] * strips), (277, 3, [samples]), (278, 4, [rows])),
        *((279, 4, [len(packed)] * strips), (339, 3, [sample_format] * samples)),
    ]
    at = 8 + len(packed) + len(packed) % 2
    head = struct.pack("<2sHI", b"II", 42, at)
    entries, more, more_at = b"", b"", at + 2 + 12 * len(tags) + 4
    for tag, kind, values in tags:
        data = struct.pack(f"<{len(values)}{'HI'[kind == 4]}", *values)
        place = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", more_at + len(more))
        more += data + b"\0" * (len(data) % 2) if len(data) > 4 else b""
        entries += struct.pack("<HHI", tag, kind, len(values)) + place
    return head + packed.ljust(at - 8, b"\0") + struct.pack("<H", len(tags)) + entries + bytes(4) + more


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _noise(width: int = 96, height: int = 64) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8))


def slow_jpegs() -> Iterator[tuple[str, bytes]]:
    """Scans upon scans, segments upon segments."""
    whole = _saved(_noise(), "JPEG")
    yield "exif_segments.jpg", whole[:2] + (b"\xff\xe1\0\x0aExif\0\0AB") * 500_000 + whole[2:]
    for scans in (100, 1000, 3000, 100_000):
        yield f"scans_{scans}.jpg", jpeg_of_scans((10_000, 10_000), scans)
    yield "scans_small.jpg", jpeg_of_scans((800, 600), 400_000)
    yield "scans_sequential.jpg", jpeg_of_scans((10_000, 10_000), 50_000, progressive=False)
    yield "comments.jpg", whole[:2] + b"\xff\xfe\0\x02" * 2_000_000 + whole[2:]
    yield "exif_large.jpg", whole[:2] + (b"\xff\xe1\xff\xff" + b"Exif\0\0".ljust(65533, b"x")) * 300 + whole[2:]
    profile = b"".join(b"\xff\xe2\0\x12ICC_PROFILE\0" + bytes([n % 255 + 1, 255]) + b"xx" for n in range(300_000))
    yield "profiles.jpg", whole[:2] + profile + whole[2:]
    yield "filling.jpg", whole[:2] + b"\xff" * 8_000_000 + whole[2:]
    yield "tables.jpg", whole[:2] + (b"\xff\xdb\0\x43\0" + b"\1" * 64) * 100_000 + whole[2:]


def slow_gifs() -> Iterator[tuple[str, bytes]]:
    """Blocks that say nothing, in front of a picture of one pixel."""
    for times in (50_000, 100_000, 200_000, 2_000_000):
        yield f"comments_{times}.gif", gif_of_blocks(b"\x21\xfe\x01A\0", times)
    yield "comment_in_parts.gif", gif_of_blocks(b"\x21\xfe" + b"\x01A" * 3_000_000 + b"\0", 1)
    yield "comment_whole.gif", gif_of_blocks(b"\x21\xfe" + (b"\xff" + b"A" * 255) * 40_000 + b"\0", 1)
    yield "applications.gif", gif_of_blocks(b"\x21\xff\x0bNETSCAPE2.0\x03\1\0\0\0", 300_000)
    yield "texts.gif", gif_of_blocks(b"\x21\x01\x0c" + bytes(12) + b"\1A\0", 300_000)
    yield "controls.gif", gif_of_blocks(b"\x21\xf9\x04\0\0\0\0\0", 600_000)
    yield "pixel_in_parts.gif", gif_head(100, 100) + _GIF_FRAME[:11] + b"\1\0" * 3_000_000 + b"\0;"
    yield "no_blocks_known.gif", gif_head(100, 100) + b"\x55" * 4_000_000


def large_pictures() -> Iterator[tuple[str, bytes]]:
    """A few bytes that stand for a hundred megapixels or more."""
    yield "header_900_megapixels.gif", gif_of_blocks(b"", 1, (30_000, 30_000))
    yield "header_35_bytes.gif", gif_of_blocks(b"", 1, (10_000, 10_000))
    yield "one_wide.png", png_of([png_head(1, 100_000_000, 1, 0), (b"IDAT", zlib.compress(bytes(9))), (b"IEND", b"")])
    yield "long.png", png_of([png_head(100_000, 900, 1, 0), (b"IDAT", zeros(900 * 12_501)), (b"IEND", b"")])
    yield "float.tif", tiff_of(10_000, 10_000, 32, 3)
    yield "deep.tif", tiff_of(10_000, 10_000, 16, 1, samples=3)
    yield "one_strip.tif", tiff_of(10_000, 10_000, 8, 1, samples=3, strips=1)
    for colour, samples in ((0, 1), (2, 3), (4, 2), (6, 4)):
        rows = zeros(10_000 * (1 + 10_000 * samples))
        yield f"whole_{colour}.png", png_of([png_head(10_000, 10_000, 8, colour), (b"IDAT", rows), (b"IEND", b"")])
    rows = zeros(10_000 * (1 + 80_000))
    yield "whole_16.png", png_of([png_head(10_000, 10_000, 16, 6), (b"IDAT", rows), (b"IEND", b"")])
    yield "palette.png", _saved(Image.new("P", (10_000, 10_000)), "PNG", transparency=0)
    yield "grey.jpg", jpeg_of_scans((10_000, 10_000), 0)
    yield "colour.jpg", _saved(Image.new("RGB", (6_000, 6_000)), "JPEG", progressive=True, subsampling=0)
    yield "plain.webp", _saved(Image.new("RGB", (6_000, 6_000)), "WEBP", lossless=True, method=0)
    yield "plain.avif", _saved(Image.new("RGB", (4_000, 3_000)), "AVIF", speed=10)
    yield "bits.bmp", _saved(Image.new("1", (10_000, 10_000)), "BMP")


def missing_data() -> Iterator[tuple[str, bytes]]:
    """Pictures most of which is not there."""
    for size, interlaced in (((1, 60_000), 0), ((6_000, 6_000), 0), ((501, 501), 1), ((500, 500), 1)):
        chunks = [png_head(*size, 8, 2, interlaced), (b"IDAT", zlib.compress(bytes(size[0] * 3 + 1))), (b"IEND", b"")]
        yield f"png_{size[0]}_{interlaced}.png", png_of(chunks)
    rows = b"".join(b"\0" + bytes([7]) * 300 for _ in range(99))
    yield "last_row.png", png_of([png_head(100, 100), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])
    yield "no_data.png", png_of([png_head(64, 64), (b"IDAT", b""), (b"IEND", b"")])
    yield "no_data.gif", gif_head(64, 64) + b"\x2c" + struct.pack("<HHHHB", 0, 0, 64, 64, 0) + b"\x02\0;"
    yield "one_row.gif", gif_head(64, 64) + b"\x2c" + struct.pack("<HHHHB", 0, 0, 64, 64, 0) + b"\x02\x02\x44\x01\0;"
    for kind, options in (("JPEG", {}), ("TIFF", {}), ("BMP", {}), ("WEBP", {}), ("TIFF", {"compression": "tiff_lzw"})):
        whole = _saved(_noise(), kind, **options)
        name = "".join([kind.lower(), *options.values()])
        for share in (2, 5, 8):
            yield f"{name}_{share}.bin", whole[: len(whole) * share // 10]


def odd_chunks() -> Iterator[tuple[str, bytes]]:
    """What stands beside the picture: compressed texts and profiles, and chunks without number."""
    rows = (b"IDAT", zlib.compress(bytes(64 * (1 + 64 * 3))))
    bomb = zeros(400_000_000)
    beside = {
        "text": (b"zTXt", b"a\0\0" + bomb),
        "international": (b"iTXt", b"a\0\1\0\0\0" + bomb),
        "profile": (b"iCCP", b"a\0\0" + bomb),
        "comment": (b"tEXt", b"a\0" + b"x" * 8_000_000),
    }
    for name, chunk in beside.items():
        yield f"{name}.png", png_of([png_head(64, 64), chunk, rows, (b"IEND", b"")])
    yield "texts.png", png_of([png_head(64, 64), *[(b"tEXt", b"a\0b")] * 500_000, rows, (b"IEND", b"")])
    parts = [(b"IDAT", bytes([byte])) for byte in rows[1]]
    yield "data_in_parts.png", png_of([png_head(64, 64), *parts, (b"IEND", b"")])
    yield "empty_parts.png", png_of([png_head(64, 64), *[(b"IDAT", b"")] * 1_000_000, rows, (b"IEND", b"")])


def odd_tiffs() -> Iterator[tuple[str, bytes]]:
    """Directories that go round in circles or have no end."""
    circle = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 1) + struct.pack("<HHII", 254, 4, 1, 0)
    yield "circle.tif", circle + struct.pack("<I", 8)
    many = b"".join(struct.pack("<HHII", 65000 - n % 5, 2, 60_000, 8) for n in range(65_000))
    yield "many_tags.tif", struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 65_000) + many + bytes(4)
    huge = struct.pack("<HHII", 273, 4, 400_000_000, 8)
    yield "huge_tag.tif", struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 1) + huge + bytes(4)
    whole = bytearray(_saved(_noise(), "TIFF", compression="tiff_lzw"))
    for place in range(0, min(len(whole), 4000), 200):
        torn = bytearray(whole)
        torn[-200 + place // 25 :] = b"\xff" * (200 - place // 25)
        yield f"torn_{place}.tif", bytes(torn)


def no_photos() -> Iterator[tuple[str, bytes]]:
    """What is no photo at all, whatever its name says."""
    yield from {
        "vector.png": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "script.jpg": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "postscript.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
        "document.jpg": b"%PDF-1.7\n1 0 obj<<>>endobj",
        "archive.jpg": b"PK\3\4" + bytes(100),
        "clip.heic": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(99),
        "nothing.jpg": b"",
        "zeros.jpg": bytes(5000),
        "header.jpg": b"\xff\xd8\xff",
        "header.png": b"\x89PNG\r\n\x1a\n",
        "header.gif": b"GIF89a",
        "header.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
        "header.avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    }.items()


def mutations(count: int = 250, seed: int = 7) -> Iterator[tuple[str, bytes]]:
    """Whole photos of every format with a few bytes changed, dropped, doubled or cut off; the same ones every time."""
    chance = random.Random(seed)
    heic = io.BytesIO()
    pillow_heif.from_pillow(_noise()).save(heic)
    wholes = {kind: _saved(_noise(), kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")}
    wholes |= {
        "HEIC": heic.getvalue(),
        "progressive": _saved(_noise(), "JPEG", progressive=True),
        "lzw": _saved(_noise(), "TIFF", compression="tiff_lzw"),
    }
    for number in range(count):
        name = chance.choice([*wholes])
        data = bytearray(wholes[name])
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(min(len(data), 800) if chance.random() < 0.7 else len(data))
            part = chance.choice([b"", b"\xff", b"\0", chance.randbytes(4), data[at : at + 40] * 9])
            data[at : at + chance.choice([0, 1, 1, 4])] = part
        yield (
            f"{name.lower()}_{number}.bin",
            bytes(data[: chance.choice([len(data), len(data), chance.randrange(len(data))])]),
        )


KINDS: dict[str, Kind] = {
    "slow JPEGs": slow_jpegs,
    "slow GIFs": slow_gifs,
    "large pictures": large_pictures,
    "missing data": missing_data,
    "odd chunks": odd_chunks,
    "odd TIFFs": odd_tiffs,
    "no photos": no_photos,
    "mutations": mutations,
}


def few() -> dict[str, Kind]:
    """The first few photos of every kind, quickly made and quickly decided on."""
    firsts: dict[str, Kind] = {kind: lambda build=build: islice(build(), _FEW) for kind, build in KINDS.items()}  # type: ignore[misc]
    return firsts | {"mutations": lambda: mutations(_FEW_MUTATIONS)}


def write(folder: Path, kinds: Mapping[str, Kind] = KINDS) -> dict[str, list[Path]]:
    """Write the corpus, or some kinds of photos, into a folder; return the files by kind."""
    written: dict[str, list[Path]] = {}
    for kind, build in kinds.items():
        written[kind] = []
        for name, data in build():
            path = folder / f"{kind.replace(' ', '_')}-{name}"
            path.write_bytes(data)
            written[kind].append(path)
    return written


if __name__ == "__main__":
    for each, paths in write(Path(sys.argv[1])).items():
        print(f"{each}: {len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.1f} MB")
