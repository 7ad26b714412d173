"""Photos made to cost: they take little or are refused; what decodes them can be killed, and reaches nothing."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest
from PIL import Image

from emotigram import open_photo
from emotigram.errors import PhotoDamaged, PhotoError, PhotoTooCostly, PhotoTooLong
from emotigram.imaging.photos import decoders
from tests.hostile import corpus as make

Corpus = dict[str, list[Path]]

_MEGABYTE = 1_000_000
_HOLDS_UP = make.jpeg_of_scans((10_000, 10_000), 60)  # as many scans as are allowed: seconds of work


def children() -> list[psutil.Process]:
    """The processes that decode for this one; one at least, since it has opened a photo."""
    open_photo(make.png_of([make.png_head(1, 1, 8, 0), (b"IDAT", make.zeros(2)), (b"IEND", b"")]))
    return [each for each in psutil.Process().children() if "emotigram.imaging.decoding" in " ".join(each.cmdline())]


@pytest.mark.parametrize(
    ("corpus", "least"), [("few", 60), pytest.param("all", 350, marks=pytest.mark.nightly)], indirect=["corpus"]
)
def test_every_hostile_photo_is_opened_or_refused_and_the_next_one_opens(
    corpus: Corpus, least: int, china: Path
) -> None:
    paths = [path for paths in corpus.values() for path in paths]
    with ThreadPoolExecutor(decoders().most_workers) as threads:
        outcomes = dict(zip((path.name for path in paths), threads.map(outcome, paths), strict=True))
    assert len(outcomes) > least
    assert outcomes["slow_GIFs-comments_2000000.gif"] == "opened"  # what is beside the picture costs nobody's photo
    assert outcomes["slow_JPEGs-exif_segments.jpg"] == "opened"
    assert open_photo(china).width_px == 640


def outcome(path: Path) -> str:
    """What becomes of a photo: an error's code, or that it is opened, no larger than photos are kept."""
    try:
        photo = open_photo(path)
    except PhotoError as error:
        return error.code
    assert max(photo.image.size) <= 2048
    return "opened"


@pytest.mark.parametrize("scans", [65, 100, 1000, 100_000])
@pytest.mark.parametrize("size", [(10_000, 10_000), (800, 600)])
def test_a_jpeg_of_more_scans_than_encoders_write_is_refused(size: tuple[int, int], scans: int) -> None:
    with pytest.raises(PhotoTooCostly) as caught:
        open_photo(make.jpeg_of_scans(size, scans), name="scans.jpg")
    assert "scans.jpg" in caught.value.message("en")
    assert "时间或内存" in caught.value.message("zh")


@pytest.mark.parametrize(
    "block",
    [b"\x21\xfe\x01A\0", b"\x21\xfe" + b"\xff" + b"A" * 255 + b"\0", b"\x21\xff\x0bNETSCAPE2.0\x03\1\0\0\0"],
    ids=["comments", "long comments", "applications"],
)
def test_blocks_in_front_of_a_gif_are_passed_over(block: bytes) -> None:
    assert open_photo(make.gif_of_blocks(block, 6_000_000 // len(block))).width_px == 100


def test_a_comment_of_a_gif_in_parts_is_passed_over() -> None:
    comment = b"\x21\xfe" + b"\x02AB" * 1_500_000 + b"\0"
    assert open_photo(make.gif_of_blocks(comment, 1)).width_px == 100


@pytest.mark.parametrize(("name", "data"), [*make.missing_data()])
def test_a_picture_that_is_not_all_there_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(PhotoDamaged):
        open_photo(data, name=name)


def test_black_rows_are_no_missing_rows(tmp_path: Path) -> None:
    for interlaced in (0, 1):
        for colour, samples in ((0, 1), (2, 3), (6, 4)):
            rows = make.zeros(sum(_row_bytes(33, 17, samples, bool(interlaced))))
            chunks = [make.png_head(33, 17, 8, colour, interlaced), (b"IDAT", rows), (b"IEND", b"")]
            assert open_photo(make.png_of(chunks)).height_px == 17


def _row_bytes(width: int, height: int, samples: int, interlaced: bool) -> list[int]:
    if not interlaced:
        return [1 + width * samples] * height
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    sizes = [(len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes]
    return [1 + columns * samples for columns, rows in sizes for _ in range(rows) if columns]


def test_a_side_that_no_photo_has_is_refused() -> None:
    for size in ((1, 100_000_000), (65_536, 2), (2, 65_536)):
        data = make.png_of([make.png_head(*size, 1, 0), (b"IDAT", make.zeros(9)), (b"IEND", b"")])
        with pytest.raises(PhotoTooLong) as caught:
            open_photo(data, name="long.png")
        assert f"{size[0]}x{size[1]}" in caught.value.message("en")


def test_what_takes_too_long_is_killed_and_the_next_photo_opens(china: Path) -> None:
    with pytest.raises(PhotoTooCostly):
        open_photo(_HOLDS_UP, decode_timeout_s=0.1)
    assert open_photo(china).width_px == 640


def test_what_needs_too_much_memory_is_refused_and_the_next_photo_opens(china: Path) -> None:
    rows = make.zeros(10_000 * 30_001)
    large = make.png_of([make.png_head(10_000, 10_000), (b"IDAT", rows), (b"IEND", b"")])
    with pytest.raises(PhotoTooCostly):
        open_photo(large, decode_memory_mb=300)
    assert open_photo(china, decode_memory_mb=300).width_px == 640


def test_an_ordinary_photo_does_not_wait_for_slow_ones(china: Path) -> None:
    def open_slow_ones() -> None:
        for _ in range(5):
            open_photo(_HOLDS_UP)

    with ThreadPoolExecutor(decoders().places) as threads:
        slow = [threads.submit(open_slow_ones) for _ in range(decoders().places)]
        assert open_photo(china).width_px == 640
        assert not all(each.done() for each in slow)
        decoders().close()
    assert any(isinstance(each.exception(), PhotoTooCostly) for each in slow)


def test_a_worker_that_the_system_ended_costs_no_photo(china: Path) -> None:
    for child in children():
        child.kill()
        child.wait(timeout=30)
    assert [open_photo(china).width_px for _ in range(3)] == [640] * 3


def test_what_stands_before_the_pixels_has_little_memory() -> None:
    tags = b"".join(struct.pack("<HHII", 40_000 + n, 7, 1_100_000, 60_000) for n in range(850))
    head = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 850) + tags + bytes(4)
    with pytest.raises(PhotoError):
        open_photo(head.ljust(60_000, b"\0") + bytes(1_100_000))


def test_an_uncompressed_tiff_without_all_its_strips_is_refused() -> None:
    tags = [(256, 64), (257, 64), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, 8), (279, 512)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(tags)) + entries + bytes(4)
    with pytest.raises(PhotoDamaged):
        open_photo(head.ljust(200, b"\0") + b"\x80" * 512)


@pytest.mark.parametrize("beside", [b"\xff\xfe\0\x08\xff\xd9\xff\xda\1\2", b"\0\0\0junk"], ids=["a comment", "junk"])
def test_what_lies_between_the_segments_of_a_jpeg_costs_no_photo(beside: bytes, china: Path) -> None:
    out = io.BytesIO()
    with Image.open(china) as image:
        image.save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    second_scan = whole.index(b"\xff\xc4", whole.index(b"\xff\xda"))
    first_table = whole.index(b"\xff\xdb")
    for at in (first_table, second_scan):
        if beside.startswith(b"\xff") or at == first_table:
            assert open_photo(whole[:at] + beside + whole[at:]).image == open_photo(whole).image


def test_orientation_is_read_from_xmp_too(scene: Image.Image) -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    out = io.BytesIO()
    scene.save(out, "JPEG", xmp=xmp)
    assert open_photo(out.getvalue()).width_px == 40
    chunk = (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    rows = (b"IDAT", make.zeros(40 * (1 + 60 * 3)))
    assert open_photo(make.png_of([make.png_head(60, 40), chunk, rows, (b"IEND", b"")])).width_px == 40


@pytest.mark.nightly
def test_large_photos_share_the_memory_there_is(tmp_path: Path) -> None:
    """Twelve at a time, of a hundred megapixels each: they take turns."""
    path = tmp_path / "large.gif"
    path.write_bytes(make.gif_of_blocks(b"", 1, (10_000, 10_000)))
    done, peak = Event(), [0]

    def watch() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], _memory(psutil.Process()))

    before = _memory(psutil.Process())
    watcher = Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(12) as threads:
        sizes = {photo.width_px for photo in threads.map(lambda _: open_photo(path, decode_memory_mb=400), range(12))}
    done.set()
    watcher.join()
    assert sizes == {10_000}
    assert peak[0] - before < 900 * _MEGABYTE  # of pictures, and of four processes themselves


def _memory(process: psutil.Process) -> int:
    sizes = 0
    for each in (process, *process.children()):
        try:
            sizes += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return sizes


@pytest.mark.skipif(sys.platform != "linux", reason="what a process may do is read from Linux")
def test_what_decodes_has_no_secrets_and_can_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-hidden")
    decoders().close()
    for child in children():
        environment = child.environ()
        assert "sk-hidden" not in str(environment)
        assert not {"HOME", "PATH", "DEEPSEEK_API_KEY"} & environment.keys()
        for limit in (psutil.RLIMIT_NOFILE, psutil.RLIMIT_FSIZE, psutil.RLIMIT_CORE):
            assert child.rlimit(limit) == (0, 0)
        assert not child.net_connections()


def test_what_decodes_ends_with_a_process_that_is_killed(china: Path) -> None:
    code = f"from emotigram import open_photo; open_photo({str(china)!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        started = psutil.Process(process.pid).children()
        process.kill()
    assert started
    _, alive = psutil.wait_procs(started, timeout=30)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_fork_decodes_by_itself(china: Path) -> None:
    code = (
        "import os; from emotigram import open_photo\n"
        f"path = {str(china)!r}; first = open_photo(path)\n"
        "child = os.fork()\n"
        "same = all(open_photo(path).image == first.image for _ in range(20))\n"
        "if not child: os._exit(not same)\n"
        "assert same and os.waitpid(child, 0)[1] == 0\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=120)


def test_a_script_without_a_main_guard_opens_photos(china: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"from emotigram import open_photo\nprint(open_photo({str(china)!r}).width_px)\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("640\n", "")


def test_what_others_log_meanwhile_arrives(capfd: pytest.CaptureFixture[str]) -> None:
    torn = [data for _, data in make.odd_tiffs()]
    done = Event()

    def log() -> None:
        for number in range(2000):
            os.write(2, f"line {number}\n".encode())
        done.set()

    logger = Thread(target=log)
    logger.start()
    while not done.is_set():
        for data in torn[-4:]:
            with pytest.raises(PhotoError):
                open_photo(data)
    logger.join()
    assert capfd.readouterr().err == "".join(f"line {number}\n" for number in range(2000))
