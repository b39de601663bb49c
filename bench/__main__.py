"""Run the parts that are named (all of them by default); what they measure goes into bench/results.

python -m bench [PART...] --index INDEX --corpus CORPUS --questions FILE --eval FOLDER
python -m bench docs            measures nothing, and writes docs/benchmarks.md's tables and plots
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import cold, filters, load, memory, quality, rank, rate, read, tables, warm
from .inputs import Inputs, SkippedError

_PARTS = {
    "read": read.run,
    "cold": cold.run,
    "warm": warm.run,
    "filters": filters.run,
    "rate": rate.run,
    "rank": rank.run,
    "memory": memory.run,
    "load": load.run,
    "quality": quality.run,
}


def main() -> None:
    """A part that lacks something says so, and the others run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(_PARTS)}, or `docs` to write the pages")
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--corpus", type=Path, default=Path("papers.jsonl"))
    parser.add_argument("--questions", type=Path, default=Path("questions.jsonl"))
    parser.add_argument("--eval", type=Path, default=Path("eval"), help="an evaluation set, or a folder of some")
    parser.add_argument("--papers", type=int, default=600, help="how many abstracts are embedded")
    parser.add_argument("--rate-rounds", type=int, default=3)
    parser.add_argument("--cold-rounds", type=int, default=9)
    parser.add_argument("--route", action="append", default=[], help="NAME=CONTENDER[:FOLDER], of workers/embed.py")
    given = parser.parse_args()
    if unknown := set(given.parts) - {*_PARTS, "docs"}:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    inputs = Inputs(
        given.index, given.corpus, given.questions, given.eval, given.papers, given.rate_rounds, given.cold_rounds,
        tuple(given.route),
    )  # fmt: skip
    for part in given.parts or _PARTS:
        try:
            _write_docs() if part == "docs" else _PARTS[part](inputs)
        except SkippedError as reason:
            print(f"{part}: skipped, {reason}", file=sys.stderr)


def _write_docs() -> None:
    tables.write()
    try:
        from . import plots
    except ImportError:
        print("plots: skipped, no matplotlib: pip install 'semsearch[bench]'", file=sys.stderr)
    else:
        plots.draw()


if __name__ == "__main__":
    main()
