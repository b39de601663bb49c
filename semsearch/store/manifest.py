"""The manifest of a generation: what is in it, how it was made, and which files belong to it, with sizes and hashes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..encoders.identity import EncoderIdentity
from ..errors import StoreError
from .files import write_durably
from .layout import FORMAT_VERSION, MANIFEST, READABLE_FORMATS
from .reading import read_small
from .seal import is_whole, sealed


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file of a generation. name: relative to its folder, with `/` between parts."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Records that were left out for one reason. places: the first few of them."""

    reason: str
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a build met. records: papers read, before records of one paper were merged. papers: rows of the index.

    renamed: papers under a suffixed id, since another had theirs. cut: texts longer than the encoder reads.
    not_english: papers that seem to be in another language (language.py); None where that was not counted. merged:
    records that are the same paper as another one; None where that was not counted. versions: papers that are versions
    of others (duplicates.py); None where that was not looked for.
    """

    records: int
    papers: int
    without_abstract: int = 0
    without_title: int = 0
    without_year: int = 0
    renamed: int = 0
    cut: int = 0
    not_english: int | None = None
    merged: int | None = None
    versions: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What made a generation of the one before, and what it did with its papers. kind: `build`, `add`, `remove` or
    `sync`. embedded, reused: texts that were encoded for it, and texts whose vectors were taken over."""

    kind: str
    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class VectorPlan:
    """How the vectors are searched. kind: `exact`. type: FAISS' name of the codes."""

    kind: str
    type: str
    dimensions: int
    count: int


@dataclass(frozen=True, slots=True)
class LexicalPlan:
    """How keywords are searched. kind: `tantivy`. analyser: what made terms of the texts (see semsearch.words)."""

    kind: str
    analyser: str
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module. created: UTC, ISO 8601. semsearch: the version that wrote it. parent: the generation before.

    corpus: what was named to be read. renamed: the first few suffixed ids. encoder_note: why the encoder is not
    in the index, empty if it is.
    """

    created: str
    semsearch: str
    parent: str | None
    counts: Counts
    change: Change
    encoder: EncoderIdentity
    vectors: VectorPlan
    lexical: LexicalPlan
    skipped: tuple[Skipped, ...] = ()
    corpus: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    encoder_note: str = ""
    files: tuple[PartFile, ...] = field(default=())
    format: int = FORMAT_VERSION

    def write(self, folder: Path) -> None:
        """Write it into a generation's folder, as the last file of it."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        write_durably(folder / MANIFEST, sealed(text.encode("utf-8", "replace").decode()))  # a name may be no UTF-8


_NESTED: dict[str, Any] = {
    "counts": Counts,
    "change": Change,
    "encoder": EncoderIdentity,
    "vectors": VectorPlan,
    "lexical": LexicalPlan,
    "skipped": Skipped,
    "files": PartFile,
}
_REBUILD = "build the index again from its corpus"
_LARGEST_BYTES = 1 << 24  # a thousand times what it has for one corpus; it names each file that was given to a build
_SEALED_SINCE = 3


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation's folder. StoreError where it is damaged, or of a format that is not known here."""
    path = folder / MANIFEST
    content = read_small(path, _LARGEST_BYTES)
    whole = is_whole(content)
    if whole is False:
        raise StoreError(f"{path}: damaged (its sha256 is not the one at its end)", _REBUILD)
    try:
        values = json.loads(content.decode("utf-8"))
        version = values["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(f"{path}: expected a manifest in JSON ({error})", _REBUILD) from error
    if version not in READABLE_FORMATS or isinstance(version, bool):
        newer = isinstance(version, int) and version > FORMAT_VERSION
        raise StoreError(
            f"{path}: an index of format {version!r}, this semsearch reads format "
            f"{' and '.join(map(str, READABLE_FORMATS))}",
            "pip install --upgrade semsearch" if newer else _REBUILD,
        )
    if whole is None and version >= _SEALED_SINCE:
        raise StoreError(f"{path}: damaged (expected a sha256 at its end)", _REBUILD)
    try:
        return _typed(Manifest, _brought_up(values))  # type: ignore[no-any-return]
    except (TypeError, KeyError, ValueError) as error:
        raise StoreError(f"{path}: not a whole manifest ({error})", _REBUILD) from error


def _brought_up(values: dict[str, Any]) -> dict[str, Any]:
    """The values of an earlier format or version with what they did not tell; `format` stays what it is."""
    values = {**values, "counts": {"not_english": None, "merged": None, "versions": None, **values["counts"]}}
    if values["format"] == 2:
        papers = values["counts"]["papers"]
        encoder = {"export": 0, **values["encoder"]}
        values = {**values, "change": asdict(Change("build", added=papers)), "encoder": encoder}
    return values


def _typed(kind: Any, values: dict[str, Any]) -> Any:
    """values as a record of that kind, each value checked against the field's annotation."""
    known = {}
    for each in fields(kind):
        if each.name not in values:
            raise KeyError(f"{each.name} is missing")
        value = values[each.name]
        nested = _NESTED.get(each.name) if kind is Manifest else None
        if nested and str(each.type).startswith("tuple"):
            if not isinstance(value, list):
                raise TypeError(f"{each.name} is {value!r}, expected a list")
            value = tuple(_typed(nested, item) for item in value)
        elif nested:
            value = _typed(nested, value)
        elif not _fits(value, str(each.type)):
            raise TypeError(f"{each.name} is {value!r}, expected {each.type}")
        elif isinstance(value, list):
            value = tuple(value)
        known[each.name] = value
    return kind(**known)


def _fits(value: Any, annotation: str) -> bool:
    if value is None:
        return "None" in annotation
    if annotation.startswith("tuple"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if annotation.startswith("int"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str)
