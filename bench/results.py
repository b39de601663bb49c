"""Results as JSON in results/NAME.json, each with the machine, the versions and the date that it was measured on."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
_LOAD_BEFORE = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None  # of a minute, without us
_VERSIONS = (
    "semsearch", "onnxruntime", "tokenizers", "faiss-cpu", "tantivy", "numpy", "sentence-transformers", "torch",
)  # fmt: skip


def save(name: str, values: dict[str, Any], txtai: Path | None = None) -> None:
    """Write results/NAME.json. txtai: the interpreter of its environment, where it was a contender."""
    versions = {each: importlib.metadata.version(each) for each in _VERSIONS}
    if txtai is not None:
        ask = "import importlib.metadata as m; print(m.version('txtai'))"
        versions["txtai"] = subprocess.run(
            [txtai, "-c", ask], capture_output=True, text=True, check=True
        ).stdout.strip()
    report = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "load_before": _LOAD_BEFORE,
        "python": platform.python_version(),
        "versions": versions,
        **values,
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def load(name: str) -> dict[str, Any] | None:
    """What was measured last, None if nothing was."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def machine() -> str:
    """Such as `Linux x86_64, 2 cores, AMD EPYC`."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_processor()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "CPU not named"


def spread(values: Sequence[float], digits: int = 4) -> dict[str, Any]:
    """Median, least and most of some rounds, and the rounds themselves."""
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "rounds": [round(value, digits) for value in values],
    }
