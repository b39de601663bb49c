"""nDCG@10 of the int8 and of the fp32 encoder on evaluation sets: what 8 bits cost in quality.

A set is any folder with corpus.jsonl, queries.jsonl and qrels.tsv. Each is built and ranked anew, in both precisions.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semsearch import SearchIndex, SemsearchError, build_index
from semsearch.encoders import Precision
from semsearch.questions import read_questions

from . import results
from .inputs import Inputs, SkippedError

_FILES = ("corpus.jsonl", "queries.jsonl", "qrels.tsv")
_PRECISIONS: tuple[Precision, ...] = ("fp32", "int8")
_K = 100
_DIGITS = 4


def run(inputs: Inputs) -> None:
    """Measure, and write results/quality.json."""
    sets = _sets(inputs.eval_sets)
    if not sets:
        raise SkippedError(f"no {', '.join(_FILES)} in {inputs.eval_sets} or a folder in it: name one with EVAL=")
    try:
        import ir_measures  # noqa: F401
    except ImportError:
        raise SkippedError("no ir-measures: pip install 'semsearch[bench]'") from None
    found: dict[str, dict[str, Any]] = {}
    for folder in sets:
        found[folder.name] = {each: round(_ndcg(folder, each), _DIGITS) for each in _PRECISIONS}
        found[folder.name]["questions"] = len(_judgements(folder))
        print(f"quality: {folder.name} {found[folder.name]}", flush=True)
    mean = {each: round(statistics.mean(row[each] for row in found.values()), _DIGITS) for each in _PRECISIONS}
    difference = round(mean["int8"] - mean["fp32"], _DIGITS)
    results.save("quality", {"measure": "nDCG@10", "k": _K, "sets": found, "mean": mean, "difference": difference})


def _sets(folder: Path) -> list[Path]:
    """The folder itself if it is a set, and those in it that are, by name."""
    places = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
    return [place.resolve() for place in places if all((place / name).is_file() for name in _FILES)]


def _ndcg(folder: Path, precision: Precision) -> float:
    """The mean over every judged question; one without results counts as 0."""
    import ir_measures
    from ir_measures import nDCG

    judged = _judgements(folder)
    with tempfile.TemporaryDirectory() as target:
        build_index(folder / "corpus.jsonl", target, precision=precision)
        with SearchIndex(target) as index:
            asked = [question for question in read_questions(folder / "queries.jsonl") if question.id in judged]
            run = [
                ir_measures.ScoredDoc(ranking.query_id, paper.id, paper.score)
                for ranking in index.rank(asked, _K, mode="dense")
                for paper in ranking.papers
            ]
            qrels = [
                ir_measures.Qrel(query, _kept_id(index, document), grade)
                for query, grades in judged.items()
                for document, grade in grades.items()
            ]
    values = {metric.query_id: metric.value for metric in ir_measures.iter_calc([nDCG @ 10], qrels, run)}
    return statistics.mean(values.get(query, 0.0) for query in judged)


def _kept_id(index: SearchIndex, document: str) -> str:
    """The id under which the index keeps a document: records of the same paper are one."""
    try:
        paper = index.paper(document)
    except SemsearchError:
        return document
    return paper.id if document in paper.aliases else document


def _judgements(folder: Path) -> dict[str, dict[str, int]]:
    """Grades by question and document, of the questions that have anything relevant."""
    grades: dict[str, dict[str, int]] = {}
    for query, document, grade in _lines(folder / "qrels.tsv"):
        grades.setdefault(query, {})[document] = int(grade)
    return {query: each for query, each in grades.items() if any(grade > 0 for grade in each.values())}


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        yield from rows
