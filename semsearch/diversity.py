"""Hits that differ: maximal marginal relevance, MMR (Carbonell and Goldstein, SIGIR 1998, doi:10.1145/290941.291025).

In: scores and vectors of the best hits, best first. Out: an order of them in which each is relevant and unlike those
before it. The order of the first n is the same however many are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .errors import QueryError

FloatArray = npt.NDArray[np.float32]

LAMBDA = 0.7
"""How much of the choice is relevance, the rest is novelty (docs/answers.md tells its price)."""


def lambda_of(diverse: bool | float) -> float:
    """The lambda that was asked for: LAMBDA for True. QueryError where it is not within [0, 1]."""
    if diverse is True:
        return LAMBDA
    if not isinstance(diverse, int | float) or not 0 <= diverse <= 1:
        raise QueryError(f"diverse is {diverse!r:.80}, expected True or a lambda from 0 to 1")
    return float(diverse)


def mmr(scores: Sequence[float], vectors: FloatArray, weight: float) -> list[int]:
    """The positions of n hits in the order that they are taken in: each time the one of the greatest

    weight * relevance - (1 - weight) * its greatest cosine with a hit that was taken before.

    scores: (n,), best first, brought to [0, 1] as relevance between the least and the best of them. vectors: (n, d)
    float32, unit length. The first stays the first; among equals the better one is taken.
    """
    if not len(scores):
        return []
    least, best = min(scores), max(scores)
    relevance = (np.array(scores) - least) / (best - least) if best > least else np.ones(len(scores))
    cosines = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    taken = [0]
    nearest = cosines[0].copy()
    left = np.ones(len(scores), dtype=np.bool_)
    left[0] = False
    while left.any():
        values = np.where(left, weight * relevance - (1 - weight) * nearest, -np.inf)
        taken.append(int(values.argmax()))
        left[taken[-1]] = False
        nearest = np.maximum(nearest, cosines[taken[-1]])
    return taken
