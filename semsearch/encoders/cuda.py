"""On a machine with CUDA: questions by the encoder that travels with the index, documents by PyTorch in 16 bits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import EncoderError
from .libraries import libraries

if TYPE_CHECKING:
    from .onnx import OnnxEncoder
    from .protocol import BoolArray, Embeddings, FloatArray
    from .sentence import SentenceEncoder

_DEVICES = ("/dev/nvidiactl", "/dev/dxg")  # of the driver on Linux, and under WSL2
_COMPARED_TEXTS = 32
_LEAST_COSINE = 0.99


def has_cuda() -> bool:
    """Whether PyTorch can use a GPU by CUDA; without a driver's device, PyTorch is not even imported to ask."""
    if sys.platform != "win32" and not any(Path(device).exists() for device in _DEVICES):
        return False
    with libraries():
        import torch

    return bool(torch.cuda.is_available())


class CudaEncoder:
    """Two engines as one Encoder. Equal bits are not promised; that the two agree is checked on the first documents."""

    note = ""

    def __init__(self, carried: OnnxEncoder, source: SentenceEncoder) -> None:
        """carried: what the index will be asked with. source: the same model in PyTorch; it is cast to 16 bits here."""
        self.folder = carried.folder
        self.identity = replace(carried.identity, document_engine="torch-cuda-half")
        self._carried, self._source = carried, source
        self._source.model.half()
        self._compared = False

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder."""
        return self._carried.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder. Raises EncoderError if the engines disagree on the first texts (mean cosine below 0.99)."""
        made = self._source.encode_documents(texts)
        if not self._compared:
            self._compare(texts[:_COMPARED_TEXTS], made.vectors[:_COMPARED_TEXTS])
            self._compared = True
        return made

    def cut(self, texts: Sequence[str]) -> BoolArray:
        """See Encoder."""
        return self._carried.cut(texts)

    def _compare(self, texts: Sequence[str], vectors: FloatArray) -> None:
        cosine = float(np.mean(np.sum(vectors * self._carried.encode_documents(texts).vectors, axis=1)))
        if not cosine >= _LEAST_COSINE:
            raise EncoderError(
                f"{self.identity.model}: PyTorch on CUDA and the ONNX form in {self.identity.precision} disagree on "
                f"{len(texts)} texts (mean cosine {cosine:.4f}, expected {_LEAST_COSINE} or more)",
                "build with --precision fp32, or without the GPU: CUDA_VISIBLE_DEVICES= semsearch build ...",
            )
