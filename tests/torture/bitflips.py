"""Thousands of flipped bits and cuts in an index: `python tests/torture/bitflips.py --mutations 2000 [--seed 0]`.

verify has to find each of them, and opening each of size, count, name or head. What opening lets pass is asked in child
processes: an answer, an error of ours, or a crash of that child, but no other exception. Last, some are made to fit
their hashes, as a stranger could, and verified: a library may crash on them, and then verify's child alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parents[levels]) for levels in (1, 2)]

if TYPE_CHECKING:
    from damage import Mutation

_RESEALED_SHARE = 40


def built(folder: Path) -> Path:
    """An index of 300 papers with a random encoder."""
    from bitflips import records
    from conftest import write_jsonl
    from tiny_models import save_model

    from semsearch.build import build_index
    from semsearch.encoders.export import export
    from semsearch.encoders.models import find_model
    from semsearch.encoders.onnx import OnnxEncoder

    (folder / "made").mkdir()
    export(find_model(str(save_model(folder / "model"))), "int8", folder / "made")
    corpus = write_jsonl(folder / "p.jsonl", records(300))
    build_index(corpus, folder / "index", model=OnnxEncoder.open(folder / "made"))
    return folder / "index"


def resealed(index: Path, mutations: Sequence[Mutation]) -> Counter[str]:
    """What verify says of changes whose hashes fit."""
    from damage import live, reseal

    from semsearch.verify import verify

    outcomes: Counter[str] = Counter()
    manifest = live(index) / "manifest.json"
    whole = manifest.read_bytes()
    for mutation in mutations:
        with mutation.applied(index):
            reseal(live(index))
            report = verify(index)
        manifest.write_bytes(whole)
        ended = [each.problem for each in report.wrong if " was ended by " in each.problem]
        outcomes["a child crashed" if ended else "wrong" if report.wrong else "whole"] += 1
    return outcomes


def main() -> None:
    """Run, tell what came of it, and exit 1 where something was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    from bitflips import asked, unseen_by_opening, unseen_by_verify
    from damage import mutations, seen_by_opening

    with tempfile.TemporaryDirectory() as home:
        index = built(Path(home))
        made = mutations(index, wanted.mutations, wanted.seed)
        missed = unseen_by_verify(index, made)
        passed = unseen_by_opening(index, made)
        outcomes = asked(index, [each for each in made if not seen_by_opening(each)])
        strangers = [each for each in made if not seen_by_opening(each) and each.name != "CURRENT"]
        fitting = resealed(index, strangers[::_RESEALED_SHARE])
    kinds = Counter(each.kind for each in outcomes)
    bugs = [each for each in outcomes if each.kind == "bug"]
    lines = [
        f"{len(made)} changes; verify missed {len(missed)}, opening let {len(passed)} pass that it has to see",
        f"opened and asked: {dict(kinds)}",
        *(f"crash: {each.mutation} by {each.said}" for each in outcomes if each.kind == "crash"),
        f"made to fit their hashes, and verified: {dict(fitting)}",
        *(f"error: {each}" for each in (*missed, *passed)),
        *(f"error: {each.mutation}: {each.said}" for each in bugs),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    if missed or passed or bugs:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
