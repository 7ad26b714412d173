"""Models of one's own for the engine torchscript: small exports, and a file as the first EmotiGram left it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.data import Dataset
from tests.training.multimodal.exports import SETTINGS, exported
from tests.training.multimodal.small import build_small, draw_set, read_set, save_tokenizer, with_captions


def small_set(folder: Path) -> Dataset:
    """A drawn data set."""
    folder.mkdir()
    return read_set(draw_set(folder))


def small_export(data: Dataset, folder: Path, **config: object) -> Built:
    """Export an untrained model to ``folder``."""
    said = with_captions(data) if config.get("image_encoder") == "caption" else data
    built = build_small(said, SETTINGS, **{"text_encoder": "bag_of_words", "fusion": "gated", **config})
    exported(built, said, folder)
    return built


class First(nn.Module):
    """The first EmotiGram's contract in small: words one by one, a photo by its mean colours."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(64, classes)
        self.colours = nn.Linear(3, classes)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        text = (self.words(input_ids) * attention_mask.unsqueeze(2).float()).sum(1)
        seen = self.colours(image.mean(dim=[2, 3]))
        return text, seen, text + seen


def save_first(folder: Path, module: nn.Module | None = None) -> Settings:
    """Write best_model.pt and a tokenizer apart from it; returns the settings that name both."""
    folder.mkdir(parents=True)
    torch.jit.script(module or First()).save(str(folder / "best_model.pt"))
    tokenizer = save_tokenizer(folder / "bert")
    return Settings(sentiment="torchscript", sentiment_model=folder / "best_model.pt", sentiment_tokenizer=tokenizer)
