"""Whether the settings file of a working folder may send data elsewhere: only once its owner has looked at it.

As direnv does, what was confirmed is remembered by the file's place and the checksum of its contents: an edit asks
again. Settings that can do no harm apply at once.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from emotigram.errors import SettingsError
from emotigram.files import is_of_others, read_json_file, read_regular, write_json_file

SETTINGS_FILE = Path("emotigram.toml")
_MOST_BYTES = 1 << 14  # all settings with a comment each have a third; a name of dots takes its length squared to read
# All others can send photos, words or keys elsewhere, load weights or code, choose folders, or let others in; a new
# setting is among those until somebody has thought about it.
_HARMLESS = frozenset(
    (
        *("language", "platform", "style", "seed", "candidates", "repairs", "budget", "writer", "model"),
        *("device", "dtype", "quantization", "beams", "compile", "threads", "vision_model", "interface"),
        *("stall_s", "timeout_s", "retries", "max_megapixels", "decode_timeout_s", "decode_memory_mb"),
        *("photo_times", "hints"),
        *("port", "max_upload_mb", "upload_timeout_s"),
        *("answer_timeout_s", "queue_size", "writing_threads", "keep_minutes", "keep_most", "shutdown_s"),
        *("header_timeout_s", "send_timeout_s", "max_connections", "max_connections_per_client"),
        *("log_format", "api_rate"),
    )
)
_HARMLESS_ENGINES = {"captioner": ("auto", "embedded", "blip2", "transformers_vlm"), "sentiment": ("embedded",)}


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings file of a folder as it is now: ``place`` is its resolved path, ``digest`` the SHA-256 of its bytes.

    ``is_of_others``: another user owns it or everybody may write it, so that it is never trusted.
    """

    place: str
    digest: str
    values: Mapping[str, Any]
    is_of_others: bool

    @property
    def sensitive(self) -> dict[str, Any]:
        """What of it has to be confirmed, by name."""
        return {name: value for name, value in self.values.items() if not _is_harmless(name, value)}

    @property
    def is_trusted(self) -> bool:
        """Whether it was confirmed as it is."""
        return not self.is_of_others and trusted_files().get(self.place) == self.digest


def settings_file() -> SettingsFile | None:
    """The file in the working folder, None where there is none; raises SettingsError for one that cannot be read."""
    try:
        content, facts = read_regular(SETTINGS_FILE, _MOST_BYTES)
        values = tomllib.loads(content.decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise SettingsError(detail=f"{SETTINGS_FILE}: {reason}") from error
    digest = hashlib.sha256(content).hexdigest()
    return SettingsFile(str(SETTINGS_FILE.resolve()), digest, values, is_of_others(facts))


def trusted_files() -> dict[str, str]:
    """The digest of each file that was confirmed, by its place; a store that cannot be read vouches for none."""
    try:
        stored = {} if is_of_others(_store().stat()) else read_json_file(_store())
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {str(place): str(digest) for place, digest in stored.items()}


def trust(file: SettingsFile) -> None:
    """Remember that a file was confirmed as it is now; raises SettingsError where that cannot be written."""
    _write({**trusted_files(), file.place: file.digest})


def revoke(place: str) -> bool:
    """Forget that a file was confirmed; whether it had been. Raises SettingsError where that cannot be written."""
    trusted = trusted_files()
    if place not in trusted:
        return False
    del trusted[place]
    _write(trusted)
    return True


def _is_harmless(name: str, value: object) -> bool:
    return name in _HARMLESS or value in _HARMLESS_ENGINES.get(name, ())


def _store() -> Path:
    return user_data_path("emotigram", appauthor=False) / "trusted-settings.json"


def _write(trusted: Mapping[str, str]) -> None:
    """Write the store, whole or not at all, for its owner's eyes alone."""
    store = _store()
    try:
        write_json_file(store, trusted)
    except OSError as error:
        raise SettingsError(detail=f"{store}: {error.strerror or error}") from error
