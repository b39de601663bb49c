"""The names on disk, and nothing else: what an index directory may hold and which of it is ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ..errors import StoreError
from .reading import read_start

FORMAT_VERSION = 4
READABLE_FORMATS = (2, 3, 4)

CURRENT = "CURRENT"
LOCK = "LOCK"
README = "README.md"

MANIFEST = "manifest.json"
PAPERS = "papers.db"
VECTORS = "vectors.faiss"
ENCODER = "encoder"
LEXICAL = "lexical"
STANDING = "standing.json"
STAGING = "staging.db"
PLAN = "plan.db"
EMBEDDED = "embedded.db"

# As narrow as what is written: whatever matches may be removed, and a user's own `building-plans` must not be.
_GENERATION = re.compile(r"generation-([0-9]{6,})")
_BUILDING = re.compile(r"building-[0-9a-f]{16}")
_LEXICAL_FILE = re.compile(rf"{LEXICAL}/(?:meta\.json|[0-9a-f]{{32}}\.[a-z]{{2,12}})")
_REPLACING = re.compile(rf"{CURRENT}\.[0-9a-f]{{8}}")


def generation_name(number: int) -> str:
    """The folder of generation number, counted from 1."""
    return f"generation-{number:06d}"


def generation_number(name: str) -> int | None:
    """The number in a generation's folder name, None for any other name."""
    match = _GENERATION.fullmatch(name)
    return int(match[1]) if match else None


def is_building(name: str) -> bool:
    """Whether name is one of a folder in which a writer makes a generation."""
    return bool(_BUILDING.fullmatch(name))


def is_unfinished(name: str) -> bool:
    """Whether name is one that a writer uses before it publishes: of no use to anybody once that writer is gone."""
    return bool(_BUILDING.fullmatch(name) or _REPLACING.fullmatch(name))


def is_lexical_file(name: str) -> bool:
    """Whether name, relative to a generation's folder, is one that tantivy gives to a file of a keyword index."""
    return bool(_LEXICAL_FILE.fullmatch(name))


def index_option(index: Path) -> str:
    """What a command in a hint needs to be about this index and no other."""
    return "" if index == Path("index") else f" --index {shlex.quote(str(index))}"


def check_target(index: Path) -> None:
    """Raise StoreError unless an index may be written to this path: absent, an index, or empty but for README.md and
    dotfiles. Nothing of a user's own is ever in the way of a build, or touched by one."""
    if not index.exists():
        return
    if not index.is_dir():
        raise StoreError(f"{index}: a file, expected a folder to write an index to", "name another --index")
    names = [entry.name for entry in index.iterdir() if not entry.name.startswith(".")]
    foreign = sorted(name for name in names if name not in (LOCK, README) and not is_unfinished(name))
    if foreign and not _is_index(index, foreign):
        raise StoreError(
            f"{index}: expected an index or an empty folder, found {', '.join(foreign[:3])}"
            + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""),
            "name another --index",
        )


def _is_index(index: Path, names: list[str]) -> bool:
    """Whether CURRENT names a generation, or a sealed one lies there. The names alone do not tell: LevelDB has its own
    CURRENT and LOCK, and a run of a genetic algorithm its generation-000001."""
    if any(generation_number(name) is not None and (index / name / MANIFEST).is_file() for name in names):
        return True
    if CURRENT not in names or not (index / CURRENT).is_file():
        return False
    return generation_number(read_start(index / CURRENT, 1024).decode("utf-8", "replace").strip()) is not None
