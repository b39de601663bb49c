"""/api/rank: the best papers for each of several questions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ...retrieval import Mode
from ...search import SearchIndex
from ..answers import as_json
from ..limits import MOST_QUESTIONS, MOST_RANKED, QUESTION_CHARS
from ..parameters import live_of

router = APIRouter()


class Questions(BaseModel):
    """What papers are ranked for."""

    model_config = ConfigDict(extra="forbid")

    questions: list[Annotated[str, Field(min_length=1, max_length=QUESTION_CHARS)]] = Field(
        min_length=1, max_length=MOST_QUESTIONS
    )
    k: int = Field(default=100, ge=1, le=MOST_RANKED)
    mode: Mode = "hybrid"


@router.post("/api/rank", summary="The best papers for each of several questions")
async def rank(request: Request, asked: Questions) -> Response:
    """In the order of the questions."""

    def found(index: SearchIndex) -> Response:
        return as_json({"rankings": [asdict(each) for each in index.rank(asked.questions, asked.k, mode=asked.mode)]})

    return await live_of(request).ask(found)
