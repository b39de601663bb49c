"""rank: many questions at once, answered as a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._version import __version__
from ..results import Ranking
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

_TAG = "semsearch"


class RunFormat(StrEnum):
    """TREC's six columns, JSON lines, or TSV with a header."""

    trec = "trec"
    jsonl = "jsonl"
    tsv = "tsv"


def rank(
    questions: Annotated[
        str,
        typer.Argument(help="A file of questions: JSON lines with id and text, id<TAB>text, or one a line; - reads."),
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
    """
    if questions == only == "-":
        raise typer.BadParameter("the questions and --only - would both read standard input")
    target = None if output is None or str(output) == "-" else output
    if resume and target is None:
        raise typer.BadParameter("--resume goes on with a file: name it with -o")
    filter = filter_of(since, until, year, venue, author, category, only)
    from ..progress import silent, terminal_progress
    from ..questions import count_questions, read_questions
    from ..search import open_index
    from .run_file import run_writer

    watched = nullcontext(silent) if target is None and sys.stdout.isatty() else terminal_progress()
    total = count_questions(questions)
    notes: tuple[str, ...] = ()
    try:
        with open_index(index) as opened, watched as progress:
            settings = _settings(opened, k, mode, filter, format)
            with run_writer(target, _HEADERS.get(format, ""), settings, resume) as writer:
                left = writer.unanswered(read_questions(questions))
                rankings = opened.rank(left, k, mode=mode.value, filter=filter)
                for done, ranking in enumerate(rankings, start=writer.done + 1):
                    writer.write(_LINES[format](ranking))
                    progress("ranking questions", done, total)
                    notes = ranking.notes
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    for note in notes:
        print(note, file=sys.stderr)


def _settings(
    opened: SearchIndex, k: int, mode: SearchMode, filter: Filter | None, format: RunFormat
) -> dict[str, Any]:
    """What makes a run the one that it is, beside its questions: none is gone on with under others."""
    return {
        "semsearch": __version__,
        "index": opened.generation.name,
        "manifest": digest(repr(opened.manifest)).hex()[:16],
        "k": k,
        "mode": mode.value,
        "filter": None if filter is None else digest(repr(filter)).hex()[:16],
        "format": format.value,
    }


def _trec(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        yield f"{ranking.query_id} Q0 {paper.id} {paper.rank} {paper.score:.9g} {_TAG}\n"


def _jsonl(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        line = {
            "query_id": ranking.query_id,
            "query": ranking.query,
            "id": paper.id,
            "rank": paper.rank,
            "score": paper.score,
            "similarity": paper.similarity,
            "lexical": paper.lexical,
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _tsv(ranking: Ranking) -> Iterator[str]:
    for paper in ranking.papers:
        yield f"{ranking.query_id}\t{paper.id}\t{paper.rank}\t{paper.score:.9g}\t{paper.similarity:.9g}\n"


_LINES: dict[RunFormat, Callable[[Ranking], Iterator[str]]] = {
    RunFormat.trec: _trec,
    RunFormat.jsonl: _jsonl,
    RunFormat.tsv: _tsv,
}
_HEADERS = {RunFormat.tsv: "query_id\tid\trank\tscore\tsimilarity\n"}
