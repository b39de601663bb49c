"""The same twelve papers read from every format, equal in the fields that its row in docs/formats.md says it carries.

A new format needs three things: a row in that table, a file `tests/formats/NAME.*` with the twelve papers as the
format's source writes them (or, where that is no text, a function in WRITERS that makes it), and for cells `own` the
values in twelve.OWN.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from twelve import OWN, TWELVE

from semsearch.corpus import FORMATS, BadRecord, read_papers
from semsearch.paper import PAPER_FIELDS, Paper, content_id

PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
FOLDER = Path(__file__).parent / "formats"


def write_parquet(path: Path) -> None:
    table = pyarrow.Table.from_pylist([paper.as_dict() for paper in TWELVE])
    pyarrow.parquet.write_table(table, path, row_group_size=5)


WRITERS: dict[str, Callable[[Path], None]] = {"parquet": write_parquet}
"""By format what writes the twelve papers into a new file, for those whose files are not text."""

CELLS: dict[str, Callable[[Any], Any]] = {
    "yes": lambda value: value,
    "day": lambda date: date if date and len(date) == 10 else None,
    "year": lambda date: date and date[:4],
    "first": lambda values: values[:1],
}
"""What a cell of the table says is read of a paper's value; `made` and `own`, and nothing, are told apart below."""

NOTHING = Paper("")


def carried() -> dict[str, dict[str, str]]:
    """The table: by format, by field, the cell."""
    text = PAGE.read_text(encoding="utf-8").partition("<!-- carried -->")[2].partition("<!-- /carried -->")[0]
    head, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in text.strip().splitlines())
    assert head[1:] == list(PAPER_FIELDS)
    return {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in rows}


CARRIED = carried()


def file_of(format: str, folder: Path) -> Path:
    """The file with the twelve papers in this format."""
    if write := WRITERS.get(format):
        write(folder / "file")
        return folder / "file"
    (path,) = (path for path in FOLDER.iterdir() if path.name.partition(".")[0] == format)
    return path


def expected(format: str, number: int) -> Paper:
    """Paper `number` of the twelve as this format has to give it."""
    paper = TWELVE[number]
    values: dict[str, Any] = {}
    for field, cell in CARRIED[format].items():
        if cell == "own":
            values[field] = OWN[format][field][number]
        elif cell == "made":
            assert field == "id"
            values[field] = content_id(paper.title, paper.abstract)
        else:
            values[field] = CELLS[cell](getattr(paper, field)) if cell else getattr(NOTHING, field)
    return replace(paper, **values)


def test_the_table_has_a_row_for_each_format_and_no_other() -> None:
    assert set(CARRIED) == set(FORMATS)


def test_the_description_that_each_file_was_made_after_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("<!-- described -->")[2].partition("<!-- /described -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.strip().splitlines()[2:]]
    assert sorted(name.strip("`") for name, _, _ in rows) == sorted(FORMATS)
    for name, description, where in rows:
        assert len(description.split()) > 1, name
        assert re.fullmatch(r"<https://[a-z.-]+\.[a-z]+(/\S*)?>", where), name


def test_every_cell_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    explained = set(re.findall(r"\b(\w+): ", page.partition("<!-- /carried -->")[2].partition("##")[0]))
    assert {cell for row in CARRIED.values() for cell in row.values()} <= explained | {"", "yes"}


def test_every_file_is_one_of_a_format() -> None:
    names = [path.name.partition(".")[0] for path in FOLDER.iterdir()]
    assert sorted([*names, *WRITERS]) == sorted(FORMATS)


@pytest.mark.parametrize("format", FORMATS)
def test_twelve_papers_are_read_equal(format: str, tmp_path: Path) -> None:
    path = file_of(format, tmp_path)
    entries = list(read_papers(path))
    assert entries == list(read_papers(path, format=format)), "recognised as another format"
    assert [entry for entry in entries if isinstance(entry, BadRecord)] == []
    assert len(entries) == len(TWELVE)
    for number, entry in enumerate(entries):
        assert entry == expected(format, number)


SAVED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "UTF-16": lambda data: data.decode("utf-8-sig").encode("utf-16"),
    "CRLF in big-endian UTF-16 in gzip": lambda data: gzip.compress(
        b"\xfe\xff" + data.decode("utf-8-sig").replace("\n", "\r\n").encode("utf-16-be")
    ),
}


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize("format", [name for name in FORMATS if name not in WRITERS])
def test_a_file_is_read_the_same_however_it_is_saved(format: str, saved: str, tmp_path: Path) -> None:
    path = file_of(format, tmp_path)
    again = tmp_path / "again"
    again.write_bytes(SAVED[saved](path.read_bytes()))
    assert list(read_papers(again)) == list(read_papers(path))


def test_the_twelve_papers_have_every_field_and_lack_every_field() -> None:
    for field in PAPER_FIELDS:
        known = [getattr(paper, field) != getattr(NOTHING, field) for paper in TWELVE]
        assert any(known), field
        assert field in ("id", "title") or not all(known), field
    assert {len(paper.date or "") for paper in TWELVE} == {0, 4, 7, 10}
