"""A sentiment model of one's own: an export of ``emotigram train sentiment``, or a bare best_model.pt."""

from __future__ import annotations

from emotigram.engines import Engine, extra_missing
from emotigram.errors import EmotiGramError
from emotigram.ports import SentimentModel
from emotigram.settings import Settings


def build(settings: Settings) -> SentimentModel:
    """Open the engine; raises EmotiGramError."""
    from emotigram.sentiment.torchscript.model import open_model  # noqa: PLC0415  # torch

    return open_model(settings)


def _missing(settings: Settings) -> EmotiGramError | None:
    from emotigram.sentiment.torchscript.exported import find_exported  # noqa: PLC0415

    try:
        find_exported(settings)
    except EmotiGramError as error:
        return error
    return extra_missing("train", "accelerate", "peft", "torch", "transformers")


ENGINE = Engine(
    names={"en": "judge sentiment, your own model", "zh": "判断情感（自己的模型）"},
    build=build,
    missing=_missing,
)
