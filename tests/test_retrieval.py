"""Retrieval: every mode, with and without a filter, against the definitions written out over all rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch import fusion
from semsearch.build import build_index
from semsearch.lexical import Lexical
from semsearch.retrieval import MODES, Found, Mode, Retriever
from semsearch.store import PaperTable, open_live
from semsearch.vectors import Vectors
from semsearch.words import Unit, units

PAPERS = 300
WORDS = ["auk", "seal", "whale", "gull", "tide", "GPT-4", "the", "self-supervised", "krill", "ice"]
QUESTIONS = [
    "whale",
    "seal gull tide ice",
    "GPT-4 the",
    "the",
    "none of these",
    "krill krill auk",
    "self-supervised ice",
]


class Parts:
    """The structures of one index, opened by themselves."""

    def __init__(self, path: Path) -> None:
        generation = open_live(path)
        manifest = generation.manifest
        self.papers = PaperTable(generation.papers, manifest.counts.papers)
        self.vectors = Vectors(generation.vectors, manifest.vectors.count, manifest.vectors.dimensions)
        self.lexical = Lexical(generation.lexical, generation.lexical_files, manifest.lexical.count)
        self.ids = self.papers.ids(range(PAPERS))
        self.retriever = Retriever(self.vectors, self.lexical, self.papers)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    chance = random.Random(3)
    folder = tmp_path_factory.mktemp("retrieval")
    records = []
    for number in range(PAPERS):  # short texts of few words: many papers have the same vector, or the same words
        text = " ".join(chance.choices(WORDS, k=chance.randint(1, 4)))
        records.append({"id": f"p{chance.randrange(10**6)}-{number}", "title": f"{text}", "doi": f"10.1000/{number}"})
    build_index(write_jsonl(folder / "papers.jsonl", records), folder / "index", model=TinyEncoder(dimensions=8))
    opened = Parts(folder / "index")
    yield opened
    opened.papers.close()


def encoded(question: str) -> np.ndarray:
    return TinyEncoder(dimensions=8).encode_queries([question])


def first(parts: Parts, scores: np.ndarray, rows: np.ndarray, wanted: int) -> list[tuple[int, float]]:
    """The wanted best of rows, by score, then id."""
    ordered = sorted(rows.tolist(), key=lambda row: (-scores[row], parts.ids[row]))[:wanted]
    return [(row, float(scores[row])) for row in ordered]


def all_cosines(parts: Parts, query: np.ndarray) -> np.ndarray:
    cosines, rows = parts.vectors.search(query, PAPERS)
    found = np.zeros(PAPERS, dtype=np.float32)
    found[rows[0]] = cosines[0]
    return found


def fused(
    parts: Parts, query: np.ndarray, bm25: np.ndarray, candidates: np.ndarray, rows: np.ndarray, depth: int
) -> np.ndarray:
    """The scores of all rows: half the scaled cosine of a candidate, half the scaled BM25 score."""
    cosines, scores = all_cosines(parts, query), np.zeros(PAPERS)
    if depth:
        ordered = np.sort(cosines[candidates])[::-1]
        floor = float(ordered[depth - 1])
        if float(ordered[0]) > floor:
            scaled = np.clip((cosines.astype(float) - floor) / (float(ordered[0]) - floor), 0, 1)
            scores[candidates] += 0.5 * scaled[candidates]
    best = bm25[rows].max()
    return scores + (0.5 * bm25.astype(float) / float(best) if best > 0 else 0)


def oracle(parts: Parts, mode: Mode, question: str, wanted: int, rows: np.ndarray) -> list[tuple[int, float]]:
    query = encoded(question)
    bm25 = parts.lexical.scores(units(question), np.arange(PAPERS))
    cosines = all_cosines(parts, query)
    if mode == "dense":
        return first(parts, cosines, rows, wanted)
    if mode == "lexical":
        return first(parts, bm25, rows[bm25[rows] > 0], wanted)
    depth = min(fusion.DEPTH, len(rows))
    nearest = rows[cosines[rows] > np.sort(cosines[rows])[::-1][depth - 1]]
    before = first(parts, fused(parts, query, bm25, rows, rows, depth), rows, 3)
    moved = query[0]
    if top := [row for row, score in before if score > 0]:
        moved = moved + np.float32(0.5) * parts.vectors.rows(np.array(top)).mean(axis=0)
        moved = (moved / np.float32(np.linalg.norm(moved))).astype(np.float32)
    matching = np.sort(bm25[rows[bm25[rows] > 0]])[::-1]
    last = matching[min(fusion.LEXICAL_CANDIDATES, len(matching)) - 1] if len(matching) else np.inf
    candidates = np.union1d(nearest, rows[bm25[rows] >= last])
    return first(parts, fused(parts, moved[None], bm25, candidates, rows, len(nearest)), rows, wanted)


def check(parts: Parts, mode: Mode, question: str, found: Sequence[Found], rows: np.ndarray, wanted: int) -> None:
    expected = oracle(parts, mode, question, wanted, rows)
    np.testing.assert_allclose([each.score for each in found], [score for _, score in expected], rtol=1e-6, atol=1e-9)
    exact = [each.score for each in found]
    kept = [position for position, score in enumerate(exact) if score > 0 or mode != "hybrid"]
    assert [found[at].row for at in kept] == [expected[at][0] for at in kept]
    cosines = all_cosines(parts, encoded(question))
    bm25 = parts.lexical.scores(units(question), np.arange(PAPERS))
    for each in found:
        assert each.row in rows
        assert each.id == parts.ids[each.row]
        assert each.similarity == cosines[each.row]
        assert each.lexical == (None if mode == "dense" or bm25[each.row] == 0 else bm25[each.row])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("depth", [20, 1000])
def test_answers_are_what_the_definitions_say(
    parts: Parts, mode: Mode, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "DEPTH", depth)
    monkeypatch.setattr(fusion, "LEXICAL_CANDIDATES", 3 + depth // 50)
    monkeypatch.setattr("semsearch.retrieval._MORE_HITS", 5)
    monkeypatch.setattr("semsearch.retrieval._MORE_ALLOWED", 2)

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(QUESTIONS),
        st.integers(1, 400),
        st.none() | st.sets(st.integers(0, PAPERS - 1)) | st.integers(0, 9).map(lambda n: set(range(n, PAPERS, 3))),
    )
    def brute_force(question: str, wanted: int, allowed: set[int] | None) -> None:
        mask = None
        if allowed is not None:
            mask = np.zeros(PAPERS, dtype=np.bool_)
            mask[list(allowed)] = True
        (found,) = parts.retriever(mode, encoded(question), [units(question)], wanted, mask)
        rows = np.arange(PAPERS) if allowed is None else np.array(sorted(allowed), dtype=np.int64)
        if not len(rows):
            assert found == []
            return
        check(parts, mode, question, found, rows, wanted)

    brute_force()


@pytest.mark.parametrize("mode", MODES)
def test_a_question_is_answered_alike_alone_and_in_company(parts: Parts, mode: Mode) -> None:
    queries = np.concatenate([encoded(question) for question in QUESTIONS])
    asked = [units(question) for question in QUESTIONS]
    together = parts.retriever(mode, queries, asked, 20)
    alone = [parts.retriever(mode, queries[at : at + 1], asked[at : at + 1], 20)[0] for at in range(len(QUESTIONS))]
    assert together == alone


@pytest.mark.parametrize("depth", [20, 1000])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_first_of_many_are_the_first_of_few(
    parts: Parts, mode: Mode, question: str, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "DEPTH", depth)
    every = parts.retriever(mode, encoded(question), [units(question)], PAPERS)[0]
    for wanted in (1, 2, 5, 10, 19, 20, 21, 50, 150, 299):
        found = parts.retriever(mode, encoded(question), [units(question)], wanted)[0]
        assert [each.score for each in found] == [each.score for each in every[:wanted]]
        exact = [each for each in found if each.score or mode != "hybrid"]
        assert exact == every[: len(exact)]


def test_a_question_without_words_is_answered_by_meaning(parts: Parts) -> None:
    nothing: tuple[Unit, ...] = ()
    hybrid = parts.retriever("hybrid", encoded("whale"), [nothing], 10)[0]
    assert len(hybrid) == 10
    assert all(each.lexical is None for each in hybrid)
    assert parts.retriever("lexical", encoded("whale"), [nothing], 10)[0] == []


def test_scores_of_a_hybrid_answer_fall_from_one(parts: Parts) -> None:
    scores = [each.score for each in parts.retriever("hybrid", encoded("whale"), [units("whale")], 300)[0]]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] >= 0
    assert scores[0] <= 1
