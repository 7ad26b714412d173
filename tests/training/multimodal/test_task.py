"""Multimodal sentiment as a task: it learns, weighs rare labels, and reads the same whether it read before or not."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from emotigram.settings import Settings
from emotigram.training.loop import fit
from emotigram.training.multimodal.build import Built, Encoders, build_encoders, build_model
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import LABELS, Dataset
from emotigram.training.multimodal.model import MultiModalSentimentModel
from emotigram.training.multimodal.ngram_encoder import bag_of_words
from emotigram.training.multimodal.read_data import read_dataset
from emotigram.training.multimodal.strategies import STRATEGIES
from emotigram.training.multimodal.task import Prepared, SentimentTask, logits, predict
from tests.training.multimodal.small import save_bert

SETTINGS = Settings(device="cpu", threads=1)
CPU = torch.device("cpu")
WORDS = {"negative": "terrible awful sad", "neutral": "plain report noon", "positive": "lovely happy great"}
COLOURS = {"negative": (20, 20, 200), "neutral": (20, 200, 20), "positive": (200, 20, 20)}


def draw(folder: Path) -> Dataset:
    """Red photos are positive; of every six rows one lacks its words and one its photo."""
    chance = np.random.default_rng(0)
    for part, count in (("train", 72), ("val", 30), ("test", 30)):
        rows = []
        for i in range(count):
            mood = LABELS[i % 3]
            noise = chance.integers(0, 40, (24, 32, 3)) + np.array(COLOURS[mood])
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / f"{part}{i}.png")
            text = " ".join([*chance.choice(WORDS[mood].split(), 1 + i % 7), part])
            rows.append(["" if i % 6 == 1 else f"{part}{i}.png", "" if i % 6 == 3 else text, mood])
        with (folder / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["image", "text", "sentiment"], *rows])
    return read_dataset("folder", folder, validation_share=0.1)


def config_of(**options: object) -> SentimentConfig:
    own = {"width": 16, "latent": 8, "batch_size": 16, "device": "cpu", "text_encoder": "bag_of_words"}
    return SentimentConfig.model_validate(own | options)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return draw(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def seen() -> dict[int, torch.Tensor]:
    """What the embedded encoder saw of each photo, for all tests together."""
    return {}


@pytest.fixture(scope="module")
def words(data: Dataset, seen: dict[int, torch.Tensor]) -> Encoders:
    return build_encoders(config_of(), data, SETTINGS, seen)


@pytest.fixture(scope="module")
def sentences(data: Dataset, seen: dict[int, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Encoders:
    bert = save_bert(tmp_path_factory.mktemp("bert"))
    config = config_of(text_encoder=f"bag_of_words+{bert}", train_text_encoder=False, longest=16)
    return build_encoders(config, data, SETTINGS, seen)


def eloquent(config: SentimentConfig, encoders: Encoders) -> Built:
    """A model whose every weight says something."""
    built = build_model(config, encoders)
    torch.manual_seed(1)
    with torch.no_grad():
        for part in (built.model.text_side, built.model.image_side, built.model.fusion):
            for weights in part.parameters():
                weights.normal_(0.0, 0.3)
    built.model.eval()
    return built


@pytest.mark.parametrize("fusion", ["late_learned", "cross_attention"])
def test_words_and_colours_are_learned(fusion: str, words: Encoders) -> None:
    config = config_of(fusion=fusion, epochs=8)
    built = build_model(config, words)
    progress = fit(SentimentTask(config, built.model, built.train, built.validation), config)
    assert progress.best.keys() == {"score", "macro_f1", "accuracy", "loss"}
    assert progress.best["score"] == progress.best["macro_f1"]
    judged = predict(built.model, built.held_out, CPU)[2].argmax(1).numpy()
    assert (judged == built.held_out.labels).mean() > 0.9


def test_controls_learn_what_they_look_at(words: Encoders) -> None:
    right = {}
    for fusion in ("text_only", "image_only", "majority"):
        config = config_of(fusion=fusion, epochs=6)
        built = build_model(config, words)
        fit(SentimentTask(config, built.model, built.train, built.validation), config)
        right[fusion] = predict(built.model, built.held_out, CPU)[2].argmax(1).numpy() == built.held_out.labels
    has_text = np.arange(30) % 6 != 3
    has_photo = np.arange(30) % 6 != 1
    assert right["text_only"][has_text].mean() > 0.9
    assert right["image_only"][has_photo].mean() > 0.9
    assert right["majority"].mean() == pytest.approx(1 / 3)


@pytest.mark.nightly
def test_class_weights_raise_the_recall_of_a_rare_label() -> None:
    chance = np.random.default_rng(0)
    labels = chance.choice(3, 600, p=[0.5, 0.42, 0.08]).astype(np.int64)
    words = {"awful": 0, "plain": 1, "lovely": 2}
    texts = [
        " ".join(w for w, of in words.items() if chance.random() < (0.6 if of == mood else 0.3)) for mood in labels
    ]
    recall = {}
    for power in (0.0, 1.0):
        config = config_of(fusion="text_only", epochs=6, class_weights=power)
        encoder, captions = bag_of_words(texts), bag_of_words(["a photo", "a photo"])
        rows = encoder.learn_from(encoder.numbers(texts, texts), labels, 4, 0)
        torch.manual_seed(0)
        model = MultiModalSentimentModel(encoder, captions, "text_only", width=8)
        train = Prepared(rows, [[1]] * 600, labels)
        fit(SentimentTask(config, model, train, train), config)
        judged = predict(model, train, CPU)[2].argmax(1).numpy()
        recall[power] = [float((judged[labels == label] == label).mean()) for label in range(3)]
    assert recall[1.0][2] > recall[0.0][2] + 0.2
    assert recall[1.0][0] < recall[0.0][0]


def test_rows_come_in_an_order_of_seed_and_epoch_alone(words: Encoders) -> None:
    def order(epoch: int, **options: object) -> list[int]:
        config = config_of(fusion="text_only", **options)
        return SentimentTask(config, built.model, built.train, built.validation).order(epoch)

    built = build_model(config_of(fusion="text_only"), words)
    torch.manual_seed(3)
    first = order(0)
    torch.manual_seed(4)
    assert sorted(first) == list(range(72))
    assert first == order(0) == order(0, dropout=0.1)
    assert first != order(1)
    assert first != order(0, seed=1)
    for size in (1, 7, 64, 1000):
        assert sorted(order(2, batch_size=size)) == list(range(72))


def test_rows_of_like_length_come_together(words: Encoders) -> None:
    built = build_model(config_of(fusion="text_only"), words)
    order = SentimentTask(config_of(batch_size=8), built.model, built.train, built.validation).order(0)
    lengths = np.array([len(built.train.words[row]) for row in order]).reshape(9, 8)
    assert np.ptp(lengths, axis=1).mean() < 0.5 * np.ptp(lengths)


@pytest.mark.parametrize("fusion", list(STRATEGIES))
@pytest.mark.parametrize("encoders", ["words", "sentences"])
def test_texts_read_before_give_the_same_logits(encoders: str, fusion: str, request: pytest.FixtureRequest) -> None:
    built = eloquent(config_of(fusion=fusion), request.getfixturevalue(encoders))
    for rows in (built.train, built.held_out):
        assert rows.pooled is not None
        assert (rows.tokens is not None) == STRATEGIES[fusion].needs_tokens
        before = predict(built.model, rows, CPU)
        now = predict(built.model, replace(rows, pooled=None, tokens=None), CPU)
        for one, other in zip(before, now, strict=True):
            assert torch.allclose(one, other, atol=5e-3)
        assert before[2].shape == (len(rows), 3)


@pytest.mark.parametrize("fusion", list(STRATEGIES))
@pytest.mark.parametrize("encoders", ["words", "sentences"])
def test_a_batch_without_any_text_is_judged(encoders: str, fusion: str, request: pytest.FixtureRequest) -> None:
    built = eloquent(config_of(fusion=fusion), request.getfixturevalue(encoders))
    every = [each[3:30:6] for each in predict(built.model, built.held_out, CPU)]
    for rows in (built.held_out, replace(built.held_out, pooled=None, tokens=None)):
        with torch.no_grad():
            alone = logits(built.model, rows.batch(range(3, 30, 6)))
        assert len(set(map(tuple, alone[0].tolist()))) == 1  # the text side has nothing but its level to say
        for one, other in zip(alone, every, strict=True):
            assert torch.allclose(one, other, atol=5e-3)


def test_a_side_is_taken_away_in_training_only(words: Encoders) -> None:
    built = eloquent(config_of(fusion="text_only"), words)
    batch = built.train.batch(range(72))
    with torch.no_grad():
        whole = logits(built.model, batch)
        kept = logits(built.model, batch, missing=0.8)
        built.model.train()
        for each in built.model.modules():
            if isinstance(each, torch.nn.Dropout):
                each.p = 0.0
        torch.manual_seed(0)
        taken = logits(built.model, batch, missing=0.8)
    assert all(torch.equal(one, other) for one, other in zip(whole, kept, strict=True))
    differ = [(one != other).any(1) for one, other in zip(whole, taken, strict=True)]
    assert not (differ[0] & differ[1]).any()  # no row loses both
    assert 10 < differ[0].sum() < 40
    assert 10 < differ[1].sum() < 40


def test_an_encoder_that_goes_on_learning_learns_slowly(
    data: Dataset, seen: dict[int, torch.Tensor], tmp_path: Path
) -> None:
    config = config_of(text_encoder=str(save_bert(tmp_path)), fusion="concat", epochs=1, encoder_rate=1e-4)
    built = build_model(config, build_encoders(config, data, SETTINGS, seen))
    assert built.train.pooled is None
    task = SentimentTask(config, built.model, built.train, built.validation)
    rest, encoder = task.groups()
    assert encoder["lr"] == 1e-4
    assert len(encoder["params"]) == len(list(built.model.text_encoder.parameters()))
    trained = {id(weights) for weights in built.model.parameters() if weights.requires_grad}
    assert {id(weights) for weights in [*rest["params"], *encoder["params"]]} == trained
    before = {name: values.clone() for name, values in built.model.state_dict().items()}
    fit(task, config)
    after = built.model.state_dict()
    moved = {name.split(".")[0] for name, values in before.items() if not torch.equal(values, after[name])}
    assert moved == {"text_encoder", "text_side", "image_side", "fusion"}


def test_activations_computed_again_change_no_step(
    data: Dataset, seen: dict[int, torch.Tensor], tmp_path: Path
) -> None:
    bert = str(save_bert(tmp_path))
    losses = []
    for again in (False, True):
        config = config_of(text_encoder=bert, fusion="concat", gradient_checkpointing=again, dropout=0.0)
        built = eloquent(config, build_encoders(config, data, SETTINGS, seen))
        built.model.train()
        torch.manual_seed(0)
        loss = SentimentTask(config, built.model, built.train, built.validation).loss(
            built.model, built.train.batch(range(8))
        )
        loss.backward()
        gradient = next(weights.grad for weights in built.model.text_encoder.parameters() if weights.grad is not None)
        losses.append((loss.item(), gradient.norm().item()))
        assert built.model.text_encoder.encoder.is_activation_checkpointing == again
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0][1] > 0
