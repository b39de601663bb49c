"""Likes and dislikes: a question moved towards papers that a reader likes and away from those that they do not.

Rocchio's formula (J. J. Rocchio, "Relevance feedback in information retrieval", in Salton, The SMART Retrieval System,
1971), q' = ALPHA q + BETA mean(liked) - GAMMA mean(unliked), on vectors and on keywords. In: the vectors and the units
(words.py) of question and papers. Out: those of what is to be asked instead. docs/answers.md tells how the weights were
chosen, and what they are worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .errors import QueryError
from .words import Unit

FloatArray = npt.NDArray[np.float32]

Rarity = Callable[[Unit], float]

ALPHA, BETA, GAMMA = 1.0, 0.75, 0.5
"""How much the question, the mean of what is liked and the mean of what is not count; without a question what is
liked counts 1."""

KEYWORDS = 40
"""How many keywords of what is liked are added to a question's; all of them do no better, and take longer."""

_ZERO = 1e-6


@dataclass(frozen=True, slots=True)
class Examples:
    """Papers, or texts, that a reader likes or does not: vectors (n, d) float32, unit length, and the units of each.

    rows: those of them that are papers of the index. ids: of these. rarity: what a unit tells of a paper that has it.
    is_cut: whether a text was longer than the encoder reads.
    """

    rows: tuple[int, ...]
    ids: tuple[str, ...]
    vectors: FloatArray
    units: tuple[tuple[Unit, ...], ...]
    rarity: Rarity
    is_cut: bool = False

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True, slots=True)
class Steering:
    """What is liked and what is not, to be asked with or without a question."""

    liked: Examples
    unliked: Examples

    def __post_init__(self) -> None:
        for id in self.liked.ids:
            if id in self.unliked.ids:
                raise QueryError(f"{id!r} is to be liked and not liked", "name it once")

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the papers that were named, which are not to be found."""
        return self.liked.rows + self.unliked.rows

    def vector(self, question: FloatArray | None = None) -> FloatArray:
        """See steered_vector."""
        return steered_vector(question, self.liked.vectors, self.unliked.vectors)

    def units(self, question: Sequence[Unit] = ()) -> tuple[Unit, ...]:
        """See steered_units."""
        return steered_units(question, self.liked.units, self.unliked.units, self.liked.rarity)


def steered_vector(question: FloatArray | None, liked: FloatArray, unliked: FloatArray) -> FloatArray:
    """What to look for instead of a question's vector, (d,), of unit length.

    question: (d,) float32, None where there is none. liked (n, d), unliked (m, d); n or m may be 0. QueryError where
    nothing is left: all of them together are the zero vector.
    """
    total = np.zeros((liked if question is None else question).shape[-1], dtype=np.float64)
    if question is not None:
        total += ALPHA * question
    if len(liked):
        total += (BETA if question is not None else 1.0) * liked.mean(axis=0)
    if len(unliked):
        total -= GAMMA * unliked.mean(axis=0)
    length = float(np.linalg.norm(total))
    if length < _ZERO:
        raise QueryError("the papers cancel out: nothing is left to look for", "name fewer of them, or others")
    return (total / length).astype(np.float32)


def steered_units(
    question: Sequence[Unit],
    liked: Sequence[Sequence[Unit]],
    unliked: Sequence[Sequence[Unit]],
    rarity: Rarity = lambda unit: 1.0,
) -> tuple[Unit, ...]:
    """The units to look for, each with its weight in `times`.

    Of what is liked those KEYWORDS are taken that are heaviest by weight and rarity; together they count BETA times as
    much as the question's, which keep their own. What is not liked takes away from what the likes brought, down to
    nothing and no further: a paper loses nothing for sharing words with one that is not liked, and the question's
    words stay. Without a question all words of what is liked count, as often as they stand there.
    """
    brought = _weights(liked)
    if unliked:
        brought = _without(brought, _weights(unliked, GAMMA * sum(brought.values())))
    if question:
        heaviest = sorted(brought, key=lambda unit: -brought[unit] * rarity(unit))[:KEYWORDS]
        scale = BETA * sum(unit.times for unit in question) / (sum(map(brought.__getitem__, heaviest)) or 1.0)
        brought = {unit: scale * brought[unit] for unit in heaviest}
    total: defaultdict[Unit, float] = defaultdict(float)
    for unit in question:
        total[replace(unit, times=1)] += ALPHA * unit.times
    for unit, weight in brought.items():
        total[unit] += weight
    return tuple(replace(unit, times=weight) for unit, weight in total.items())


def _weights(texts: Iterable[Sequence[Unit]], together: float | None = None) -> dict[Unit, float]:
    """The units of several texts with how often they have them, scaled so that all together weigh `together`."""
    times: defaultdict[Unit, float] = defaultdict(float)
    for units in texts:
        for unit in units:
            times[replace(unit, times=1)] += unit.times
    scale = 1.0 if together is None or not times else together / sum(times.values())
    return {unit: scale * number for unit, number in times.items()}


def _without(brought: dict[Unit, float], unwanted: dict[Unit, float]) -> dict[Unit, float]:
    left = {unit: weight - unwanted.get(unit, 0.0) for unit, weight in brought.items()}
    return {unit: weight for unit, weight in left.items() if weight > 0}
