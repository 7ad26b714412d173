"""A trained adapter as files in PEFT's format, held against what was trained before anybody gets them."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from peft.utils import CONFIG_NAME, SAFETENSORS_WEIGHTS_NAME
from safetensors.torch import save_file
from torch import Tensor

from emotigram.captioners.blip2.adapter import load_adapter
from emotigram.checkpoints.loading import quiet
from emotigram.errors import ExportDiffers
from emotigram.evaluation.whole_folder import whole_folder
from emotigram.training.captioner_lora.learner import Learner
from emotigram.training.captioner_lora.lora import adapter_weights, take_out_lora
from emotigram.training.run_folder import write_json

_LIMITS = {torch.float32: 1e-3}  # of the loss, in nats
_COARSE = 5e-2  # with half as many bits the order of sums shows
_OF_TOKENIZERS = {".json", ".txt", ".model", ".jinja"}
_OF_WEIGHTS = ("emotigram-weights.json", ".index.json")


def write_adapter(learner: Learner, lora: LoraConfig, batch: Mapping[str, Tensor], folder: Path) -> Path:
    """Write the adapter, load it as its engine or PEFT does, and compare the loss of a batch; takes the layers out.

    The folder is there whole or not at all. Raises ExportDiffers and AdapterError.
    """
    wanted = _loss(learner, batch)
    with whole_folder(folder) as unfinished:
        save_file(adapter_weights(learner), unfinished / SAFETENSORS_WEIGHTS_NAME, metadata={"format": "pt"})
        config = json.loads(json.dumps(lora.to_dict(), default=sorted))  # PEFT's sets, in an order of their own
        write_json(unfinished / CONFIG_NAME, config)
        take_out_lora(learner)
        found = _loss_with(learner, batch, unfinished)
        limit = _LIMITS.get(learner.model.dtype, _COARSE)
        if not abs(found - wanted) <= limit:
            raise ExportDiffers(file=folder / SAFETENSORS_WEIGHTS_NAME, difference=abs(found - wanted), limit=limit)
    return folder


def write_merged(learner: Learner, adapter: Path, folder: Path) -> Path:
    """Write the model with the adapter's sums in its own weights, and what its folder holds beside weights."""
    model = _with_peft(learner, adapter).merge_and_unload()
    with whole_folder(folder) as unfinished:
        with quiet():
            model.save_pretrained(unfinished)
        for path in sorted(learner.folder.iterdir()):
            is_ours = path.suffix in _OF_TOKENIZERS and not path.name.endswith(_OF_WEIGHTS)
            if is_ours and not (unfinished / path.name).exists():
                shutil.copy(path, unfinished)
    return folder


def _loss_with(learner: Learner, batch: Mapping[str, Tensor], folder: Path) -> float:
    if learner.engine == "blip2":
        adapter = load_adapter(folder, learner.model.get_submodule(learner.part), learner.name)
        with adapter.rows(torch.ones(len(batch["labels"]), dtype=torch.bool)):
            return _loss(learner, batch)
    model = _with_peft(learner, folder)
    loss = _loss(learner, batch)
    model.unload()
    return loss


def _with_peft(learner: Learner, folder: Path) -> Any:
    with warnings.catch_warnings():
        # PEFT asks transformers in a way that is on its way out
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        return PeftModel.from_pretrained(learner.model, str(folder)).eval()


@torch.no_grad()
def _loss(learner: Learner, batch: Mapping[str, Tensor]) -> float:
    learner.model.eval()
    return float(learner.model(**{name: values.to(learner.model.device) for name, values in batch.items()}).loss)
