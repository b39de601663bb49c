"""In which order a request wants its hits, in which groups, and whether versions of one paper are one hit."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from ..arranging import AMONG
from .limits import MOST_SORTED

Sort = Literal["date", "oldest", "citations", "comments"]
Group = Literal["venue", "year", "author"]

SORT = "Sort the best: the newest, the oldest, the most cited or the most commented first; those without last."
DIVERSE = "Prefer hits unlike those before them, among the best; not together with sort."
BEST = "How many of the best `sort` and `diverse` put in order; what is behind them follows as it is."
GROUP = "Tell the `group` of each hit, one for each; ranks and order stay."
FOLD = "Of versions of one paper, such as a preprint and what was published, give one; its `versions` are the others."


class Asked(TypedDict):
    """What `SearchIndex.search` and `similar` take of this."""

    sort: str | None
    diverse: bool
    among: int
    group: str | None
    fold: bool


class Arranging(BaseModel):
    """As the body of a request has it."""

    sort: Sort | None = Field(None, description=SORT, examples=["date"])
    diverse: bool = Field(False, description=DIVERSE)
    among: int = Field(AMONG, ge=1, le=MOST_SORTED, description=BEST, examples=[50])
    group: Group | None = Field(None, description=GROUP, examples=["venue"])
    fold: bool = Field(False, description=FOLD)

    def arranging(self) -> Asked:
        """What is asked for."""
        return {
            "sort": self.sort, "diverse": self.diverse, "among": self.among, "group": self.group, "fold": self.fold,
        }  # fmt: skip


async def _arranging(
    sort: Annotated[Sort | None, Query(description=SORT, examples=["date"])] = None,
    diverse: Annotated[bool, Query(description=DIVERSE)] = False,
    among: Annotated[int, Query(ge=1, le=MOST_SORTED, description=BEST, examples=[50])] = AMONG,
    group: Annotated[Group | None, Query(description=GROUP, examples=["venue"])] = None,
    fold: Annotated[bool, Query(description=FOLD)] = False,
) -> Asked:
    return {"sort": sort, "diverse": diverse, "among": among, "group": group, "fold": fold}


Arranged = Annotated[Asked, Depends(_arranging)]
