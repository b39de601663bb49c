"""What a request may say, as FastAPI reads it: a table of parameters with their bounds, and the filter they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from ..filters import Filter
from ..retrieval import Mode
from ..search import SearchIndex
from .limits import LARGEST_OFFSET, MOST_HITS, MOST_NAMES, QUESTION_CHARS
from .live import LiveIndex

Name = Annotated[str, Query(max_length=QUESTION_CHARS)]
Names = list[Annotated[str, Query(max_length=QUESTION_CHARS)]]

Question = Annotated[
    str, Query(min_length=1, max_length=QUESTION_CHARS, description="A question in plain language.",
               examples=["how do greenhouse gases warm the earth?"]),
]  # fmt: skip
K = Annotated[int, Query(ge=1, le=MOST_HITS, description="How many papers.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_OFFSET, description="Leave out that many of the best.")]
ModeParameter = Annotated[Mode, Query(description="Find by keywords and meaning, by meaning, or by keywords.")]
Why = Annotated[bool, Query(description="Tell the sentence of each abstract that answers best; k is at most 20 then.")]


def _names(description: str, example: str) -> object:
    return Query(max_length=MOST_NAMES, description=description, examples=[[example]])


Like = Annotated[Names, _names("Papers that the answer should be more like.", "arrhenius-1896-carbonic")]
Unlike = Annotated[Names, _names("Papers that the answer should be less like.", "molina-1974-ozone")]


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a filter."""

    filter: Filter | None


def filter_of(
    since: Annotated[str | None, Query(max_length=10, description="Papers since: 2020, 2020-06 or 2020-06-15.")] = None,
    until: Annotated[str | None, Query(max_length=10, description="Papers until.")] = None,
    year: Annotated[int | None, Query(ge=1, le=9999, description="Papers of this year.")] = None,
    venue: Annotated[Names, _names("Papers of this venue, or of words of it. Any of several.", "Nature")] = [],  # noqa: B006
    author: Annotated[Names, _names("Papers of this author. Any of several.", "Manabe")] = [],  # noqa: B006
    category: Annotated[Names, _names("Papers of this category or keyword. Any of several.", "climate")] = [],  # noqa: B006
) -> Filter | None:
    """The filter that a request asks for, None where it asks for none."""
    asked = Filter(since, until, year, tuple(venue), tuple(author), tuple(category))
    return asked if asked else None


def live_of(request: Request) -> LiveIndex:
    """The index that the application serves."""
    live: LiveIndex = request.app.state.live
    return live


def index_of(request: Request) -> SearchIndex:
    """The open index. Raises what keeps it from being open."""
    return live_of(request).index
