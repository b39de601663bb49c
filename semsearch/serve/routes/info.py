"""/api/info: what is in the index, and what may be asked of it at most."""

from __future__ import annotations

from fastapi import APIRouter, Response

from ... import _version
from .. import limits
from ..answers import as_json
from ..parameters import Live
from ..schemas import InfoAnswer, problems

router = APIRouter()

_LIMITS = {
    "question_chars": limits.QUESTION_CHARS,
    "text_chars": limits.TEXT_CHARS,
    "k": limits.MOST_HITS,
    "k_with_why": limits.MOST_EXPLAINED,
    "offset": limits.LARGEST_OFFSET,
    "names": limits.MOST_NAMES,
    "exported": limits.MOST_EXPORTED,
    "posted": limits.MOST_POSTED,
    "questions": limits.MOST_QUESTIONS,
    "k_ranked": limits.MOST_RANKED,
    "among": limits.MOST_SORTED,
    "facet_values": limits.MOST_VALUES,
    "body_bytes": limits.BODY_BYTES,
}


@router.get("/api/info", summary="What is in the index", responses={200: {"model": InfoAnswer}, **problems(503)})
async def info(live: Live) -> Response:
    """Of the generation that answers."""
    generation = live.index.generation
    manifest = generation.manifest
    return as_json(
        {
            "semsearch": _version.__version__,
            "generation": generation.name,
            "created": manifest.created,
            "papers": manifest.counts.papers,
            "model": manifest.encoder.model,
            "limits": _LIMITS,
        }
    )
