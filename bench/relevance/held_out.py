"""What a choice of settings is worth where it was not made: chosen over all sets but one, looked at in that one."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from semsearch.evaluate import Run
from semsearch.evaluate.measures import parse_measures, question_values

from .ideas import Recipe, answer, weighted
from .sets import Collection

_KEYWORDS = ("default", "stop words")
_WEIGHTS = (0.4, 0.5, 0.6)
_TITLES = (0.0, 0.3)
_FEEDBACK = ((0, 0.0), *product((2, 3, 5), (0.3, 0.5, 0.7)))

Settings = tuple[str, float, float, int, float]
FACTORS = ("keywords", "weight", "title", "hits", "share")


def settings() -> Iterator[Settings]:
    """Every combination: keywords, weight of the keywords, of titles, hits of the feedback and its share."""
    for keywords, weight, title, (hits, share) in product(_KEYWORDS, _WEIGHTS, _TITLES, _FEEDBACK):
        yield keywords, weight, title, hits, share


def held_out(collections: Iterable[Collection], default: Settings) -> dict[str, Any]:
    """The settings chosen without each set, with their value in it; and the mean of each setting of each factor."""
    means = {each.name: {one: _mean(each, one) for one in {*settings(), default}} for each in collections}
    chosen = {}
    for name in means:
        others = [each for each in means if each != name]
        best = max(settings(), key=lambda each: statistics.mean(means[other][each] for other in others))
        chosen[name] = {
            "chosen": dict(zip(FACTORS, best, strict=True)),
            "value": means[name][best],
            "default": means[name][default],
        }
    overall = {one: statistics.mean(values[one] for values in means.values()) for one in settings()}
    factors = {
        factor: {
            str(value): statistics.mean(mean for each, mean in overall.items() if each[position] == value)
            for value in dict.fromkeys(each[position] for each in overall)
        }
        for position, factor in enumerate(FACTORS)
    }
    best = max(overall, key=overall.__getitem__)
    return {
        "combinations": len(overall),
        "sets": chosen,
        "factors": factors,
        "best_of_all": {"settings": dict(zip(FACTORS, best, strict=True)), "value": overall[best]},
    }


def _mean(collection: Collection, chosen: Settings) -> float:
    keywords, weight, title, hits, share = chosen
    recipe = Recipe(weighted(weight), keywords, title, hits, share)
    return _value(collection, answer(collection, recipe))


def _value(collection: Collection, run: Run) -> float:
    (measure,) = parse_measures(collection.measures[:1]).values()
    return statistics.mean(question_values(run, collection.judgements, measure).values())
