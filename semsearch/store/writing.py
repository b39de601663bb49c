"""Generations as the one writer sees them: made beside the live one, published all at once, or gone back to.

Whatever is killed when, CURRENT names a whole generation: see `publish`. What a writer that was killed had embedded is
left in its building folder, where the next one goes on.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..encoders.identity import DESCRIPTION, MODEL, TOKENIZER, EncoderIdentity
from ..errors import StoreError
from ..standing import Background
from . import files
from .checks import current_name, part_names
from .embedded import count_embedded, scratch_names
from .generations import Generation, generation_names, open_generation, wrong_hashes
from .layout import (
    CURRENT,
    EMBEDDED,
    ENCODER,
    LEXICAL,
    LOCK,
    PAPERS,
    PLAN,
    STAGING,
    STANDING,
    VECTORS,
    check_target,
    generation_name,
    generation_number,
    index_option,
    is_building,
    is_lexical_file,
    is_unfinished,
)
from .manifest import Manifest, PartFile, read_manifest

_log = logging.getLogger(__name__)

_CANNOT_WRITE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_NO_SUCH_PATH = frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})
_UNTOUCHED = "make room or name another --index; what was indexed before is untouched"


@dataclass(frozen=True, slots=True)
class Building:
    """An unfinished generation in a folder of its own. parent: the name of the live one, None for the first.

    The paths are those of the parts to be written, and of what is no part of it: records that are staged, the plan of
    an update, and the texts that were embedded so far, maybe by an earlier writer.
    """

    index: Path
    folder: Path
    parent: str | None

    @property
    def papers(self) -> Path:
        """The papers table."""
        return self.folder / PAPERS

    @property
    def vectors(self) -> Path:
        """The FAISS index."""
        return self.folder / VECTORS

    @property
    def lexical(self) -> Path:
        """The folder of the keyword index."""
        return self.folder / LEXICAL

    @property
    def staging(self) -> Path:
        """Where records are staged."""
        return self.folder / STAGING

    @property
    def plan(self) -> Path:
        """Where an update is planned."""
        return self.folder / PLAN

    @property
    def embedded(self) -> Path:
        """Where vectors are kept as they are made."""
        return self.folder / EMBEDDED

    def carry_encoder(self, folder: Path, identity: EncoderIdentity) -> None:
        """Copy the encoder's files from folder, with its identity, so that the index can be asked wherever it goes."""
        files.copy_files(folder, self.folder / ENCODER, (MODEL, TOKENIZER))
        self._describe(identity)

    def share_encoder(self, generation: Generation) -> None:
        """Take the encoder of another generation of this index; on the disk it is there once."""
        if generation.manifest.encoder.engine == "onnx":
            files.link_files(generation.encoder, self.folder / ENCODER, (MODEL, TOKENIZER))
            self._describe(generation.manifest.encoder)

    def write_background(self, background: Background) -> None:
        """Keep what background questions get."""
        files.write_durably(self.folder / STANDING, background.to_json())

    def copy_parts(self, generation: Generation) -> None:
        """Begin with the papers, vectors and keywords of another generation of this index."""
        files.copy_files(generation.folder, self.folder, (PAPERS, VECTORS))
        files.copy_files(generation.lexical, self.lexical, generation.lexical_files)

    def _describe(self, identity: EncoderIdentity) -> None:
        files.write_durably(self.folder / ENCODER / DESCRIPTION, json.dumps(asdict(identity), indent=1) + "\n")

    def publish(self, manifest: Manifest, keep: int = 1, *, leave_embedded: bool = False) -> Generation:
        """Seal the folder with manifest (its `files` and `parent` are filled in here) and make it the live generation.

        In this order, each on the disk before the next: the parts, the manifest, the folder's final name, CURRENT.
        Before the last rename readers see the generation before, after it this one. Only then what was embedded is
        removed (or left for the next writer, of which some was not for this generation), and all older generations but
        the last keep.
        """
        if keep < 0:
            raise StoreError(f"{keep} generations are to be kept, expected 0 or more")
        for path in (self.staging, self.plan):
            files.remove(path)
        parts = []
        lexical = sorted(f"{LEXICAL}/{path.name}" for path in self.lexical.iterdir())
        for name in (*part_names(manifest), *filter(is_lexical_file, lexical)):
            path = self.folder / name
            files.sync_file(path)
            parts.append(PartFile(name, path.stat().st_size, files.sha256(path)))
        for folder in {(self.folder / part.name).parent for part in parts}:
            files.sync_folder(folder)
        sealed = replace(manifest, files=tuple(parts), parent=self.parent)
        sealed.write(self.folder)
        files.sync_folder(self.folder)
        name = generation_name(_next_number(self.index))
        files.rename(self.folder, self.index / name)
        _point(self.index, name)
        try:
            _collect(self.index, _kept(self.index, name, keep))
            if leave_embedded and (self.index / name / EMBEDDED).is_file():
                folder = self.index / _new_building()
                files.make_folder(folder)
                files.rename(self.index / name / EMBEDDED, folder / EMBEDDED)
            _drop_embedded(self.index / name)
        except OSError as error:  # what is live is whole, and the next writer tries again
            _log.warning("%s: cannot be removed (%s)", error.filename or self.index, error.strerror)
        return Generation(name, self.index / name, sealed)


@contextmanager
def writing(index: Path) -> Iterator[Building]:
    """The one writer's way in: a building folder under LOCK. Unless it is published, all is removed but what was
    embedded in it, which the next writer finds there.

    Raises StoreError if the path cannot hold an index, or another writer is at it.
    """
    with _locked(index):
        folder = _building_folder(index)
        try:
            yield Building(index, folder, _live(index) or _newest(index))
        finally:
            _leave(folder)


def roll_back(index: str | os.PathLike[str], name: str | None = None) -> Generation:
    """Make another generation the live one: that of name, or else the one before the live one, which stays until the
    next one is published. StoreError where there is none, or where it is damaged."""
    index = Path(index)
    if not index.is_dir():
        raise StoreError(f"{index}: no such index", "build one: `semsearch build CORPUS`, or `--sample` to try")
    with _locked(index):
        live = _live(index)
        wanted = name or _before(index, live)
        others = [other for other in generation_names(index) if other != live]
        if wanted is None or wanted not in others:
            what = f"no generation {wanted}" if wanted else f"no generation before {live or CURRENT}"
            there = f"`semsearch rollback --to {others[-1]}{index_option(index)}`" if others else ""
            raise StoreError(
                f"{index}: {what}; there {'are' if len(others) > 1 else 'is'} {', '.join(others) or 'no other'}",
                there or "what was built from is needed to go further back: `semsearch sync CORPUS`",
            )
        generation = open_generation(index, wanted)
        if wrong := wrong_hashes(generation):
            raise StoreError(
                f"{generation.folder / wrong[0]}: damaged, so {wanted} is not gone back to", "build the index again"
            )
        _point(index, wanted)
        return generation


def left_by_writers(index: Path) -> list[tuple[Path, int]]:
    """What writers that were killed left, and how many embedded texts each such folder holds."""
    left = sorted(entry for entry in index.iterdir() if is_unfinished(entry.name))
    return [(entry, count_embedded(entry / EMBEDDED) if entry.is_dir() else 0) for entry in left]


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        check_target(index)
        if (index / CURRENT).is_dir() and not (index / CURRENT).is_symlink():
            raise StoreError(
                f"{index / CURRENT}: a folder, expected a file", f"remove {index / CURRENT}, and try again"
            )
        files.make_folder(index)
        with FileLock(index / LOCK, timeout=0):
            files.write_durably(index / LOCK, f"{os.getpid()}\n")
            yield
    except Timeout as error:
        raise StoreError(
            f"{index}: another process (pid {_writer(index)}) is writing to this index",
            "wait until it has ended, and try again",
        ) from error
    except sqlite3.Error as error:
        raise StoreError(f"{index}: cannot be written ({error})", _UNTOUCHED) from error
    except OSError as error:
        if error.errno not in _CANNOT_WRITE | _NO_SUCH_PATH:
            raise
        raise StoreError(f"{error.filename or index}: cannot be written ({error.strerror})", _UNTOUCHED) from error


def _writer(index: Path) -> str:
    try:
        return (index / LOCK).read_text().strip() or "unknown"
    except OSError:  # Windows lets nobody read a file that is locked
        return "unknown"


def _building_folder(index: Path) -> Path:
    """The folder in which a killed writer left most, with nothing but what it had embedded; or a new one."""
    left = {folder: count for folder, count in left_by_writers(index) if is_building(folder.name)}
    best = max(left, key=lambda folder: left[folder], default=None)
    for entry in sorted(index.iterdir()):
        if is_unfinished(entry.name) and (entry != best or not left[entry]):
            files.remove(entry)
    if best is not None and left[best]:
        _empty(best)
        return best
    folder = index / _new_building()
    files.make_folder(folder)
    return folder


def _leave(folder: Path) -> None:
    """Remove a building folder, or if vectors were made in it all but those."""
    if not folder.is_dir():
        return
    if count_embedded(folder / EMBEDDED):
        _empty(folder)
    else:
        files.remove(folder)


def _empty(folder: Path) -> None:
    for entry in sorted(folder.iterdir()):
        if entry.name not in scratch_names(EMBEDDED):
            files.remove(entry)


def _drop(folder: Path) -> None:
    """Remove a generation. Under another name first: a writer that is killed meanwhile leaves no half of it by that
    name, and what it leaves is removed by the next one before anything else."""
    gone = folder.with_name(_new_building())
    try:
        files.rename(folder, gone)
    except PermissionError:  # Windows, while a reader has it open
        gone = folder
    files.remove(gone)
    if gone.exists():
        _log.warning("%s: cannot be removed, and holds what the index no longer does: remove it by hand", gone)


def _new_building() -> str:
    return f"building-{secrets.token_hex(8)}"


def _point(index: Path, name: str) -> None:
    pointer = index / f"{CURRENT}.{secrets.token_hex(4)}"
    try:
        files.write_durably(pointer, name + "\n")
        files.rename(pointer, index / CURRENT)
    except OSError:
        with suppress(OSError):
            files.remove(pointer)
        raise


def _live(index: Path) -> str | None:
    """The live generation as a writer sees it: a damaged CURRENT names none, so that building again mends it."""
    try:
        name = current_name(index)
    except StoreError:  # a link, a folder
        return None
    return name if name is not None and generation_number(name) is not None else None


def _newest(index: Path) -> str | None:
    names = generation_names(index)
    return names[-1] if names else None


def _before(index: Path, name: str | None) -> str | None:
    """The generation before one: its parent, or if that is not there, or not told, the next older one that is."""
    if name is None:
        return _newest(index)
    names = generation_names(index)
    try:
        parent = read_manifest(index / name).parent
    except (StoreError, OSError):
        parent = None
    older = (other for other in reversed(names) if (generation_number(other) or 0) < (generation_number(name) or 0))
    return parent if parent in names else next(older, None)


def _next_number(index: Path) -> int:
    return max((generation_number(name) or 0 for name in generation_names(index)), default=0) + 1


def _kept(index: Path, live: str, keep: int) -> set[str]:
    """The live generation and the keep ones before it, as each names its parent."""
    kept, name = {live}, _before(index, live)
    there = set(generation_names(index))
    while name in there and len(kept) <= keep:
        kept.add(name)
        name = _before(index, name)
    return kept


def _collect(index: Path, keep: set[str]) -> None:
    """Remove what is of no use once a generation was published."""
    for entry in sorted(index.iterdir()):
        if is_unfinished(entry.name):
            files.remove(entry)
        elif generation_number(entry.name) is not None and entry.name not in keep:
            _drop(entry)
    for name in keep - {max(keep)}:  # of the newest, `publish` decides
        _drop_embedded(index / name)


def _drop_embedded(folder: Path) -> None:
    for scratch in scratch_names(EMBEDDED):
        if (folder / scratch).exists():
            files.remove(folder / scratch)
