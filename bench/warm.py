"""A warm question against the sum of its raw parts, in one process: tokenizers, onnxruntime and FAISS alone.

For each question SearchIndex.search and the raw parts are timed next to each other, in changing order; then its own
parts, to see where the rest goes.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any, TypeVar

import faiss
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from semsearch import SearchIndex
from semsearch.encoders.onnx import session_options
from semsearch.search import _TIES_ALLOWED
from semsearch.store import Generation

from . import results
from .inputs import Inputs

_QUESTIONS = 200
_WARM_UP = 10
_K = 10
T = TypeVar("T")


class _Raw:
    """The libraries that a question needs, with nothing of semsearch around them, on the same files and settings."""

    def __init__(self, generation: Generation) -> None:
        encoder = generation.encoder
        described: dict[str, Any] = json.loads((encoder / "encoder.json").read_text(encoding="utf-8"))
        self.prompt = described["query_prompt"]
        self.tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
        self.tokenizer.enable_truncation(described["max_tokens"])
        self.session = onnxruntime.InferenceSession(str(encoder / "model.onnx"), session_options())
        self.vectors = faiss.read_index(str(generation.vectors), faiss.IO_FLAG_MMAP_IFC)
        self.k = min(_K + _TIES_ALLOWED, self.vectors.ntotal)

    def embed(self, question: str) -> Any:
        """(1, d) float32."""
        ids = np.array([self.tokenizer.encode(self.prompt + question).ids])
        return self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]

    def nearest(self, vector: Any) -> Any:
        """Cosines and rows."""
        return self.vectors.search(vector, self.k)


def run(inputs: Inputs) -> None:
    """Measure, and write results/warm.json."""
    generation = inputs.generation()
    questions = inputs.asked(_QUESTIONS + _WARM_UP)
    raw = _Raw(generation)
    rows = []
    with SearchIndex(inputs.index) as index:
        for number, question in enumerate(questions):
            row = _one(index, raw, question, raw_first=number % 2 == 0)
            row |= _own_parts(index, question)
            rows.append(row)
    rows = rows[_WARM_UP:] or rows
    ratios = [row["search"] / (row["embed"] + row["faiss"]) for row in rows]
    median = {name: round(1000 * statistics.median(row[name] for row in rows), 3) for name in rows[0]}
    parts = median["embed"] + median["faiss"]
    values = {
        "papers": generation.manifest.counts.papers,
        "questions": len(rows),
        "k": _K,
        "search_ms": results.spread([1000 * row["search"] for row in rows], 3) | {"rounds": len(rows)},
        "raw_ms": results.spread([1000 * (row["embed"] + row["faiss"]) for row in rows], 3) | {"rounds": len(rows)},
        "times_raw": results.spread(ratios, 3) | {"rounds": len(rows)},
        "raw_parts_ms": {"tokenizers + onnxruntime": median["embed"], "FAISS": median["faiss"]},
        "own_parts_ms": {name: median[name] for name in _PARTS},
        "over_raw_ms": round(median["search"] - parts, 3),
    }
    print(f"warm question: {median['search']:.2f} ms, raw parts {parts:.2f} ms, {statistics.median(ratios):.2f} times")
    results.save("warm", values)


def _one(index: SearchIndex, raw: _Raw, question: str, *, raw_first: bool) -> dict[str, float]:
    row: dict[str, float] = {}
    for turn in (raw_first, not raw_first):
        if turn:
            vector, row["embed"] = _timed(lambda: raw.embed(question))
            _, row["faiss"] = _timed(lambda: raw.nearest(vector))  # noqa: B023
        else:
            _, row["search"] = _timed(lambda: index.search(question, _K))
    return row


_PARTS = ("encode_queries", "vectors.search", "ids of the rows", "papers and hits")


def _own_parts(index: SearchIndex, question: str) -> dict[str, float]:
    """The steps of SearchIndex.search, one by one."""
    fetched = min(_K + _TIES_ALLOWED, len(index))
    vector, embed = _timed(lambda: index.encoder.encode_queries([question]))
    (cosines, rows), search = _timed(lambda: index._vectors.search(vector, fetched))
    found, order = _timed(lambda: index._ordered(cosines[0], rows[0])[:_K])
    _, papers = _timed(lambda: index._results(found, 0, query=question))
    return dict(zip(_PARTS, (embed, search, order, papers), strict=True))


def _timed(step: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    value = step()
    return value, time.perf_counter() - started
