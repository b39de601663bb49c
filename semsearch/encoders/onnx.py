"""The encoder that an index carries: onnxruntime and tokenizers, one text a run.

In: texts. Out: unit vectors. A run holds one text, unpadded, on one thread, so that a vector is a function of its text
alone: int8 activations take their ranges over a whole batch, and in other company a text would get another vector.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import EncoderError
from ..threads import worker_count
from .graph_check import wrong_graph
from .identity import DESCRIPTION, ENCODER_FILES, MODEL, TOKENIZER, identity_from_values
from .libraries import libraries
from .protocol import Embeddings

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

    from .protocol import BoolArray, FloatArray

_REBUILD = "build the index again"
_LENGTH_ERROR = 1e-3
_CHARS_A_TOKEN = 64  # more than a token has on average in any text; English has some five


class OnnxEncoder:
    """An exported model as an Encoder."""

    note = ""

    def __init__(self, files: Mapping[str, bytes], folder: Path) -> None:
        """The encoder of the ENCODER_FILES' contents, which lie in folder. EncoderError where they are not whole."""
        self.folder = folder
        self._pool: tuple[int, ThreadPoolExecutor] | None = None
        try:
            self.identity = identity_from_values(json.loads(files[DESCRIPTION]))
            if wrong := wrong_graph(files[MODEL]):
                raise EncoderError(f"{folder}: the encoder cannot be opened ({MODEL}: {wrong})", _REBUILD)
            self._session = _session(files[MODEL])
            self._tokenizer, self._from_the_end = _tokenizer(files[TOKENIZER], self.identity.max_tokens)
        except EncoderError:  # a library is missing, or the graph is none that it may see
            raise
        except Exception as error:  # onnxruntime's and tokenizers' own, which share no base
            raise EncoderError(f"{folder}: the encoder cannot be opened ({error})", _REBUILD) from error

    @classmethod
    def open(cls, folder: Path) -> OnnxEncoder:
        """The encoder in a folder."""
        try:
            files = {name: (folder / name).read_bytes() for name in ENCODER_FILES}
        except OSError as error:
            raise EncoderError(f"{error.filename}: cannot be read ({error.strerror})", _REBUILD) from error
        return cls(files, folder)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder."""
        return self._stack([vector for vector, _ in self._map(self.identity.query_prompt, texts)])

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        found = self._map(self.identity.document_prompt, texts)
        return Embeddings(self._stack([vector for vector, _ in found]), np.array([cut for _, cut in found], dtype=bool))

    def cut(self, texts: Sequence[str]) -> BoolArray:
        """See Encoder."""
        prompt = self.identity.document_prompt
        found = self._tokenizer.encode_batch([self._bounded(prompt + text) for text in texts])
        return np.array([bool(each.overflowing) for each in found], dtype=bool)

    def _bounded(self, text: str) -> str:
        """As much of a text as its tokens can come from; a tokenizer takes 750 MB for a million Chinese characters."""
        limit = self.identity.max_tokens
        if limit is None or len(text) <= limit * _CHARS_A_TOKEN:
            return text
        return text[-limit * _CHARS_A_TOKEN :] if self._from_the_end else text[: limit * _CHARS_A_TOKEN]

    def _stack(self, vectors: list[FloatArray]) -> FloatArray:
        return np.stack(vectors) if vectors else np.zeros((0, self.identity.dimensions), dtype=np.float32)

    def _map(self, prompt: str, texts: Sequence[str]) -> list[tuple[FloatArray, bool]]:
        prompted = [prompt + text for text in texts]
        if len(texts) == 1:
            return [self._encode(prompted[0])]
        return list(self._workers.map(self._encode, prompted))

    @property
    def _workers(self) -> ThreadPoolExecutor:
        """The threads of this very process: a fork has none of its parent's, and would wait for them for ever."""
        if self._pool is None or self._pool[0] != os.getpid():
            self._pool = os.getpid(), ThreadPoolExecutor(worker_count(), thread_name_prefix="semsearch-encoder")
        return self._pool[1]

    def _encode(self, text: str) -> tuple[FloatArray, bool]:
        """One text's vector, (d,) float32, and whether it was cut."""
        encoding = self._tokenizer.encode(self._bounded(text))
        ids = np.array([encoding.ids], dtype=np.int64)
        try:
            (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        except Exception as error:  # onnxruntime's own: an id or a length that the model does not know
            raise EncoderError(f"{self.folder}: the encoder fails on {ids.size} tokens ({error})", _REBUILD) from error
        vector: FloatArray = vectors[0]
        if vector.shape != (self.identity.dimensions,) or not abs(float(vector @ vector) - 1) < _LENGTH_ERROR:
            raise EncoderError(
                f"the model {self.identity.model} gave a vector that is zero or not a number, or of another size"
            )
        return vector, bool(encoding.overflowing)


def session_options() -> onnxruntime.SessionOptions:
    """One thread; the graph as the file has it, since it was optimised when it was exported."""
    with libraries():
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_mem_pattern = False  # every text has another length
    options.enable_cpu_mem_arena = False  # 53 abstracts a second without it, 46 with it (docs/benchmarks.md)
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # whatever its bytes look like
    return options


def _session(graph: bytes) -> onnxruntime.InferenceSession:
    with libraries():
        import onnxruntime

    return onnxruntime.InferenceSession(graph, session_options(), providers=["CPUExecutionProvider"])


def _tokenizer(description: bytes, max_tokens: int | None) -> tuple[Tokenizer, bool]:
    """The tokenizer, which cuts texts at max_tokens, and whether it keeps their end and not their beginning."""
    with libraries():
        from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(description)
    side = (tokenizer.truncation or {}).get("direction", "right")
    tokenizer.no_truncation()
    if max_tokens is not None:
        tokenizer.enable_truncation(max_tokens, direction=side)
    return tokenizer, side == "left"
