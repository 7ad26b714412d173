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
# by which our config is told from others of that name, such as a Hugging Face model's
_OURS = {"epochs", "patience", "save_steps"}


class RunFolder:
    """Where a run keeps its state and what it saw."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last, self.best, self.curve = path / "last.pt", path / "best.pt", path / "curve.png"

    def open(self, config: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Make the folder, or go on in it; raises RunInTheWay, and CheckpointMismatched for another config.

        ``fresh`` removes an earlier run first, but never what is none of ours.
        """
        if self.path.exists() and not (self.path.is_dir() and self._is_empty()):
            before = self._read_config()
            if fresh:
                shutil.rmtree(self.path)
            else:
                self._compare(before, config)
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / _CONFIG, config)

    def _is_empty(self) -> bool:
        return all(path.name == f"{_CONFIG}.tmp" for path in self.path.iterdir())  # of a run that was killed at once

    def _read_config(self) -> dict[str, Any]:
        try:
            before = json.loads((self.path / _CONFIG).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunInTheWay(path=self.path) from error
        if not isinstance(before, dict) or not before.keys() >= _OURS:
            raise RunInTheWay(path=self.path)
        return before

    def _compare(self, before: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        names = sorted((set(before) | set(config)) - _FREE)
        other = [name for name in names if before.get(name) != config.get(name)]
        if other:
            detail = ", ".join(f"{name}: {before.get(name)} ≠ {config.get(name)}" for name in other)
            raise CheckpointMismatched(path=self.path, detail=detail)


class Recorder:
    """Writes what a run measures: JSON lines, TensorBoard's event files and a picture of the curves."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        board = folder.path / "tensorboard"
        before = len(list(board.glob("*")))  # a run that goes on within a second would write over the file's start
        self._board = SummaryWriter(str(board), flush_secs=5, filename_suffix=f".{before}")

    def write(self, epoch: float, step: int, panel: str, **values: float) -> None:
        """Record values of one panel (``loss``, ``score``) after ``step`` changes of the weights."""
        LossLog(self._folder.path / "log.jsonl", panel).write(epoch, **values)
        for name, value in values.items():
            self._board.add_scalar(f"{panel}/{name}", value, step)

    def draw(self) -> None:
        """Draw the curves of all that was recorded so far, also before the run was resumed."""
        plot_losses(self._folder.path / "log.jsonl", self._folder.curve, log_scale=False)

    def close(self) -> None:
        """Write out events that TensorBoard's writer still holds back."""
        self._board.close()


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")
    unfinished.replace(path)
