"""All fusion strategies by name."""

from __future__ import annotations

from emotigram.training.multimodal.decision_fusion import ImageOnly, LateEvidential, LateLearned, Majority, TextOnly
from emotigram.training.multimodal.feature_fusion import (
    Concat,
    CrossAttention,
    Gated,
    LowRank,
    MixtureOfExperts,
    TensorFusion,
)
from emotigram.training.multimodal.fusion import Fusion

BASELINE = "text_only"  # what the others must beat
STRATEGIES: dict[str, type[Fusion]] = {
    "concat": Concat,
    "gated": Gated,
    "cross_attention": CrossAttention,
    "low_rank": LowRank,
    "tensor": TensorFusion,
    "mixture_of_experts": MixtureOfExperts,
    "late_learned": LateLearned,
    "late_evidential": LateEvidential,
    "text_only": TextOnly,
    "image_only": ImageOnly,
    "majority": Majority,
}
CONTROLS = tuple(name for name, kind in STRATEGIES.items() if kind.is_control)
