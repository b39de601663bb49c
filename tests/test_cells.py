"""Cells that a spreadsheet would run, as they are written and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.cells import guarded, unguarded
from semsearch.corpus import read_papers
from semsearch.paper import Paper
from semsearch.references import csv_papers

FORMULA = "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (FORMULA, f"'{FORMULA}"), ("+1+1", "'+1+1"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("'=1", "''=1"), ("-", "'-"),
        ("", ""), ("a=1", "a=1"), ("-0.25", "-0.25"), ("'-5", "'-5"), ("'tis", "'tis"), ("''", "''"), ("1-1", "1-1"),
    ],
)  # fmt: skip
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str, cell: str) -> None:
    assert (guarded(text), unguarded(cell)) == (cell, text)


@given(st.text("'=-+@1.a\t", max_size=6))
def test_whatever_is_written_is_read_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_papers_that_would_be_run_are_whole_in_csv(tmp_path: Path) -> None:
    papers = [
        Paper("=1+1", "@home", "-omics, +more", authors=(FORMULA, "Bo Chen"), venue="=HYPERLINK(1)", keywords=("+a",)),
        Paper("b", "'=quoted", "'tis", authors=("Bo Chen",)),
    ]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(csv_papers(papers)), encoding="utf-8")
    assert list(read_papers(path)) == papers
    first, second = path.read_text(encoding="utf-8").splitlines()[1:]
    assert first.startswith(f"'=1+1,'@home,'{FORMULA}; Bo Chen,")
    assert second.startswith("b,''=quoted,Bo Chen,")
