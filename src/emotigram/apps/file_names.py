"""Names of files that others gave, made plain: to be shown, logged and passed on, never to be opened."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

_LONGEST = 80
_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?")


def plain_name(path: str, otherwise: str = "photo") -> str:
    """The last part of a path, in one line of at most 80 characters, without marks that are invisible or turn text.

    ``otherwise`` where nothing is left of it. Names that Windows keeps for devices get an underscore in front.
    """
    base = PurePosixPath(PureWindowsPath(path).name).name
    seen = "".join(sign for sign in unicodedata.normalize("NFC", base) if _is_seen(sign))
    name = " ".join(seen.split()).strip(" .")
    return _shortened(f"_{name}" if _WINDOWS.fullmatch(name) else name) or otherwise


def _is_seen(sign: str) -> bool:
    """Whether a character is neither control, format, half, private, unassigned nor a line end."""
    category = unicodedata.category(sign)
    return not category.startswith("C") and category not in ("Zl", "Zp") and sign not in '<>:"|?*'


def _shortened(name: str) -> str:
    """The name with its ending, which says what kind of file it is, and the middle left out."""
    if len(name) <= _LONGEST:
        return name
    ending = PurePosixPath(name).suffix if len(PurePosixPath(name).suffix) <= 10 else ""
    return f"{name[: _LONGEST - len(ending) - 1]}…{ending}"
