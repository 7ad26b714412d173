"""Second stage: the decoder learns to describe what the backbone saw."""

from __future__ import annotations

import random
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from emotigram.inference.word_list import END, LANGUAGES, PAD, UNKNOWN, WordList
from emotigram.training.embedded_captioner.caption_texts import build_vocabulary, sample
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.decoder import CaptionDecoder, CaptionerNet
from emotigram.training.progress import Checkpoint, LossLog, Part

_PEAK_RATE = 8e-4
_DECAY = 0.03
_SMOOTHING = 0.1
_AVERAGED = 0.998  # share that the running average of the weights keeps a step
_EACH = 2  # captions of a photo and language in a step, of photos that have so many
_SHARES = {"flickr8k": 1.0, "coco": 1.0}  # of a set's photos that an epoch sees
_OTHER_SHARE = 0.5  # of sets with one caption, or a made one


def train_captioner(corpus: Corpus, out_dir: Path, epochs: int, seed: int = 0, batch: int = 64) -> None:
    """Start from ``hints.pt``; write ``captioner.pt`` and the word lists; resumes from ``caption.ckpt``."""
    torch.manual_seed(seed)
    vocabulary = build_vocabulary(corpus.texts[i] for i in corpus.train)
    (out_dir / "vocabulary.txt").write_text("\n".join(vocabulary.words), "utf-8")
    (out_dir / "hint_words.txt").write_text("\n".join(corpus.hint_words), "utf-8")
    words = CaptionIds(corpus, vocabulary)
    model = CaptionerNet(corpus.hints.targets.shape[1], len(vocabulary.words))
    model.hints.load_state_dict(torch.load(out_dir / "hints.pt", weights_only=True))
    averaged = AveragedModel(model, avg_fn=_average, use_buffers=True)
    optimiser = torch.optim.AdamW(model.decoder.parameters(), lr=_PEAK_RATE, weight_decay=_DECAY)
    steps = max(1, len(_drawn(corpus, np.random.default_rng(seed))) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _PEAK_RATE, epochs * steps, pct_start=0.1)
    parts: dict[str, Part] = {"model": model, "averaged": averaged, "optimiser": optimiser, "schedule": schedule}
    checkpoint, log = Checkpoint(out_dir / "caption.ckpt", **parts), LossLog(out_dir / "loss.jsonl", "caption")
    for epoch in range(checkpoint.resume(), epochs):
        rng, chance = random.Random(seed * 1000 + epoch), np.random.default_rng([seed, epoch])  # noqa: S311
        order, total = _drawn(corpus, chance), 0.0
        model.train()
        for step in tqdm(range(steps), desc=f"caption {epoch + 1}/{epochs}", mininterval=20):
            picked = np.sort(order[step * batch : (step + 1) * batch])
            loss = _loss(model, torch.from_numpy(corpus.seen(picked, chance)), words.draw(picked, rng, _EACH))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            averaged.update_parameters(model)
            total += loss.item()
        found = _validate(cast(CaptionerNet, averaged.module), corpus, words)
        log.write(epoch + 1, caption=total / steps, val_caption=found)
        torch.save(averaged.module.state_dict(), out_dir / "captioner.pt")
        checkpoint.save(epoch + 1)


def _drawn(corpus: Corpus, rng: np.random.Generator) -> NDArray[np.int64]:
    """The photos of an epoch, in their order: of sets whose captions teach less, a part; none without a caption."""
    told = [int(i) for i in corpus.train if any(corpus.texts[i].values())]
    shares = np.array([_SHARES.get(corpus.rows[i]["set"], _OTHER_SHARE) for i in told])
    return rng.permutation(np.array(told)[rng.random(len(told)) < shares])


def _average(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """A running average that starts fast, so that short trainings are averaged, too."""
    kept = min(_AVERAGED, (1 + int(count)) / (10 + int(count)))
    return averaged + (current - averaged) * (1 - kept)


class CaptionIds:
    """Captions as word numbers."""

    def __init__(self, corpus: Corpus, vocabulary: WordList) -> None:
        index = {word: number for number, word in enumerate(vocabulary.words)}
        self.rows = [
            {lang: [[index.get(w, UNKNOWN) for w in words] for words in each] for lang, each in row.items()}
            for row in corpus.texts
        ]

    def draw(self, picked: NDArray[np.int64], rng: random.Random, each: int = 1) -> tuple[Tensor, Tensor]:
        """Word ids (captions, length), language first and end last, and each caption's place in ``picked``."""
        drawn = [(place, *pair) for place, i in enumerate(picked) for pair in sample(self.rows[i], each, rng)]
        rows = [torch.tensor([LANGUAGES[language], *words, END]) for _, language, words in drawn]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
        return padded, torch.tensor([place for place, _, _ in drawn])


def caption_loss(
    decoder: CaptionDecoder, encoder_state: Tensor, captions: tuple[Tensor, Tensor], smoothing: float
) -> Tensor:
    """Cross-entropy a word of captions from ``CaptionIds.draw`` given the encoder state of the picked photos."""
    words, place = captions
    scores = decoder(words[:, :-1], encoder_state[place])
    wanted = words[:, 1:].masked_fill(words[:, 1:] == UNKNOWN, PAD)  # never learn to say the unknown word
    flat = scores.flatten(0, 1).float()
    return F.cross_entropy(flat, wanted.flatten(), ignore_index=PAD, label_smoothing=smoothing)


def _loss(model: CaptionerNet, grid: Tensor, captions: tuple[Tensor, Tensor]) -> Tensor:
    with torch.no_grad():
        hints = torch.sigmoid(model.hints.eval()(grid))
    with torch.autocast("cpu", torch.bfloat16):
        return caption_loss(model.decoder, model.decoder.encoder_state(grid, hints), captions, _SMOOTHING)


@torch.no_grad()
def _validate(model: CaptionerNet, corpus: Corpus, words: CaptionIds) -> float:
    model.eval()
    val, losses = corpus.of_set("flickr8k", "val"), []
    for start in range(0, len(val), 64):
        picked = val[start : start + 64]
        grid = torch.from_numpy(corpus.grids[picked].astype(np.float32))
        encoder_state = model.decoder.encoder_state(grid, torch.sigmoid(model.hints(grid)))
        captions = words.draw(picked, random.Random(0), each=5)  # noqa: S311
        losses.append(caption_loss(model.decoder, encoder_state, captions, 0.0).item())
    return float(np.mean(losses))
