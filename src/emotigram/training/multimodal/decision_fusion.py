"""Fusion of what each side decided on its own, and the controls, which leave a side out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.training.multimodal.fusion import Encoded, Fusion


class LateLearned(Fusion):
    """A learned weighting, label by label, of what each side decided (Snoek et al. 2005, ACM MM, late fusion)."""

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.text_weight, self.image_weight = nn.Parameter(torch.ones(classes)), nn.Parameter(torch.ones(classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        return text_logits * self.text_weight + image_logits * self.image_weight + self.bias

    def start_at(self, level: Tensor) -> None:
        with torch.no_grad():
            self.bias.copy_(-level)  # which both sides bring


class LateEvidential(Fusion):
    """Each side's evidence is a Dirichlet; Dempster's rule joins them (TMC; Han et al. 2021, arXiv:2102.02051).

    The logits returned are the logarithms of the joint Dirichlet's parameters: their softmax is its mean, their
    cross-entropy the type II likelihood of Sensoy et al. 2018, arXiv:1806.01768, eq. 3, whose penalty on evidence for
    wrong labels is ``penalty``.
    """

    strength = 0.05  # of the penalty; the papers let it rise from 0 to 1 over a training that is much longer

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:
        has_text, has_image = text.mask.amax(1, keepdim=True), image.mask.amax(1, keepdim=True)
        said, seen = F.softplus(text_logits.float()) * has_text, F.softplus(image_logits.float()) * has_image
        (belief_a, doubt_a), (belief_b, doubt_b) = self._opinion(said), self._opinion(seen)
        conflict = belief_a.sum(1, keepdim=True) * belief_b.sum(1, keepdim=True) - (belief_a * belief_b).sum(1, True)
        scale = 1 / (1 - conflict).clamp_min(1e-6)
        belief = scale * (belief_a * belief_b + belief_a * doubt_b + belief_b * doubt_a)
        doubt = (scale * doubt_a * doubt_b).clamp_min(1e-6)
        return torch.log(belief * self.classes / doubt + 1)

    def _opinion(self, evidence: Tensor) -> tuple[Tensor, Tensor]:
        strength = (evidence + 1).sum(1, keepdim=True)
        return evidence / strength, self.classes / strength

    def penalty(self, fused: Tensor, labels: Tensor) -> Tensor:
        """Divergence of what speaks for wrong labels from no evidence at all."""
        right = F.one_hot(labels, self.classes)
        wrong = torch.exp(fused) * (1 - right) + right
        total = wrong.sum(1)
        against = torch.lgamma(total) - torch.lgamma(total.new_tensor(float(self.classes))) - torch.lgamma(wrong).sum(1)
        shift = ((wrong - 1) * (torch.digamma(wrong) - torch.digamma(total)[:, None])).sum(1)
        return self.strength * (against + shift).mean()


class TextOnly(Fusion):
    """Control: what the text says."""

    is_control = True

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        return text_logits


class ImageOnly(Fusion):
    """Control: what the image says."""

    is_control = True

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        return image_logits


class Majority(Fusion):
    """Control: the labels' frequencies in training, whatever the input."""

    is_control = True

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.priors: Tensor
        self.register_buffer("priors", torch.zeros(classes))

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        return self.priors + 0 * text_logits

    def start_at(self, level: Tensor) -> None:
        self.priors.copy_(level)
