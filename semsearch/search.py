"""The online half: an index opened read-only answers questions, finds similar papers, and ranks for many questions."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from .encoders import Encoder, encoder_of
from .encoders.identity import ENCODER_FILES
from .errors import EncoderError, QueryError, StoreError
from .paper import Paper
from .questions import Question
from .results import Hit, IndexSummary, RankedPaper, Ranking, Results
from .store import Generation, Manifest, PaperTable, open_parts
from .text import clean
from .vectors import VECTORS_TYPE, Vectors

FloatArray = npt.NDArray[np.float32]
RowArray = npt.NDArray[np.int64]

QUESTION_CHARS = 100_000
"""How much of a question or a pasted text is read; every encoder stops long before."""

_BATCH_CELLS = 1 << 20  # questions x papers ranked at once: 12 MiB of scores and rows
_BATCH_QUESTIONS = 256
_TIES_ALLOWED = 16


class SearchIndex:
    """An open index. It keeps answering from the generation that it opened; safe to share between threads."""

    def __init__(self, path: str | os.PathLike[str] = "index", *, encoder: Encoder | None = None) -> None:
        """Open the index at path. encoder: used instead of loading the one that the index names; it has to be that one.

        Raises StoreError where there is no index, or one that is damaged. The encoder is loaded by the first question.
        """
        self.path = Path(path)
        self._given = encoder
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._generation, parts = open_parts(self.path, _open)
        self._papers, self._vectors, self._encoder_files = parts
        self._close = weakref.finalize(self, _close, self._papers, self._encoder_files)

    @property
    def manifest(self) -> Manifest:
        """What is in the index and how it was made."""
        return self._generation.manifest

    @property
    def generation(self) -> Generation:
        """The generation that answers."""
        return self._generation

    def __len__(self) -> int:
        return self._papers.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._close()

    @property
    def encoder(self) -> Encoder:
        """The encoder that made the vectors, loaded once. EncoderError if it is not whole, or not that one."""
        with self._loading:  # the first questions of two threads may come at once
            if self._encoder is None:
                self._encoder = self._load_encoder()
            return self._encoder

    def _load_encoder(self) -> Encoder:
        identity = self.manifest.encoder
        if self._given is None:
            files = {name: file.read() for name, file in self._encoder_files.items()}
            return encoder_of(identity, files, self._generation.encoder)
        if not self._given.identity.same_vectors(identity):
            differing = self._given.identity.differences(identity)
            raise EncoderError(f"the encoder given has {differing}, as the index was built")
        return self._given

    def paper(self, name: str) -> Paper:
        """The paper of that id, DOI, arXiv id, exact title, or beginning of an id. QueryError where there is none."""
        return self._papers.get([self._papers.row_of(name)])[0]

    def search(self, question: str, k: int = 10, *, offset: int = 0) -> Results:
        """The k papers nearest to a question in plain language, after leaving out the best offset of them.

        A k larger than the corpus returns all of it. Ties are broken by id. Raises QueryError for an empty question, a
        k below 1 or an offset below 0.
        """
        text = _question_text(question, "question")
        _check(k, offset)
        found = self._nearest(self.encoder.encode_queries([text]), offset + k)[0]
        return self._results(found[offset:], offset, query=text)

    def similar(
        self, papers: str | Sequence[str] = (), k: int = 10, *, text: str | None = None, offset: int = 0
    ) -> Results:
        """The k papers most like some papers (named as in `paper`) or a text such as an abstract, or all of them.

        similarity is the cosine with the mean of their unit vectors; papers that were named are not among the hits.
        """
        _check(k, offset)
        named = [papers] if isinstance(papers, str) else list(papers)
        rows = list(dict.fromkeys(self._papers.row_of(name) for name in named))
        parts = [self._vectors.rows(np.array(rows, dtype=np.int64))] if rows else []
        if text is not None:
            parts.append(self.encoder.encode_documents([_question_text(text, "text")]).vectors)
        if not parts:
            raise QueryError("nothing to be similar to, expected ids of papers or a text")
        mean = np.concatenate(parts).mean(axis=0, keepdims=True)
        length = float(np.linalg.norm(mean))
        if length < 1e-6:
            raise QueryError("the papers cancel out: the mean of their vectors is zero", "name fewer of them")
        found = self._nearest(mean / np.float32(length), offset + k + len(rows))[0]
        others = [(row, id, score) for row, id, score in found if row not in rows][: offset + k]
        return self._results(others[offset:], offset, like=tuple(self._papers.ids(rows)))

    def rank(self, questions: Iterable[str | Question], k: int = 100) -> Iterator[Ranking]:
        """The k nearest papers for each of many questions, in order, encoded and searched in batches.

        questions: texts (their ids become 1, 2, ...) or Questions. Memory stays bounded, whatever their number.
        """
        _check(k, 0)
        if isinstance(questions, str):
            raise QueryError("one text, expected a list of questions", "use `search` for one question")
        return self._rank(enumerate(questions, start=1), k)

    def _rank(self, numbered: Iterator[tuple[int, str | Question]], k: int) -> Iterator[Ranking]:
        batch = max(1, min(_BATCH_QUESTIONS, _BATCH_CELLS // max(1, min(k, len(self)))))
        while some := [
            each if isinstance(each, Question) else Question(str(number), each)
            for number, each in islice(numbered, batch)
        ]:
            texts = [_question_text(question.text, f"question {question.id}") for question in some]
            nearest = self._nearest(self.encoder.encode_queries(texts), k)
            for question, found in zip(some, nearest, strict=True):
                ranked = (RankedPaper(id, rank, score, score) for rank, (_, id, score) in enumerate(found, start=1))
                yield Ranking(question.id, question.text, tuple(ranked))

    def _nearest(self, queries: FloatArray, depth: int) -> list[list[tuple[int, str, float]]]:
        """For each query the best depth papers as (row, id, cosine), ordered by cosine, then id."""
        depth = min(depth, len(self))
        fetched = min(depth + _TIES_ALLOWED, len(self))
        cosines, rows = self._vectors.search(queries, fetched)
        nearest = []
        for position in range(len(queries)):
            best, at = _bounded(cosines[position]), rows[position]
            wanted = fetched
            while wanted < len(self) and best[depth - 1] == best[-1]:  # what ties with the last may not be here yet
                wanted = min(wanted * 4, len(self))
                all_cosines, all_rows = self._vectors.search(queries[position : position + 1], wanted)
                best, at = _bounded(all_cosines[0]), all_rows[0]
            nearest.append(self._ordered(best, at)[:depth])
        return nearest

    def _ordered(self, cosines: FloatArray, rows: RowArray) -> list[tuple[int, str, float]]:
        ids = self._papers.ids(rows.tolist())
        found = zip(rows.tolist(), ids, cosines.tolist(), strict=True)
        return sorted(found, key=lambda hit: (-hit[2], hit[1]))

    def _results(
        self,
        found: Sequence[tuple[int, str, float]],
        offset: int,
        *,
        query: str | None = None,
        like: tuple[str, ...] = (),
    ) -> Results:
        papers = self._papers.get([row for row, _, _ in found])
        hits = (
            Hit(rank, paper, score=cosine, similarity=cosine)
            for rank, (paper, (_, _, cosine)) in enumerate(zip(papers, found, strict=True), start=offset + 1)
        )
        summary = IndexSummary(str(self.path), self._generation.name, len(self), self.manifest.encoder.model)
        return Results(query, like, "dense", summary, tuple(hits))


def open_index(path: str | os.PathLike[str] = "index") -> SearchIndex:
    """Open the index at path for asking; see SearchIndex."""
    return SearchIndex(path)


def _open(generation: Generation) -> tuple[PaperTable, Vectors, dict[str, BinaryIO]]:
    """Every handle at once, the encoder's files too, although they are read only for the first question."""
    manifest = generation.manifest
    plan = (manifest.vectors.kind, manifest.vectors.type)
    if plan != ("exact", VECTORS_TYPE):
        raise StoreError(
            f"{generation.folder}: vectors of the plan {' '.join(plan)}, this semsearch searches exact {VECTORS_TYPE}",
            "build the index again, or pip install --upgrade semsearch",
        )
    vectors = Vectors(generation.vectors, manifest.vectors.count, manifest.vectors.dimensions)
    papers = PaperTable(generation.papers, manifest.counts.papers)
    carried = ENCODER_FILES if manifest.encoder.engine == "onnx" else ()
    return papers, vectors, {name: (generation.encoder / name).open("rb") for name in carried}


def _close(papers: PaperTable, encoder_files: dict[str, BinaryIO]) -> None:
    papers.close()
    for file in encoder_files.values():
        file.close()


def _bounded(cosines: FloatArray) -> FloatArray:
    """Cosines within [-1, 1]: 16-bit vectors are longer than one by as much as 0.0001."""
    return np.clip(cosines, -1.0, 1.0)


def _question_text(text: str, what: str) -> str:
    cleaned = clean(text[:QUESTION_CHARS])
    if not cleaned:
        raise QueryError(f"the {what} is empty, expected some words")
    return cleaned


def _check(k: int, offset: int) -> None:
    if k < 1:
        raise QueryError(f"k is {k}, expected at least 1")
    if offset < 0:
        raise QueryError(f"the offset is {offset}, expected 0 or more")
