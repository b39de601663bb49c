"""How an evaluation is printed: an aligned table, or JSON. In: a Report. Out: lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..evaluate import Comparison, Evaluation, Interval
    from ..retrieval import Mode


@dataclass(frozen=True, slots=True)
class Source:
    """Where a run comes from: a file (run), else an index that is asked in a mode. index: it knows former ids, too."""

    name: str
    index: Path
    mode: Mode = "hybrid"
    run: Path | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a source is worth.

    judged: how many papers were judged; missing: those that its index does not have, None for a run without an index.
    empty: the questions that it found nothing for.
    """

    source: Source
    evaluation: Evaluation
    judged: int
    missing: int | None
    empty: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that eval tells.

    needed: how many papers the measures look at, depth: how many were asked for. unjudged: questions without
    judgements; unasked: judged questions that are not in the file of questions.
    """

    needed: int
    depth: int
    unjudged: int
    unasked: int
    own: Measured
    other: Measured | None

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The one less the other, in each measure."""
        from ..evaluate import compare

        return compare(self.own.evaluation, self.other.evaluation) if self.other else ()


def report_table(report: Report, per_question: bool) -> Iterator[str]:
    """Means and intervals, the comparison, what was left out, and how the numbers were made."""
    own, other = report.own, report.other
    head, rows = ["measure", own.source.name, "95 % interval"], []
    for score in own.evaluation.scores:
        rows.append([score.measure, f"{score.mean:.4f}", _interval(score.interval, ".4f")])
    if other:
        head += [other.source.name, "95 % interval", "difference", "95 % interval", "p", "better", "same", "worse"]
        for row, score, each in zip(rows, other.evaluation.scores, report.comparisons, strict=True):
            row += [f"{score.mean:.4f}", _interval(score.interval, ".4f")]
            row += [f"{each.difference:+.4f}", _interval(each.interval, "+.4f"), _p(each.test.p)]
            row += [str(each.wins), str(each.ties), str(each.losses)]
    yield from _aligned([head, *rows])
    yield ""
    if per_question:
        yield from _aligned(_question_rows(report))
        yield ""
    yield from _notes(report)


def _question_rows(report: Report) -> list[list[str]]:
    evaluations = [(each.source.name, each.evaluation) for each in (report.own, report.other) if each]
    named = len(evaluations) > 1
    head, columns = ["question"], []
    for name, evaluation in evaluations:
        for score in evaluation.scores:
            head.append(f"{score.measure} {name}" if named else score.measure)
            columns.append([f"{value:.4f}" for value in score.values])
    return [head, *([id, *values] for id, *values in zip(report.own.evaluation.questions, *columns, strict=True))]


def _notes(report: Report) -> Iterator[str]:
    from ..evaluate.chance import RESAMPLES

    yield f"{_counted(len(report.own.evaluation.questions), 'question')}, {report.depth} papers asked for each"
    if report.depth < report.needed:
        yield f"the measures look at {report.needed} papers: values are those of runs cut at {report.depth}"
    if report.unjudged:
        yield f"left out: {_counted(report.unjudged, 'question')} without judgements"
    if report.unasked:
        yield f"left out: {_counted(report.unasked, 'judged question')} not in the file of questions"
    for each in (report.own, report.other):
        if each and each.empty:
            yield f"{each.source.name}: {_counted(each.empty, 'question')} without results, counted as 0"
    yield from _missing(report)
    yield f"intervals: percentile bootstrap over the questions, {RESAMPLES:,} resamples, seeded"
    if report.other:
        yield f"p: {_test(report.comparisons)}"


def _missing(report: Report) -> Iterator[str]:
    """Judged papers that are in no index; once, where both answers come from the same."""
    told = {}
    for each in (report.own, report.other):
        if each and each.missing:
            told[each.source.index] = f"not in {each.source.index}: {each.missing} of {each.judged} judged papers"
    for note in told.values():
        yield f"{note}, counted as not found"


def _test(comparisons: Sequence[Comparison]) -> str:
    from ..evaluate.chance import SIGN_FLIPS

    signs = {f"all 2^{each.wins + each.losses} signs" for each in comparisons if each.test.exact}
    if not all(each.test.exact for each in comparisons):
        signs.add(f"{SIGN_FLIPS:,} random signs, seeded")
    return f"two-sided paired randomisation test over the questions ({'; '.join(sorted(signs))})"


def report_json(report: Report, per_question: bool) -> Iterator[str]:
    """One document with every number, uncut; each question's values where they are asked for."""
    from ..evaluate.chance import LEVEL, RESAMPLES, SIGN_FLIPS

    document = {
        "questions": len(report.own.evaluation.questions),
        "without_judgements": report.unjudged,
        "judged_but_not_asked": report.unasked,
        "depth": report.depth,
        "run": _measured_json(report.own, per_question),
        "against": _measured_json(report.other, per_question) if report.other else None,
        "comparison": [_comparison_json(each) for each in report.comparisons],
        "interval": {"level": LEVEL, "method": "percentile bootstrap", "resamples": RESAMPLES},
        "test": {"method": "paired randomisation, two-sided", "sign_flips_unless_exact": SIGN_FLIPS},
    }
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _measured_json(measured: Measured, per_question: bool) -> dict[str, Any]:
    source, evaluation = measured.source, measured.evaluation
    scores: list[dict[str, Any]] = []
    for score in evaluation.scores:
        plain = {"measure": score.measure, "mean": score.mean, "low": score.interval.low, "high": score.interval.high}
        values = {"values": dict(zip(evaluation.questions, score.values, strict=True))} if per_question else {}
        scores.append({**plain, **values})
    return {
        "name": source.name,
        "index": None if measured.missing is None else str(source.index),
        "mode": None if source.run else source.mode,
        "without_results": measured.empty,
        "judged_papers": measured.judged,
        "judged_papers_not_in_index": measured.missing,
        "measures": scores,
    }


def _comparison_json(each: Comparison) -> dict[str, Any]:
    return {
        "measure": each.measure,
        "difference": each.difference,
        "low": each.interval.low,
        "high": each.interval.high,
        "p": each.test.p,
        "exact": each.test.exact,
        "wins": each.wins,
        "ties": each.ties,
        "losses": each.losses,
    }


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column to the left, the others to the right, nothing cut."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _interval(interval: Interval, form: str) -> str:
    return f"{interval.low:{form}} to {interval.high:{form}}"


def _p(p: float) -> str:
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
