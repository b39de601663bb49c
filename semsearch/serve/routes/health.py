"""/healthz: whether questions are answered."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..answers import as_json
from ..parameters import index_of

router = APIRouter()


@router.get("/healthz", summary="Whether questions are answered")
async def healthz(request: Request) -> Response:
    """200 where they are, 503 where they are not."""
    index = index_of(request)
    return as_json({"status": "ready", "generation": index.generation.name})
