"""Third stage: the decoder learns to describe while the encoder goes on learning with it."""

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
from emotigram.training.embedded_captioner.photos import in_channels_last, random_boxes, relit, seen_through, whole
from emotigram.training.progress import Checkpoint, LossLog, Part

SIDE_PX = 160
_PEAK_RATE = 1e-3
_ENCODER_SHARE = 0.4  # of the decoder's rate: the encoder has learned already
_DECAY = 0.03
_SMOOTHING = 0.1
_AVERAGED = 0.998  # share that the running average of the weights keeps a step
_LEAST_SIDE = 0.7
_REPEATED = {"flickr8k": 2}  # the set with five captions a photo and language


def train_captioner(corpus: Corpus, out_dir: Path, epochs: int, seed: int = 0, batch: int = 64) -> None:
    """Start from ``views.pt``; write ``captioner.pt`` and the word lists; resumes from ``caption.ckpt``."""
    torch.manual_seed(seed)
    vocabulary = build_vocabulary(corpus.texts[i] for i in corpus.train)
    (out_dir / "vocabulary.txt").write_text("\n".join(vocabulary.words), "utf-8")
    (out_dir / "hint_words.txt").write_text("\n".join(corpus.hint_words), "utf-8")
    words = CaptionIds(corpus, vocabulary)
    model = new_captioner(corpus.tags, len(corpus.hint_words), len(vocabulary.words), len(corpus.mood_names))
    model.encoder.load_state_dict(torch.load(out_dir / "views.pt", weights_only=True))
    averaged = AveragedModel(model, avg_fn=_average, use_buffers=True)
    rates = [_PEAK_RATE * _ENCODER_SHARE, _PEAK_RATE, _PEAK_RATE]
    groups = [{"params": part.parameters(), "lr": rate} for part, rate in zip(model.children(), rates, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=_DECAY)
    train = np.concatenate([np.repeat(i, _REPEATED.get(corpus.rows[i]["set"], 1)) for i in corpus.train])
    steps = len(train) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, epochs * steps, pct_start=0.1)
    parts: dict[str, Part] = {"model": model, "averaged": averaged, "optimiser": optimiser, "schedule": schedule}
    checkpoint, log = Checkpoint(out_dir / "caption.ckpt", **parts), LossLog(out_dir / "loss.jsonl", "caption")
    for epoch in range(checkpoint.resume(), epochs):
        rng, generator = random.Random(seed * 1000 + epoch), torch.Generator().manual_seed(seed * 1000 + epoch)  # noqa: S311
        order = train[torch.randperm(len(train), generator=generator).numpy()]
        model.train()
        sums = np.zeros(3)
        for step in tqdm(range(steps), desc=f"caption {epoch + 1}/{epochs}", mininterval=20):
            picked = np.sort(order[step * batch : (step + 1) * batch])
            boxes = random_boxes(len(picked), _LEAST_SIDE, np.random.default_rng([seed, epoch, step]))
            views = relit(seen_through(corpus.pixels[picked], boxes, SIDE_PX), generator)
            losses = _losses(model, corpus, picked, views, words.draw(picked, rng))
            optimiser.zero_grad()
            losses.sum().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            averaged.update_parameters(model)
            sums += losses.detach().numpy()
        caption, hints, mood = map(float, sums / steps)
        found = _validate(cast(CaptionerNet, averaged.module), corpus, words)
        log.write(epoch + 1, caption=caption, hints=hints, mood=mood, val_caption=found)
        checkpoint.save(epoch + 1)
        torch.save(averaged.module.state_dict(), out_dir / "captioner.pt")


def _average(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """A running average that starts fast, so that short trainings are averaged, too."""
    kept = min(_AVERAGED, (1 + int(count)) / (10 + int(count)))
    return averaged + (current - averaged) * (1 - kept)


def new_captioner(tags: int, words: int, vocabulary: int, moods: int) -> CaptionerNet:
    """An untrained captioner in the layout that trains fastest."""
    model = CaptionerNet(tags, words, vocabulary, moods)
    in_channels_last(model)
    return model


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


def _losses(
    model: CaptionerNet, corpus: Corpus, picked: NDArray[np.int64], views: Tensor, captions: tuple[Tensor, Tensor]
) -> Tensor:
    """Losses of captions, hints and mood, shape (3,)."""
    with torch.autocast("cpu", torch.bfloat16):
        grid, hint_logits = model.encoder(views)
        # detached: hints must stay what the photo shows, not become a channel for the caption
        encoder_state = model.decoder.encoder_state(grid, torch.sigmoid(hint_logits.detach()))
        wordwise = caption_loss(model.decoder, encoder_state, captions, _SMOOTHING)
        mood = model.mood(grid.mean(1))
    hints = corpus.hints.loss(hint_logits.float(), picked)
    feeling = torch.nan_to_num(F.cross_entropy(mood.float(), corpus.moods[picked], ignore_index=-1))
    return torch.stack([wordwise, hints, 0.1 * feeling])


@torch.no_grad()
def _validate(model: CaptionerNet, corpus: Corpus, words: CaptionIds) -> float:
    model.eval()
    val, losses = corpus.of_set("flickr8k", "val"), []
    for start in range(0, len(val), 64):
        picked = val[start : start + 64]
        grid, hint_logits = model.encoder(whole(corpus.pixels[picked], SIDE_PX))
        encoder_state = model.decoder.encoder_state(grid, torch.sigmoid(hint_logits))
        captions = words.draw(picked, random.Random(0), each=5)  # noqa: S311
        losses.append(caption_loss(model.decoder, encoder_state, captions, 0.0).item())
    return float(np.mean(losses))
