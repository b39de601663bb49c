"""eval: how good an index, a mode or a run is, in the field's measures, and whether another is better."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EvaluationError
from .eval_output import Measured, Report, Source, report_json, report_table
from .options import DEFAULT_INDEX, IndexOption, JsonOption, ModeOption, SearchMode

if TYPE_CHECKING:
    from ..evaluate import Judgements, Run
    from ..questions import Question

_DEFAULT_MEASURES = ["nDCG@10", "R@100", "RR@10"]


def eval(
    questions: Annotated[str, typer.Argument(help="A file of questions, as `semsearch rank` takes it.")],
    judgements: Annotated[str, typer.Argument(help="TREC qrels, or a TSV with the header query-id, corpus-id, score.")],
    measures: Annotated[
        list[str] | None,
        typer.Option("-m", "--measure", help="A measure of ir-measures.", show_default=", ".join(_DEFAULT_MEASURES)),
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    mode: ModeOption = SearchMode.hybrid,
    run: Annotated[Path | None, typer.Option("--run", help="Measure this TREC run instead of asking.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Compare with a mode, the folder of another index, or a TREC run.")
    ] = None,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help="How many papers to ask for.", show_default="as deep as the measures look"),
    ] = None,
    per_question: Annotated[bool, typer.Option("--per-question", help="Give each question's values too.")] = False,
    json: JsonOption = False,
) -> None:
    """How good the answers are: measures over judged questions, with 95 % intervals, and a paired test against another.

    A question for which nothing is found counts as 0; a measure without a cutoff looks at 1000 papers. Needs the extra
    `eval` of the package.

    Example: semsearch eval questions.tsv qrels.txt -m nDCG@10 -m R@100 --against dense
    """
    from ..evaluate import depth_of, read_judgements
    from ..questions import read_questions

    named = measures or _DEFAULT_MEASURES
    needed = depth_of(named)
    depth = needed if k is None else k
    rival = _rival(against, index, mode) if against is not None else None
    asked = list(read_questions(questions))
    known = read_judgements(judgements)
    judged = known.of(question.id for question in asked)
    if not judged.grades:
        raise EvaluationError(
            f"{judgements}: none of the {len(asked)} questions of {questions} was judged",
            "their ids have to be the same in both files",
        )
    own = Source(str(run), index, run=run) if run else Source(mode.value, index, mode.value)
    task = _Task([question for question in asked if question.id in judged.grades], judged, tuple(named), depth)
    measured = task.measured(own)
    other = task.measured(rival) if rival else None
    left_out = len(asked) - len(task.questions), len(known.grades) - len(judged.grades)
    report = Report(needed, depth, *left_out, measured, other)
    for line in report_json(report, per_question) if json else report_table(report, per_question):
        print(line)


def _rival(name: str, index: Path, mode: SearchMode) -> Source:
    """What --against names: a mode of the same index, another index in the same mode, or a run."""
    if name in [each.value for each in SearchMode]:
        return Source(name, index, SearchMode(name).value)
    path = Path(name)
    if name and path.is_dir():
        return Source(name, path, mode.value)
    if name and path.exists():
        return Source(name, index, run=path)
    raise EvaluationError(
        f"{name!r}: expected {', '.join(SearchMode)}, the folder of an index, or a TREC run",
        "`semsearch rank QUESTIONS -o FILE` writes a run",
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """questions: those that were judged."""

    questions: Sequence[Question]
    judgements: Judgements
    measures: tuple[str, ...]
    depth: int

    def measured(self, source: Source) -> Measured:
        """A source with what it is worth. Papers go by the ids that its index has for them, if there is an index."""
        from ..evaluate import evaluate, read_run

        answered = read_run(source.run) if source.run else self._ask(source)
        judged, missing = self.judgements, None
        if source.run is None or (source.index / "CURRENT").is_file():
            ids = _ids(source.index, sorted(judged.papers | answered.names))
            missing = len(judged.papers - ids.keys())
            judged, answered = judged.named(ids), answered.named(ids)
        empty = sum(not answered.papers.get(question) for question in judged.grades)
        return Measured(source, evaluate(answered, judged, self.measures), len(self.judgements.papers), missing, empty)

    def _ask(self, source: Source) -> Run:
        """The one place where an index is asked."""
        from ..evaluate import run_of
        from ..progress import terminal_progress
        from ..search import open_index

        with open_index(source.index) as opened, terminal_progress() as progress:
            rankings = []
            for ranking in opened.rank(self.questions, self.depth, mode=source.mode):
                rankings.append(ranking)
                progress(f"asking {source.name}", len(rankings), len(self.questions))
            return run_of(rankings)


def _ids(index: Path, names: Sequence[str]) -> dict[str, str]:
    from ..store import open_papers

    with closing(open_papers(index)) as table:
        return table.canonical_ids(names)
