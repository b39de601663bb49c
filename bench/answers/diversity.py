"""Diversity: what MMR costs in nDCG@10, and how much less alike the first ten are, for several lambdas."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
import numpy.typing as npt

from semsearch.arranging import AMONG
from semsearch.diversity import LAMBDA, mmr
from semsearch.evaluate import Run, bootstrap_interval
from semsearch.evaluate.measures import parse_measures, question_values

from ..inputs import Inputs
from ..tables import Values, table
from .judged import ML_QUESTIONS, SETS, JudgedSet, judged_sets, opened_set

_LAMBDAS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
_MEASURE, _SHOWN = "nDCG@10", 10

FloatArray = npt.NDArray[np.float64]


def measure(inputs: Inputs) -> Values:
    """For each set and lambda the measure, its difference from the plain answer, and the mean pairwise cosine."""
    found = {name: _measured(inputs, folder) for name, folder in judged_sets(inputs, (*SETS, ML_QUESTIONS)).items()}
    return {"measure": _MEASURE, "lambda": LAMBDA, "sets": found}


def _measured(inputs: Inputs, folder: Path) -> Values:
    (ndcg,) = parse_measures([_MEASURE]).values()
    found: Values = {}
    plain: FloatArray | None = None
    with opened_set(inputs, folder) as judged:
        pools = {each.id: _pool(judged, each.text) for each in judged.questions}
        for weight in _LAMBDAS:
            orders = {id: mmr(scores, vectors, weight)[:_SHOWN] for id, (_, scores, vectors) in pools.items()}
            run = Run({id: tuple(pools[id][0][at] for at in order) for id, order in orders.items()})
            of_each = question_values(run, judged.judgements, ndcg)
            values = np.array([of_each[each.id] for each in judged.questions])
            plain = values if plain is None else plain
            interval = bootstrap_interval(values - plain)
            found[str(weight)] = {
                "mean": round(float(values.mean()), 4),
                "difference": round(float((values - plain).mean()), 4),
                "low": round(interval.low, 4),
                "high": round(interval.high, 4),
                "cosine": round(statistics.mean(_alike(pools[id][2][order]) for id, order in orders.items()), 4),
            }
    return found


def _pool(judged: JudgedSet, question: str) -> tuple[list[str], list[float], npt.NDArray[np.float32]]:
    """Ids, scores and vectors of the hits that `search(diverse=...)` puts in order."""
    hits = judged.index.search(question, AMONG)
    return [hit.id for hit in hits], [hit.score for hit in hits], judged.vectors([hit.id for hit in hits])


def _alike(vectors: npt.NDArray[np.float32]) -> float:
    """The mean cosine of any two hits."""
    return float((vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].mean())


def tables(values: Values) -> str:
    """A row a lambda: of each set the measure, and how alike the first ten are."""
    sets = values["sets"]
    head = [f"{name} {what}" for name in sets for what in (values["measure"], "cosine")]
    rows = []
    for weight in next(iter(sets.values())):
        cells = []
        for each in (one[weight] for one in sets.values()):
            change = f" ({each['difference']:+.3f}, {each['low']:+.3f} to {each['high']:+.3f})"
            cells += [f"{each['mean']:.3f}{change if weight != '1.0' else ''}", f"{each['cosine']:.3f}"]
        rows.append([f"{weight}{', not diverse' * (weight == '1.0')}", *cells])
    return table(("lambda", *head), rows)
