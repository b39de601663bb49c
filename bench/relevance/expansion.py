"""Words of the first hits added to a question's keywords, by the Kullback-Leibler divergence."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semsearch import words
from semsearch.words import Unit, units

if TYPE_CHECKING:
    from .sets import Collection, RowArray


@dataclass(frozen=True, slots=True)
class Expansion:
    """The terms that the first hits have most above the collection: p log2(p / P), Carpineto and others (2001).

    hits: how many are read; terms: how many are added; weight: that of the first of them, where a word asked for has 1.
    """

    hits: int = 5
    terms: int = 10
    weight: float = 0.4

    def units(self, collection: Collection, first: list[RowArray]) -> Iterator[list[Unit]]:
        """For each question what is looked for now."""
        for question, rows in zip(collection.questions, first, strict=True):
            asked = list(units(question.text))
            added = self._added(collection, rows)
            most = max((unit.times for unit in asked), default=1)
            best = max(added.values(), default=1.0)
            # A boost in tantivy is a number, and need not be a whole one.
            asked += [Unit((term,), (), most * self.weight * gain / best) for term, gain in added.items()]  # type: ignore
            yield asked

    def _added(self, collection: Collection, rows: RowArray) -> dict[str, float]:
        own: Counter[str] = Counter()
        for row in rows.tolist():
            own.update(collection.terms(row))
        total, everywhere = own.total(), collection.all_terms.total()
        gains = {}
        for term, count in own.items():
            here, usually = count / total, collection.all_terms[term] / everywhere
            if here > usually and len(term) > 1 and not term.isdigit() and term not in _STOP_TERMS:
                gains[term] = here * math.log2(here / usually)
        return dict(sorted(gains.items(), key=lambda gain: (-gain[1], gain[0]))[: self.terms])


_STOP_TERMS = {term for word in words.STOP_WORDS for term in words.terms_of(word)}
