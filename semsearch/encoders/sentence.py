"""The encoder that runs a model through sentence-transformers and PyTorch, on CUDA where there is one."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import logging
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EncoderError
from .identity import EncoderIdentity
from .libraries import libraries
from .models import ModelFolder
from .protocol import Embeddings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from .protocol import FloatArray

TRUST = "SEMSEARCH_TRUST_REMOTE_CODE"
"""The environment variable that is 1 where code that comes with a model may be run."""

_BATCH_TEXTS = 32
_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 20  # malloc.h
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


class SentenceEncoder:
    """A sentence-transformers model as an Encoder. Importing torch and loading take some five seconds."""

    folder = None

    def __init__(self, folder: ModelFolder, *, eager: bool = False, note: str = "") -> None:
        """Load the model. eager: with attention in plain operations, as an export to ONNX traces it best.

        note: why it is run this way.
        """
        self.note = note
        with _quiet():
            self.model = _load(folder, {"attn_implementation": "eager"} if eager else {})
        prompts = {name: prompt for name, prompt in self.model.prompts.items() if prompt}
        usual = prompts.get(self.model.default_prompt_name or "", "")
        document = next((prompts[name] for name in _DOCUMENT_PROMPTS if name in prompts), usual)
        self.identity = EncoderIdentity(
            model=folder.name,
            sha256=folder.sha256,
            precision="fp32",
            dimensions=int(self.model.get_embedding_dimension() or 0),
            max_tokens=_limit(self.model),
            pooling=_pooling(self.model),
            query_prompt=prompts.get("query", usual),
            document_prompt=document,
        )

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder."""
        with _room_on_the_gpu():
            vectors = self.model.encode_query(
                list(texts), prompt=self.identity.query_prompt, batch_size=_BATCH_TEXTS, show_progress_bar=False
            )
        return _unit(vectors, self.identity)

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        prompt = self.identity.document_prompt
        with _room_on_the_gpu():
            vectors = self.model.encode_document(
                list(texts), prompt=prompt, batch_size=_BATCH_TEXTS, show_progress_bar=False
            )
        return Embeddings(_unit(vectors, self.identity), self.cut(texts))

    def cut(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """See Encoder."""
        limit = self.identity.max_tokens
        texts = [self.identity.document_prompt + text for text in texts]
        cut = np.zeros(len(texts), dtype=bool)
        if limit is None:
            return cut
        long = [
            position for position, text in enumerate(texts) if len(text.encode()) > limit - 2
        ]  # a token has a byte or more
        if long:
            ids = self.model.tokenizer([texts[position] for position in long], truncation=False, verbose=False)
            cut[long] = [len(tokens) > limit for tokens in ids["input_ids"]]
        return cut


def _load(folder: ModelFolder, settings: dict[str, Any]) -> SentenceTransformer:
    with libraries():
        from sentence_transformers import SentenceTransformer

    _give_large_buffers_back()
    trusted = os.environ.get(TRUST) == "1"
    if not trusted and _has_own_modules(folder.path):
        raise _brings_code(folder)
    try:
        with _room_on_the_gpu():
            return SentenceTransformer(
                str(folder.path), local_files_only=True, trust_remote_code=trusted, model_kwargs=settings
            )
    except EncoderError:
        raise
    except Exception as error:  # whatever a folder of unknown content makes torch and transformers raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if not trusted and "trust_remote_code" in str(error) and any(folder.path.rglob("*.py")):
            raise _brings_code(folder) from error
        raise EncoderError(f"{folder.path}: cannot be loaded by sentence-transformers ({reason[:200]})") from error


def _has_own_modules(path: Path) -> bool:
    """Whether a module of the model is none of sentence-transformers: early versions of it run code from a local folder
    unasked, and an index may name any folder."""
    try:
        described = json.loads((path / "modules.json").read_text(encoding="utf-8"))
        own = [str(each["type"]) for each in described if not str(each["type"]).startswith("sentence_transformers.")]
        code_here = bool(own) and any(path.rglob("*.py"))
        return code_here or any(importlib.util.find_spec(name.partition(".")[0]) is not None for name in own)
    except (OSError, ValueError, TypeError, KeyError):  # none, or one that sentence-transformers will not read either
        return False


def _brings_code(folder: ModelFolder) -> EncoderError:
    return EncoderError(
        f"{folder.path}: the model brings Python code of its own, which would be run",
        f"read that code, and if you trust it: {TRUST}=1 semsearch ..., for builds and questions alike",
    )


@contextmanager
def _room_on_the_gpu() -> Iterator[None]:
    """Raises EncoderError, with a hint, where the GPU's memory does not hold the model or a batch."""
    with libraries():
        import torch
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise EncoderError(
            f"the GPU's memory is full ({reason[:200]})",
            "end what else uses the GPU, or do without it: CUDA_VISIBLE_DEVICES= semsearch ...",
        ) from error


def _give_large_buffers_back() -> None:
    """Keep glibc from raising its threshold for mapped blocks, as it does when large ones are freed.

    torch's padded batches come in ever other sizes and would fragment the heap: over 20,000 abstracts the resident set
    grew by 160 MB. Mapped, they go back to the system, and it stays as it is (bench/results/build_memory.json).
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bars and remarks of transformers while it loads."""
    with libraries():
        from transformers.utils import logging as transformers_logging

    bars, level = transformers_logging.is_progress_bar_enabled(), transformers_logging.get_verbosity()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _limit(model: SentenceTransformer) -> int | None:
    """The most tokens that model reads of a text, None where there is no limit; static embeddings say infinity."""
    limit = model.max_seq_length
    return int(limit) if limit is not None and math.isfinite(limit) else None


def _pooling(model: SentenceTransformer) -> str:
    modes = [str(module.pooling_mode) for module in model if hasattr(module, "pooling_mode")]
    return "+".join(modes) or "none"


def _unit(vectors: Any, identity: EncoderIdentity) -> FloatArray:
    """The model's vectors as (n, d) float32 of unit length."""
    rows = np.asarray(vectors, dtype=np.float32).reshape(-1, identity.dimensions)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.all(np.isfinite(norms)) or not np.all(norms > 0):
        raise EncoderError(f"the model {identity.model} gave a vector that is zero or not a number")
    unit: FloatArray = rows / norms
    return unit
