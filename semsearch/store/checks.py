"""What opening an index checks, at a cost that does not grow with its corpus.

In: the folder of an index, or of a generation in it. Out: a manifest that fits its files, or StoreError. Whatever is
looked at here is read by Python (and papers.db by SQLite), before FAISS, tantivy or onnxruntime open anything; what
lies outside of the generation's folder is not looked at, wherever a name or a link leads.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ..encoders.identity import (
    DESCRIPTION,
    ENCODER_FILES,
    DocumentEngine,
    Engine,
    Precision,
    identity_from_values,
)
from ..errors import StoreError
from ..faiss_header import HEADER_BYTES, VECTORS_TYPE, wrong_head
from ..standing import Background, background_from_json
from .layout import (
    CURRENT,
    ENCODER,
    LEXICAL,
    MANIFEST,
    PAPERS,
    STANDING,
    VECTORS,
    generation_number,
    index_option,
    is_lexical_file,
)
from .manifest import Manifest, PartFile, read_manifest
from .papers import PaperTable
from .reading import read_small, read_start
from .segments import wrong_segments

_VERSIONS_SINCE = 4
STANDING_SINCE = 4
"""The format from which a generation has the file of the background questions."""

_CURRENT_BYTES = 1024  # one line
_SMALL_BYTES = 1 << 20  # of a description in JSON: prompts, or a line for each of tantivy's segments
_REBUILD = "build the index again"
_NEWER = "build the index again, or pip install --upgrade semsearch"
_META = f"{LEXICAL}/meta.json"
_DESCRIPTION = f"{ENCODER}/{DESCRIPTION}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file of a generation. name: relative to its folder."""

    name: str
    problem: str
    hint: str = ""


def live_name(index: Path) -> str | None:
    """The name of the live generation, None where there is no CURRENT; StoreError where that names none."""
    name = current_name(index)
    if name is not None and generation_number(name) is None:
        raise StoreError(f"{index / CURRENT}: expected the name of a generation, got {name[:40]!r}", _REBUILD)
    return name


def current_name(index: Path) -> str | None:
    """What CURRENT says, whatever it is; None where there is none."""
    try:
        return read_start(index / CURRENT, _CURRENT_BYTES).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{index / CURRENT}: cannot be read ({error.strerror})") from error


def is_live(index: Path, name: str, manifest: Manifest) -> bool:
    """Whether the generation of that name and manifest is the live one; its other files are not looked at."""
    try:
        return live_name(index) == name and read_manifest_of(index / name) == manifest
    except (StoreError, OSError):
        return False


def part_names(manifest: Manifest) -> tuple[str, ...]:
    """The files of a generation but those of tantivy, relative to its folder."""
    carried = ENCODER_FILES if manifest.encoder.engine == "onnx" else ()
    since_4 = (STANDING,) if manifest.format >= STANDING_SINCE else ()
    return (PAPERS, VECTORS, *since_4, *(f"{ENCODER}/{name}" for name in carried))


def checked(folder: Path) -> Manifest:
    """The manifest of a generation's folder, whose files fit it as far as opening tells; StoreError if one does not."""
    manifest = read_manifest_of(folder)
    for fault in faults(folder, manifest):
        raise StoreError(f"{folder / fault.name}: {fault.problem}", fault.hint or _damaged(folder))
    return manifest


def read_manifest_of(folder: Path) -> Manifest:
    """The manifest of a generation's folder, which has to be a folder and no link. StoreError where there is none."""
    if wrong := _wrong_folder(folder):
        raise StoreError(f"{folder}: named by {CURRENT}, but {wrong}", _damaged(folder))
    try:
        return read_manifest(folder)
    except FileNotFoundError as error:
        raise StoreError(f"{folder}: named by {CURRENT}, but there is no {MANIFEST} in it", _damaged(folder)) from error


def _damaged(folder: Path) -> str:
    option = index_option(folder.parent)
    return f"`semsearch verify{option}` tells all that is wrong; `semsearch rollback{option}`, or build the index again"


def faults(folder: Path, manifest: Manifest, *, unopened: Collection[str] = ()) -> Iterator[Fault]:
    """Everything that opening finds wrong with the files of a generation, file by file. unopened: the names of files of
    which only the size is looked at."""
    if wrong := _wrong_names(manifest) or _wrong_counts(manifest):
        yield Fault(MANIFEST, wrong)
        return
    if wrong := _other_plan(manifest):
        yield Fault(MANIFEST, wrong, _NEWER)
        return
    for name in dict.fromkeys(str(Path(part.name).parent) for part in manifest.files):
        if name != "." and (wrong := _wrong_folder(folder / name)):
            yield Fault(name, wrong)
            return
    for part in manifest.files:
        wrong = _wrong_size(folder / part.name, part.bytes)
        if not wrong and part.name not in unopened:
            wrong = _wrong_inside(folder, manifest, part)
        if wrong:
            yield Fault(part.name, wrong)


def _wrong_folder(folder: Path) -> str:
    try:
        mode = folder.lstat().st_mode
    except FileNotFoundError:
        return "there is no such folder"
    return "" if stat.S_ISDIR(mode) else "it is a link or a file, and no folder of the index's own"


def _wrong_size(path: Path, size_bytes: int) -> str:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return f"expected {size_bytes} bytes, got no such file"
    if not stat.S_ISREG(found.st_mode):
        return f"expected {size_bytes} bytes, got {'a link' if stat.S_ISLNK(found.st_mode) else 'no file'}"
    return "" if found.st_size == size_bytes else f"expected {size_bytes} bytes, got {found.st_size} bytes"


def _wrong_names(manifest: Manifest) -> str:
    """The files of a generation are a closed set; those of tantivy are named by chance, and compared with meta.json."""
    names = [part.name for part in manifest.files]
    expected = [*part_names(manifest), _META]
    fixed = [name for name in names if name in expected or not is_lexical_file(name)]
    if sorted(fixed) != sorted(expected):
        return f"expected the files {', '.join(expected)}, got {', '.join(sorted(fixed)) or 'none'}"
    return "" if len(set(names)) == len(names) else "names a file twice"


def _wrong_counts(manifest: Manifest) -> str:
    papers, vectors, keywords = manifest.counts.papers, manifest.vectors.count, manifest.lexical.count
    if not papers == vectors == keywords > 0:
        return f"expected {papers} papers in every part, got {vectors} vectors, and keywords of {keywords}"
    made, found = manifest.encoder.dimensions, manifest.vectors.dimensions
    return "" if made == found > 0 else f"vectors of {found} dimensions, expected {made}, as its encoder makes them"


def _other_plan(manifest: Manifest) -> str:
    """What this version has no way to search or to encode with."""
    plan = (manifest.vectors.kind, manifest.vectors.type)
    if plan != ("exact", VECTORS_TYPE):
        return f"vectors of the plan {' '.join(plan)}, this semsearch searches exact {VECTORS_TYPE}"
    if manifest.lexical.kind != "tantivy":
        return f"keywords by {manifest.lexical.kind}, this semsearch searches tantivy"
    kinds = {"precision": Precision, "engine": Engine, "document_engine": DocumentEngine}
    for name, kind in kinds.items():
        if (value := getattr(manifest.encoder, name)) not in get_args(kind):
            return f"an encoder of the {name} {value[:40]!r}, this semsearch knows {', '.join(get_args(kind))}"
    return ""


def _wrong_inside(folder: Path, manifest: Manifest, part: PartFile) -> str:
    if part.name not in _LOOKS:
        return ""
    try:
        return _LOOKS[part.name](folder, manifest, part)
    except StoreError as error:
        return error.message.removeprefix(f"{folder / part.name}: ")
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _wrong_papers(folder: Path, manifest: Manifest, part: PartFile) -> str:
    with closing(PaperTable(folder / part.name, manifest.counts.papers)) as table:
        known = table.versions.known or manifest.format < _VERSIONS_SINCE
    return "" if known else "expected tables of the versions of papers, found none"


def _wrong_vectors(folder: Path, manifest: Manifest, part: PartFile) -> str:
    head = read_start(folder / part.name, HEADER_BYTES)
    return wrong_head(head, part.bytes, manifest.vectors.count, manifest.vectors.dimensions)


def _wrong_encoder(folder: Path, manifest: Manifest, part: PartFile) -> str:
    content = read_small(folder / part.name, _SMALL_BYTES)
    if wrong := _wrong_hash(content, part):
        return wrong
    try:
        found = identity_from_values(json.loads(content.decode("utf-8")))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return f"expected the identity of an encoder in JSON ({type(error).__name__}: {error})"
    return "" if found == manifest.encoder else f"another encoder than in {MANIFEST}"


def _wrong_standing(folder: Path, manifest: Manifest, part: PartFile) -> str:
    content = read_small(folder / part.name, _SMALL_BYTES)
    if wrong := _wrong_hash(content, part):
        return wrong
    try:
        background_from_json(content, manifest.encoder.dimensions)
    except (ValueError, RecursionError) as error:
        return f"expected what background questions get, in JSON ({error})"
    return ""


def background_of(folder: Path, manifest: Manifest) -> Background:
    """What background questions get from a generation; StoreError where the file does not tell."""
    if manifest.format < STANDING_SINCE:
        return Background(
            reason=f"an index of format {manifest.format}; a `build`, or what `add` or `sync` changes, makes it"
        )
    try:
        return background_from_json(read_small(folder / STANDING, _SMALL_BYTES), manifest.encoder.dimensions)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{folder / STANDING}: damaged ({error})", _REBUILD) from error


def _wrong_keywords(folder: Path, manifest: Manifest, part: PartFile) -> str:
    content = read_small(folder / part.name, _SMALL_BYTES)
    names = {Path(each.name).name for each in manifest.files if is_lexical_file(each.name) and each.name != _META}
    return _wrong_hash(content, part) or wrong_segments(content, names, manifest.lexical.count)


def _wrong_hash(content: bytes, part: PartFile) -> str:
    """Only for small files: to hash a large one takes a time that grows with the corpus."""
    found = hashlib.sha256(content).hexdigest()
    return "" if found == part.sha256 else f"damaged (expected sha256 {part.sha256[:12]}..., got {found[:12]}...)"


_LOOKS: dict[str, Callable[[Path, Manifest, PartFile], str]] = {
    PAPERS: _wrong_papers,
    VECTORS: _wrong_vectors,
    _DESCRIPTION: _wrong_encoder,
    STANDING: _wrong_standing,
    _META: _wrong_keywords,
}
