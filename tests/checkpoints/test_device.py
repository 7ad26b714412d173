"""Where large captioners run, what they do when memory runs out, and what a damaged checkpoint says."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from emotigram.checkpoints.batches import in_batches_that_fit
from emotigram.checkpoints.device import choose_device, choose_dtype, quantization_config
from emotigram.checkpoints.loading import load_arguments, loading
from emotigram.errors import (
    DeviceMissing,
    EmotiGramError,
    ExtraMissing,
    OutOfMemory,
    QuantizationUnavailable,
    WeightsWrong,
)
from emotigram.settings import Settings
from tests.properties import tried

has_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
TOO_MUCH = 2**60  # bytes: more than any address space


def test_the_cpu_is_always_there() -> None:
    assert choose_device(Settings(device="cpu")) == torch.device("cpu")


@pytest.mark.parametrize("asked", ["auto", "split"])
def test_without_a_choice_a_gpu_is_taken_where_there_is_one(asked: str) -> None:
    assert (choose_device(Settings(device=asked)).type != "cpu") == has_gpu


@pytest.mark.parametrize("asked", ["cuda:99", "tpu", "", "cpu:1", "meta"])
def test_a_device_that_is_not_here_is_refused_and_those_here_are_named(asked: str) -> None:
    with pytest.raises(DeviceMissing) as caught:
        choose_device(Settings.model_construct(device=asked))
    assert {"auto", "cpu", "split"} <= set(str(caught.value.values["found"]).split(", "))


@pytest.mark.parametrize(
    ("asked", "device", "chosen"),
    [
        ("auto", "cpu", torch.float32),
        ("auto", "mps", torch.float16),
        ("bf16", "cpu", torch.bfloat16),
        ("fp16", "cpu", torch.float16),
        ("fp32", "mps", torch.float32),
    ],
)
def test_small_numbers_on_a_cpu_only_where_asked_for(asked: str, device: str, chosen: torch.dtype) -> None:
    assert choose_dtype(Settings.model_construct(dtype=asked), torch.device(device)) == chosen


def test_weights_stay_whole_where_nothing_else_is_asked() -> None:
    assert quantization_config(Settings()) is None


@pytest.mark.parametrize("quantization", ["8bit", "4bit"])
def test_smaller_weights_need_a_gpu(quantization: str) -> None:
    with pytest.raises(QuantizationUnavailable):
        load_arguments(Settings.model_construct(device="cpu", quantization=quantization))


@pytest.mark.parametrize("device", ["cpu", "split"])
def test_loading_never_asks_the_network_nor_runs_foreign_code(device: str, tmp_path: Path) -> None:
    arguments = load_arguments(Settings(device=device, offload_dir=tmp_path))
    assert arguments["local_files_only"] is True
    assert arguments["trust_remote_code"] is False
    assert arguments["weights_only"] is True
    assert (arguments["device_map"] == "auto") == (device == "split")
    assert arguments["offload_folder"] == tmp_path


class Room:
    """Work that really runs out of memory where a batch holds more items than there is room for."""

    def __init__(self, items: int, error: type[BaseException] = torch.OutOfMemoryError) -> None:
        self.items = items
        self.error = error
        self.batches: list[int] = []

    def __call__(self, batch: Sequence[int]) -> list[str]:
        self.batches.append(len(batch))
        if len(batch) > self.items:
            if self.error is RuntimeError:
                torch.empty(TOO_MUCH, dtype=torch.uint8)
            raise self.error
        return [str(item) for item in batch]


@tried(0.15)
@given(st.integers(0, 40), st.integers(1, 16), st.integers(1, 16))
def test_batches_shrink_until_they_fit_and_stay_small(count: int, size: int, room: int) -> None:
    work = Room(room)
    assert in_batches_that_fit(work, range(count), size, "engine", "cpu") == [str(item) for item in range(count)]
    fitted = [batch for batch in work.batches if batch <= room]
    assert len(work.batches) - len(fitted) <= 4  # halvings from 16 to 1
    assert sum(fitted) == count


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError, MemoryError])
def test_every_way_of_running_out_of_memory_is_known(error: type[BaseException]) -> None:
    assert in_batches_that_fit(Room(1, error), range(3), 2, "engine", "cpu") == ["0", "1", "2"]


def test_one_photo_too_many_is_an_error_that_names_engine_and_device() -> None:
    with pytest.raises(OutOfMemory) as caught:
        in_batches_that_fit(Room(0), range(3), 8, "florence", torch.device("cpu"))
    assert "florence" in caught.value.message()
    assert "cpu" in caught.value.message("zh")


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), ValueError("no such token")])
def test_other_errors_are_not_taken_for_a_lack_of_memory(error: Exception) -> None:
    def work(batch: Sequence[int]) -> list[int]:
        raise error

    with pytest.raises(type(error), match=str(error)):
        in_batches_that_fit(work, range(3), 2, "engine", "cpu")


def _out_of_memory() -> None:
    torch.empty(TOO_MUCH, dtype=torch.uint8)


def _no_such_layer() -> None:
    raise RuntimeError("size mismatch\nand much more")


def _no_package() -> None:
    raise ImportError("ThisProcessor requires the Torchvision library but it was not found")


@pytest.mark.parametrize(
    ("fault", "error"),
    [(_out_of_memory, OutOfMemory), (_no_such_layer, WeightsWrong), (_no_package, ExtraMissing)],
)
def test_what_goes_wrong_while_loading_is_said_in_our_words(fault: object, error: type[EmotiGramError]) -> None:
    with pytest.raises(error) as caught, loading(Path("folder"), "weights", Settings()):
        fault()  # type: ignore[operator]
    for language in ("en", "zh"):
        assert "\n" not in caught.value.message(language)


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ExtraMissing, match="torchvision"), loading(Path("folder"), "weights", Settings()):
        _no_package()


def test_a_terminal_shows_what_is_loaded_and_a_file_does_not() -> None:
    code = (
        "import time; from pathlib import Path\n"
        "from emotigram.checkpoints.loading import loading; from emotigram.settings import Settings\n"
        "with loading(Path('.'), 'florence-2[base]', Settings(interface='zh')): pass"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    to_terminal = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, env=environment)
    to_file = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, env=environment)
    _, written = to_file.communicate()
    to_terminal.wait()
    os.close(theirs)
    assert "正在加载 florence-2[base]" in os.read(ours, 4096).decode("utf-8")
    os.close(ours)
    assert written == b""


def test_without_torch_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from emotigram.assembly import load_engine; from emotigram.errors import ExtraMissing\n"
        "from emotigram.settings import Settings\n"
        "try: load_engine('captioner', 'transformers_vlm', Settings())\n"
        "except ExtraMissing as error: print(error.message(), error.hint())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" in done.stdout
    assert "emotigram[blip2]" in done.stdout
