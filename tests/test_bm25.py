"""BM25 outside of an index: the scores that tantivy gives the same papers inside of it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from semsearch.bm25 import LENGTHS, OutsideKeywords, Statistics, terms_in
from semsearch.lexical import TOGETHER, Lexical, LexicalWriter
from semsearch.words import units

WORDS = [
    "whale",
    "ice-age",
    "GPT-4",
    "tide",
    "moon",
    "β-sheet",
    "protein",
    "CO₂",
    "naïve",
    "深層学習",
    "Llama-2-7b",
    "running",
    "studies",
    "the",
    "of",
]
QUESTIONS = [
    "whale tides",
    "GPT 4 and gpt-4 GPT-4",
    "β-sheet of proteins",
    "深層学習",
    "llama-2-7b",
    "ran studying CO2",
]


def papers(count: int, seed: int, longest: int = 400) -> list[tuple[str, str]]:
    draw = random.Random(seed)
    return [
        (" ".join(draw.choices(WORDS, k=draw.randrange(5))), " ".join(draw.choices(WORDS, k=draw.randrange(longest))))
        for _ in range(count)
    ]


def written(folder: Path, some: list[tuple[str, str]]) -> Lexical:
    writer = LexicalWriter(folder)
    writer.append(some)
    writer.seal()
    return Lexical(folder, [path.name for path in folder.iterdir()], len(some))


def test_a_paper_of_the_index_has_the_same_score_outside(tmp_path: Path) -> None:
    some = papers(300, seed=1)
    index = written(tmp_path / "lexical", some)
    terms = [terms_in(*paper) for paper in some]
    outside = OutsideKeywords(terms, index.statistics(term for each in terms for term in each))
    for question in QUESTIONS:
        asked = units(question)
        inside = index.scores(asked, np.arange(len(some)))
        assert np.count_nonzero(inside) > 100
        np.testing.assert_allclose(outside.scores(asked, TOGETHER), inside, rtol=2e-6)


def test_a_paper_that_is_not_in_the_index_is_scored_by_its_statistics(tmp_path: Path) -> None:
    """By the formula, written out once more for one term: three of four papers have it."""
    index = written(tmp_path / "lexical", [("whale", "ice"), ("whale", "ice tide"), ("moon", ""), ("whale", "x y z")])
    outside = OutsideKeywords([["whale", "whale", "sea"], ["sea"]], index.statistics(["nowhere"]))
    idf = np.log(1 + (4 - 3 + 0.5) / (3 + 0.5))
    norm = 1.2 * (0.25 + 0.75 * 3 / (10 / 4))
    assert outside.scores(units("whale"), TOGETHER) == pytest.approx([2.2 * idf * 2 / (2 + norm), 0])
    new = np.log(1 + (4 + 0.5) / 0.5)
    norms = [1.2 * (0.25 + 0.75 * length / 2.5) for length in (3, 1)]
    assert outside.scores(units("sea"), TOGETHER) == pytest.approx([2.2 * new / (1 + norm) for norm in norms])


def test_the_lengths_are_those_of_a_byte() -> None:
    assert len(LENGTHS) == 256
    assert LENGTHS[:41] == list(range(41))
    assert LENGTHS[40:50] == [40, 42, 44, 46, 48, 50, 52, 54, 56, 60]
    assert LENGTHS[-1] == 2_013_265_944
    assert sorted(set(LENGTHS)) == LENGTHS


def test_no_paper_and_no_word_give_no_score() -> None:
    nothing = OutsideKeywords([], Statistics(10, 5.0, lambda _: 1))
    assert nothing.scores(units("whale"), TOGETHER).shape == (0,)
    one = OutsideKeywords([[]], Statistics(10, 5.0, lambda _: 1))
    assert one.scores((), TOGETHER).tolist() == [0.0]
