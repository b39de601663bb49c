"""Measure the parts that are named (all of them by default), and write their tables into docs/answers.md.

python -m bench.answers [PART...] --index INDEX --eval FOLDER [--docs]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from .. import results
from ..inputs import HOME, Inputs, SkippedError
from ..tables import Values, between, measured
from . import diversity, duplicates, likes, ranks, standing

PAGE = HOME.parent / "docs" / "answers.md"

_PARTS: dict[str, tuple[Callable[[Inputs], Values], Callable[[Values], str]]] = {
    "standing": (standing.measure, standing.tables),
    "likes": (likes.measure, likes.tables),
    "diversity": (diversity.measure, diversity.tables),
    "ranks": (ranks.measure, ranks.tables),
    "duplicates": (duplicates.measure, duplicates.tables),
}
"""From a part's name to what measures it and what makes tables of the values."""


def main() -> None:
    """A part that lacks something says so, and the others run."""
    parser = argparse.ArgumentParser(prog="python -m bench.answers", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(_PARTS))
    parser.add_argument("--index", type=Path, default=Path("index"), help="an index of the papers of ml_questions")
    parser.add_argument("--eval", type=Path, default=Path("eval"), help="a folder of evaluation sets")
    parser.add_argument("--docs", action="store_true", help="measure nothing, write the page from bench/results")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(_PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    inputs = Inputs(given.index, Path(), Path(), given.eval, 0, 0, 0)
    for part in given.parts or _PARTS:
        measure, _ = _PARTS[part]
        try:
            if not given.docs:
                results.save(f"answers_{part}", measure(inputs))
        except SkippedError as reason:
            print(f"{part}: skipped, {reason}", file=sys.stderr)
    _write()


def _write() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for part, (_, tables) in _PARTS.items():
        if values := results.load(f"answers_{part}"):
            text = between(text, f"answers:{part}", f"{tables(values)}\n\n{measured(values, f'answers_{part}')}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
