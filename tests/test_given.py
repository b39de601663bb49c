# ruff: noqa: E501
"""Vectors that a corpus comes with: taken as they are where they fit it and the model, refused where anything is in doubt."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cli import app
from semsearch.errors import CorpusError
from semsearch.export import export_papers, export_vectors
from semsearch.filters import Filter
from semsearch.given import sampled
from semsearch.selection import Selection
from semsearch.store import PaperTable, open_live
from semsearch.vectors import stored_codes

RECORDS: list[dict[str, Any]] = [
    {"id": f"p{number}", "title": f"Whale {number}", "abstract": f"It weighs {number} tons.", "year": 2000 + number}
    for number in range(40)
]


def vectors_of(records: list[dict[str, Any]]) -> np.ndarray:
    return TinyEncoder().encode_documents([f"{r['title']} {r['abstract']}" for r in records]).vectors


def built(
    tmp_path: Path, records: list[dict[str, Any]], vectors: np.ndarray, **options: Any
) -> tuple[Any, TinyEncoder]:
    np.save(tmp_path / "v.npy", vectors)
    encoder = TinyEncoder()
    corpus = write_jsonl(tmp_path / "p.jsonl", records)
    return build_index(corpus, tmp_path / "index", model=encoder, vectors=tmp_path / "v.npy", **options), encoder


def stored(index: Path) -> dict[str, np.ndarray]:
    generation = open_live(index)
    plan = generation.manifest.vectors
    codes = np.array(stored_codes(generation.vectors, plan.count, plan.dimensions))
    with closing(PaperTable(generation.papers, plan.count)) as table:
        return dict(zip(table.ids(range(plan.count)), codes, strict=True))


@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f8"])
def test_given_vectors_are_taken_in_the_order_of_records(tmp_path: Path, kind: str) -> None:
    vectors = vectors_of(RECORDS)
    generation, encoder = built(tmp_path, RECORDS, vectors.astype(kind))
    found = stored(tmp_path / "index")
    assert all(np.array_equal(found[f"p{row}"], vectors[row].astype("<f2")) for row in range(40))
    assert len(encoder.calls) == 40  # each of them, as they are few
    assert (generation.manifest.change.embedded, generation.manifest.change.reused) == (0, 40)


def test_records_that_merge_or_are_not_selected_have_their_rows(tmp_path: Path) -> None:
    records = [*RECORDS[:3], {**RECORDS[1], "id": "again"}, *RECORDS[3:]]
    built(tmp_path, records, vectors_of(records), selection=Selection(Filter(since="2001")))
    found = stored(tmp_path / "index")
    assert list(found) == [f"p{row}" for row in range(1, 40)]
    assert np.array_equal(found["p20"], vectors_of(RECORDS[20:21])[0].astype("<f2"))


def test_a_text_that_only_merging_makes_is_embedded(tmp_path: Path) -> None:
    records = [
        {"title": "Seals", "abstract": "", "doi": "10.1000/a"},
        {"title": "", "abstract": "Dive.", "doi": "10.1000/a"},
    ]
    vectors = np.stack([TinyEncoder().encode_queries([text])[0] for text in ("Seals", "Dive.")])
    generation, encoder = built(tmp_path, records, vectors)
    assert encoder.calls == ["Seals", "Dive.", "Seals Dive."]
    assert (generation.manifest.change.embedded, generation.manifest.change.reused) == (1, 0)


def test_what_export_wrote_is_taken_back_though_records_are_others(tmp_path: Path) -> None:
    build_index(write_jsonl(tmp_path / "first.jsonl", RECORDS), tmp_path / "first", model=TinyEncoder())
    export_papers(tmp_path / "first", tmp_path / "out.jsonl")
    export_vectors(tmp_path / "first", tmp_path / "v.npy")
    lines = (tmp_path / "out.jsonl").read_text().splitlines(keepends=True)
    new = '{"id": "new", "title": "Seals", "abstract": "They dive."}\n'
    (tmp_path / "out.jsonl").write_text("".join([new, "no record\n", *reversed(lines)]))  # ids lie beside the vectors
    encoder = TinyEncoder()
    build_index(tmp_path / "out.jsonl", tmp_path / "index", model=encoder, vectors=tmp_path / "v.npy")
    first, second = stored(tmp_path / "first"), stored(tmp_path / "index")
    assert len(encoder.calls) == 41
    assert encoder.calls[-1] == "Seals They dive."
    assert {id: code.tobytes() for id, code in second.items() if id != "new"} == {
        k: v.tobytes() for k, v in first.items()
    }


def refused(tmp_path: Path, told: str, records: list[dict[str, Any]], vectors: np.ndarray) -> None:
    with pytest.raises(CorpusError, match=told):
        built(tmp_path, records, vectors)
    assert not (tmp_path / "index" / "CURRENT").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda v: v[:-1], "39 vectors for 40 records"),
        (lambda v: v[:, :16], "16 dimensions, the model makes 32"),
        (lambda v: v[0], r"floats of shape \(n, 32\)"),
        (lambda v: (v * 100).astype(np.int8), r"floats of shape \(n, 32\)"),
        (lambda v: v * 1.01, r"row 0 has the length 1\.01"),
        (lambda v: np.where(np.arange(40)[:, None] == 7, np.nan, v), "row 7 has the length nan"),
        (lambda v: v[::-1], "not what the model makes of these texts"),
        (lambda v: np.roll(v, 1, axis=1), "not what the model makes of these texts"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(tmp_path: Path, change: Any, told: str) -> None:
    refused(tmp_path, told, RECORDS, change(vectors_of(RECORDS)))


def test_a_corpus_that_leaves_the_order_in_doubt_is_refused(tmp_path: Path) -> None:
    vectors = vectors_of(RECORDS)
    refused(tmp_path, "1 records of the corpus cannot be read", [*RECORDS, {"id": "bad"}], vectors)
    twice = [*RECORDS, RECORDS[0]]
    refused(tmp_path, "records 1 and 41 have the same title", twice, np.concatenate([vectors, -vectors[:1]]))


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["p0", "p0"], "ids.txt:2: the id 'p0' stands in two lines"),
        (["p0"], "1 ids for 40 vectors"),
        ([f"q{row}" for row in range(40)], "none of its ids"),
        ([f"p{row}" for row in range(40)], "records of two texts have the id 'p0'"),
    ],
)
def test_ids_that_leave_it_in_doubt_are_refused(tmp_path: Path, ids: list[str], told: str) -> None:
    (tmp_path / "v.ids.txt").write_text("\n".join(ids))
    records = [*RECORDS, {"id": "p0", "title": "Another", "abstract": "text"}]
    refused(tmp_path, told, records, vectors_of(RECORDS))


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00{", None])
def test_a_file_that_is_no_npy_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "v.npy").write_bytes(content)
    corpus = write_jsonl(tmp_path / "p.jsonl", RECORDS)
    with pytest.raises(CorpusError, match=r"v\.npy: (cannot be read|expected vectors)"):
        build_index(corpus, tmp_path / "index", model=TinyEncoder(), vectors=tmp_path / "v.npy")


def test_the_command_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.build.find_model", lambda model: TinyEncoder())
    np.save(tmp_path / "v.npy", vectors_of(RECORDS))
    corpus = str(write_jsonl(tmp_path / "p.jsonl", RECORDS))
    ran = CliRunner().invoke(
        app, ["build", corpus, "--vectors", str(tmp_path / "v.npy"), "--index", str(tmp_path / "i")]
    )
    assert ran.exit_code == 0, ran.output
    assert "embedded 0 texts, took over the vectors of 40" in ran.stdout
    assert "v.npy: each of its vectors was made again from its text and agrees" in ran.stdout
    corpus = str(write_jsonl(tmp_path / "many.jsonl", many(201)))
    np.save(tmp_path / "v.npy", vectors_of(many(201)))
    ran = CliRunner().invoke(
        app, ["build", corpus, "--vectors", str(tmp_path / "v.npy"), "--index", str(tmp_path / "i")]
    )
    assert "v.npy: 200 of its vectors at most, spread over all, were made again" in ran.stdout


def many(count: int) -> list[dict[str, Any]]:
    return [{"id": f"m{number}", "title": f"Seal {number}", "abstract": "It dives."} for number in range(count)]


@pytest.mark.parametrize("has_ids", [False, True])
def test_two_swapped_rows_of_150_are_found(tmp_path: Path, has_ids: bool) -> None:
    vectors = vectors_of(many(150))
    vectors[[60, 61]] = vectors[[61, 60]]
    if has_ids:
        (tmp_path / "v.ids.txt").write_text("".join(f"m{number}\n" for number in range(150)))
    refused(tmp_path, r"not what the model makes of these texts: of 150 .*\(record 6[12]\)", many(150), vectors)


def test_two_swapped_lines_of_the_ids_are_found(tmp_path: Path) -> None:
    names = [f"m{number}\n" for number in range(150)]
    names[7], names[141] = names[141], names[7]
    (tmp_path / "v.ids.txt").write_text("".join(names))
    refused(tmp_path, r"\(record (8|142)\)", many(150), vectors_of(many(150)))


def test_records_in_another_order_than_their_vectors_have_their_own_by_their_ids(tmp_path: Path) -> None:
    (tmp_path / "v.ids.txt").write_text("".join(f"m{number}\n" for number in range(450)))
    built(tmp_path, many(450)[::-1], vectors_of(many(450)))
    found = stored(tmp_path / "index")
    assert list(found) == [f"m{number}" for number in range(449, -1, -1)]
    assert all(np.array_equal(found[f"m{row}"], each.astype("<f2")) for row, each in enumerate(vectors_of(many(450))))


def test_a_run_of_wrong_rows_of_one_in_a_hundred_is_found_wherever_it_is(tmp_path: Path) -> None:
    for count in (200, 201, 399, 1_000, 12_345):
        drawn = sampled(count)
        assert drawn == sorted(set(drawn))
        assert (len(drawn), drawn[0], drawn[-1]) == (200, 0, count - 1)
        assert max(after - before for before, after in itertools.pairwise(drawn)) <= 2 * -(-count // 200)
    vectors = vectors_of(many(1_000))
    refused(
        tmp_path, "of 200 encoded again", many(1_000), np.concatenate([vectors[:980], np.roll(vectors[980:], 1, 0)])
    )
