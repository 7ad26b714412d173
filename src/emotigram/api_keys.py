"""API keys: shown once, kept as hashes in one SQLite file that only the owner can read."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from platformdirs import user_data_path

from emotigram.errors import ApiKeyNameTaken, ApiKeyNameUnknown, KeysUnreadable
from emotigram.settings import Settings

PREFIX = "eg_"
_WRITE_WAIT_S, _READ_WAIT_S = 10, 0.2  # for another process; requests are not held up for long
_SECRET_BYTES = 32  # as random as the hash is wide, so that no slow hash is needed against guessing
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
        self.path = settings.keys_file or user_data_path("emotigram", appauthor=False) / "api-keys.sqlite3"

    def create(self, name: str, rate: str = "") -> str:
        """Make a key and return it; it cannot be shown again. Raises ApiKeyNameTaken."""
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
                known = ", ".join(name for (name,) in base.execute("SELECT name FROM keys ORDER BY name"))
                raise ApiKeyNameUnknown(name=name, known=known or "–")

    def _select(self, rest: str, *values: str) -> list[ApiKey]:
        with self._open(make=False) as base:
            rows = base.execute(f"SELECT {_FIELDS} FROM keys {rest}", values)  # noqa: S608  # our own words
            return [ApiKey(*(value or "" for value in row)) for row in rows]

    @contextmanager
    def _open(self, *, make: bool) -> Iterator[sqlite3.Connection]:
        try:
            if make:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            place = self.path if self.path.exists() else ":memory:"
            wait_s = _WRITE_WAIT_S if make else _READ_WAIT_S
            with closing(sqlite3.connect(place, timeout=wait_s)) as base, base:
                base.execute(_SCHEMA)
                yield base
        except (OSError, sqlite3.DatabaseError) as error:
            raise KeysUnreadable(path=str(self.path), reason=getattr(error, "strerror", "") or str(error)) from error


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
