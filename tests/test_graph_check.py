"""Which ONNX graphs onnxruntime may see: the check against the `onnx` package's own models, whole and tampered with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from semsearch.encoders import export
from semsearch.encoders.graph_check import OPERATORS, wrong_graph
from semsearch.encoders.onnx import OnnxEncoder, session_options
from semsearch.errors import EncoderError

Model = Any


def model(*nodes: Any, tensors: tuple[Any, ...] = ()) -> Model:
    """A model of these nodes, by default one multiplication with weights of 1,000 bytes."""
    weights = numpy_helper.from_array(np.arange(250, dtype=np.float32), "w")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [250]) for name in ("x", "y")]
    graph = helper.make_graph(
        list(nodes) or [helper.make_node("Mul", ["x", "w"], ["y"], name="n")], "g", ends[:1], ends[1:],
        [weights, *tensors],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def branch(operator: str = "Identity", **settings: Any) -> Any:
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [250])
    return helper.make_graph([helper.make_node(operator, ["x"], ["y"], **settings)], "inner", [], [out])


def chosen(depth: int, operator: str = "Identity") -> Any:
    """An If in an If in an If, as many as depth."""
    inner = branch(operator)
    for _ in range(depth - 1):
        out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [250])
        node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], "inner", [], [out])
    return helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)


def test_a_plain_model_passes_and_runs() -> None:
    content = model().SerializeToString()
    assert wrong_graph(content) == ""
    session = onnxruntime.InferenceSession(content, session_options(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.full(250, 2, np.float32)})
    assert found.tolist() == list(range(0, 500, 2))


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft"),
        helper.make_node("Cast", ["x"], ["y"], to=1),
        helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.zeros(3, np.float32))),
        chosen(1),
        chosen(4),
    ],
)
def test_what_an_export_may_hold_passes(node: Any) -> None:
    assert wrong_graph(model(node).SerializeToString()) == ""


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (helper.make_node("Mul", ["x", "w"], ["y"], domain="com.evil"), "the operator 'com.evil.Mul'"),
        (helper.make_node("Run", ["x"], ["y"]), "the operator 'Run'"),
        (helper.make_node("", ["x"], ["y"]), "the operator ''"),
        (helper.make_node("Mul", ["x", "w"], ["y"], domain="com.microsoft"), "'com.microsoft.Mul'"),
        (helper.make_node("RandomNormal", [], ["y"], shape=[3]), "the operator 'RandomNormal'"),
        (helper.make_node("PyOp", ["x"], ["y"], domain="ai.onnx.contrib"), "'ai.onnx.contrib.PyOp'"),
        (helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft"), "'com.microsoft.EPContext'"),
        (helper.make_node("Loop", ["m", "c"], ["y"], body=branch()), "the operator 'Loop'"),
        (helper.make_node("Mul", ["x", "w"], ["y"], body=branch()), "its operator Mul holds a graph"),
        (chosen(1, "Run"), "the operator 'Run'"),
        (chosen(4, "Run"), "the operator 'Run'"),
        (chosen(9), "graphs in graphs, more than 4 deep"),
        (helper.make_node("Mul", ["x", "w"], ["y"], other=helper.make_tensor_type_proto(1, [2])), "a field 14"),
    ],
)
def test_every_other_operator_is_refused_in_nested_graphs_too(node: Any, reason: str) -> None:
    assert reason in wrong_graph(model(node).SerializeToString())


def elsewhere(tensor: Any) -> Any:
    """The tensor, as if its values lay in another file."""
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value="../../../etc/passwd")
    tensor.data_location = TensorProto.EXTERNAL
    return tensor


def outside(tampered: Model) -> None:
    elsewhere(tampered.graph.initializer[0])


def outside_by_location_alone(tampered: Model) -> None:
    tampered.graph.initializer[0].data_location = TensorProto.EXTERNAL


def outside_in_a_constant(tampered: Model) -> None:
    value = elsewhere(numpy_helper.from_array(np.zeros(3, np.float32)))
    tampered.graph.node.append(helper.make_node("Constant", [], ["z"], value=value))


def outside_in_a_branch(tampered: Model) -> None:
    inner = branch()
    inner.initializer.append(elsewhere(numpy_helper.from_array(np.zeros(3, np.float32), "v")))
    tampered.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=inner, else_branch=branch()))


def function(tampered: Model) -> None:
    node = helper.make_node("Mul", ["a", "a"], ["b"])
    own = helper.make_function("com.evil", "Mul", ["a"], ["b"], [node], [helper.make_opsetid("", 17)])
    tampered.functions.append(own)


def sparse(tampered: Model) -> None:
    tampered.graph.sparse_initializer.add()


def training(tampered: Model) -> None:
    tampered.training_info.add()


def texts(tampered: Model) -> None:
    tampered.graph.initializer.append(helper.make_tensor("t", TensorProto.STRING, [1], [b"text"]))


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (outside, "its weights lie in another file"),
        (outside_by_location_alone, "its weights lie in another file"),
        (outside_in_a_constant, "its weights lie in another file"),
        (outside_in_a_branch, "its weights lie in another file"),
        (function, "a field 25 where a graph of an encoder has none"),
        (sparse, "a field 15"),
        (training, "a field 20"),
        (texts, "a field 6"),
    ],
)
def test_what_is_no_arithmetic_on_its_own_tensors_is_refused(tamper: Callable[[Model], None], reason: str) -> None:
    tampered = model()
    tamper(tampered)
    assert reason in wrong_graph(tampered.SerializeToString())


def test_onnxruntimes_own_format_is_refused_though_it_may_be_a_message_too() -> None:
    content = b"\x12\x06aaORTM" + model().SerializeToString()  # a name of a producer, which a later one replaces
    assert onnx.load_from_string(content).graph.node[0].op_type == "Mul"
    assert wrong_graph(content) == "it is a model in onnxruntime's own format"


@pytest.mark.parametrize("content", [b"", b"\x3a\x00\x3a\x00", b"\x0b", b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"])
def test_bytes_that_are_no_model_of_one_graph_are_refused(content: bytes) -> None:
    assert wrong_graph(content)


def test_a_cut_model_is_refused_wherever_it_is_cut() -> None:
    content = model().SerializeToString()
    whole = [size for size in range(len(content)) if not wrong_graph(content[:size])]
    for size in whole:  # what follows are the versions of the operators, fields of their own
        assert len(onnx.load_from_string(content[:size]).graph.node) == 1
    assert len(whole) < 4


def test_the_walk_sees_what_protobuf_sees_of_every_flipped_bit() -> None:
    """Where protobuf still reads a message, and the walk lets it pass, its operators are ours and no file is named."""
    content = model(helper.make_node("Cast", ["x"], ["y"], to=1, name="n")).SerializeToString()
    weights = content.index(np.arange(250, dtype=np.float32).tobytes())
    places = [at for at in range(len(content)) if not weights < at < weights + 1000]
    passed = refused = 0
    for at in places:
        for bit in range(8):
            flipped = bytes([*content[:at], content[at] ^ 1 << bit, *content[at + 1 :]])
            if wrong_graph(flipped):
                refused += 1
                continue
            passed += 1
            try:
                found = onnx.load_from_string(flipped)
            except Exception:  # noqa: BLE001  (protobuf's own: a name that is no UTF-8, say)
                continue
            assert all(node.op_type in OPERATORS.get(node.domain, ()) for node in found.graph.node)
            assert not any(tensor.external_data or tensor.data_location for tensor in found.graph.initializer)
            assert not found.functions
    assert refused > 100
    assert passed > 100


def test_an_encoder_with_another_graph_is_refused_before_onnxruntime_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseen(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(onnxruntime, "InferenceSession", unseen)
    tampered = model()
    outside(tampered)
    identity = (
        '{"model": "m", "sha256": "", "precision": "fp32", "dimensions": 250, "max_tokens": 9, "pooling": "mean", '
        '"query_prompt": "", "document_prompt": "", "recipe": "title abstract", "engine": "onnx", '
        '"document_engine": "onnx"}'
    )
    files = {"encoder.json": identity.encode(), "model.onnx": tampered.SerializeToString(), "tokenizer.json": b"{}"}
    with pytest.raises(EncoderError, match=r"cannot be opened \(model\.onnx: its weights lie in another file\)"):
        OnnxEncoder(files, tmp_path)


def test_a_model_whose_graph_has_an_operator_more_is_told_and_run_by_pytorch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compress(_: Path, target: Path, __: str) -> None:
        onnx.save(model(helper.make_node("Run", ["x"], ["y"])), target)

    monkeypatch.setattr(export, "compress", compress)
    source: Any = None  # an encoder, of which nothing is asked
    with pytest.raises(export.NotExportableError, match="none that an index may hold: it has the operator 'Run'"):
        export._finish(source, tmp_path / "traced.onnx", tmp_path, "fp32")
