"""The record beside fetched weights: which commit they are of, and every file's size and checksum."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import Field, TypeAdapter, ValidationError

from emotigram.errors import WeightsDamaged
from emotigram.files import read_regular

RECORD = "emotigram-weights.json"
_CHUNK_BYTES = 1 << 22
_MOST_RECORD_BYTES = 1 << 23  # of the record: some 80,000 files
_LONGEST_NAME = 128  # file systems take 255, of which a part's own ending needs some
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
# Names of Windows' devices, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\..*)?", re.IGNORECASE)


class Watcher(Protocol):
    """Hears how far a long job has come, in bytes."""

    def start(self, job: Literal["checking", "fetching"], file: str, total: int, done: int = 0) -> None:
        """A job on one file begins; the one before it is over."""
        ...

    def advance(self, count: int) -> None:
        """So many bytes more are done."""
        ...


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and checksum as hubs give them: SHA-256 of large files, git's own of others."""

    size: Annotated[int, Field(ge=0, le=1 << 53, strict=True)]
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    git_sha1: Annotated[str, Field(pattern="^([0-9a-f]{40})?$")] = ""

    def __post_init__(self) -> None:
        if not (self.sha256 or self.git_sha1):
            raise ValueError("a checksum is missing")


@dataclass(frozen=True, slots=True)
class Record:
    """Fetched weights: the files of one commit of one repository, by name."""

    repo: str
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]
    files: Mapping[str, FileRecord]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(each.size for each in self.files.values())


_RECORDS = TypeAdapter(Record)


def is_plain(file: str) -> bool:
    """Whether this is the name of a file right in a folder, on every system, and not our record's own."""
    is_name = len(file) <= _LONGEST_NAME and _PLAIN.fullmatch(file) and not _DEVICE.fullmatch(file)
    return bool(is_name) and not file.endswith(".") and file.casefold() != RECORD


def read_record(folder: Path, name: str, file: str = RECORD) -> Record | None:
    """The record in a folder, None where there is none; raises WeightsDamaged for one that cannot be understood."""
    try:
        record = _RECORDS.validate_json(read_regular(folder / file, _MOST_RECORD_BYTES)[0])
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise WeightsDamaged(name=name, file=file) from error
    if not all(map(is_plain, record.files)):
        raise WeightsDamaged(name=name, file=file)
    return record


def write_record(folder: Path, record: Record) -> None:
    """Write the record, whole or not at all."""
    fresh = folder / f"{RECORD}.part"
    fresh.write_bytes(_RECORDS.dump_json(record, indent=1, exclude_defaults=True))
    fresh.replace(folder / RECORD)


def has_size(path: Path, wanted: FileRecord) -> bool:
    """Whether the file is there with the size it should have."""
    try:
        return path.is_file() and path.stat().st_size == wanted.size
    except OSError:  # what cannot be looked at cannot be used either
        return False


def is_whole(path: Path, wanted: FileRecord, watcher: Watcher, file: str) -> bool:
    """Whether the file is there, byte for byte; reads all of it."""
    if not has_size(path, wanted):
        return False
    watcher.start("checking", file, wanted.size)
    # git's checksum is of a head and the bytes
    digest = hashlib.sha256() if wanted.sha256 else hashlib.sha1(b"blob %d\0" % wanted.size, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            watcher.advance(len(chunk))
    return digest.hexdigest() == (wanted.sha256 or wanted.git_sha1)
