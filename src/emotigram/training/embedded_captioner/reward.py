"""Last stage: the decoder is rewarded for whole sentences that match what people wrote.

Self-critical training (Rennie et al. 2017, arXiv:1612.00563) with the mean of the other samples as the baseline
(Luo 2020, arXiv:2003.09971), beside the word-by-word loss, which keeps the sentences fluent.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from emotigram.inference.word_list import END, LANGUAGES, PAD, WordList
from emotigram.training.embedded_captioner.caption import CaptionIds, caption_loss
from emotigram.training.embedded_captioner.cider import CiderD
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.decoder import CaptionDecoder, CaptionerNet
from emotigram.training.progress import Checkpoint, LossLog, Part

_SAMPLES = 4
_RATE = 1e-4
_WORDWISE = 0.4  # weight of the word-by-word loss beside the reward
_LONGEST = 22


def reward_captioner(corpus: Corpus, out_dir: Path, epochs: int, seed: int = 0, batch: int = 64) -> None:
    """Start from ``captioner.pt``; write ``rewarded.pt`` with the same hints; resumes from ``reward.ckpt``."""
    torch.manual_seed(seed)
    vocabulary = WordList.load(out_dir / "vocabulary.txt")
    model = CaptionerNet(corpus.hints.targets.shape[1], len(vocabulary.words))
    model.load_state_dict(torch.load(out_dir / "captioner.pt", weights_only=True))
    model.eval()  # no dropout within the decoder: what is sampled is what is rewarded
    model.decoder.drop_features.train()  # but what is seen of a photo is learned by heart otherwise
    model.decoder.drop_hints.train()
    words = CaptionIds(corpus, vocabulary)
    photos = corpus.of_set("flickr8k", "train")
    judges = {
        language: CiderD([[[*caption, END] for caption in words.rows[i][language]] for i in photos])
        for language in LANGUAGES
    }
    may = torch.stack([torch.from_numpy(vocabulary.allowed(language)) for language in LANGUAGES])
    optimiser = torch.optim.AdamW(model.decoder.parameters(), lr=_RATE, weight_decay=0.01)
    steps = max(1, len(photos) // batch)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.1, max(1, epochs * steps))
    parts: dict[str, Part] = {"decoder": model.decoder, "optimiser": optimiser, "schedule": schedule}
    checkpoint, log = Checkpoint(out_dir / "reward.ckpt", **parts), LossLog(out_dir / "loss.jsonl", "reward")
    for epoch in range(checkpoint.resume(), epochs):
        rng, generator = random.Random(seed * 1000 + epoch), torch.Generator().manual_seed(seed * 1000 + epoch)  # noqa: S311
        order = torch.randperm(len(photos), generator=generator)
        chance = np.random.default_rng([seed, epoch])
        sums = np.zeros(2)
        for step in tqdm(range(steps), desc=f"reward {epoch + 1}/{epochs}", mininterval=20):
            picked = order[step * batch : (step + 1) * batch]
            grid = torch.from_numpy(corpus.seen(photos[picked.numpy()], chance))
            with torch.no_grad():
                hints = torch.sigmoid(model.hints(grid))
            encoder_state = model.decoder.encoder_state(grid, hints)
            said = sample_captions(model.decoder, encoder_state.detach(), may, generator)
            rewards = _rewards(said, picked, judges)
            wordwise = caption_loss(model.decoder, encoder_state, words.draw(photos[picked.numpy()], rng), 0.1)
            gain = _gain(rewards)
            loss = _policy_loss(model.decoder, encoder_state, said, gain, may) + _WORDWISE * wordwise
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            sums += rewards.mean().item(), wordwise.item()
        reward, wordwise_loss = map(float, sums / steps)
        log.write(epoch + 1, reward=reward, caption=wordwise_loss)
        checkpoint.save(epoch + 1)
        torch.save(model.state_dict(), out_dir / "rewarded.pt")


@torch.no_grad()
def sample_captions(decoder: CaptionDecoder, encoder_state: Tensor, may: Tensor, generator: torch.Generator) -> Tensor:
    """Sampled word ids (photos, languages, samples, length) with the language word first, padded after the end."""
    count, languages = len(encoder_state), len(LANGUAGES)
    first = torch.tensor(list(LANGUAGES.values())).view(1, languages, 1).expand(count, languages, _SAMPLES)
    words = first.reshape(-1, 1)
    masks = may.view(1, languages, 1, -1).expand(count, languages, _SAMPLES, -1).flatten(0, 2)
    repeated = encoder_state.repeat_interleave(languages * _SAMPLES, 0)
    kv_cache, done = decoder.empty_kv_cache(len(words)), torch.zeros(len(words), dtype=torch.bool)
    for _ in range(_LONGEST):
        with torch.autocast("cpu", torch.bfloat16):
            scores, kv_cache = decoder.step(words[:, -1], repeated, kv_cache)
        chances = torch.softmax(scores.float().masked_fill(~masks, -1e4), -1)
        chosen = torch.multinomial(chances, 1, generator=generator)[:, 0].masked_fill(done, PAD)
        words = torch.cat([words, chosen[:, None]], 1)
        done = done | (chosen == END)
        if done.all():
            break
    return words.view(count, languages, _SAMPLES, -1)


def _rewards(said: Tensor, photos: Tensor, judges: dict[str, CiderD]) -> Tensor:
    """CIDEr-D of each sample, shape (photos, languages, samples)."""
    rewards = torch.zeros(said.shape[:3])
    for place, photo in enumerate(photos.tolist()):
        for language, judge in enumerate(judges.values()):
            for sample, ids in enumerate(said[place, language, :, 1:].tolist()):
                rewards[place, language, sample] = judge.score([word for word in ids if word != PAD], photo)
    return rewards


def _gain(rewards: Tensor) -> Tensor:
    """How much better each sample is than the photo's others, on one scale for all languages."""
    gain = rewards - (rewards.sum(2, keepdim=True) - rewards) / (rewards.shape[2] - 1)
    return gain / gain.square().mean((0, 2), keepdim=True).sqrt().clamp(min=1e-6)


def _policy_loss(decoder: CaptionDecoder, encoder_state: Tensor, said: Tensor, gain: Tensor, may: Tensor) -> Tensor:
    words, place = said.flatten(0, 2), torch.arange(len(said)).repeat_interleave(said.shape[1] * said.shape[2])
    masks = may.view(1, len(may), 1, -1).expand(len(said), -1, said.shape[2], -1).flatten(0, 2)
    with torch.autocast("cpu", torch.bfloat16):
        scores = decoder(words[:, :-1], encoder_state[place])
    chances = torch.log_softmax(scores.float().masked_fill(~masks[:, None], -1e4), -1)
    wanted = words[:, 1:]
    own = chances.gather(2, wanted[..., None])[..., 0] * (wanted != PAD)
    return -(own * gain.flatten()[:, None]).sum() / (wanted != PAD).sum()
