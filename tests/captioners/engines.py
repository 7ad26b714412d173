"""Every captioner that ``test_contract.py`` holds to the port; a new engine adds one entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotigram.assembly import load_engine
from emotigram.captioners.transformers_vlm.captioner import TransformersVlm
from emotigram.captioners.transformers_vlm.checkpoint import load_checkpoint
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.testing.chat_server import ChatReply, ChatRequest, FakeProvider
from tests.checkpoints.blip import save_blip
from tests.checkpoints.blip2 import save_adapter, save_blip2
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.qwen_vl import save_qwen_vl
from tests.checkpoints.smolvlm import save_smolvlm

Opener = Callable[[pytest.TempPathFactory], AbstractContextManager[Captioner]]


@contextmanager
def embedded(folders: pytest.TempPathFactory) -> Iterator[Captioner]:
    """The captioner in the package."""
    yield load_engine("captioner", "embedded", Settings())


def vlm(save: Callable[[Path], Path], *languages: str) -> Opener:
    """A tiny checkpoint behind transformers, with beams."""

    @contextmanager
    def opened(folders: pytest.TempPathFactory) -> Iterator[Captioner]:
        checkpoint = load_checkpoint(save(folders.mktemp("weights")), "tiny", Settings(device="cpu"))
        family = replace(checkpoint.family, max_new_tokens=24)  # random weights seldom end by themselves
        yield TransformersVlm(replace(checkpoint, family=family), "tiny", languages, beams=2)

    return opened


@contextmanager
def blip2(folders: pytest.TempPathFactory) -> Iterator[Captioner]:
    """A tiny checkpoint with the voice that is prompted, with beams."""
    folder = save_blip2(folders.mktemp("weights"))
    yield load_engine("captioner", "blip2", Settings(captioner_model=str(folder), device="cpu", beams=2))


@contextmanager
def blip2_with_adapter(folders: pytest.TempPathFactory) -> Iterator[Captioner]:
    """A tiny checkpoint with an adapter, greedy."""
    folder = save_blip2(folders.mktemp("weights"))
    adapter = save_adapter(folder, folders.mktemp("adapter"))
    settings = Settings(captioner_model=str(folder), adapter=adapter, device="cpu", beams=1)
    yield load_engine("captioner", "blip2", settings)


def _answer_to(request: ChatRequest) -> ChatReply:
    """What a model might say of a photo of which it sees no more than the lightness."""
    light = int(np.asarray(Image.open(BytesIO(request.photo)).convert("L")).mean())
    told = {"en": f"A dog on a beach, {light} steps away.", "zh": f"海滩上有一只狗，相距{light}步。"}
    return ChatReply([json.dumps({"description": told, "tweet": {"en": "What a day.", "zh": "好日子。"}})])


@contextmanager
def openai_vision(folders: pytest.TempPathFactory) -> Iterator[Captioner]:
    """A server on loopback that answers by the photo it was sent."""
    with FakeProvider(reply=_answer_to) as server:
        settings = Settings(provider="ollama", base_url=f"{server.url}/v1")
        yield load_engine("captioner", "openai_vision", settings)


ENGINES: dict[str, Opener] = {
    "embedded": embedded,
    "florence2": vlm(save_florence2, "en"),
    "blip": vlm(save_blip, "en"),
    "smolvlm": vlm(save_smolvlm, "en"),
    "qwen_vl": vlm(save_qwen_vl, "en", "zh"),
    "blip2": blip2,
    "blip2_with_adapter": blip2_with_adapter,
    "openai_vision": openai_vision,
}
