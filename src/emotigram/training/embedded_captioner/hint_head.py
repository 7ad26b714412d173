"""First stage: tags and words of captions, read off the backbone's grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.decoder import HintHead
from emotigram.training.progress import Checkpoint, LossLog, Part

_PEAK_RATE = 1e-3
_DECAY = 0.1
_BATCH = 128


def train_hints(corpus: Corpus, out_dir: Path, epochs: int, seed: int = 0) -> None:
    """Write ``hints.pt``, the weights of the epoch with the least loss on validation; resumes from ``hints.ckpt``."""
    torch.manual_seed(seed)
    head = HintHead(corpus.hints.targets.shape[1])
    optimiser = torch.optim.AdamW(head.parameters(), lr=_PEAK_RATE, weight_decay=_DECAY)
    steps = max(1, len(corpus.train) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _PEAK_RATE, epochs * steps, pct_start=0.15)
    parts: dict[str, Part] = {"head": head, "optimiser": optimiser, "schedule": schedule}
    checkpoint, log = Checkpoint(out_dir / "hints.ckpt", **parts), LossLog(out_dir / "loss.jsonl", "hints")
    seen_epochs = checkpoint.resume()
    best = checkpoint.facts.get("best", float("inf"))
    for epoch in range(seen_epochs, epochs):
        rng = np.random.default_rng([seed, epoch])
        order, total = rng.permutation(corpus.train), 0.0
        head.train()
        for step in tqdm(range(steps), desc=f"hints {epoch + 1}/{epochs}", mininterval=10):
            picked = np.sort(order[step * _BATCH : (step + 1) * _BATCH])
            with torch.autocast("cpu", torch.bfloat16):
                logits = head(torch.from_numpy(corpus.seen(picked, rng)))
            loss = corpus.hints.loss(logits.float(), picked)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        found = _validate(head, corpus)
        log.write(epoch + 1, hints=total / steps, val_hints=found)
        if found < best:
            best = found
            torch.save(head.state_dict(), out_dir / "hints.pt")
        checkpoint.save(epoch + 1, {"best": best})


@torch.no_grad()
def _validate(head: HintHead, corpus: Corpus) -> float:
    logits = hint_logits(head, corpus.grids, corpus.val)
    return corpus.hints.loss(logits, corpus.val).item()


@torch.no_grad()
def hint_logits(head: HintHead, grids: NDArray[np.float16], picked: NDArray[np.int64]) -> Tensor:
    """The head's logits (n, hints) of picked grids, as the runtime would give them."""
    head.eval()
    starts = range(0, len(picked), 512)
    return torch.cat([head(torch.from_numpy(grids[picked[s : s + 512]].astype(np.float32))) for s in starts])
