"""How a multimodal sentiment model is built and trained."""

from __future__ import annotations

from pydantic import Field, field_validator

from emotigram.training.multimodal.sources import DATASETS
from emotigram.training.multimodal.strategies import BASELINE, STRATEGIES
from emotigram.training.run_config import RunConfig

AUTO = "auto"


class SentimentConfig(RunConfig):
    """Settings of ``emotigram train sentiment``; see RunConfig for those that every run has."""

    epochs: int = Field(15, ge=1, description="Most passes over the training rows.")
    batch_size: int = Field(64, ge=1, description="Rows of one step, over all processes together.")
    learning_rate: float = Field(3e-3, gt=0, description="Highest rate of all but encoders, after the warm-up.")
    weight_decay: float = Field(3.0, ge=0, description="Decoupled decay of the weights (AdamW); features are many.")
    patience: int = Field(8, ge=1, description="Epochs without a better validation score before it stops.")
    dataset: str = Field("folder", description="twitter1517, twitter2015, twitter2017, mvsa, msed, or folder.")
    fusion: str = Field(AUTO, description="A strategy of training/multimodal/strategies.py; auto by the data set.")
    text_encoder: str = Field(
        "embedded", description="embedded, bag_of_words, a folder or name of weights, or embedded+WEIGHTS."
    )
    image_encoder: str = Field(
        "auto", description="embedded, caption, qformer:WEIGHTS, a folder or name of weights; auto by the data set."
    )
    train_text_encoder: bool = Field(True, description="Whether a Hugging Face text encoder goes on learning.")
    train_image_encoder: bool = Field(False, description="Whether the image encoder goes on learning (not qformer).")
    width: int = Field(64, ge=4, description="Width of both sides where they are fused.")
    latent: int = Field(64, ge=1, description="Width of latent semantic analysis, for bags of n-grams.")
    longest: int = Field(64, ge=8, description="Most tokens of a text, for Hugging Face encoders.")
    dropout: float = Field(0.3, ge=0, lt=1)
    text_dropout: float = Field(0.1, ge=0, lt=1, description="Of the pooled text.")
    image_dropout: float = Field(0.3, ge=0, lt=1, description="Of what the image encoder saw.")
    side_loss: float = Field(0.5, ge=0, description="Weight of what text and image each learn alone.")
    missing: float = Field(0.05, ge=0, lt=1, description="Share of rows that lose one side in training.")
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    class_weights: float = Field(
        0.0, ge=0, le=1, description="0 counts rows alike, 1 labels alike: weights are frequencies to minus this power."
    )
    encoder_rate: float = Field(3e-5, gt=0, description="Learning rate of Hugging Face encoders that go on learning.")
    validation_share: float = Field(0.1, gt=0, lt=0.5, description="Of the rows, for early stopping and calibration.")
    fold: int = Field(-1, description="Number of the fold that is held out, where there are folds.")
    folds: int = Field(0, ge=0, description="0: the set's own validation rows are held out.")

    @field_validator("fusion")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in (AUTO, *STRATEGIES):
            raise ValueError(f"known: {', '.join([AUTO, *STRATEGIES])}")
        return name

    def with_fusion(self) -> SentimentConfig:
        """With ``auto`` made a name: a fusion strategy only where it beat text alone significantly on that data set."""
        if self.fusion != AUTO:
            return self
        chosen = DATASETS[self.dataset].fusion if self.dataset in DATASETS else BASELINE
        return self.model_copy(update={"fusion": chosen})
