"""The figures of docs/benchmarks.md: from results/NAME.json, between <!-- bench:NAME --> and <!-- /bench:NAME -->."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import results, targets
from .cold_phases import steps_ms

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
Values = dict[str, Any]


def write() -> None:
    """Fill in every part that was measured; what was not stays as it is."""
    page = PAGE.read_text(encoding="utf-8")
    for name, figures in _TABLES.items():
        values = results.load(name)
        if values is not None:
            page = between(
                page, f"bench:{name}", "\n\n".join((*_images(name), figures(values), measured(values, name)))
            )
    page = between(page, "bench:targets", table(("", "target", "measured", "met"), targets.rows()))
    PAGE.write_text(page, encoding="utf-8")


def between(page: str, name: str, text: str) -> str:
    """A page with text between the marks of that name."""
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marked.search(page):
        raise SystemExit(f"the page has no place for {name}")
    return marked.sub(lambda match: f"{match[1]}{text}\n{match[2]}", page)


def _images(name: str) -> list[str]:
    return [f"![{title}]({file})" for file, title in _PLOTS.get(name, {}).items()]


def measured(values: Values, name: str) -> str:
    """On which machine, when, and with which versions."""
    versions = ", ".join(f"{package} {version}" for package, version in values["versions"].items())
    load = f", load average before {values['load_before']}" if values.get("load_before") is not None else ""
    where = f"{values['machine']}{load}, {values['date']}, Python {values['python']}"
    return f"({where}, {versions}; bench/results/{name}.json.)"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    names = list(head)
    lines = [names, ["---", *["--:"] * (len(names) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _range(spread: Values, form: str) -> str:
    return f"{spread['min']:{form}} to {spread['max']:{form}}"


def _with_range(spread: Values, form: str) -> str:
    return f"{spread['median']:{form}} ({_range(spread, form)})"


def _cold(values: Values) -> str:
    rows = [
        (
            name,
            f"{each['seconds']['median']:.2f} s",
            _range(each["seconds"], ".2f"),
            f"{each['times_semsearch']['median']:.1f}",
            f"{each['peak_mb']:.0f} MB",
        )
        for name, each in values["answers"].items()
    ]
    rounds = len(values["answers"]["semsearch"]["seconds"]["rounds"])
    parts = steps_ms(values)
    steps = table(("step", "ms"), [(name, f"{each:.0f}") for name, each in parts.items()])
    return (
        f"{values['papers']:,} papers ({_txtai_size(values)}), {rounds} rounds:\n\n"
        + table(("", "median", "range", "times semsearch", "peak memory"), rows)
        + f"\n\nWhere semsearch's time goes, step by step (medians, {sum(parts.values()):.0f} ms in all):\n\n{steps}"
    )


def _txtai_size(values: Values) -> str:
    return f"txtai: an index of its own with {values['txtai_papers']}" if values["txtai_papers"] else "without txtai"


def _warm(values: Values) -> str:
    search, raw = values["search_ms"], values["raw_ms"]
    rows = [
        ("SearchIndex.search", f"{search['median']:.2f} ms", _range(search, ".2f")),
        ("its raw parts", f"{raw['median']:.2f} ms", _range(raw, ".2f")),
        ("ratio of the two, question by question", f"{values['times_raw']['median']:.2f}", ""),
    ]
    parts = [
        *((f"raw: {name}", f"{each:.2f}") for name, each in values["raw_parts_ms"].items()),
        *((f"search: {name}", f"{each:.2f}") for name, each in values["own_parts_ms"].items()),
    ]
    return (
        f"{values['questions']} questions on {values['papers']:,} papers, k={values['k']}:\n\n"
        + table(("", "median", "range"), rows)
        + "\n\n"
        + table(("part", "median ms"), parts)
    )


def _filters(values: Values) -> str:
    filters = values["filters"]
    modes = list(filters[0]["adds_ms"])
    rows = [
        [each["filter"], f"{each['papers']:,}", *(_adds(each["adds_ms"][mode]) for mode in modes)] for each in filters
    ]
    alone = {mode: statistics.median(each["adds_ms"][mode]["without"] for each in filters) for mode in modes}
    rows.append(["without a filter", f"{values['papers']:,}", *(f"{alone[mode]:.1f} ms" for mode in modes)])
    return (
        f"{values['questions']} questions on {values['papers']:,} papers, k={values['k']}; milliseconds more, at first "
        f"and again:\n\n{table(('filter', 'papers that pass', *modes), rows)}"
    )


def _adds(each: Values) -> str:
    return f"{each['first']:+.1f}, {each['again']:+.1f}"


def _rate(values: Values) -> str:
    rows = [
        (
            name,
            f"{each['median']:.1f}",
            _range(each, ".1f"),
            _with_range(each["times_sentence_transformers"], ".2f"),
        )
        for name, each in values["abstracts_per_second"].items()
    ]
    return (f"{values['abstracts']} abstracts of {values['tokens_read_mean']:.0f} tokens on average:\n\n") + table(
        ("", "abstracts a second", "range", "times sentence-transformers"), rows
    )


def _read(values: Values) -> str:
    rows = [
        (
            name,
            f"{each['mb']:.0f} MB",
            f"{each['papers_per_cpu_second']['median']:,.0f}",
            _range(each["papers_per_cpu_second"], ",.0f"),
            f"{each['peak_mb_tenth']:.0f} MB",
            f"{each['peak_mb']:.0f} MB",
        )
        for name, each in values["formats"].items()
    ]
    head = ("", "file", "papers a second of CPU", "range", "peak memory of a tenth", "of all")
    return f"{values['papers']:,} papers, one core, read and cleaned:\n\n{table(head, rows)}"


def _rank(values: Values) -> str:
    rows = [
        (name, f"{each['median']:.0f}", _range(each, ".0f")) for name, each in values["questions_per_second"].items()
    ]
    return (
        f"{values['questions']} questions on {values['papers']:,} papers, k={values['k']}; rank is "
        f"{values['times_single']['median']:.1f} times as fast:\n\n"
    ) + table(("", "questions a second", "range"), rows)


def _load(values: Values) -> str:
    rows = [
        (
            f"{each['think_s']:.0f} s" if each["think_s"] else "none",
            f"{each['requests']:,}",
            f"{each['per_second']:.0f}",
            *(f"{each['milliseconds'][name]:.0f} ms" for name in ("p50", "p95", "p99", "p100")),
            sum(each["not_answered"].values()),
            f"{each['server_processor_ms_a_request']:.1f} ms",
            f"{each['server_own_mb']['first']:.0f} to {each['server_own_mb']['last']:.0f} MB",
            f"{each['load_after']:.1f}",
        )
        for each in values["rounds"]
    ]
    head = (
        "time to think", "answers", "a second", "p50", "p95", "p99", "longest", "errors", "processor an answer",
        "memory of its own", "load average after",
    )  # fmt: skip
    return f"{values['clients']} clients, {values['papers']:,} papers, k=10:\n\n" + table(head, rows)


def _memory(values: Values) -> str:
    total = sum(values["bytes"].values())
    files = [(name, f"{size / 1e6:.1f}", f"{100 * size / total:.0f} %") for name, size in values["bytes"].items()]
    resident = values["resident_mb"]
    return (
        table(
            ("file", "MB", ""), [*files, ("all", f"{total / 1e6:.1f}", f"{total / values['papers']:.0f} bytes a paper")]
        )
        + f"\n\nAfter {values['questions']} questions a process has {resident['all']:.0f} MB resident: "
        f"{resident['own']:.0f} MB of its own, and {resident['mapped files']:.0f} MB of mapped files (the vectors, the "
        "libraries), which the system can take back at any time."
    )


def _quality(values: Values) -> str:
    rows = [
        (name, each["questions"], f"{each['fp32']:.4f}", f"{each['int8']:.4f}", f"{each['int8'] - each['fp32']:+.4f}")
        for name, each in values["sets"].items()
    ]
    mean = values["mean"]
    rows.append(("mean", "", f"{mean['fp32']:.4f}", f"{mean['int8']:.4f}", f"{values['difference']:+.4f}"))
    return table((values["measure"], "questions", "fp32", "int8", "difference"), rows)


def _build_memory(values: Values) -> str:
    builds = values["builds"]
    rows = [(f"{each['papers']:,}", f"{each['peak_mb']:.0f} MB") for each in builds]
    more, mb = builds[-1]["papers"] - builds[0]["papers"], builds[-1]["peak_mb"] - builds[0]["peak_mb"]
    return table(("papers", "peak memory"), rows) + f"\n\n{more:,} more papers take {mb:.0f} MB more."


_PLOTS: dict[str, dict[str, str]] = {
    "cold": {"bench-cold.svg": "Seconds of a cold question", "bench-cold-steps.svg": "The steps of a cold question"},
    "warm": {"bench-warm.svg": "The parts of a warm question"},
    "rate": {"bench-rate.svg": "Abstracts embedded a second"},
}
_TABLES: dict[str, Callable[[Values], str]] = {
    "read": _read,
    "cold": _cold,
    "warm": _warm,
    "filters": _filters,
    "rate": _rate,
    "rank": _rank,
    "load": _load,
    "memory": _memory,
    "quality": _quality,
    "build_memory": _build_memory,
}
