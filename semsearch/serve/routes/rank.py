"""/api/rank: the best papers for each of several questions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from ...results import Ranking
from ...retrieval import Mode
from ...search import SearchIndex
from ..answers import as_json
from ..limits import MOST_QUESTIONS, MOST_RANKED, RANKED_AT_ONCE
from ..parameters import Filters, Live, Name
from ..schemas import RankedAnswer, RankingsAnswer, problems

router = APIRouter()


class Questions(Filters):
    """What papers are ranked for, and which may be found."""

    questions: list[Name] = Field(
        min_length=1, max_length=MOST_QUESTIONS, examples=[["what thins the ozone layer?", "stable matchings"]]
    )
    k: int = Field(100, ge=1, le=MOST_RANKED, examples=[5])
    mode: Mode = "hybrid"


@router.post(
    "/api/rank",
    summary="The best papers for each of several questions",
    responses={200: {"model": RankingsAnswer}, **problems(400, 503)},
)
async def rank(request: Request, live: Live, asked: Questions) -> Response:
    """As `semsearch rank` ranks them, in the order of the questions."""
    filter = asked.filter()

    def found(index: SearchIndex) -> Response:
        rankings = index.rank(asked.questions, asked.k, mode=asked.mode, filter=filter, at_once=RANKED_AT_ONCE)
        return as_json({"rankings": [_told(each) for each in live.until_closed(rankings)]})

    return await live.ask(request, found, takes_long=True)


def _told(ranking: Ranking) -> dict[str, Any]:
    papers = [{name: getattr(paper, name) for name in RankedAnswer.model_fields} for paper in ranking.papers]
    return {"query_id": ranking.query_id, "query": ranking.query, "papers": papers, "notes": list(ranking.notes)}
