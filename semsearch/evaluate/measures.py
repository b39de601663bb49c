"""The measures of ir-measures, as text (`nDCG@10`): parsed, and calculated for each question. Only this file needs it.

MacAvaney, Macdonald and Ounis, "Streamlining Evaluation with ir-measures", ECIR 2022. It leaves nDCG, AP, R and most
others to trec_eval's own code.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from ..errors import EvaluationError
from .judgements import Judgements
from .runs import Run

if TYPE_CHECKING:
    from ir_measures import Measure

DEFAULT_MEASURES = ("nDCG@10", "R@100", "RR@10")
UNBOUNDED_DEPTH = 1000
"""How deep a question is answered for a measure without a cutoff; TREC's custom."""

_EXAMPLES = "nDCG@10, R@100, AP, RR@10 or P(rel=2)@5"
_INSTALL = 'pip install "semsearch[eval]"'


def parse_measures(texts: Sequence[str]) -> dict[str, Measure]:
    """Each measure by its text as ir-measures writes it, in order, each once.

    Raises EvaluationError for what is no measure, or one that cannot be calculated here; and without ir-measures.
    """
    parsed = [_parsed(text) for text in texts]
    return {str(measure): measure for measure in parsed}


def depth_of(texts: Sequence[str]) -> int:
    """How many papers a question needs: the largest cutoff, at least UNBOUNDED_DEPTH where one has none."""
    cutoffs = [measure.params.get("cutoff", UNBOUNDED_DEPTH) for measure in parse_measures(texts).values()]
    return max(cutoffs, default=UNBOUNDED_DEPTH)


def question_values(run: Run, judgements: Judgements, measure: Measure) -> dict[str, float]:
    """The value for every judged question; 0 where nothing was found, or where the measure has none."""
    from ir_measures import Qrel, ScoredDoc, iter_calc

    # By place and not by score: scores that tie would be ordered by trec_eval's own rule, the larger id first.
    found = [
        ScoredDoc(question, paper, -float(place))
        for question in judgements.grades
        for place, paper in enumerate(run.papers.get(question, ()))
    ]
    judged = [Qrel(q, paper, grade) for q, grades in judgements.grades.items() for paper, grade in grades.items()]
    try:
        values = {each.query_id: float(each.value) for each in iter_calc([measure], judged, found)}
    except ZeroDivisionError as error:  # its Accuracy divides by the number of papers that are not relevant
        raise EvaluationError(f"ir-measures cannot calculate {measure} of this run ({error})") from error
    return {question: _finite(values.get(question, 0.0)) for question in judgements.grades}


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _parsed(text: str) -> Measure:
    ir_measures = _ir_measures()
    try:
        measure: Measure = ir_measures.parse_measure(text.strip())
        cutoff = measure.params.get("cutoff", 1)
        if type(cutoff) is not int or not 1 <= cutoff < 1 << 31:  # trec_eval ends the process at a cutoff of 0
            raise ValueError(f"the cutoff is {cutoff}, expected at least 1")
        judged = Judgements({"1": {"a": 1, "b": 0}})
        question_values(Run({"1": ("a", "b")}), judged, measure)  # what it cannot calculate it says only now
    except (NameError, ValueError, KeyError, TypeError, AssertionError, AttributeError) as error:
        reason = re.sub(r"<object object at \w+>", "nothing", str(error)).partition("\n")[0]
        raise EvaluationError(f"{text!r} is no measure that can be used ({reason})", _hint(text)) from error
    return measure


def _hint(text: str) -> str:
    from ir_measures.measures import registry

    known = {name.lower(): str(measure.NAME) for name, measure in registry.items()}
    written = re.match(r"\s*(\w*)", text)
    name = written[1] if written else ""
    close = difflib.get_close_matches(name.lower(), known, 1)
    meant = f" (did you mean {known[close[0]]}?)" if close and known[close[0]] != name else ""
    return f"name a measure of ir-measures such as {_EXAMPLES}{meant}; all are at https://ir-measur.es"


def _ir_measures() -> ModuleType:
    try:
        import ir_measures
    except ImportError as error:
        raise EvaluationError("ir-measures, which calculates the measures, is not installed", _INSTALL) from error
    return ir_measures
