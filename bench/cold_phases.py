"""Where a cold question's time goes: the steps of `semsearch query` one by one in fresh processes.

    python -m bench.cold_phases STARTED INDEX QUESTION       one such process; STARTED by the system's monotonic clock

The heavy libraries are imported first and one after another, so each has a step of its own. That typer dispatches the
command is in none of them; steps_ms tells what is left.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

_SEEN = time.monotonic()
_LIBRARIES = ("numpy", "faiss", "onnxruntime", "tokenizers", "tantivy")


def measure_phases(index: Path, questions: list[str]) -> dict[str, float]:
    """The median seconds of each step over a process for each question, the first of which only warms up."""
    import statistics

    from .processes import whole

    runs = []
    for question in questions:
        started = time.monotonic()
        run = whole([sys.executable, "-m", "bench.cold_phases", started, index, question])
        stamps = json.loads(run.output.splitlines()[-1])
        names, times = list(stamps), [started, *stamps.values(), started + run.seconds]
        runs.append({name: times[i + 1] - times[i] for i, name in enumerate([*names, "exit"])})
    return {name: round(statistics.median(run[name] for run in runs[1:]), 4) for name in runs[0]}


def steps_ms(values: dict[str, Any]) -> dict[str, float]:
    """The steps of results/cold.json in milliseconds, with what the whole command took beyond them."""
    steps = {name: 1000 * seconds for name, seconds in values["phases_s"].items()}
    whole = 1000 * values["answers"]["semsearch"]["seconds"]["median"]
    return {**steps, "beyond these steps": whole - sum(steps.values())}


def _steps(started: float, path: str, question: str) -> dict[str, float]:
    stamps = {"Python starts": _SEEN}

    def done(name: str) -> None:
        stamps[name] = time.monotonic()

    import_module("semsearch.cli")
    done("command line (typer)")
    for name in _LIBRARIES:
        import_module(name)
        done(f"import {name}")
    from semsearch.cli.render import show_results
    from semsearch.search import open_index
    from semsearch.words import units

    done("semsearch's modules")
    index = open_index(path)
    done("open the index")
    encoder = index.encoder
    done("load the encoder")
    vector = encoder.encode_queries([question])
    done("embed the question")
    asked = units(question)
    found = index._open().retriever("hybrid", vector, [asked], 10)[0]
    done("candidates of both sides, fused")
    results = index._open().results(found, 0, "hybrid", None, asked, query=question)
    show_results(results, "table")
    done("papers, printing")
    index.close()
    return stamps


if __name__ == "__main__":
    print(json.dumps(_steps(float(sys.argv[1]), *sys.argv[2:])))
