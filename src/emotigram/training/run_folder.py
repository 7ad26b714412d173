"""A training run as a folder: config.json, log.jsonl, curve.png, tensorboard/, last.pt, best.pt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from emotigram.errors import CheckpointMismatched, RunInTheWay
from emotigram.training.progress import LossLog, plot_losses

_CONFIG = "config.json"
# what a run may be told anew when it goes on: neither changes what it learns
_FREE = {"save_steps", "device"}


class RunFolder:
    """Where a run keeps its state and what it saw."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last, self.best, self.curve = path / "last.pt", path / "best.pt", path / "curve.png"

    def open(self, config: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Make the folder, or go on in it; raises RunInTheWay, and CheckpointMismatched for another config.

        ``fresh`` removes an earlier run first, but never what is none of ours.
        """
        if self.path.exists() and any(self.path.iterdir()):
            if not (self.path / _CONFIG).is_file():
                raise RunInTheWay(path=self.path)
            if fresh:
                shutil.rmtree(self.path)
            else:
                self._compare(config)
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / _CONFIG, config)

    def _compare(self, config: Mapping[str, Any]) -> None:
        try:
            before = json.loads((self.path / _CONFIG).read_text("utf-8"))
            names = sorted((set(before) | set(config)) - _FREE)
        except (OSError, ValueError, TypeError) as error:
            raise RunInTheWay(path=self.path) from error
        other = [name for name in names if before.get(name) != config.get(name)]
        if other:
            detail = ", ".join(f"{name}: {before.get(name)} ≠ {config.get(name)}" for name in other)
            raise CheckpointMismatched(path=self.path, detail=detail)


class Recorder:
    """Writes what a run measures: JSON lines, TensorBoard's event files and a picture of the curves."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._board = SummaryWriter(str(folder.path / "tensorboard"), flush_secs=5)

    def write(self, epoch: float, step: int, panel: str, **values: float) -> None:
        """Record values of one panel (``loss``, ``score``) after ``step`` changes of the weights."""
        LossLog(self._folder.path / "log.jsonl", panel).write(epoch, **values)
        for name, value in values.items():
            self._board.add_scalar(f"{panel}/{name}", value, step)

    def draw(self) -> None:
        """Draw all that was recorded so far, also before the run was resumed."""
        plot_losses(self._folder.path / "log.jsonl", self._folder.curve, log_scale=False)

    def close(self) -> None:
        """Write out what is still held back."""
        self._board.close()


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")
    unfinished.replace(path)
