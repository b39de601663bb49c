"""What a filter adds to a warm question: the same question without it, with it for the first time, and with it again.

In processor time of the thread that answers, which other work on the machine changes little; encoding, which a filter
does not touch, is done by others. The filters are made of the papers of the index: ones that many pass, and few.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, get_args

from semsearch import SearchIndex
from semsearch.errors import QueryError
from semsearch.filters import Filter, allowed_rows
from semsearch.paper import Paper
from semsearch.retrieval import Mode
from semsearch.store import PaperTable, open_papers

from . import results
from .inputs import Inputs

_QUESTIONS = 40
_WARM_UP = 3
_K = 10
_SAMPLE = 300  # papers, over the whole index, whose venues, authors and categories are looked at
_SHARES = (1 / 10, 1 / 100, 1 / 1000)
_NAMED = (10, 1_000, 10_000)
_WAYS = ("without", "first", "again")

Values = dict[str, Any]


def run(inputs: Inputs) -> None:
    """Measure, and write results/filters.json."""
    generation = inputs.generation()
    questions = inputs.asked(_QUESTIONS + _WARM_UP)
    with closing(open_papers(inputs.index)) as papers:
        filters = {name: (values, allowed_rows(Filter(**values), papers).count) for name, values in _filters(papers)}
    found: list[Values] = []
    with SearchIndex(inputs.index) as index:
        for name, (values, passing) in filters.items():
            modes = {mode: _measured(index, mode, values, questions) for mode in get_args(Mode)}
            found.append({"filter": name, "papers": passing, "adds_ms": modes})
            added = ", ".join(f"{mode} {each['first']:+.1f} and {each['again']:+.1f}" for mode, each in modes.items())
            print(f"filter {name} ({passing:,} papers), ms more at first and again: {added}", flush=True)
    most = {way: max(each["adds_ms"][mode][way] for each in found for mode in each["adds_ms"]) for way in _WAYS[1:]}
    values = {"papers": generation.manifest.counts.papers, "questions": len(questions) - _WARM_UP, "k": _K}
    print(f"filters: at most {most['first']:.1f} ms more at first, {most['again']:.1f} again", flush=True)
    results.save("filters", {**values, "most_ms": most, "filters": found})


def _filters(papers: PaperTable) -> Iterator[tuple[str, Values]]:
    """Filters by name, as the values that they are made of."""
    step = max(1, papers.count // _SAMPLE)
    sample = papers.get(range(0, papers.count, step))
    if years := sorted(paper.year for paper in sample if paper.year):
        middle = years[len(years) // 2]
        yield f"since {middle}", {"since": str(middle)}
        yield f"year {middle}", {"year": middle}
    kinds: dict[str, Callable[[Paper], Iterable[str]]] = {
        "venue": lambda paper: [paper.venue] if paper.venue else [],
        "author": lambda paper: paper.authors,
        "category": lambda paper: (*paper.categories, *paper.keywords),
    }
    for kind, of in kinds.items():
        for text in _spread(kind, dict.fromkeys(text for paper in sample for text in of(paper)), papers):
            yield f"{kind} {text}", {kind: text}
    if years and (venue := next(_spread("venue", dict.fromkeys(p.venue for p in sample if p.venue), papers), None)):
        yield f"venue {venue}, since {middle}", {"venue": venue, "since": str(middle)}
    for count in _NAMED:
        if count < papers.count:
            rows = range(0, papers.count, papers.count // count)[:count]
            yield f"only {count:,} ids", {"only": tuple(papers.ids(rows))}


def _spread(kind: str, texts: Iterable[str], papers: PaperTable) -> Iterator[str]:
    """Of texts those that about so many papers have as _SHARES say, each once."""
    counts: dict[str, int] = {}
    for text in texts:
        values: Values = {kind: text}
        try:
            counts[text] = allowed_rows(Filter(**values), papers).count
        except QueryError:  # no letter in it
            continue
    wanted = [math.log(share * papers.count) for share in _SHARES]
    near = (min(counts, key=lambda text: (abs(math.log(counts[text]) - each), text)) for each in wanted if counts)
    yield from dict.fromkeys(near)


def _measured(index: SearchIndex, mode: Mode, values: Values, questions: Sequence[str]) -> dict[str, float]:
    """Milliseconds: the median of the question alone, and of what each question with the filter takes more."""
    kept = Filter(**values)

    def first(question: str) -> None:
        index._open()._filtered = (None, None)  # as if another filter had been asked for before
        index.search(question, _K, mode=mode, filter=Filter(**values))

    ways: dict[str, Callable[[str], object]] = {
        "without": lambda question: index.search(question, _K, mode=mode),
        "first": first,
        "again": lambda question: index.search(question, _K, mode=mode, filter=kept),
    }
    taken: dict[str, list[float]] = {way: [] for way in _WAYS}
    for number, question in enumerate(questions):
        for way in _WAYS[number % 3 :] + _WAYS[: number % 3]:
            started = time.thread_time()
            ways[way](question)
            taken[way].append(1000 * (time.thread_time() - started))
    alone = taken["without"][_WARM_UP:]
    more = {
        way: statistics.median(each - one for each, one in zip(taken[way][_WARM_UP:], alone, strict=True))
        for way in _WAYS[1:]
    }
    return {name: round(each, 2) for name, each in {"without": statistics.median(alone), **more}.items()}
