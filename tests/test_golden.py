"""Small indexes as each format that is read was written, kept in golden/: whoever changes the format sees it here.

Made by `build_index("papers.jsonl", ..., model=...)` with a random model of tiny_models.py, by the version of its day.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import StoreError
from semsearch.filters import Filter
from semsearch.search import SearchIndex
from semsearch.store import FORMAT_VERSION, PaperTable, open_live
from semsearch.store.layout import READABLE_FORMATS
from semsearch.update import add_papers, remove_papers, sync_papers
from semsearch.vectors import stored_codes

GOLDEN = Path(__file__).parent / "golden"
CORPUS = GOLDEN / "papers.jsonl"
each_format = pytest.mark.parametrize("version", READABLE_FORMATS)


@pytest.fixture
def index(version: int, tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / f"format-{version}", tmp_path / "index"))


def codes(index: Path) -> dict[str, bytes]:
    """The stored vector of each paper, by id."""
    live = open_live(index)
    stored = stored_codes(live.vectors, live.manifest.vectors.count, live.manifest.vectors.dimensions)
    with closing(PaperTable(live.papers, live.manifest.counts.papers)) as table:
        rows = {id: row for row, id in enumerate(table.ids(range(table.count)))}
    return {id: np.asarray(stored[row]).tobytes() for id, row in rows.items()}


def test_the_present_format_has_a_golden_index_and_so_has_every_one_that_is_read() -> None:
    assert READABLE_FORMATS[-1] == FORMAT_VERSION
    assert sorted(path.name for path in GOLDEN.glob("format-*")) == [f"format-{each}" for each in READABLE_FORMATS]


@each_format
def test_it_answers_as_it_did_on_its_day(version: int) -> None:
    with SearchIndex(GOLDEN / f"format-{version}") as opened:
        assert opened.manifest.format == version
        assert (opened.manifest.counts.records, opened.manifest.counts.papers, opened.manifest.counts.cut) == (7, 6, 5)
        found = opened.search("seals sing", 2)
        assert [(hit.id, round(hit.similarity, 2)) for hit in found] == [("seal-1", 0.96), ("seal-1~2", 0.95)]
        assert found[0].lexical == pytest.approx(2.636, abs=0.001)
        (robot,) = opened.search("walk", filter=Filter(category=("cs.RO",)))
        assert (robot.id, robot.paper.citations, robot.paper.aliases) == ("robot-1", 7, ("film-of-robot",))
        assert opened.paper("10.5555/golden.1").authors == ("Ada Holm", "Bo Lind")


@each_format
def test_it_can_be_added_to_and_keeps_its_vectors(version: int, index: Path, tmp_path: Path) -> None:
    before = codes(index)
    (tmp_path / "more.jsonl").write_text('{"id": "sand", "title": "Sand", "abstract": "Sand is warm in the north."}\n')
    done = add_papers(tmp_path / "more.jsonl", index)
    assert (done.change.added, done.change.embedded, done.change.reused) == (1, 1, 6)
    after = open_live(index).manifest
    assert (after.format, after.counts.papers, after.counts.cut) == (FORMAT_VERSION, 7, 5)
    assert after.counts.records == (7 if version == 2 else 8)  # format 2 kept no second records
    assert {id: code for id, code in codes(index).items() if id != "sand"} == before


@each_format
def test_a_sync_with_its_corpus_embeds_nothing(version: int, index: Path) -> None:
    """Format 2 did not keep the records that a paper was made of: such papers count as replaced once."""
    change = sync_papers(CORPUS, index).change
    assert (change.added, change.removed, change.embedded) == (0, 0, 0)
    assert change.replaced == (2 if version == 2 else 0)
    again = sync_papers(CORPUS, index)
    assert (again.published, again.change.unchanged) == (False, 6)


@each_format
def test_papers_can_be_removed_from_it(index: Path) -> None:
    done = remove_papers(["seal-1~2"], index, keep=0)
    assert (done.change.removed, done.change.embedded) == (1, 0)
    with SearchIndex(index) as opened:
        assert "seal-1~2" not in {hit.id for hit in opened.search("seals sing", 10)}


def test_a_format_to_come_is_refused_with_what_to_install(tmp_path: Path) -> None:
    index = Path(shutil.copytree(GOLDEN / f"format-{FORMAT_VERSION}", tmp_path / "index"))
    path = index / "generation-000001" / "manifest.json"
    values = json.loads(path.read_text())
    del values["sha256"]
    path.write_text(json.dumps({**values, "format": FORMAT_VERSION + 1}))
    with pytest.raises(StoreError, match=f"an index of format {FORMAT_VERSION + 1}, this semsearch reads") as refused:
        SearchIndex(index)
    assert refused.value.hint == "pip install --upgrade semsearch"
