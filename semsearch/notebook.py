"""Hits in a notebook: as a table that Jupyter shows by itself, and as a pandas DataFrame.

In: Results. Out: HTML, of which every character of a paper or a question is escaped; or a frame, a row for each hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import SemsearchError
from .paper import Paper

if TYPE_CHECKING:
    from .matches import Span
    from .results import Hit, Results

COLUMNS = (
    "rank", "id", "score", "similarity", "lexical", "title", "authors", "venue", "date", "year", "doi", "arxiv_id",
    "url", "abstract",
)  # fmt: skip
_NAMED_AUTHORS = 3
_LEFT = ' style="text-align:left"'


def html(results: Results) -> str:
    """A table: rank, similarity, and the title over authors, venue and date; the question's words marked."""
    asked = results.query if results.query is not None else f"like {', '.join(results.like) or 'a text'}"
    rows = "".join(map(_row, results))
    head = f"<tr><th>#</th><th>similarity</th><th{_LEFT}>paper</th></tr>"
    caption = f'<caption style="caption-side:top;text-align:left">{escape(asked)}</caption>'
    notes = "".join(f"<p>{escape(note)}</p>" for note in results.notes)
    searched = f"<p>{len(results)} of {results.searched.papers} papers in {escape(results.searched.path)}</p>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>{searched}{notes}"


def _row(hit: Hit) -> str:
    paper = hit.paper
    title = _marked(paper.title, hit.matches.title) or escape(paper.id)
    if link := link_of(paper):
        title = f'<a href="{escape(link)}" rel="noopener noreferrer">{title}</a>'
    about = " · ".join(escape(part) for part in (_byline(paper), paper.venue, paper.date) if part)
    reason = f"<br><q>{escape(hit.why.sentence(paper.abstract))}</q>" if hit.why else ""
    cell = f"<b>{title}</b><br>{about}{reason}"
    return f"<tr><td>{hit.rank}</td><td>{hit.similarity:.3f}</td><td{_LEFT}>{cell}</td></tr>"


def _byline(paper: Paper) -> str:
    others = len(paper.authors) - _NAMED_AUTHORS
    named = ", ".join(paper.authors[:_NAMED_AUTHORS]) or paper.organization or ""
    return f"{named} and {others} more" if others > 0 else named


def link_of(paper: Paper) -> str:
    """Where a paper is to be read; empty where nothing tells. Whatever stands in a record, never `javascript:`."""
    if paper.url and paper.url.lower().startswith(("https://", "http://")):
        return paper.url
    if paper.doi:
        return f"https://doi.org/{quote(paper.doi, safe='/()')}"
    return f"https://arxiv.org/abs/{quote(paper.arxiv_id)}" if paper.arxiv_id else ""


def _marked(text: str, spans: Iterable[Span]) -> str:
    return "".join(_pieces(text, spans))


def _pieces(text: str, spans: Iterable[Span]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    yield escape(text[at:])


def frame(results: Results) -> Any:
    """A pandas.DataFrame of the COLUMNS, and `why` where it was asked for. SemsearchError where there is no pandas."""
    try:
        import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ModuleNotFoundError as error:
        raise SemsearchError("to_pandas needs pandas, which is missing", "pip install pandas") from error
    columns = (*COLUMNS, "why") if any(hit.why for hit in results) else COLUMNS
    return pd.DataFrame([_cells(hit) for hit in results], columns=list(columns))


def _cells(hit: Hit) -> dict[str, Any]:
    paper = hit.paper
    own = {"rank": hit.rank, "score": hit.score, "similarity": hit.similarity, "lexical": hit.lexical}
    cells = own | {name: getattr(paper, name) for name in COLUMNS if name not in own}
    return cells | {"authors": list(paper.authors), "why": hit.why.sentence(paper.abstract) if hit.why else None}
