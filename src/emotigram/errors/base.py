"""What all errors have in common: a code, sentences in every interface language, an exit code."""

from __future__ import annotations

import re
from typing import ClassVar

from emotigram.texts import say


class EmotiGramError(Exception):
    """Base of all errors raised on purpose; keyword values fill its sentences, which ``data/interface`` holds by code.

    The text is the English message, and the English hint is a note (PEP 678), so that tracebacks show both.
    """

    code: ClassVar[str]
    exit_code: ClassVar[int] = 1
    retryable: bool = False

    def __init_subclass__(cls, *, exit_code: int | None = None, retryable: bool | None = None) -> None:
        """Name the code after the class, ``photo_too_large`` for PhotoTooLarge and ``settings`` for SettingsError."""
        super().__init_subclass__()
        cls.code = re.sub(r"(?<=.)(?=[A-Z])", "_", cls.__name__.removesuffix("Error")).lower()
        cls.exit_code = cls.exit_code if exit_code is None else exit_code
        cls.retryable = cls.retryable if retryable is None else retryable

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.message())
        self.add_note(self.hint())

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle what is there: made anew, the error would need its values and note its hint again."""
        return type(self).__new__, (type(self), *self.args), self.__dict__

    def message(self, language: str = "en") -> str:
        """What went wrong, in one line."""
        return self._say("message", language)

    def hint(self, language: str = "en") -> str:
        """What to do about it, in one line."""
        return self._say("hint", language)

    def _say(self, part: str, language: str) -> str:
        values = {k: v.message(language) if isinstance(v, EmotiGramError) else v for k, v in self.values.items()}
        return say(f"errors.{self.code}.{part}", language, **values)
