"""The sets whose questions have judgements, each with an index: those of EVAL, and ml_questions with INDEX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch import build_index
from semsearch.evaluate import Judgements, read_judgements
from semsearch.questions import Question, read_questions
from semsearch.search import SearchIndex
from semsearch.store import PaperTable, open_live
from semsearch.vectors import FloatArray, Vectors

from ..inputs import HOME, Inputs, SkippedError

SETS = ("cranfield", "cisi", "cacm")
ML_QUESTIONS = "ml_questions"
_INDEXES = HOME / "corpora" / "answers"


def judged_sets(inputs: Inputs, names: tuple[str, ...]) -> dict[str, Path]:
    """The folder of each set that is there; SkippedError where none is."""
    found = {name: inputs.eval_sets / name for name in names if (inputs.eval_sets / name / "qrels.tsv").is_file()}
    if ML_QUESTIONS in found and not (inputs.index / "CURRENT").is_file():
        del found[ML_QUESTIONS]
    if not found:
        raise SkippedError(f"no evaluation sets in {inputs.eval_sets}: name their folder with EVAL=")
    return found


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """An open index, the questions that have judgements, these by the ids of the index, and its vectors by id."""

    index: SearchIndex
    questions: list[Question]
    judgements: Judgements
    _papers: PaperTable
    _vectors: Vectors

    def present(self, ids: Iterable[str]) -> list[str]:
        """Those of some ids that are papers of the index."""
        return sorted(self._papers.rows_by_id(list(ids)))

    def vectors(self, ids: Sequence[str]) -> FloatArray:
        """The vectors of papers, (n, d), in their order."""
        rows = self._papers.rows_by_id(ids)
        return self._vectors.rows(np.array([rows[id] for id in ids], dtype=np.int64))


@contextmanager
def opened_set(inputs: Inputs, folder: Path) -> Iterator[JudgedSet]:
    """A set, its index built if there is none."""
    path = inputs.index if folder.name == ML_QUESTIONS else _INDEXES / folder.name
    if not (path / "CURRENT").is_file():
        build_index(folder / "corpus.jsonl", path)
    generation = open_live(path)
    plan = generation.manifest.vectors
    vectors = Vectors(generation.vectors, plan.count, plan.dimensions)
    known = read_judgements(folder / "qrels.tsv")
    with SearchIndex(path) as index, closing(PaperTable(generation.papers, plan.count)) as papers:
        judged = known.named(papers.canonical_ids(known.papers))
        questions = [each for each in read_questions(folder / "queries.jsonl") if each.id in judged.grades]
        yield JudgedSet(index, questions, judged.of(each.id for each in questions), papers, vectors)
