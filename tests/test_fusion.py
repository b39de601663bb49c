"""Fusion: the formulas on values that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from semsearch import fusion


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_cosines_are_scaled_between_the_floor_and_the_best() -> None:
    np.testing.assert_allclose(fusion.scaled_cosines(floats(0.9, 0.6, 0.5, 0.2), 0.9, 0.5), [1, 0.25, 0, 0], atol=1e-6)
    assert not fusion.scaled_cosines(floats(0.3, 0.3), 0.3, 0.3).any()


def test_keyword_scores_are_divided_by_the_best() -> None:
    np.testing.assert_array_equal(fusion.scaled_bm25(floats(8, 2, 0), 8.0), [1, 0.25, 0])
    assert not fusion.scaled_bm25(floats(0, 0), 0.0).any()


def test_both_sides_count_half() -> None:
    both = fusion.combined(np.array([1.0, 0.5, 0.0]), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_array_equal(both, [0.5, 0.5, 0.5])


def test_whoever_may_be_among_the_best_is_kept() -> None:
    lowest, highest = np.array([0.9, 0.1, 0.5, 0.2]), np.array([0.9, 0.4, 0.5, 0.6])
    assert fusion.contenders(lowest, highest, 2).tolist() == [True, False, True, True]
    assert fusion.contenders(lowest, highest, 4).all()
    assert fusion.contenders(np.zeros(3), np.zeros(3), 1).all()  # ties


def test_a_question_moves_towards_its_first_hits() -> None:
    moved = fusion.feedback(floats(1, 0), np.stack([floats(0, 1), floats(1, 0)]))
    assert moved == pytest.approx(np.array([1.25, 0.25]) / np.hypot(1.25, 0.25))
    assert moved.dtype == np.float32
    np.testing.assert_array_equal(fusion.feedback(floats(1, 0), floats(-2, 0)[None]), floats(1, 0))  # would be zero


@pytest.mark.parametrize(("wanted", "depth"), [(1, 1000), (10, 1000), (1000, 1000), (1001, 1001), (100000, 100000)])
def test_there_are_as_many_candidates_as_hits_are_wanted(wanted: int, depth: int) -> None:
    assert fusion.depth_for(wanted) == depth


def test_the_foremost_keyword_hits_are_taken_with_all_that_tie() -> None:
    scores = np.concatenate([np.arange(60, 31, -1), np.full(5, 31), np.full(3, 30)]).astype(np.float32)
    assert fusion.foremost(scores).sum() == 34
    assert fusion.foremost(floats(3, 2)).all()
    assert fusion.foremost(floats()).shape == (0,)
