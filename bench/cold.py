"""A cold question: whole processes from start to printed answer, alternating, with peak memory and phases."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from semsearch.vectors import HEADER_BYTES

from . import results
from .cold_phases import measure_phases
from .inputs import WORKERS, Inputs, SkippedError, model_folder, txtai_python
from .processes import Whole, python, whole

_SCRIPT = WORKERS / "answer.py"
_TXTAI_PAPERS = 200
_HITS = 10


def run(inputs: Inputs) -> None:
    """Measure, and write results/cold.json. Each round has one question for all; the files are in the page cache."""
    generation = inputs.generation()
    questions = inputs.asked(inputs.cold_rounds + 1)
    txtai = txtai_python()
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, tuple[list[object], list[object]]] = {
            "semsearch": ([sys.executable, "-m", "semsearch", "query"], ["--index", inputs.index]),
            "sentence-transformers by hand": (
                python(_SCRIPT, "by_hand"),
                [model_folder(generation), generation.vectors, generation.papers, HEADER_BYTES],
            ),
        }
        try:
            own = _txtai_index(inputs, Path(folder), txtai)
            ways["txtai"] = ([txtai, _SCRIPT, "txtai"], [own])
        except SkippedError as reason:
            txtai = None
            print(f"cold question without txtai: {reason}", file=sys.stderr)
        taken = _alternate(ways, questions, min(_HITS, generation.manifest.counts.papers))
    answers = {
        name: {
            "seconds": results.spread([each.seconds for each in runs], 3),
            "peak_mb": round(statistics.median(each.peak_mb for each in runs), 1),
        }
        for name, runs in taken.items()
    }
    ours = taken["semsearch"]
    for name, runs in taken.items():
        ratios = [theirs.seconds / mine.seconds for theirs, mine in zip(runs, ours, strict=True)]
        answers[name]["times_semsearch"] = results.spread(ratios, 1)
    about: dict[str, Any] = {
        "papers": generation.manifest.counts.papers,
        "txtai_papers": _TXTAI_PAPERS if txtai else 0,
        "answers": answers,
        "phases_s": measure_phases(inputs.index, questions),
    }
    results.save("cold", about, txtai)


def _txtai_index(inputs: Inputs, folder: Path, txtai: Path | None) -> Path:
    if txtai is None:
        raise SkippedError("it is not set up")
    papers = inputs.abstracts()[:_TXTAI_PAPERS]
    texts = folder / "texts.json"
    texts.write_text(json.dumps([(paper.title, paper.text) for paper in papers]), encoding="utf-8")
    whole([txtai, _SCRIPT, "txtai_index", texts, model_folder(inputs.generation()), folder / "txtai"])
    return folder / "txtai"


def _alternate(
    ways: dict[str, tuple[list[object], list[object]]], questions: list[str], hits: int
) -> dict[str, list[Whole]]:
    """The runs of each contender, a round for each question but the first, which warms the page cache."""
    runs: dict[str, list[Whole]] = {name: [] for name in ways}
    for number, question in enumerate(questions):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            before, after = ways[name]
            run = whole([*before, question, *after])
            if len(run.output.splitlines()) < hits:
                raise SystemExit(f"{name} gave no {hits} hits:\n{run.output}")
            print(f"cold question, round {number}: {name} {run.seconds:.3f} s, {run.peak_mb:.0f} MB", flush=True)
            runs[name].append(run)
    return {name: each[1:] for name, each in runs.items()}
