"""How far to trust the classifier on photos that people take, fitted on what people wrote under such photos.

A classifier of ImageNet is sure of nonsense on portraits, documents and crowds. Whether a thing is there is asked of
captions by several people, kind by kind: who writes "dog" under a pug has said what is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from emotigram.captioners.embedded import Sight
from emotigram.captioners.embedded.caution import confidence
from emotigram.captioners.embedded.things import kind_evidence, kinds
from emotigram.data_files import read_data
from emotigram.evaluation.confidence import calibration
from emotigram.tags.vocabulary import broader_chain, tag_entries
from emotigram.tags.wording import mentions
from emotigram.training.embedded_captioner.corpus import Corpus

THING_FLOOR = 0.85  # a thing is told from this probability on
_ARTICLE = re.compile(r"^(?:an?|the) ")
_LEAST = 0.05  # of the classes' probability under a kind, to learn from it
_FEWEST_CAPTIONS = 4  # that together leave nothing out that matters


@dataclass(frozen=True, slots=True)
class ThingFit:
    """Weights of the evidence, and cross-fitted figures of what is told."""

    weights: list[float]
    figures: dict[str, float]


def fit_things(corpus: Corpus, picked: NDArray[np.int64], sights: Sequence[Sight]) -> ThingFit:
    """Fit on the photos of ``picked`` that enough is known of, whose sights are row for row."""
    spoken = _Spoken(corpus)
    evidence, right, photo = [], [], []
    for place, (row, sight) in enumerate(zip(picked, sights, strict=True)):
        for kind in kinds():
            verdict = spoken.verdict(int(row), kind) if sight.classes.get(kind, 0.0) >= _LEAST else None
            if verdict is not None:
                evidence.append(kind_evidence(kind, sight.classes, sight.chances, sight.strangeness))
                right.append(verdict)
                photo.append(place)
    table, truth, halves = np.array(evidence), np.array(right), np.array(photo) % 2
    if len(np.unique(truth)) < 2:  # too few photos to learn from: nothing is sure
        return ThingFit([0.0] * (table.shape[1] if table.ndim == 2 else 4) + [-9.0], {})
    chances = np.zeros(len(truth))
    for half in (0, 1):
        weights = _fit(table[halves != half], truth[halves != half])
        chances[halves == half] = [confidence(row, weights) for row in table[halves == half].tolist()]
    told = chances >= THING_FLOOR
    figures = {
        "judged": len(truth),
        "right": round(float(truth.mean()), 3),
        "told": int(told.sum()),
        "told_right": round(float(truth[told].mean()), 3) if told.any() else 0.0,
        "ece": round(float(calibration(chances, truth, 0)["ece"]), 4),
    }
    return ThingFit(_fit(table, truth), figures)


def _fit(table: NDArray[np.float64], truth: NDArray[np.bool_]) -> list[float]:
    if len(np.unique(truth)) < 2:
        return [0.0] * table.shape[1] + [-9.0]
    model = LogisticRegression(C=1.0).fit(table, truth)
    return [round(float(weight), 4) for weight in [*model.coef_[0], model.intercept_[0]]]


class _Spoken:
    """What captions say of kinds."""

    def __init__(self, corpus: Corpus) -> None:
        self._rows = corpus.rows
        self._narrowest = {synset: tag for synset, _, tag in read_data("imagenet_classes.toml")["classes"]}
        self._words: dict[str, set[str]] = {kind: set() for kind in kinds()}
        for key, entry in tag_entries().items():
            for kind in self._words.keys() & set(broader_chain(key)):
                self._words[kind] |= set(entry["words_en"]) | {_ARTICLE.sub("", entry["en"]).lower()}
        every = frozenset().union(*self._words.values())
        self._said = {
            i: set().union(*(mentions(text, every) for text in row["captions_en"]))
            for i, row in enumerate(corpus.rows)
            if len(row["captions_en"]) >= _FEWEST_CAPTIONS
        }

    def verdict(self, row: int, kind: str) -> bool | None:
        """Whether something of a kind is there; None where nobody says."""
        if self._rows[row]["set"] == "imagenet":
            narrowest = self._narrowest[self._rows[row]["id"]]
            return bool(narrowest) and kind in broader_chain(narrowest)
        said = self._said.get(row)
        return None if said is None else not self._words[kind].isdisjoint(said)
