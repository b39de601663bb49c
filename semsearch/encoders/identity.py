"""What makes two vectors comparable: the identity of the encoder that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from ..paper import TEXT_RECIPE

Precision = Literal["int8", "fp32"]
"""Of the weights: int8, quantised dynamically, matrix products only, a scale a channel; or 32-bit floats."""

Engine = Literal["onnx", "torch"]
"""What runs the model: onnxruntime, from files in the index, or sentence-transformers, from the model's own folder."""

DocumentEngine = Literal["onnx", "torch", "torch-cuda-half"]
"""What made the vectors of the papers: the same engine, or PyTorch in 16 bits on CUDA."""

MODEL, TOKENIZER, DESCRIPTION = "model.onnx", "tokenizer.json", "encoder.json"
ENCODER_FILES = (DESCRIPTION, MODEL, TOKENIZER)
"""The files of an encoder that travels in an index: the identity, the graph, and the tokenizer."""


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Everything that a vector depends on beside its text. Vectors of two identities never meet in one index.

    model: the name or folder it was asked for by. sha256: of the model's files (see models.py). precision: of the
    weights and activations. max_tokens: longer texts are cut; None, never. The prompts stand before a question and
    before a document. recipe: how a paper's title and abstract become one text. engine: what runs the model,
    document_engine: what ran it for the papers, which a GPU may do and a CPU may go on with. export: the edition of
    our export to ONNX, which vectors depend on in their last bits; 0 for PyTorch.
    """

    model: str
    sha256: str
    precision: Precision
    dimensions: int
    max_tokens: int | None
    pooling: str
    query_prompt: str = ""
    document_prompt: str = ""
    recipe: str = TEXT_RECIPE
    engine: Engine = "torch"
    document_engine: DocumentEngine = "torch"
    export: int = 0

    def same_vectors(self, other: EncoderIdentity) -> bool:
        """Whether vectors of the two may meet: all is equal but the model's name and the engine of the documents."""
        return replace(self, model="", document_engine="torch") == replace(other, model="", document_engine="torch")

    def differences(self, other: EncoderIdentity) -> str:
        """What differs, such as `pooling 'mean' and not 'cls'`; of what is no matter for the vectors, nothing."""
        matter = (each.name for each in fields(self) if each.name not in ("model", "document_engine"))
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in matter)
        return ", ".join(f"{name} {mine!r} and not {theirs!r}" for name, mine, theirs in pairs if mine != theirs)


def least_cosines(identity: EncoderIdentity) -> tuple[float, float]:
    """How near to its stored vector a text has to be when it is encoded again: each of a sample, and their mean.

    On one machine the same engine gives the same bits, and 16-bit floats cost 1e-6. Another processor adds in another
    order, which 32 bits hardly show; to 8 bits it may matter, as instructions differ in where they saturate. What a GPU
    encoded in 16 bits is compared with what questions are encoded by, as the build did: 8 bits apart at worst.
    """
    if identity.document_engine == "torch-cuda-half":
        return (0.95, 0.985) if identity.precision == "int8" else (0.998, 0.999)
    return (0.99, 0.995) if identity.precision == "int8" else (0.9999, 0.9999)


def identity_from_values(values: Mapping[str, Any]) -> EncoderIdentity:
    """The identity with these fields. Raises KeyError for a missing one, TypeError for one of another kind."""
    values = {"export": 0, **values}  # format 2 did not tell it
    known = {each.name: values[each.name] for each in fields(EncoderIdentity)}
    for name, value in known.items():
        whole = (isinstance(value, int) and not isinstance(value, bool)) or (name == "max_tokens" and value is None)
        if not (whole if name in ("dimensions", "max_tokens", "export") else isinstance(value, str)):
            raise TypeError(f"{name} is {value!r}")
    return EncoderIdentity(**known)
