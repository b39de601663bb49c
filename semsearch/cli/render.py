"""How papers and answers are printed: a table, JSON, TSV, ids, BibTeX and others. In: Results or Papers. Out: text.

A table on a terminal is drawn, folded, and the question's words underlined; in a pipe it is plain and uncut.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..paper import Paper
from ..references import CSV_FIELDS, bibtex, csl, csv_cells, csv_lines, ris
from ..results import Hit, Results

if TYPE_CHECKING:  # rich takes a while, and is for terminals only
    from rich.text import Text

    from ..matches import Span

_NAMED_AUTHORS = 2
_SHORT_CHARS = 100  # of the abstract, where there is no title
_CUT = " ..."
_ALIGNED_CHARS = 200  # of a plain table's column: what is longer stands out instead of widening every line
_DRAWN_CHARS = 1_000  # of a title on a terminal
_MARK = "underline"  # seen on dark and light, and where there are no colours
_TSV_FIELDS = ("id", "title", "authors", "venue", "date", "doi", "arxiv_id", "url")


def show_results(results: Results, output: str) -> None:
    """Print an answer to standard output in one of the OUTPUTS; its notes go there with a table, else to stderr."""
    for line in _RESULTS[output](results):
        print(line)
    for note in results.notes:
        print(note, file=sys.stdout if output == "table" else sys.stderr)


def show_papers(papers: Sequence[Paper], output: str) -> None:
    """Print papers, whole, to standard output in one of the OUTPUTS."""
    for line in _PAPERS[output](papers):
        print(line)


def byline(paper: Paper) -> str:
    """Who wrote it, shortly: two names and how many more, or the organisation, or how many there are."""
    if paper.authors:
        others = len(paper.authors) - _NAMED_AUTHORS
        if others > 1:
            return f"{', '.join(paper.authors[:_NAMED_AUTHORS])} and {others} others"
        return ", ".join(paper.authors)
    if paper.organization or paper.author_count is None:
        return paper.organization or ""
    return f"{paper.author_count} author{'s' * (paper.author_count != 1)}"


def _headline(paper: Paper) -> str:
    return paper.title or textwrap.shorten(paper.abstract, _SHORT_CHARS, placeholder=_CUT)


def _results_table(results: Results) -> Iterator[str]:
    if sys.stdout.isatty():
        yield from _drawn_table(results.hits)
    else:
        yield from _plain_table(results.hits)
    searched = results.searched
    yield f"{len(results)} of {searched.papers} papers in {searched.path}"


def _plain_table(hits: Sequence[Hit]) -> Iterator[str]:
    """Aligned columns, nothing cut, for pipes and files.

    A line for each hit; two if there are reasons, the second `  > ` and the sentence, or `  >` where there is none.
    """
    reasons = [why.sentence(hit.paper.abstract) if (why := hit.why) else "" for hit in hits]
    rows = [("#", "similarity", "title", "authors", "date", "id")]
    rows += [
        (str(hit.rank), f"{hit.similarity:.3f}", _headline(hit.paper), byline(hit.paper), hit.paper.date or "", hit.id)
        for hit in hits
    ]
    widths = [min(max(map(len, column)), _ALIGNED_CHARS) for column in zip(*rows, strict=True)]
    for position, row in enumerate(rows):
        numbers = [cell.rjust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        texts = [cell.ljust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        yield "  ".join(numbers + texts).rstrip()
        if position and any(reasons):
            yield f"  > {reasons[position - 1]}".rstrip()


def _drawn_table(hits: Sequence[Hit]) -> Iterator[str]:
    """As wide as the terminal: title over authors, venue, date and id, and under them the sentence that answers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", style="dim")
    table.add_column("similarity", justify="right")
    table.add_column("paper", overflow="fold", ratio=1)
    for hit in hits:
        table.add_row(str(hit.rank), f"{hit.similarity:.3f}", _drawn_hit(hit))
    console = Console(highlight=False, width=min(shutil.get_terminal_size().columns, 120))
    with console.capture() as drawn:
        console.print(table)
    yield drawn.get().strip("\n")


def _drawn_hit(hit: Hit) -> Text:
    from rich.text import Text

    paper, why = hit.paper, hit.why
    in_title, in_abstract = hit.matches.title, hit.matches.abstract
    drawn = _headline(paper)
    drawn = drawn if len(drawn) <= _DRAWN_CHARS else drawn[:_DRAWN_CHARS] + _CUT
    headline = Text(drawn, style="bold")
    kept = len(drawn.removesuffix(_CUT))
    _mark(headline, in_title if paper.title else in_abstract, 0, kept)
    about = " · ".join(filter(None, (byline(paper), paper.venue, paper.date, hit.id)))
    lines = [headline, Text(about, style="dim")]
    if why:
        lines.append(Text(why.sentence(paper.abstract)))
        _mark(lines[-1], in_abstract, why.start, why.end)
    return Text("\n").join(lines)


def _mark(text: Text, spans: Iterable[Span], start: int, end: int) -> None:
    """Mark in text, which is [start, end) of a longer one, the spans of that one that lie within."""
    for first, last in spans:
        if start <= first and last <= end:
            text.stylize(_MARK, first - start, last - start)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _tsv(values: Iterable[Any]) -> str:
    return "\t".join("" if value is None else str(value) for value in values)


def _tsv_fields(paper: Paper) -> list[str | None]:
    return ["; ".join(paper.authors) if name == "authors" else getattr(paper, name) for name in _TSV_FIELDS]


def _results_tsv(results: Results) -> Iterator[str]:
    yield _tsv(("rank", "score", "similarity", *_TSV_FIELDS))
    for hit in results:
        yield _tsv((hit.rank, f"{hit.score:.6f}", f"{hit.similarity:.6f}", *_tsv_fields(hit.paper)))


def _papers_tsv(papers: Sequence[Paper]) -> Iterator[str]:
    yield _tsv((*_TSV_FIELDS, "abstract"))
    for paper in papers:
        yield _tsv((*_tsv_fields(paper), paper.abstract))


def _results_csv(results: Results) -> Iterator[str]:
    yield from csv_lines([("rank", "score", "similarity", *CSV_FIELDS)])
    numbers = ((hit.rank, f"{hit.score:.6f}", f"{hit.similarity:.6f}") for hit in results)
    yield from csv_lines([*number, *csv_cells(hit.paper)] for number, hit in zip(numbers, results, strict=True))


def _papers_csv(papers: Sequence[Paper]) -> Iterator[str]:
    yield from csv_lines([CSV_FIELDS, *map(csv_cells, papers)])


def _papers_text(papers: Sequence[Paper]) -> Iterator[str]:
    """Every field that is known, the abstract last; lines are folded only on a terminal."""
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 0
    for number, paper in enumerate(papers):
        if number:
            yield ""
        fields = {name: value for name, value in paper.as_dict().items() if value not in (None, "", [])}
        abstract = fields.pop("abstract", "")
        fields.pop("year", None)
        for name, value in fields.items():
            label = name.replace("_", " ")
            text = f"{label:13} {'; '.join(value) if isinstance(value, list) else value}"
            yield textwrap.fill(text, width, subsequent_indent=" " * 14) if width else text
        if abstract:
            yield ""
            yield textwrap.fill(abstract, width) if width else abstract


_REFERENCES: dict[str, Callable[[Sequence[Paper]], Iterable[str]]] = {"bibtex": bibtex, "ris": ris, "csl": csl}


def _referred(write: Callable[[Sequence[Paper]], Iterable[str]]) -> Callable[[Results], Iterable[str]]:
    return lambda results: write([hit.paper for hit in results])


_RESULTS: dict[str, Callable[[Results], Iterable[str]]] = {
    "table": _results_table,
    "json": lambda results: [json.dumps(results.as_dict(), ensure_ascii=False, indent=1)],
    "jsonl": lambda results: (_json(hit.as_dict()) for hit in results),
    "tsv": _results_tsv,
    "csv": _results_csv,
    "ids": lambda results: (hit.id for hit in results),
    **{name: _referred(write) for name, write in _REFERENCES.items()},
}
_PAPERS: dict[str, Callable[[Sequence[Paper]], Iterable[str]]] = {
    "table": _papers_text,
    "json": lambda papers: [json.dumps([paper.as_dict() for paper in papers], ensure_ascii=False, indent=1)],
    "jsonl": lambda papers: (_json(paper.as_dict()) for paper in papers),
    "tsv": _papers_tsv,
    "csv": _papers_csv,
    "ids": lambda papers: (paper.id for paper in papers),
    **_REFERENCES,
}
OUTPUTS = tuple(_RESULTS)
