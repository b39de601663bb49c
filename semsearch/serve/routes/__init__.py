"""The routes of the API, a file for each of what it answers."""

from __future__ import annotations

from fastapi import APIRouter

from . import examples, export, facets, health, info, papers, rank, search, similar

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    similar.router,
    rank.router,
    papers.router,
    export.router,
    facets.router,
    examples.router,
    info.router,
    health.router,
)
