"""``python -m emotigram.training``: data -> train -> export -> measure, each stage resumable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emotigram.training.build import build_affect_model, build_captioner_model
from emotigram.training.caption import train_captioner
from emotigram.training.prepare import prepare_photos
from emotigram.training.pretrain import pretrain

_MODELS = Path(__file__).parent.parent / "models"


def train(
    data: Annotated[Path, typer.Option(help="Folder of the parquet files.")],
    work: Annotated[Path, typer.Option(help="Folder for caches and checkpoints.")] = Path("build/training"),
    models: Annotated[Path, typer.Option(help="Where the finished model folders go.")] = _MODELS,
    pretrain_epochs: int = 24,
    caption_epochs: int = 9,
) -> None:
    """Train the embedded captioner and affect model from random initialisation."""
    cache = work / "cache"
    if not (cache / "teacher.npy").exists():
        prepare_photos(data, cache)
    pretrain(cache, work, pretrain_epochs)
    train_captioner(cache, work, caption_epochs)
    build_captioner_model(cache, work, models)
    build_affect_model(data, cache, work, models)


if __name__ == "__main__":
    typer.run(train)
