"""Second stage: the decoder learns to describe while the encoder goes on learning with it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from emotigram.inference.vocabulary import END, LANGUAGES, PAD, UNKNOWN, Vocabulary
from emotigram.training.caption_texts import build_vocabulary, captions_of, sample
from emotigram.training.networks import CaptionDecoder, CaptionerNet
from emotigram.training.prepare import load_rows
from emotigram.training.pretrain import augment, in_channels_last, plain, resume, save, tag_loss

_BATCH = 64
_CAPTIONS_EACH = 2  # a photo, language and epoch
_PEAK_RATE = 1e-3
_ENCODER_SHARE = 0.4  # of the decoder's rate: the encoder has learned already
_SENTIMENTS = ("negative", "neutral", "positive")


def train_captioner(cache_dir: Path, out_dir: Path, epochs: int = 9, seed: int = 0) -> None:
    """Start from ``vision.pt``; write ``captioner.pt`` and ``vocabulary.txt``; resumes from ``caption.ckpt``."""
    torch.manual_seed(seed)
    rows = load_rows(cache_dir)
    texts = [captions_of(row) for row in rows]
    train = np.array([i for i, row in enumerate(rows) if row["split"] == "train"])
    val = np.array([i for i, row in enumerate(rows) if row["split"] == "val" and row["set"] == "flickr8k"])
    vocabulary = build_vocabulary(texts[i] for i in train)
    (out_dir / "vocabulary.txt").write_text("\n".join(vocabulary.words), "utf-8")
    data = _Data(cache_dir, rows, texts, vocabulary)

    model = CaptionerNet(data.tags.shape[1], len(vocabulary.words))
    in_channels_last(model)
    model.encoder.load_state_dict(torch.load(out_dir / "vision.pt", weights_only=True))
    rates = [_PEAK_RATE * _ENCODER_SHARE, _PEAK_RATE, _PEAK_RATE]
    groups = [{"params": part.parameters(), "lr": rate} for part, rate in zip(model.children(), rates, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.03)
    steps = len(train) // _BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, epochs * steps, pct_start=0.1)
    for epoch in range(resume(out_dir / "caption.ckpt", model, optimiser, schedule), epochs):
        rng = random.Random(seed * 1000 + epoch)  # noqa: S311
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        order = train[torch.randperm(len(train), generator=generator).numpy()]
        model.train()
        bar = tqdm(range(steps), desc=f"caption {epoch + 1}/{epochs}", mininterval=20)
        for step in bar:
            picked = np.sort(order[step * _BATCH : (step + 1) * _BATCH])
            with torch.autocast("cpu", torch.bfloat16):
                grid, tag_logits = model.encoder.see(augment(data.pixels[picked], generator))
                caption_loss = _caption_loss(model.decoder, grid, tag_logits, data.captions(picked, rng))
                mood = model.mood(grid.mean(1))
            tagging = tag_loss(tag_logits.float(), data.tags[picked], data.tag_weights[picked])
            feeling = F.cross_entropy(mood.float(), data.moods[picked], ignore_index=-1)
            loss = caption_loss + 3 * tagging + 0.3 * torch.nan_to_num(feeling)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            if step % 20 == 0:
                bar.set_postfix(caption=f"{caption_loss.item():.3f}", tags=f"{tagging.item():.4f}", refresh=False)
        print(f"epoch {epoch + 1} val caption loss {_validate(model, data, val):.4f}", flush=True)
        save(out_dir / "caption.ckpt", model, optimiser, schedule, epoch + 1)
        torch.save(model.state_dict(), out_dir / "captioner.pt")


class _Data:
    """Everything a step needs, by row number."""

    def __init__(self, cache_dir: Path, rows: list[dict[str, Any]], texts: list[Any], vocabulary: Vocabulary) -> None:
        self.pixels: NDArray[np.uint8] = np.load(cache_dir / "pixels.npy", mmap_mode="r")
        self.tags = np.load(cache_dir / "tags.npy")
        self.tag_weights = np.load(cache_dir / "tag_weights.npy")
        index = {word: number for number, word in enumerate(vocabulary.words)}
        self._texts = [
            {lang: [[index.get(w, UNKNOWN) for w in words] for words in each] for lang, each in row.items()}
            for row in texts
        ]
        # MVSA's labels come from tweet and photo together and say little of the photo alone
        told = [row["sentiment"] if row["set"] == "msed" else "" for row in rows]
        self.moods = torch.tensor([_SENTIMENTS.index(mood) if mood else -1 for mood in told])

    def captions(self, picked: NDArray[np.int64], rng: random.Random | None) -> tuple[Tensor, Tensor]:
        """Word ids (captions, length) with language first and end last, and each caption's place in ``picked``."""
        every = rng or random.Random(0)  # noqa: S311
        each = _CAPTIONS_EACH if rng else 5
        drawn = [(place, *pair) for place, i in enumerate(picked) for pair in sample(self._texts[i], each, every)]
        rows = [torch.tensor([LANGUAGES[language], *words, END]) for _, language, words in drawn]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
        return padded, torch.tensor([place for place, _, _ in drawn])


def _caption_loss(decoder: CaptionDecoder, grid: Tensor, tag_logits: Tensor, captions: tuple[Tensor, Tensor]) -> Tensor:
    words, place = captions
    # detached: tags must stay what the photo shows, not become a channel for the caption
    scores = decoder(words[:, :-1], grid[place], torch.sigmoid(tag_logits.detach())[place])
    wanted = words[:, 1:].masked_fill(words[:, 1:] == UNKNOWN, PAD)  # never learn to say the unknown word
    return F.cross_entropy(scores.flatten(0, 1).float(), wanted.flatten(), ignore_index=PAD, label_smoothing=0.05)


@torch.no_grad()
def _validate(model: CaptionerNet, data: _Data, val: NDArray[np.int64]) -> float:
    model.eval()
    losses = []
    for start in range(0, len(val), 64):
        picked = val[start : start + 64]
        grid, tag_logits = model.encoder.see(plain(data.pixels[picked]))
        losses.append(_caption_loss(model.decoder, grid, tag_logits, data.captions(picked, None)).item())
    return float(np.mean(losses))
