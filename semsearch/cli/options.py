"""The options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

IndexOption = Annotated[
    Path, typer.Option("--index", envvar="SEMSEARCH_INDEX", help="The folder of the index.", readable=False)
]
DEFAULT_INDEX = Path("index")

KOption = Annotated[int, typer.Option("-k", min=1, help="How many papers; more than there are gives all of them.")]
OffsetOption = Annotated[int, typer.Option("--offset", min=0, help="Leave out that many of the best.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
JsonlOption = Annotated[bool, typer.Option("--jsonl", help="Print a JSON object a line, one for each paper.")]
TsvOption = Annotated[bool, typer.Option("--tsv", help="Print tab-separated values with a header.")]
IdsOption = Annotated[bool, typer.Option("--ids", help="Print ids only, one a line.")]


def output_format(*, json: bool, jsonl: bool, tsv: bool, ids: bool) -> str:
    """The one output that was asked for, `table` where none was; two at once are a usage error."""
    asked = [name for name, on in (("json", json), ("jsonl", jsonl), ("tsv", tsv), ("ids", ids)) if on]
    if len(asked) > 1:
        raise typer.BadParameter(f"--{asked[0]} and --{asked[1]} exclude each other")
    return asked[0] if asked else "table"


def page_date(value: str | None) -> str | None:
    """value if it is a year, a month or a day in ISO 8601; anything else is a usage error."""
    from ..dates import parse_date

    if value is None or (re.match(r"\d{4}(-\d\d){0,2}$", value) and parse_date(value) == value):
        return value
    raise typer.BadParameter(f"{value!r} is no date such as 2026-04-22, 2026-04 or 2026")


def corpus_format(value: str | None) -> str | None:
    """value if it names a format that can be read; anything else is a usage error."""
    from ..corpus import FORMATS

    if value is None or value in FORMATS:
        return value
    raise typer.BadParameter(f"{value!r} is none of {', '.join(FORMATS)}")
