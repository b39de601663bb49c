"""What answers look like, for the OpenAPI document alone: nothing is validated by it, and tests compare.

Names and meanings are those of `semsearch query --json`; see semsearch.results for what the numbers mean.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .answers import FILES
from .problems import MEDIA_TYPE

Span = tuple[int, int]

_PAPER = {
    "id": "molina-1974-ozone",
    "title": "Stratospheric sink for chlorofluoromethanes: chlorine atom-catalysed destruction of ozone",
    "abstract": "Chlorofluorocarbons rise to where sunlight breaks them. The chlorine destroys ozone.",
    "authors": ["Mario J. Molina", "F. S. Rowland"],
    "author_count": None, "organization": None, "venue": "Nature", "date": "1974", "year": 1974,
    "doi": "10.1038/249810a0", "arxiv_id": None, "url": None, "categories": ["climate"], "keywords": [],
    "citations": None, "comments": None, "aliases": [],
}  # fmt: skip
_WHY = {"sentence": "The chlorine destroys ozone.", "start": 56, "end": 84, "similarity": 0.58}
_RESULTS = {
    "query": "what destroys ozone?", "like": [], "unlike": [], "mode": "hybrid",
    "index": {"path": "index", "generation": "generation-000001", "papers": 60, "model": "all-MiniLM-L6-v2"},
    "hits": [
        {
            "rank": 1, "id": "molina-1974-ozone", "score": 1.0, "similarity": 0.62, "lexical": 5.48, "paper": _PAPER,
            "matches": {"title": [[84, 89]], "abstract": [[69, 77], [78, 83]]},
            "duplicate_of": None, "standing": None,
        }
    ],
    "notes": [],
    "standing": None,
    "standing_reason": "60 papers, and it takes 1,000",
}  # fmt: skip
_PROBLEM = {
    "type": "about:blank", "title": "Bad Request", "status": 400,
    "detail": "no day is all of since 2020, until 2010", "hint": "since is the earlier date, until the later",
}  # fmt: skip
_RANKED = {"id": "molina-1974-ozone", "rank": 1, "score": 1.0, "similarity": 0.62, "lexical": 5.48}
_RANKING = {"query_id": "1", "query": "what destroys ozone?", "papers": [_RANKED], "notes": []}
_FACETS = {
    "papers": 60, "without_year": 0, "years": [{"year": 1974, "papers": 1}],
    "venues": [{"value": "Nature", "papers": 9}], "authors": [{"value": "Geoffrey E. Hinton", "papers": 2}],
    "categories": [{"value": "climate", "papers": 5}],
}  # fmt: skip


def _example(value: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class PaperAnswer(BaseModel):
    """Everything known about one paper. Empty text, an empty list and null mean that it is not known."""

    model_config = _example(_PAPER)

    id: str = Field(examples=["arrhenius-1896-carbonic"])
    title: str
    abstract: str
    authors: list[str]
    author_count: int | None
    organization: str | None
    venue: str | None
    date: str | None = Field(description="A year, a month or a day.", examples=["1896-04"])
    year: int | None
    doi: str | None
    arxiv_id: str | None
    url: str | None
    categories: list[str]
    keywords: list[str]
    citations: int | None
    comments: int | None
    aliases: list[str]


class MatchesAnswer(BaseModel):
    """Where the question's words stand: [start, end) in characters (Unicode code points)."""

    title: list[Span]
    abstract: list[Span]


class WhySentence(BaseModel):
    """The sentence of an abstract that answers best: [start, end) in its characters (Unicode code points)."""

    model_config = _example(_WHY)

    sentence: str
    start: int
    end: int
    similarity: float


class VersionAnswer(BaseModel):
    """Another version of a paper, such as its preprint."""

    id: str
    title: str
    venue: str | None
    date: str | None
    doi: str | None
    arxiv_id: str | None
    url: str | None


class HitAnswer(BaseModel):
    """One paper of an answer."""

    rank: int = Field(description="From 1 over the whole answer, whatever the offset.")
    id: str
    score: float = Field(description="What hits are ordered by; comparable within one answer only.")
    similarity: float = Field(description="The cosine of question and paper, in [-1, 1].")
    lexical: float | None = Field(description="The BM25 score, null where there is none.")
    paper: PaperAnswer
    matches: MatchesAnswer
    duplicate_of: str | None = Field(description="The first of the versions of the paper, where it is another.")
    standing: float | None = Field(description="Comparable between questions; null where the index tells none.")
    why: WhySentence | None = Field(None, description="Only where it was asked for and there is an abstract.")
    group: str | None = Field(None, description="Only where groups were asked for and it is in one.")
    versions: list[VersionAnswer] = Field([], description="Its other versions in the index, where there are some.")
    named: bool = Field(False, description="Only, and true, where the question is its title, id, DOI or arXiv id.")


class IndexAnswer(BaseModel):
    """Which index answered."""

    path: str
    generation: str
    papers: int
    model: str


class ResultsAnswer(BaseModel):
    """The answer to a question, as `semsearch query --json` prints it."""

    model_config = _example(_RESULTS)

    query: str | None
    like: list[str]
    unlike: list[str]
    mode: str
    index: IndexAnswer
    hits: list[HitAnswer]
    notes: list[str] = Field(description="What else the reader should know of the answer, a sentence each.")
    standing: dict[str, Any] | None = Field(description="How the answer stands against those to other questions.")
    standing_reason: str = Field(description="Why `standing` is null, otherwise empty.")


class WhyAnswer(BaseModel):
    """Why one paper answers a question; null where it has no abstract."""

    model_config = _example({"id": "molina-1974-ozone", "why": _WHY})

    id: str
    why: WhySentence | None


class RankedAnswer(BaseModel):
    """A paper of a ranking."""

    id: str
    rank: int
    score: float
    similarity: float
    lexical: float | None
    standing: float | None = None
    duplicate_of: str | None = None


class RankingAnswer(BaseModel):
    """The answer to one of several questions."""

    query_id: str = Field(description="Its place among the questions, from 1.")
    query: str
    papers: list[RankedAnswer]
    notes: list[str]


class RankingsAnswer(BaseModel):
    """The answers to several questions, in their order."""

    model_config = _example({"rankings": [_RANKING]})

    rankings: list[RankingAnswer]


class YearCount(BaseModel):
    """How many papers are of a year."""

    year: int
    papers: int


class ValueCount(BaseModel):
    """How many papers the filter by this value finds."""

    value: str
    papers: int


class FacetsAnswer(BaseModel):
    """What papers can be filtered by."""

    model_config = _example(_FACETS)

    papers: int = Field(description="How many papers pass all the filters.")
    without_year: int
    years: list[YearCount]
    venues: list[ValueCount]
    authors: list[ValueCount]
    categories: list[ValueCount]


class ExamplesAnswer(BaseModel):
    """Questions to begin with."""

    model_config = _example({"examples": ["smoking and carcinoma of the lung"]})

    examples: list[str]


class InfoAnswer(BaseModel):
    """What is in the index, as `semsearch info --json` tells it, and the limits of the API."""

    semsearch: str
    generation: str
    created: str
    papers: int
    model: str
    limits: dict[str, int]


class HealthAnswer(BaseModel):
    """That questions are answered. problem: why the live generation cannot be opened, and an earlier one answers."""

    status: str = Field(examples=["ready"])
    generation: str
    papers: int
    problem: str | None


class ProblemAnswer(BaseModel):
    """An error, as RFC 9457 has it, with the way to mend it."""

    model_config = _example(_PROBLEM)

    type: str
    title: str
    status: int
    detail: str
    hint: str | None = None


_TOLD = {
    400: "The request asks for what there is not, such as a paper of an unknown id.",
    404: "There is no such paper.",
    408: "The head or the body did not arrive in time.",
    413: "The body is too long.",
    421: "The Host is no name of this server.",
    422: "A value is none, or beyond the limits.",
    503: "The index cannot be opened, or too many requests wait; Retry-After tells when to come back.",
}


_ANYWHERE = (408, 413, 421, 422)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its `responses`: those that every one has, and its own."""
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    content = {MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": _TOLD[status], "content": content} for status in (*_ANYWHERE, *statuses)}


def files() -> dict[str, Any]:
    """The media types of exported papers, for a route's `responses`."""
    kinds = {file.media_type: "array" if file.media_type.endswith("+json") else "string" for file in FILES.values()}
    return {media_type: {"schema": {"type": kind}} for media_type, kind in kinds.items()}
