"""rank: many questions at once, answered as a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ..errors import QueryError
from ..results import Ranking
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
) -> None:
    """Rank papers for each question of a file, and write a run.

    Example: semsearch rank questions.tsv -k 20 --format jsonl -o run.jsonl
    """
    if questions == only == "-":
        raise typer.BadParameter("the questions and --only - would both read standard input")
    filter = filter_of(since, until, year, venue, author, category, only)
    from ..progress import silent, terminal_progress
    from ..questions import read_questions
    from ..search import open_index

    lines = _LINES[format]
    target = None if output is None or str(output) == "-" else output
    watched = nullcontext(silent) if target is None and sys.stdout.isatty() else terminal_progress()
    notes: tuple[str, ...] = ()
    with open_index(index) as opened, _opened(target) as file, watched as progress:
        if format is RunFormat.tsv:
            file.write("query_id\tid\trank\tscore\tsimilarity\n")
        for done, ranking in enumerate(
            opened.rank(read_questions(questions), k, mode=mode.value, filter=filter), start=1
        ):
            file.writelines(lines(ranking))
            progress("ranking questions", done, None)
            notes = ranking.notes
    for note in notes:
        print(note, file=sys.stderr)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that takes its name once it is whole: after an error the run that was there is."""
    if output is None:
        yield sys.stdout
        return
    in_place = output.exists() and not output.is_file()  # a device or a named pipe
    part = output if in_place else output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        if not in_place:
            part.replace(output)
    except OSError as error:
        raise QueryError(f"{output}: cannot be written ({error.strerror or error})", "name another file") from error
    finally:
        if not in_place:
            part.unlink(missing_ok=True)


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
