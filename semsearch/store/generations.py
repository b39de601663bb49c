"""Generations: how one is written beside the live one, published all at once, and opened.

CURRENT names the live generation. Whatever is killed when, it names a whole one: see `publish`.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from ..encoders.identity import DESCRIPTION, MODEL, TOKENIZER, EncoderIdentity
from ..errors import SemsearchError, StoreError
from . import files
from .checks import checked, current_name, live_name, part_names
from .layout import (
    CURRENT,
    ENCODER,
    LEXICAL,
    LOCK,
    PAPERS,
    STAGING,
    VECTORS,
    check_target,
    generation_name,
    generation_number,
    is_lexical_file,
    is_unfinished,
)
from .manifest import Manifest, PartFile
from .papers import PaperTable

_OPEN_ATTEMPTS = 20
_CANNOT_WRITE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_NO_SUCH_PATH = frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})
_UNTOUCHED = "make room or name another --index; what was indexed before is untouched"

Parts = TypeVar("Parts")


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation. folder: where its files lie."""

    name: str
    folder: Path
    manifest: Manifest

    @property
    def papers(self) -> Path:
        """The papers table."""
        return self.folder / PAPERS

    @property
    def vectors(self) -> Path:
        """The FAISS index."""
        return self.folder / VECTORS

    @property
    def encoder(self) -> Path:
        """The folder of the encoder, if it travels with the index."""
        return self.folder / ENCODER

    @property
    def lexical(self) -> Path:
        """The folder of the keyword index."""
        return self.folder / LEXICAL

    @property
    def lexical_files(self) -> tuple[str, ...]:
        """The names of the files in it."""
        return tuple(Path(part.name).name for part in self.manifest.files if is_lexical_file(part.name))


@dataclass(frozen=True, slots=True)
class Building:
    """An unfinished generation in a folder of its own. parent: the name of the live one, None for the first."""

    index: Path
    folder: Path
    parent: str | None

    @property
    def papers(self) -> Path:
        """The papers table to be written."""
        return self.folder / PAPERS

    @property
    def vectors(self) -> Path:
        """The FAISS index to be written."""
        return self.folder / VECTORS

    @property
    def lexical(self) -> Path:
        """The folder of the keyword index to be written."""
        return self.folder / LEXICAL

    def carry_encoder(self, folder: Path, identity: EncoderIdentity) -> None:
        """Copy the encoder's files from folder, with its identity, so that the index can be asked wherever it goes."""
        files.copy_files(folder, self.folder / ENCODER, (MODEL, TOKENIZER))
        description = json.dumps(asdict(identity), indent=1) + "\n"
        files.write_durably(self.folder / ENCODER / DESCRIPTION, description)

    @property
    def staging(self) -> Path:
        """Where records are staged; no part of the generation."""
        return self.folder / STAGING

    def publish(self, manifest: Manifest) -> Generation:
        """Seal the folder with manifest (its `files` and `parent` are filled in here) and make it the live generation.

        In this order, each on the disk before the next: the parts, the manifest, the folder's final name, CURRENT.
        Before the last rename readers see the generation before, after it this one.
        """
        files.remove(self.staging)
        parts = []
        lexical = sorted(f"{LEXICAL}/{path.name}" for path in self.lexical.iterdir())
        for name in (*part_names(manifest.encoder), *filter(is_lexical_file, lexical)):
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
        pointer = self.index / f"{CURRENT}.{secrets.token_hex(4)}"
        files.write_durably(pointer, name + "\n")
        files.rename(pointer, self.index / CURRENT)
        _collect(self.index, keep={name, self.parent})
        return Generation(name, self.index / name, sealed)


@contextmanager
def writing(index: Path) -> Iterator[Building]:
    """The one writer's way in: a building folder under LOCK, removed again unless it is published.

    Raises StoreError if the path cannot hold an index, or another writer is at it.
    """
    from filelock import FileLock, Timeout

    try:
        check_target(index)
        files.make_folder(index)
        with FileLock(index / LOCK, timeout=0):
            (index / LOCK).write_text(f"{os.getpid()}\n")
            _collect(index, keep=None)
            folder = index / f"building-{secrets.token_hex(8)}"
            files.make_folder(folder)
            try:
                yield Building(index, folder, _parent(index))
            finally:
                files.remove(folder)
    except Timeout as error:
        pid = (index / LOCK).read_text().strip() or "unknown"
        raise StoreError(
            f"{index}: another process (pid {pid}) is writing to this index", "wait until it has ended, and try again"
        ) from error
    except sqlite3.Error as error:
        raise StoreError(f"{index}: cannot be written ({error})", _UNTOUCHED) from error
    except OSError as error:
        if error.errno not in _CANNOT_WRITE | _NO_SUCH_PATH:
            raise
        raise StoreError(f"{error.filename or index}: cannot be written ({error.strerror})", _UNTOUCHED) from error


def open_live(index: Path) -> Generation:
    """The live generation, its manifest read and its files there in the right sizes; StoreError where they are not."""
    if not index.is_dir():
        raise StoreError(f"{index}: no such index", "build one: `semsearch build CORPUS`, or `--sample` to try")
    name = live_name(index)
    if name is None:
        raise StoreError(
            f"{index}: no index here (no file {CURRENT})", "build one: `semsearch build CORPUS`, or `--sample` to try"
        )
    folder = index / name
    return Generation(name, folder, checked(folder))


def open_parts(index: Path, opener: Callable[[Generation], Parts]) -> tuple[Generation, Parts]:
    """The live generation and what opener opens of it. Where that fails because a writer published another and removed
    this one meanwhile, the new one is opened; once open, handles keep a generation alive."""
    for _ in range(_OPEN_ATTEMPTS):
        name = live_name(index) if index.is_dir() else None
        try:
            generation = open_live(index)
            return generation, opener(generation)
        except (SemsearchError, OSError) as error:
            if name == live_name(index):
                if isinstance(error, OSError):
                    raise StoreError(f"{error.filename}: cannot be read ({error.strerror})") from error
                raise
    raise StoreError(f"{index}: replaced again and again while it was being opened", "try again")


def open_papers(index: Path) -> PaperTable:
    """The papers of the live generation alone, for what needs no vectors."""
    return open_parts(index, lambda generation: PaperTable(generation.papers, generation.manifest.counts.papers))[1]


def _parent(index: Path) -> str | None:
    """The live generation as a writer sees it: a damaged CURRENT names none, so that building again mends it."""
    name = current_name(index)
    return name if name is not None and generation_number(name) is not None else None


def _next_number(index: Path) -> int:
    numbers = [generation_number(entry.name) or 0 for entry in index.iterdir()]
    return max(numbers, default=0) + 1


def _collect(index: Path, keep: set[str | None] | None) -> None:
    """Remove what killed writers left and, unless keep is None, all generations but those."""
    for entry in index.iterdir():
        old = keep is not None and generation_number(entry.name) is not None and entry.name not in keep
        if old or is_unfinished(entry.name):
            files.remove(entry)
