"""First stage: the vision encoder learns the teacher's features and the weak tags together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from emotigram.inference.pixels import squash
from emotigram.training.networks import FEATURES, MEAN, SPREAD, VisionEncoder
from emotigram.training.prepare import load_rows

SIZE_PX = 128
_BATCH = 64
_PEAK_RATE = 3e-3


class Pupil(nn.Module):
    """The encoder with a head that guesses the teacher's features."""

    def __init__(self, tags: int, teacher_width: int) -> None:
        super().__init__()
        self.encoder = VisionEncoder(tags)
        self.to_teacher = nn.Linear(FEATURES, teacher_width)


def in_channels_last(model: nn.Module) -> None:
    """Lay out convolution weights as photos are: about twice as fast on CPUs."""
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def augment(pixels: NDArray[np.uint8], generator: torch.Generator) -> Tensor:
    """Random crop of 70-100% a side, mirror and brightness: uint8 (n, h, w, 3) -> float (n, 3, 128, 128)."""
    count = len(pixels)
    photos = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - MEAN) / SPREAD
    scale = 0.7 + 0.3 * torch.rand(count, 2, generator=generator)
    shift = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - scale)
    mirror = (torch.rand(count, generator=generator) < 0.5).float() * -2 + 1
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = scale[:, 0] * mirror, scale[:, 1]
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, [count, 3, SIZE_PX, SIZE_PX], align_corners=False)
    crops = F.grid_sample(photos, grid, align_corners=False, padding_mode="reflection")
    gain = 0.8 + 0.4 * torch.rand(count, 1, 1, 1, generator=generator)
    lift = 0.4 * (torch.rand(count, 1, 1, 1, generator=generator) - 0.5)
    return (crops * gain + lift).contiguous(memory_format=torch.channels_last)


def plain_pixels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stored pixels at model size, as the runtime sees a photo: (n, 128, 128, 3)."""
    return np.stack([squash(Image.fromarray(each), SIZE_PX) for each in pixels])


def plain(pixels: NDArray[np.uint8]) -> Tensor:
    """The same, normalised for the encoder: float (n, 3, 128, 128)."""
    photos = (torch.from_numpy(plain_pixels(pixels)).permute(0, 3, 1, 2).float() - MEAN) / SPREAD
    return photos.contiguous(memory_format=torch.channels_last)


def pretrain(cache_dir: Path, out_dir: Path, epochs: int = 24, seed: int = 0) -> None:
    """Train and write ``vision.pt`` after every epoch; resumes from ``pretrain.ckpt`` where there is one."""
    torch.manual_seed(seed)
    rows = load_rows(cache_dir)
    is_train = np.array([row["split"] == "train" for row in rows])
    pixels = np.load(cache_dir / "pixels.npy", mmap_mode="r")
    teacher = _standardised(np.load(cache_dir / "teacher.npy").astype(np.float32), is_train)
    tags, weights = np.load(cache_dir / "tags.npy"), np.load(cache_dir / "tag_weights.npy")
    train, val = np.flatnonzero(is_train), np.flatnonzero(~is_train)

    model = Pupil(tags.shape[1], teacher.shape[1])
    in_channels_last(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_PEAK_RATE, weight_decay=0.03)
    steps = len(train) // _BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _PEAK_RATE, epochs * steps, pct_start=0.15)
    out_dir.mkdir(parents=True, exist_ok=True)
    start = resume(out_dir / "pretrain.ckpt", model, optimiser, schedule)

    for epoch in range(start, epochs):
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        order = train[torch.randperm(len(train), generator=generator).numpy()]
        model.train()
        bar = tqdm(range(steps), desc=f"pretrain {epoch + 1}/{epochs}", mininterval=20)
        for step in bar:
            picked = np.sort(order[step * _BATCH : (step + 1) * _BATCH])
            with torch.autocast("cpu", torch.bfloat16):
                grid, tag_logits = model.encoder.see(augment(pixels[picked], generator))
                guessed = model.to_teacher(grid.mean(1))
            distil = 1 - F.cosine_similarity(guessed.float(), torch.from_numpy(teacher[picked])).mean()
            tagging = tag_loss(tag_logits.float(), tags[picked], weights[picked])
            loss = distil + 3 * tagging
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if step % 20 == 0:
                bar.set_postfix(distil=f"{distil.item():.3f}", tags=f"{tagging.item():.4f}", refresh=False)
        print(f"epoch {epoch + 1}", _validate(model, pixels, teacher, tags, weights, val), flush=True)
        save(out_dir / "pretrain.ckpt", model, optimiser, schedule, epoch + 1)
        torch.save(model.encoder.state_dict(), out_dir / "vision.pt")


def _standardised(features: NDArray[np.float32], is_train: NDArray[np.bool_]) -> NDArray[np.float32]:
    mean, spread = features[is_train].mean(0), features[is_train].std(0) + 1e-3
    standard: NDArray[np.float32] = ((features - mean) / spread).clip(-8, 8)
    return standard


def tag_loss(logits: Tensor, target: NDArray[np.float16], weight: NDArray[np.float16]) -> Tensor:
    wanted, weighed = torch.from_numpy(target.astype(np.float32)), torch.from_numpy(weight.astype(np.float32))
    return F.binary_cross_entropy_with_logits(logits, wanted, weighed)


@torch.no_grad()
def _validate(
    model: Pupil,
    pixels: NDArray[np.uint8],
    teacher: NDArray[np.float32],
    tags: NDArray[np.float16],
    weights: NDArray[np.float16],
    val: NDArray[np.int64],
) -> str:
    model.eval()
    distil, tagging = 0.0, 0.0
    for start in range(0, len(val), 128):
        picked = val[start : start + 128]
        grid, logits = model.encoder.see(plain(pixels[picked]))
        likeness = F.cosine_similarity(model.to_teacher(grid.mean(1)), torch.from_numpy(teacher[picked]))
        distil += (1 - likeness).sum().item()
        tagging += tag_loss(logits, tags[picked], weights[picked]).item() * len(picked)
    return f"val distil {distil / len(val):.4f} tags {tagging / len(val):.4f}"


def resume(
    checkpoint: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Load a checkpoint where there is one; return the number of epochs it has seen."""
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["epoch"])


def save(
    checkpoint: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
) -> None:
    """Write a checkpoint whole or not at all."""
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "epoch": epoch,
    }
    unfinished = checkpoint.with_suffix(".tmp")
    torch.save(state, unfinished)
    unfinished.replace(checkpoint)
