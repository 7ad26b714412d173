"""What a LoRA run learns: the captions of its photos."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from emotigram.domain import PhotoLimits
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.data import CaptionData, CaptionExample
from emotigram.training.captioner_lora.learner import Learner
from emotigram.training.captioner_lora.lora import trained
from emotigram.training.captioner_lora.tokens import IGNORED
from emotigram.training.task import Batch

_TWEETS = 32  # photos that the model writes of, each epoch
_RETWEET = re.compile(r"\s*RT(?![A-Za-z0-9_])")


class CaptionTask:
    """Captions of a learner with LoRA layers, for ``loop.fit``."""

    title = "captioner-lora"

    def __init__(self, learner: Learner, data: CaptionData, config: CaptionerLoraConfig, limits: PhotoLimits) -> None:
        self.learner, self.model, self.rows = learner, learner.model, len(data.train)
        self._data, self._config, self._limits = data, config, limits

    def order(self, epoch: int) -> Sequence[int]:
        """The order of the training rows in an epoch, from the seed and the epoch alone."""
        mixed: list[int] = np.random.default_rng((self._config.seed, epoch)).permutation(self.rows).tolist()
        return mixed

    def batch(self, rows: Sequence[int]) -> Batch:
        """Training rows as tensors."""
        return self.examples([self._data.train[row] for row in rows])

    def examples(self, examples: Sequence[CaptionExample]) -> dict[str, Tensor]:
        """Examples as tensors."""
        images = self._data.open(examples, self._limits)
        return self.learner.batch(images, [each.caption for each in examples])

    def groups(self) -> list[dict[str, Any]]:
        """The weights of the LoRA layers, as one group."""
        return [{"params": trained(self.model)}]

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Mean cross-entropy (nats) of a caption's token."""
        loss: Tensor = model(**batch).loss
        return loss

    def validate(self, model: nn.Module, device: torch.device) -> Mapping[str, float]:
        """Loss a token, and the share of written tweets that start with RT."""
        total, tokens = 0.0, 0
        for examples in _parts(self._data.validation, self._config.batch_size):
            batch = {name: values.to(device) for name, values in self.examples(examples).items()}
            count = int((batch["labels"] != IGNORED).sum())
            total += count * float(self.loss(model, batch))
            tokens += count
        loss = total / tokens
        return {"loss": loss, "score": -loss, "starts_with_rt": starts_with_rt(self._written())}

    def _written(self) -> list[str]:
        photos = list({each.number: each for each in self._data.validation}.values())[:_TWEETS]
        return [
            tweet
            for examples in _parts(photos, self._config.batch_size)
            for tweet in self.learner.tweets(self._data.open(examples, self._limits))
        ]


def starts_with_rt(tweets: Sequence[str]) -> float:
    """The share that starts with the word RT: what a model learns from tweets that were not cleaned."""
    return sum(bool(_RETWEET.match(tweet)) for tweet in tweets) / len(tweets)


def _parts(examples: Sequence[CaptionExample], size: int) -> list[Sequence[CaptionExample]]:
    return [examples[at : at + size] for at in range(0, len(examples), size)]
