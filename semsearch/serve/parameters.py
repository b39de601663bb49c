"""What a request may say, as FastAPI reads it: parameters with their bounds, and the filter that they make."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ..filters import Filter
from ..retrieval import Mode
from .limits import LARGEST_OFFSET, MOST_EXPLAINED, MOST_HITS, MOST_NAMES, QUESTION_CHARS
from .live import LiveIndex
from .problems import TAKEN, ProblemError

Name = Annotated[str, Field(min_length=1, max_length=QUESTION_CHARS)]

Question = Annotated[
    Name, Query(description="A question in plain language.", examples=["how do greenhouse gases warm the earth?"])
]
K = Annotated[int, Query(ge=1, le=MOST_HITS, description="How many papers.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_OFFSET, description="Leave out that many of the best.")]
ModeParameter = Annotated[Mode, Query(description="Find by keywords and meaning, by meaning, or by keywords.")]
Why = Annotated[
    bool,
    Query(description=f"Tell the sentence of each abstract that answers best; k is at most {MOST_EXPLAINED} then."),
]


def names(description: str, *examples: str, most: int = MOST_NAMES, least: int = 0) -> Any:
    """A parameter that may be repeated."""
    return Query(min_length=least, max_length=most, description=description, examples=[list(examples)])


Like = Annotated[list[Name], names("Papers that the answer should be more like.", "arrhenius-1896-carbonic")]
Unlike = Annotated[list[Name], names("Papers that the answer should be less like.", "molina-1974-ozone")]
LENIENT = "Leave papers of like, unlike and id out that the index has not, and tell so in `notes`, instead of an error."
Lenient = Annotated[bool, Query(description=LENIENT)]
_Date = Annotated[str | None, Field(max_length=10, pattern=r"^\d{4}(-\d\d){0,2}$")]


class Filters(BaseModel):
    """Which papers may be found. A paper has to be all that is asked for, and any of several values of one kind."""

    model_config = ConfigDict(extra="forbid")

    since: _Date = Field(None, description="Papers of this day, month or year, and later.", examples=["1970"])
    until: _Date = Field(None, description="Papers of this day, month or year, and earlier.", examples=["2020-06"])
    year: int | None = Field(None, ge=1, le=9999, description="Papers of this year.", examples=[1974])
    venue: list[Name] = Field([], max_length=MOST_NAMES, description="A venue, or words of it.", examples=[["Nature"]])
    author: list[Name] = Field([], max_length=MOST_NAMES, description="Words of a name.", examples=[["Manabe"]])
    category: list[Name] = Field(
        [], max_length=MOST_NAMES, description="A category or a keyword.", examples=[["climate"]]
    )

    def filter(self) -> Filter | None:
        """The filter, None where nothing is asked for. Raises QueryError for what no filter can be made of."""
        asked = Filter(self.since, self.until, self.year, tuple(self.venue), tuple(self.author), tuple(self.category))
        return asked if asked else None


async def _filter(
    since: Annotated[_Date, Query(description="Papers of this day, month or year, or later.")] = None,
    until: Annotated[_Date, Query(description="Papers of this day, month or year, or earlier.")] = None,
    year: Annotated[int | None, Query(ge=1, le=9999, description="Papers of this year.", examples=[1974])] = None,
    venue: Annotated[list[Name], names("A venue, or words of it.", "Nature")] = [],  # noqa: B006
    author: Annotated[list[Name], names("Words of an author's name.", "Manabe")] = [],  # noqa: B006
    category: Annotated[list[Name], names("A category or a keyword.", "climate")] = [],  # noqa: B006
) -> Filter | None:
    return Filters(since=since, until=until, year=year, venue=venue, author=author, category=category).filter()


async def known_only(request: Request) -> None:
    """ProblemError for a parameter in an address of the API that its request does not take, or takes once and is given
    again, which would be passed over although something was meant by it."""
    route = request.scope["route"]
    if not route.path.startswith("/api/"):
        return
    taken = _taken(request.app, route.path_format, request.method.lower())
    for name in request.query_params:
        if name not in taken:
            near = get_close_matches(name.lower(), taken, 1, 0.5)
            hint = f"did you mean {near[0]}? " if near else ""
            all_taken = f"it takes {', '.join(taken)}" if taken else "it takes none"
            raise ProblemError(422, f"{name[:60]}: {route.path_format} has no such parameter", f"{hint}{all_taken}")
        if not taken[name] and len(values := request.query_params.getlist(name)) > 1:
            raise ProblemError(422, f"{name}: is given {len(values):,} times, expected once", TAKEN)


def _taken(app: FastAPI, path: str, method: str) -> dict[str, bool]:
    """The parameters that a request takes, and whether each may be repeated."""
    told = app.openapi()["paths"][path][method].get("parameters", ())
    return {each["name"]: each["schema"].get("type") == "array" for each in told if each["in"] == "query"}


FilterParameters = Annotated[Filter | None, Depends(_filter)]


async def live_of(request: Request) -> LiveIndex:
    """The index that the application serves."""
    live: LiveIndex = request.app.state.live
    return live


Live = Annotated[LiveIndex, Depends(live_of)]
