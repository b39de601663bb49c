"""/healthz: whether questions are answered. /metrics: what Prometheus reads."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from ..answers import as_json
from ..metrics import Metrics
from ..parameters import Live
from ..schemas import HealthAnswer, problems

router = APIRouter()


@router.get(
    "/healthz",
    summary="Whether questions are answered",
    responses={200: {"model": HealthAnswer}, **problems(503)},
)
async def healthz(live: Live) -> Response:
    """200 where they are. Where the live generation cannot be opened an earlier one answers, and `problem` says why."""
    generation = live.index.generation
    return as_json(
        {
            "status": "ready",
            "generation": generation.name,
            "papers": generation.manifest.counts.papers,
            "problem": live.problem.message if live.problem else None,
        }
    )


@router.get(
    "/metrics",
    summary="Counts and times for Prometheus",
    responses={200: {"description": "Prometheus' text.", "content": {"text/plain": {}}}, **problems()},
    response_class=Response,
)
async def metrics(request: Request) -> Response:
    """Requests by route and status, how long they took, and the generation that answers."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(), headers={"content-type": CONTENT_TYPE_LATEST})
