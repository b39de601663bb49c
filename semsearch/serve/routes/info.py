"""/api/info: what is in the index."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..._version import __version__
from ..answers import as_json
from ..parameters import index_of

router = APIRouter()


@router.get("/api/info", summary="What is in the index")
async def info(request: Request) -> Response:
    """The generation that answers."""
    index = index_of(request)
    manifest = index.manifest
    return as_json(
        {
            "semsearch": __version__,
            "generation": index.generation.name,
            "created": manifest.created,
            "papers": manifest.counts.papers,
            "model": manifest.encoder.model,
        }
    )
