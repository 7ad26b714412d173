"""The affect model's examples: photos with words, photos alone and texts alone, with what is known of their mood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emotigram.domain import EMOTIONS
from emotigram.evaluation.sentiment_data import SENTIMENTS
from emotigram.training.photo_sets import HELD_OUT_EVERY, load_rows

# names of MSED, GoEmotions and Weibo to ours
_EMOTION = {
    "joy": "joy", "happy": "joy", "happiness": "joy", "sadness": "sadness", "sad": "sadness", "anger": "anger",
    "angry": "anger", "fear": "fear", "disgust": "disgust", "surprise": "surprise", "neutral": "neutral",
}  # fmt: skip
# surprise may be either and says nothing of sentiment
_OF_EMOTION = {"joy": "positive", "neutral": "neutral"} | dict.fromkeys(
    ["sadness", "anger", "fear", "disgust"], "negative"
)
_OF_NUMBER = {"-1": "negative", "0": "neutral", "1": "positive"}
# set, file, column of the label
_TEXT_SETS = (
    ("semeval", "semeval-train", "sentiment"),
    ("goemotions", "goemotions-ekman-train", "emotions"),
    ("goemotions", "goemotions-ekman-dev", "emotions"),
    ("weibo", "weibo-ewect-usual_test_labeled", "emotion"),
    ("weibo", "weibo-ewect-virus_train", "emotion"),
    ("weibo", "weibo-ewect-virus_eval_labeled", "emotion"),
    ("weibo", "weibo-ewect-virus_test_labeled", "emotion"),
    ("hotel", "chnsenticorp-hotel-train", "sentiment"),
    ("waimai", "waimai-train", "sentiment"),
    ("twitter1517", "twitter1517-train", "txt_label"),
)


@dataclass(frozen=True, slots=True)
class AffectExample:
    """A text ('' for none) and the row of its photo (-1 for none), of a set and split, with what is known of its mood.

    ``sentiment`` and ``emotions`` are probabilities, all 0 where unknown; ``feeling`` is (valence, arousal) in [-1, 1];
    ``theme`` what the photo was taken to show, where its set says so.
    """

    text: str
    photo: int
    source: str
    split: str
    sentiment: tuple[float, ...] = (0.0,) * len(SENTIMENTS)
    emotions: tuple[float, ...] = (0.0,) * len(EMOTIONS)
    feeling: tuple[float, float] | None = None
    theme: str = ""

    def without_text(self) -> AffectExample:
        """A copy of the example with its photo alone."""
        return replace(self, text="")

    def without_photo(self) -> AffectExample:
        """A copy of the example with its text alone."""
        return replace(self, photo=-1)


def examples(data_dir: Path, cache_dir: Path) -> list[AffectExample]:
    """All examples of the public sets; a text of validation never stands in training, too."""
    found = [*_with_photo(cache_dir), *_texts(data_dir)]
    kept = {(e.source, _key(e.text)) for e in found if e.split == "val" and e.text}
    return [e for e in found if e.split == "val" or (e.source, _key(e.text)) not in kept or e.source == "msed"]


def _key(text: str) -> str:
    return "".join(text.lower().split())


def _with_photo(cache_dir: Path) -> Iterator[AffectExample]:
    for i, row in enumerate(load_rows(cache_dir)):
        if row["sentiment"]:
            emotions = [_EMOTION[row["emotion"]]] if row.get("emotion") else []
            feeling = None if row.get("valence") is None else (row["valence"], row["arousal"])
            shares = _shares([row["sentiment"]], SENTIMENTS), _shares(emotions, EMOTIONS)
            yield AffectExample(_words(row), i, row["set"], row["split"], *shares, feeling, row.get("label", ""))


def _words(row: dict[str, Any]) -> str:
    """The tweet, or MSED's title and caption."""
    return ". ".join(dict.fromkeys(part for part in (row["text"], *row["captions_en"][:1]) if part))


def _texts(data_dir: Path) -> Iterator[AffectExample]:
    for source, file, column in _TEXT_SETS:
        for i, row in enumerate(pq.read_table(data_dir / f"{file}.parquet").to_pylist()):
            is_kept = source != "goemotions" and i % HELD_OUT_EVERY == 0  # GoEmotions has a validation file
            split = "val" if file.endswith("-dev") or is_kept else "train"
            names = (
                [] if column == "sentiment" else [_EMOTION[each] for each in _listed(row[column]) if each in _EMOTION]
            )
            label = _label(row[column])
            if label or names:
                text = row["text" if "text" in row else "txt"]
                yield AffectExample(text, -1, source, split, _shares(label, SENTIMENTS), _shares(names, EMOTIONS))


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _label(value: object) -> list[str]:
    """The sentiment as a list of one, or of none where emotions disagree or say nothing."""
    names = {_sentiment(name) for name in _listed(value)}
    return list(names) if len(names) == 1 and names != {""} else []


def _sentiment(name: str) -> str:
    return name if name in SENTIMENTS else _OF_NUMBER.get(name) or _OF_EMOTION.get(_EMOTION.get(name, ""), "")


def _shares(names: list[str], order: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(names.count(name) / len(names) if names else 0.0 for name in order)


def features_of(picked: Sequence[AffectExample], features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Photo features of examples, zeros where there is no photo: shape (n, d)."""
    photos = np.array([e.photo for e in picked])
    found: NDArray[np.float32] = features[np.maximum(photos, 0)]
    found[photos < 0] = 0
    return found
