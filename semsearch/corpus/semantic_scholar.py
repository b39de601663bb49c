"""A paper of Semantic Scholar: of its API (https://api.semanticscholar.org/api-docs/graph) or its datasets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .shape import Shape, part, parts, text


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """The datasets write the API's names in lower case."""
    paper = {name.lower(): value for name, value in record.items()}
    ids = paper.get("externalids") or part(paper, "openaccessinfo", "externalids")
    known = {name.lower(): value for name, value in ids.items()} if isinstance(ids, Mapping) else {}
    fields = paper.get("fieldsofstudy")
    return {
        "id": paper.get("paperid") or paper.get("corpusid"),
        "title": paper.get("title"),
        "abstract": paper.get("abstract") or part(paper, "tldr", "text"),
        "authors": parts(paper.get("authors"), "name"),
        "venue": text(paper.get("venue")) or part(paper, "publicationvenue", "name") or part(paper, "journal", "name"),
        "date": paper.get("publicationdate"),
        "year": paper.get("year"),
        "doi": known.get("doi"),
        "arxiv_id": known.get("arxiv"),
        "url": paper.get("url"),
        "categories": [*parts(paper.get("s2fieldsofstudy"), "category"), *(fields if isinstance(fields, list) else ())],
        "keywords": paper.get("keywords"),
        "citations": paper.get("citationcount"),
    }


SEMANTIC_SCHOLAR = Shape(
    "semantic-scholar",
    "papers of Semantic Scholar",
    frozenset({"externalIds", "externalids", "s2FieldsOfStudy", "s2fieldsofstudy", "corpusId", "corpusid"}),
    re.compile(r'"(?:external[Ii]ds|s2[Ff]ields[Oo]f[Ss]tudy|corpus[Ii]d)"\s*:'),
    _fields,
    without_title="an abstract of Semantic Scholar's datasets without its paper: add the files of `papers`",
)
