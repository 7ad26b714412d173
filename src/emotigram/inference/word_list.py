"""Words the caption decoder knows: English words and Chinese characters in one list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PAD, END, UNKNOWN = 0, 1, 2
SPECIAL = ("<pad>", "<end>", "<unknown>", "<en>", "<zh>")
LANGUAGES = {"en": 3, "zh": 4}
_WORD = {"en": re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+"), "zh": re.compile(r"[一-鿿]|，")}


def split_words(text: str, language: str) -> list[str]:
    """Split a caption into the decoder's units: lower-case English words or Chinese characters."""
    return _WORD[language].findall(text.lower())


@dataclass(frozen=True, slots=True)
class WordList:
    """The word list, in the order of the decoder's outputs."""

    words: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> WordList:
        """Read one word a line."""
        return cls(tuple(path.read_text("utf-8").splitlines()))

    def allowed(self, language: str) -> NDArray[np.bool_]:
        """Which words may be said in a language, shape (words,); the end always, the unknown word never."""
        may = [bool(_WORD[language].fullmatch(word)) for word in self.words]
        mask = np.array(may, dtype=np.bool_)
        mask[: len(SPECIAL)] = False
        mask[END] = True
        return mask

    def sentence(self, ids: Sequence[int], language: str) -> str:
        """Join words to a sentence with its capital letter and full stop; '' for no words."""
        words = [self.words[number] for number in ids]
        if not words:
            return ""
        if language == "zh":
            return "".join(words).strip("，") + "。"
        text = " ".join(words)
        return text[0].upper() + text[1:] + "."
