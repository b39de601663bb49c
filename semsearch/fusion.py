"""How two rankings become one: pure functions on arrays of scores, no files and no state.

score = (1 - w) * dense + w * lexical, both brought to [0, 1] for each question by itself: a convex combination, which
Bruch, Gai and Ingber (2023, doi:10.1145/3596512) found above reciprocal rank fusion with any tuning and with none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
ScoreArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LEXICAL_WEIGHT = 0.5
"""w: how much of a score the keywords are; .5 and .6 do alike (docs/relevance.md)."""

DEPTH = 1000
"""How many of the nearest vectors have a dense part: the last of them, and all behind it, have 0."""

LEXICAL_CANDIDATES = 30
"""How many of the best keyword hits are candidates beside them for the ranking after feedback; a hit behind these that
is not among the nearest either has a dense part of 0."""

FEEDBACK_HITS, FEEDBACK_SHARE = 3, 0.5
"""How many of the first hits a question is moved towards, and how far."""


def depth_for(wanted: int) -> int:
    """How many of the nearest vectors are candidates where that many hits are wanted. Those behind DEPTH fill up an
    answer: no score depends on how many are wanted, and the first five of ten are the answer to five."""
    return max(DEPTH, wanted)


def scaled_cosines(cosines: FloatArray, best: float, floor: float, most: float = 1.0) -> ScoreArray:
    """(cos - floor) / (best - floor) for each of (n,) cosines, within [0, most]; 0 where best is not above floor."""
    if not best > floor:
        return np.zeros(len(cosines))
    return np.clip((cosines.astype(np.float64) - floor) / (best - floor), 0.0, most)


def scaled_bm25(scores: FloatArray, best: float) -> ScoreArray:
    """score / best for each of (n,) BM25 scores; 0 where nothing matches."""
    return scores.astype(np.float64) / best if best > 0 else np.zeros(len(scores))


def combined(dense: ScoreArray, lexical: ScoreArray) -> ScoreArray:
    """The scores that hits are ordered by, (n,), from the scaled ones of both sides, (n,) each."""
    return (1 - LEXICAL_WEIGHT) * dense + LEXICAL_WEIGHT * lexical


def contenders(lowest: ScoreArray, highest: ScoreArray, wanted: int) -> Mask:
    """Which of (n,) candidates can be among the wanted best, given the least and the most that each may score."""
    if len(lowest) <= wanted:
        return np.ones(len(lowest), dtype=np.bool_)
    least = np.partition(lowest, len(lowest) - wanted)[len(lowest) - wanted]
    return highest >= least  # type: ignore[no-any-return]


def foremost(scores: FloatArray) -> Mask:
    """Which of (n,) keyword hits, best first, are the LEXICAL_CANDIDATES best, with all that tie with their last."""
    last = scores[min(LEXICAL_CANDIDATES, len(scores)) - 1] if len(scores) else 0.0
    return scores >= last


def feedback(query: FloatArray, hits: FloatArray) -> FloatArray:
    """The question's vector moved towards its first hits: the unit vector of q + FEEDBACK_SHARE * mean(hits).

    query: (d,) float32, unit length. hits: (n, d) float32; without any the question stays as it is. Rocchio's
    formula (1971) without the negative part, the first hits taken for relevant.
    """
    if not len(hits):
        return query
    moved = query + np.float32(FEEDBACK_SHARE) * hits.mean(axis=0)
    length = float(np.linalg.norm(moved))
    return (moved / np.float32(length)).astype(np.float32) if length > 1e-6 else query
