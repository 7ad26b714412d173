"""Encoders of text and image: what they are told, what they may not know, and that they are the models they name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper
from PIL import Image
from transformers import (
    AutoModel,
    AutoTokenizer,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    ConvNextConfig,
    ConvNextImageProcessorPil,
    ConvNextModel,
)

from emotigram.captioners.blip2.captioner import Blip2Captioner
from emotigram.captioners.blip2.checkpoint import load_checkpoint
from emotigram.domain import Photo
from emotigram.errors import WeightsWrong
from emotigram.inference.backbone import SIDE_PX, Backbone
from emotigram.inference.ngrams import hashes
from emotigram.inference.pixels import batch
from emotigram.inference.store import shipped_model
from emotigram.sentiment.embedded import VERSION
from emotigram.settings import Settings
from emotigram.training.multimodal.fusion import CLASSES, Encoded
from emotigram.training.multimodal.image_encoders import EmbeddedImage, HuggingFaceImage, ImageEncoder, QFormerImage
from emotigram.training.multimodal.ngram_encoder import NgramEncoder, bag_of_words, embedded_text
from emotigram.training.multimodal.sentence_encoders import HuggingFaceText, JointText
from emotigram.training.multimodal.text_encoders import TextEncoder, padded
from tests.checkpoints.blip2 import save_blip2
from tests.training.multimodal.small import SMALL, save_bert, save_vit

SETTINGS = Settings(device="cpu")
TEXTS = ["a lovely day", "so bad and so sad!", "", "今天真好，太棒了", "plain report #noon"]
PIECES = [
    "@ann ",
    "RT ",
    "https://t.co/x",
    "not good",
    "n't",
    "&#0;",
    "\\ud83d",
    "\ud800",
    "😀",
    "🇩🇪",
    "不好",
    "…",
    "\x00",
]


@pytest.fixture(scope="module")
def shipped() -> NgramEncoder:
    return embedded_text((), SETTINGS)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


def read(encoder: TextEncoder, texts: list[str], targets: list[str] | None = None) -> Encoded:
    with torch.no_grad():
        found: Encoded = encoder.eval()(*padded(encoder.numbers(texts, targets or [""] * len(texts))))
    return found


def see(encoder: ImageEncoder, images: list[Image.Image]) -> Encoded:
    with torch.no_grad():
        found: Encoded = encoder(encoder.eval().look(encoder.pixels(images)))
    return found


def close(one: torch.Tensor, other: torch.Tensor | np.ndarray, atol: float = 1e-5) -> bool:
    return torch.allclose(one, torch.as_tensor(other), atol=atol)


def test_the_own_judge_knows_no_training_row_by_heart() -> None:
    chance = np.random.default_rng(0)
    words = [f"{a}{b}{c}" for a in "bdfgklmn" for b in "aeiou" for c in "prstxz"]
    texts = [" ".join(chance.choice(words, 12)) for _ in range(300)]
    labels = chance.integers(0, CLASSES, 300)
    encoder = bag_of_words(texts)
    rows = encoder.numbers(texts, [""] * 300)
    own_tables = encoder.learn_from(rows, labels, 8, 0)
    by_heart, out_of_fold = (encoder(*padded(each)) for each in (rows, own_tables))
    assert (by_heart.pooled[:, :CLASSES].argmax(1).numpy() == labels).mean() > 0.9
    assert (out_of_fold.pooled[:, :CLASSES].argmax(1).numpy() == labels).mean() < 0.45
    assert close(by_heart.pooled[:, CLASSES:], out_of_fold.pooled[:, CLASSES:])
    assert {number // encoder.size for row in own_tables for number in row} == set(range(1, 9))


def test_the_own_judge_learns_what_holds_for_other_texts_too() -> None:
    texts = [f"{['awful', 'plain', 'lovely'][i % 3]} thing number {i}" for i in range(90)]
    encoder = bag_of_words(texts)
    labels = np.arange(90) % 3
    rows = encoder.learn_from(encoder.numbers(texts, [""] * 90), labels, 4, 0)
    assert (encoder(*padded(rows)).pooled[:, :CLASSES].argmax(1).numpy() == labels).all()
    said = read(encoder, ["lovely", "so awful", "plain as ever"]).pooled[:, :CLASSES]
    assert said.argmax(1).tolist() == [2, 0, 1]
    assert encoder.importance.shape == (encoder.width,) == (CLASSES + 4,)


def test_what_a_bag_learns_is_the_same_for_a_seed() -> None:
    texts = [f"{['awful', 'plain', 'lovely'][i % 3]} thing {i % 7}" for i in range(60)]
    learned = []
    for seed in (0, 0, 1):
        encoder = bag_of_words(texts)
        rows = encoder.learn_from(encoder.numbers(texts, [""] * 60), np.arange(60) % 3, 4, seed)
        learned.append((rows, encoder(*padded(rows)).pooled))
    assert learned[0][0] == learned[1][0] != learned[2][0]
    assert torch.equal(learned[0][1], learned[1][1])


@pytest.mark.parametrize(("left_out", "columns"), [("twitter1517", 3), ("mvsa", 3), ("msed", 3 + 7), ("nobody", 0)])
def test_judges_that_know_a_set_by_heart_are_left_out(left_out: str, columns: int, shipped: NgramEncoder) -> None:
    judges = shipped_model("affect", VERSION).field("judges")
    assert shipped.width == sum(width for name, width in judges.items() if name != "source") + CLASSES
    encoder = embedded_text((left_out,), SETTINGS)
    assert encoder.width == shipped.width - columns
    assert encoder.judges == shipped.judges - columns
    kept = [name for name, width in judges.items() for _ in range(width)]
    kept = [at for at, name in enumerate(n for n in kept if n != "source") if not name.startswith(f"{left_out} ")]
    pooled = [read(each, TEXTS).pooled[:, CLASSES:] for each in (encoder, shipped)]
    assert close(pooled[0], pooled[1][:, kept])


def test_embedded_texts_are_what_the_shipped_model_is_told(shipped: NgramEncoder) -> None:
    folder = shipped_model("affect", VERSION).folder
    stored = {
        each.name: numpy_helper.to_array(each) for each in onnx.load(str(folder / "affect.onnx")).graph.initializer
    }
    crcs = np.load(folder / "ngrams.npz")["crcs"]
    pooled = read(shipped, TEXTS).pooled[:, CLASSES:]
    for text, found in zip(TEXTS, pooled, strict=True):
        known = [int(np.flatnonzero(crcs == crc)[0]) + 1 for crc in hashes(text) if crc in crcs]
        weights = np.exp(stored["model.weigh.half"].astype(np.float64).reshape(-1)[known])
        vectors = stored["bytes"][known].astype(np.float64) * stored["scale.half"][known].astype(np.float64)
        wanted = (vectors * weights[:, None]).sum(0) / max(np.sqrt((weights**2).sum()), 1e-3)
        assert bool(known) == bool(text)
        assert close(found, wanted[: len(found)].astype(np.float32), 1e-4)  # the source's columns stand last


def test_padding_changes_no_text(shipped: NgramEncoder, bert: Path) -> None:
    sentence = HuggingFaceText(bert, "bert", SETTINGS, 16)
    for encoder in (shipped, sentence, JointText(sentence, shipped)):
        together = read(encoder, TEXTS)
        for at, text in enumerate(TEXTS):
            alone = read(encoder, [text])
            length = alone.tokens.shape[1]
            assert close(together.pooled[at], alone.pooled[0])
            assert torch.equal(together.mask[at, :length], alone.mask[0])
            assert together.mask[at, length:].sum() == 0
            seen = alone.mask[0] > 0
            assert close(together.tokens[at, :length][seen], alone.tokens[0][seen])


@given(st.lists(st.text(st.characters()) | st.lists(st.sampled_from(PIECES)).map("".join), min_size=1, max_size=3))
def test_no_text_is_too_odd_for_n_grams(shipped: NgramEncoder, texts: list[str]) -> None:
    found = read(shipped, texts)
    assert torch.isfinite(found.pooled).all()
    assert torch.equal(found.mask.amax(1) == 0, found.pooled.abs().amax(1) == 0)
    bag = bag_of_words(texts)
    rows = bag.learn_from(bag.numbers(texts * 4, texts * 4), np.arange(4 * len(texts)) % 3, 2, 0)
    assert torch.isfinite(bag(*padded(rows)).pooled).all()
    assert read(bag, texts).pooled.shape == (len(texts), bag.width)


def test_texts_in_a_tongue_without_known_n_grams_say_nothing(shipped: NgramEncoder) -> None:
    texts = ["все хорошо", "очень плохо"] * 20
    encoder = embedded_text((), SETTINGS)
    rows = encoder.learn_from(encoder.numbers(texts, texts), np.arange(40) % 2, 4, 0)
    assert encoder(*padded(rows)).pooled.abs().sum() == 0
    assert torch.isfinite(read(encoder, ["lovely"]).pooled).all()


def test_a_sentence_encoder_is_the_model_it_names(bert: Path) -> None:
    encoder, own = HuggingFaceText(bert, "bert", SETTINGS, 16), AutoModel.from_pretrained(bert).eval()
    tokenizer = AutoTokenizer.from_pretrained(bert)
    found = read(encoder, ["lovely day", "sad"])
    with torch.no_grad():
        wanted = own(**tokenizer("lovely day", return_tensors="pt")).last_hidden_state[0]
    assert close(found.tokens[0], wanted)
    assert close(found.pooled[0], wanted.mean(0))
    assert encoder.width == 16


def test_a_target_is_a_second_text_and_long_ones_are_cut(bert: Path) -> None:
    encoder, tokenizer = HuggingFaceText(bert, "bert", SETTINGS, 8), AutoTokenizer.from_pretrained(bert)
    both, alone, none, long = encoder.numbers(
        ["lovely day", "lovely day", "", "bad " * 50], ["night", "", "night", "noon"]
    )
    assert both == tokenizer("lovely day", "night")["input_ids"]
    assert both.count(tokenizer.sep_token_id) == 2
    assert alone == tokenizer("lovely day")["input_ids"] != both
    assert none == []
    assert len(long) == 8
    assert long[-2:] == tokenizer("noon")["input_ids"][-2:]


def test_no_text_is_all_zeros(bert: Path, shipped: NgramEncoder) -> None:
    sentence = HuggingFaceText(bert, "bert", SETTINGS, 8)
    for encoder in (sentence, shipped, JointText(sentence, shipped)):
        for texts in (["", "lovely"], ["", ""]):
            found = read(encoder, texts)
            assert found.pooled[0].abs().sum() == 0
            assert found.mask[0].sum() == 0
            assert torch.isfinite(found.tokens).all()


def test_a_joint_encoder_is_both_side_by_side(bert: Path, shipped: NgramEncoder) -> None:
    sentence = HuggingFaceText(bert, "bert", SETTINGS, 16)
    joint = JointText(sentence, shipped)
    texts = TEXTS[:4]
    found, said, bag = (read(each, texts) for each in (joint, sentence, shipped))
    assert close(found.pooled, torch.cat([said.pooled, bag.pooled], 1))
    assert joint.width == found.tokens.shape[2] == joint.importance.shape[0] == sentence.width + shipped.width
    length = said.tokens.shape[1]
    assert close(
        (found.tokens * found.mask[..., None])[:, :length, : sentence.width], said.tokens * said.mask[..., None]
    )
    assert not joint.is_frozen
    sentence.requires_grad_(False)
    assert joint.is_frozen


def test_a_joint_encoders_bag_learns_out_of_fold(bert: Path) -> None:
    texts = [f"{['awful', 'plain', 'lovely'][i % 3]} thing number {i}" for i in range(60)]
    bag = bag_of_words(texts)
    joint = JointText(HuggingFaceText(bert, "bert", SETTINGS, 8), bag)
    before = joint.numbers(texts, [""] * 60)
    rows = joint.learn_from(before, np.arange(60) % 3, 4, 0)
    assert [row[:8] for row in rows] == [row[:8] for row in before]
    assert all(number > bag.size for row in rows for number in row[8:])
    assert joint(*padded(rows)).pooled.shape == (60, joint.width)


def test_a_folder_without_an_encoder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsWrong):
        HuggingFaceText(tmp_path, "nothing", SETTINGS, 8)
    with pytest.raises(WeightsWrong):
        HuggingFaceImage(tmp_path, "nothing", SETTINGS)


def test_the_embedded_image_encoder_is_the_shipped_network(china: Path, flower: Path) -> None:
    encoder = EmbeddedImage()
    with Image.open(china) as first, Image.open(flower) as second:
        images = [first.convert("RGB"), second.convert("RGB")]
    shipped = Backbone(threads=1).look(batch(images, SIDE_PX))
    found = see(encoder, images)
    assert close(found.tokens, shipped.grid, 1e-3)
    assert found.pooled.shape == (2, encoder.width)
    assert (found.pooled[0] - found.pooled[1]).abs().max() > 0.1


def save_convnext(folder: Path) -> Path:
    torch.manual_seed(0)
    config = ConvNextConfig(
        num_stages=2, hidden_sizes=[8, 16], depths=[1, 1], image_size=32, layer_scale_init_value=1.0
    )
    ConvNextModel(config).save_pretrained(folder)
    ConvNextImageProcessorPil(size={"shortest_edge": 384}, crop_pct=1.0).save_pretrained(folder)
    return folder


def save_clip(folder: Path) -> Path:
    torch.manual_seed(0)
    text = SMALL | {"vocab_size": 32, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    vision = SMALL | {"image_size": 32, "patch_size": 16}
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).save_pretrained(folder)
    size = {"height": 32, "width": 32}
    CLIPImageProcessorPil(size=size, crop_size=size, do_center_crop=False).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("save", "cells"), [(save_vit, 5), (save_convnext, 48 * 48), (save_clip, 5)], ids=["vit", "convnext", "clip"]
)
def test_an_image_encoder_is_the_model_it_names(save: object, cells: int, tmp_path: Path, scene: Image.Image) -> None:
    save(tmp_path)  # type: ignore[operator]
    encoder = HuggingFaceImage(tmp_path, "tiny", SETTINGS)
    images = [scene, scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    found = see(encoder, images)
    whole = AutoModel.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        own = getattr(whole, "vision_model", whole)(pixel_values=encoder.pixels(images)).last_hidden_state
    wanted = own if own.dim() == 3 else own.flatten(2).transpose(1, 2)
    assert found.tokens.shape == (2, cells, 16) == (2, cells, encoder.width)
    assert close(found.tokens, wanted)
    assert close(found.pooled, wanted.mean(1))
    assert encoder.pixels(images).shape == (2, *encoder.shape)
    assert not torch.equal(found.tokens[0], found.tokens[1])


def test_the_q_formers_answer_is_the_engines(tmp_path: Path, scene: Image.Image) -> None:
    folder = save_blip2(tmp_path)
    encoder = QFormerImage(folder, "tiny", SETTINGS)
    engine = Blip2Captioner(load_checkpoint(folder, "tiny", SETTINGS), None, SETTINGS)
    _, wanted = engine.look([Photo(scene, "scene", "0")])
    found = see(encoder, [scene])
    assert close(found.tokens, wanted)
    assert close(found.pooled, wanted.mean(1))
    assert (encoder.space, encoder.shape, encoder.width) == (engine.space, wanted.shape[1:], 32)
    assert not list(encoder.parameters())


def test_a_missing_photo_is_all_zeros(tmp_path: Path, scene: Image.Image) -> None:
    (tmp_path / "blip2").mkdir()
    (tmp_path / "vit").mkdir()
    encoders = [
        EmbeddedImage(),
        HuggingFaceImage(save_vit(tmp_path / "vit"), "vit", SETTINGS),
        QFormerImage(save_blip2(tmp_path / "blip2"), "blip2", SETTINGS),
    ]
    for encoder in encoders:
        encoder.eval()
        with torch.no_grad():
            tokens = encoder.look(torch.cat([torch.zeros(1, *encoder.shape), encoder.pixels([scene])]))
            found = encoder(tokens)
            beside = see(encoder, [scene])
        assert found.pooled[0].abs().sum() == found.tokens[0].abs().sum() == found.mask[0].sum() == 0
        assert found.mask[1].min() == 1
        assert close(found.pooled[1], beside.pooled[0])
