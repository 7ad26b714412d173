"""What learners are shown: captions counted and nothing else, photos there, tokens as when decoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from emotigram.captioners.blip2.checkpoint import load_checkpoint
from emotigram.errors import QuantizationUnavailable, SettingsError
from emotigram.settings import Settings
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.learner import Learner, load_learner
from emotigram.training.captioner_lora.lora import add_lora, trained
from tests.checkpoints.blip import save_blip
from tests.checkpoints.blip2 import save_blip2
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.qwen_vl import save_qwen_vl
from tests.checkpoints.smolvlm import save_smolvlm
from tests.training.captioner_lora.drawn import drawn

SAVERS: dict[str, Callable[[Path], Path]] = {
    "blip2": save_blip2,
    "qwen_vl": save_qwen_vl,
    "smolvlm": save_smolvlm,
    "florence2": save_florence2,
    "blip": save_blip,
}
CAPTIONS = ["a dog running on the beach", "two women"]


@dataclass(frozen=True)
class Loaded:
    kind: str
    folder: Path
    learner: Learner
    tokenizer: Any


@pytest.fixture(scope="module", params=list(SAVERS))
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = SAVERS[request.param](tmp_path_factory.mktemp(request.param))
    learner = load_learner(_config(folder, request.param), Settings(device="cpu"))
    return Loaded(request.param, folder, learner, learner.tokens.tokenizer)


def test_only_caption_and_end_are_counted(loaded: Loaded) -> None:
    labels = loaded.learner.batch([drawn(0), drawn(1)], CAPTIONS)["labels"]
    for row, caption in zip(labels.tolist(), CAPTIONS, strict=True):
        ids = loaded.tokenizer(caption, add_special_tokens=False)["input_ids"]
        counted = [token for token in row if token != -100]
        assert counted[:-1] == ids
        assert counted[-1] == loaded.learner.tokens.end
    assert labels.shape[1] > len(ids) or loaded.kind == "florence2"


def test_a_caption_that_is_cut_has_no_end(loaded: Loaded) -> None:
    learner = load_learner(_config(loaded.folder, loaded.kind, max_tokens=3), Settings(device="cpu"))
    labels = learner.batch([drawn(0)], CAPTIONS[:1])["labels"]
    ids = loaded.tokenizer(CAPTIONS[0], add_special_tokens=False)["input_ids"]
    assert labels[labels != -100].tolist() == ids[:3]


@torch.no_grad()
def test_another_photo_changes_the_loss(loaded: Loaded) -> None:
    model = loaded.learner.model.eval()
    losses = [float(model(**loaded.learner.batch([drawn(seed)], CAPTIONS[:1])).loss) for seed in (0, 0, 1)]
    assert losses[0] == losses[1]
    assert abs(losses[0] - losses[2]) > 1e-4


@torch.no_grad()
def test_pads_change_nothing(loaded: Loaded) -> None:
    model, learner = loaded.learner.model.eval(), loaded.learner
    counts = [len(loaded.tokenizer(each, add_special_tokens=False)["input_ids"]) + 1 for each in CAPTIONS]
    alone = [float(model(**learner.batch([drawn(at)], [CAPTIONS[at]])).loss) for at in (0, 1)]
    together = float(model(**learner.batch([drawn(0), drawn(1)], CAPTIONS)).loss)
    assert together == pytest.approx(sum(a * b for a, b in zip(alone, counts, strict=True)) / sum(counts), rel=1e-4)


@torch.no_grad()
def test_blip2_is_trained_on_the_tokens_that_the_engine_decodes_from(tmp_path: Path) -> None:
    folder = save_blip2(tmp_path)
    learner = load_learner(_config(folder, "blip2"), Settings(device="cpu"))
    engine = load_checkpoint(folder, "tiny", Settings(device="cpu"))
    seen = engine.model.get_image_features(engine.pixels([drawn(0)])).pooler_output
    embeddings, mask = engine.prompted(seen, [""])
    wanted = engine.model.language_model(inputs_embeds=embeddings, attention_mask=mask).logits[0, -1]
    learner.model.eval()
    batch = learner.batch([drawn(0)], CAPTIONS[:1])
    found = learner.model(**batch).logits[0, embeddings.shape[1] - 1]
    assert torch.allclose(found, wanted, atol=1e-5)
    assert batch["labels"][0, embeddings.shape[1] - 1] == -100 != batch["labels"][0, embeddings.shape[1]]


def test_only_matrices_of_the_language_model_learn_and_frozen_parts_stay_as_they_are_used(loaded: Loaded) -> None:
    config = _config(loaded.folder, loaded.kind, gradient_checkpointing=loaded.kind != "blip")
    learner = load_learner(config, Settings(device="cpu"))
    add_lora(learner, config)
    learner.model.train()
    names = [name for name, weights in learner.model.named_parameters() if weights.requires_grad]
    assert names
    assert all(name.startswith(f"{learner.part}.") and ".lora_" in name for name in names)
    seen = [part for name, part in learner.model.named_modules() if "vision" in name or "visual" in name]
    assert seen
    assert not any(part.training for part in seen)
    learner.model(**learner.batch([drawn(0)], CAPTIONS[:1])).loss.backward()
    assert all(weights.grad is not None for weights in trained(learner.model))


@pytest.mark.parametrize("layer", ["fc1", "lm_head", "qkv"])
def test_layers_that_cannot_be_adapted_are_refused(layer: str, tmp_path: Path) -> None:
    config = _config(save_blip2(tmp_path), "blip2", target_modules=("q_proj", layer))
    with pytest.raises(SettingsError, match=f"target_modules: {layer} ∉ k_proj, out_proj, q_proj, v_proj"):
        add_lora(load_learner(config, Settings(device="cpu")), config)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("quantization", ["8bit", "4bit"])
def test_smaller_weights_need_a_gpu(quantization: str, tmp_path: Path) -> None:
    config = _config(save_blip2(tmp_path), "blip2", quantization=quantization)
    with pytest.raises(QuantizationUnavailable, match=quantization):
        load_learner(config, Settings(device="cpu"))


def _config(folder: Path, kind: str, **options: object) -> CaptionerLoraConfig:
    layers = {"target_modules": ("query", "value")} if kind == "blip" else {}
    return CaptionerLoraConfig.model_validate({"model": str(folder), "device": "cpu", **layers, **options})
