"""How an answer stands against what questions get from this corpus at large: a figure to compare between questions.

The level of a question is the mean cosine of its ten nearest papers plus its mean cosine with all papers. Its standing
is the share of background questions, titles and sentences of the corpus' own papers (background.py), whose level is
lower, a rank among them as a p-value is. In and out: numbers, and the file that keeps those of the background; what
looks into an index for them, and what keywords add to the verdict, is in judging.py.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

LEAST_PAPERS = 1000
"""A smaller corpus has no standing: a fiftieth of its questions is a handful, and ten papers are much of it."""

NEAREST = 10
"""How many of the nearest papers a level is made of: as many as an answer has unless told otherwise."""

LOWEST_SHARE = 0.02
"""A question that stands below this share of the background has no paper that stands out, unless one does alone: as
many of the answerable ones may be refused, as background questions are answerable (docs/answers.md)."""

ALONE = 0.5
"""The standing from which one paper stands out alone, whatever the nine behind it are."""

VERDICT = "no paper stands out"

_SAME = 1e-6  # how far a stored number is rounded


@dataclass(frozen=True, slots=True)
class Standing:
    """How the whole answer to a question stands. value: in [0, 1], the share of background questions of a lower level.
    stands_out: whether a paper of the whole corpus does, those that a filter leaves out among them."""

    value: float
    stands_out: bool

    @property
    def verdict(self) -> str:
        """The words that say so if none does, otherwise empty."""
        return "" if self.stands_out else VERDICT

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"value": self.value, "stands_out": self.stands_out, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Background:
    """What background questions get. levels: theirs, ascending. centre: (d,), the mean of the papers' vectors.

    Without levels there is no standing, and reason tells why.
    """

    levels: tuple[float, ...] = ()
    centre: tuple[float, ...] = field(default=(), repr=False)
    reason: str = ""

    def value(self, level: float) -> float:
        """The share of background questions whose level is lower than this one."""
        return bisect_left(self.levels, level) / len(self.levels)

    def standing(self, nearest: float, best: float, mean: float, known: bool = True) -> Standing:
        """Of a question by the mean cosine of its NEAREST papers, that of the best one, and that with all papers.

        known: whether any of its words is in a paper; for one without, only a paper that stands out alone does.
        """
        value = self.value(nearest + mean)
        return Standing(value, (known and value >= LOWEST_SHARE) or self.value(best + mean) >= ALONE)

    def of_question(self, nearest: Sequence[float], mean: float, known: bool = True) -> QuestionStanding:
        """By the cosines of its nearest papers, best first, and the mean one; known: as in `standing`."""
        near = nearest[:NEAREST]
        return QuestionStanding(self.standing(sum(near) / len(near), near[0], mean, known), self, mean)

    def to_json(self) -> str:
        """As it is kept in an index."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True, slots=True)
class QuestionStanding:
    """How the answer to a question stands, and each of its hits. mean: the question's mean cosine with all papers."""

    answer: Standing
    background: Background
    mean: float

    def of(self, similarity: float) -> float:
        """The standing of a paper of that cosine."""
        return self.background.value(similarity + self.mean)


def background_from_json(content: bytes, dimensions: int) -> Background:
    """What `to_json` wrote, for vectors of those dimensions; ValueError where it is something else."""
    values = json.loads(content.decode("utf-8"))
    if not isinstance(values, dict) or set(values) != {"levels", "centre", "reason"}:
        raise ValueError("expected levels, centre and reason")
    levels, centre, reason = values["levels"], values["centre"], values["reason"]
    for numbers in (levels, centre):
        if not isinstance(numbers, list) or not all(type(each) is float and math.isfinite(each) for each in numbers):
            raise ValueError("expected lists of numbers")
    if not isinstance(reason, str) or bool(reason) == bool(levels):
        raise ValueError("expected levels, or else the reason why there are none")
    if len(centre) != (dimensions if levels else 0) or levels != sorted(levels):
        raise ValueError(f"expected {dimensions} numbers of the centre, and levels in order")
    return Background(tuple(levels), tuple(centre), reason)


def rounded(number: float) -> float:
    """A number as it is stored: what the order of a sum may change is cut off."""
    return round(round(float(number) / _SAME) * _SAME, 6)


def too_few(papers: int) -> Background:
    """The background of a corpus that is too small for one."""
    return Background(reason=f"{papers:,} papers, and it takes {LEAST_PAPERS:,}")
