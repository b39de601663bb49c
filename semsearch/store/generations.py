"""Generations as a reader sees them: what one consists of, which is the live one, and which others there are.

CURRENT names the live generation. Whatever is killed when, it names a whole one: see writing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import SemsearchError, StoreError
from ..standing import Background
from . import files
from .checks import background_of, checked, live_name, read_manifest_of
from .layout import CURRENT, ENCODER, LEXICAL, PAPERS, VECTORS, generation_number, index_option, is_lexical_file
from .manifest import Manifest
from .papers import PaperTable

_OPEN_ATTEMPTS = 20
_BUILD = "build one: `semsearch build CORPUS`, or `--sample` to try"

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
    def background(self) -> Background:
        """What background questions get from it; read whenever it is asked for."""
        return background_of(self.folder, self.manifest)

    @property
    def lexical_files(self) -> tuple[str, ...]:
        """The names of the files in it."""
        return tuple(Path(part.name).name for part in self.manifest.files if is_lexical_file(part.name))


def open_live(index: Path) -> Generation:
    """The live generation, its manifest read and its files there in the right sizes; StoreError where they are not."""
    if not index.is_dir():
        raise StoreError(f"{index}: no such index", _BUILD)
    name = live_name(index)
    if name is None:
        back = f"`semsearch rollback{index_option(index)}` goes to the newest generation that is there"
        raise StoreError(f"{index}: no index here (no file {CURRENT})", back if generation_names(index) else _BUILD)
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


def open_generation(index: Path, name: str) -> Generation:
    """The generation of that name, live or not, its files there in the right sizes; StoreError where they are not."""
    return Generation(name, index / name, checked(index / name))


def open_name(index: Path) -> str | None:
    """The name of the live generation, for an index of which nothing else may be right; None where it names none."""
    if not index.is_dir():
        raise StoreError(f"{index}: no such index", _BUILD)
    try:
        return live_name(index)
    except StoreError:
        return None


def generation_names(index: Path) -> list[str]:
    """The names of all generations in an index, whole or not, oldest first."""
    found = (entry.name for entry in index.iterdir() if generation_number(entry.name) is not None)
    return sorted(found, key=lambda name: generation_number(name) or 0)


def unchecked_generation(index: Path, name: str) -> Generation:
    """The generation of that name, of which nothing is known to be whole but its manifest; StoreError if not even that
    is."""
    return Generation(name, index / name, read_manifest_of(index / name))


def wrong_hashes(generation: Generation, names: Collection[str] | None = None) -> list[str]:
    """The files of a generation (of names, or all) that are not what they were when it was published, or not there;
    half a second for 400 MB."""
    wrong = []
    for part in generation.manifest.files:
        if names is None or part.name in names:
            path = generation.folder / part.name
            if path.is_symlink() or not path.is_file() or files.sha256(path) != part.sha256:
                wrong.append(part.name)
    return wrong
