"""What opening an index checks, at a cost that does not grow with its corpus.

In: the folder of an index, or of a generation in it. Out: names and manifests that can be relied on, or StoreError.
"""

from __future__ import annotations

from pathlib import Path

from ..encoders.identity import ENCODER_FILES, EncoderIdentity
from ..errors import StoreError
from .layout import CURRENT, ENCODER, LEXICAL, MANIFEST, PAPERS, VECTORS, generation_number, is_lexical_file
from .manifest import Manifest, read_manifest
from .reading import read_start

_CURRENT_BYTES = 1024  # one line
_REBUILD = "build the index again"


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


def part_names(encoder: EncoderIdentity) -> tuple[str, ...]:
    """The files of a generation but those of tantivy, relative to its folder."""
    carried = ENCODER_FILES if encoder.engine == "onnx" else ()
    return (PAPERS, VECTORS, *(f"{ENCODER}/{name}" for name in carried))


def checked(folder: Path) -> Manifest:
    """The manifest of a generation's folder, its files there in the right sizes; StoreError where they are not."""
    if not (folder / MANIFEST).is_file():
        raise StoreError(f"{folder}: named by {CURRENT}, but there is no {MANIFEST} in it", _REBUILD)
    manifest = read_manifest(folder)
    sizes = {part.name: part.bytes for part in manifest.files}
    expected = [*part_names(manifest.encoder), f"{LEXICAL}/meta.json"]
    fixed = [name for name in sizes if name in expected or not is_lexical_file(name)]  # the others are named by tantivy
    if sorted(fixed) != sorted(expected):
        raise StoreError(
            f"{folder}: expected the files {', '.join(expected)}, got {', '.join(sorted(fixed)) or 'none'}", _REBUILD
        )
    for part, size_bytes in sizes.items():
        path = folder / part
        found = path.stat().st_size if path.is_file() else None
        if found != size_bytes:
            got = "no such file" if found is None else f"{found} bytes"
            raise StoreError(f"{path}: expected {size_bytes} bytes, got {got}", _REBUILD)
    return manifest
