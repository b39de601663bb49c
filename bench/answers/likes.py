"""Likes and dislikes: what a few papers that a reader liked, and one that they did not, do for the rest of them.

Of every question with at least LEAST relevant papers one or three are drawn as likes, DRAWS times; measured is the
recall of the others, never counting those that were named. The dislike is drawn from the first ten hits that
are not judged relevant, as the sets tell only what is: of the question, and for `similar` of the likes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from semsearch.evaluate import bootstrap_interval
from semsearch.questions import Question
from semsearch.results import Results
from semsearch.search import SearchIndex
from semsearch.steering import ALPHA, BETA, GAMMA, KEYWORDS

from ..inputs import Inputs
from ..tables import Values, table
from .judged import ML_QUESTIONS, SETS, JudgedSet, judged_sets, opened_set

Array = npt.NDArray[np.float64]
LEAST, DRAWS, DEPTH, SEED = 4, 2, 20, 2026
LIKED = (1, 3)


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the papers liked, one that is not among the hits of the question, one among those of the likes, and
    the relevant ones that are to be found."""

    question: Question
    liked: tuple[str, ...]
    unliked: str
    unalike: str
    wanted: frozenset[str]


Way = Callable[[SearchIndex, Case, int], Results]
WAYS: dict[str, Way] = {
    "question alone": lambda index, case, k: index.search(case.question.text, k),
    "mean vector of the likes alone": lambda index, case, k: index.similar(case.liked, k, mode="dense"),
    "`similar` likes": lambda index, case, k: index.similar(case.liked, k),
    "`similar` likes `--unlike`": lambda index, case, k: index.similar(case.liked, k, unlike=case.unalike),
    "question `--like`": lambda index, case, k: index.search(case.question.text, k, like=case.liked),
    "question `--like --unlike`": lambda index, case, k: index.search(
        case.question.text, k, like=case.liked, unlike=case.unliked
    ),
    "question `--unlike`": lambda index, case, k: index.search(case.question.text, k, unlike=case.unliked),
}
_STEERED, _BOTH = "question `--like`", "question `--like --unlike`"
COMPARED = (
    (_STEERED, "question alone"),
    (_STEERED, "mean vector of the likes alone"),
    (_BOTH, "question alone"),
    (_BOTH, "mean vector of the likes alone"),
    (_BOTH, _STEERED),
    ("`similar` likes", "mean vector of the likes alone"),
    ("`similar` likes `--unlike`", "`similar` likes"),
)


def measure(inputs: Inputs) -> Values:
    """The recall of every way on every set, and the differences."""
    found = {name: _measured(inputs, folder) for name, folder in judged_sets(inputs, (*SETS, ML_QUESTIONS)).items()}
    return {
        "weights": {"alpha": ALPHA, "beta": BETA, "gamma": GAMMA, "keywords": KEYWORDS},
        "draws": DRAWS,
        "depth": DEPTH,
        "sets": found,
    }


def _measured(inputs: Inputs, folder: Path) -> Values:
    with opened_set(inputs, folder) as judged:
        cases = list(_cases(judged))
        found: Values = {"questions": len({case.question.id for case in cases}), "liked": {}}
        for number in LIKED:
            some = [case for case in cases if len(case.liked) == number]
            recalls = {name: _recalls(judged.index, way, some) for name, way in WAYS.items()}
            found["liked"][str(number)] = {
                "recall": {name: round(float(values.mean()), 4) for name, values in recalls.items()},
                "differences": [
                    {"of": one, "from": other, **_difference(recalls[one] - recalls[other])} for one, other in COMPARED
                ],
            }
    return found


def _cases(judged: JudgedSet) -> Iterator[Case]:
    random = np.random.default_rng(SEED)
    for question in judged.questions:
        relevant = judged.present(id for id, grade in judged.judgements.grades[question.id].items() if grade > 0)
        if len(relevant) < LEAST:
            continue
        hits = judged.index.search(question.text, 10 + len(relevant))
        for _ in range(DRAWS):
            drawn = [str(id) for id in random.permutation(relevant)]
            for number in LIKED:
                alike = judged.index.similar(drawn[:number], 10 + len(relevant))
                two = (
                    str(random.choice([hit.id for hit in found if hit.id not in relevant][:10]))
                    for found in (hits, alike)
                )
                yield Case(question, tuple(drawn[:number]), *two, frozenset(drawn[number:]))


def _recalls(index: SearchIndex, way: Way, cases: Sequence[Case]) -> Array:
    """For each question the mean recall at DEPTH of its draws, of papers that were not named; (questions,)."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for case in cases:
        named = {*case.liked, case.unliked, case.unalike}
        ids = [hit.id for hit in way(index, case, DEPTH + len(named)) if hit.id not in named][:DEPTH]
        values[case.question.id].append(len(case.wanted & set(ids)) / len(case.wanted))
    return np.array([np.mean(each) for each in values.values()])


def _difference(values: Array) -> Values:
    interval = bootstrap_interval(values)
    return {"mean": round(float(values.mean()), 4), "low": round(interval.low, 4), "high": round(interval.high, 4)}


def tables(values: Values) -> str:
    """The recalls, and the differences with their intervals."""
    columns = [(name, number) for name in values["sets"] for number in values["sets"][name]["liked"]]
    head = [f"{name}, {number} liked" for name, number in columns]
    each = [values["sets"][name]["liked"][number] for name, number in columns]
    recall = table(
        (f"recall@{values['depth']}", *head),
        [[way, *(f"{one['recall'][way]:.3f}" for one in each)] for way in each[0]["recall"]],
    )
    rows = [
        [f"{pair['of']} less {pair['from']}", *(_interval(one["differences"][at]) for one in each)]
        for at, pair in enumerate(each[0]["differences"])
    ]
    asked = ", ".join(f"{one['questions']} of {name}" for name, one in values["sets"].items())
    return (
        f"{asked} have so many relevant papers; {values['draws']} draws of each:\n\n{recall}\n\nDifferences, with 95 % "
        f"bootstrap intervals over the questions:\n\n{table(('', *head), rows)}"
    )


def _interval(each: Values) -> str:
    return f"{each['mean']:+.3f} ({each['low']:+.3f} to {each['high']:+.3f})"
