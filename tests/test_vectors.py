"""Vectors: the file is FAISS' own byte for byte, and what it answers is what numpy computes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest

from semsearch.errors import StoreError
from semsearch.vectors import HEADER_BYTES, Vectors, VectorWriter, header


def unit(count: int, dimensions: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def written(path: Path, vectors: np.ndarray, batch: int = 1000) -> Path:
    with VectorWriter(path, vectors.shape[1]) as writer:
        for start in range(0, len(vectors), batch):
            writer.append(vectors[start : start + batch])
    return path


def by_faiss(vectors: np.ndarray) -> bytes:
    index = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )  # needs no training, so none is done for an empty one either
    index.add(vectors)
    return faiss.serialize_index(index).tobytes()


@pytest.mark.parametrize("dimensions", [1, 3, 32, 384, 1024])
@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_the_header_is_what_faiss_writes(count: int, dimensions: int) -> None:
    assert header(count, dimensions) == by_faiss(unit(count, dimensions))[:HEADER_BYTES]


@pytest.mark.parametrize("count", [0, 1, 77])
def test_the_codes_are_what_faiss_writes_but_for_how_halves_are_rounded(tmp_path: Path, count: int) -> None:
    content, oracle = written(tmp_path / "v.faiss", unit(count, 48)).read_bytes(), by_faiss(unit(count, 48))
    assert len(content) == len(oracle)
    codes, expected = (np.frombuffer(each[HEADER_BYTES:], dtype="<i2") for each in (content, oracle))
    assert np.abs(codes.astype(int) - expected).max(initial=0) <= 1
    assert np.count_nonzero(codes != expected) <= codes.size / 100


def test_many_small_appends_equal_one(tmp_path: Path) -> None:
    vectors = unit(101, 16)
    at_once = written(tmp_path / "one.faiss", vectors).read_bytes()
    assert written(tmp_path / "many.faiss", vectors, batch=7).read_bytes() == at_once
    with VectorWriter(tmp_path / "empty.faiss", 16) as writer:
        writer.append(vectors[:0])
        writer.append(vectors)
        writer.append(vectors[:0])
    assert (tmp_path / "empty.faiss").read_bytes() == at_once


@pytest.mark.parametrize("k", [1, 10, 300])
def test_search_finds_what_brute_force_finds(tmp_path: Path, k: int) -> None:
    stored, queries = unit(300, 24), unit(5, 24, seed=1)
    cosines, rows = Vectors(written(tmp_path / "v.faiss", stored), 300, 24).search(queries, k)
    oracle = queries.astype(np.float64) @ stored.astype(np.float16).astype(np.float64).T
    assert np.array_equal(rows, np.argsort(-oracle, axis=1)[:, :k])
    np.testing.assert_allclose(cosines, -np.sort(-oracle, axis=1)[:, :k], atol=1e-6)


def test_cosines_do_not_depend_on_k_or_on_the_other_queries(tmp_path: Path) -> None:
    vectors = Vectors(written(tmp_path / "v.faiss", unit(500, 384)), 500, 384)
    queries = unit(40, 384, seed=2)
    cosines, rows = vectors.search(queries, 100)
    for position in range(40):
        alone_cosines, alone_rows = vectors.search(queries[position : position + 1], 7)
        assert np.array_equal(alone_cosines[0], cosines[position, :7])
        assert np.array_equal(alone_rows[0], rows[position, :7])


def test_equal_vectors_have_equal_cosines_wherever_they_lie(tmp_path: Path) -> None:
    vectors = np.repeat(unit(1, 384), 203, axis=0)
    cosines, _ = Vectors(written(tmp_path / "v.faiss", vectors), 203, 384).search(unit(1, 384, seed=3), 203)
    assert len(set(cosines[0].tolist())) == 1


def test_rows_gives_the_vectors_back(tmp_path: Path) -> None:
    stored = unit(50, 24)
    found = Vectors(written(tmp_path / "v.faiss", stored), 50, 24).rows(np.array([49, 0, 7, 7]))
    assert found.dtype == np.float32
    assert np.array_equal(found, stored[[49, 0, 7, 7]].astype(np.float16).astype(np.float32))


def test_vectors_of_another_length_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with VectorWriter(tmp_path / "v.faiss", 8) as writer:
        for wrong in (unit(2, 9), unit(2, 8)[0]):
            with pytest.raises(ValueError, match=r"expected vectors of shape \(n, 8\)"):
                writer.append(wrong)
        writer.append(unit(2, 8))
    assert np.array_equal(Vectors(tmp_path / "v.faiss", 2, 8).rows(np.array([0, 1])), unit(2, 8).astype(np.float16))


def _never(*_: object) -> None:
    pytest.fail("FAISS was asked to read a damaged file")


def refused(monkeypatch: pytest.MonkeyPatch, path: Path, count: int, dimensions: int) -> str:
    monkeypatch.setattr(faiss, "read_index", _never)
    with pytest.raises(StoreError) as error:
        Vectors(path, count, dimensions)
    assert error.value.hint == "build the index again"
    return error.value.message


@pytest.mark.parametrize("position", range(HEADER_BYTES))
def test_one_wrong_byte_in_the_header_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    path = written(tmp_path / "v.faiss", unit(4, 8))
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
    assert "another header" in refused(monkeypatch, path, 4, 8)


@pytest.mark.parametrize("size", [0, 1, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 63, HEADER_BYTES + 65])
def test_a_file_of_another_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = written(tmp_path / "v.faiss", unit(4, 8))
    path.write_bytes((path.read_bytes() + b"\0" * 8)[:size])
    assert f"in {HEADER_BYTES + 64} bytes, got {size} bytes" in refused(monkeypatch, path, 4, 8)


@pytest.mark.parametrize(("count", "dimensions"), [(5, 8), (3, 8), (4, 7), (8, 4)])
def test_another_count_or_dimension_than_expected_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, dimensions: int
) -> None:
    path = written(tmp_path / "v.faiss", unit(4, 8))
    assert f"expected {count} vectors of {dimensions} dimensions" in refused(monkeypatch, path, count, dimensions)


def test_a_writer_that_failed_leaves_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def batches() -> Iterator[np.ndarray]:
        yield unit(4, 8)
        raise KeyError

    def write() -> None:
        with VectorWriter(tmp_path / "v.faiss", 8) as writer:
            for batch in batches():
                writer.append(batch)

    with pytest.raises(KeyError):
        write()
    refused(monkeypatch, tmp_path / "v.faiss", 4, 8)


def test_a_file_that_vanishes_before_faiss_opens_it_is_a_store_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "v.faiss", unit(4, 8))
    read_index = faiss.read_index

    def removed_first(name: str, flags: int) -> object:
        path.unlink()
        return read_index(name, flags)

    monkeypatch.setattr(faiss, "read_index", removed_first)
    with pytest.raises(StoreError, match="cannot be read by FAISS"):
        Vectors(path, 4, 8)


@pytest.mark.parametrize("share", [0.005, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("dimensions", [3, 100, 384])
def test_cosines_of_some_rows_have_the_bits_that_a_search_finds(tmp_path: Path, dimensions: int, share: float) -> None:
    vectors = Vectors(written(tmp_path / "v.faiss", unit(600, dimensions)), 600, dimensions)
    random = np.random.default_rng(1)
    for query in unit(5, dimensions, seed=2):
        rows = random.permutation(600)[: int(share * 600)]
        found, at = vectors.search(query[None, :], 600)
        known = dict(zip(at[0].tolist(), found[0].tolist(), strict=True))
        assert vectors.cosines(query, rows).tolist() == [known[row] for row in rows.tolist()]
    assert vectors.cosines(query, rows[:0]).shape == (0,)
