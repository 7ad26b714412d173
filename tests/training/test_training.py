"""The whole training command on a handful of drawn photos: data -> train -> export -> engines that run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")

from emotigram.captioners.embedded import EmbeddedCaptioner
from emotigram.inference.store import open_model
from emotigram.sentiment.embedded import EmbeddedSentiment
from emotigram.training.__main__ import train
from emotigram.training.evaluate import cider_d
from emotigram.training.weak_labels import load_tag_sources, targets

TEXT_SETS = {
    "semeval-train": ("text", "sentiment", ["positive", "negative", "neutral"]),
    "goemotions-ekman-train": ("text", "emotions", [["joy"], ["sadness"], ["neutral"]]),
    "goemotions-ekman-dev": ("text", "emotions", [["joy"], ["sadness"], ["neutral"]]),
    "weibo-ewect-usual_test_labeled": ("text", "emotion", ["happy", "sad", "neutral"]),
    "weibo-ewect-virus_train": ("text", "emotion", ["happy", "sad", "neutral"]),
    "weibo-ewect-virus_eval_labeled": ("text", "emotion", ["happy", "sad", "neutral"]),
    "weibo-ewect-virus_test_labeled": ("text", "emotion", ["happy", "sad", "neutral"]),
    "chnsenticorp-hotel-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "waimai-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "twitter1517-train": ("txt", "txt_label", ["1", "-1", "0"]),
}
# torch's older exporter speaks of its own end; the newer one needs one more package and gains nothing here
pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The feature will be removed:DeprecationWarning"),
]

WORDS = ["wonderful lovely 真好", "terrible awful 太差", "a plain report 说明"]


def _drawn_cache(folder: Path) -> None:
    """What ``prepare_photos`` leaves, for flat red and green photos with captions that name the colour."""
    rng = np.random.default_rng(0)
    rows, pixels = [], []
    for i in range(160):
        red = i % 2 == 0
        noise = rng.integers(0, 30, (144, 144, 3))
        pixels.append((noise + ([200, 20, 20] if red else [20, 200, 20])).astype(np.uint8))
        is_flickr = i % 4 < 2
        rows.append(
            {
                "set": "flickr8k" if is_flickr else "msed",
                "split": "val" if i >= 128 else "train",
                "label": "",
                "captions_en": ["a dog runs" if red else "the sea sleeps"] * 5,
                "captions_zh": ["狗在跑" if red else "大海睡了"] * 5 if is_flickr else [],
                "text": WORDS[i // 4 % 2],
                "sentiment": "" if is_flickr else ["positive", "negative"][i // 4 % 2],
                "objects": "{}",
                "imagenet": "[]",
            }
        )
    rows += [{**row, "set": "mvsa"} for row in rows if row["sentiment"]][-40:]
    pixels += pixels[-40:]
    np.save(folder / "pixels.npy", np.stack(pixels))
    np.save(folder / "teacher.npy", np.stack([p.mean((0, 1)).repeat(427)[:1280] for p in pixels]).astype(np.float16))
    tags, weights = targets(rows, load_tag_sources(["background"]))
    np.save(folder / "tags.npy", tags)
    np.save(folder / "tag_weights.npy", weights)
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def _drawn_texts(folder: Path) -> None:
    for stem, (text, label, labels) in TEXT_SETS.items():
        table = pa.table({text: WORDS * 200, label: labels * 200})
        pq.write_table(table, folder / f"{stem}.parquet")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("work")
    (work / "cache").mkdir()
    _drawn_cache(work / "cache")
    _drawn_texts(work)
    train(data=work, work=work, models=work / "models", pretrain_epochs=1, caption_epochs=8)
    return work / "models"


def test_the_trained_captioner_tells_two_drawn_photos_apart(trained: Path) -> None:
    captioner = EmbeddedCaptioner(open_model(trained / "captioner" / "1"))
    pixels = np.stack([np.full((128, 128, 3), colour, np.uint8) for colour in ([215, 35, 35], [35, 215, 35])])
    red, green = captioner.see(pixels)
    assert (red.sentences["en"], green.sentences["en"]) == ("A dog runs.", "The sea sleeps.")
    assert (red.sentences["zh"], green.sentences["zh"]) == ("狗在跑。", "大海睡了。")


def test_the_captioner_manifest_holds_figures_and_the_card_repeats_them(trained: Path) -> None:
    folder = trained / "captioner" / "1"
    figures = json.loads((folder / "manifest.json").read_text("utf-8"))["figures"]["flickr8k_val"]
    assert figures["en"]["cider_d"] > figures["en"]["cider_d_shuffled_photo"]
    assert str(figures["en"]["cider_d"]) in (folder / "CARD.md").read_text("utf-8")


def test_the_trained_affect_model_judges_words(trained: Path) -> None:
    eyes, model = open_model(trained / "captioner" / "1"), open_model(trained / "affect" / "1")
    glad, sad = EmbeddedSentiment(model, eyes).judge([None, None], ["wonderful lovely", "terrible awful"])
    assert (glad.sentiment.label, sad.sentiment.label) == ("positive", "negative")


def test_training_again_resumes_and_changes_nothing(trained: Path) -> None:
    work = trained.parent
    before = open_model(trained / "captioner" / "1").manifest["files"]["vision.onnx"]
    train(data=work, work=work, models=work / "models", pretrain_epochs=1, caption_epochs=8)
    assert open_model(trained / "captioner" / "1").manifest["files"]["vision.onnx"] == before


def test_cider_d_is_highest_for_the_references_own_words() -> None:
    references = [["a dog runs on the grass"] * 5, ["two men sit at a table"] * 5, ["a red car on a street"] * 5]
    same = cider_d([each[0] for each in references], references, "en")
    mixed = cider_d([references[i][0] for i in (1, 2, 0)], references, "en")
    assert same == pytest.approx(10.0, abs=0.01)
    assert mixed < 1
