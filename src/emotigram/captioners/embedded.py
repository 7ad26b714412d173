"""The captioner that ships in the package: English and Chinese, no download, any CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.captioners.tags import cautious, consistent, network_tags, told
from emotigram.captioners.wording import colour_tag, from_tags, is_borne_out, tweet
from emotigram.domain import Captions, Photo, Tag
from emotigram.imaging.colours import main_colours
from emotigram.inference.beam import beam_search
from emotigram.inference.familiarity import Familiarity
from emotigram.inference.pixels import batch
from emotigram.inference.store import Model, shipped_model
from emotigram.inference.vocabulary import LANGUAGES, Vocabulary
from emotigram.settings import Settings

VERSION = "1"
_BATCH = 32  # photos a pass: more gain nothing on a CPU and cost memory


def build(settings: Settings) -> EmbeddedCaptioner:
    """Load the shipped weights; raises ModelDamaged."""
    return EmbeddedCaptioner(shipped_model("captioner", VERSION), settings.threads)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the networks say of one photo, before any wording."""

    sentences: dict[str, str]
    confidence: dict[str, float]  # mean log-probability a word, at most 0
    probabilities: dict[str, float]  # of every tag
    features: NDArray[np.float32]
    colours: list[str]
    strangeness: float  # distance from the training photos; see Familiarity


class EmbeddedCaptioner:
    """One vision pass, then one beam search for all photos and both languages."""

    name = "embedded"

    def __init__(self, model: Model, threads: int = 0) -> None:
        self._manifest: dict[str, Any] = model.manifest
        self._vision = model.session("vision.onnx", threads)
        self._decoder = model.session("decoder.onnx", threads)
        self._vocabulary = Vocabulary.load(model.folder / "vocabulary.txt")
        self._familiarity = Familiarity.load(model.folder / "familiarity.npz")
        self._allowed = np.stack([self._vocabulary.allowed(language) for language in LANGUAGES])

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Describe photos; where the network is unsure the description says less."""
        captions: list[Captions] = []
        for start in range(0, len(photos), _BATCH):
            pixels = batch([photo.image for photo in photos[start : start + _BATCH]], self._manifest["size_px"])
            captions += [self._worded(sight) for sight in self.see(pixels)]
        return captions

    def see(self, pixels: NDArray[np.uint8]) -> list[Sight]:
        """Run all networks on squashed pixels of shape (n, 128, 128, 3)."""
        grid, features, tags = self.look(pixels)
        return [
            Sight(
                {language: sentence for language, (sentence, _) in said.items()},
                {language: score for language, (_, score) in said.items()},
                consistent(dict(zip(network_tags(), map(float, tags[row]), strict=True))),
                features[row],
                main_colours(pixels[row]),
                strangeness,
            )
            for row, (said, strangeness) in enumerate(
                zip(self._say(grid, tags), self._familiarity.strangeness(features), strict=True)
            )
        ]

    def look(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Run the vision network alone: grid (n, 16, 384), features (n, 384), tag probabilities (n, tags)."""
        grid, features, tags = self._vision.run(None, {"photos": pixels})
        # what is in a photo is also in its mirror image: two looks are surer than one
        mirrored = self._vision.run(["tags"], {"photos": pixels[:, :, ::-1]})[0]
        return grid, features, (tags + mirrored) / 2

    def _say(self, grid: NDArray[np.float32], tags: NDArray[np.float32]) -> list[dict[str, tuple[str, float]]]:
        photo = np.repeat(np.arange(len(grid)), len(LANGUAGES))  # each photo once a language

        def step(words: NDArray[np.int64], sources: NDArray[np.int64]) -> NDArray[np.float32]:
            rows = photo[sources]
            inputs = {"words": words, "grid": grid[rows], "tags": tags[rows]}
            scores: NDArray[np.float32] = self._decoder.run(None, inputs)[0]
            return scores

        first = np.tile(np.array(list(LANGUAGES.values())), len(grid))
        found = beam_search(step, first, np.tile(self._allowed, (len(grid), 1)))
        pairs = zip(found, list(LANGUAGES) * len(grid), strict=True)
        said = [(language, (self._vocabulary.sentence(ids, language), score)) for (ids, score), language in pairs]
        return [dict(said[start : start + len(LANGUAGES)]) for start in range(0, len(said), len(LANGUAGES))]

    def _worded(self, sight: Sight) -> Captions:
        is_strange = sight.strangeness > self._manifest["most_strangeness"]
        thresholds = self._manifest["tag_thresholds"]
        tags = told(sight.probabilities, cautious(thresholds) if is_strange else thresholds)
        description = {language: self._description(sight, tags, language, is_strange) for language in LANGUAGES}
        tweets = {language: tweet(sentence, language) for language, sentence in description.items()}
        return Captions(description, tweets, tags or (colour_tag(sight.colours, list(LANGUAGES)),), sight.features)

    def _description(self, sight: Sight, tags: tuple[Tag, ...], language: str, is_strange: bool) -> str:
        sentence = sight.sentences[language]
        is_sure = not is_strange and sight.confidence[language] >= self._manifest["least_confidence"][language]
        floor = self._manifest["claim_floor"]
        if sentence and is_sure and is_borne_out(sentence, language, sight.probabilities, floor):
            return sentence
        return from_tags(tags, sight.colours, language)
