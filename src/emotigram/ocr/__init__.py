"""Words that stand in photos, read on this computer, by the extra ``ocr``; nothing heavy is imported until then."""

from __future__ import annotations

from emotigram.engines import extra_missing
from emotigram.errors import ExtraMissing
from emotigram.inference.text_gate import open_text_gate
from emotigram.ocr.reader import PhotoText
from emotigram.ports import TextReader
from emotigram.settings import Settings


def lacking() -> ExtraMissing | None:
    """The error that the extra is not installed, None where it is."""
    return extra_missing("ocr", "rapidocr")


def open_text_reader(settings: Settings) -> TextReader | None:
    """What reads words in photos, None where the settings do not want it or ``auto`` finds no extra.

    Raises ExtraMissing where they insist on it, ModelDamaged where the gate before it is broken.
    """
    if settings.read_text == "off":
        return None
    error = lacking()
    if error is None:
        return PhotoText(settings.threads, open_text_gate(settings.models_dir))
    if settings.read_text == "on":
        raise error
    return None
