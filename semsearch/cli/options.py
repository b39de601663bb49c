"""The options that several commands share."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import CorpusError, QueryError

if TYPE_CHECKING:
    from ..filters import Filter
    from ..selection import Selection

IndexOption = Annotated[
    Path, typer.Option("--index", envvar="SEMSEARCH_INDEX", help="The folder of the index.", readable=False)
]
DEFAULT_INDEX = Path("index")

KOption = Annotated[int, typer.Option("-k", min=1, help="How many papers; more than there are gives all of them.")]
OffsetOption = Annotated[int, typer.Option("--offset", min=0, help="Leave out that many of the best.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
JsonlOption = Annotated[bool, typer.Option("--jsonl", help="Print a JSON object a line, one for each paper.")]
TsvOption = Annotated[bool, typer.Option("--tsv", help="Print tab-separated values with a header.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV with a header, for spreadsheets.")]
BibtexOption = Annotated[bool, typer.Option("--bibtex", help="Print BibTeX entries.")]
RisOption = Annotated[bool, typer.Option("--ris", help="Print RIS records, for EndNote, Zotero and others.")]
CslOption = Annotated[bool, typer.Option("--csl", help="Print CSL JSON, for Zotero and pandoc.")]
IdsOption = Annotated[bool, typer.Option("--ids", help="Print ids only, one a line.")]


class SearchMode(StrEnum):
    """What papers are found by: keywords and meaning, meaning, or keywords."""

    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


ModeOption = Annotated[
    SearchMode, typer.Option("--mode", help="Find by keywords and meaning, by meaning, or by keywords.")
]
WhyOption = Annotated[
    bool, typer.Option("--why", help="Tell the sentence of each abstract that answers best; takes longer.")
]

_STEERING = "Steering"
LikeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--like", metavar="ID", rich_help_panel=_STEERING,
        help="A paper that you like, by id, DOI, arXiv id or exact title: moves the question towards it. Repeatable.",
    ),
]  # fmt: skip
UnlikeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--unlike", metavar="ID", rich_help_panel=_STEERING,
        help="A paper that is not what you look for: moves away from it. Repeatable.",
    ),
]  # fmt: skip

_ARRANGING = "Order and groups"


class SortKey(StrEnum):
    """What the best hits are sorted by."""

    date = "date"
    oldest = "oldest"
    citations = "citations"
    comments = "comments"


class GroupKey(StrEnum):
    """What the hits stand in groups by."""

    venue = "venue"
    year = "year"
    author = "author"


DiverseOption = Annotated[
    bool,
    typer.Option(
        "--diverse", rich_help_panel=_ARRANGING,
        help="Prefer hits unlike those before them, among the best N: maximal marginal relevance, lambda 0.7.",
    ),
]  # fmt: skip
SortOption = Annotated[
    SortKey | None,
    typer.Option(
        "--sort", rich_help_panel=_ARRANGING,
        help="Sort the best N: the newest, the oldest, the most cited or the most commented first; those without last.",
    ),
]  # fmt: skip
AmongOption = Annotated[
    int,
    typer.Option(
        "--among", min=1, metavar="N", rich_help_panel=_ARRANGING,
        help="How many of the best --sort and --diverse put in order; what is behind them follows as it is.",
    ),
]  # fmt: skip
GroupOption = Annotated[
    GroupKey | None,
    typer.Option(
        "--group", rich_help_panel=_ARRANGING,
        help="Show the hits in groups, each hit in one: of several authors that of whom most hits are. Ranks stay "
        "those of the whole answer.",
    ),
]  # fmt: skip

_FILTERS = "Filters"
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE", rich_help_panel=_FILTERS,
        help="Papers of this day, month or year, and later ones: 2020-06. One dated less finely passes if it may.",
    ),
]  # fmt: skip
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="DATE", rich_help_panel=_FILTERS,
        help="Papers of this day, month or year, and earlier ones.",
    ),
]  # fmt: skip
YearOption = Annotated[
    int | None,
    typer.Option("--year", min=1, max=9999, metavar="YEAR", rich_help_panel=_FILTERS, help="Papers of this year."),
]
VenueOption = Annotated[
    list[str] | None,
    typer.Option(
        "--venue", metavar="NAME", rich_help_panel=_FILTERS,
        help="Papers of this venue: its name, or words of it. ACL is not NAACL. Any of several.",
    ),
]  # fmt: skip
AuthorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--author", metavar="NAME", rich_help_panel=_FILTERS,
        help="Papers of this author: words of the name in any order, or initials: G Hinton. Any of several.",
    ),
]  # fmt: skip
CategoryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--category", metavar="NAME", rich_help_panel=_FILTERS,
        help="Papers of this category, area or keyword; cs has all of arXiv's cs.LG. Any of several.",
    ),
]  # fmt: skip
OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="FILE", rich_help_panel=_FILTERS,
        help="The papers named in a file, an id, DOI or title a line, or those of a corpus; - reads names.",
    ),
]  # fmt: skip


_SELECTION = "Selection"
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", rich_help_panel=_SELECTION, help="Take the first N papers."),
]
RandomOption = Annotated[
    int | None,
    typer.Option(
        "--random", min=1, metavar="N", rich_help_panel=_SELECTION,
        help="Take N papers drawn by chance, the same ones for the same seed.",
    ),
]  # fmt: skip
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="S", rich_help_panel=_SELECTION, help="Of --random: another one draws others."),
]


def page_date(value: str | None) -> str | None:
    """value if it is a year, a month or a day in ISO 8601; anything else is a usage error."""
    from ..dates import parse_date

    if value is None or (re.match(r"\d{4}(-\d\d){0,2}$", value) and parse_date(value) == value):
        return value
    raise typer.BadParameter(f"{value!r} is no date such as 2026-04-22, 2026-04 or 2026")


def corpus_format(value: str | None) -> str | None:
    """value if it names a format that can be read; anything else is a usage error."""
    from ..corpus import FORMATS

    if value is None or value in FORMATS:
        return value
    raise typer.BadParameter(f"{value!r} is none of {', '.join(FORMATS)}")


FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", callback=corpus_format,
        help="The format of all files, such as jsonl, csv or bibtex (docs/formats.md); recognised if not stated.",
    ),
]  # fmt: skip
PageDateOption = Annotated[
    str | None,
    typer.Option(
        "--page-date", callback=page_date,
        help="When saved pages were saved: the year that they leave out.",
    ),
]  # fmt: skip
RequireAbstractOption = Annotated[bool, typer.Option("--require-abstract", help="Drop papers without an abstract.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")]
KeepOption = Annotated[
    int,
    typer.Option(
        "--keep", min=0, metavar="N", help="How many generations before this one stay on disk, to go back to."
    ),
]


def filter_of(
    since: str | None,
    until: str | None,
    year: int | None,
    venue: list[str] | None,
    author: list[str] | None,
    category: list[str] | None,
    only: str | None,
) -> Filter | None:
    """The filter that was asked for, None where none was; a value that is none is a usage error."""
    from ..filters import Filter
    from .only import read_only

    names = read_only(only) if only is not None else None
    try:
        asked = Filter(since, until, year, tuple(venue or ()), tuple(author or ()), tuple(category or ()), names)
    except QueryError as error:
        raise typer.BadParameter(f"{error.message}; {error.hint}") from error
    return asked if asked else None


def selection_of(
    since: str | None,
    until: str | None,
    category: list[str] | None,
    limit: int | None,
    random: int | None,
    seed: int | None,
) -> Selection | None:
    """Which papers of a corpus were asked for, None where all are; a value that is none is a usage error."""
    if seed is not None and random is None:
        raise typer.BadParameter("--seed draws papers for --random N, which was not given")
    asked = filter_of(since, until, None, None, None, category, None)
    if asked is None and limit is None and random is None:
        return None
    from ..selection import Selection

    try:
        return Selection(asked, limit, random, seed or 0)
    except CorpusError as error:
        raise typer.BadParameter(f"{error.message}; {error.hint}") from error


def output_format(**wanted: bool) -> str:
    """The one output that was asked for by its name, `table` where none was; two at once are a usage error."""
    asked = [name for name, on in wanted.items() if on]
    if len(asked) > 1:
        raise typer.BadParameter(f"--{asked[0]} and --{asked[1]} exclude each other")
    return asked[0] if asked else "table"


@contextmanager
def interruption(index: Path) -> Iterator[None]:
    """Ctrl-C ends a writer tidily: it is told what was kept, and how to go on; exit status 130."""
    before = _live(index)
    try:
        yield
    except KeyboardInterrupt:
        from ..store import left_by_writers

        kept = sum(count for _, count in left_by_writers(index)) if index.is_dir() else 0
        live = _live(index)
        print(f"interrupted: the index is {'as it was' if live == before else f'now {live}'}", file=sys.stderr)
        if kept:
            print(f"kept: {kept} embedded texts; the same command again goes on from there", file=sys.stderr)
        raise typer.Exit(130) from None


def _live(index: Path) -> str | None:
    from ..store.generations import open_name

    return open_name(index) if index.is_dir() else None
