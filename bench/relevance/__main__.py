"""Measure semsearch's modes and every idea over the tuning sets, and write docs/relevance.md.

python -m bench.relevance --eval FOLDER [--index INDEX] [--reuse] [--docs]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import numpy as np

from semsearch import SearchIndex, SemsearchError, build_index
from semsearch.evaluate import Evaluation, compare, evaluate, run_of
from semsearch.evaluate.chance import RESAMPLES, SEED
from semsearch.fusion import LEXICAL_WEIGHT
from semsearch.retrieval import Mode

from .. import results
from ..inputs import HOME
from . import page
from .held_out import held_out
from .ideas import DEFAULT, IDEAS, KEPT, Recipe, answer
from .sets import Collection

SETS = ("cranfield", "cisi", "cacm")
_QUESTIONS = "ml_questions"
_INDEXES = HOME / "corpora" / "relevance"
_DIGITS = 4


def main() -> None:
    """Sets that are not there are left out; without any there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.relevance", description=__doc__)
    parser.add_argument("--eval", type=Path, default=Path("eval"), help="a folder of evaluation sets")
    parser.add_argument("--index", type=Path, help=f"an index of the papers that {_QUESTIONS} asks for")
    parser.add_argument("--reuse", action="store_true", help="take the sets' indexes and embeddings of the last time")
    parser.add_argument("--docs", action="store_true", help="measure nothing, write the page from bench/results")
    given = parser.parse_args()
    if not given.docs:
        results.save("relevance", measured(given.eval, given.index, given.reuse))
    page.write()


def measured(sets: Path, index: Path | None, reuse: bool) -> dict[str, Any]:
    """All numbers of the page."""
    if not reuse:
        shutil.rmtree(_INDEXES, ignore_errors=True)
    tuning = [_built(sets / name) for name in SETS if (sets / name / "corpus.jsonl").is_file()]
    if not tuning:
        raise SystemExit(f"no evaluation sets in {sets}: name their folder with EVAL=")
    asked = _asked(sets / _QUESTIONS, index)
    collections = [*tuning, *([asked] if asked else [])]
    return {
        "ir_measures": version("ir_measures"),
        "resamples": RESAMPLES,
        "sets": {each.name: _about(each) for each in collections},
        "modes": {each.name: _modes(each) for each in collections},
        "ideas": _ideas(tuning, asked),
        "held_out": held_out(tuning, ("default", LEXICAL_WEIGHT, 0.0, DEFAULT.hits, DEFAULT.share)),
    }


def _built(folder: Path) -> Collection:
    target = _INDEXES / folder.name
    if not (target / "CURRENT").is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        _say(f"building {target}")
        build_index(folder / "corpus.jsonl", target)
    return Collection(folder, target, ("nDCG@10",), kept=_INDEXES / f"{folder.name}-embedded")


def _asked(folder: Path, index: Path | None) -> Collection | None:
    """The questions of ml_questions with the index that answers them; None, and a word, where there is none."""
    if index is None or not (folder / "queries.jsonl").is_file():
        _say(f"{_QUESTIONS}: left out, name an index of its papers with INDEX=")
        return None
    try:
        found = Collection(folder, index, ("R@20", "RR@10"))
    except SemsearchError as error:
        _say(f"{_QUESTIONS}: left out, {error.message}")
        return None
    if found.missing * 2 > len(found.judgements.papers):
        _say(f"{_QUESTIONS}: left out, {index} has only few of the papers that were judged")
        return None
    return found


def _about(each: Collection) -> dict[str, Any]:
    return {
        "papers": len(each),
        "questions": len(each.questions),
        "judged_papers": len(each.judgements.papers),
        "judged_papers_not_in_index": each.missing,
        "measures": list(each.measures),
    }


def _modes(collection: Collection) -> dict[str, Any]:
    """Each mode as a user gets it, by SearchIndex.rank, and the default mode against each of the others."""
    found: dict[str, Evaluation] = {}
    with SearchIndex(collection.index) as index:
        for mode in get_args(Mode):
            run = run_of(index.rank(collection.questions, KEPT, mode=mode))
            found[mode] = evaluate(run, collection.judgements, collection.measures)
            _say(f"{collection.name}, {mode}: {_shown(found[mode])}")
    return {
        mode: {
            score.measure: {
                "mean": _rounded(score.mean),
                "low": _rounded(score.interval.low),
                "high": _rounded(score.interval.high),
                "p": None if mode == "hybrid" else comparison.test.p,
            }
            for score, comparison in zip(each.scores, compare(found["hybrid"], each), strict=True)
        }
        for mode, each in found.items()
    }


def _ideas(tuning: Sequence[Collection], asked: Collection | None) -> dict[str, Any]:
    """Each idea over the sets, its mean, and how far that is from semsearch's own."""
    own = [_values(each, DEFAULT)[0] for each in tuning]
    own_asked = _values(asked, DEFAULT) if asked else []
    groups: dict[str, Any] = {}
    for group, ideas in IDEAS.items():
        rows = groups.setdefault(group, {})
        for name, recipe in ideas.items():
            values = [_values(each, recipe)[0] for each in tuning]
            means = {each.name: _rounded(mean.mean()) for each, mean in zip(tuning, values, strict=True)}
            difference = _difference([one - other for one, other in zip(values, own, strict=True)])
            rows[name] = {"means": means, "mean": _rounded(statistics.mean(v.mean() for v in values)), **difference}
            if asked and not recipe.embeds:
                found = zip(asked.measures, _values(asked, recipe), own_asked, strict=True)
                rows[name][asked.name] = {
                    measure: {"mean": _rounded(value.mean()), **_difference([value - other])}
                    for measure, value, other in found
                }
            _say(f"{group}, {name}: {rows[name]['mean']:.4f} ({rows[name]['difference']:+.4f})")
    return groups


def _values(collection: Collection, recipe: Recipe) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Of every question, for each measure of the collection."""
    evaluation = evaluate(answer(collection, recipe), collection.judgements, collection.measures)
    return [np.array(score.values) for score in evaluation.scores]


def _difference(differences: Sequence[np.ndarray[tuple[int], np.dtype[np.float64]]]) -> dict[str, float]:
    """The mean over sets of their mean difference, and its bootstrap interval: questions drawn anew within each set."""
    random = np.random.default_rng(SEED)
    drawn = [each[random.integers(0, len(each), (RESAMPLES, len(each)))].mean(axis=1) for each in differences]
    low, high = np.quantile(np.mean(drawn, axis=0), [0.025, 0.975])
    mean = statistics.mean(float(each.mean()) for each in differences)
    return {"difference": _rounded(mean), "low": _rounded(low), "high": _rounded(high)}


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def _shown(evaluation: Evaluation) -> str:
    return ", ".join(f"{score.measure} {score.mean:.4f}" for score in evaluation.scores)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
