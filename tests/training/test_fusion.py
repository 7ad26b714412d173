"""Every fusion strategy: what it may look at, what it makes of what is missing, and what it can represent."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from emotigram.training.multimodal.decision_fusion import LateEvidential
from emotigram.training.multimodal.feature_fusion import MixtureOfExperts
from emotigram.training.multimodal.fusion import Encoded, Fusion
from emotigram.training.multimodal.strategies import STRATEGIES

WIDTH, CLASSES, ROWS = 8, 3, 6
REAL = [name for name, kind in STRATEGIES.items() if not kind.is_control]
EVERY = pytest.mark.parametrize("name", list(STRATEGIES))
Inputs = tuple[Encoded, Encoded, Tensor, Tensor]


def new(name: str) -> Fusion:
    """A strategy whose every weight says something."""
    torch.manual_seed(0)
    fusion = STRATEGIES[name](WIDTH, CLASSES, 0.0)
    with torch.no_grad():
        for weights in fusion.parameters():
            weights.normal_(0.0, 0.5)
    fusion.start_at(torch.tensor([0.2, 0.5, 0.3]).log())
    return fusion.eval()


def inputs(name: str, *, text: bool = True, image: bool = True, seed: int = 1) -> Inputs:
    """Both sides as a model gives them; a missing one is all zeros, the logits of its own are then its bias."""
    chance = torch.Generator().manual_seed(seed)
    said, text_logits = _side(name, 5, chance, text)
    seen, image_logits = _side(name, 4, chance, image)
    return said, seen, text_logits, image_logits


def _side(name: str, length: int, chance: torch.Generator, is_there: bool) -> tuple[Encoded, Tensor]:
    tokens = torch.randn(ROWS, length if STRATEGIES[name].needs_tokens else 1, WIDTH, generator=chance)
    logits = torch.randn(ROWS, CLASSES, generator=chance)
    if not is_there:
        tokens, logits = torch.zeros_like(tokens), torch.full_like(logits, 0.1)
    return Encoded(tokens, torch.full(tokens.shape[:2], float(is_there)), tokens.mean(1)), logits


@EVERY
@pytest.mark.parametrize(("text", "image"), [(True, True), (True, False), (False, True), (False, False)])
def test_logits_are_numbers_whatever_is_missing(name: str, text: bool, image: bool) -> None:
    fused = new(name)(*inputs(name, text=text, image=image))
    assert fused.shape == (ROWS, CLASSES)
    assert torch.isfinite(fused).all()


@EVERY
def test_learning_from_rows_with_missing_sides_gives_numbers(name: str) -> None:
    fusion = new(name).train()
    for text, image in ((True, False), (False, True), (False, False)):
        each = inputs(name, text=text, image=image)
        for values in (*each[:2], *each[2:]):
            for one in values if isinstance(values, Encoded) else (values,):
                one.requires_grad_()
        labels = torch.arange(ROWS) % CLASSES
        fused = fusion(*each)
        (F.cross_entropy(fused, labels) + fusion.penalty(fused, labels)).backward()
    assert all(torch.isfinite(weights.grad).all() for weights in fusion.parameters() if weights.grad is not None)


@pytest.mark.parametrize("name", REAL)
def test_every_real_strategy_learns_from_both_sides(name: str) -> None:
    text, image, text_logits, image_logits = inputs(name)
    for values in (text.tokens, image.tokens, text_logits, image_logits):
        values.requires_grad_()
    said, seen = (Encoded(side.tokens, side.mask, side.tokens.mean(1)) for side in (text, image))
    new(name)(said, seen, text_logits, image_logits)[:, 0].sum().backward()
    of_text = [values.grad for values in (text.tokens, text_logits) if values.grad is not None]
    of_image = [values.grad for values in (image.tokens, image_logits) if values.grad is not None]
    for grads in (of_text, of_image):
        assert (torch.stack([each.abs().flatten(1).amax(1) for each in grads]).amax(0) > 1e-6).all()


@pytest.mark.parametrize("name", [name for name in REAL if name != "late_evidential"])  # which has none
def test_every_weight_of_a_real_strategy_is_learned(name: str) -> None:
    fusion = new(name)
    fusion(*inputs(name))[:, 0].sum().backward()
    assert all(weights.grad is not None and weights.grad.abs().sum() > 0 for weights in fusion.parameters())


def test_controls_look_at_what_they_say_they_do() -> None:
    one, other = inputs("text_only", seed=1), inputs("text_only", seed=2)
    other_image = (one[0], other[1], one[2], other[3])
    other_text = (other[0], one[1], other[2], one[3])
    assert torch.equal(new("text_only")(*one), new("text_only")(*other_image))
    assert not torch.equal(new("text_only")(*one), new("text_only")(*other_text))
    assert torch.equal(new("image_only")(*one), new("image_only")(*other_text))
    assert not torch.equal(new("image_only")(*one), new("image_only")(*other_image))
    for each in (one, other):
        shares = torch.softmax(new("majority")(*each), 1)
        assert torch.allclose(shares, torch.tensor([0.2, 0.5, 0.3]).expand(ROWS, -1))
        assert torch.allclose(new("majority")(*each).exp(), shares)


def test_a_label_that_never_occurs_is_possible_to_the_majority() -> None:
    fusion = STRATEGIES["majority"](WIDTH, CLASSES, 0.0)
    fusion.start_at(torch.tensor([1e-6, 1.0, 1e-6]).log())
    assert torch.isfinite(fusion(*inputs("majority"))).all()


@EVERY
def test_padding_changes_no_answer(name: str) -> None:
    fusion = new(name)
    text, image, text_logits, image_logits = inputs(name)
    before = fusion(text, image, text_logits, image_logits)
    padded = [
        Encoded(F.pad(side.tokens, (0, 0, 0, 3)), F.pad(side.mask, (0, 3)), side.pooled) for side in (text, image)
    ]
    assert torch.allclose(fusion(*padded, text_logits, image_logits), before, atol=1e-5)


@EVERY
def test_other_rows_of_the_batch_change_no_answer(name: str) -> None:
    fusion = new(name)
    both, without = inputs(name), inputs(name, text=False)
    mixed = [
        Encoded(*(torch.cat([a, b]) for a, b in zip(one, other, strict=True)))
        if isinstance(one, Encoded)
        else torch.cat([one, other])
        for one, other in zip(both, without, strict=True)
    ]
    fused = fusion(*mixed)
    assert torch.allclose(fused[:ROWS], fusion(*both), atol=1e-5)
    assert torch.allclose(fused[ROWS:], fusion(*without), atol=1e-5)


def test_a_mixtures_probabilities_sum_to_one() -> None:
    fused = new("mixture_of_experts")(*inputs("mixture_of_experts"))
    assert torch.allclose(fused.exp().sum(1), torch.ones(ROWS))
    assert isinstance(new("mixture_of_experts"), MixtureOfExperts)


def test_evidence_that_agrees_convinces_and_evidence_that_conflicts_does_not() -> None:
    positive, negative = torch.tensor([[-3.0, -3.0, 4.0]]), torch.tensor([[4.0, -3.0, -3.0]])
    alone = torch.softmax(_joined(positive, None), 1)[0]
    agreed = torch.softmax(_joined(positive, positive), 1)[0]
    conflicting = torch.softmax(_joined(positive, negative), 1)[0]
    assert agreed[2] > alone[2] > conflicting[2]
    assert conflicting[2] == pytest.approx(float(conflicting[0]))
    # Dempster's rule by hand: beliefs of both for one label are b, doubt is u = 1 - b, as the rest is nearly nothing
    evidence = F.softplus(positive)[0]
    belief, doubt = evidence / (evidence + 1).sum(), 3 / (evidence + 1).sum()
    conflict = belief.sum() ** 2 - (belief**2).sum()
    joint = (belief**2 + 2 * belief * doubt) / (1 - conflict)
    joint_doubt = doubt**2 / (1 - conflict)
    assert float(joint.sum() + joint_doubt) == pytest.approx(1)
    assert torch.allclose(agreed, joint + joint_doubt / 3, atol=1e-5)


def test_a_side_that_says_nothing_leaves_the_others_opinion_as_it_is() -> None:
    said = torch.tensor([[2.0, -1.0, 0.5]])
    wanted = torch.log(F.softplus(said) + 1)
    assert torch.allclose(_joined(said, None), wanted, atol=1e-5)
    assert torch.allclose(_joined(said, torch.full((1, 3), -40.0)), wanted, atol=1e-5)
    assert torch.allclose(torch.softmax(_joined(None, None), 1), torch.full((1, 3), 1 / 3))


def test_sides_that_are_sure_of_opposites_give_numbers() -> None:
    fused = _joined(torch.tensor([[1e4, -1e4, 0.0]]), torch.tensor([[-1e4, 1e4, 0.0]]))
    assert torch.isfinite(fused).all()


def test_evidence_for_wrong_labels_is_held_back() -> None:
    fusion, labels = new("late_evidential"), torch.tensor([2])
    nothing, wrong, right = torch.zeros(1, 3), torch.tensor([[2.0, 0.0, 0.0]]), torch.tensor([[0.0, 0.0, 2.0]])
    assert float(fusion.penalty(nothing, labels)) == pytest.approx(0, abs=1e-6)
    assert float(fusion.penalty(right, labels)) == pytest.approx(0, abs=1e-6)
    assert float(fusion.penalty(wrong, labels)) > 0.01


def _joined(text: Tensor | None, image: Tensor | None) -> Tensor:
    sides = [
        Encoded(torch.zeros(1, 1, 4), torch.full((1, 1), float(s is not None)), torch.zeros(1, 4))
        for s in (text, image)
    ]
    logits = [torch.full((1, 3), 0.3) if said is None else said for said in (text, image)]
    fused: Tensor = LateEvidential(4, 3, 0.0)(*sides, *logits)
    return fused


@EVERY
def test_every_strategy_names_its_source(name: str) -> None:
    said = STRATEGIES[name].__doc__ or ""
    assert said.startswith("Control:") if STRATEGIES[name].is_control else re.search(r"(19|20)\d\d", said)


@pytest.mark.parametrize(
    "name", ["concat", "gated", "cross_attention", "low_rank", "tensor", "mixture_of_experts", "text_only"]
)
def test_what_only_both_sides_together_tell_is_learned(name: str) -> None:
    torch.manual_seed(0)
    fusion = STRATEGIES[name](WIDTH, CLASSES, 0.0)
    signs = torch.tensor([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)]).repeat(8, 1)
    labels = (signs.prod(1) > 0).long()
    noise = 0.05 * torch.randn(2, len(signs), 1, WIDTH)
    text, image = (Encoded(side, torch.ones(len(signs), 1), side[:, 0]) for side in noise + signs.T[..., None, None])
    own = torch.nn.Linear(WIDTH, CLASSES)
    optimiser = torch.optim.Adam([*fusion.parameters(), *own.parameters()], lr=0.02)
    for _ in range(150):
        optimiser.zero_grad()
        F.cross_entropy(fusion(text, image, own(text.pooled), own(image.pooled)), labels).backward()
        optimiser.step()
    fused = fusion(text, image, own(text.pooled), own(image.pooled))
    accuracy = float((fused.argmax(1) == labels).float().mean())
    assert accuracy < 0.8 if name == "text_only" else accuracy == 1
