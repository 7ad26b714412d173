"""What every training stage shares: checkpoints, a loss log and its picture."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import torch
from torch import nn

Part = nn.Module | torch.optim.Optimizer | torch.optim.lr_scheduler.LRScheduler


class Checkpoint:
    """Model, optimiser, schedule and the number of epochs they have seen, in one file."""

    def __init__(self, path: Path, **parts: Part) -> None:
        self._path, self._parts = path, parts

    def resume(self) -> int:
        """Load what there is; return the number of epochs seen, 0 without a file."""
        if not self._path.exists():
            return 0
        state = torch.load(self._path, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        return int(state["epoch"])

    def save(self, epoch: int) -> None:
        """Write the file whole or not at all."""
        unfinished = self._path.with_suffix(".tmp")
        torch.save({"epoch": epoch, **{name: part.state_dict() for name, part in self._parts.items()}}, unfinished)
        unfinished.replace(self._path)


class LossLog:
    """Losses as JSON lines, one file for all stages; a resumed epoch stands twice, the later line counts."""

    def __init__(self, path: Path, stage: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._stage = path, stage

    def write(self, epoch: float, **losses: float) -> None:
        """Append one line; ``epoch`` is how many have been seen, with its fraction."""
        line = {"stage": self._stage, "epoch": round(epoch, 3), **{k: round(v, 5) for k, v in losses.items()}}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def plot_losses(log: Path, picture: Path) -> None:
    """Draw every loss of the log over epochs, one panel a stage."""
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
        panel.set_yscale("log")
        panel.legend(fontsize="small")
    figure.savefig(picture, dpi=110)
