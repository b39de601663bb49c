"""How good answers are: measures, with what chance does to them. In: a Run and Judgements. Out: an Evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import EvaluationError
from .chance import Interval, PairedTest, bootstrap_interval, paired_test
from .judgements import Judgements, read_judgements
from .measures import DEFAULT_MEASURES, depth_of, parse_measures, question_values
from .runs import Run, read_run, run_of

__all__ = [
    "DEFAULT_MEASURES",
    "Comparison",
    "Evaluation",
    "Interval",
    "Judgements",
    "PairedTest",
    "Run",
    "Score",
    "compare",
    "depth_of",
    "evaluate",
    "read_judgements",
    "read_run",
    "run_of",
]

_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of a run. values: of each question, as Evaluation.questions has them; mean: theirs."""

    measure: str
    mean: float
    interval: Interval
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a run is worth. questions: the ids of all that were judged, whether anything was found for them or not."""

    questions: tuple[str, ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run less another in one measure. wins: the questions in which the first is better; then ties, losses."""

    measure: str
    difference: float
    interval: Interval
    test: PairedTest
    wins: int
    ties: int
    losses: int


def evaluate(run: Run, judgements: Judgements, measures: Sequence[str] = DEFAULT_MEASURES) -> Evaluation:
    """Each measure over all judged questions; one for which the run has nothing counts as 0.

    run and judgements name papers by the same ids: `named` brings them there. measures: as ir-measures writes them,
    `nDCG@10`; a question's value is as ir-measures defines it, with the run's order as the ranking. Raises
    EvaluationError for a measure that is none, for no judgement at all, and where ir-measures is not installed.
    """
    if not judgements.grades:
        raise EvaluationError("no question was judged, expected judgements for at least one")
    scores = []
    for name, measure in parse_measures(measures).items():
        values = tuple(question_values(run, judgements, measure).values())
        array = np.array(values)
        scores.append(Score(name, float(array.mean()), bootstrap_interval(array), values))
    return Evaluation(tuple(judgements.grades), tuple(scores))


def compare(first: Evaluation, second: Evaluation) -> tuple[Comparison, ...]:
    """first less second, measure by measure and question by question. Both over the same questions and measures."""
    measures = [[score.measure for score in each.scores] for each in (first, second)]
    if first.questions != second.questions or measures[0] != measures[1]:
        raise EvaluationError("the two were evaluated over other questions or measures, expected the same for both")
    return tuple(_comparison(*pair) for pair in zip(first.scores, second.scores, strict=True))


def _comparison(first: Score, second: Score) -> Comparison:
    differences = np.array(first.values) - np.array(second.values)
    wins, losses = int((differences > _TIE).sum()), int((differences < -_TIE).sum())
    return Comparison(
        first.measure, float(differences.mean()), bootstrap_interval(differences), paired_test(differences),
        wins, len(differences) - wins - losses, losses,
    )  # fmt: skip
