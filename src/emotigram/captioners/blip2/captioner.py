"""BLIP-2 with two voices: what is in the photo, and how a friend would post it, for one vision pass.

Li et al. 2023, "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image Encoders and Large Language
Models". Needs the extra ``blip2`` and weights on this computer; nothing is fetched here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from emotigram.domain import Captions, Features, Note, Photo
from emotigram.errors import ExtraMissing
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.tags.english import captions_in_english
from emotigram.weights.store import find_weights

try:
    import torch

    from emotigram.captioners.blip2.adapter import RowAdapter, load_adapter
    from emotigram.captioners.blip2.checkpoint import LoadedBlip2, load_checkpoint
    from emotigram.checkpoints.batches import in_batches_that_fit
except ImportError as error:
    raise ExtraMissing(extra="blip2", package=error.name or "torch") from error

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = {"cuda": 32}  # photos a pass, each in two voices: a GPU reads 32 nearly as fast as one
_SMALL_BATCH = 8
_MAX_NEW_TOKENS = 30  # COCO captions have about 12; a line for friends may be longer
# BLIP-2's own form for asking (Li et al. 2023, appendix): what a model without an adapter answers in
_SOCIAL_PROMPT = "Question: what would a friend write on social media about this photo? Answer:"


def open_captioner(name: str, settings: Settings) -> Blip2Captioner:
    """Load weights and adapter; raises EngineError."""
    checkpoint = load_checkpoint(find_weights(name, settings), name, settings)
    adapter = None
    if settings.adapter is not None:
        adapter = load_adapter(settings.adapter.expanduser(), checkpoint.model.language_model, name)
    return Blip2Captioner(checkpoint, adapter, settings)


class Blip2Captioner(Captioner):
    """One vision pass and one mixed decode for a batch: the base's rows, then the social voice's."""

    def __init__(self, checkpoint: LoadedBlip2, adapter: RowAdapter | None, settings: Settings) -> None:
        self.name = f"blip2:{checkpoint.name}"
        self.model = checkpoint.model
        self._checkpoint = checkpoint
        self._adapter = adapter
        self._beams = settings.beams
        self._batch = _BATCH.get(checkpoint.device.type, _SMALL_BATCH)
        self._cache = "static" if settings.compile else None  # generate compiles what has a cache of fixed size
        self.space = _space(checkpoint)
        self._lock = Lock()  # rows are switched in the layers themselves
        self._notes = (Note("prompted_voice"),) if adapter is None else ()

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Describe photos and say each in the social voice; raises OutOfMemory where not even one photo fits."""
        with self._lock:
            return in_batches_that_fit(self._read_batch, photos, self._batch, self.name, self._checkpoint.device)

    def _read_batch(self, photos: Sequence[Photo]) -> list[Captions]:
        images, features = self.look(photos)
        said = self._checkpoint.texts(self.speak(images))
        return [
            captions_in_english(description, tweet, Features(self.space, values), self._notes)
            for description, tweet, values in zip(said[: len(photos)], said[len(photos) :], features, strict=True)
        ]

    @torch.inference_mode()
    def look(self, photos: Sequence[Photo]) -> tuple[torch.Tensor, NDArray[np.float32]]:
        """The one vision pass: image tokens (n, queries, width), Q-Former output (n, queries, its width)."""
        seen = self.model.get_image_features(self._checkpoint.pixels([photo.image for photo in photos]))
        return seen.pooler_output, seen.qformer_outputs[0].float().cpu().numpy()

    @torch.inference_mode()
    def speak(self, images: torch.Tensor, **options: object) -> torch.Tensor:
        """New token ids (2n, length): descriptions of all photos, then their social lines.

        ``options`` go to ``generate``.
        """
        prompt = "" if self._adapter else _SOCIAL_PROMPT
        embeddings, mask = self._checkpoint.prompted(images, [""] * len(images) + [prompt] * len(images))
        is_social = torch.arange(len(embeddings)) >= len(images)
        switched = self._adapter.rows(is_social.repeat_interleave(self._beams)) if self._adapter else nullcontext()
        wanted: dict[str, object] = {"num_beams": self._beams, "max_new_tokens": _MAX_NEW_TOKENS, "do_sample": False}
        wanted["cache_implementation"] = self._cache
        with switched:
            ids: torch.Tensor = self.model.language_model.generate(
                inputs_embeds=embeddings, attention_mask=mask, **(wanted | options)
            )
        return ids


def _space(checkpoint: LoadedBlip2) -> str:
    """Name the Q-Former's output by the signs of its queries, which no folder and no rounding changes."""
    signs = np.packbits((checkpoint.model.query_tokens.detach() > 0).cpu().numpy())
    return f"qformer/{hashlib.sha256(signs.tobytes()).hexdigest()[:12]}"
