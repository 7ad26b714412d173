"""The parts of the captioner's training that have an independent answer to be held against."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

pytest.importorskip("torch")

import onnxruntime as ort
import torch
from pycocoevalcap.cider.cider import Cider

from emotigram.inference.decoding import decoder_steps
from emotigram.training.embedded_captioner.cider import CiderD
from emotigram.training.embedded_captioner.decoder import CaptionerNet
from emotigram.training.embedded_captioner.export import export_captioner
from emotigram.training.embedded_captioner.views import seen_through
from emotigram.training.progress import Checkpoint

pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The feature will be removed:DeprecationWarning"),
]
CAPTION = st.lists(st.integers(1, 6), min_size=1, max_size=9)


@settings(deadline=None)
@given(st.lists(st.tuples(CAPTION, st.lists(CAPTION, min_size=1, max_size=3)), min_size=2, max_size=5))
def test_the_reward_is_cider_d(photos: list[tuple[list[int], list[list[int]]]]) -> None:
    judge = CiderD([references for _, references in photos])
    ours = [judge.score(said, photo) for photo, (said, _) in enumerate(photos)]

    def text(words: list[int]) -> str:
        return " ".join(f"w{word}" for word in words)

    wanted = {i: [text(each) for each in references] for i, (_, references) in enumerate(photos)}
    theirs = Cider().compute_score(wanted, {i: [text(said)] for i, (said, _) in enumerate(photos)})[1]
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_word_by_word_with_kept_keys_says_what_the_whole_sentence_says(tmp_path: Path) -> None:
    model = CaptionerNet(hints=12, vocabulary=40).eval()
    export_captioner(model, hints=12, folder=tmp_path)
    grid, hints = torch.rand(3, 25, 1280), torch.rand(3, 12)
    words = torch.randint(5, 40, (3, 6))
    whole = torch.log_softmax(model.decoder(words, model.decoder.encoder_state(grid, hints)), -1).detach().numpy()
    memory, decoder = (ort.InferenceSession(str(tmp_path / name)) for name in ("memory.onnx", "decoder.onnx"))
    rows = np.arange(3)
    step = decoder_steps(memory, decoder, grid.numpy(), hints.numpy(), rows)
    each = np.stack([step(words[:, place].numpy(), rows) for place in range(6)], 1)
    np.testing.assert_allclose(each, whole, atol=0.01)  # weights are stored in half precision


def test_a_view_shows_the_part_of_the_photo_that_its_box_says() -> None:
    ramp = np.linspace(0, 255, 260)
    photo = np.stack([np.tile(ramp, (260, 1)), np.tile(ramp, (260, 1)).T, np.zeros((260, 260))], 2).astype(np.uint8)
    seen = seen_through(photo, np.array([0.25, 0.5, 0.5, 0.25, 1.0], np.float32))
    cropped = Image.fromarray(photo[130:195, 65:195]).resize((260, 260), Image.Resampling.BICUBIC)
    np.testing.assert_allclose(seen.astype(int), np.asarray(cropped)[:, ::-1].astype(int), atol=4)


def test_a_checkpoint_brings_back_what_was_saved(tmp_path: Path) -> None:
    first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    Checkpoint(tmp_path / "a.ckpt", model=first).save(3)
    assert Checkpoint(tmp_path / "a.ckpt", model=second).resume() == 3
    assert torch.equal(first.weight, second.weight)
    assert Checkpoint(tmp_path / "none.ckpt", model=second).resume() == 0
