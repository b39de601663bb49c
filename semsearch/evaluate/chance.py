"""What chance does to a mean over questions: bootstrap intervals, and a paired randomisation test. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 10_000
"""How often the questions are drawn anew for an interval."""
SIGN_FLIPS = 100_000
"""How many random signs the test draws where there are too many to try all."""
EXACT_QUESTIONS = 16
"""Up to so many differing questions all 2^n signs are tried."""
SEED = 2026
LEVEL = 0.95

_CHUNK = 1 << 18  # numbers drawn at once: 2 MiB of them
_CLOSE = 1e-12  # sums of the same differences in another order differ by rounding

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of the means of RESAMPLES draws of the questions, with replacement."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairedTest:
    """p: two-sided. exact: whether every assignment of signs was tried, else SIGN_FLIPS random ones."""

    p: float
    exact: bool


def bootstrap_interval(values: FloatArray) -> Interval:
    """The percentile bootstrap interval of the mean. values: (questions,). The same values give the same interval.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3; for measures of retrieval Sakai,
    "Evaluating Evaluation Metrics based on the Bootstrap", SIGIR 2006.
    """
    random = np.random.default_rng(SEED)
    count = len(values)
    means = np.concatenate(
        [values[random.integers(0, count, (draws, count))].mean(axis=1) for draws in _draws(RESAMPLES, count)]
    )
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


def _draws(wanted: int, questions: int) -> Iterator[int]:
    """wanted, parted so that memory stays bounded."""
    step = max(1, _CHUNK // questions)
    for start in range(0, wanted, step):
        yield min(step, wanted - start)


def paired_test(differences: FloatArray) -> PairedTest:
    """Fisher's randomisation test of paired differences, (questions,): how often random signs give as large a mean.

    Smucker, Allan and Carterette, "A comparison of statistical significance tests for information retrieval
    evaluation", CIKM 2007. Where signs are drawn, p = (1 + as large) / (1 + drawn), so never 0: Phipson and Smyth,
    "Permutation p-values should never be zero", 2010. Questions without a difference change nothing.
    """
    differing = differences[np.abs(differences) > _CLOSE]
    if not len(differing):
        return PairedTest(1.0, exact=True)
    least = abs(float(differing.sum())) - _CLOSE * len(differing)
    if len(differing) <= EXACT_QUESTIONS:
        numbers = np.arange(1 << len(differing))
        signs = (numbers[:, None] >> np.arange(len(differing)) & 1) * 2.0 - 1.0
        return PairedTest(float(np.mean(np.abs(signs @ differing) >= least)), exact=True)
    random = np.random.default_rng(SEED)
    as_large, total = 0, float(differing.sum())
    for draws in _draws(SIGN_FLIPS, len(differing)):
        drawn = random.integers(0, 256, (draws, (len(differing) + 7) // 8), dtype=np.uint8)
        positive = np.unpackbits(drawn, axis=1, count=len(differing)).astype(np.float64)
        as_large += int(np.count_nonzero(np.abs(2.0 * (positive @ differing) - total) >= least))
    return PairedTest((1 + as_large) / (1 + SIGN_FLIPS), exact=False)
