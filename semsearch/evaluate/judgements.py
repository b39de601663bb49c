"""Judgements: which papers answer which question, how well. In: TREC qrels or a TSV with a header. Out: Judgements."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import EvaluationError
from ..limits import ID_CHARS, TOO_LONG_ID, text_lines
from ..paper import safe_id
from ..text import shown

_HEADER = ["query-id", "corpus-id", "score"]
_LARGEST_GRADE = 1_000_000  # trec_eval makes an array as long as that; real ones are below ten
_LAYOUTS = "expected TREC's four columns (question, 0, paper, grade), or a TSV with the header query-id corpus-id score"


@dataclass(frozen=True, slots=True)
class Judgements:
    """grades: for each question's id, the grade of each judged paper's id; above 0 is relevant."""

    grades: Mapping[str, Mapping[str, int]]

    @property
    def papers(self) -> frozenset[str]:
        """The ids of all papers that were judged for some question."""
        return frozenset(paper for grades in self.grades.values() for paper in grades)

    def of(self, questions: Iterable[str]) -> Judgements:
        """Those of these questions, in this order; questions that nobody judged are left out."""
        return Judgements({id: self.grades[id] for id in questions if id in self.grades})

    def named(self, ids: Mapping[str, str]) -> Judgements:
        """The same with papers under other ids, where ids has one; of two that become one the higher grade counts."""
        renamed: dict[str, dict[str, int]] = {}
        for question, grades in self.grades.items():
            merged = renamed.setdefault(question, {})
            for paper, grade in grades.items():
                id = ids.get(paper, paper)
                merged[id] = max(grade, merged.get(id, grade))
        return Judgements(renamed)


def read_judgements(file: str | os.PathLike[str]) -> Judgements:
    """The judgements of a file, whose layout is recognised by its first line.

    Raises EvaluationError for a missing or empty file and, with its number, for a line that is not understood.
    """
    name = os.fspath(file)
    grades: dict[str, dict[str, int]] = {}
    for place, question, paper, text in _cells(lines_of(name), name):
        grade = _grade(text, place)
        known = grades.setdefault(id_at(place, question), {})
        if known.setdefault(id_at(place, paper), grade) != grade:
            raise EvaluationError(
                f"{place}: {shown(paper)} was judged before for the question {shown(question)}, with another grade"
            )
    if not grades:
        raise EvaluationError(f"{name}: no judgement, {_LAYOUTS}")
    return Judgements(grades)


def _grade(text: str, place: str) -> int:
    try:
        grade = int(text)
    except ValueError:
        grade = _LARGEST_GRADE + 1
    if abs(grade) > _LARGEST_GRADE:
        raise EvaluationError(
            f"{place}: the grade is {shown(text)!r}, expected a whole number of at most {_LARGEST_GRADE}"
        )
    return grade


def _cells(lines: Iterator[tuple[str, str]], name: str) -> Iterator[tuple[str, str, str, str]]:
    """(place, question, paper, grade) of each line."""
    tabbed: bool | None = None
    for place, line in lines:
        if tabbed is None:
            tabbed = _is_header(line)
            if tabbed:
                continue
        cells = [cell.strip() for cell in line.split("\t")] if tabbed else line.split()
        if len(cells) != (3 if tabbed else 4) or not all(cells):
            raise EvaluationError(f"{place}: {len(cells)} columns, {_LAYOUTS}", _hint(cells, name))
        yield place, cells[0], cells[-2], cells[-1]


def _is_header(line: str) -> bool:
    return [cell.strip().lower().replace("_", "-") for cell in line.split("\t")] == _HEADER


def _hint(cells: list[str], name: str) -> str:
    if len(cells) == 6:
        return f"{name} looks like a run: the judgements come second, a run after --run"
    return "write the header of a TSV as its first line, parted by tabs" if len(cells) == 3 else ""


def id_at(place: str, text: str) -> str:
    """The id of a question or a paper that text is."""
    if len(id := safe_id(text)) > ID_CHARS:
        raise EvaluationError(f"{place}: {TOO_LONG_ID}")
    return id


def lines_of(name: str) -> Iterator[tuple[str, str]]:
    """(file:number, line) of each line of a file of text that is not blank."""
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            for place, line in text_lines(file, name, EvaluationError):
                if line.strip():
                    yield place, line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{name}: expected text in UTF-8 ({error.reason})") from error
    except OSError as error:
        raise EvaluationError(f"{name}: cannot be read ({error.strerror or error})", "name a file of text") from error
