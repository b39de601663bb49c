"""rank: many questions at once, answered as a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._version import __version__
from ..results import NO_CANDIDATES, Ranking
from ..text import digest
from .options import (
    DEFAULT_INDEX,
    AuthorOption,
    CategoryOption,
    IndexOption,
    KOption,
    ModeOption,
    OnlyOption,
    SearchMode,
    SinceOption,
    UntilOption,
    VenueOption,
    YearOption,
    filter_of,
)

if TYPE_CHECKING:
    from ..filters import Filter
    from ..search import SearchIndex
    from .candidates import CandidateFile

_TAG = "semsearch"
_SHOWN = 3  # ids in a note

CandidatesOption = Annotated[
    str | None,
    typer.Option(
        "--candidates", metavar="FILE",
        help="Rank these papers only: ids a line, a corpus of papers that need not be in the index, or a TREC run, "
        "each question its own; - reads.",
    ),
]  # fmt: skip


class RunFormat(StrEnum):
    """TREC's six columns, JSON lines, or TSV with a header."""

    trec = "trec"
    jsonl = "jsonl"
    tsv = "tsv"


def rank(
    questions: Annotated[
        str,
        typer.Argument(
            help="A file of questions: JSON lines with id and text, or like and unlike; id<TAB>text; or one a line; - "
            "reads."
        ),
    ],
    index: IndexOption = DEFAULT_INDEX,
    k: KOption = 100,
    mode: ModeOption = SearchMode.hybrid,
    since: SinceOption = None,
    until: UntilOption = None,
    year: YearOption = None,
    venue: VenueOption = None,
    author: AuthorOption = None,
    category: CategoryOption = None,
    only: OnlyOption = None,
    candidates: CandidatesOption = None,
    format: Annotated[RunFormat, typer.Option("--format", help="How to write the run.")] = RunFormat.trec,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write to, or - for standard output.", show_default="-"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a run to the same file ended that was interrupted.")
    ] = False,
) -> None:
    """Rank papers for each question of a file, and write a run.

    Example: semsearch rank questions.tsv -k 20 --format jsonl -o run.jsonl
    semsearch rank interests.jsonl --candidates new-papers.bib -k 5
    """
    if [questions, only, candidates].count("-") > 1:
        raise typer.BadParameter("only one of the questions, --only and --candidates can read standard input")
    if only is not None and candidates is not None:
        raise typer.BadParameter("--only and --candidates exclude each other")
    target = None if output is None or str(output) == "-" else output
    if resume and target is None:
        raise typer.BadParameter("--resume goes on with a file: name it with -o")
    filter = filter_of(since, until, year, venue, author, category, only)
    from ..progress import silent, terminal_progress
    from ..questions import count_questions, read_questions
    from ..search import open_index
    from .run_file import check_inputs, run_writer

    if target is not None:
        check_inputs(target, (questions, only, candidates))
    given = _candidates(candidates)
    watched = nullcontext(silent) if target is None and sys.stdout.isatty() else terminal_progress()
    total = count_questions(questions)
    notes = _Notes(given.notes if given else ())
    try:
        with open_index(index) as opened, watched as progress:
            settings = _settings(opened, k, mode, filter, format, given)
            with run_writer(target, _HEADERS.get(format, ""), settings, resume) as writer:
                left = writer.unanswered(read_questions(questions))
                chosen = given.given if given else None
                rankings = opened.rank(left, k, mode=mode.value, filter=filter, candidates=chosen, progress=progress)
                for done, ranking in enumerate(rankings, start=writer.done + 1):
                    writer.write(_LINES[format](ranking))
                    progress("ranking questions", done, total)
                    notes.add(ranking)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    for note in notes.lines():
        print(note, file=sys.stderr)


class _Notes:
    """What the reader should know of all answers, each note once; memory does not grow with the questions."""

    def __init__(self, notes: Iterable[str]) -> None:
        self._notes = dict.fromkeys(notes)
        self._without = 0
        self._first: list[str] = []

    def add(self, ranking: Ranking) -> None:
        self._notes |= dict.fromkeys(ranking.notes)
        if NO_CANDIDATES in ranking.notes:
            self._without += 1
            self._first += [ranking.query_id][: _SHOWN - len(self._first)]

    def lines(self) -> Iterator[str]:
        yield from (note for note in self._notes if note != NO_CANDIDATES)
        if self._without:
            more = ", ..." if self._without > len(self._first) else ""
            yield f"questions without candidates: {self._without} ({', '.join(self._first)}{more})"


def _candidates(path: str | None) -> CandidateFile | None:
    if path is None:
        return None
    from .candidates import read_candidates

    return read_candidates(path)


def _settings(
    opened: SearchIndex,
    k: int,
    mode: SearchMode,
    filter: Filter | None,
    format: RunFormat,
    candidates: CandidateFile | None,
) -> dict[str, Any]:
    """What makes a run the one that it is, beside its questions: none is gone on with under others."""
    return {
        "semsearch": __version__,
        "index": opened.generation.name,
        "manifest": digest(repr(opened.manifest)).hex()[:16],
        "k": k,
        "mode": mode.value,
        "filter": None if filter is None else digest(repr(filter)).hex()[:16],
        "candidates": candidates and candidates.digest,
        "format": format.value,
    }


def _trec(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        yield f"{ranking.query_id} Q0 {paper.id} {paper.rank} {paper.score:.9g} {_TAG}\n"


def _jsonl(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        line: dict[str, Any] = {
            "query_id": ranking.query_id,
            "query": ranking.query or None,
            "id": paper.id,
            "rank": paper.rank,
            "score": paper.score,
            "similarity": paper.similarity,
            "lexical": paper.lexical,
            "standing": paper.standing,
            "stands_out": ranking.standing.stands_out if ranking.standing else None,
            "duplicate_of": paper.duplicate_of,
        }
        if paper.outside:
            line["title"] = paper.outside.title
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _tsv(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        numbers = f"{paper.rank}\t{paper.score:.9g}\t{paper.similarity:.9g}"
        yield f"{ranking.query_id}\t{paper.id}\t{numbers}\t{paper.duplicate_of or ''}\n"


_LINES: dict[RunFormat, Callable[[Ranking], Iterator[str]]] = {
    RunFormat.trec: _trec,
    RunFormat.jsonl: _jsonl,
    RunFormat.tsv: _tsv,
}
_HEADERS = {RunFormat.tsv: "query_id\tid\trank\tscore\tsimilarity\tduplicate_of\n"}
