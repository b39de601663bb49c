"""All that an index holds and answers, to be compared with another by value, in whatever order its rows are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.filters import Filter
from semsearch.search import SearchIndex
from semsearch.store import Generation, MergedPaper, PaperTable, open_live
from semsearch.vectors import stored_codes

QUESTIONS = ("whales sing", "seals bark on the ice")
KEPT = Filter(category=("kept",))

Record = dict[str, Any]
Scored = list[tuple[str, float, float, float | None]]


@dataclass(frozen=True)
class State:
    """papers, vectors: by id, as they are stored. cut: of papers. answers: to each question in each way of asking."""

    papers: dict[str, MergedPaper]
    vectors: dict[str, bytes]
    cut: set[str]
    answers: list[Scored]

    @property
    def ids(self) -> list[str]:
        return sorted(self.papers)

    def records(self, id: str) -> list[str]:
        """The abstracts of the records of a paper."""
        return [record.abstract for record in self.papers[id].records]


def state(index: Path, encoder: Any = None, questions: Sequence[str] = QUESTIONS) -> State:
    """That of the live generation."""
    generation = open_live(index)
    count, dimensions = generation.manifest.counts.papers, generation.manifest.vectors.dimensions
    with closing(PaperTable(generation.papers, count)) as table:
        papers = {merged.paper.id: merged for merged in table.merged(range(count))}
        ids = table.ids(range(count))
        cut = {ids[row] for row in table.cut_rows() or ()}
    codes = stored_codes(generation.vectors, count, dimensions)
    vectors = {id: codes[row].tobytes() for row, id in enumerate(ids)}
    with SearchIndex(index, encoder=encoder or TinyEncoder()) as opened:
        asked = [opened.search(q, count, mode=m) for q in questions for m in ("dense", "lexical", "hybrid")]
        asked += [opened.search(q, count, filter=KEPT) for q in questions]
    answers = [[(hit.id, hit.score, hit.similarity, hit.lexical) for hit in answer] for answer in asked]
    return State(papers, vectors, cut, answers)


def built(folder: Path, *records: Record, **options: Any) -> Generation:
    """An index of records in folder, with a TinyEncoder unless options name a model."""
    options.setdefault("model", TinyEncoder())
    folder.parent.mkdir(exist_ok=True)
    return build_index(write_jsonl(folder.with_suffix(".jsonl"), records), folder, **options)
