"""The training loop: mixed precision, accumulation, several GPUs, early stopping, and going on after any stop.

A run that was killed ends as if it had not been: rows are ordered by seed and epoch alone, and chance starts anew at
every step from the seed and the step's number, so that no state of it has to be kept. Several processes (``accelerate
launch``) share every step's rows among them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from accelerate import skip_first_batches
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from emotigram.errors import LossNotFinite, SettingsError
from emotigram.training.accelerator import new_accelerator
from emotigram.training.progress import Checkpoint, LearnedState, Part, read_state, write_state
from emotigram.training.run_config import RunConfig
from emotigram.training.run_folder import Recorder, RunFolder
from emotigram.training.task import Batch, Task


@dataclass(slots=True)
class Progress:
    """How far a run is: all that early stopping needs to know."""

    epoch: int = 0
    batches: int = 0  # of the epoch that is not over
    steps: int = 0
    best_score: float = -math.inf
    best_epoch: int = 0
    best: dict[str, float] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)  # of the epoch that is not over

    def is_over(self, config: RunConfig) -> bool:
        """Whether all epochs are done, or the last ones brought nothing."""
        return self.epoch >= config.epochs or self.epoch - self.best_epoch >= config.patience


def fit(task: Task, config: RunConfig, folder: RunFolder | None = None) -> Progress:
    """Train, and leave the best epoch's weights in ``task.model``; without a folder nothing is written.

    Raises SettingsError, LossNotFinite, CheckpointDamaged or CheckpointMismatched; the folder keeps the last good
    state.
    """
    return _Run(task, config, folder).fit()


class _Run:
    def __init__(self, task: Task, config: RunConfig, folder: RunFolder | None) -> None:
        self.task, self.config, self.folder = task, config, folder
        self.accelerator = new_accelerator(config)
        self.learned = LearnedState(task.model)
        optimiser = torch.optim.AdamW(task.groups(), lr=config.learning_rate, weight_decay=config.weight_decay)
        self.model, self.optimiser = self.accelerator.prepare(task.model, optimiser)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        self.progress = Progress()
        self.recorder = Recorder(folder) if folder and self.accelerator.is_main_process else None
        self.checkpoint = Checkpoint(folder.last, **self._parts()) if folder else None

    def fit(self) -> Progress:
        try:
            self._resume()
            while not self.progress.is_over(self.config):
                self._epoch()
        finally:
            if self.recorder:
                self.recorder.close()
        self._take_best()
        return self.progress

    def _parts(self) -> dict[str, Part]:
        parts: dict[str, Part] = {"model": self.learned, "optimiser": self.optimiser, "schedule": self.schedule}
        return parts | ({"scaler": self.accelerator.scaler} if self.accelerator.scaler else {})

    def _resume(self) -> None:
        if self.checkpoint and (self.checkpoint.resume() or self.checkpoint.facts):
            self.progress = Progress(**self.checkpoint.facts)
        self._best = None if self.folder else self.learned.state_dict()

    def _epoch(self) -> None:
        progress = self.progress
        loader = DataLoader(
            cast(Any, range(self.task.rows)),
            batch_size=self._batch_size(),
            sampler=cast(Any, self.task.order(progress.epoch)),
            collate_fn=self.task.batch,
        )
        batches = skip_first_batches(self.accelerator.prepare(loader), progress.batches)
        self.model.train()
        with self._bar(len(loader)) as bar:
            for batch in batches:
                self._step(batch)
                bar.set_postfix_str(f"loss {progress.losses[-1]:.3f}", refresh=False)
                bar.update()
        self._check_weights()
        progress.epoch, progress.batches = progress.epoch + 1, 0
        self._validate()

    def _batch_size(self) -> int:
        """Rows of a step, which the processes share evenly."""
        wanted, processes = self.config.batch_size, int(self.accelerator.num_processes)
        if wanted % processes:
            raise SettingsError(detail=f"batch_size: {wanted} rows, to be shared evenly by {processes} processes")
        return min(wanted, math.ceil(self.task.rows / processes) * processes)

    def _step(self, batch: Batch) -> None:
        progress = self.progress
        self._start_chance()
        with self.accelerator.accumulate(self.model):
            with self.accelerator.autocast():
                loss = self.task.loss(self.model, batch)
            self._check(loss)
            self.accelerator.backward(loss)
            if self.accelerator.sync_gradients:
                self.accelerator.clip_grad_norm_(self.model.parameters(), self.config.clip)
            self.optimiser.step()
            self.optimiser.zero_grad()
        progress.batches += 1
        progress.losses.append(loss.item())
        if self.accelerator.sync_gradients:
            progress.steps += 1
            if not self.optimiser.step_was_skipped:
                self.schedule.step()
            if self.config.save_steps and progress.steps % self.config.save_steps == 0:
                self._check_weights()
                self._save()

    def _check(self, values: Tensor) -> None:
        if not torch.isfinite(values).all():
            last = self.folder.last if self.folder else "–"
            raise LossNotFinite(epoch=self.progress.epoch + 1, step=self.progress.steps + 1, path=last)

    def _check_weights(self) -> None:
        """A loss tells of the weights before its step: those after it are looked at before they are kept."""
        for weights in self.model.parameters():
            if weights.requires_grad:
                self._check(weights)

    def _validate(self) -> None:
        progress = self.progress
        self.model.eval()
        with torch.no_grad(), self.accelerator.autocast():
            figures = dict(self.task.validate(self.task.model, self.accelerator.device))
        trained = math.fsum(progress.losses) / len(progress.losses)
        progress.losses = []
        if figures["score"] > progress.best_score:
            progress.best_score, progress.best_epoch, progress.best = figures["score"], progress.epoch, figures
            self._keep_best()
        if self.recorder:
            losses = {"training": trained, **({"validation": figures["loss"]} if "loss" in figures else {})}
            self.recorder.write(progress.epoch, progress.steps, "loss", **losses)
            others = {name: value for name, value in figures.items() if name not in {"loss", "score"}}
            self.recorder.write(progress.epoch, progress.steps, "score", **others)
            self.recorder.draw()
        self._save()

    def _save(self) -> None:
        if self.checkpoint and self.accelerator.is_main_process:
            facts = {name: getattr(self.progress, name) for name in Progress.__dataclass_fields__}
            self.checkpoint.save(self.progress.epoch, facts)

    def _start_chance(self) -> None:
        # one number from four, as different as can be for any of them
        place = (self.progress.epoch * 1_000_003 + self.progress.batches) * 1_009 + self.accelerator.process_index
        torch.manual_seed((self.config.seed * 7_368_787 + place) % 2**63)

    def _keep_best(self) -> None:
        if self.folder is None:
            self._best = {name: values.clone() for name, values in self.learned.state_dict().items()}
        elif self.accelerator.is_main_process:
            write_state(self.folder.best, self.learned.state_dict())

    def _take_best(self) -> None:
        self.accelerator.wait_for_everyone()
        if self.folder and self.folder.best.exists():
            self.learned.load_state_dict(read_state(self.folder.best))
        elif self._best is not None:
            self.learned.load_state_dict(self._best)
        self.task.model.eval()

    def _rate(self, step: int) -> float:
        """Share of the highest rate: rises evenly, then falls along half a cosine (Loshchilov & Hutter 2017)."""
        batches = math.ceil(self.task.rows / self.config.batch_size)
        total = self.config.epochs * math.ceil(batches / self.config.accumulate)
        rising = max(1.0, self.config.warmup * total)
        if step < rising:
            return (step + 1) / (rising + 1)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1.0, total - rising))))

    @contextmanager
    def _bar(self, batches: int) -> Iterator[Any]:
        epoch = f"{self.progress.epoch + 1}/{self.config.epochs}"
        disable = None if self.folder and self.accelerator.is_main_process else True
        with tqdm(
            desc=f"{self.task.title} {epoch}",
            total=batches,
            initial=self.progress.batches,
            disable=disable,
            leave=False,
        ) as bar:
            yield bar
