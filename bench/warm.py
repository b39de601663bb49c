"""A warm question against the sum of its raw parts, in one process: tokenizers, onnxruntime, FAISS and tantivy alone.

For each question SearchIndex.search and the raw parts are timed next to each other, in changing order; then its own
parts, to see where the rest goes.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import faiss
import numpy as np
import onnxruntime
import tantivy
from tokenizers import Tokenizer

from semsearch import SearchIndex
from semsearch.encoders.onnx import session_options
from semsearch.fusion import LEXICAL_CANDIDATES, depth_for
from semsearch.retrieval import _MORE_HITS
from semsearch.store import Generation
from semsearch.words import analyser, units

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
        self.k = min(depth_for(_K), self.vectors.ntotal)
        self.keywords = self._opened(generation)

    @staticmethod
    def _opened(generation: Generation) -> tantivy.Index:
        with tempfile.TemporaryDirectory() as folder:
            for name in generation.lexical_files:
                shutil.copy(generation.lexical / name, Path(folder) / name)
            index = tantivy.Index.open(folder)
            index.register_tokenizer("english", analyser())
            index.config_reader("manual")
            index.searcher()
            return index

    def embed(self, question: str) -> Any:
        """(1, d) float32."""
        ids = np.array([self.tokenizer.encode(self.prompt + question).ids])
        return self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]

    def nearest(self, vector: Any) -> Any:
        """Cosines and rows."""
        return self.vectors.search(vector, self.k)

    def matching(self, terms: list[str]) -> Any:
        """Hits and their rows, for terms that are there already."""
        each = [tantivy.Query.term_query(self.keywords.schema, "text", term, "freq") for term in terms]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])
        searcher = self.keywords.searcher()
        hits = searcher.search(query, LEXICAL_CANDIDATES + _MORE_HITS, count=False).hits
        return searcher.fast_field_values("row", [address for _, address in hits])


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
    sums = [row["embed"] + row["faiss"] + row["tantivy"] for row in rows]
    ratios = [row["search"] / raw for row, raw in zip(rows, sums, strict=True)]
    median = {name: round(1000 * statistics.median(row[name] for row in rows), 3) for name in rows[0]}
    parts = median["embed"] + median["faiss"] + median["tantivy"]
    values = {
        "papers": generation.manifest.counts.papers,
        "questions": len(rows),
        "k": _K,
        "search_ms": results.spread([1000 * row["search"] for row in rows], 3) | {"rounds": len(rows)},
        "raw_ms": results.spread([1000 * each for each in sums], 3) | {"rounds": len(rows)},
        "times_raw": results.spread(ratios, 3) | {"rounds": len(rows)},
        "raw_parts_ms": {
            "tokenizers + onnxruntime": median["embed"],
            "FAISS": median["faiss"],
            "tantivy": median["tantivy"],
        },
        "own_parts_ms": {name: median[name] for name in _PARTS},
        "over_raw_ms": round(median["search"] - parts, 3),
    }
    print(f"warm question: {median['search']:.2f} ms, raw parts {parts:.2f} ms, {statistics.median(ratios):.2f} times")
    results.save("warm", values)


def _one(index: SearchIndex, raw: _Raw, question: str, *, raw_first: bool) -> dict[str, float]:
    row: dict[str, float] = {}
    terms = [term for unit in units(question) for term in unit.terms]
    for turn in (raw_first, not raw_first):
        if turn:
            vector, row["embed"] = _timed(lambda: raw.embed(question))
            _, row["faiss"] = _timed(lambda: raw.nearest(vector))  # noqa: B023
            _, row["tantivy"] = _timed(lambda: raw.matching(terms))
        else:
            _, row["search"] = _timed(lambda: index.search(question, _K))
    return row


_PARTS = ("encode_queries", "candidates of both sides, fused", "papers and hits")


def _own_parts(index: SearchIndex, question: str) -> dict[str, float]:
    """The steps of SearchIndex.search, one by one."""
    asked = units(question)
    vector, embed = _timed(lambda: index.encoder.encode_queries([question]))
    found, retrieve = _timed(lambda: index._open().retriever("hybrid", vector, [asked], _K)[0])
    _, papers = _timed(lambda: index._open().results(found, 0, "hybrid", None, asked, query=question))
    return dict(zip(_PARTS, (embed, retrieve, papers), strict=True))


def _timed(step: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    value = step()
    return value, time.perf_counter() - started
