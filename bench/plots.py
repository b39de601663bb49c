"""The plots of docs/: results/*.json as horizontal bars in SVG, each with its value and the range of its rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt  # after its backend is chosen

from . import results
from .cold_phases import steps_ms

DOCS = Path(__file__).parent.parent / "docs"
_OURS, _THEIRS, _RANGE, _TEXT = "#1f6feb", "#9aa4b2", "#57606a", "#24292f"
_STEPS = ("#1f6feb", "#2da44e", "#eac54f", "#8250df")
_SETTINGS = {
    "svg.hashsalt": "semsearch",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": _TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.bottom": False,
}


def draw() -> None:
    """Every plot whose part was measured."""
    with plt.rc_context(_SETTINGS):
        for name, plot in _PLOTS.items():
            values = results.load(name)
            if values is not None:
                plot(values)


def _cold(values: dict[str, Any]) -> None:
    rows = [(name, each["seconds"]) for name, each in values["answers"].items()]
    title = f"A cold question on {values['papers']:,} papers: seconds from process start to answer"
    if values["txtai_papers"]:
        rows = [(f"{name} ({values['txtai_papers']} papers)" if name == "txtai" else name, each) for name, each in rows]
    _bars("bench-cold.svg", title, rows, "{:.2f} s")
    steps = [(name, {"median": each}) for name, each in steps_ms(values).items()]
    _bars("bench-cold-steps.svg", "Where a cold question's time goes, in milliseconds", steps, "{:.0f}", _is_any)


def _warm(values: dict[str, Any]) -> None:
    stacks = [("search", values["own_parts_ms"]), ("raw parts", values["raw_parts_ms"])]
    title = f"A warm question on {values['papers']:,} papers, in milliseconds (medians of the parts)"
    _stack("bench-warm.svg", title, stacks)


def _rate(values: dict[str, Any]) -> None:
    title = "Abstracts embedded a second"
    _bars("bench-rate.svg", title, list(values["abstracts_per_second"].items()), "{:.1f}")


_PLOTS = {"cold": _cold, "warm": _warm, "rate": _rate}


def _is_ours(label: str) -> bool:
    return label.startswith("semsearch")


def _is_any(_: str) -> bool:
    return True


def _bars(
    name: str,
    title: str,
    rows: Sequence[tuple[str, dict[str, Any]]],
    form: str,
    is_ours: Callable[[str], bool] = _is_ours,
) -> None:
    """A bar to each median, the value behind it; where there is a range, a line from the least to the most round."""
    figure, axes = plt.subplots(figsize=(8, 0.7 + 0.36 * len(rows)))
    longest = max(each.get("max", each["median"]) for _, each in rows)
    for place, (label, each) in enumerate(rows):
        axes.barh(place, each["median"], height=0.62, color=_OURS if is_ours(label) else _THEIRS)
        end, shown = each["median"], form.format(each["median"])
        if "max" in each:
            end = each["max"]
            axes.plot([each["min"], end], [place, place], color=_RANGE, linewidth=1.5, marker="|", markersize=7)
            shown += f"  ({form.format(each['min'])} to {form.format(end)})"
        axes.text(end + longest * 0.015, place, shown, va="center")
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.set_xlim(0, longest * 1.35)
    _finish(figure, axes, name, title)


def _stack(name: str, title: str, stacks: Sequence[tuple[str, dict[str, float]]]) -> None:
    """A bar of parts for each stack, what does the same in the same colour; their values in a legend below."""
    figure, axes = plt.subplots(figsize=(8, 0.9 + 0.5 * len(stacks)))
    for place, (_, parts) in enumerate(stacks):
        left = 0.0
        for (part, value), shade in zip(parts.items(), _STEPS, strict=False):
            axes.barh(place, value, left=left, height=0.62, color=shade, label=f"{part} {value:.1f}")
            left += value
        axes.text(left * 1.01, place, f"{left:.1f}", va="center")
    axes.set_yticks(range(len(stacks)), [label for label, _ in stacks])
    axes.set_xlim(0, 1.1 * max(sum(parts.values()) for _, parts in stacks))
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=3, frameon=False, fontsize=9)
    _finish(figure, axes, name, title)


def _finish(figure: Any, axes: Any, name: str, title: str) -> None:
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    figure.savefig(DOCS / name, bbox_inches="tight", facecolor="white", metadata={"Date": None, "Creator": None})
    plt.close(figure)
