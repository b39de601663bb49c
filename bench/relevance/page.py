"""The figures of docs/relevance.md: from results/relevance.json, between <!-- relevance:NAME --> and its end."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import results
from ..tables import Values, between, measured, table

PAGE = Path(__file__).parent.parent.parent / "docs" / "relevance.md"


def write() -> None:
    """Fill in every part."""
    values = results.load("relevance")
    if values is None:
        raise SystemExit("nothing was measured yet: make relevance")
    text = PAGE.read_text(encoding="utf-8")
    for name, part in _PARTS.items():
        text = between(text, f"relevance:{name}", part(values))
    PAGE.write_text(text, encoding="utf-8")


def _tuning(values: Values) -> list[str]:
    """The sets that are judged by one measure, and so have a mean together."""
    return [name for name, about in values["sets"].items() if len(about["measures"]) == 1]


def _sets(values: Values) -> str:
    rows = [
        (
            name,
            f"{each['papers']:,}",
            each["questions"],
            f"{each['judged_papers']:,}",
            each["judged_papers_not_in_index"],
        )
        for name, each in values["sets"].items()
    ]
    return table(("set", "papers", "questions", "judged papers", "of these not in the index"), rows)


def _modes(values: Values) -> str:
    tuning, modes = _tuning(values), values["modes"]
    names = list(next(iter(modes.values())))
    rows = []
    for name, about in values["sets"].items():
        for measure in about["measures"]:
            rows.append([f"{name}, {measure}", *(_mode(modes[name][mode][measure]) for mode in names)])
    means = [statistics.mean(next(iter(modes[name][mode].values()))["mean"] for name in tuning) for mode in names]
    rows.insert(len(tuning), [f"mean of the {len(tuning)}", *(f"{mean:.4f}" for mean in means)])
    return "\n\n".join((table(("", *names), rows), _measured(values)))


def _measured(values: Values) -> str:
    versions = {**values["versions"], "ir-measures": values["ir_measures"]}
    return measured({**values, "versions": versions}, "relevance")


def _mode(each: Values) -> str:
    p = "" if each["p"] is None else f", p {_p(each['p'])}"
    return f"{each['mean']:.4f} ({each['low']:.3f} to {each['high']:.3f}{p})"


def _p(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def _ideas(values: Values) -> str:
    return "\n\n".join(_group(values, group, rows) for group, rows in values["ideas"].items())


def _group(values: Values, group: str, rows: Values) -> str:
    tuning = _tuning(values)
    asked = [name for name in values["sets"] if name not in tuning and any(name in row for row in rows.values())]
    measures = [(name, measure) for name in asked for measure in values["sets"][name]["measures"]]
    head = (group, *tuning, "mean", "difference", "95 % interval", *(f"{name} {measure}" for name, measure in measures))
    lines = []
    for name, row in rows.items():
        cells = [f"{row['means'][each]:.4f}" for each in tuning] + [f"{row['mean']:.4f}"]
        cells += [f"{row['difference']:+.4f}", f"{row['low']:+.4f} to {row['high']:+.4f}"]
        cells += [_asked(row[each][measure]) if each in row else "" for each, measure in measures]
        lines.append((name, *cells))
    return table(head, lines)


def _asked(each: Values) -> str:
    return f"{each['mean']:.4f} ({each['difference']:+.4f})"


def _held_out(values: Values) -> str:
    found = values["held_out"]
    rows = [
        (name, _settings(each["chosen"]), f"{each['value']:.4f}", f"{each['default']:.4f}")
        for name, each in found["sets"].items()
    ]
    means = [statistics.mean(each[key] for each in found["sets"].values()) for key in ("value", "default")]
    rows.append(("mean", "", *(f"{mean:.4f}" for mean in means)))
    held = table(("held out", "chosen over the others", "in the one held out", "semsearch there"), rows)
    best = found["best_of_all"]
    factors = table(
        ("the mean over all combinations with", "nDCG@10"),
        [(f"{factor} {value}", f"{mean:.4f}") for factor, value, mean in _factors(found["factors"])],
    )
    chosen = (
        f"The best of all {found['combinations']} combinations over all sets: {_settings(best['settings'])}, "
        f"with {best['value']:.4f}."
    )
    return "\n\n".join((held, chosen, factors))


def _settings(chosen: Values) -> str:
    feedback = f"{chosen['hits']} hits, {chosen['share']}" if chosen["hits"] else "none"
    words = "dropped" if chosen["keywords"] == "default" else "kept"
    return f"stop words {words}, weight {chosen['weight']}, title {chosen['title']}, feedback {feedback}"


def _factors(factors: Values) -> Iterator[tuple[str, str, float]]:
    labels = {"keywords": "stop words", "default": "dropped", "stop words": "kept"}
    for factor, means in factors.items():
        for value, mean in means.items():
            yield labels.get(factor, factor), labels.get(value, value), mean


_PARTS: dict[str, Callable[[Values], str]] = {
    "sets": _sets,
    "modes": _modes,
    "ideas": _ideas,
    "held_out": _held_out,
}
