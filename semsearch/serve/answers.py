"""How answers are rendered: as JSON, and papers as files for reference managers and spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import Response

from ..paper import Paper
from ..references import CSV_FIELDS, bibtex, csl, csv_cells, csv_lines, ris

Format = Literal["json", "bibtex", "ris", "csl", "csv"]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class File:
    """How papers become a file."""

    media_type: str
    name: str
    write: Callable[[Sequence[Paper]], Iterable[str]]


def _csv(papers: Sequence[Paper]) -> Iterable[str]:
    return csv_lines([CSV_FIELDS, *map(csv_cells, papers)])


FILES: dict[str, File] = {
    "bibtex": File("application/x-bibtex", "papers.bib", bibtex),
    "ris": File("application/x-research-info-systems", "papers.ris", ris),
    "csl": File("application/vnd.citationstyles.csl+json", "papers.json", csl),
    "csv": File("text/csv", "papers.csv", _csv),
}


def as_json(value: Any) -> Response:
    """A value as JSON, without white space."""
    return Response(_encode(value).encode("utf-8", "replace"), media_type="application/json")


def as_file(papers: Sequence[Paper], format: str) -> Response:
    """Papers as a file to be saved, in one of the FILES."""
    file = FILES[format]
    content = "\n".join(file.write(papers)) + "\n"
    headers = {
        "content-disposition": f'attachment; filename="{file.name}"',
        "content-type": f"{file.media_type}; charset=utf-8",
    }
    return Response(content.encode("utf-8", "replace"), headers=headers)
