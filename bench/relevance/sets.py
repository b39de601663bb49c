"""A collection with judgements, as arrays: every question's cosine and BM25 score with every paper of an index."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from semsearch import SearchIndex, words
from semsearch.evaluate import Judgements, read_judgements
from semsearch.lexical import Lexical, LexicalWriter
from semsearch.paper import Paper
from semsearch.questions import Question, read_questions
from semsearch.store import PaperTable, open_live
from semsearch.vectors import Vectors
from semsearch.words import Unit, units

FloatArray = npt.NDArray[np.float32]
RowArray = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_BLOCK = 8192  # rows at once
_WORD = re.compile(r"[^\W_]+")


class Collection:
    """A set's questions, judgements and papers; papers are rows, as in the index."""

    def __init__(self, folder: Path, index: Path, measures: tuple[str, ...], kept: Path | None = None) -> None:
        """folder: with queries.jsonl and qrels.tsv. measures: what it is judged by. kept: where embeddings stay."""
        name, questions, judgements = folder.name, folder / "queries.jsonl", folder / "qrels.tsv"
        self.name, self.index, self.measures = name, index, measures
        generation = open_live(index)
        count, dimensions = generation.manifest.vectors.count, generation.manifest.vectors.dimensions
        known = read_judgements(judgements)
        with closing(PaperTable(generation.papers, count)) as table:
            self.ids = table.ids(range(count))
            self.papers: list[Paper] = table.get(range(count))
            judged = known.named(table.canonical_ids(known.papers))
        self.missing = len(judged.papers - set(self.ids))
        self.questions: list[Question] = [each for each in read_questions(questions) if each.id in judged.grades]
        self.judgements: Judgements = judged.of(each.id for each in self.questions)
        self.by_id = np.empty(count, dtype=np.int64)
        self.by_id[np.argsort(np.array(self.ids))] = np.arange(count)
        vectors = Vectors(generation.vectors, count, dimensions)
        self.vectors: FloatArray = vectors.rows(np.arange(count))
        self.encoder_folder = generation.encoder
        with SearchIndex(index) as opened:
            self.encoder = opened.encoder
            self.queries: FloatArray = self.encoder.encode_queries([each.text for each in self.questions])
        self._lexical = Lexical(generation.lexical, generation.lexical_files, count)
        self._keywords: dict[str, list[FloatArray]] = {}
        self._cache: dict[str, tuple[Array, ...]] = {}
        self._kept = kept

    def __len__(self) -> int:
        return len(self.ids)

    def cosines(self, queries: FloatArray, rows: FloatArray) -> FloatArray:
        """(m, n): of each query with each paper; rows: the papers' vectors, the own ones or others."""
        found = np.empty((len(queries), len(rows)), dtype=np.float32)
        for start in range(0, len(rows), _BLOCK):
            found[:, start : start + _BLOCK] = queries @ rows[start : start + _BLOCK].T
        return found

    @cached_property
    def own_cosines(self) -> FloatArray:
        """(m, n): of each question as it was asked with each paper."""
        return self.cosines(self.queries, self.vectors)

    def keywords(self, kind: str) -> list[FloatArray]:
        """For each question the BM25 score of each paper, (n,), 0 where none matches. kind: of KEYWORDS, or title."""
        if kind not in self._keywords:
            lexical = self._titles if kind == "title" else self._lexical
            asked = KEYWORDS["default" if kind == "title" else kind]
            self._keywords[kind] = [self._scores(lexical, asked(each.text)) for each in self.questions]
        return self._keywords[kind]

    def cached(self, name: str, made: Callable[[], tuple[Array, ...]]) -> tuple[Array, ...]:
        """The arrays that made makes; only once, and kept in the folder for the next time, if there is one."""
        if name not in self._cache:
            file = self._kept and self._kept / f"{name}.npz"
            if file and file.is_file():
                with np.load(file) as arrays:
                    self._cache[name] = tuple(arrays.values())
            else:
                self._cache[name] = made()
                if file:
                    file.parent.mkdir(exist_ok=True)
                    np.savez(file, *self._cache[name])
        return self._cache[name]

    def keywords_of(self, asked: Sequence[Sequence[Unit]]) -> list[FloatArray]:
        """The same for other units of each question."""
        return [self._scores(self._lexical, each) for each in asked]

    def _scores(self, lexical: Lexical, asked: Sequence[Unit]) -> FloatArray:
        found = np.zeros(len(self), dtype=np.float32)
        scores, rows = lexical.search(asked, len(self))
        found[rows] = scores
        return found

    @cached_property
    def _titles(self) -> Lexical:
        """A keyword index of titles only."""
        folder = Path(tempfile.mkdtemp()) / "titles"
        writer = LexicalWriter(folder)
        writer.append([(paper.title, "") for paper in self.papers])
        writer.seal()
        return Lexical(folder, [path.name for path in folder.iterdir()], len(self))

    def terms(self, row: int) -> Counter[str]:
        """How often a paper has each term."""
        paper = self.papers[row]
        text = words.spelled(f"{paper.title} {paper.abstract}")
        return Counter(term for word in _WORD.findall(text) for term in words.terms_of(word))

    @cached_property
    def all_terms(self) -> Counter[str]:
        """How often all papers together have each term."""
        total: Counter[str] = Counter()
        for row in range(len(self)):
            total.update(self.terms(row))
        return total


def _with_stop_words(question: str) -> tuple[Unit, ...]:
    with mock.patch.object(words, "STOP_WORDS", frozenset()):
        return units(question)


KEYWORDS: dict[str, Callable[[str], Sequence[Unit]]] = {
    "default": units,
    "stop words": _with_stop_words,
    "once": lambda question: [replace(unit, times=1) for unit in units(question)],
    "apart": lambda question: [replace(unit, together=()) for unit in units(question)],
}
"""What of a question is looked for: as semsearch does; stop words too; each word once; hyphenated words only apart."""
