"""What a search answers with: hits in order, for a question or for papers that others should be like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, overload

from .matches import Matches, matches_of
from .paper import Paper
from .standing import Standing
from .why import Why
from .words import Unit

NO_CANDIDATES = "the question has no candidates"
"""A note of a Ranking."""

VERSION_FIELDS = ("id", "title", "venue", "date", "doi", "arxiv_id", "url")
"""What JSON tells of the other versions of a hit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper of an answer.

    rank: from 1 over the whole answer, whatever the offset. score: what hits are ordered by, comparable within one
    answer only; of a hybrid answer in [0, 1], of the others similarity or lexical, and above these for papers that the
    question names. similarity: the cosine of question and paper by the index's encoder, in [-1, 1]. lexical: the BM25
    score, None where there is none. asked: the question's words. why: the sentence of the abstract that answers best,
    if asked for. group: its venue, year or author, if groups were asked for and it has one (grouping.py). standing:
    comparable between questions, in [0, 1]: the share of background questions whose ten nearest papers are less near on
    average than this one is; None where there is none (see standing.py). duplicate_of: the id of the first of its
    versions, None for the first one and for a paper without others. versions: the others in the index, the first one
    first. named: whether the question is its title, id, DOI or arXiv id.
    """

    rank: int
    paper: Paper
    score: float
    similarity: float
    lexical: float | None = None
    asked: tuple[Unit, ...] = ()
    why: Why | None = None
    group: str | None = None
    standing: float | None = None
    duplicate_of: str | None = None
    versions: tuple[Paper, ...] = ()
    named: bool = False

    @property
    def matches(self) -> Matches:
        """Where the question's words stand in title and abstract; looked for whenever it is asked for."""
        return matches_of(self.asked, self.paper)

    @property
    def id(self) -> str:
        """The paper's id."""
        return self.paper.id

    def _repr_html_(self) -> str:
        """A row of its own, as Jupyter shows it."""
        from .notebook import html_of

        return html_of([self])

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON. `why` and `group` are there only where they were asked for and there is one, `versions`
        where there are others: what tells them apart and where they are; `named` only where it is true."""
        why = {"why": self.why.as_dict(self.paper.abstract)} if self.why else {}
        group = {"group": self.group} if self.group is not None else {}
        others = [{name: getattr(paper, name) for name in VERSION_FIELDS} for paper in self.versions]
        versions = {"versions": others} if others else {}
        named = {"named": True} if self.named else {}
        return {
            "rank": self.rank,
            "id": self.id,
            "score": self.score,
            "similarity": self.similarity,
            "lexical": self.lexical,
            "duplicate_of": self.duplicate_of,
            "paper": self.paper.as_dict(),
            "matches": self.matches.as_dict(),
            "standing": self.standing,
            **why,
            **group,
            **versions,
            **named,
        }


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """Which index answered. path: as it was opened. papers: how many it holds."""

    path: str
    generation: str
    papers: int
    model: str


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """The hits for one question, best first; a sequence of them.

    query: the question, None for `similar`. like, unlike: ids of the papers that the hits should be like, and of those
    that they should not be like. searched: the index.
    notes: what else the reader should know of the answer, a sentence each. grouped_by: venue, year or author, if asked
    for. standing: how the whole answer stands, and whether a paper stands out; None for papers and likes, by keywords
    alone, and for an index that has no background; standing_reason: why it is None, otherwise empty.
    """

    query: str | None
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    mode: str
    searched: IndexSummary
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    grouped_by: str | None = None
    standing: Standing | None = None
    standing_reason: str = ""

    @overload
    def __getitem__(self, position: int) -> Hit: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, position: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[position]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from .notebook import html

        return html(self)

    def to_pandas(self) -> Any:
        """The hits as a pandas.DataFrame, a row each. SemsearchError where there is no pandas."""
        from .notebook import frame

        return frame(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON, as `semsearch query --json` prints it."""
        return {
            "query": self.query,
            "like": list(self.like),
            "unlike": list(self.unlike),
            "mode": self.mode,
            "index": asdict(self.searched),
            "hits": [hit.as_dict() for hit in self.hits],
            "notes": list(self.notes),
            "standing": self.standing.as_dict() if self.standing else None,
            "standing_reason": self.standing_reason,
        }


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """One line of a run: a paper's id, its rank from 1, score, similarity, lexical, standing, duplicate_of (see Hit).
    outside: the paper, if it is a candidate that was given as one, and not a paper of the index."""

    id: str
    rank: int
    score: float
    similarity: float
    lexical: float | None = None
    outside: Paper | None = None
    standing: float | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer to one question of a batch; query: its text, empty for papers that are liked alone. notes, standing:
    of the whole answer, as in Results; candidates alone have no standing."""

    query_id: str
    query: str
    papers: tuple[RankedPaper, ...]
    notes: tuple[str, ...] = ()
    standing: Standing | None = None
