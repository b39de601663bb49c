"""Indexes that are not as they were written: damaged by chance, or by somebody who makes the hashes fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from semsearch.store.seal import sealed


def live(index: Path) -> Path:
    """The folder of the live generation."""
    return index / (index / "CURRENT").read_text().strip()


def reseal(generation: Path, change: Callable[[dict[str, Any]], object] | None = None) -> None:
    """Make the manifest fit the files that it names, apply change to its values, and seal it: as a stranger would."""
    path = generation / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values.pop("sha256", None)
    for part in values["files"]:
        if (generation / part["name"]).is_file():
            content = (generation / part["name"]).read_bytes()
            part.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    if change is not None:
        change(values)
    path.write_text(sealed(json.dumps(values, indent=1, ensure_ascii=False)), encoding="utf-8")


def parts(generation: Path) -> list[Path]:
    """Every file of a generation, the manifest among them, in a fixed order."""
    return sorted(path for path in generation.rglob("*") if path.is_file())


def flip(path: Path, at: int, bit: int) -> None:
    """Turn one bit of a file over."""
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))
