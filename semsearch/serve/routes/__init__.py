"""The routes of the API, a file for each of what it answers."""

from __future__ import annotations

from fastapi import APIRouter

from . import examples, export, facets, health, info, papers, rank, search, similar

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router for module in (search, similar, rank, papers, export, examples, facets, info, health)
)
