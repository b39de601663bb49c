# ruff: noqa: E501
"""A whole index as files: papers that build the same index again, vectors bit for bit, in the order of rows."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cli import app
from semsearch.corpus import read_papers
from semsearch.errors import StoreError
from semsearch.export import export_papers, export_vectors
from semsearch.paper import Paper
from semsearch.store import PaperTable, open_live
from semsearch.vectors import stored_codes

RECORDS = [
    {"id": "a b", "title": r"Whales of M{\"o}bius", "abstract": "They <i>sing</i>; p < 0.05.", "date": "2020-05", "doi": "10.1/A"},
    {"title": "鲸鱼", "abstract": "歌声。", "authors": ["Brook, Ada", "Bo Chen", "李明"], "keywords": ["a; b", "c, d", "C++"]},
    {"id": "x", "title": "Seals", "categories": ["cs.LG", "math PR"], "citations": 7, "comments": 0, "author_count": 3},
    {"id": "x", "title": "Gulls", "abstract": "They fly.", "organization": "Sea \u2028 Lab", "date": "--09-29"},
    {"id": "y", "title": "Whales, again", "abstract": "They dive.", "arxiv": "2101.00001v2", "url": "https://arxiv.org/abs/2101.00001"},
    {"id": "z", "title": "Whales, again", "abstract": "They dive.", "venue": "ACL", "year": 2021, "keywords": ["whales"]},
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    build_index(write_jsonl(folder / "p.jsonl", RECORDS), folder / "index", model=TinyEncoder())
    return folder / "index"


def papers_of(index: Path) -> list[Paper]:
    generation = open_live(index)
    with closing(PaperTable(generation.papers, generation.manifest.counts.papers)) as table:
        return table.get(range(table.count))


def codes_of(index: Path) -> np.ndarray:
    generation = open_live(index)
    return np.array(stored_codes(generation.vectors, generation.manifest.vectors.count, 32))


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.parquet"])
def test_what_is_built_from_an_export_is_the_same(index: Path, tmp_path: Path, name: str) -> None:
    assert export_papers(index, tmp_path / name) == 5
    again = tmp_path / "again"
    build_index(tmp_path / name, again, model=TinyEncoder())
    assert papers_of(again) == papers_of(index)
    assert np.array_equal(codes_of(again), codes_of(index))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", name]


def test_lines_are_the_papers_in_the_order_of_rows(index: Path) -> None:
    ran = CliRunner().invoke(app, ["export", "-", "--index", str(index)])
    assert [json.loads(line) for line in ran.stdout.split("\n") if line] == [
        paper.as_dict() for paper in papers_of(index)
    ]


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_vectors_are_as_they_are_stored(index: Path, tmp_path: Path, kind: str) -> None:
    assert export_vectors(index, tmp_path / "v.npy", type=kind) == (5, 32)  # type: ignore[arg-type]
    found = np.load(tmp_path / "v.npy", allow_pickle=False)
    assert found.dtype == np.dtype(kind)
    assert np.array_equal(found, codes_of(index).astype(kind))
    assert (tmp_path / "v.ids.txt").read_text().splitlines() == [paper.id for paper in papers_of(index)]


def test_an_index_of_several_batches_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Path) -> None:
    monkeypatch.setattr("semsearch.export._AT_ONCE", 2)
    export_papers(index, tmp_path / "p.parquet")
    export_papers(index, tmp_path / "p.jsonl")
    export_vectors(index, tmp_path / "v.npy")
    from pyarrow import parquet

    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text("utf-8").split("\n") if line]
    assert parquet.read_table(tmp_path / "p.parquet").to_pylist() == lines == [p.as_dict() for p in papers_of(index)]
    assert np.array_equal(np.load(tmp_path / "v.npy"), codes_of(index).astype(np.float32))
    assert len((tmp_path / "v.ids.txt").read_text().splitlines()) == 5


def test_what_cannot_be_written_is_told_and_nothing_is_left(index: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be written \(No such file"):
        export_papers(index, tmp_path / "none" / "p.jsonl")
    with pytest.raises(StoreError, match=r"ends in \.npy"):
        export_vectors(index, tmp_path / "v.txt")
    (tmp_path / "v.npy").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        export_vectors(index, tmp_path / "v.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["v.npy"]


@pytest.mark.parametrize("name", ["o.bib", "o.RIS", "o.csl.json", "o.csl", "o.csv", "o.v2.jsonl", "o"])
def test_a_file_is_of_the_format_that_its_name_says(index: Path, tmp_path: Path, name: str) -> None:
    assert export_papers(index, tmp_path / name) == 5
    assert [(e.title, e.abstract) for e in read_papers(tmp_path / name) if isinstance(e, Paper)] == [
        (paper.title, paper.abstract) for paper in papers_of(index)
    ]
    starts = {"bib": "@", "ris": "TY  - ", "json": "[\n {\n", "csl": "[\n {\n", "csv": "id,title,"}
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith(starts.get(name.lower().rpartition(".")[2], '{"id"'))


@pytest.mark.parametrize("name", ["o.json", "o.txt", "o.xlsx", "o.jsonl.gz"])
def test_a_name_that_says_another_format_is_refused(index: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match=r"not written in a format that is called \.\w+$") as caught:
        export_papers(index, tmp_path / name)
    assert ".jsonl, .parquet, .bib, .ris, .csl, .csl.json, .csv" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_the_command_writes_both(index: Path, tmp_path: Path) -> None:
    papers, vectors = str(tmp_path / "p.jsonl"), str(tmp_path / "v.npy")
    ran = CliRunner().invoke(app, ["export", papers, "--vectors", vectors, "--type", "float16", "--index", str(index)])
    assert ran.exit_code == 0, ran.output
    assert f"{papers}: 5 papers" in ran.stdout
    assert f"{vectors}: 5 vectors of 32 dimensions, float16" in ran.stdout
    assert CliRunner().invoke(app, ["export", "--index", str(index)]).exit_code == 2
