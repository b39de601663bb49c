"""query, similar and show: questions to an index, answered on standard output."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from ..errors import QueryError
from .options import (
    DEFAULT_INDEX,
    AmongOption,
    AuthorOption,
    BibtexOption,
    CategoryOption,
    CslOption,
    CsvOption,
    DiverseOption,
    GroupOption,
    IdsOption,
    IndexOption,
    JsonlOption,
    JsonOption,
    KOption,
    LikeOption,
    ModeOption,
    OffsetOption,
    OnlyOption,
    RisOption,
    SearchMode,
    SinceOption,
    SortOption,
    TsvOption,
    UnlikeOption,
    UntilOption,
    VenueOption,
    WhyOption,
    YearOption,
    filter_of,
    output_format,
)


def query(
    question: Annotated[str, typer.Argument(help="A question in plain language.", show_default=False)],
    index: IndexOption = DEFAULT_INDEX,
    k: KOption = 10,
    like: LikeOption = None,
    unlike: UnlikeOption = None,
    offset: OffsetOption = 0,
    mode: ModeOption = SearchMode.hybrid,
    since: SinceOption = None,
    until: UntilOption = None,
    year: YearOption = None,
    venue: VenueOption = None,
    author: AuthorOption = None,
    category: CategoryOption = None,
    only: OnlyOption = None,
    why: WhyOption = False,
    diverse: DiverseOption = False,
    sort: SortOption = None,
    among: AmongOption = 100,
    group: GroupOption = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    tsv: TsvOption = False,
    csv: CsvOption = False,
    ids: IdsOption = False,
    bibtex: BibtexOption = False,
    ris: RisOption = False,
    csl: CslOption = False,
) -> None:
    """The papers nearest to a question, best first.

    Example: semsearch query "how do robots learn from unlabelled video?" -k 5
    """
    output = output_format(json=json, jsonl=jsonl, tsv=tsv, csv=csv, ids=ids, bibtex=bibtex, ris=ris, csl=csl)
    if diverse and sort:
        raise typer.BadParameter("--diverse and --sort exclude each other")
    filter = filter_of(since, until, year, venue, author, category, only)
    from ..search import open_index
    from .render import show_results

    with open_index(index) as opened:
        found = opened.search(
            question, k, like=like or (), unlike=unlike or (), offset=offset, mode=mode.value, filter=filter, why=why,
            diverse=diverse, sort=sort, among=among, group=group, fold=output == "table",
        )  # fmt: skip
        show_results(found, output)


def similar(
    papers: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ids, DOIs, arXiv ids or exact titles.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="A file with an abstract or a draft, or - to read it.")
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    k: KOption = 10,
    unlike: UnlikeOption = None,
    offset: OffsetOption = 0,
    mode: ModeOption = SearchMode.hybrid,
    since: SinceOption = None,
    until: UntilOption = None,
    year: YearOption = None,
    venue: VenueOption = None,
    author: AuthorOption = None,
    category: CategoryOption = None,
    only: OnlyOption = None,
    why: WhyOption = False,
    diverse: DiverseOption = False,
    sort: SortOption = None,
    among: AmongOption = 100,
    group: GroupOption = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    tsv: TsvOption = False,
    csv: CsvOption = False,
    ids: IdsOption = False,
    bibtex: BibtexOption = False,
    ris: RisOption = False,
    csl: CslOption = False,
) -> None:
    """The papers most like some papers of the index, or a text; with several, like all of them together.

    Example: semsearch similar vaswani-2017-attention 1810.04805 -k 5
    """
    output = output_format(json=json, jsonl=jsonl, tsv=tsv, csv=csv, ids=ids, bibtex=bibtex, ris=ris, csl=csl)
    if not papers and text is None:
        raise typer.BadParameter("name at least one paper, or a file with --text")
    if text == only == "-":
        raise typer.BadParameter("--text - and --only - would both read standard input")
    if diverse and sort:
        raise typer.BadParameter("--diverse and --sort exclude each other")
    filter = filter_of(since, until, year, venue, author, category, only)
    draft = _read_text(text) if text is not None else None
    from ..search import open_index
    from .render import show_results

    with open_index(index) as opened:
        found = opened.similar(
            papers or (), k, unlike=unlike or (), text=draft, offset=offset, mode=mode.value, filter=filter, why=why,
            diverse=diverse, sort=sort, among=among, group=group, fold=output == "table",
        )  # fmt: skip
        show_results(found, output)


def show(
    papers: Annotated[list[str], typer.Argument(metavar="ID", help="Ids, DOIs, arXiv ids or exact titles.")],
    index: IndexOption = DEFAULT_INDEX,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    tsv: TsvOption = False,
    csv: CsvOption = False,
    ids: IdsOption = False,
    bibtex: BibtexOption = False,
    ris: RisOption = False,
    csl: CslOption = False,
) -> None:
    """Everything that the index knows of a paper.

    Example: semsearch show 10.1038/171737a0
    """
    output = output_format(json=json, jsonl=jsonl, tsv=tsv, csv=csv, ids=ids, bibtex=bibtex, ris=ris, csl=csl)
    from ..store import open_papers
    from .render import Shown, show_papers

    with closing(open_papers(index)) as table:
        shown = []
        for row in [table.row_of(name) for name in papers]:
            first = table.versions.firsts.get(row)
            own, *others = table.get([row, *(each for each in table.versions.of(row) if each != row)])
            shown.append(Shown(own, None if first is None else table.ids([first])[0], tuple(others)))
        show_papers(shown, output)


def _read_text(name: str) -> str:
    """The text of a file, or of standard input for `-`."""
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise QueryError(
            f"{name}: cannot be read ({error.strerror or error})", "name a text file, or - to read one"
        ) from error
