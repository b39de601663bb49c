"""The names on disk, and nothing else: what an index directory may hold and which of it is ours."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import StoreError

FORMAT_VERSION = 1

CURRENT = "CURRENT"
LOCK = "LOCK"
README = "README.md"

MANIFEST = "manifest.json"
PAPERS = "papers.db"
VECTORS = "vectors.faiss"
STAGING = "staging.db"

_GENERATION = re.compile(r"generation-(\d{6,})$")
_BUILDING = re.compile(r"building-[0-9a-z-]+$")
_REPLACING = re.compile(rf"{CURRENT}\.[0-9a-z-]+$")


def generation_name(number: int) -> str:
    """The folder of generation number, counted from 1."""
    return f"generation-{number:06d}"


def generation_number(name: str) -> int | None:
    """The number in a generation's folder name, None for any other name."""
    match = _GENERATION.match(name)
    return int(match[1]) if match else None


def is_unfinished(name: str) -> bool:
    """Whether name is one that a writer uses before it publishes: of no use to anybody once that writer is gone."""
    return bool(_BUILDING.match(name) or _REPLACING.match(name))


def is_ours(name: str) -> bool:
    """Whether name can only be that of a part of an index."""
    return name in (CURRENT, LOCK) or is_unfinished(name) or generation_number(name) is not None


def check_target(index: Path) -> None:
    """Raise StoreError unless an index may be written to this path: absent, an index, or empty but for README.md and
    dotfiles. Nothing of a user's own is ever in the way of a build, or touched by one."""
    if not index.exists():
        return
    if not index.is_dir():
        raise StoreError(f"{index}: a file, expected a folder to write an index to", "name another --index")
    names = {entry.name for entry in index.iterdir()}
    foreign = sorted(name for name in names if not is_ours(name) and name != README and not name.startswith("."))
    if foreign and CURRENT not in names:
        raise StoreError(
            f"{index}: expected an index or an empty folder, found {', '.join(foreign[:3])}"
            + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""),
            "name another --index",
        )
