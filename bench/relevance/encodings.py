"""Other vectors for the papers of a collection: cut later, or made of pieces, by the encoder of its index.

Papers that need no other keep the vector that they have in the index.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import accumulate

import numpy as np
from tokenizers import Tokenizer

from semsearch.encoders.identity import DESCRIPTION, ENCODER_FILES, TOKENIZER
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.paper import Paper
from semsearch.sentences import sentences

from .sets import Collection, FloatArray

MAX_TOKENS = 256
"""What the model was trained with, special tokens among them."""

_SPECIAL = 2


def first_tokens(limit: int) -> Callable[[Collection], FloatArray]:
    """Papers that are longer than MAX_TOKENS embedded up to limit tokens."""

    def embedded(collection: Collection) -> FloatArray:
        long = _long(collection)
        vectors = collection.vectors.copy()
        if len(long):
            texts = [collection.papers[row].text for row in long]
            vectors[long] = _encoder(collection, limit).encode_documents(texts).vectors
        return vectors

    return embedded


def pieces(limit: int) -> Callable[[Collection], FloatArray]:
    """Papers longer than limit tokens as the mean of equally long runs of sentences that fit, the title before each."""

    def embedded(collection: Collection) -> FloatArray:
        vectors, encoder, count = collection.vectors.copy(), _encoder(collection, MAX_TOKENS), _counter(collection)
        for row in _long(collection, limit).tolist():
            texts = list(_pieces(collection.papers[row], count, limit))
            vectors[row] = _unit(encoder.encode_documents(texts).vectors.mean(axis=0))
        return vectors

    return embedded


def with_titles(collection: Collection) -> FloatArray:
    """Three parts of a paper's vector and one of its title's, where it has both title and abstract."""
    vectors = collection.vectors.copy()
    rows = np.array([row for row, paper in enumerate(collection.papers) if paper.title and paper.abstract])
    titles = collection.encoder.encode_documents([collection.papers[row].title for row in rows.tolist()]).vectors
    vectors[rows] = _unit(np.float32(0.75) * vectors[rows] + np.float32(0.25) * titles)
    return vectors


def with_sentences(collection: Collection) -> FloatArray:
    """Half and half: a paper's vector and the mean of its sentences' vectors."""
    own, starts = collection.cached("sentence vectors", lambda: sentence_vectors(collection))
    means = np.add.reduceat(own, starts, axis=0)
    return _unit(collection.vectors + _unit(means))


def sentence_vectors(collection: Collection) -> tuple[FloatArray, FloatArray]:
    """Of every sentence, (s, d), the papers one after another, and where each paper's begin, (n,).

    A paper without an abstract has its title for a sentence.
    """
    texts = [list(_sentences(paper)) or [paper.text] for paper in collection.papers]
    starts = [0, *accumulate(map(len, texts))][:-1]
    return collection.encoder.encode_documents([each for some in texts for each in some]).vectors, np.array(starts)


def _sentences(paper: Paper) -> Iterator[str]:
    return (paper.abstract[start:end] for start, end in sentences(paper.abstract))


def _pieces(paper: Paper, count: Callable[[str], int], limit: int) -> Iterator[str]:
    parts = list(_sentences(paper))
    lengths = [count(part) for part in parts]
    wanted = -(-(sum(lengths) + count(paper.title)) // (limit - _SPECIAL))
    runs: dict[int, list[str]] = {}
    for part, length, end in zip(parts, lengths, accumulate(lengths), strict=True):
        runs.setdefault(min(wanted - 1, int((end - length / 2) * wanted / sum(lengths))), []).append(part)
    yield from (f"{paper.title} {' '.join(run)}" for run in runs.values())


def _long(collection: Collection, limit: int = MAX_TOKENS) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    count = _counter(collection)
    lengths = np.array([count(paper.text) for paper in collection.papers])
    return np.flatnonzero((lengths > limit - _SPECIAL) & np.array([bool(each.abstract) for each in collection.papers]))


def _counter(collection: Collection) -> Callable[[str], int]:
    tokenizer = Tokenizer.from_buffer(_files(collection)[TOKENIZER])
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _files(collection: Collection) -> dict[str, bytes]:
    return {name: (collection.encoder_folder / name).read_bytes() for name in ENCODER_FILES}


def _encoder(collection: Collection, max_tokens: int) -> OnnxEncoder:
    """The encoder of the index with another limit."""
    files = _files(collection)
    files[DESCRIPTION] = json.dumps({**json.loads(files[DESCRIPTION]), "max_tokens": max_tokens}).encode()
    return OnnxEncoder(files, collection.encoder_folder)


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)  # type: ignore[no-any-return]


ENCODINGS: dict[str, Callable[[Collection], FloatArray]] = {
    "256": first_tokens(MAX_TOKENS),
    "384": first_tokens(384),
    "512": first_tokens(512),
    "pieces": pieces(MAX_TOKENS),
    "pieces of 192": pieces(192),
    "pieces of 128": pieces(128),
    "titles": with_titles,
    "sentences": with_sentences,
}
"""Name to (n, d) vectors of unit length."""
