"""Long runs and inboxes: the memory of a run over many questions, and how fast papers are ranked for interests."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from semsearch import build_index
from semsearch.corpus import read_papers
from semsearch.paper import Paper
from semsearch.questions import Question, read_questions
from semsearch.search import SearchIndex

from ..inputs import Inputs, SkippedError
from ..processes import whole
from ..tables import Values, table

_SIZES = (10_000, 100_000)
_WORDS = 4  # of a question, drawn from the words of the set's own questions
_K = 10
_CANDIDATES, _INTERESTS, _LIKES = 1_000, 10, 3


def measure(inputs: Inputs) -> Values:
    """Over an index of cranfield: runs of short questions, and papers of cisi as an inbox."""
    indexed, inbox = inputs.eval_sets / "cranfield", inputs.eval_sets / "cisi"
    for folder in (indexed, inbox):
        if not (folder / "corpus.jsonl").is_file():
            raise SkippedError(f"no {folder / 'corpus.jsonl'}: name a folder of sets with EVAL=")
    with tempfile.TemporaryDirectory() as made:
        index = Path(made) / "index"
        generation = build_index(indexed / "corpus.jsonl", index)
        questions = list(read_questions(indexed / "queries.jsonl"))
        return {
            "papers": generation.manifest.counts.papers,
            "runs": [_run(Path(made), index, questions, size) for size in _SIZES],
            "inbox": _inbox(index, inbox / "corpus.jsonl", questions),
        }


def _run(folder: Path, index: Path, questions: list[Question], size: int) -> Values:
    """One process that ranks for so many questions, as a user starts it."""
    words = sorted({word for question in questions for word in question.text.lower().split() if word.isalpha()})
    draw = random.Random(size)
    asked = folder / f"{size}.tsv"
    asked.write_text("".join(f"q{n}\t{' '.join(draw.choices(words, k=_WORDS))}\n" for n in range(size)))
    output = folder / f"{size}.trec"
    ran = whole([sys.executable, "-m", "semsearch", "rank", asked, "--index", index, "-k", _K, "-o", output])
    print(f"ranks: {size} questions in {ran.seconds:.0f} s, {ran.peak_mb:.0f} MiB", flush=True)
    return {"questions": size, "seconds": round(ran.seconds, 1), "peak_mb": round(ran.peak_mb, 1)}


def _inbox(index: Path, corpus: Path, questions: list[Question]) -> Values:
    """The seconds until the candidates are ready, embedded, and those of ranking them for all interests."""
    papers = [each for each in islice(read_papers(corpus), _CANDIDATES) if isinstance(each, Paper)]
    with SearchIndex(index) as opened:
        interests = []
        for question in questions[:_INTERESTS]:
            liked = [hit.id for hit in opened.search(question.text, _LIKES)] if len(interests) % 2 else []
            interests.append(Question(question.id, question.text, tuple(liked)))
        started = time.perf_counter()
        rankings = opened.rank(interests, _K, candidates=papers)
        ready = time.perf_counter()
        found = list(rankings)
        ended = time.perf_counter()
    assert all(len(ranking.papers) == _K for ranking in found)
    values = {
        "candidates": len(papers),
        "interests": len(interests),
        "ready_seconds": round(ready - started, 2),
        "rank_seconds": round(ended - ready, 3),
    }
    print(f"ranks: {json.dumps(values)}", flush=True)
    return values


def tables(values: Values) -> str:
    """The tables of the page."""
    rows = [(f"{run['questions']:,}", f"{run['peak_mb']:.0f} MiB") for run in values["runs"]]
    inbox = values["inbox"]
    pairs = inbox["candidates"] * inbox["interests"]
    papers = f"{inbox['candidates']:,} papers"
    steps = [
        (f"{papers} read into vectors and terms", f"{inbox['ready_seconds']:.1f} s"),
        (f"ranked for {inbox['interests']} interests", f"{inbox['rank_seconds']:.2f} s"),
        ("scores a second", f"{pairs / inbox['rank_seconds']:,.0f}"),
    ]
    return (
        f"`rank -k {_K}` over an index of {values['papers']:,} papers (cranfield):\n\n"
        + table(("questions", "peak memory"), rows)
        + "\n\nAn inbox of papers that are not in that index (cisi), for questions of which every second has likes:\n\n"
        + table(("", ""), steps)
    )
