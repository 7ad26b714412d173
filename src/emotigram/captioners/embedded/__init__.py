"""The captioner that ships in the package: English and Chinese, no download, any CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotigram.captioners.embedded.agreement import agreeing
from emotigram.captioners.embedded.caution import calibrated, confidence, sentence_evidence, word_evidence
from emotigram.captioners.embedded.plain import plain
from emotigram.captioners.embedded.things import surest, thing_chances, thing_floors
from emotigram.domain import Captions, Features, Photo, Tag
from emotigram.engines import Engine
from emotigram.errors import EngineError
from emotigram.inference.backbone import CELLS, FEATURES, SIDE_PX, SPACE, Backbone, Seen, check_backbone
from emotigram.inference.beam import beam_search
from emotigram.inference.decoding import decoder_steps
from emotigram.inference.familiarity import Familiarity
from emotigram.inference.pixels import batch
from emotigram.inference.store import Model, shipped_model
from emotigram.inference.word_list import LANGUAGES, WordList
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.tags.classes import tag_chances
from emotigram.tags.selection import cautious, consistent, sure_tags
from emotigram.tags.subject import with_subject
from emotigram.tags.vocabulary import tag_entries
from emotigram.tags.wording import claims, from_tags

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = "3"
_BATCH = 8  # photos a pass: more gain nothing on a CPU and cost memory
_BEAMS = 3
_POSSIBLE = 0.4  # of the chance of each person or animal that a sentence names
_LIVING = {"people", "count", "animal"}
_UNDERSTOOD = 0.25  # where one language's sentence is less likely than this, the other's is not told either


def build(settings: Settings) -> EmbeddedCaptioner:
    """Load the weights; raises ModelDamaged, BackboneMissing or BackboneDamaged."""
    backbone = Backbone(settings.models_dir, settings.threads)
    return EmbeddedCaptioner(shipped_model("captioner", VERSION, settings.models_dir), backbone, settings.threads)


def _missing(settings: Settings) -> EngineError | None:
    try:
        shipped_model("captioner", VERSION, settings.models_dir)
        check_backbone(settings.models_dir)
    except EngineError as error:
        return error
    return None


ENGINE = Engine(
    names={"en": "describe photos, offline", "zh": "描述照片（离线）"},
    build=build,
    missing=_missing,
    memory_gb=0.47,  # with the embedded sentiment model
    cpu_s=0.06,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the networks say of one photo, before any caution or wording."""

    sentences: dict[str, str]
    log_probability: dict[str, float]  # mean a word, at most 0
    chances: dict[str, float]  # of the network's tags, as it gives them
    features: NDArray[np.float32]
    strangeness: float  # distance from the training photos; see Familiarity
    classes: dict[str, float]  # sums of the classifier's probabilities by tag
    words: dict[str, float]  # chances that people would use an English word for the photo


class EmbeddedCaptioner(Captioner):
    """One vision pass, then one beam search for all photos and both languages."""

    name = "embedded"

    def __init__(self, model: Model, backbone: Backbone, threads: int = 0) -> None:
        self._manifest: dict[str, Any] = model.manifest
        self._backbone = backbone
        self._hints = model.session("hints.onnx", threads)
        self._memory = model.session("memory.onnx", threads)
        _check(model, self._hints, self._memory)
        self._decoder = model.session("decoder.onnx", threads)
        self._vocabulary = WordList.load(model.folder / "vocabulary.txt")
        self._familiarity = Familiarity.load(model.folder / "familiarity.npz")
        self._allowed = np.stack([self._vocabulary.allowed(language) for language in LANGUAGES])

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Describe photos; where the network is unsure the description says less."""
        captions: list[Captions] = []
        for start in range(0, len(photos), _BATCH):
            pixels = batch([photo.image for photo in photos[start : start + _BATCH]], SIDE_PX)
            captions += [self._worded(sight) for sight in self.see(pixels)]
        return captions

    def see(self, pixels: NDArray[np.uint8]) -> list[Sight]:
        """Run all networks on squashed pixels of shape (n, 260, 260, 3)."""
        seen, hints = self.look(pixels)
        keys = self._manifest["tag_keys"]
        return [
            Sight(
                sentences={language: sentence for language, (sentence, _) in said.items()},
                log_probability={language: score for language, (_, score) in said.items()},
                chances=dict(zip(keys, map(float, hints[row]), strict=False)),  # words follow the tags
                features=seen.pooled[row],
                strangeness=strangeness,
                classes=tag_chances(_softmax(seen.logits[row])),
                words=dict(zip(self._manifest["hint_words"], map(float, hints[row, len(keys) :]), strict=True)),
            )
            for row, (said, strangeness) in enumerate(
                zip(self._say(seen.grid, hints), self._familiarity.strangeness(seen.pooled), strict=True)
            )
        ]

    def look(self, pixels: NDArray[np.uint8]) -> tuple[Seen, NDArray[np.float32]]:
        """What the backbone sees, and hints (n, tags + words) of it, without a word said."""
        seen = self._backbone.look(pixels)
        return seen, self._hints.run(None, {"grid": seen.grid})[0]

    def _say(self, grid: NDArray[np.float32], hints: NDArray[np.float32]) -> list[dict[str, tuple[str, float]]]:
        photos, languages = len(grid), len(LANGUAGES)
        rows = np.repeat(np.arange(photos), languages * _BEAMS)
        step = decoder_steps(self._memory, self._decoder, grid, hints, rows)
        first = np.tile(np.array(list(LANGUAGES.values())), photos)
        found = beam_search(step, first, np.tile(self._allowed, (photos, 1)), _BEAMS)
        pairs = zip(found, list(LANGUAGES) * photos, strict=True)
        said = [(language, (self._vocabulary.sentence(ids, language), score)) for (ids, score), language in pairs]
        return [dict(said[start : start + languages]) for start in range(0, len(said), languages)]

    def _worded(self, sight: Sight) -> Captions:
        says = self._manifest
        things = thing_chances(sight.classes, sight.chances, sight.strangeness, says["thing_weights"])
        own = consistent(calibrated(sight.chances, says["tag_calibration"]))
        tags = self._sure_tags(sight, things, own)
        sure = {
            language: confidence(evidence_of(sight, things, language), says["sentence_weights"][language])
            for language in LANGUAGES
        }
        trusted = {
            language: with_subject(text, tags, language)
            for language, sentence in sight.sentences.items()
            if _is_borne_out(sight, things, language)
            and sure[language] >= says["least_confidence"][language]
            and (text := plain(sentence, language, sight.words, own))
        }
        is_understood = min(sure.values()) >= _UNDERSTOOD and sight.strangeness < says["alien_from"]
        told = agreeing(trusted, tags) if is_understood else {}
        description = {language: told.get(language) or from_tags(tags, language) for language in LANGUAGES}
        return Captions(description, {}, tags, Features(SPACE, sight.features), sight.sentences, sure)

    def _sure_tags(self, sight: Sight, things: Mapping[str, float], own: Mapping[str, float]) -> tuple[Tag, ...]:
        """Tags that are sure enough; the stranger the photo the fewer of our own heads', which are sure too easily.

        The classifier has seen more of the world; how strange the photo is to us is part of a thing's evidence.
        """
        says = self._manifest
        least = says["tag_thresholds"]
        if sight.strangeness >= says["strange_from"]:
            least = cautious(least)
        floors = thing_floors(says["thing_threshold"], sight.chances.get("person", 0.0))
        seen = {key: floors[key] for key, chance in things.items() if key in floors and chance >= floors[key]}
        return sure_tags(surest(own, things), least | seen)


def _is_borne_out(sight: Sight, things: Mapping[str, float], language: str) -> bool:
    """Whether a sentence names something, and nobody who is likelier not to be there."""
    seen = surest(consistent(sight.chances), things)
    named = claims(sight.sentences[language], language)
    somebody = [keys for keys in named if {tag_entries()[key]["kind"] for key in keys} <= _LIVING]
    return bool(named) and all(any(seen.get(key, 0.0) >= _POSSIBLE for key in keys) for keys in somebody)


def evidence_of(sight: Sight, things: Mapping[str, float], language: str) -> list[float]:
    """What a sentence's confidence is judged by; its claims by the heads themselves, for not every tag has a line."""
    seen = surest(consistent(sight.chances), things)
    sentence, fluency = sight.sentences[language], sight.log_probability[language]
    spoken = word_evidence(sight.sentences["en"], sight.words)
    return [*sentence_evidence(sentence, language, fluency, sight.strangeness, seen), *spoken]


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    chances: NDArray[np.float32] = powers / powers.sum()
    return chances


def _check(model: Model, hints: InferenceSession, memory: InferenceSession) -> None:
    """Refuse a manifest that speaks of other networks; raises ModelMismatched."""
    grid, width = (None, CELLS, FEATURES), len(model.field("tag_keys")) + len(model.field("hint_words"))
    model.expect(hints, {"grid": grid, "hints": (None, width)})
    model.expect(memory, {"grid": grid, "hints": (None, width)})
