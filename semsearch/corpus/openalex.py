"""A work of OpenAlex (https://docs.openalex.org/api-entities/works/work-object), of the API or the snapshot."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..limits import TEXT_CHARS, TOO_MUCH_TEXT
from .fields import UnreadableError
from .shape import Shape, part, parts, text

_SITE = re.compile(r"https?://openalex\.org/")
_ARXIV = re.compile(r"https?://arxiv\.org/(?:abs|pdf)/")


def _fields(work: Mapping[str, Any]) -> dict[str, Any]:
    locations = work.get("locations")
    pages = [text(part(work, "primary_location", "landing_page_url")), *map(text, parts(locations, "landing_page_url"))]
    arxiv = next(filter(_ARXIV.match, pages), "")
    return {
        "id": _SITE.sub("", text(work.get("id"))) or work.get("id"),
        "title": work.get("title") or work.get("display_name"),
        "abstract": _abstract(work.get("abstract_inverted_index")) or work.get("abstract"),
        "authors": [
            text(part(each, "author", "display_name")) or text(part(each, "raw_author_name"))
            for each in _list(work.get("authorships"))
        ],
        "venue": part(work, "primary_location", "source", "display_name") or part(work, "host_venue", "display_name"),
        "date": work.get("publication_date"),
        "year": work.get("publication_year"),
        "doi": work.get("doi") or part(work, "ids", "doi"),
        "arxiv_id": arxiv,
        "url": pages[0],
        "categories": parts(work.get("topics"), "display_name"),
        "keywords": [
            *parts(work.get("keywords"), "display_name"),
            *parts(work.get("keywords"), "keyword"),  # as they were called until 2024
            *parts(work.get("concepts"), "display_name"),
        ],
        "citations": work.get("cited_by_count"),
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _abstract(index: Any) -> str:
    """The text of {word: [positions]}. Raises UnreadableError before it makes a text that is too long."""
    if isinstance(index, str):
        try:
            index = json.loads(index)
        except (ValueError, RecursionError):
            return ""
    if not isinstance(index, Mapping):
        return ""
    index = part(index, "InvertedIndex") or index  # as older snapshots nest it
    found = {word: at for word, at in index.items() if isinstance(at, list)} if isinstance(index, Mapping) else {}
    if sum((len(word) + 1) * len(at) for word, at in found.items()) > TEXT_CHARS:
        raise UnreadableError(TOO_MUCH_TEXT)
    placed = [(place, word) for word, at in found.items() for place in at if isinstance(place, int)]
    return " ".join(word for _, word in sorted(placed, key=lambda each: each[0]))


OPENALEX = Shape(
    "openalex",
    "works of OpenAlex",
    frozenset({"abstract_inverted_index", "authorships", "primary_location"}),
    re.compile(r'"(?:abstract_inverted_index|authorships)"\s*:|"id"\s*:\s*"https?://openalex\.org/W'),
    _fields,
)
