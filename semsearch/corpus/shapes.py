"""The shapes that JSON records of known sources have. In: any record. Out: one with the names of fields.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arxiv_snapshot import ARXIV_SNAPSHOT
from .openalex import OPENALEX
from .semantic_scholar import SEMANTIC_SCHOLAR
from .shape import Shape

SHAPES: tuple[Shape, ...] = (ARXIV_SNAPSHOT, OPENALEX, SEMANTIC_SCHOLAR)

SIGNS = frozenset().union(*(shape.signs for shape in SHAPES))


def plain(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """record with the names of fields.py, whatever source it is of. Raises UnreadableError as the shapes do."""
    if SIGNS.isdisjoint(record):  # nearly all records of other files end here
        return record
    for shape in SHAPES:
        if not shape.signs.isdisjoint(record) and shape.fits(record):
            said = {name: value for name, value in shape.fields(record).items() if value not in (None, "", [])}
            return {name: value for name, value in record.items() if name not in shape.left_out} | said
    return record


def why_untitled(record: Mapping[str, Any]) -> str:
    """Why a record of a source that keeps titles in another file has none; empty for any other."""
    if SIGNS.isdisjoint(record):
        return ""
    return next((s.without_title for s in SHAPES if not s.signs.isdisjoint(record) and s.fits(record)), "")
