"""Training the affect model from drawn features and a few words: data -> train -> calibrate -> export -> judge."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")

from emotigram.domain import EMOTIONS, Features
from emotigram.errors import ModelDamaged
from emotigram.inference.backbone import FEATURES, SPACE
from emotigram.inference.store import Model, open_model
from emotigram.sentiment.embedded import VERSION, EmbeddedSentiment
from emotigram.training.affect.build import build_affect
from emotigram.training.affect.data import examples
from emotigram.training.affect.tone import tone_examples
from emotigram.training.model_folder import write_manifest

_TELLING = 60  # features
WORDS = ["wonderful lovely 真好", "terrible awful 太差", "a plain report 说明"]
SENTIMENTS = ["positive", "negative", "neutral"]
TEXT_SETS: dict[str, tuple[str, str, list[object]]] = {
    "semeval-train": ("text", "sentiment", [*SENTIMENTS]),
    "goemotions-ekman-train": ("text", "emotions", [["joy"], ["sadness"], ["neutral"]]),
    "goemotions-ekman-dev": ("text", "emotions", [["joy"], ["sadness"], ["neutral", "surprise"]]),
    **{
        f"weibo-ewect-{part}": ("text", "emotion", ["happy", "sad", "neutral"])
        for part in ("usual_test_labeled", "virus_train", "virus_eval_labeled", "virus_test_labeled")
    },
    "chnsenticorp-hotel-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "waimai-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "twitter1517-train": ("txt", "txt_label", ["1", "-1", "0"]),
}
pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The feature will be removed:DeprecationWarning"),
]


def _drawn(folder: Path, repeats: int = 40) -> np.ndarray:
    """Text sets, prepared rows and photo features in which the first features tell the mood."""
    rng = np.random.default_rng(0)
    for stem, (text, label, labels) in TEXT_SETS.items():
        texts = [f"{words} {number}" for number in range(repeats) for words in WORDS]
        pq.write_table(pa.table({text: texts, label: labels * repeats}), folder / f"{stem}.parquet")
    rows, features = [], rng.normal(0, 0.2, (240, FEATURES)).astype(np.float32)
    for i in range(240):
        mood, source = i % 3, ("msed", "mvsa", "oasis")[i // 3 % 3]
        features[i, :_TELLING] += (3, -3, 0)[mood]
        rows.append(
            {
                "set": source,
                "split": "val" if i >= 180 else "train",
                "text": "" if source == "oasis" else WORDS[mood],
                "captions_en": [f"{WORDS[mood]} {i}"] if source == "msed" else [],
                "sentiment": SENTIMENTS[mood],
                "emotion": ["happiness", "sad", "neutral"][mood] if source == "msed" else "",
                "valence": [0.7, -0.7, 0.0][mood] if source == "oasis" else None,
                "arousal": [0.3, -0.3, 0.0][mood] if source == "oasis" else None,
            }
        )
    np.save(folder / "features.npy", features)
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return features


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("affect")


@pytest.fixture(scope="module")
def model(work: Path) -> Model:
    features = _drawn(work)
    build_affect([*examples(work, work), *tone_examples()[::20]], features, work, work)
    return open_model(work / "affect" / VERSION)


def test_the_trained_model_judges_words_and_photos(model: Model) -> None:
    bright, gloomy = np.zeros((2, FEATURES), np.float32)
    bright[:_TELLING], gloomy[:_TELLING] = 3.0, -3.0
    engine = EmbeddedSentiment(model)
    texts, photos = ["lovely 真好", "太差 awful", "", ""], [None, None, bright, gloomy]
    glad, sad, seen, feared = engine.judge(
        [None] * 4, texts, [None if each is None else Features(SPACE, each) for each in photos]
    )
    assert (glad.sentiment.label, sad.sentiment.label) == ("positive", "negative")
    assert seen.sentiment.positive > feared.sentiment.positive
    assert max(sad.emotions, key=sad.emotions.__getitem__) != "joy"
    assert glad.valence is not None
    assert sad.valence is not None
    assert glad.valence > 0 > sad.valence
    assert seen.valence is not None
    assert feared.valence is not None
    assert seen.valence > 0 > feared.valence


def test_the_manifest_tells_of_held_out_phrases_and_of_photos_rated_by_a_fit_without_them(model: Model) -> None:
    assert 0 < model.manifest["tone_held_out"]["tone"] <= 1
    assert model.manifest["feeling_cross_validated"]["valence"] > 0.2


def test_the_same_data_gives_the_same_model(model: Model, work: Path) -> None:
    again = work / "again"
    again.mkdir()
    build_affect([*examples(work, work), *tone_examples()[::20]], np.load(work / "features.npy"), again, again)
    assert open_model(again / "affect" / VERSION).manifest["files"] == model.manifest["files"]


@pytest.mark.parametrize(
    "lie", [{"labels": ["bad", "good"]}, {"emotions": []}, {"features": 384}, {"ngrams": 1}, {"labels": None}]
)
def test_a_manifest_that_disagrees_with_the_graph_is_refused(model: Model, lie: dict[str, object]) -> None:
    with pytest.raises(ModelDamaged):
        EmbeddedSentiment(Model(model.folder, {**model.manifest, **lie}))


def test_a_text_of_validation_never_stands_in_training(work: Path, model: Model) -> None:
    data = [e for e in examples(work, work) if e.source == "hotel"]
    train, val = ({e.text for e in data if e.split == split} for split in ("train", "val"))
    assert train
    assert val
    assert train.isdisjoint(val)


def test_phrases_are_the_same_for_a_seed_and_kept_apart() -> None:
    first, again, other = tone_examples(1), tone_examples(1), tone_examples(2)
    assert first == again != other
    train, val = ({e.text for e in first if e.split == split} for split in ("train", "val"))
    assert len(train) > 3000
    assert len(val) > 500
    assert not [text for text in train if "{" in text]
    assert all(len(e.emotions) == len(EMOTIONS) and sum(e.sentiment) == pytest.approx(1) for e in first)


def test_the_manifest_lists_every_file(model: Model) -> None:
    write_manifest(model.folder, {**model.manifest})
    assert set(open_model(model.folder).manifest["files"]) == {"affect.onnx", "ngrams.npz"}
