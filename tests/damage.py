"""Indexes that are not as they were written: damaged by chance, or by somebody who makes the hashes fit."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change to one file, named relative to the index: bit `bit` of byte `at` turned over, or cut there (-1)."""

    name: str
    at: int
    bit: int

    @contextmanager
    def applied(self, index: Path) -> Iterator[None]:
        """The file changed for as long as this lasts."""
        path = index / self.name
        content = path.read_bytes()
        if self.bit < 0:
            path.write_bytes(content[: self.at])
        else:
            flip(path, self.at, self.bit)
        try:
            yield
        finally:
            path.write_bytes(content)


def mutations(index: Path, count: int, seed: int = 0) -> list[Mutation]:
    """About count changes to the files of an index, to each of them some: cuts, and bits in its head, its end, and
    anywhere."""
    chance = random.Random(seed)
    files = [index / "CURRENT", *parts(live(index))]
    made = set[Mutation]()
    for path in files:
        name, size = path.relative_to(index).as_posix(), path.stat().st_size
        cuts = {0, 1, size // 2, size - 1, *(chance.randrange(size) for _ in range(2))}
        made |= {Mutation(name, at, -1) for at in cuts if at < size}
        head, end = range(min(size, 100)), range(max(0, size - 100), size)
        each = max(1, (count - 6 * len(files)) // len(files))
        for turn in range(each):
            place = (head, end, range(size))[turn % 3]
            made.add(Mutation(name, chance.choice(place), chance.randrange(8)))
    return sorted(made, key=lambda each: (each.name, each.at, each.bit))


HEADS = {
    "papers.db": {*range(20), *range(21, 24), *range(24, 32), *range(56, 60), *range(92, 96)},
    "vectors.faiss": {*range(81)},
}
"""The bytes at the beginning of a file that opening reads and compares."""


def seen_by_opening(mutation: Mutation) -> bool:
    """Whether a change is one of size, count, name or head, which opening finds."""
    if mutation.name == "CURRENT":
        return mutation.at < len("generation-000001")  # the end of its line may be missing, or Windows' own
    if mutation.bit < 0 or (mutation.name.endswith(".json") and "tokenizer" not in mutation.name):
        return True
    return mutation.at in HEADS.get(mutation.name.rpartition("/")[2], ())
