"""Parquet: columns as fields, nested or not, read row group by row group, and what cannot be read told."""

from __future__ import annotations

import datetime
import gzip
import io
import random
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import TinyEncoder

from semsearch.build import build_index
from semsearch.corpus import BadRecord, parquet, read_papers
from semsearch.errors import CorpusError
from semsearch.paper import Paper

TOO_DENSE = "rows that grow to more than 200 times their size"


def write(path: Path, rows: list[dict[str, Any]] | pa.Table, **options: Any) -> Path:
    pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), path, **options)
    return path


def titles(path: Path) -> list[str]:
    return [
        f"! {entry.place.removeprefix(str(path))}: {entry.reason}" if isinstance(entry, BadRecord) else entry.title
        for entry in read_papers(path)
    ]


def test_columns_are_fields_whatever_their_types(tmp_path: Path) -> None:
    rows = [
        {
            "Paper-ID": 7, "title": "T", "summary": "Why?", "authors": [{"name": "Ada", "affil": "X"}, {"name": "Bo"}],
            "published": datetime.datetime(2021, 3, 4, 10, 0), "citationCount": 5, "tags": ["a", None, "b"],
            "year": 2021.0,
        }
    ]  # fmt: skip
    (paper,) = read_papers(write(tmp_path / "p", rows))
    assert paper == Paper("7", "T", "Why?", ("Ada", "Bo"), date="2021-03-04", citations=5, keywords=("a", "b"))


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()]
)
def test_texts_of_every_type(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"title": pa.array(["A", "B", "A"]).cast(kind)})
    assert titles(write(tmp_path / "p", table)) == ["A", "B", "A"]


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
def test_every_compression_within_the_file(tmp_path: Path, compression: str) -> None:
    rows = [{"title": f"T{n}"} for n in range(300)]
    path = write(tmp_path / "p", rows, compression=compression, row_group_size=100)
    assert titles(path) == [f"T{n}" for n in range(300)]


def test_columns_that_no_field_has_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = pq.ParquetFile.iter_batches
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *a, **k: asked.append(k["columns"]) or read(*a, **k))
    write(tmp_path / "p", [{"title": "T", "embedding": [0.5] * 384, "full_text": "x", "abstract": "y"}])
    assert titles(tmp_path / "p") == ["T"]
    write(tmp_path / "p", [{"id": "https://openalex.org/W1", "title": "T", "authorships": [{"raw_author_name": "Ada"}],
                            "embedding": [0.5], "pdf": b"x"}])  # fmt: skip
    (work,) = read_papers(tmp_path / "p")
    assert (work.id, work.authors) == ("W1", ("Ada",))
    assert asked == [["title", "abstract"], ["id", "title", "authorships"]]


def test_rows_without_a_text_are_told_with_their_number(tmp_path: Path) -> None:
    rows = [{"title": "A"}, {"title": None}, {"title": "B"}, {"title": ""}]
    told = "neither title nor abstract"
    path = write(tmp_path / "p", rows, row_group_size=2)
    assert titles(path) == ["A", f"! : record 2: {told}", "B", f"! : record 4: {told}"]


def test_a_damaged_row_group_costs_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "p", [{"title": f"Tide {n}"} for n in range(30)], row_group_size=10, use_dictionary=False)
    data = bytearray(path.read_bytes())
    at = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    found = titles(path)
    assert found[:10] == [f"Tide {n}" for n in range(10)]
    assert found[10:-10] == ["! : record 11: damaged Parquet data"]
    assert found[-10:] == [f"Tide {n}" for n in range(20, 30)]


def test_a_damaged_row_group_counts_for_all_of_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "p", [{"title": f"Tide {n}"} for n in range(90)], row_group_size=30, use_dictionary=False)
    data = bytearray(path.read_bytes())
    at = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    bad = [entry for entry in read_papers(path) if isinstance(entry, BadRecord)]
    assert bad == [BadRecord(f"{path}: record 31", "damaged Parquet data", count=30)]
    generation = build_index(path, tmp_path / "ix", model=TinyEncoder())
    assert generation.manifest.counts.papers == 60
    assert [(each.count, each.reason) for each in generation.manifest.skipped] == [(30, "damaged Parquet data")]


def days(values: list[int | None], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.int64()).cast(kind)


@pytest.mark.parametrize(
    ("column", "dates"),
    [
        (days([1577923200123456789, None, 0], pa.timestamp("ns")), ["2020-01-02", None, "1970-01-01"]),
        (days([1 << 60, -1, 0], pa.timestamp("us")), [None, "1969-12-31", "1970-01-01"]),
        (days([0, 1577923200000000, None], pa.timestamp("us", "Nowhere/Land")), ["1970-01-01", "2020-01-02", None]),
        (days([1, None, 2], pa.duration("ns")), [None, None, None]),
        (days([1, None, 2], pa.time64("ns")), [None, None, None]),
        (pa.array([b"2020-01-02", None, b"1999"]), ["2020-01-02", None, "1999"]),
    ],
)
def test_a_date_that_python_cannot_hold_costs_no_paper(tmp_path: Path, column: pa.Array, dates: list[Any]) -> None:
    table = pa.table({"id": ["a", "b", "c"], "title": ["A", "B", "C"], "published": column})
    papers = list(read_papers(write(tmp_path / "p", table)))
    assert papers == [Paper(id, id.upper(), date=date) for id, date in zip("abc", dates, strict=True)]


def test_bytes_are_texts_and_maps_are_objects(tmp_path: Path) -> None:
    person = pa.map_(pa.string(), pa.string())
    table = pa.table(
        {
            "id": pa.array([b"a", b"b"]),
            "title": pa.array(["Über Gezeiten".encode(), "Marées à l'été".encode("cp1252")], pa.large_binary()),
            "tags": pa.array([[b"sea", None], None], pa.list_(pa.binary())),
            "authors": pa.array([[[("given", "Ada"), ("family", "Brook")], [("name", "Bo")]], []], pa.list_(person)),
        }
    )
    assert list(read_papers(write(tmp_path / "p", table))) == [
        Paper("a", "Über Gezeiten", authors=("Ada Brook", "Bo"), keywords=("sea",)),
        Paper("b", "Marées à l'été"),
    ]


def test_of_columns_of_one_name_the_first_value_counts(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(values) for values in (["A", None], ["a", "b"])], names=["title", "title"])
    assert titles(write(tmp_path / "p", table)) == ["A", "b"]


def test_a_column_that_grows_out_of_all_proportion_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "EXPANSION_FROM_BYTES", 1 << 16)
    options = {"compression": "zstd", "use_dictionary": False, "row_group_size": 1}
    path = write(tmp_path / "p", [{"title": "x" * (1 << 20)}, {"title": "B"}], **options)
    assert titles(path) == [f"! : row group 1: {TOO_DENSE}", "B"]


def test_a_value_that_stands_there_once_for_all_rows_is_not_unpacked_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "EXPANSION_FROM_BYTES", 1 << 16)
    title = "".join(random.Random(1).choices("abcdefgh", k=5000))
    table = pa.table({"title": pa.DictionaryArray.from_arrays([0] * 1000, [title])})
    found = titles(write(tmp_path / "p", table, row_group_size=600))
    first, second = (number for number, told in enumerate(found) if told.startswith("!"))
    assert found[first] == f"! : record {first + 1}: {TOO_DENSE}"
    assert found[second] == f"! : record {600 + second - first}: {TOO_DENSE}"
    assert second == len(found) - 1
    assert 50 < first < 300
    assert set(found) - {found[first], found[second]} == {title}


def test_a_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "p", [{"title": "A"}])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CorpusError, match="damaged Parquet data: its table of contents cannot be read"):
        list(read_papers(path))


def test_a_file_without_a_known_column_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "p", [{"x": 1, "y": 2}])
    with pytest.raises(CorpusError, match="expected a column with titles or abstracts, got x, y") as caught:
        list(read_papers(path))
    assert "rename the columns" in caught.value.hint


def test_in_gzip_or_a_pipe_it_is_refused_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write(tmp_path / "p", [{"title": "A"}]).read_bytes()
    (tmp_path / "p.gz").write_bytes(gzip.compress(data))

    class Pipe(io.RawIOBase):
        left = data

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), len(self.left))
            buffer[:size], self.left = self.left[:size], self.left[size:]
            return size

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))
    for corpus in (tmp_path / "p.gz", "-"):
        with pytest.raises(CorpusError, match="cannot be read from a pipe or out of gzip") as caught:
            list(read_papers(corpus))
        assert "save it to a file" in caught.value.hint


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "p", [{"title": "A"}])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(CorpusError, match="needs pyarrow") as caught:
        list(read_papers(path))
    assert caught.value.hint == "pip install 'semsearch[parquet]'"


def test_in_a_folder_beside_other_formats(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [{"title": "A"}])
    (tmp_path / "b.jsonl").write_text('{"title": "B"}\n')
    (tmp_path / "c.bin").write_bytes(b"PAR\0\1")
    found = list(read_papers(tmp_path))
    assert [entry.title for entry in found if isinstance(entry, Paper)] == ["A", "B"]
    assert found[-1] == BadRecord(str(tmp_path / "c.bin"), "a file of no known format")
