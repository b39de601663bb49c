"""Many questions answered one batch after the other: over a whole index, or over the candidates of each.

In: Questions, as texts, as papers that are liked and not liked, or both. Out: a Ranking of each, in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .errors import QueryError
from .filters import Allowed, Filter
from .fusion import depth_for
from .opened import OpenGeneration, notes_of
from .progress import Progress
from .questions import Question
from .results import RankedPaper, Ranking
from .retrieval import Mode
from .standing import QuestionStanding
from .steering import Steering
from .words import Unit, units

if TYPE_CHECKING:
    from .candidates import Candidates, Given, Judged

FloatArray = npt.NDArray[np.float32]

_BATCH_CELLS = 1 << 20  # questions x papers ranked at once: 12 MiB of scores and rows


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is looked for. id, text: its own. vector: (d,) float32, unit length. rows: of the papers that it
    names as liked or not liked, which are not to be found."""

    id: str
    text: str
    vector: FloatArray
    units: tuple[Unit, ...]
    rows: tuple[int, ...] = ()


def rankings(
    opened: OpenGeneration,
    questions: Iterator[Question],
    k: int,
    mode: Mode,
    filter: Filter | None,
    given: Given | None,
    progress: Progress,
    at_once: int,
) -> Iterator[Ranking]:
    """See SearchIndex.rank; memory: a batch of questions and, with candidates, these."""
    allowed = opened.allowed(filter)
    candidates = None
    if given is not None:
        from .candidates import Candidates

        candidates = Candidates(opened, given, filter, progress)
    batch = max(1, min(at_once, _BATCH_CELLS // depth_for(min(k, len(opened)))))
    return _rankings(opened, questions, k, mode, allowed, candidates, batch)


def _rankings(
    opened: OpenGeneration,
    questions: Iterator[Question],
    k: int,
    mode: Mode,
    allowed: Allowed | None,
    candidates: Candidates | None,
    batch: int,
) -> Iterator[Ranking]:
    while some := list(islice(questions, batch)):
        asked = _asked(opened, some)
        standings: Sequence[QuestionStanding | None] = [None] * len(some)
        if candidates is None:
            answers, standings = _answers(opened, asked, k, mode, allowed)
        else:
            answers = candidates.answers(asked, k, mode)
        for question, found, stands in zip(some, answers, standings, strict=True):
            of = stands.of if stands else lambda _: None
            firsts = opened.duplicate_of([each for each, _ in found])
            ranked = (
                RankedPaper(
                    each.id,
                    rank,
                    each.score,
                    each.similarity,
                    each.lexical,
                    outside,
                    of(each.similarity),
                    None if outside else first,
                )
                for rank, ((each, outside), first) in enumerate(zip(found, firsts, strict=True), start=1)
            )
            notes = notes_of(allowed) if candidates is None else candidates.notes(question.id)
            yield Ranking(question.id, question.text, tuple(ranked), notes, stands.answer if stands else None)


def _asked(opened: OpenGeneration, questions: Sequence[Question]) -> list[Asked]:
    """What is looked for: the questions' vectors, made together, and moved by what is liked and what is not."""
    texts = [question.text for question in questions if question.text]
    vectors = iter(opened.encoder.encode_queries(texts) if texts else ())
    asked = []
    for question in questions:
        vector = next(vectors) if question.text else None
        own = units(question.text)
        if vector is not None and not question.like and not question.unlike:
            asked.append(Asked(question.id, question.text, vector, own))
            continue
        try:
            steering = Steering(opened.examples(question.like), opened.examples(question.unlike))
            moved = steering.vector(vector)
        except QueryError as error:
            place = question.place or f"question {question.id}"
            raise QueryError(f"{place}: {error.message}", error.hint) from error
        asked.append(Asked(question.id, question.text, moved, steering.units(own), steering.rows))
    return asked


def _answers(
    opened: OpenGeneration, asked: Sequence[Asked], k: int, mode: Mode, allowed: Allowed | None
) -> tuple[list[list[Judged]], list[QuestionStanding | None]]:
    """Of the whole index: questions together, and each that papers are left out for by itself, without a standing."""
    found: dict[int, list[Judged]] = {}
    standings: list[QuestionStanding | None] = [None] * len(asked)
    together = [position for position, each in enumerate(asked) if not each.rows]
    alone = [[position] for position, each in enumerate(asked) if each.rows]
    for positions in [together, *alone] if together else alone:
        some = [asked[position] for position in positions]
        left = opened.without(allowed, some[0].rows) if some[0].rows else allowed
        texts, wanted = [each.text for each in some], [each.units for each in some]
        vectors = np.stack([each.vector for each in some])
        answers, nearest = opened.answers(texts, vectors, k, mode, left, wanted)
        if positions is together:
            for position, stands in zip(positions, opened.judge.standings(texts, vectors, nearest, mode), strict=True):
                standings[position] = stands
        for position, answer in zip(positions, answers, strict=True):
            found[position] = [(each, None) for each in answer]
    return [found[position] for position in range(len(asked))], standings
