"""What an ONNX graph may hold, looked at before onnxruntime does: arithmetic on tensors, and all of them in the file.

In: the bytes of a model. Out: why it is refused. The format is protobuf; its few messages are walked here, and what is
long in them, the weights, is skipped by its length: 2 ms for the default model, where importing `onnx` takes 200.
"""

from __future__ import annotations

from collections.abc import Iterator

_ORT_MARK = b"ORTM"  # bytes 4 to 8 of a model in onnxruntime's own format, which it would take as such

# https://github.com/onnx/onnx/blob/main/onnx/onnx.proto: the numbers of the fields that a graph of ours may have.
_MODEL, _GRAPH_OF_MODEL = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 14)), 7  # not 20 (training) or 25 (functions)
_GRAPH, _NODE_OF_GRAPH, _TENSOR_OF_GRAPH = frozenset((1, 2, 5, 10, 11, 12, 13, 16)), 1, 5  # not 15 (sparse tensors)
_NODE, _OP, _ATTRIBUTE, _DOMAIN = frozenset((1, 2, 3, 4, 5, 6, 7, 9)), 4, 5, 7
_ATTRIBUTES, _TENSOR, _SUBGRAPH = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 20)), 5, 6  # not 21 (of a function)
_TENSORS, _ELSEWHERE, _LOCATION = frozenset((1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14)), 13, 14  # not 6 (texts)
_DEPTH = 4

_ARITHMETIC = (
    "Abs Add And ArgMax ArgMin Cast Ceil Clip Concat Constant ConstantOfShape Conv Cos CumSum DequantizeLinear Div "
    "DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm "
    "Greater GreaterOrEqual HardSigmoid HardSwish Identity If IsInf IsNaN LayerNormalization LeakyRelu Less "
    "LessOrEqual Log LogSoftmax MatMul MatMulInteger Max Mean Min Mish Mod Mul Neg NonZero Not OneHot Or Pad Pow "
    "QLinearMatMul QuantizeLinear Range Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin "
    "ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round ScatterElements ScatterND Shape Sigmoid Sign "
    "SimplifiedLayerNormalization Sin Size Slice Softmax Softplus Softsign Split Sqrt Squeeze Sub Sum Tanh Tile TopK "
    "Transpose Trilu Unsqueeze Where Xor"
)
_FUSED = (
    "Attention BiasGelu BiasSoftmax DynamicQuantizeMatMul EmbedLayerNormalization FastGelu FusedConv FusedGemm "
    "FusedMatMul Gelu MatMulIntegerToFloat QAttention QuickGelu SkipLayerNormalization "
    "SkipSimplifiedLayerNormalization"
)
OPERATORS = {
    "": frozenset(_ARITHMETIC.split()),
    "ai.onnx": frozenset(_ARITHMETIC.split()),
    "com.microsoft": frozenset(_FUSED.split()),
}
"""By domain those that a text encoder may need: ONNX's own, without loops, chance, texts or images, and what
onnxruntime makes of several of them."""


class _RefusedError(Exception):
    """Why a graph is refused, in a phrase."""


def wrong_graph(content: bytes) -> str:
    """Why onnxruntime may not see these bytes; empty where it may.

    What is left to it is whether they are a graph that makes sense: shapes, types, and names of tensors.
    """
    if content[4:8] == _ORT_MARK:
        return "it is a model in onnxruntime's own format"
    try:
        graphs = [span for number, span in _fields(content, (0, len(content)), _MODEL) if number == _GRAPH_OF_MODEL]
        if len(graphs) != 1:
            return f"expected a model with one graph, got {len(graphs)}"
        _check_graph(content, graphs[0], 0)
    except _RefusedError as refused:
        return str(refused)
    except IndexError:
        return "it ends in the midst of a field"
    return ""


Span = tuple[int, int]


def _fields(data: bytes, span: Span, known: frozenset[int]) -> Iterator[tuple[int, Span]]:
    """The number and the place of each field that has a length, for others the place of their value."""
    at, end = span
    while at < end:
        tag = data[at]
        at += 1
        if tag > 0x7F:  # of the fields 16 to 31, in the one way that a tag of theirs is written
            if data[at] != 1:
                raise _RefusedError("it has a field that ONNX does not know")
            at += 1
        number, kind = tag >> 3, tag & 7
        if number not in known:
            raise _RefusedError(f"it has a field {number} where a graph of an encoder has none")
        start = at
        if kind == 2:
            length = data[at]
            at += 1
            if length > 0x7F:
                length, at = _number(data, at - 1)
            start = at
            at += length
        elif kind == 0:
            at = _number(data, at)[1]
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise _RefusedError("it is no protobuf message")
        if at > end:
            raise _RefusedError("it ends in the midst of a field")
        yield number, (start, at)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place, seven bits a byte, and where it ends."""
    value = shift = 0
    while shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _RefusedError("it has a number of more than ten bytes")


def _check_graph(data: bytes, span: Span, depth: int) -> None:
    if depth > _DEPTH:
        raise _RefusedError(f"it has graphs in graphs, more than {_DEPTH} deep")
    for number, part in _fields(data, span, _GRAPH):
        if number == _NODE_OF_GRAPH:
            _check_node(data, part, depth)
        elif number == _TENSOR_OF_GRAPH:
            _check_tensor(data, part)


def _check_node(data: bytes, span: Span, depth: int) -> None:
    operators, domains, subgraphs = [], [], []
    for number, part in _fields(data, span, _NODE):
        if number == _OP:
            operators.append(data[part[0] : part[1]].decode("utf-8", "replace"))
        elif number == _DOMAIN:
            domains.append(data[part[0] : part[1]].decode("utf-8", "replace"))
        elif number == _ATTRIBUTE:
            subgraphs += _subgraphs(data, part)
    operator, domain = "".join(operators), "".join(domains)
    if len(operators) != 1 or len(domains) > 1 or operator not in OPERATORS.get(domain, ()):
        name = f"{domain}.{operator}" if domain else operator
        raise _RefusedError(f"it has the operator {name[:80]!r}, which no encoder of ours has")
    if subgraphs and operator != "If":
        raise _RefusedError(f"its operator {operator} holds a graph")
    for each in subgraphs:
        _check_graph(data, each, depth + 1)


def _subgraphs(data: bytes, span: Span) -> list[Span]:
    """The graphs in an attribute, whose tensors are checked here."""
    found = []
    for number, part in _fields(data, span, _ATTRIBUTES):
        if number == _TENSOR:
            _check_tensor(data, part)
        elif number == _SUBGRAPH:
            found.append(part)
    return found


def _check_tensor(data: bytes, span: Span) -> None:
    for number, (start, end) in _fields(data, span, _TENSORS):
        if number == _ELSEWHERE or (number == _LOCATION and data[start:end] != b"\0"):
            raise _RefusedError("its weights lie in another file")
