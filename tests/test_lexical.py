"""Keywords: tantivy's scores against BM25 written out here, filters, folders that cannot be written, damage."""

from __future__ import annotations

import math
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch import lexical as lexical_module
from semsearch.errors import StoreError
from semsearch.lexical import TOGETHER, Lexical, LexicalWriter
from semsearch.words import Unit, analyser, joined, spelled, units

Papers = Sequence[tuple[str, str]]

K1, B = 1.2, 0.75
WORDS = ["cat", "dog", "fish", "bird", "GPT-4", "gpt4", "self-supervised", "the", "of", "running", "runs", "β-catenin"]


def write(folder: Path, papers: Papers, batch: int = 3) -> list[str]:
    writer = LexicalWriter(folder)
    for start in range(0, len(papers), batch):
        writer.append(papers[start : start + batch])
    writer.seal()
    return sorted(path.name for path in folder.iterdir())


def opened(folder: Path, papers: Papers) -> Lexical:
    return Lexical(folder, write(folder, papers), len(papers))


def kept_length(length: int) -> int:
    """The length that is left of a paper's in one byte: the float of Lucene's SmallFloat, exact up to 40."""
    if length <= 40:
        return length
    shift = max(0, (length - 24).bit_length() - 4)
    return 24 + ((length - 24) >> shift << shift)


def bm25(papers: Papers, asked: Sequence[Unit]) -> np.ndarray:
    """Robertson and Zaragoza's BM25 (2009, doi:10.1561/1500000019) with the idf that cannot be negative."""
    texts = []
    for title, abstract in papers:
        words = [text for part in map(spelled, (title, abstract)) for text in (part, *joined(part))]
        texts.append(Counter(term for word in words for term in analyser().analyze(word)))
    average = sum(map(Counter.total, texts)) / max(1, len(texts))

    def of_term(term: str, text: Counter[str]) -> float:
        found = sum(term in each for each in texts)
        idf = math.log(1 + (len(texts) - found + 0.5) / (found + 0.5))
        length = kept_length(text.total())
        return idf * text[term] * (K1 + 1) / (text[term] + K1 * (1 - B + B * length / average))

    def of_unit(unit: Unit, text: Counter[str]) -> float:
        together = sum(of_term(term, text) for term in unit.together)
        return unit.times * (sum(of_term(term, text) for term in unit.apart) + TOGETHER * together)

    return np.array([sum(of_unit(unit, text) for unit in asked) for text in texts])


def corpus(count: int, seed: int = 0, longest: int = 120) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [
        (
            " ".join(chance.choices(WORDS, k=chance.randint(0, 6))),
            " ".join(chance.choices(WORDS, k=chance.randint(0, longest))),
        )
        for _ in range(count)
    ]


QUESTIONS = [
    "cat",
    "the running dog",
    "GPT-4 or gpt4?",
    "fish fish fish bird",
    "self-supervised β-catenin",
    "of the",
    "nothing here",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_bm25(tmp_path: Path, question: str) -> None:
    papers = corpus(60)
    index, asked = opened(tmp_path / "lexical", papers), units(question)
    expected = bm25(papers, asked)
    scores, rows = index.search(asked, len(papers))
    np.testing.assert_allclose(scores, np.sort(expected[expected > 0])[::-1], rtol=1e-5)
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5)
    np.testing.assert_allclose(index.scores(asked, np.arange(60)), expected, rtol=1e-5)


@pytest.mark.parametrize("cost", [0.0, 0.8, 1e9])  # rows looked up, hits fetched and then rows looked up, hits fetched
def test_whatever_is_allowed_is_found_and_nothing_else(
    tmp_path: Path, cost: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_module, "_LOOK_UP_COST", cost)
    monkeypatch.setattr(lexical_module, "_ROWS_AT_ONCE", 7)
    monkeypatch.setattr(lexical_module, "_FIRST_HITS", 1)
    papers = corpus(80, seed=1)
    index = opened(tmp_path / "lexical", papers)

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(QUESTIONS), st.sets(st.integers(0, 79)), st.integers(1, 90))
    def check(question: str, rows: set[int], depth: int) -> None:
        mask = np.zeros(80, dtype=np.bool_)
        mask[list(rows)] = True
        expected = np.where(mask, bm25(papers, units(question)), 0)
        scores, found = index.search(units(question), depth, mask)
        assert min(depth, np.count_nonzero(expected)) <= len(found) <= np.count_nonzero(expected)
        assert mask[found].all()
        np.testing.assert_allclose(scores, np.sort(expected)[::-1][: len(found)], rtol=1e-5)
        np.testing.assert_allclose(scores, expected[found], rtol=1e-5)

    check()


def test_scores_of_rows_in_any_order(tmp_path: Path) -> None:
    papers = corpus(1300, seed=2, longest=20)
    index, asked = opened(tmp_path / "lexical", papers), units("cat dog")
    rows = np.random.default_rng(0).permutation(1300)
    np.testing.assert_allclose(index.scores(asked, rows), bm25(papers, asked)[rows], rtol=1e-5)
    assert index.scores(asked, rows[:0]).shape == (0,)
    assert not index.scores((), rows).any()


@pytest.mark.parametrize(
    "question", ["NOT cat", "-cat", "title:cat", '"cat', "cat AND", "(cat", "cat^2 ~ * ?", "cat\x00"]
)
def test_no_word_and_no_sign_is_an_operator(tmp_path: Path, question: str) -> None:
    index = opened(tmp_path / "lexical", [("cat", ""), ("dog", "")])
    assert 0 in index.search(units(question), 5)[1]


def test_no_papers_and_papers_without_words(tmp_path: Path) -> None:
    assert opened(tmp_path / "none", []).search(units("cat"), 5)[1].size == 0
    index = opened(tmp_path / "empty", [("", ""), ("cat", ""), ("...", "")])
    assert index.search(units("cat"), 5)[1].tolist() == [1]
    assert index.search((), 5)[1].size == 0


def test_a_folder_is_left_as_it_was_and_need_not_be_writable(tmp_path: Path) -> None:
    names = write(tmp_path / "lexical", corpus(5))
    assert "meta.json" in names
    assert not [name for name in names if name.startswith(".")]
    (tmp_path / "lexical").chmod(0o500)
    try:
        assert Lexical(tmp_path / "lexical", names, 5).search(units("cat dog fish"), 5)[1].size
    finally:
        (tmp_path / "lexical").chmod(0o700)
    assert sorted(path.name for path in (tmp_path / "lexical").iterdir()) == names


def test_where_links_are_refused_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError

    names = write(tmp_path / "lexical", [("cat", "")])
    monkeypatch.setattr(os, "symlink", refused)
    monkeypatch.setattr(os, "link", refused)
    assert Lexical(tmp_path / "lexical", names, 1).search(units("cat"), 1)[1].tolist() == [0]


def test_nothing_of_an_open_index_stays_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    index = opened(tmp_path / "lexical", [("cat", "dog")])
    assert list((tmp_path / "tmp").iterdir()) == []
    assert index.search(units("dog"), 1)[1].tolist() == [0]


def test_an_index_of_another_number_of_papers_is_refused(tmp_path: Path) -> None:
    names = write(tmp_path / "lexical", corpus(5))
    with pytest.raises(StoreError, match="expected 6 papers, got 5"):
        Lexical(tmp_path / "lexical", names, 6)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 50])
def test_a_damaged_index_is_an_error(tmp_path: Path, content: bytes) -> None:
    names = write(tmp_path / "lexical", corpus(5))
    (tmp_path / "lexical" / "meta.json").write_bytes(content)
    with pytest.raises(StoreError, match="the keyword index fails"):
        Lexical(tmp_path / "lexical", names, 5)
