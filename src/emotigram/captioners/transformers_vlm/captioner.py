"""Any image-text-to-text model behind transformers: Florence-2, BLIP, SmolVLM, Qwen-VL, InternVL, others that chat.

Needs the extra ``blip2`` and weights on this computer; nothing is fetched here, and no code of a checkpoint is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from emotigram import catalogue
from emotigram.domain import Captions, Photo
from emotigram.errors import ExtraMissing
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.tags.english import captions_in_english, line
from emotigram.weights.store import entry_of, find_weights

try:
    from emotigram.captioners.transformers_vlm.checkpoint import VlmCheckpoint, load_checkpoint
    from emotigram.checkpoints.batches import in_batches_that_fit
except ImportError as error:
    raise ExtraMissing(extra="blip2", package=error.name or "torch") from error

_QUESTIONS = 8  # a pass; each is a photo's tokens times the beams in memory


def open_captioner(name: str, settings: Settings) -> TransformersVlm:
    """Load the weights; raises EngineError."""
    folder = find_weights(name, settings)
    entry = entry_of(name)
    shown = entry.key if entry else folder.name
    checkpoint = load_checkpoint(folder, name, settings)
    return TransformersVlm(checkpoint, shown, entry.languages if entry else ("en",), settings.beams)


class TransformersVlm(Captioner):
    """Asks the model once for all that it speaks of a batch; ``languages`` are those it describes in."""

    def __init__(self, checkpoint: VlmCheckpoint, name: str, languages: Sequence[str], beams: int) -> None:
        self.name = f"transformers_vlm:{name}"
        self._checkpoint = checkpoint
        self._beams = beams
        family = checkpoint.family
        self._prompts = {
            (kind, language): prompt
            for kind, prompts in (("description", family.description), ("tweet", family.tweet))
            for language, prompt in prompts.items()
            if language in {"en", *languages}
        }
        self._lock = Lock()  # neither tokenizers nor a model's state while it decodes are for several threads

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Describe photos and, where the model can, say each in the social voice; raises OutOfMemory."""
        size = max(1, _QUESTIONS // len(self._prompts))
        with self._lock:
            return in_batches_that_fit(self._read_batch, list(photos), size, self.name, self._checkpoint.device)

    def _read_batch(self, photos: Sequence[Photo]) -> list[Captions]:
        asked = [(photo, key) for photo in photos for key in self._prompts]
        images = [photo.image for photo, _ in asked]
        answers = self._checkpoint.answers(images, [self._prompts[key] for _, key in asked], self._beams)
        count = len(self._prompts)
        return [
            _captions_of(dict(zip(self._prompts, answers[at * count : (at + 1) * count], strict=True)))
            for at in range(len(photos))
        ]


def _captions_of(answers: dict[tuple[str, str], str]) -> Captions:
    """Captions of what the model answered; a language in which it did not is told from the English words."""
    captions = captions_in_english(answers["description", "en"], answers.get(("tweet", "en"), ""))
    told: dict[str, dict[str, str]] = {"description": dict(captions.description), "tweet": dict(captions.tweets)}
    for (kind, language), answer in answers.items():
        words = line(answer, catalogue.language(language).script)
        if words and language != "en":
            told[kind][language] = words
    return replace(captions, description=told["description"], tweets=told["tweet"])
