"""The five real pages that this project was born from, where they lie beside the repository."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from semsearch.corpus import read_papers
from semsearch.paper import Paper

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "hf_papers"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real pages are not here")


def papers(page_date: str | None = None) -> list[Paper]:
    entries = list(read_papers(DATA, page_date=page_date))
    assert all(isinstance(entry, Paper) for entry in entries)
    return entries


def test_all_five_pages_are_read_whole() -> None:
    found = papers()
    assert (len(found), len({paper.id for paper in found})) == (306, 201)
    assert all(paper.title and len(paper.abstract) > 200 for paper in found)


def test_organisations_author_counts_dates_and_comments_are_right() -> None:
    found = papers()
    assert sum(paper.organization is not None for paper in found) == 8
    assert sum(paper.author_count is not None for paper in found) == 187
    assert sum(paper.date is not None for paper in found) == 195
    assert Counter(paper.comments for paper in found) == {None: 266, 1: 18, 2: 13, 3: 5, 4: 4}


def test_a_year_is_not_invented_and_taken_from_the_page_date() -> None:
    assert sum(paper.date is not None and paper.year is None for paper in papers()) == 7
    dated = papers("2026")
    assert sum(paper.date is not None and paper.year is None for paper in dated) == 0
    assert sum(paper.year == 2026 for paper in dated) == 7
