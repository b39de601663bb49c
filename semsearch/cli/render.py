"""How papers and answers are printed: a table, JSON, TSV, ids, BibTeX and others. In: Results or Papers. Out: text.

A table on a terminal is drawn, folded, and the question's words underlined; in a pipe it is plain and uncut.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """Print an answer to standard output in one of the OUTPUTS; its notes go there with a table, and before it that no
    paper stands out, else to stderr."""
    if results.standing and results.standing.verdict and output != "json":
        print(results.standing.verdict, file=sys.stdout if output == "table" else sys.stderr)
    for line in _RESULTS[output](results):
        print(line)
    for note in results.notes:
        print(note, file=sys.stdout if output == "table" else sys.stderr)


def show_papers(shown: Sequence[Shown], output: str) -> None:
    """Print papers, whole, to standard output in one of the OUTPUTS."""
    for line in _PAPERS[output](shown):
        print(line)


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper, and its other versions in the index as in Hit."""

    paper: Paper
    duplicate_of: str | None = None
    versions: tuple[Paper, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ids = [version.id for version in self.versions]
        return {**self.paper.as_dict(), "duplicate_of": self.duplicate_of, "versions": ids}


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


def _named(versions: Sequence[Paper]) -> list[str]:
    """Each as `id (venue year)`."""
    told = [" ".join(map(str, filter(None, (paper.venue, paper.year)))) for paper in versions]
    return [f"{paper.id} ({about})" if about else paper.id for paper, about in zip(versions, told, strict=True)]


def _headline(paper: Paper) -> str:
    return paper.title or textwrap.shorten(paper.abstract, _SHORT_CHARS, placeholder=_CUT)


def _results_table(results: Results) -> Iterator[str]:
    if sys.stdout.isatty():
        yield from _drawn_table(results)
    else:
        yield from _plain_table(results)
    searched = results.searched
    yield f"{len(results)} of {searched.papers} papers in {searched.path}"


def _grouped(results: Results) -> Iterator[tuple[str | None, Sequence[Hit]]]:
    """The hits with the heading of each group; all of them without one where no groups were asked for."""
    if results.grouped_by is None:
        yield None, results.hits
        return
    from ..grouping import in_groups

    for name, positions in in_groups([hit.group for hit in results], results.grouped_by):
        yield f"{name or f'no {results.grouped_by}'} ({len(positions)})", [results[at] for at in positions]


def _plain_table(results: Results) -> Iterator[str]:
    """Aligned columns, nothing cut, for pipes and files.

    A line for each hit; two if there are reasons, the second `  > ` and the sentence, or `  >` where there is none; and
    one more, `  also: `, that names the other versions of a paper that has some. A group's name stands in a line before
    its hits.
    """
    groups = list(_grouped(results))
    hits = [hit for _, some in groups for hit in some]
    headings = {some[0].rank: heading for heading, some in groups if heading}
    reasons = [why.sentence(hit.paper.abstract) if (why := hit.why) else "" for hit in hits]
    figures = _figures(results.hits)
    first = 1 + len(figures)
    rows = [("#", *figures, "title", "authors", "date", "id")]
    for hit in hits:
        numbers = [figure(hit) for figure in figures.values()]
        rows.append((str(hit.rank), *numbers, _headline(hit.paper), byline(hit.paper), hit.paper.date or "", hit.id))
    widths = [min(max(map(len, column)), _ALIGNED_CHARS) for column in zip(*rows, strict=True)]
    for position, row in enumerate(rows):
        if position and (heading := headings.get(hits[position - 1].rank)):
            yield heading
        numbers = [cell.rjust(width) for cell, width in zip(row[:first], widths[:first], strict=True)]
        texts = [cell.ljust(width) for cell, width in zip(row[first:], widths[first:], strict=True)]
        yield "  ".join(numbers + texts).rstrip()
        if position and any(reasons):
            yield f"  > {reasons[position - 1]}".rstrip()
        if position and (versions := hits[position - 1].versions):
            yield f"  also: {', '.join(_named(versions))}"


def _figures(hits: Sequence[Hit]) -> dict[str, Callable[[Hit], str]]:
    """The columns of numbers: similarity, and standing where the hits have one."""
    columns: dict[str, Callable[[Hit], str]] = {"similarity": lambda hit: f"{hit.similarity:.3f}"}
    if any(hit.standing is not None for hit in hits):
        columns["standing"] = lambda hit: "" if hit.standing is None else f"{hit.standing:.2f}"
    return columns


def _drawn_table(results: Results) -> Iterator[str]:
    """As wide as the terminal: title over authors, venue, date and id, and under them the sentence that answers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", style="dim")
    figures = _figures(results.hits)
    for name in figures:
        table.add_column(name, justify="right")
    table.add_column("paper", overflow="fold", ratio=1)
    for heading, hits in _grouped(results):
        if heading:
            table.add_row("", *("" for _ in figures), Text(heading, style="bold cyan"))
        for hit in hits:
            table.add_row(str(hit.rank), *(figure(hit) for figure in figures.values()), _drawn_hit(hit))
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
    if hit.versions:
        lines.append(Text(f"also: {', '.join(_named(hit.versions))}", style="dim"))
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


def _told_fields(results: Results) -> list[str]:
    """What a table for machines tells of hits behind the fields of papers."""
    return ["duplicate_of", *(["group"] if results.grouped_by else [])]


def _results_tsv(results: Results) -> Iterator[str]:
    yield _tsv(("rank", "score", "similarity", *_TSV_FIELDS, "standing", *_told_fields(results)))
    for hit in results:
        numbers = hit.rank, f"{hit.score:.6f}", f"{hit.similarity:.6f}"
        standing = None if hit.standing is None else f"{hit.standing:.3f}"
        told = (getattr(hit, name) for name in _told_fields(results))
        yield _tsv((*numbers, *_tsv_fields(hit.paper), standing, *told))


def _papers_tsv(shown: Sequence[Shown]) -> Iterator[str]:
    yield _tsv((*_TSV_FIELDS, "abstract", "duplicate_of"))
    for each in shown:
        yield _tsv((*_tsv_fields(each.paper), each.paper.abstract, each.duplicate_of))


def _results_csv(results: Results) -> Iterator[str]:
    told = _told_fields(results)
    yield from csv_lines([("rank", "score", "similarity", *CSV_FIELDS, *told)])
    numbers = ((hit.rank, f"{hit.score:.6f}", f"{hit.similarity:.6f}") for hit in results)
    others = ([getattr(hit, name) or "" for name in told] for hit in results)
    hits = zip(numbers, results, others, strict=True)
    yield from csv_lines([*number, *csv_cells(hit.paper), *other] for number, hit, other in hits)


def _papers_csv(shown: Sequence[Shown]) -> Iterator[str]:
    yield from csv_lines([(*CSV_FIELDS, "duplicate_of")])
    yield from csv_lines([*csv_cells(each.paper), each.duplicate_of or ""] for each in shown)


def _papers_text(shown: Sequence[Shown]) -> Iterator[str]:
    """Every field that is known, the abstract last; lines are folded only on a terminal."""
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 0
    for number, each in enumerate(shown):
        if number:
            yield ""
        known = {**each.as_dict(), "versions": _named(each.versions)}
        fields = {name: value for name, value in known.items() if value not in (None, "", [])}
        abstract = fields.pop("abstract", "")
        fields.pop("year", None)
        for name, value in fields.items():
            label = name.replace("_", " ")
            text = f"{label:13} {'; '.join(value) if isinstance(value, list) else value}"
            yield textwrap.fill(text, width, subsequent_indent=" " * 14) if width else text
        if abstract:
            yield ""
            yield textwrap.fill(abstract, width) if width else abstract


_Write = Callable[[Sequence[Paper], Mapping[str, str]], Iterable[str]]
_REFERENCES: dict[str, _Write] = {
    "bibtex": bibtex,
    "ris": lambda papers, _: ris(papers),  # what it has no tag for becomes a note in a library
    "csl": csl,
}


def _referred(write: _Write) -> Callable[[Iterable[Hit | Shown]], Iterable[str]]:
    def written(several: Iterable[Hit | Shown]) -> Iterable[str]:
        each = list(several)
        return write([one.paper for one in each], {one.paper.id: one.duplicate_of for one in each if one.duplicate_of})

    return written


_RESULTS: dict[str, Callable[[Results], Iterable[str]]] = {
    "table": _results_table,
    "json": lambda results: [json.dumps(results.as_dict(), ensure_ascii=False, indent=1)],
    "jsonl": lambda results: (_json(hit.as_dict()) for hit in results),
    "tsv": _results_tsv,
    "csv": _results_csv,
    "ids": lambda results: (hit.id for hit in results),
    **{name: _referred(write) for name, write in _REFERENCES.items()},
}
_PAPERS: dict[str, Callable[[Sequence[Shown]], Iterable[str]]] = {
    "table": _papers_text,
    "json": lambda shown: [json.dumps([each.as_dict() for each in shown], ensure_ascii=False, indent=1)],
    "jsonl": lambda shown: (_json(each.as_dict()) for each in shown),
    "tsv": _papers_tsv,
    "csv": _papers_csv,
    "ids": lambda shown: (each.paper.id for each in shown),
    **{name: _referred(write) for name, write in _REFERENCES.items()},
}
OUTPUTS = tuple(_RESULTS)
