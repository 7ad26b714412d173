"""BLIP-2 with two voices, on tiny checkpoints of the real architecture that are saved and loaded the real way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoImageProcessor, AutoTokenizer, Blip2ForConditionalGeneration

from emotigram.assembly import load_engine
from emotigram.captioners.blip2.adapter import load_adapter
from emotigram.captioners.blip2.captioner import Blip2Captioner
from emotigram.captioners.blip2.checkpoint import load_checkpoint
from emotigram.domain import Affect, Features, Photo, Sentiment
from emotigram.errors import (
    AdapterDamaged,
    AdapterForeign,
    AdapterMissing,
    AdapterUnmatched,
    AdapterUnsupported,
    DeviceMissing,
    EngineError,
    OutOfMemory,
    QuantizationUnavailable,
    WeightsDamaged,
    WeightsMissing,
    WeightsWrong,
)
from emotigram.settings import Settings
from emotigram.studio import Studio
from tests.checkpoints.blip2 import save_adapter, save_blip2, without_image_token

# of the library that saves the adapters here
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
NEW_TOKENS = 12
LoadBlip2 = Callable[..., Blip2Captioner]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_blip2(tmp_path_factory.mktemp("blip2"))


@pytest.fixture(scope="module")
def adapters(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One adapter saved from the language model, and one from the whole model as the first EmotiGram did."""
    folder = tmp_path_factory.mktemp("adapters")
    own_layers = ["q_proj", "v_proj"]
    return {
        "language_model": save_adapter(
            checkpoint, folder / "language_model", of_whole_model=False, target_modules=own_layers
        ),
        "whole_model": save_adapter(checkpoint, folder / "whole_model"),
    }


@pytest.fixture(scope="module")
def load(checkpoint: Path) -> LoadBlip2:
    def load_captioner(**settings: object) -> Blip2Captioner:
        chosen = Settings(**{"captioner_model": str(checkpoint), "device": "cpu", "beams": 1, **settings})
        captioner: Blip2Captioner = load_engine("captioner", "blip2", chosen)
        return captioner

    return load_captioner


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    random = np.random.default_rng(7)
    blocks = [random.integers(0, 255, (4, 6, 3), dtype=np.uint8) for _ in range(8)]
    return [Photo(Image.fromarray(each).resize((60, 40)), "drawn", str(at)) for at, each in enumerate(blocks)]


@pytest.mark.parametrize("beams", [1, 5])
@pytest.mark.parametrize("kind", ["language_model", "whole_model"])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_one_mixed_decode_says_what_two_separate_runs_say(
    load: LoadBlip2, checkpoint: Path, adapters: dict[str, Path], photos: list[Photo], kind: str, beams: int, count: int
) -> None:
    captioner = load(adapter=adapters[kind], beams=beams)
    images, _ = captioner.look(photos[:count])
    ids = captioner.speak(images, max_new_tokens=NEW_TOKENS).tolist()
    base = Blip2ForConditionalGeneration.from_pretrained(checkpoint)
    described = _generate(base, checkpoint, photos[:count], beams)
    if kind == "whole_model":
        social = PeftModel.from_pretrained(base, adapters[kind])
    else:
        base.language_model = PeftModel.from_pretrained(base.language_model, adapters[kind])
        social = base
    tweeted = _generate(social, checkpoint, photos[:count], beams)
    assert [_trimmed(row) for row in ids] == [_trimmed(row) for row in [*described, *tweeted]]
    assert [_trimmed(row) for row in described] != [_trimmed(row) for row in tweeted]


def test_one_vision_pass_serves_description_tweet_and_features(
    load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo]
) -> None:
    captioner = load(adapter=adapters["whole_model"])
    with _counted(captioner.model.vision_model) as passes:
        captions = captioner.read(photos)
    assert passes == [8]
    assert all(each.description["en"] and each.tweets.keys() <= {"en"} for each in captions)
    assert captions[0].features is not None
    assert captions[0].features.values.shape == (4, 32)
    assert captions[0].features.values.dtype == np.float32


def test_a_sentiment_model_that_knows_the_features_looks_at_no_photo(
    load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo]
) -> None:
    captioner = load(adapter=adapters["whole_model"])
    model = QFormerSentiment(_space_of(captioner, photos[0]))
    with _counted(captioner.model.vision_model) as passes:
        readings = Studio(Settings(), captioner, model, load_engine("writer", "embedded", Settings())).read_many(photos)
    assert passes == [8]
    assert len({reading.affect.valence for reading in readings}) > 1


def test_the_space_of_the_features_is_that_of_the_weights(load: LoadBlip2, photos: list[Photo], tmp_path: Path) -> None:
    other = save_blip2(tmp_path / "other", seed=1)
    spaces = [
        _space_of(captioner, photos[0]) for captioner in (load(), load(dtype="bf16"), load(captioner_model=str(other)))
    ]
    assert spaces[0] == spaces[1] != spaces[2]


def test_reading_changes_neither_the_base_nor_what_it_says(
    load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo]
) -> None:
    captioner = load(adapter=adapters["whole_model"])
    before = {name: values.clone() for name, values in captioner.model.named_parameters() if "lora" not in name}
    first = captioner.read(photos[:3])
    again = captioner.read(photos[:3])
    assert [each.description for each in first] == [each.description for each in again]
    assert [each.tweets for each in first] == [each.tweets for each in again]
    assert [each.description for each in first] == [each.description for each in load().read(photos[:3])]
    assert all(
        torch.equal(values, before[name]) for name, values in captioner.model.named_parameters() if name in before
    )


def test_a_failed_decode_leaves_nothing_behind(load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo]) -> None:
    captioner = load(adapter=adapters["whole_model"])
    expected = captioner.read(photos[:1])[0]
    hooks = _hooks(captioner.model)
    with (
        _failing(captioner.model.language_model.model.decoder.layers[1], ValueError("injected")),
        pytest.raises(ValueError, match="injected"),
    ):
        captioner.read(photos[:3])
    assert _hooks(captioner.model) == hooks
    for _ in range(100):
        (captions,) = captioner.read(photos[:1])
        assert (captions.description, captions.tweets) == (expected.description, expected.tweets)


@pytest.mark.parametrize("beams", [1, 3])
def test_without_an_adapter_the_voice_is_prompted_and_that_is_said(
    load: LoadBlip2, checkpoint: Path, photos: list[Photo], beams: int
) -> None:
    captioner = load(beams=beams)
    images, _ = captioner.look(photos[:3])
    ids = captioner.speak(images, max_new_tokens=NEW_TOKENS).tolist()
    model = Blip2ForConditionalGeneration.from_pretrained(checkpoint)
    prompt = "Question: what would a friend write on social media about this photo? Answer:"
    assert [_trimmed(row) for row in ids[:3]] == [
        _trimmed(row) for row in _generate(model, checkpoint, photos[:3], beams)
    ]
    assert [_trimmed(row) for row in ids[3:]] == [
        _trimmed(row) for row in _generate(model, checkpoint, photos[:3], beams, prompt)
    ]
    assert all("适配器" in note.message("zh") for each in captioner.read(photos[:2]) for note in each.notes)
    assert captioner.read(photos[:1])[0].notes


def test_with_an_adapter_nothing_is_noted(load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo]) -> None:
    assert load(adapter=adapters["whole_model"]).read(photos[:1])[0].notes == ()


def test_an_old_checkpoint_without_an_image_token_reads_the_same(
    load: LoadBlip2, checkpoint: Path, photos: list[Photo], tmp_path: Path
) -> None:
    old = without_image_token(Path(shutil.copytree(checkpoint, tmp_path / "old")))
    captioner = load(captioner_model=str(old))
    assert [each.description for each in captioner.read(photos)] == [each.description for each in load().read(photos)]
    assert captioner.model.config.image_token_id is not None


def test_sharded_weights_and_other_numbers_load(load: LoadBlip2, photos: list[Photo], tmp_path: Path) -> None:
    sharded = save_blip2(tmp_path / "sharded", max_shard_size="150KB")
    assert len(list(sharded.glob("*.safetensors"))) > 1
    captioner = load(captioner_model=str(sharded), dtype="bf16")
    assert captioner.model.dtype == torch.bfloat16
    assert all(each.description["en"] for each in captioner.read(photos[:2]))


def test_weights_split_over_what_there_is_say_the_same(
    load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo], tmp_path: Path
) -> None:
    split = load(device="split", offload_dir=tmp_path / "offload", adapter=adapters["whole_model"])
    whole = load(adapter=adapters["whole_model"])
    assert [each.tweets for each in split.read(photos[:2])] == [each.tweets for each in whole.read(photos[:2])]


@pytest.mark.filterwarnings("ignore:The following device_map keys do not match:UserWarning")
def test_a_language_model_on_disk_takes_its_adapter_along(
    load: LoadBlip2, checkpoint: Path, adapters: dict[str, Path], photos: list[Photo], tmp_path: Path
) -> None:
    settings = Settings(captioner_model=str(checkpoint), device="cpu", beams=2)
    model = Blip2ForConditionalGeneration.from_pretrained(
        checkpoint,
        device_map=dict.fromkeys(["vision_model", "query_tokens", "qformer", "language_projection"], "cpu")
        | {"language_model": "disk"},
        offload_folder=tmp_path,
    )
    on_disk = replace(load_checkpoint(checkpoint, "on disk", settings), model=model.eval())
    adapter = load_adapter(adapters["whole_model"], model.language_model, "on disk")
    whole = load(adapter=adapters["whole_model"], beams=2)
    offloaded = Blip2Captioner(on_disk, adapter, settings).read(photos[:2])
    assert [each.tweets for each in offloaded] == [each.tweets for each in whole.read(photos[:2])]


@pytest.mark.parametrize("fitting", [1, 3])
def test_out_of_memory_means_smaller_batches(
    load: LoadBlip2, adapters: dict[str, Path], photos: list[Photo], fitting: int
) -> None:
    captioner = load(adapter=adapters["whole_model"])
    expected = [each.tweets for each in captioner.read(photos)]
    with _memory_for(captioner.model.vision_model, fitting):
        assert [each.tweets for each in captioner.read(photos)] == expected


def test_no_memory_for_one_photo_is_one_clear_error(load: LoadBlip2, photos: list[Photo]) -> None:
    captioner = load()
    with _memory_for(captioner.model.vision_model, 0), pytest.raises(OutOfMemory, match="blip2"):
        captioner.read(photos)
    assert captioner.read(photos[:1])[0].description["en"]


def test_an_adapter_for_another_base_is_refused(load: LoadBlip2, tmp_path: Path) -> None:
    foreign = save_adapter(save_blip2(tmp_path / "wide", width=64), tmp_path / "foreign")
    with pytest.raises(AdapterForeign, match="64 ≠ 32"):
        load(adapter=foreign)


def _drop_layers(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.replace("decoder.layers", "encoder.blocks"): values for name, values in state.items()}


def _drop_one(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return dict(list(state.items())[1:])


@pytest.mark.parametrize("change", [_drop_layers, lambda state: {}, _drop_one])
def test_an_adapter_that_would_change_nothing_is_refused(
    load: LoadBlip2, adapters: dict[str, Path], tmp_path: Path, change: Callable[..., dict[str, torch.Tensor]]
) -> None:
    folder = Path(shutil.copytree(adapters["whole_model"], tmp_path / "adapter"))
    weights = folder / "adapter_model.safetensors"
    save_file(change(load_file(weights)), weights)
    with pytest.raises(AdapterUnmatched):
        load(adapter=folder)


def test_an_adapter_of_the_vision_tower_is_refused(load: LoadBlip2, checkpoint: Path, tmp_path: Path) -> None:
    eyes = save_adapter(checkpoint, tmp_path / "eyes", target_modules=["qkv"])
    with pytest.raises(AdapterUnmatched, match="vision_model"):
        load(adapter=eyes)


@pytest.mark.parametrize("options", [{"use_dora": True}, {"bias": "all"}])
def test_an_adapter_of_another_kind_is_refused(
    load: LoadBlip2, checkpoint: Path, tmp_path: Path, options: dict[str, object]
) -> None:
    other = save_adapter(checkpoint, tmp_path / "other", **options)
    with pytest.raises(AdapterUnsupported):
        load(adapter=other)


def test_an_adapter_of_layers_that_see_no_rows_is_refused(load: LoadBlip2, checkpoint: Path, tmp_path: Path) -> None:
    options = {"target_modules": ["q_proj", "fc1"]}
    flat = save_adapter(checkpoint, tmp_path / "flat", of_whole_model=False, **options)
    with pytest.raises(AdapterUnsupported, match="fc1"):
        load(adapter=flat)


def test_damaged_and_missing_adapters_are_told_apart(
    load: LoadBlip2, adapters: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(AdapterMissing):
        load(adapter=tmp_path)
    with pytest.raises(AdapterMissing):
        load(adapter=tmp_path / "nowhere")
    for name, change in (("adapter_model.safetensors", _halve), ("adapter_config.json", _halve)):
        folder = Path(shutil.copytree(adapters["whole_model"], tmp_path / name))
        change(folder / name)
        with pytest.raises(AdapterDamaged):
            load(adapter=folder)
    folder = Path(shutil.copytree(adapters["whole_model"], tmp_path / "nan"))
    state = load_file(folder / "adapter_model.safetensors")
    save_file({name: values * float("nan") for name, values in state.items()}, folder / "adapter_model.safetensors")
    with pytest.raises(AdapterDamaged, match="NaN"):
        load(adapter=folder)


def test_weights_that_cannot_be_used_are_one_clear_error(load: LoadBlip2, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    wrong = Path(shutil.copytree(checkpoint, tmp_path / "wrong"))
    config = json.loads((wrong / "config.json").read_text("utf-8"))
    (wrong / "config.json").write_text(json.dumps({**config, "model_type": "opt"}))
    half = Path(shutil.copytree(checkpoint, tmp_path / "half"))
    _halve(half / "model.safetensors")
    sharded = save_blip2(tmp_path / "sharded", max_shard_size="150KB")
    next(iter(sorted(sharded.glob("*.safetensors")))).unlink()
    words = Path(shutil.copytree(checkpoint, tmp_path / "words"))
    (words / "tokenizer.json").unlink()
    expected: list[tuple[str, type[EngineError]]] = [
        (str(tmp_path / "empty"), WeightsWrong),
        (str(wrong), WeightsWrong),
        (str(half), WeightsDamaged),
        (str(sharded), WeightsDamaged),
        (str(words), WeightsWrong),
        ("Salesforce/blip2-opt-2.7b", WeightsMissing),
        ("blip2-opt-2.7b", WeightsMissing),
    ]
    for name, error in expected:
        with pytest.raises(error) as raised:
            load(captioner_model=name)
        assert raised.value.hint("en") != raised.value.hint("zh")


def test_weights_with_a_part_missing_are_not_filled_with_random_numbers(
    load: LoadBlip2, checkpoint: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "part"))
    state = load_file(folder / "model.safetensors")
    save_file(
        {name: values for name, values in state.items() if "language_projection" not in name},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    with pytest.raises(WeightsDamaged, match="language_projection"):
        load(captioner_model=str(folder))


def test_devices_and_quantization_that_are_not_here_are_named(load: LoadBlip2) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(DeviceMissing, match="cuda"):
        load(device="cuda")
    with pytest.raises(QuantizationUnavailable, match="8bit"):
        load(quantization="8bit", device="auto")


class QFormerSentiment:
    """A sentiment model trained on Q-Former features: without them it has nothing to go by."""

    name = "qformer"

    def __init__(self, space: str) -> None:
        self._space = space

    def judge(
        self, photos: Sequence[Photo | None], texts: Sequence[str], features: Sequence[Features | None] | None = None
    ) -> list[Affect]:
        given = [each for each in features or [] if each is not None]
        assert [each.space for each in given] == [self._space] * len(photos)
        return [Affect(Sentiment(0.2, 0.2, 0.6), valence=float(np.tanh(each.values.mean()))) for each in given]


def _generate(
    model: torch.nn.Module, checkpoint: Path, photos: Sequence[Photo], beams: int, prompt: str = ""
) -> list[list[int]]:
    """What the library itself says, the whole way from pixels to new tokens."""
    pixels = AutoImageProcessor.from_pretrained(checkpoint, backend="pil")(
        images=[photo.image for photo in photos], return_tensors="pt"
    )["pixel_values"]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    image_token = tokenizer.convert_tokens_to_ids("<image>")
    ids = [image_token] * 4 + tokenizer(prompt)["input_ids"]
    generated = model.generate(
        pixel_values=pixels,
        input_ids=torch.tensor([ids] * len(photos)),
        attention_mask=torch.ones(len(photos), len(ids), dtype=torch.long),
        num_beams=beams,
        do_sample=False,
        max_new_tokens=NEW_TOKENS,
    )
    return [row[len(ids) :] if row[: len(ids)] == ids else row for row in generated.tolist()]


def _trimmed(ids: list[int]) -> list[int]:
    """Ids up to the end: </s> is 2, <pad> 1."""
    ends = [at for at, token in enumerate(ids) if token in (1, 2)]
    return ids[: ends[0]] if ends else ids


def _space_of(captioner: Blip2Captioner, photo: Photo) -> str:
    features = captioner.read([photo])[0].features
    assert features is not None
    return features.space


@contextmanager
def _counted(module: torch.nn.Module) -> Iterator[list[int]]:
    """The batch size of every pass."""
    passes: list[int] = []
    handle = module.register_forward_hook(
        lambda _module, _args, kwargs, _out: passes.append(len(kwargs["pixel_values"])), with_kwargs=True
    )
    yield passes
    handle.remove()


@contextmanager
def _failing(module: torch.nn.Module, error: Exception) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise error

    handle = module.register_forward_hook(fail)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _memory_for(module: torch.nn.Module, count: int) -> Iterator[None]:
    def check(_module: object, _args: object, kwargs: dict[str, torch.Tensor]) -> None:
        if len(kwargs["pixel_values"]) > count:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    handle = module.register_forward_pre_hook(check, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _hooks(model: torch.nn.Module) -> int:
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in model.modules())


def _halve(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
