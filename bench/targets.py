"""The targets that were set, next to what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import results

Values = dict[str, Any]
BY_HAND = "sentence-transformers by hand"


def rows() -> list[tuple[str, str, str, str]]:
    """What, the target, the measured figure, and whether it is met; for the parts that were measured."""
    found = []
    for what, part, target, is_met, figure in _TARGETS:
        values = results.load(part)
        if values is not None:
            measured = figure(values)
            form = "{:+.4f}" if part == "quality" else "{:.2f}"
            found.append((what, target, form.format(measured), "yes" if is_met(measured) else "no"))
    return found


def _cold(values: Values) -> float:
    return float(values["answers"]["semsearch"]["seconds"]["median"])


def _cold_ratio(values: Values) -> float:
    return float(values["answers"][BY_HAND]["times_semsearch"]["median"])


def _warm(values: Values) -> float:
    return float(values["times_raw"]["median"])


def _filter(values: Values) -> float:
    return float(values["most_ms"]["again"])


def _rate(values: Values) -> float:
    return float(values["abstracts_per_second"]["semsearch int8"]["times_sentence_transformers"]["median"])


def _read(values: Values) -> float:
    return float(min(each["papers_per_cpu_second"]["median"] for each in values["formats"].values()))


def _quality(values: Values) -> float:
    return float(values["difference"])


_TARGETS: tuple[tuple[str, str, str, Callable[[float], bool], Callable[[Values], float]], ...] = (
    ("a cold question, seconds", "cold", "at most 0.6", lambda found: found <= 0.6, _cold),
    ("the same, times faster than by hand", "cold", "at least 10", lambda found: found >= 10, _cold_ratio),
    ("a warm question, times its raw parts", "warm", "at most 1.3", lambda found: found <= 1.3, _warm),
    ("a filter that is known, milliseconds more", "filters", "at most 5", lambda found: found <= 5, _filter),
    ("embedding, times sentence-transformers", "rate", "at least 3", lambda found: found >= 3, _rate),
    ("reading, papers a second of CPU", "read", "at least 10,000", lambda found: found >= 10_000, _read),
    ("nDCG@10, int8 less fp32", "quality", "at least -0.005", lambda found: found >= -0.005, _quality),
)
