"""The online half: an index opened read-only answers questions, finds similar papers, and ranks for many questions."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from .encoders import Encoder, encoder_of
from .encoders.identity import ENCODER_FILES
from .errors import EncoderError, QueryError, StoreError
from .filters import Allowed, Filter, allowed_rows
from .fusion import depth_for
from .lexical import Lexical
from .paper import Paper
from .questions import Question
from .results import Hit, IndexSummary, RankedPaper, Ranking, Results
from .retrieval import MODES, Found, Mode, Retriever
from .store import Generation, Manifest, PaperTable, open_parts
from .text import clean
from .vectors import VECTORS_TYPE, FloatArray, Vectors
from .why import best_sentences
from .words import ANALYSER, Unit, units

QUESTION_CHARS = 100_000
"""How much of a question or a pasted text is read; every encoder stops long before."""

_BATCH_CELLS = 1 << 20  # questions x papers ranked at once: 12 MiB of scores and rows
_BATCH_QUESTIONS = 256
_APART = 1e-6


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
        self._filtered: tuple[Filter | None, Allowed | None] = (None, None)
        self._generation, parts = open_parts(self.path, _open)
        self._papers, self._vectors, lexical, self._encoder_files = parts
        self._retriever = Retriever(self._vectors, lexical, self._papers)
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

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        offset: int = 0,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
        why: bool = False,
    ) -> Results:
        """The k papers that answer a question in plain language best, after leaving out the best offset of them.

        mode: what they are found by, keywords and meaning (`hybrid`), meaning (`dense`) or keywords (`lexical`, which
        finds only what matches). filter: which papers may be found. why: tell the sentence of each abstract that
        answers best, which takes longer than the search. A k larger than their number returns all of them.
        Ties are broken by id; a paper whose exact title, id, DOI or arXiv id the question is comes first. Raises
        QueryError for an empty question, a k below 1 or an offset below 0.
        """
        text = _question_text(question, "question")
        _check(k, offset, mode)
        allowed = self._allowed(filter)
        found = self._answers([text], offset + k, mode, allowed)[0]
        answer = self._results(found[offset:], offset, mode, allowed, units(text), query=text)
        return self._explained(answer, self.encoder.encode_queries([text])[0]) if why else answer

    def similar(
        self,
        papers: str | Sequence[str] = (),
        k: int = 10,
        *,
        text: str | None = None,
        offset: int = 0,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
        why: bool = False,
    ) -> Results:
        """The k papers most like some papers (named as in `paper`) or a text such as an abstract, or all of them.

        similarity is the cosine with the mean of their unit vectors, and their titles and abstracts are the keywords;
        papers that were named are not among the hits. mode, filter, why, offset: see `search`.
        """
        _check(k, offset, mode)
        named = [papers] if isinstance(papers, str) else list(papers)
        rows = list(dict.fromkeys(self._papers.row_of(name) for name in named))
        texts = [paper.text for paper in self._papers.get(rows)]
        parts = [self._vectors.rows(np.array(rows, dtype=np.int64))] if rows else []
        if text is not None:
            texts.append(_question_text(text, "text"))
            parts.append(self.encoder.encode_documents(texts[-1:]).vectors)
        if not parts:
            raise QueryError("nothing to be similar to, expected ids of papers or a text")
        mean = np.concatenate(parts).mean(axis=0, keepdims=True)
        length = float(np.linalg.norm(mean))
        if length < 1e-6:
            raise QueryError("the papers cancel out: the mean of their vectors is zero", "name fewer of them")
        allowed = self._allowed(filter)
        mask = np.ones(len(self), dtype=np.bool_) if allowed is None else allowed.mask.copy()
        mask[rows] = False
        asked = units("\n".join(texts))
        query = (mean / np.float32(length)).astype(np.float32)
        found = self._retriever(mode, query, [asked], offset + k, mask)[0]
        answer = self._results(found[offset:], offset, mode, allowed, asked, like=tuple(self._papers.ids(rows)))
        return self._explained(answer, query[0]) if why else answer

    def rank(
        self,
        questions: Iterable[str | Question],
        k: int = 100,
        *,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
    ) -> Iterator[Ranking]:
        """The k best papers for each of many questions, in order, as `search` finds them, in batches.

        questions: texts (their ids become 1, 2, ...) or Questions. Memory stays bounded, whatever their number.
        """
        _check(k, 0, mode)
        if isinstance(questions, str):
            raise QueryError("one text, expected a list of questions", "use `search` for one question")
        return self._rank(enumerate(questions, start=1), k, mode, self._allowed(filter))

    def _rank(
        self, numbered: Iterator[tuple[int, str | Question]], k: int, mode: Mode, allowed: Allowed | None
    ) -> Iterator[Ranking]:
        batch = max(1, min(_BATCH_QUESTIONS, _BATCH_CELLS // depth_for(min(k, len(self)))))
        while some := [
            each if isinstance(each, Question) else Question(str(number), each)
            for number, each in islice(numbered, batch)
        ]:
            texts = [_question_text(question.text, f"question {question.id}") for question in some]
            for question, found in zip(some, self._answers(texts, k, mode, allowed), strict=True):
                ranked = (
                    RankedPaper(each.id, rank, each.score, each.similarity, each.lexical)
                    for rank, each in enumerate(found, start=1)
                )
                yield Ranking(question.id, question.text, tuple(ranked))

    def _allowed(self, filter: Filter | None) -> Allowed | None:
        """The rows that filter allows, kept for the next question with the same one."""
        if not filter:
            return None
        asked, allowed = self._filtered
        if asked != filter or allowed is None:
            allowed = allowed_rows(filter, self._papers)
            self._filtered = (filter, allowed)
        return allowed

    def _answers(self, texts: Sequence[str], wanted: int, mode: Mode, allowed: Allowed | None) -> list[list[Found]]:
        queries = self.encoder.encode_queries(texts)
        asked = [units(text) for text in texts]
        mask = None if allowed is None else allowed.mask
        answers = self._retriever(mode, queries, asked, wanted, mask)
        for position, text in enumerate(texts):
            rows = [row for row in self._papers.named(text) if mask is None or mask[row]]
            if rows:
                named = self._retriever.named(rows, queries[position], asked[position], mode)
                answers[position] = _named_first(named, answers[position])[:wanted]
        return answers

    def _explained(self, answer: Results, query: FloatArray) -> Results:
        found = best_sentences(
            query, [hit.paper.abstract for hit in answer], lambda texts: self.encoder.encode_documents(texts).vectors
        )
        hits = (replace(hit, why=why) for hit, why in zip(answer, found, strict=True))
        return replace(answer, hits=tuple(hits))

    def _results(
        self,
        found: Sequence[Found],
        offset: int,
        mode: Mode,
        allowed: Allowed | None,
        asked: tuple[Unit, ...],
        *,
        query: str | None = None,
        like: tuple[str, ...] = (),
    ) -> Results:
        papers = self._papers.get([each.row for each in found])
        hits = (
            Hit(rank, paper, each.score, each.similarity, each.lexical, asked)
            for rank, (paper, each) in enumerate(zip(papers, found, strict=True), start=offset + 1)
        )
        summary = IndexSummary(str(self.path), self._generation.name, len(self), self.manifest.encoder.model)
        return Results(query, like, mode, summary, tuple(hits), _notes(allowed))


def open_index(path: str | os.PathLike[str] = "index") -> SearchIndex:
    """Open the index at path for asking; see SearchIndex."""
    return SearchIndex(path)


def _open(generation: Generation) -> tuple[PaperTable, Vectors, Lexical, dict[str, BinaryIO]]:
    """Every handle at once, the encoder's files too, although they are read only for the first question."""
    manifest = generation.manifest
    plan = (manifest.vectors.kind, manifest.vectors.type)
    if plan != ("exact", VECTORS_TYPE):
        raise StoreError(
            f"{generation.folder}: vectors of the plan {' '.join(plan)}, this semsearch searches exact {VECTORS_TYPE}",
            "build the index again, or pip install --upgrade semsearch",
        )
    vectors = Vectors(generation.vectors, manifest.vectors.count, manifest.vectors.dimensions)
    lexical = (manifest.lexical.kind, manifest.lexical.analyser)
    if lexical != ("tantivy", ANALYSER):
        raise StoreError(
            f"{generation.folder}: keywords by {' '.join(lexical)}, this semsearch searches tantivy {ANALYSER}",
            "build the index again, or pip install --upgrade semsearch",
        )
    keywords = Lexical(generation.lexical, generation.lexical_files, manifest.lexical.count)
    papers = PaperTable(generation.papers, manifest.counts.papers)
    carried = ENCODER_FILES if manifest.encoder.engine == "onnx" else ()
    return papers, vectors, keywords, {name: (generation.encoder / name).open("rb") for name in carried}


def _close(papers: PaperTable, encoder_files: dict[str, BinaryIO]) -> None:
    papers.close()
    for file in encoder_files.values():
        file.close()


def _named_first(named: Sequence[Found], found: Sequence[Found]) -> list[Found]:
    """The papers that a question names before all others, with a score that says so."""
    rows = {each.row for each in named}
    others = [each for each in found if each.row not in rows]
    best = max((each.score for each in others), default=0.0)
    steps = range(len(named), 0, -1)  # apart: tools that read runs order ties in their own ways
    return [
        replace(each, score=max(each.score, best + step * _APART)) for each, step in zip(named, steps, strict=True)
    ] + others


def _notes(allowed: Allowed | None) -> tuple[str, ...]:
    """What a filter left out for want of knowledge."""
    if allowed is None:
        return ()
    notes = []
    if not allowed.count:
        notes.append("no paper of the index passes the filter")
    if allowed.without_year:
        papers = "1 paper has" if allowed.without_year == 1 else f"{allowed.without_year} papers have"
        notes.append(f"{papers} no year, so no --since, --until or --year is passed")
    if allowed.unknown:
        shown = ", ".join(name[:60] for name in allowed.unknown[:3]) + (", ..." if len(allowed.unknown) > 3 else "")
        notes.append(f"not in the index, of those to choose from: {len(allowed.unknown)} ({shown})")
    return tuple(notes)


def _question_text(text: str, what: str) -> str:
    cleaned = clean(text[:QUESTION_CHARS])
    if not cleaned:
        raise QueryError(f"the {what} is empty, expected some words")
    return cleaned


def _check(k: int, offset: int, mode: str) -> None:
    if not isinstance(k, int) or not isinstance(offset, int):
        raise QueryError(f"k and the offset are {k!r} and {offset!r}, expected whole numbers")
    if k < 1:
        raise QueryError(f"k is {k}, expected at least 1")
    if offset < 0:
        raise QueryError(f"the offset is {offset}, expected 0 or more")
    if mode not in MODES:
        raise QueryError(f"the mode is {mode!r}, expected one of {', '.join(MODES)}")
