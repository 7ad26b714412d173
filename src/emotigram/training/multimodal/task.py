"""Multimodal sentiment as a task of the training loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import LABELS
from emotigram.training.multimodal.model import MultiModalSentimentModel
from emotigram.training.multimodal.text_encoders import padded
from emotigram.training.task import Batch

_BATCH = 128  # of validation
_BUCKET = 16  # batches whose rows are sorted by length, so that little is padded


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows as numbers: of their texts, and of their images (what was seen, pixels, or captions' numbers)."""

    words: list[list[int]]
    images: Tensor | list[list[int]]
    labels: NDArray[np.int64]
    pooled: Tensor | None = None  # (rows, width): what a text encoder that does not learn made of the texts
    tokens: list[Tensor] | None = None  # and its tokens (length, width), where a strategy wants them

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: Sequence[int]) -> dict[str, Tensor]:
        """Rows as tensors."""
        found = {**self._texts(rows), "labels": torch.from_numpy(self.labels[list(rows)])}
        if isinstance(self.images, Tensor):
            return found | {"image": self.images[list(rows)].float()}
        return found | {"image": padded([self.images[row] for row in rows])[0]}

    def _texts(self, rows: Sequence[int]) -> dict[str, Tensor]:
        if self.pooled is None:
            ids, mask = padded([self.words[row] for row in rows])
            return {"input_ids": ids, "attention_mask": mask}
        pooled = self.pooled[list(rows)]
        if self.tokens is None:
            has_text = torch.tensor([[max(self.words[row], default=-1) >= 0] for row in rows]).long()
            return {"input_ids": pooled[:, None], "attention_mask": has_text, "pooled": pooled}
        lengths = torch.tensor([len(self.tokens[row]) for row in rows])
        tokens = pooled.new_zeros(len(rows), max(1, int(lengths.max())), pooled.shape[1])
        for at, row in enumerate(rows):
            tokens[at, : lengths[at]] = self.tokens[row]
        mask = (torch.arange(tokens.shape[1]) < lengths[:, None]).long()
        return {"input_ids": tokens, "attention_mask": mask, "pooled": pooled}


class SentimentTask:
    """Trains a model on one part of a data set and scores it by macro-F1 on another."""

    def __init__(
        self, config: SentimentConfig, model: MultiModalSentimentModel, train: Prepared, validation: Prepared
    ) -> None:
        self.title, self.config, self.model = config.fusion, config, model
        self.train, self.validation = train, validation
        self.rows = len(train)
        counts = np.bincount(train.labels, minlength=len(LABELS)).astype(np.float64)
        frequencies = counts / counts.sum()
        weights = np.maximum(frequencies, 1e-6) ** -config.class_weights
        self.weights = torch.from_numpy(weights / (weights * frequencies).sum()).float()
        model.start_at(torch.from_numpy(frequencies).float(), self.weights)

    def order(self, epoch: int) -> list[int]:
        """Rows at random, but such of like length together."""
        rng = np.random.default_rng([self.config.seed, epoch])
        order, size = rng.permutation(self.rows), self.config.batch_size
        lengths = np.array([len(words) for words in self.train.words])
        buckets = [order[at : at + _BUCKET * size] for at in range(0, self.rows, _BUCKET * size)]
        batches: list[NDArray[np.int64]] = []
        for bucket in buckets:
            by_length = bucket[np.argsort(lengths[bucket], kind="stable")]
            batches += [by_length[at : at + size] for at in range(0, len(by_length), size)]
        last = batches.pop()  # it may be shorter
        return [int(row) for at in [*rng.permutation(len(batches)), -1] for row in (batches[at] if at >= 0 else last)]

    def batch(self, rows: Sequence[int]) -> Batch:
        return self.train.batch(rows)

    def groups(self) -> list[dict[str, Any]]:
        """Encoders know something already and learn more slowly than what starts anew."""
        encoders = [self.model.text_encoder, self.model.image_encoder]
        slow = [weights for each in encoders for weights in each.parameters() if weights.requires_grad]
        known = {id(weights) for weights in slow}
        rest = [w for w in self.model.parameters() if w.requires_grad and id(w) not in known]
        groups: list[dict[str, Any]] = [{"params": rest}]
        return [*groups, {"params": slow, "lr": self.config.encoder_rate}] if slow else groups

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Cross-entropy of the fused logits and, for less, of each side's own."""
        return self._loss(logits(model, batch, missing=self.config.missing), batch["labels"])

    def _loss(self, said: tuple[Tensor, Tensor, Tensor], labels: Tensor) -> Tensor:
        config, weights = self.config, self.weights.to(labels.device)
        text, image, fused = (each.float() for each in said)

        def loss_of(own: Tensor) -> Tensor:
            return F.cross_entropy(own, labels, weights, label_smoothing=config.label_smoothing)

        found = loss_of(fused) + self.model.fusion.penalty(fused, labels)
        if config.side_loss:  # a weight of 0 would still send gradients through encoders that the fusion never asks
            found = found + config.side_loss * (loss_of(text) + loss_of(image))
        return found

    def validate(self, model: nn.Module, device: torch.device) -> Mapping[str, float]:
        """Macro-F1 and accuracy of the fused logits on validation rows, and the loss that is also trained by."""
        said = predict(model, self.validation, device)
        truth = self.validation.labels
        answers = said[2].argmax(1).numpy()
        macro_f1 = float(f1_score(truth, answers, average="macro", zero_division=0.0))
        loss = self._loss(said, torch.from_numpy(truth)).item()
        return {"score": macro_f1, "macro_f1": macro_f1, "accuracy": float((answers == truth).mean()), "loss": loss}


def logits(model: nn.Module, batch: Batch, missing: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
    """Text, image and fused logits of a batch; in training a share of rows loses one side."""
    mask, image = batch["attention_mask"], batch["image"]
    if missing and model.training:
        chance = torch.rand(len(mask), device=mask.device)
        mask = mask * (chance > missing / 2)[:, None]
        keeps = (chance < 1 - missing / 2).reshape(-1, *[1] * (image.dim() - 1))
        image = image * keeps
    found: tuple[Tensor, Tensor, Tensor] = model(batch["input_ids"], mask, image, batch.get("pooled"))
    return found


@torch.no_grad()
def predict(model: nn.Module, rows: Prepared, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Text, image and fused logits (rows, 3) on the CPU, in the rows' order."""
    parts = []
    for at in range(0, len(rows), _BATCH):
        batch = rows.batch(range(at, min(at + _BATCH, len(rows))))
        found = logits(model, {name: values.to(device) for name, values in batch.items()})
        parts.append([each.float().cpu() for each in found])
    text, image, fused = (torch.cat(each) for each in zip(*parts, strict=True))
    return text, image, fused
