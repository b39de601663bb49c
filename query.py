"""The online half, as a script and as a module; thin over semsearch.search.

python query.py "how do vaccines prevent cancer?"
python query.py --like vaswani-2017-attention
python query.py "attention" --like vaswani-2017-attention --unlike dosovitskiy-2021-vit
python query.py --batch questions.txt

import query
query.search("how do vaccines prevent cancer?", k=5)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semsearch.arranging import AMONG
from semsearch.cli import ask, run
from semsearch.cli.options import (
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
    output_format,
)
from semsearch.cli.rank import CandidatesOption, RunFormat
from semsearch.cli.rank import rank as rank_file
from semsearch.filters import Filter
from semsearch.questions import Question
from semsearch.results import Ranking, Results
from semsearch.retrieval import Mode
from semsearch.search import SearchIndex, open_index

if TYPE_CHECKING:
    from semsearch.candidates import Given

_RUNS = {"table": RunFormat.trec, "jsonl": RunFormat.jsonl, "tsv": RunFormat.tsv}


@lru_cache(maxsize=4)
def _kept(index: Path) -> SearchIndex:
    return open_index(index)


def _opened(index: str | Path) -> SearchIndex:
    """The index, opened once and kept: what is published meanwhile answers the next question."""
    opened = _kept(Path(index).resolve())
    opened.refresh()
    return opened


def search(
    question: str,
    k: int = 10,
    *,
    like: str | Sequence[str] = (),
    unlike: str | Sequence[str] = (),
    index: str | Path = DEFAULT_INDEX,
    mode: Mode = "hybrid",
    filter: Filter | None = None,
    why: bool = False,
    diverse: bool | float = False,
    sort: str | None = None,
    among: int = AMONG,
    group: str | None = None,
) -> Results:
    """The k papers that answer a question best (see SearchIndex.search); the index stays open for the next one."""
    return _opened(index).search(
        question, k, like=like, unlike=unlike, mode=mode, filter=filter, why=why,
        diverse=diverse, sort=sort, among=among, group=group,
    )  # fmt: skip


def similar(
    papers: str | Sequence[str],
    k: int = 10,
    *,
    unlike: str | Sequence[str] = (),
    index: str | Path = DEFAULT_INDEX,
    mode: Mode = "hybrid",
    filter: Filter | None = None,
    why: bool = False,
    diverse: bool | float = False,
    sort: str | None = None,
    among: int = AMONG,
    group: str | None = None,
) -> Results:
    """The k papers most like the paper or papers of these ids, and unlike others (see SearchIndex.similar)."""
    return _opened(index).similar(
        papers, k, unlike=unlike, mode=mode, filter=filter, why=why,
        diverse=diverse, sort=sort, among=among, group=group,
    )  # fmt: skip


def rank(
    questions: Iterable[str | Question],
    k: int = 100,
    *,
    index: str | Path = DEFAULT_INDEX,
    mode: Mode = "hybrid",
    filter: Filter | None = None,
    candidates: Given | None = None,
) -> list[Ranking]:
    """The k best papers for each of many questions, among candidates if some are given (see SearchIndex.rank)."""
    return list(_opened(index).rank(questions, k, mode=mode, filter=filter, candidates=candidates))


def _script(
    question: Annotated[str | None, typer.Argument(help="A question in plain language.")] = None,
    like: Annotated[
        list[str] | None,
        typer.Option("--like", help="The id of a paper to find similar ones of; a question is moved towards it."),
    ] = None,
    unlike: UnlikeOption = None,
    batch: Annotated[str | None, typer.Option("--batch", help="A file of questions, ranked as a TREC run.")] = None,
    index: IndexOption = DEFAULT_INDEX,
    k: Annotated[
        int | None, typer.Option("-k", min=1, help="How many papers: 10, for each question of a --batch 100.")
    ] = None,
    offset: OffsetOption = 0,
    mode: ModeOption = SearchMode.hybrid,
    since: SinceOption = None,
    until: UntilOption = None,
    year: YearOption = None,
    venue: VenueOption = None,
    author: AuthorOption = None,
    category: CategoryOption = None,
    only: OnlyOption = None,
    candidates: CandidatesOption = None,
    why: WhyOption = False,
    diverse: DiverseOption = False,
    sort: SortOption = None,
    among: AmongOption = AMONG,
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
    """Ask an index: a question, --like for similar papers, both, or --batch for a file of questions."""
    if (question is None and not like) == (batch is None) or (batch is not None and unlike):
        raise typer.BadParameter("give one of: a question, --like ID, --batch FILE; the first two may go together")
    chosen: dict[str, Any] = {
        "mode": mode,
        "since": since,
        "until": until,
        "year": year,
        "venue": venue,
        "author": author,
    }
    chosen |= {"author": author, "category": category, "only": only}
    outputs = {
        "json": json,
        "jsonl": jsonl,
        "tsv": tsv,
        "csv": csv,
        "ids": ids,
        "bibtex": bibtex,
        "ris": ris,
        "csl": csl,
    }
    shown: dict[str, Any] = {"offset": offset, "why": why, **outputs}
    shown |= {"diverse": diverse, "sort": sort, "among": among, "group": group}
    if question is not None:
        ask.query(question, index, k or 10, like=like, unlike=unlike, **chosen, **shown)
    elif like:
        ask.similar(like, None, index, k or 10, unlike=unlike, **chosen, **shown)
    elif batch is not None:
        output = output_format(**outputs)
        if output not in _RUNS or offset or why or diverse or sort or group:
            raise typer.BadParameter("--batch writes a run: in TREC's format, or with --jsonl or --tsv")
        rank_file(batch, index, k or 100, **chosen, candidates=candidates, format=_RUNS[output])


if __name__ == "__main__":
    run(lambda: typer.run(_script))
