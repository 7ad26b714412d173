"""What a LoRA run of a captioner can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from emotigram.training.run_config import RunConfig


class CaptionerLoraConfig(RunConfig):
    """How an adapter learns; rank, alpha and dropout as in Hu et al. 2021, "LoRA: Low-Rank Adaptation"."""

    epochs: int = Field(5, ge=1, description="Most passes over the training rows.")
    batch_size: int = Field(8, ge=1, description="Rows of one step, over all processes together.")
    learning_rate: float = Field(2e-4, gt=0, description="Highest rate, after the warm-up.")
    patience: int = Field(2, ge=1, description="Epochs without a lower validation loss before it stops.")
    model: str = Field("", description="Weights: a name of 'models list', owner/name, or a folder; '' is BLIP-2.")
    rank: int = Field(8, ge=1, description="Width of the adapter's two matrices.")
    alpha: float = Field(16, gt=0, description="What the adapter adds is multiplied by alpha / rank.")
    dropout: float = Field(0.05, ge=0, lt=1, description="Share of the adapter's inputs left out at each step.")
    target_modules: tuple[str, ...] = Field(
        ("q_proj", "v_proj"), min_length=1, description="Layers of the language model that are adapted, by name."
    )
    quantization: Literal["none", "8bit", "4bit"] = Field(
        "none", description="Frozen weights made smaller by bitsandbytes; needs an NVIDIA GPU."
    )
    prompt: str = Field(
        "", description="What comes before a caption; '' is what the engine asks, for BLIP-2 with an adapter nothing."
    )
    max_tokens: int = Field(48, ge=2, description="Longest caption, with its end; the rest is cut off.")
    validation_share: float = Field(
        0.1, ge=0, lt=1, description="Share of the photos to validate on; 0 validates on the training photos."
    )
    clean: bool = Field(True, description="Take RT, @names, addresses and a tokenizer's blanks out of the captions.")
    merge: bool = Field(False, description="Also write the model with the adapter inside (transformers_vlm only).")
