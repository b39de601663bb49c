"""The ONNX graph of an export: traced from PyTorch, its weights in 8 bits if asked, and optimised once for all runs."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .identity import Precision
from .libraries import libraries
from .onnx import session_options

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_OPSET = 17
_LARGE_TABLE = 1 << 16
_SLOWER_FUSIONS = ["SkipLayerNormFusion"]
"""Of onnxruntime's: an addition and a layer norm as two operators are 1.09 times as fast (docs/benchmarks.md)."""


def write_graph(model: SentenceTransformer, path: Path, *, masked: bool) -> None:
    """Trace the model, from ids and mask to a vector of unit length, with batch and length left open.

    masked: attention takes the mask too. Texts are run one by one and unpadded, so without it vectors are the same and
    a run is 1.06 times as fast; the pooling takes it in any case.
    """
    with libraries():
        import onnx  # noqa: F401  (torch needs it, and has an error of its own where it is not there)
        import torch

    class Traced(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {"input_ids": input_ids}
            for number, module in enumerate(self.model):
                if masked or number:
                    features["attention_mask"] = attention_mask
                features = module(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    ids = torch.tensor([[5, 6, 7, 8, 9, 10, 11], [5, 6, 7, 8, 0, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]])
    axes = {0: "batch", 1: "length"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer's remarks on values that it takes for constants: see export._Check
        torch.onnx.export(
            Traced().eval(),
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def compress(traced: Path, target: Path, precision: Precision) -> None:
    """Quantise (int8), store token embeddings in 8 bits (int8), and let onnxruntime fuse what it can, once for all."""
    with libraries():
        import onnxruntime

    graph = traced
    if precision == "int8":
        with libraries():
            from onnxruntime.quantization import QuantType, quantize_dynamic

        graph = traced.with_name("quantised.onnx")
        quantize_dynamic(
            traced, graph, per_channel=True, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
        _compress_embeddings(graph)
    options = session_options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(
        str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER_FUSIONS
    )
    if graph != traced:
        graph.unlink()


def _compress_embeddings(path: Path) -> None:
    """Store tables of token embeddings as int8 rows, each with a scale; the rows that are looked up are floats again.

    Three quarters of a small quantised model are such a table, and reading it was half of opening the session.
    """
    with libraries():
        import onnx
        from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(path)
    graph = model.graph
    tables = {table.name: table for table in graph.initializer}
    nodes = []
    for node in graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        values = numpy_helper.to_array(table) if table is not None else np.zeros(0)
        if table is None or values.dtype != np.float32 or values.ndim != 2 or values.size < _LARGE_TABLE:
            nodes.append(node)
            continue
        name, found = table.name, node.output[0]
        if name in {each.name for each in graph.initializer}:
            scale = np.abs(values).max(axis=1, keepdims=True).astype(np.float32) / 127
            scale[scale == 0] = 1
            graph.initializer.remove(table)
            graph.initializer.append(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), f"{name}.int8"))
            graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
        nodes += [
            helper.make_node("Gather", [f"{name}.int8", node.input[1]], [f"{found}.int8"]),
            helper.make_node("Cast", [f"{found}.int8"], [f"{found}.float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}.scale", node.input[1]], [f"{found}.scale"]),
            helper.make_node("Mul", [f"{found}.float", f"{found}.scale"], [found]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)
