"""How large an index is, file by file, and what a process that has answered 20 questions keeps in memory.

python -m bench.memory INDEX QUESTION...       such a process
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from . import results
from .inputs import Inputs, SkippedError
from .processes import whole

_QUESTIONS = 20
_STATUS = Path("/proc/self/status")


def run(inputs: Inputs) -> None:
    """Measure, and write results/memory.json."""
    generation = inputs.generation()
    if not _STATUS.is_file():
        raise SkippedError("the kernel tells no resident set in /proc")
    questions = inputs.asked(_QUESTIONS)
    process = whole([sys.executable, "-m", "bench.memory", inputs.index, *questions])
    folder = generation.folder
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    values: dict[str, Any] = {
        "papers": generation.manifest.counts.papers,
        "bytes": dict(sorted(files.items(), key=lambda item: -item[1])),
        "questions": len(questions),
        "resident_mb": json.loads(process.output),
    }
    size, resident = sum(files.values()) / 1e6, values["resident_mb"]
    print(f"memory: {size:.1f} MB on disk, {resident['all']} MB resident, {resident['own']} of its own", flush=True)
    results.save("memory", values)


def _resident(path: str, questions: list[str]) -> dict[str, float]:
    """MB in all, of its own (anonymous) and of files that are mapped, which the system can take back at any time."""
    from semsearch import SearchIndex

    with SearchIndex(path) as index:
        for question in questions:
            index.search(question)
        found = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    names = {"all": "VmRSS", "own": "RssAnon", "mapped files": "RssFile"}
    return {name: round(int(found[key].split()[0]) / 1024, 1) for name, key in names.items()}


if __name__ == "__main__":
    print(json.dumps(_resident(sys.argv[1], sys.argv[2:])))
