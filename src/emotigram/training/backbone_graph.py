"""EfficientNet-Lite2 as an ONNX graph that carries no weights: what ships in ``models/backbone``.

Layers as in Google's release (github.com/tensorflow/tpu, models/official/efficientnet/lite): no squeeze and
excitation, ReLU6, stem and head of fixed width, padding as TensorFlow's "SAME".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from emotigram.inference.backbone import CELLS, CLASSES, FEATURES, SIDE_PX, VERSION
from emotigram.training.model_folder import ship, workshop, write_manifest

STEM, HEAD = 32, FEATURES
# blocks, kernel, stride, expansion, channels of each stage
STAGES = (
    *((1, 3, 1, 1, 16), (3, 3, 2, 6, 24), (3, 5, 2, 6, 48), (4, 3, 2, 6, 88)),
    *((4, 5, 1, 6, 120), (5, 5, 2, 6, 208), (1, 3, 1, 6, 352)),
)
MEAN, SPREAD = 127.0, 128.0
_GRID_SIDE, SIDE = 9, 5
_OPSET = 17


@dataclass(slots=True)
class _Graph:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, values: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def outside(self, name: str, *shape: int) -> str:
        """A weight that whoever opens the graph brings along."""
        weight = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="brought-by-the-caller")
        self.weights.append(weight)
        return name

    def convolution(
        self, x: str, layer: str, wide: tuple[int, int], kernel: int = 1, stride: int = 1, *, groups: int = 1
    ) -> str:
        weight = self.outside(f"{layer}.weight", wide[1], wide[0] // groups, kernel, kernel)
        bias = self.outside(f"{layer}.bias", wide[1])
        shape = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "group": groups, "auto_pad": "SAME_UPPER"}
        return self.node("Conv", [x, weight, bias], f"{layer}.out", **shape)

    def relu6(self, x: str) -> str:
        return self.node("Clip", [x, "zero", "six"], f"{x}.relu6")


def write_backbone(models_dir: Path) -> None:
    """Write the model folder of the graph: a few kilobytes, no weights."""
    folder = workshop(models_dir / "backbone", VERSION)
    onnx.save(backbone_graph(), folder / "backbone.onnx")
    card = resources.files("emotigram") / "training" / "backbone_card.md"
    (folder / "CARD.md").write_text(card.read_text("utf-8"), "utf-8")
    write_manifest(folder, {"name": "backbone", "version": VERSION, "size_px": SIDE_PX})
    ship(folder)


def backbone_graph() -> onnx.ModelProto:
    """photos, uint8 (n, 260, 260, 3) -> grid (n, 25, 1280), pooled (n, 1280), logits (n, 1000)."""
    g = _Graph()
    for name, value in {"mean": MEAN, "spread": SPREAD, "zero": 0.0, "six": 6.0}.items():
        g.constant(name, np.array(value, np.float32))
    x = g.node("Cast", ["photos"], "photos.float", to=TensorProto.FLOAT)
    x = g.node("Div", [g.node("Sub", [x, "mean"], "photos.centred"), "spread"], "photos.normal")
    x = g.node("Transpose", [x], "photos.channels", perm=[0, 3, 1, 2])
    x = g.relu6(g.convolution(x, "_conv_stem", (3, STEM), 3, 2))
    wide, number = STEM, 0
    for blocks, kernel, stride, expansion, channels in STAGES:
        for block in range(blocks):
            x = _block(g, x, f"_blocks.{number}", (wide, channels), kernel, 1 if block else stride, expansion)
            wide, number = channels, number + 1
    x = g.relu6(g.convolution(x, "_conv_head", (wide, HEAD)))
    _outputs(g, x)
    return _model(g)


def _block(g: _Graph, x: str, name: str, wide: tuple[int, int], kernel: int, stride: int, expansion: int) -> str:
    inner, y = wide[0] * expansion, x
    if expansion > 1:
        y = g.relu6(g.convolution(y, f"{name}._expand_conv", (wide[0], inner)))
    y = g.relu6(g.convolution(y, f"{name}._depthwise_conv", (inner, inner), kernel, stride, groups=inner))
    y = g.convolution(y, f"{name}._project_conv", (inner, wide[1]))
    return g.node("Add", [x, y], f"{name}.sum") if stride == 1 and wide[0] == wide[1] else y


def _outputs(g: _Graph, x: str) -> None:
    """The 9 x 9 grid as 5 x 5 means, its mean over all cells, and what the classifier says of that."""
    flat = g.node("Reshape", [x, g.constant("flat", np.array([0, HEAD, -1], np.int64))], "head.flat")
    means = g.constant("means", cell_means())
    coarse = g.node("MatMul", [flat, means], "head.coarse")
    g.node("Transpose", [coarse], "grid", perm=[0, 2, 1])
    g.node("ReduceMean", [flat], "pooled", axes=[2], keepdims=0)
    weight, bias = g.outside("classes.weight", HEAD, CLASSES), g.outside("classes.bias", CLASSES)
    g.node("Gemm", ["pooled", weight, bias], "logits")


def cell_means() -> np.ndarray:
    """Weights (81, 25): each coarse cell is the mean of the fine cells it touches (as adaptive pooling does)."""
    line = np.zeros((_GRID_SIDE, SIDE), np.float32)
    for cell in range(SIDE):
        start, end = cell * _GRID_SIDE // SIDE, -(-(cell + 1) * _GRID_SIDE // SIDE)
        line[start:end, cell] = 1 / (end - start)
    return np.kron(line, line)


def _model(g: _Graph) -> onnx.ModelProto:
    photos = helper.make_tensor_value_info("photos", TensorProto.UINT8, ["n", SIDE_PX, SIDE_PX, 3])
    shapes = {"grid": ["n", CELLS, FEATURES], "pooled": ["n", FEATURES], "logits": ["n", CLASSES]}
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(g.nodes, "EfficientNet-Lite2", [photos], outputs, g.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
