"""Hits in a notebook: as a table that Jupyter shows by itself, and as a pandas DataFrame.

In: Results. Out: HTML, of which every character of a paper or a question is escaped; or a frame, a row for each hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import SemsearchError
from .paper import Paper

if TYPE_CHECKING:
    from .matches import Span
    from .results import Hit, Results

COLUMNS = (
    "rank", "id", "score", "similarity", "lexical", "standing", "duplicate_of", "title", "authors", "organization",
    "venue", "date", "year", "categories", "keywords", "citations", "doi", "arxiv_id", "url", "abstract",
)  # fmt: skip
_TYPES = {
    **dict.fromkeys(("rank", "year", "citations"), "Int64"),  # which may be missing, and stays whole
    **dict.fromkeys(("score", "similarity", "lexical", "standing"), "float64"),
}
_NAMED_AUTHORS = 3
_TITLE_CHARS, _NAME_CHARS = 300, 80
_WIDE = ' style="text-align:left;overflow-wrap:anywhere"'
_LEFT = ' style="text-align:left"'


def html(results: Results) -> str:
    """The question over a table of the hits, and under it what was searched; what no paper answers is told first."""
    asked = results.query if results.query is not None else f"like {', '.join(results.like) or 'a text'}"
    parts = [_isolated(_cut(asked, _TITLE_CHARS))]
    steering = (("like", results.like if results.query is not None else ()), ("unlike", results.unlike))
    parts += [f"{how} {_isolated(_cut(', '.join(ids), _TITLE_CHARS))}" for how, ids in steering if ids]
    caption = f'<caption style="caption-side:top;text-align:left">{" · ".join(parts)}</caption>'
    verdict = (
        f"<p><b>{escape(results.standing.verdict)}</b></p>" if results.standing and results.standing.verdict else ""
    )
    searched = f"<p>{len(results)} of {results.searched.papers:,} papers in {escape(results.searched.path)}</p>"
    notes = "".join(f"<p>{escape(note)}</p>" for note in results.notes)
    return f"{verdict}{html_of(results, caption)}{searched}{notes}"


def html_of(hits: Sequence[Hit], caption: str = "") -> str:
    """A table: rank, similarity, standing if there is one, and the title over authors, venue and date; the question's
    words marked. caption: HTML."""
    stands = any(hit.standing is not None for hit in hits)
    heads = ["#", "similarity", *(["standing"] if stands else [])]
    head = "".join(f"<th>{name}</th>" for name in heads) + f"<th{_LEFT}>paper</th>"
    rows = "".join(_row(hit, stands) for hit in hits)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(hit: Hit, stands: bool) -> str:
    paper = hit.paper
    shown = _cut(paper.title, _TITLE_CHARS)
    end = len(shown) if shown == paper.title else len(shown) - 1
    title = _marked(shown, (span for span in hit.matches.title if span[1] <= end)) or escape(paper.id)
    title = f"<bdi>{title}</bdi>"
    if link := link_of(paper):
        title = f'<a href="{escape(link)}" rel="noopener noreferrer">{title}</a>'
    about = " · ".join(filter(None, (_byline(paper), _name(paper.venue), _name(paper.date))))
    reason = f"<br><q>{_isolated(_cut(hit.why.sentence(paper.abstract), _TITLE_CHARS))}</q>" if hit.why else ""
    standing = f"<td>{'' if hit.standing is None else f'{hit.standing:.2f}'}</td>" if stands else ""
    cell = f"<b>{title}</b><br>{about}{reason}"
    return f"<tr><td>{hit.rank}</td><td>{hit.similarity:.3f}</td>{standing}<td{_WIDE}>{cell}</td></tr>"


def _byline(paper: Paper) -> str:
    others = len(paper.authors) - _NAMED_AUTHORS
    named = ", ".join(map(_name, paper.authors[:_NAMED_AUTHORS])) or _name(paper.organization)
    return f"{named} and {others:,} more" if others > 0 else named


def _name(text: str | None) -> str:
    return _isolated(_cut(text, _NAME_CHARS)) if text else ""


def _isolated(text: str) -> str:
    """As HTML, so that no sign for the direction of writing turns what stands beside it."""
    return f"<bdi>{escape(text)}</bdi>"


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


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
    return pd.DataFrame([_cells(hit) for hit in results], columns=list(columns)).astype(_TYPES)


def _cells(hit: Hit) -> dict[str, Any]:
    cells = {name: getattr(hit if hasattr(hit, name) else hit.paper, name) for name in COLUMNS}
    lists = {name: list(value) for name, value in cells.items() if isinstance(value, tuple)}
    return cells | lists | {"why": hit.why.sentence(hit.paper.abstract) if hit.why else None}
