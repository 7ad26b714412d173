"""The affect network as it ships: everything in it is linear but the mixing of what it learned from each source."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from emotigram.domain import EMOTIONS
from emotigram.inference.backbone import FEATURES

SENTIMENTS = 3
CASES = ("text", "photo", "both")
ABSENT = -30.0  # logit of what a source has no examples of: it takes no part
_NEUTRAL = 1  # its place among sentiments
_PHOTO_SHARE = 0.11  # of a photo feature's spread beside what the judges of text say
# How excited each of EMOTIONS is, after the circumplex of Russell 1980 (J. Pers. Soc. Psychol. 39): our reading of it
_AROUSAL = (0.3, -0.4, 0.6, 0.6, 0.3, 0.6, -0.4)
# Probabilities where there is neither text nor photo: neutral, and too close to call
_NOTHING = (0.32, 0.36, 0.32)
_NO_EMOTION = (0.13,) * (len(EMOTIONS) - 1) + (0.22,)


class Judgement(NamedTuple):
    """By source: logits before calibration, (n, sources, 3) and (n, sources, 7), and the source's share, (n, sources).

    ``feeling_source`` are shares among the sources that know emotions.
    """

    sentiment: Tensor
    emotions: Tensor
    source: Tensor
    feeling_source: Tensor


class AffectNet(nn.Module):
    """Judges bags of numbered n-grams and pooled photo features; either may be missing (all 0).

    A text is the TF-IDF mean of its n-grams' vectors, which are the weights of linear judges (``affect/words.py``).
    Each training source has linear judgements of its own for text, photo and both, since each means something else by
    neutral; the probabilities are mixed by how much the input looks like each source.
    """

    def __init__(self, ngrams: int, sources: int, width: int) -> None:
        super().__init__()
        self.sources, known = sources, width + FEATURES + 1
        self.embed: Tensor
        self.weigh: Tensor
        self.photo_mean: Tensor
        self.photo_scale: Tensor
        self.heads: Tensor
        self.gate: Tensor
        self.log_heat: Tensor
        self.feel: Tensor
        self.arousal: Tensor
        self.neutral: Tensor
        self.nothing: Tensor
        self.no_emotion: Tensor
        self.register_buffer("embed", torch.zeros(ngrams + 1, width))
        self.register_buffer("weigh", torch.zeros(ngrams + 1))  # logarithm of the inverse document frequency
        self.register_buffer("photo_mean", torch.zeros(FEATURES))
        self.register_buffer("photo_scale", torch.ones(FEATURES))
        self.register_buffer("heads", torch.zeros(len(CASES), sources, SENTIMENTS + len(EMOTIONS), known))
        self.register_buffer("gate", torch.zeros(len(CASES), sources, known))
        self.register_buffer("log_heat", torch.zeros(2, len(CASES), sources))  # of sentiment and of emotions
        self.register_buffer("feel", torch.zeros(FEATURES + 1, 2))  # photo to valence and arousal, level last
        self.register_buffer("arousal", torch.tensor(_AROUSAL), persistent=False)
        self.register_buffer("neutral", torch.eye(SENTIMENTS)[_NEUTRAL], persistent=False)
        self.register_buffer("nothing", torch.tensor(_NOTHING), persistent=False)
        self.register_buffer("no_emotion", torch.tensor(_NO_EMOTION), persistent=False)

    def head_inputs(self, words: Tensor, has_text: Tensor, photo: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs of the heads (n, k + 1280 + 1), and which of ``CASES`` each row is (n, 3), none without input."""
        has_photo = (photo.abs().sum(1, keepdim=True) > 0).float()
        both = has_text * has_photo
        seen = _PHOTO_SHARE * self.standard(photo) * has_photo
        inputs = torch.cat([words * has_text, seen, torch.ones_like(has_text)], 1)
        return inputs, torch.cat([has_text - both, has_photo - both, both], 1)

    def judge(self, words: Tensor, has_text: Tensor, photo: Tensor) -> Judgement:
        """Judge text vectors (n, k), with (n, 1) of 0 or 1 whether there is a text, and photo features (n, 1280)."""
        inputs, case = self.head_inputs(words, has_text, photo)
        logits = (inputs @ self.heads.flatten(0, 2).T).view(-1, len(CASES), self.sources, self.heads.shape[2])
        own = (logits * case[:, :, None, None]).sum(1)
        shares = ((inputs @ self.gate.flatten(0, 1).T).view(-1, len(CASES), self.sources) * case[:, :, None]).sum(1)
        source = torch.softmax(shares, 1)
        feels = (case @ (self.heads[:, :, SENTIMENTS:].abs().sum((2, 3)) > 0).float()) * (source + 1e-4)
        return Judgement(
            own[..., :SENTIMENTS], own[..., SENTIMENTS:], source, feels / feels.sum(1, keepdim=True).clamp_min(1e-9)
        )

    def probabilities(self, judgement: Judgement, case: Tensor) -> tuple[Tensor, Tensor]:
        """Calibrated probabilities of sentiment (n, 3) and emotions (n, 7); all 0 without input."""
        heat = torch.exp(torch.einsum("nc,tcs->tns", case, self.log_heat))[..., None]
        sentiment = self._with_neutral(torch.softmax(judgement.sentiment / heat[0], 2), judgement.source, case)
        emotions = (torch.softmax(judgement.emotions / heat[1], 2) * judgement.feeling_source[..., None]).sum(1)
        return sentiment, emotions

    def _with_neutral(self, chances: Tensor, source: Tensor, case: Tensor) -> Tensor:
        """Mix the sources' sentiments (n, sources, 3) of photos alone.

        A source of positive and negative photos tells the two apart; how many are neither it takes from the others.
        """
        lacks = (self.heads[CASES.index("photo"), :, _NEUTRAL, -1] <= ABSENT / 2).float()
        knows = (1 - lacks) * source + 1e-9
        neutral = (chances[..., _NEUTRAL] * knows).sum(1) / knows.sum(1)
        polar = lacks * case[:, CASES.index("photo"), None]
        share = (polar * neutral[:, None])[..., None]
        told = chances * (1 - share) + share * self.neutral
        return (told * source[..., None]).sum(1)

    def standard(self, photo: Tensor) -> Tensor:
        """Photo features with mean 0 and deviation 1 over the training photos."""
        return ((photo - self.photo_mean) / self.photo_scale).clamp(-5, 5)

    def forward(self, text: Tensor, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities of sentiment (n, 3) and emotions (n, 7), and valence with arousal (n, 2).

        ``text`` (n, length) holds n-gram numbers padded with 0, ``photo`` (n, 1280) features or zeros.
        """
        return self.judged(self.embed[text], text, photo)

    def judged(self, vectors: Tensor, text: Tensor, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities and feeling as ``forward`` gives them, from the n-grams' vectors (n, length, k)."""
        weights = torch.exp(self.weigh[text]) * (text > 0)
        squares = weights.square().sum(1, keepdim=True).clamp_min(1e-6)
        words = (vectors * weights[..., None]).sum(1) / squares.sqrt()
        has_text = (text > 0).float().amax(1, keepdim=True)
        _, case = self.head_inputs(words, has_text, photo)
        is_there = case.sum(1, keepdim=True)
        sentiment, emotions = self.probabilities(self.judge(words, has_text, photo), case)
        sentiment = sentiment * is_there + self.nothing * (1 - is_there)
        emotions = emotions * is_there + self.no_emotion * (1 - is_there)
        return sentiment, emotions, self._feeling(sentiment, emotions, photo, case)

    def _feeling(self, sentiment: Tensor, emotions: Tensor, photo: Tensor, case: Tensor) -> Tensor:
        by_text = torch.cat([sentiment[:, 2:] - sentiment[:, :1], emotions @ self.arousal[:, None]], 1)
        by_photo = self.standard(photo) @ self.feel[:-1] + self.feel[-1]
        text, photos = case[:, :1] + case[:, 2:], case[:, 1:2] + case[:, 2:]
        mean = (by_text * text + by_photo * photos) / (text + photos).clamp_min(1)
        return mean.clamp(-1, 1)
