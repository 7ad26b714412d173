"""API keys: shown once, kept as hashes in one SQLite file that only the owner can read."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

from emotigram.errors import ApiKeyNameMalformed, ApiKeyNameTaken, ApiKeyNameUnknown, KeysUnreadable, KeysUnsafe
from emotigram.settings import Settings

PREFIX = "eg_"
_WRITE_WAIT_S, _READ_WAIT_S = 10, 0.2  # for another process; requests are not held up for long
_SECRET_BYTES = 32  # as random as the hash is wide, so that no slow hash is needed against guessing
_LONGEST_NAME = 64  # characters
# Letters and marks that nobody sees: Hangul fillers, an empty Braille cell, variation selectors
_UNSEEN = {*map(chr, (0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))}
_JOURNALS = ("", "-journal", "-wal", "-shm")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE, rate TEXT NOT NULL,
  created_at TEXT NOT NULL, revoked_at TEXT
) STRICT
"""
_FIELDS = "id, name, rate, created_at, revoked_at"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; ``rate`` is '' for the server's own, times are UTC in ISO 8601, '' for never."""

    id: str
    name: str
    rate: str
    created_at: str
    revoked_at: str


class ApiKeys:
    """The keys of one file; every call sees what other processes wrote. Raises KeysUnreadable."""

    def __init__(self, settings: Settings) -> None:
        self._own_folder = user_data_path("emotigram", appauthor=False)
        self.path = settings.keys_file or self._own_folder / "api-keys.sqlite3"

    def create(self, name: str, rate: str = "") -> str:
        """Make a key and return it; it cannot be shown again. Raises ApiKeyNameTaken or ApiKeyNameMalformed."""
        if not is_name(name):
            raise name_malformed(name)
        secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        row = (secrets.token_hex(4), name, _hash(secret), rate, datetime.now(UTC).isoformat(timespec="seconds"))
        with self._open(make=True) as base:
            try:
                base.execute("INSERT INTO keys (id, name, hash, rate, created_at) VALUES (?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                raise ApiKeyNameTaken(name=name) from error
        return secret

    def all(self) -> list[ApiKey]:
        """Every key ever made, the oldest first."""
        return self._select("ORDER BY created_at, rowid")

    def any_created(self) -> bool:
        """Whether a key was ever made."""
        return bool(self._select("LIMIT 1"))

    def find(self, secret: str) -> ApiKey | None:
        """The key that a secret belongs to, revoked or not; None where there is none."""
        return next(iter(self._select("WHERE hash = ?", _hash(secret))), None)

    def revoke(self, name: str) -> None:
        """Refuse a key from now on. Raises ApiKeyNameUnknown."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open(make=False) as base:
            done = base.execute(
                "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE name = ? OR id = ?", (now, name, name)
            )
            if not done.rowcount:
                known = ", ".join(visible_name(name) for (name,) in base.execute("SELECT name FROM keys ORDER BY name"))
                raise ApiKeyNameUnknown(name=visible_name(name), known=known or "–")

    def _select(self, rest: str, *values: str) -> list[ApiKey]:
        with self._open(make=False) as base:
            rows = base.execute(f"SELECT {_FIELDS} FROM keys {rest}", values)  # noqa: S608  # our own words
            return [ApiKey(*(value or "" for value in row)) for row in rows]

    @contextmanager
    def _open(self, *, make: bool) -> Iterator[sqlite3.Connection]:
        try:
            self._refuse_others()
            if make:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            self._tighten()
            place = self.path if self.path.exists() else ":memory:"
            wait_s = _WRITE_WAIT_S if make else _READ_WAIT_S
            with closing(sqlite3.connect(place, timeout=wait_s)) as base, base:
                base.execute(_SCHEMA)
                yield base
        except (OSError, sqlite3.DatabaseError) as error:
            raise KeysUnreadable(path=str(self.path), reason=getattr(error, "strerror", "") or str(error)) from error

    def _refuse_others(self) -> None:
        """Raise KeysUnsafe for a link, what is no file, and another user's file."""
        with suppress(FileNotFoundError):
            facts = self.path.lstat()
            is_mine = not hasattr(os, "geteuid") or facts.st_uid == os.geteuid()
            if not (stat.S_ISREG(facts.st_mode) and is_mine):
                raise KeysUnsafe(path=str(self.path), reason="")

    def _tighten(self) -> None:
        """Keep others from the file, which earlier versions may have left open to them."""
        if os.name != "posix":
            return
        for ending in _JOURNALS:
            _close_to_others(self.path.with_name(self.path.name + ending), 0o600)
        if self.path.parent == self._own_folder:  # other folders are not ours to close
            _close_to_others(self._own_folder, 0o700)


def is_name(name: str) -> bool:
    """Whether a key may be called so: one line of visible characters, not too long."""
    return 0 < len(name) <= _LONGEST_NAME and name == name.strip() and name.isprintable() and not _UNSEEN & {*name}


def name_malformed(name: str) -> ApiKeyNameMalformed:
    """The error that a key cannot be called so."""
    return ApiKeyNameMalformed(name=visible_name(name[:_LONGEST_NAME]), limit=_LONGEST_NAME)


def visible_name(name: str) -> str:
    """A name that an earlier version may have taken as it came, with what cannot be seen escaped."""
    return "".join(sign if is_name(sign) or sign == " " else ascii(sign)[1:-1] for sign in name)


def _close_to_others(path: Path, mode: int) -> None:
    try:
        if path.lstat().st_mode & 0o077 and not path.is_symlink():
            path.chmod(mode)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.EROFS:  # what is mounted to be read only, stays as it was mounted
            raise


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
