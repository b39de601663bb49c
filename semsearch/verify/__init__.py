"""verify: everything about an index that opening takes on trust, file by file.

In: the folder of an index. Out: a Report. Hashes are compared here, in Python. Only where all of them fit, the parts
are opened by their libraries, in a process of its own (see child.py), and looked into (see contents.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import StoreError
from ..progress import Progress, silent
from ..store import Manifest, left_by_writers
from ..store.checks import current_name, faults, read_manifest_of
from ..store.files import sha256
from ..store.layout import CURRENT, MANIFEST, PAPERS, generation_number
from ..store.reading import read_start
from .child import look_into
from .report import CheckedFile, Report

__all__ = ["CheckedFile", "Report", "verify"]

_ATTEMPTS = 5


def verify(index: str | os.PathLike[str] = "index", *, progress: Progress = silent) -> Report:
    """Check the live generation of an index, and by its hashes the one before it. Nothing is written.

    StoreError where there is no index. If a writer publishes meanwhile, the new generation is checked.
    """
    path = Path(index)
    for _ in range(_ATTEMPTS):
        name = _live_name(path)
        report = _report(path, name, progress)
        if _live_name(path) == name:  # else a writer published, and may have removed what was looked at
            break
    return report


def _live_name(index: Path) -> str:
    name = current_name(index) if index.is_dir() else None
    if name is None:
        raise StoreError(
            f"{index}: no index here (no file {CURRENT})", "build one: `semsearch build CORPUS`, or `--sample` to try"
        )
    return name


def _report(index: Path, name: str, progress: Progress) -> Report:
    others = sorted((n for n in _names(index) if generation_number(n) is not None and n != name), reverse=True)
    files = [CheckedFile(CURRENT, _wrong_current(index, name))]
    parent = None
    if generation_number(name) is not None and (index / name).is_dir():
        found, parent = _generation(index, name, progress)
        files += found
    before = next((other for other in ([parent] if parent in others else others)), None)
    older = [n for n in others if n != before]
    kept = _hashes(index, before, progress) if before else ()
    problem = next((f"{file.name}: {file.problem}" for file in kept if file.problem), "")
    return Report(str(index), name, tuple(files), before, problem, tuple(_notes(index, name, older)))


def _generation(index: Path, name: str, progress: Progress) -> tuple[list[CheckedFile], str | None]:
    """The files of the live generation, and the name of the one before."""
    files = list(_hashes(index, name, progress))
    if any(each.problem for each in files):
        return files, _parent(index / name)
    manifest = read_manifest_of(index / name)
    known = {each.name: each for each in files}
    for file, problem, found in look_into(index / name, manifest, progress):
        before = known.get(f"{name}/{file}", CheckedFile(f"{name}/{file}"))
        told = "; ".join(filter(None, (before.found, found)))
        known[before.name] = CheckedFile(before.name, before.problem or problem, told)
    return list(known.values()), manifest.parent


def _parent(folder: Path) -> str | None:
    try:
        return read_manifest_of(folder).parent
    except (StoreError, OSError):
        return None


def _hashes(index: Path, name: str, progress: Progress) -> Iterator[CheckedFile]:
    """The files of a generation, each with what is wrong with it as far as opening and hashes tell.

    No library opens any of them: not even SQLite, which opens papers.db at each question.
    """
    folder = index / name
    try:
        manifest = read_manifest_of(folder)
    except StoreError as error:
        where, _, problem = error.message.partition(": ")
        yield CheckedFile(f"{name}/{MANIFEST}", problem if where == str(folder / MANIFEST) else error.message)
        return
    wrong = {fault.name: fault.problem for fault in faults(folder, manifest, unopened=(PAPERS,))}
    problem = wrong.pop(MANIFEST, "")
    yield CheckedFile(f"{name}/{MANIFEST}", problem)
    if problem:  # its names may lead anywhere
        return
    total = sum(part.bytes for part in manifest.files)
    done = 0
    for part in manifest.files:
        progress(f"hashing {name} (MB)", done // 1_000_000, total // 1_000_000)
        problem = wrong.pop(part.name, "") or _wrong_hash(folder / part.name, part.sha256)
        yield CheckedFile(f"{name}/{part.name}", problem)
        done += part.bytes
    progress(f"hashing {name} (MB)", done // 1_000_000, total // 1_000_000)
    for other, problem in wrong.items():
        yield CheckedFile(f"{name}/{other}", problem)
    yield from (CheckedFile(f"{name}/{other}", foreign=True) for other in _foreign(folder, manifest))


def _wrong_hash(path: Path, expected: str) -> str:
    if path.is_symlink() or not path.is_file():  # such as one in a folder that is a link
        return "not looked at: no file of the index's own"
    try:
        found = sha256(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if found == expected else f"damaged: expected sha256 {expected[:12]}..., got {found[:12]}..."


def _wrong_current(index: Path, name: str) -> str:
    if generation_number(name) is None:
        return f"expected the name of a generation, got {name[:40]!r}"
    if not (index / name).is_dir():
        return f"names {name}, and there is no such folder"
    content = read_start(index / CURRENT, 1024)
    return "" if content == f"{name}\n".encode() else f"expected {name} and the end of a line, got {content[:60]!r}"


def _foreign(folder: Path, manifest: Manifest) -> list[str]:
    """What lies in a generation and is none of its files; it is never opened."""
    known = {MANIFEST, *(part.name for part in manifest.files)}
    known |= {name.rpartition("/")[0] for name in known}
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in paths if name not in known)


def _names(index: Path) -> list[str]:
    return [entry.name for entry in index.iterdir()]


def _notes(index: Path, name: str, older: list[str]) -> Iterator[str]:
    """What is no fault, and worth being told."""
    for left, count in left_by_writers(index):
        kept = f"with {count} embedded texts, which the next one takes over" if count else "which the next one removes"
        yield f"{left.name}: of a writer that was ended, or is at work, {kept}"
    for other in older:
        newer = (generation_number(other) or 0) > (generation_number(name) or 0)
        yield f"{other}: a {'newer' if newer else 'former'} generation, which nothing reads"
