"""Trained networks as ONNX files with half-precision weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

_LARGE = 1024  # weights below this many values stay in single precision: nothing to gain


def write_onnx(
    module: nn.Module, example: tuple[Tensor, ...], outputs: list[str], dynamic: dict[str, dict[int, str]], path: Path
) -> None:
    """Trace a module on an example and write it.

    ``dynamic`` names all inputs, in their order, with the axes that vary, and outputs of which not only the first does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    module.eval()
    every = {**{name: {0: "n"} for name in outputs}, **dynamic}
    torch.onnx.export(
        module,
        example,
        str(path),
        input_names=[name for name in dynamic if name not in outputs],
        output_names=outputs,
        dynamic_axes=every,
        dynamo=False,
        do_constant_folding=False,
    )
    onnx.save(_halved(onnx.load(path)), path)


def _halved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Store large weights as float16; a Cast restores float32, which onnxruntime folds on loading."""
    casts = []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LARGE:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.graph.node.insert(0, cast)
    onnx.checker.check_model(graph)
    return graph
