"""What every training stage shares: checkpoints, a loss log and its picture."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError  # its name only
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from emotigram.errors import CheckpointDamaged, CheckpointMismatched


class Part(Protocol):
    """Whatever has a state: a model, an optimiser, a schedule."""

    def state_dict(self) -> Any: ...
    def load_state_dict(self, state: Any, /) -> Any: ...


class Checkpoint:
    """Model, optimiser, schedule and the number of epochs they have seen, in one file."""

    def __init__(self, path: Path, **parts: Part) -> None:
        self._path, self._parts = path, parts
        self.facts: dict[str, Any] = {}

    def resume(self) -> int:
        """Load the saved parts; return the number of epochs seen, 0 without a file; ``facts`` are as they were saved.

        Raises CheckpointDamaged or CheckpointMismatched.
        """
        if not self._path.exists():
            return 0
        state = read_state(self._path)
        try:
            for name, part in self._parts.items():
                part.load_state_dict(state[name])
            self.facts = state.get("facts", {})
            return int(state["epoch"])
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            detail = str(error).strip().splitlines()[0]
            raise CheckpointMismatched(path=self._path, detail=detail) from error

    def save(self, epoch: int, facts: Mapping[str, Any] | None = None) -> None:
        """Write all parts with ``epoch`` into the file, whole or not at all; ``facts`` are plain values."""
        parts = {name: part.state_dict() for name, part in self._parts.items()}
        write_state(self._path, {"epoch": epoch, "facts": dict(facts or {}), **parts})


class LearnedState:
    """The trainable weights of a model and its buffers: what a checkpoint of a frozen base with an adapter needs."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model

    def state_dict(self) -> dict[str, Tensor]:
        """The weights that are learned and the buffers, by name."""
        frozen = {name for name, weights in self._model.named_parameters() if not weights.requires_grad}
        return {name: values for name, values in self._model.state_dict().items() if name not in frozen}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Put a saved state back; raises KeyError or RuntimeError where it is another model's."""
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError(", ".join(sorted(own.keys() ^ state.keys())[:3]))
        self._model.load_state_dict(dict(state), strict=False)


def write_state(path: Path, state: Any) -> None:
    """Write a state whole or not at all: what stood there before survives whatever goes wrong."""
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_state(path: Path) -> Any:
    """Read a state, never code; raises CheckpointDamaged."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, OSError, EOFError, UnpicklingError, ValueError, KeyError) as error:
        raise CheckpointDamaged(path=path, reason=type(error).__name__) from error


class LossLog:
    """Losses as JSON lines, one file for all stages; a resumed epoch stands twice, the later line counts."""

    def __init__(self, path: Path, stage: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._stage = path, stage

    def write(self, epoch: float, **losses: float) -> None:
        """Append a line with losses; ``epoch`` is how many have been seen, with its fraction."""
        line = {"stage": self._stage, "epoch": round(epoch, 3), **{k: round(v, 5) for k, v in losses.items()}}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class StageTimes:
    """How long each stage took, as JSON lines: one for each time it ran, also in part."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Append the seconds that the block took, whether or not it came to its end."""
        begun = time.monotonic()
        try:
            yield
        finally:
            line = {"stage": stage, "seconds": round(time.monotonic() - begun, 1)}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def totals(self) -> dict[str, float]:
        """Seconds of each stage, all its runs together, in the order of the first."""
        found: dict[str, float] = {}
        for line in map(json.loads, self._path.read_text("utf-8").splitlines()):
            found[line["stage"]] = round(found.get(line["stage"], 0.0) + line["seconds"], 1)
        return found


def plot_losses(log: Path, picture: Path, *, log_scale: bool = True) -> None:
    """Draw every value of the log over epochs, one panel a stage."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # only the end of a training draws

    stages: dict[str, dict[str, dict[float, float]]] = defaultdict(lambda: defaultdict(dict))
    for line in map(json.loads, log.read_text("utf-8").splitlines()):
        for name in line.keys() - {"stage", "epoch"}:
            stages[line["stage"]][name][line["epoch"]] = line[name]
    figure = Figure(figsize=(5 * len(stages), 3.6), layout="constrained")
    panels = figure.subplots(1, len(stages), squeeze=False)[0]
    for panel, (stage, losses) in zip(panels, stages.items(), strict=True):
        for name, values in sorted(losses.items()):
            epochs = sorted(values)
            panel.plot(epochs, [values[epoch] for epoch in epochs], label=name)
        panel.set_title(stage)
        panel.set_xlabel("epoch")
        panel.set_yscale("log" if log_scale else "linear")
        panel.legend(fontsize="small")
    figure.savefig(picture, dpi=110)
