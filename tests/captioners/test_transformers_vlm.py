"""Captioners behind transformers, on tiny checkpoints of the real architectures saved and loaded the real way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import regex
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from emotigram import open_photo
from emotigram.assembly import load_engine
from emotigram.captioners.transformers_vlm.captioner import TransformersVlm
from emotigram.captioners.transformers_vlm.checkpoint import load_checkpoint
from emotigram.domain import Captions, Photo
from emotigram.errors import WeightsDamaged, WeightsError, WeightsMissing, WeightsWrong
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.tags.english import captions_in_english
from tests.checkpoints.blip import save_blip
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.internvl import save_internvl
from tests.checkpoints.qwen_vl import save_qwen_vl
from tests.checkpoints.smolvlm import save_smolvlm

FAMILIES = ("florence2", "blip", "smolvlm", "qwen3_vl", "qwen2_5_vl", "qwen3_5", "internvl")
CHAT = ("smolvlm", "qwen3_vl", "qwen2_5_vl", "qwen3_5", "internvl")
SHARDED = "100KB"
SINGLE = "model.safetensors"


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One folder a family; not to be written to."""
    root = tmp_path_factory.mktemp("weights")
    return {
        "florence2": save_florence2(root / "florence2"),
        "blip": save_blip(root / "blip"),
        "smolvlm": save_smolvlm(root / "smolvlm"),
        "qwen3_vl": save_qwen_vl(root / "qwen3_vl", max_shard_size=SHARDED),
        "qwen2_5_vl": save_qwen_vl(root / "qwen2_5_vl", generation="2.5"),
        "internvl": save_internvl(root / "internvl"),
        "qwen3_5": save_qwen_vl(root / "qwen3_5", generation="3.5"),
    }


@pytest.fixture(scope="module")
def photos(china: Path, flower: Path, cheetah: Path) -> list[Photo]:
    upright = open_photo(china).image.rotate(90, expand=True)
    return [open_photo(flower), Photo(upright, "turned", ""), open_photo(cheetah)]


@pytest.fixture
def copied(checkpoints: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A checkpoint of one's own to spoil."""

    def copy(family: str) -> Path:
        return Path(shutil.copytree(checkpoints[family], tmp_path / family))

    return copy


def load(folder: Path, **settings: object) -> Captioner:
    wanted = {"device": "cpu", "beams": 1, "captioner_model": str(folder)} | settings
    engine: Captioner = load_engine("captioner", "transformers_vlm", Settings.model_validate(wanted))
    return engine


def bilingual(folder: Path) -> TransformersVlm:
    checkpoint = load_checkpoint(folder, folder.name, Settings(device="cpu"))
    checkpoint = replace(checkpoint, family=replace(checkpoint.family, max_new_tokens=24))
    return TransformersVlm(checkpoint, folder.name, ("en", "zh"), beams=1)


def refused(folder: Path) -> WeightsError:
    with pytest.raises(WeightsError) as caught:
        load(folder)
    for language in ("en", "zh"):
        assert folder.name in caught.value.message(language)
        assert "\n" not in caught.value.message(language)
    return caught.value


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(("family", "count"), [*((family, 3) for family in FAMILIES), ("smolvlm", 1)])
def test_photos_are_described_in_english_and_told_in_chinese(
    family: str, count: int, checkpoints: dict[str, Path], photos: list[Photo]
) -> None:
    captioner = load(checkpoints[family])
    captions = captioner.read(photos[:count])
    assert captioner.name == f"transformers_vlm:{family}"
    assert len(captions) == count
    for each in captions:
        plain = captions_in_english(each.description["en"])
        assert each.description["zh"] == plain.description["zh"]
        assert each.tags == plain.tags
        assert each.tweets.keys() == ({"en"} if family in CHAT else set())


@pytest.mark.parametrize("family", FAMILIES)
def test_each_photo_gets_words_of_its_own(family: str, checkpoints: dict[str, Path], photos: list[Photo]) -> None:
    said = [captions.description["en"] for captions in load(checkpoints[family]).read(photos)]
    assert len(set(said)) == len(photos)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_greedy_batch_reads_as_each_photo_alone(
    family: str, checkpoints: dict[str, Path], photos: list[Photo]
) -> None:
    """With beams, the contract of all captioners holds it."""
    captioner = bilingual(checkpoints[family])
    assert captioner.read(photos) == [captioner.read([photo])[0] for photo in photos]


@pytest.mark.parametrize("family", CHAT)
def test_weights_that_speak_chinese_are_asked_in_chinese(
    family: str, checkpoints: dict[str, Path], photos: list[Photo]
) -> None:
    for captions in bilingual(checkpoints[family]).read(photos):
        assert captions.tweets.keys() == {"en", "zh"}
        assert captions.description["zh"] != captions_in_english(captions.description["en"]).description["zh"]
        lines = [*captions.description.values(), *captions.tweets.values()]
        assert len(set(lines)) == 4  # four questions, four answers
        assert regex.search(r"\p{Han}", captions.description["zh"])


def test_beams_are_those_of_the_settings(checkpoints: dict[str, Path], photos: list[Photo]) -> None:
    greedy, searched = (load(checkpoints["qwen3_vl"], beams=beams).read(photos) for beams in (1, 4))
    assert [each.description["en"] for each in greedy] != [each.description["en"] for each in searched]


def test_an_empty_answer_becomes_a_plain_sentence_without_tags(copied: Callable[[str], Path]) -> None:
    folder = _biased(copied("blip"), [0, 0, 0, 1e4, 0, 0])
    (captions,) = load(folder).read([Photo(Image.new("RGB", (50, 50), (250, 5, 5)), "drawn", "")])
    assert captions.description == {"en": "A photo.", "zh": "一张照片。"}
    assert captions.tags == ()


def test_an_answer_that_would_not_end_says_that_there_is_more(
    copied: Callable[[str], Path], photos: list[Photo]
) -> None:
    for captions in load(_biased(copied("blip"), [-1e4] * 6)).read(photos):
        assert captions.description["en"].endswith("…")
        assert len(captions.description["en"].split()) <= 40


@pytest.mark.parametrize("size", [(1, 900), (3, 700), (9000, 2)])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_line_of_pixels_is_a_photo_too(family: str, size: tuple[int, int], checkpoints: dict[str, Path]) -> None:
    captioner = bilingual(checkpoints[family])
    assert _is_told(captioner.read([Photo(Image.new("RGB", size, (5, 90, 250)), "drawn", "")])[0])


def test_tokens_that_are_no_words_are_not_told(copied: Callable[[str], Path]) -> None:
    """Not every such token is called special, where it stands for a place in the photo, a thought, …"""
    folder = copied("blip")
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    for token in tokenizer["added_tokens"]:
        token["special"] = token["content"] != "[MASK]"
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    values = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    (folder / "tokenizer_config.json").write_text(json.dumps({**values, "mask_token": None}), "utf-8")
    _biased(folder, [0, 0, 0, 0, 1e4, 0])
    (captions,) = load(folder).read([Photo(Image.new("RGB", (50, 50), (250, 5, 5)), "drawn", "")])
    assert captions.description["en"] == "A photo."


@pytest.mark.parametrize("family", ["blip", "qwen3_vl"])
def test_loading_again_reads_the_same_and_touches_no_randomness(
    family: str, checkpoints: dict[str, Path], photos: list[Photo]
) -> None:
    first = load(checkpoints[family]).read(photos[:1])
    again = load(checkpoints[family])
    before = torch.get_rng_state()
    assert again.read(photos[:1]) == first
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("settings", [{"device": "split"}, {"dtype": "bf16"}])
@pytest.mark.parametrize("family", ["florence2", "qwen3_vl"])
def test_other_places_and_numbers_read_too(
    family: str, settings: dict[str, object], checkpoints: dict[str, Path], photos: list[Photo], tmp_path: Path
) -> None:
    captions = load(checkpoints[family], **settings, offload_dir=tmp_path).read(photos[:2])
    assert all(_is_told(each) for each in captions)
    if settings == {"device": "split"}:
        assert captions == load(checkpoints[family]).read(photos[:2])


@pytest.mark.parametrize("family", ["florence2", "qwen2_5_vl"])
def test_nothing_reaches_the_terminal(
    family: str, checkpoints: dict[str, Path], photos: list[Photo], capfd: pytest.CaptureFixture[str]
) -> None:
    load(checkpoints[family], beams=2).read(photos[:1])
    assert capfd.readouterr() == ("", "")


def test_weights_that_are_not_here_say_how_to_get_them() -> None:
    with pytest.raises(WeightsMissing, match="Florence-2-base-ft"):
        load(Path("florence-community/Florence-2-base-ft"))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    error = refused(tmp_path)
    assert isinstance(error, WeightsWrong)
    assert "notes.txt" in error.message()


@pytest.mark.parametrize("text", ["{", "[]", "\x00\xff", ""])
def test_a_config_that_is_none_is_refused(text: str, copied: Callable[[str], Path]) -> None:
    folder = copied("blip")
    (folder / "config.json").write_text(text, "latin-1")
    assert "config.json" in refused(folder).message()


@pytest.mark.parametrize("model_type", ["opt", "", None, "my_own"])
def test_a_model_that_takes_no_photos_is_refused(model_type: str | None, copied: Callable[[str], Path]) -> None:
    folder = copied("blip")
    (folder / "config.json").write_text(json.dumps({"model_type": model_type} if model_type else {}))
    assert isinstance(refused(folder), WeightsWrong)


@pytest.mark.parametrize("family", ["florence2", "qwen3_vl"])
@pytest.mark.parametrize("spoil", [Path.unlink, halve])
def test_weights_cut_short_or_gone_are_named(
    family: str, spoil: Callable[[Path], None], copied: Callable[[str], Path]
) -> None:
    folder = copied(family)
    shard = sorted(folder.glob("*.safetensors"))[-1]
    spoil(shard)
    error = refused(folder)
    assert shard.name in error.message()
    assert isinstance(error, WeightsDamaged) or not shard.exists()


def test_an_index_that_is_none_is_refused(copied: Callable[[str], Path]) -> None:
    folder = copied("qwen3_vl")
    (folder / "model.safetensors.index.json").write_text('{"weight_map": []}')
    assert isinstance(refused(folder), WeightsDamaged)


def test_a_layer_that_is_missing_is_not_made_up(copied: Callable[[str], Path]) -> None:
    folder = copied("blip")
    weights = load_file(folder / SINGLE)
    lost = next(name for name in weights if "vision_model.encoder" in name)
    save_file({name: values for name, values in weights.items() if name != lost}, folder / SINGLE, {"format": "pt"})
    error = refused(folder)
    assert isinstance(error, WeightsDamaged)
    assert lost in error.message()


def test_weights_of_another_model_are_refused(copied: Callable[[str], Path], checkpoints: dict[str, Path]) -> None:
    folder = copied("blip")
    shutil.copy(checkpoints["florence2"] / SINGLE, folder / SINGLE)
    assert isinstance(refused(folder), WeightsWrong)


class Trap:
    """Pickled, it makes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def test_pickled_weights_are_read_without_running_their_code(copied: Callable[[str], Path], tmp_path: Path) -> None:
    folder, trap = copied("blip"), tmp_path / "sprung"
    weights = load_file(folder / SINGLE)
    (folder / SINGLE).unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    assert load_checkpoint(folder, "pickled", Settings(device="cpu"))
    torch.save({**weights, "extra": Trap(trap)}, folder / "pytorch_model.bin")
    refused(folder)
    assert not trap.exists()
    whole = (folder / "pytorch_model.bin").read_bytes()
    (folder / "pytorch_model.bin").write_bytes(whole[: len(whole) // 2])
    refused(folder)


@pytest.mark.parametrize("family", ["florence2", "smolvlm"])
def test_code_of_a_checkpoint_is_never_run(family: str, copied: Callable[[str], Path], photos: list[Photo]) -> None:
    folder = copied(family)
    trace = folder / "trace"
    code = f"open({str(trace)!r}, 'w').close()"
    for file in ("config.json", "preprocessor_config.json", "tokenizer_config.json"):
        values = json.loads((folder / file).read_text("utf-8"))
        auto = {"AutoConfig": "own.C", "AutoModelForImageTextToText": "own.M", "AutoProcessor": "own.P"}
        auto |= {"AutoImageProcessor": "own.I", "AutoTokenizer": ["own.T", "own.T"]}
        (folder / file).write_text(json.dumps(values | {"auto_map": auto}))
    (folder / "own.py").write_text(code)
    assert _is_told(load(folder).read(photos[:1])[0])
    assert not trace.exists()


@pytest.mark.parametrize("part", ["tokenizer.json", "preprocessor_config.json"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_part_that_is_missing_is_an_error_of_ours(family: str, part: str, copied: Callable[[str], Path]) -> None:
    folder = copied(family)
    (folder / part).unlink()
    refused(folder)


@pytest.mark.parametrize("template", ["{{ messages[0].content[1].text }}", "{% for", "{{ raise_exception('no') }}"])
def test_a_chat_template_that_takes_no_photos_is_refused(template: str, copied: Callable[[str], Path]) -> None:
    folder = copied("qwen3_vl")
    (folder / "chat_template.jinja").write_text(template)
    assert isinstance(refused(folder), WeightsWrong)


def test_an_unknown_kind_without_a_chat_template_is_refused(copied: Callable[[str], Path]) -> None:
    folder = copied("smolvlm")
    (folder / "chat_template.jinja").unlink()
    error = refused(folder)
    assert isinstance(error, WeightsWrong)
    assert "smolvlm" in error.message()


def _biased(folder: Path, bias: list[float]) -> Path:
    """Make a BLIP say its first tokens, which are the special ones, more or less often; the fourth ends a sentence."""
    weights = load_file(folder / SINGLE)
    for name in weights:
        if name.endswith("cls.predictions.bias"):
            weights[name][: len(bias)] = torch.tensor(bias)
    save_file(weights, folder / SINGLE, {"format": "pt"})
    return folder


def _is_told(captions: Captions) -> bool:
    return bool(captions.description["en"] and captions.description["zh"])
