"""The routes of the API, a file for each of what it answers."""

from __future__ import annotations

from fastapi import APIRouter

from . import export, facets, health, info, papers, rank, search, similar

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    similar.router,
    rank.router,
    papers.router,
    export.router,
    facets.router,
    info.router,
    health.router,
)
