"""First two stages: the encoder learns the teacher's features with tags, caption words and moods.

Stage ``whole``: the teacher saw the whole photo, the student a part of it. Stage ``views``: both see the same part, and
the student also learns the teacher's grid, cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.photos import in_channels_last, random_boxes, relit, seen_through, whole
from emotigram.training.embedded_captioner.views import GRID_WIDTH
from emotigram.training.progress import Checkpoint, LossLog
from emotigram.training.vision import FEATURES, VisionEncoder

SIDE_PX = 128
_DECAY = 0.03
_WHOLE_LEAST_SIDE = 0.7


class Student(nn.Module):
    """The encoder with heads that guess the teacher's features, its grid and the photo's mood."""

    def __init__(self, hints: int, teacher_width: int, moods: int) -> None:
        super().__init__()
        self.encoder = VisionEncoder(hints, 0)
        self.to_teacher = nn.Linear(FEATURES, teacher_width)
        self.to_cells = nn.Linear(FEATURES, GRID_WIDTH)
        self.mood = nn.Linear(FEATURES, moods)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one batch shows and asks: views (n, 3, side, side), pooled features, cells (n, 16, width) or None."""

    views: Tensor
    pooled: Tensor
    cells: Tensor | None


# picked photos and their epoch -> lesson
Teach = Callable[[NDArray[np.int64], int], Lesson]


def pretrain(
    corpus: Corpus, out_dir: Path, stage: str, epochs: int, peak_rate: float, seed: int = 0, batch: int = 64
) -> None:
    """Run stage ``whole`` or ``views``; writes ``<stage>.pt``, the encoder; resumes from ``<stage>.ckpt``."""
    torch.manual_seed(seed)
    teach = whole_lessons(corpus, seed) if stage == "whole" else view_lessons(corpus, seed)
    model = Student(corpus.hints.targets.shape[1], corpus.teacher.shape[1], len(corpus.mood_names))
    in_channels_last(model)
    if stage == "views":
        model.encoder.load_state_dict(torch.load(out_dir / "whole.pt", weights_only=True))
    optimiser = torch.optim.AdamW(model.parameters(), lr=peak_rate, weight_decay=_DECAY)
    steps = len(corpus.train) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, peak_rate, epochs * steps, pct_start=0.15)
    log = LossLog(out_dir / "loss.jsonl", stage)
    checkpoint = Checkpoint(out_dir / f"{stage}.ckpt", model=model, optimiser=optimiser, schedule=schedule)
    for epoch in range(checkpoint.resume(), epochs):
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        order = corpus.train[torch.randperm(len(corpus.train), generator=generator).numpy()]
        model.train()
        sums: dict[str, float] = {}
        bar = tqdm(range(steps), desc=f"{stage} {epoch + 1}/{epochs}", mininterval=20)
        for step in bar:
            picked = np.sort(order[step * batch : (step + 1) * batch])
            lesson = teach(picked, epoch)
            losses = _losses(model, corpus, picked, lesson, relit(lesson.views, generator))
            loss = torch.stack(list(losses.values())).sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value.item()
        log.write(epoch + 1, **{name: value / steps for name, value in sums.items()}, **_validate(model, corpus))
        checkpoint.save(epoch + 1)
        torch.save(model.encoder.state_dict(), out_dir / f"{stage}.pt")


def whole_lessons(corpus: Corpus, seed: int) -> Teach:
    """Random parts of the photo; the teacher's features are of all of it."""

    def teach(picked: NDArray[np.int64], epoch: int) -> Lesson:
        rng = np.random.default_rng([seed, epoch, int(picked[0])])
        boxes = random_boxes(len(picked), _WHOLE_LEAST_SIDE, rng)
        views = seen_through(corpus.pixels[picked], boxes, SIDE_PX)
        return Lesson(views, torch.from_numpy(corpus.teacher[picked].astype(np.float32)), None)

    return teach


def view_lessons(corpus: Corpus, seed: int) -> Teach:
    """The views that the teacher looked at, each also mirrored (its features hardly change, its grid turns over)."""
    side = round(corpus.view_grids.shape[2] ** 0.5)

    def teach(picked: NDArray[np.int64], epoch: int) -> Lesson:
        rng = np.random.default_rng([seed, epoch, int(picked[0])])
        view = rng.integers(0, corpus.boxes.shape[1], len(picked))
        turned = rng.random(len(picked)) < 0.5
        boxes = corpus.boxes[picked, view].copy()
        boxes[:, 4] = np.abs(boxes[:, 4] - turned)
        cells = corpus.view_grids[picked, view].astype(np.float32).reshape(len(picked), side, side, -1)
        cells[turned] = cells[turned][:, :, ::-1]
        pooled = torch.from_numpy(corpus.view_pooled[picked, view].astype(np.float32))
        views = seen_through(corpus.pixels[picked], boxes, SIDE_PX)
        return Lesson(views, corpus.standard(pooled), torch.from_numpy(cells.reshape(len(picked), side * side, -1)))

    return teach


def _losses(
    model: Student, corpus: Corpus, picked: NDArray[np.int64], lesson: Lesson, views: Tensor
) -> dict[str, Tensor]:
    with torch.autocast("cpu", torch.bfloat16):
        grid, hint_logits = model.encoder(views)
        pooled = grid.mean(1)
        guessed, mood = model.to_teacher(pooled), model.mood(pooled)
        cells = model.to_cells(grid) if lesson.cells is not None else None
    losses = {
        "teacher": 1 - F.cosine_similarity(guessed.float(), lesson.pooled).mean(),
        "hints": corpus.hints.loss(hint_logits.float(), picked),
        "mood": 0.1 * torch.nan_to_num(F.cross_entropy(mood.float(), corpus.moods[picked], ignore_index=-1)),
    }
    if cells is not None and lesson.cells is not None:
        losses["cells"] = 0.5 * (1 - F.cosine_similarity(cells.float(), lesson.cells, dim=2).mean())
    return losses


@torch.no_grad()
def _validate(model: Student, corpus: Corpus) -> dict[str, float]:
    """Distance from the teacher on whole validation photos, and their hints' loss."""
    model.eval()
    sums = np.zeros(2)
    for start in range(0, len(corpus.val), 128):
        picked = corpus.val[start : start + 128]
        grid, logits = model.encoder(whole(corpus.pixels[picked], SIDE_PX))
        wanted = torch.from_numpy(corpus.teacher[picked].astype(np.float32))
        likeness = F.cosine_similarity(model.to_teacher(grid.mean(1)), wanted)
        sums += len(picked) * np.array([1 - likeness.mean().item(), corpus.hints.loss(logits, picked).item()])
    teacher, hints = map(float, sums / max(1, len(corpus.val)))
    return {"val_teacher": teacher, "val_hints": hints}
