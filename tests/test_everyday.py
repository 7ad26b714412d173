"""The benchmark of everyday photos: gathered as pinned, judged by what a person wrote, half of them left unseen."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from emotigram.tags.vocabulary import tag_entries

EVERYDAY = Path(__file__).parents[1] / "benchmarks" / "everyday"
WHEEL = "sample_photos-1.0-py3-none-any.whl"
SOURCES = """
[[package]]
kind = "wheel"
name = "sample-photos"
version = "1.0"
for = ["--no-index", "--find-links={folder}"]
photos = ["sample/one.png"]

[[table]]
file = "coco-captioned-train.parquet"
set = "coco"
rows = 2
not_in = ["emotic-coco-train.parquet"]
not_ids = ["row 40"]
"""


def ran(script: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EVERYDAY / script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)


def drawn(grey: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), (grey, grey, grey)).save(file, "PNG")
    return file.getvalue()


def truth(photos: dict[str, bytes], folder: Path, **said: list[str]) -> None:
    """Write a truth.toml in which every photo's subject and what else is there are what ``said`` has by its number."""
    entries = [
        f'[{number}]\nsha256 = "{hashlib.sha256(photo).hexdigest()}"\ntruth_en = "truth of {number}"\n'
        f'truth_zh = "{number}号的真相"\nsubject = {json.dumps(said.get(f"s{number}", []))}\n'
        f"there = {json.dumps(said.get(f't{number}', []))}\n"
        for number, photo in photos.items()
    ]
    (folder / "truth.toml").write_text("\n".join(entries), "utf-8")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with a package that holds one photo, and two sets, of which one has the other's row 5."""
    with zipfile.ZipFile(tmp_path / WHEEL, "w") as wheel:
        wheel.writestr("sample/one.png", drawn(1))
        wheel.writestr(
            "sample_photos-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: sample-photos\nVersion: 1.0"
        )
        wheel.writestr("sample_photos-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any")
        wheel.writestr("sample_photos-1.0.dist-info/RECORD", "")
    rows = {"id": [f"row {row}" for row in range(146)], "image": [drawn(row) for row in range(146)]}
    pq.write_table(pa.table(rows), tmp_path / "coco-captioned-train.parquet")
    pq.write_table(pa.table({"id": ["row 5"]}), tmp_path / "emotic-coco-train.parquet")
    (tmp_path / "sources.toml").write_text(SOURCES.format(folder=tmp_path.as_posix()), "utf-8")
    return tmp_path


def test_gathered_photos_are_those_pinned_and_no_others(published: Path) -> None:
    folder = published / "photos"
    order = {"01": drawn(75), "02": drawn(1), "03": drawn(110)}  # every 35th row from 5 on, but 5 and 40
    truth(order, published)
    done = ran("gather.py", folder, "--data", published, "--lists", published)
    found = {path.stem: path.read_bytes() for path in folder.glob("*.png")}
    assert done.returncode == 0, done.stdout + done.stderr
    assert found == order
    truth(order | {"03": drawn(9)}, published)
    (folder / "03.png").unlink()
    refused = ran("gather.py", folder, "--data", published, "--lists", published)
    assert refused.returncode != 0
    assert "03" in refused.stderr
    assert not (folder / "03.png").exists()


def test_what_is_not_there_is_told_and_the_other_half_is_not_opened(china: Path, tmp_path: Path) -> None:
    photos = {"01": drawn(3), "02": china.read_bytes(), "04": china.read_bytes()}
    for number, photo in photos.items():
        (tmp_path / f"{number}.jpg").write_bytes(photo)
    truth(photos, tmp_path, s02=["building"], t02=["tree", "outdoor", "lake"], s04=["cat"], t04=["outdoor"])
    done = ran("run.py", tmp_path, "--lists", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    right, wrong = done.stdout.split("04 truth of 04")
    assert "02 truth of 02 02号的真相" in right
    assert "not there" not in right
    assert "not there (en): building (building)" in wrong
    assert "| subject named, in description or tags | 1 of 2, 50%" in wrong
    assert "| descriptions with something not there | 1 of 2, 50%" in wrong
    assert "01" not in [line.split(" ")[0] for line in done.stdout.splitlines()]
    assert "truth of 01" not in done.stdout


def test_another_photo_than_the_one_described_is_not_judged(tmp_path: Path) -> None:
    truth({"02": drawn(3)}, tmp_path)
    (tmp_path / "02.png").write_bytes(drawn(4))
    done = ran("run.py", tmp_path, "--lists", tmp_path)
    assert done.returncode != 0
    assert "02" in done.stderr
    assert "another photo" in done.stderr


def test_every_photo_has_a_truth_whose_tags_exist() -> None:
    truths = tomllib.loads((EVERYDAY / "truth.toml").read_text("utf-8"))
    assert list(truths) == [f"{number:02}" for number in range(1, 61)]
    for each in truths.values():
        assert each["subject"]
        assert each["truth_en"]
        assert each["truth_zh"]
        assert {*each["subject"], *each["there"]} <= set(tag_entries())
        assert ("words_en" in each) == ("words_zh" in each)
    assert len({each["sha256"] for each in truths.values()}) == 60
