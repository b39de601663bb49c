"""Peak memory of building over the first papers of a corpus in JSON lines, as the kernel counts it.

    python bench/build_memory.py CORPUS.jsonl.gz --papers 5000 20000

Each size is built by a fresh `semsearch build` process, whose ru_maxrss (its largest resident set) and wall time go to
bench/results/build_memory.json with machine, versions and date.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "build_memory.json"
_VERSIONS = ("semsearch", "torch", "sentence-transformers", "faiss-cpu", "numpy")


def _head(corpus: Path, count: int, target: Path) -> None:
    opener = gzip.open if corpus.suffix == ".gz" else open
    with opener(corpus, "rb") as source, target.open("wb") as file:
        file.writelines(islice(source, count))


def measure(corpus: Path, count: int, folder: Path) -> dict[str, float | int]:
    """Build over the first count records: papers, peak_mb (ru_maxrss / 1024) and seconds."""
    head, index = folder / "head.jsonl", folder / "index"
    _head(corpus, count, head)
    shutil.rmtree(index, ignore_errors=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "semsearch", "build", str(head), "--index", str(index)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the build of {count} papers failed with status {status}")
    return {
        "papers": count,
        "peak_mb": round(usage.ru_maxrss / 1024, 1),
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> None:
    """Measure each size, smallest first, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, nargs="+", default=[5000, 20000])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        builds = [measure(arguments.corpus, count, Path(folder)) for count in sorted(arguments.papers)]
    report = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in _VERSIONS},
        "builds": builds,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
