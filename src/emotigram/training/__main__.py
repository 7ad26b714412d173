"""``python -m emotigram.training``: data -> train -> export -> evaluate -> cards, each stage resumable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from emotigram.inference.backbone import Backbone
from emotigram.training.affect.build import build_affect, every_example
from emotigram.training.backbone_graph import write_backbone
from emotigram.training.embedded_captioner.build import build_captioner_model
from emotigram.training.embedded_captioner.caption import train_captioner
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.hint_head import train_hints
from emotigram.training.embedded_captioner.reward import reward_captioner
from emotigram.training.embedded_captioner.views import prepare_views
from emotigram.training.embedded_captioner.weak_labels import prepare_tags
from emotigram.training.photo_sets import prepare_photos
from emotigram.training.progress import StageTimes, plot_losses
from emotigram.training.reports import measure_models, write_cards
from emotigram.training.text_gate.build import build_text_gate

_MODELS = Path(__file__).parent.parent / "models"


def train(
    data: Annotated[Path, typer.Option(help="Folder of the parquet files.")],
    work: Annotated[Path, typer.Option(help="Folder for caches, checkpoints and logs.")] = Path("build/training"),
    models: Annotated[Path, typer.Option(help="Where the finished model folders go.")] = _MODELS,
    documents: Annotated[
        list[Path] | None, typer.Option("--document", help="READMEs whose tables of figures are written anew.")
    ] = None,
    hint_epochs: int = 6,
    caption_epochs: int = 9,
    reward_epochs: int = 3,
    seed: int = 0,
) -> None:
    """Train the embedded captioner and affect model on what the pretrained backbone sees."""
    cache, times = work / "cache", StageTimes(work / "stages.jsonl")
    write_backbone(models)
    with times.timed("prepare"):
        prepare(data, cache, models)
        corpus = Corpus(cache)
    with times.timed("hints"):
        train_hints(corpus, work, hint_epochs, seed)
    with times.timed("caption"):
        train_captioner(corpus, work, caption_epochs, seed)
    with times.timed("reward"):
        reward_captioner(corpus, work, reward_epochs, seed)
    with times.timed("build"):
        build_captioner_model(corpus, work, models)
    with times.timed("text_gate"):
        build_text_gate(corpus, work, models, seed)
    with times.timed("affect"):
        build_affect(every_example(data, cache), corpus.pooled.astype(np.float32), work, models, seed)
    with times.timed("measure"):
        plot_losses(work / "loss.jsonl", work / "loss.png")
        measure_models(data, work / "validation", models, work / "reports")
    write_cards(models, work / "reports", documents or [], times.totals())


def prepare(data: Path, cache: Path, models: Path) -> None:
    """Write prepared photos, weak tags and what the backbone sees into ``cache``, what is not there yet."""
    if not (cache / "pixels.npy").exists():
        prepare_photos(data, cache)
    if not (cache / "tag_weights.npy").exists():
        prepare_tags(data, cache)
    prepare_views(cache, Backbone(models, threads=1))


if __name__ == "__main__":
    typer.run(train)
