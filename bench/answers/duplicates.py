"""Near-duplicates: how many papers are versions of others, and how right that is, by pairs that were judged by reading.

versions.tsv has ids of ml_papers, a verdict for each pair, and the sample that it comes from: `published` and
`preprint`, pairs that the rule found, and `near`, pairs that were found without it.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from semsearch.store import PaperTable

from ..inputs import Inputs, SkippedError
from ..tables import Values, table

_PAIRS = Path(__file__).with_name("versions.tsv")


def measure(inputs: Inputs) -> Values:
    """Of each sample: how many pairs, how many are versions by the judge, by the index, and by both."""
    generation = inputs.generation()
    with closing(PaperTable(generation.papers, generation.manifest.counts.papers)) as papers:
        started = time.perf_counter()
        if not papers.versions.known:
            raise SkippedError("the index is of a format that knows no versions: build it again")
        firsts = papers.versions.firsts
        read_s = time.perf_counter() - started
        with _PAIRS.open(encoding="utf-8", newline="") as file:
            pairs = list(csv.DictReader(file, delimiter="\t"))
        rows = papers.rows_by_id([each[name] for each in pairs for name in ("one", "other")])
    if len(rows) < len({each[name] for each in pairs for name in ("one", "other")}):
        raise SkippedError("the index is not one of the papers of ml_questions, all of them")
    judged: dict[str, list[tuple[bool, bool]]] = {}
    for each in pairs:
        one, other = rows[each["one"]], rows[each["other"]]
        found = firsts.get(one, one) == firsts.get(other, other)
        judged.setdefault(each["sample"], []).append((each["verdict"] == "same", found))
    return {
        "papers": generation.manifest.counts.papers,
        "found": len(firsts),
        "firsts": len(set(firsts.values())),
        "read_ms": round(read_s * 1000, 2),
        "samples": {name: _counted(some) for name, some in judged.items()},
    }


def _counted(pairs: Sequence[tuple[bool, bool]]) -> dict[str, int]:
    return {
        "pairs": len(pairs),
        "same": sum(same for same, _ in pairs),
        "found": sum(found for _, found in pairs),
        "both": sum(same and found for same, found in pairs),
    }


def tables(values: Values) -> str:
    """Precision on the found samples, recall on the one that was found otherwise, with 95 % intervals where a sample
    was drawn (Wilson's); all that was found is no sample, but gets one as well: of what such a rule finds."""
    samples = values["samples"]
    told = {
        "published": "found, both published (all of them)",
        "preprint": "found, the others (20 of them drawn)",
        "near": "nearest by vectors (45 drawn)",
    }
    lines = [
        [told[name], each["pairs"], each["same"], each["found"], _share(each["both"], each["found"]),
         _share(each["both"], each["same"]) if name == "near" else ""]
        for name, each in samples.items()
    ]  # fmt: skip
    head = [
        f"{values['found']} of {values['papers']:,} papers are versions of {values['firsts']} others.",
        "",
        table(["sample", "pairs", "the same work", "found", "precision", "recall"], lines),
    ]
    return "\n".join(head)


def _share(part: int, whole: int) -> str:
    if not whole:
        return ""
    low, high = wilson(part, whole)
    return f"{part / whole:.0%} ({low:.0%} to {high:.0%})"


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson 1927, doi:10.1080/01621459.1927.10502953), which holds for few."""
    z = 1.959964
    share, spread = part / whole, z * z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / whole + spread / whole / 4) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
