"""Many questions at once against one at a time: questions a second of SearchIndex.rank and SearchIndex.search."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from semsearch import SearchIndex

from . import results
from .inputs import Inputs

_QUESTIONS = 353
_ROUNDS = 5
_K = 100


def run(inputs: Inputs) -> None:
    """Measure, and write results/rank.json."""
    generation = inputs.generation()
    questions = inputs.asked(_QUESTIONS)
    with SearchIndex(inputs.index) as index:
        ways: dict[str, Callable[[], object]] = {
            "rank": lambda: list(index.rank(questions, _K)),
            "search, one by one": lambda: [index.search(question, _K) for question in questions],
        }
        list(index.rank(questions[:20], _K))
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(_ROUNDS):
            for name in list(ways)[:: -1 if number % 2 else 1]:
                started = time.perf_counter()
                ways[name]()
                rates[name].append(len(questions) / (time.perf_counter() - started))
                print(f"rank, round {number + 1}: {name} {rates[name][-1]:.0f} questions/s", flush=True)
    ratios = [rank / single for rank, single in zip(*rates.values(), strict=True)]
    values = {
        "papers": generation.manifest.counts.papers,
        "questions": len(questions),
        "k": _K,
        "questions_per_second": {name: results.spread(each, 1) for name, each in rates.items()},
        "times_single": results.spread(ratios, 2),
    }
    rank, single = (statistics.median(each) for each in rates.values())
    times = statistics.median(ratios)
    print(f"rank: {rank:.0f} questions/s, one by one {single:.0f}, {times:.2f} times", flush=True)
    results.save("rank", values)
