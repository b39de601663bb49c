"""From a sentence-transformers model to one ONNX graph: token ids and mask in, unit vector out.

`exported` is called by a build. The work is done in a child process (this module as a script), which frees PyTorch's
memory and keeps its OpenMP away from FAISS'; it is kept in the user's cache folder, by the hash of its source.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from ..errors import EncoderError
from .graph import compress, write_graph
from .graph_check import wrong_graph
from .identity import DESCRIPTION, ENCODER_FILES, MODEL, TOKENIZER, Precision
from .libraries import REINSTALL, libraries
from .models import ModelFolder
from .onnx import OnnxEncoder

if TYPE_CHECKING:
    from .sentence import SentenceEncoder

EXPORT_VERSION = 5
"""Part of the cache's key and of the identity: to be raised by every change of this file, or of graph.py, that changes
the graph."""

_NOT_EXPORTABLE, _REFUSED = 3, 4  # the child's exit status: PyTorch is to serve the model, or nothing can; why, in:
_REASON = "reason.txt"
_LOCK, _SEAL = "LOCK", "made.json"
_WORK = re.compile(r"[0-9a-f]{32}-(fp32|int8)-[0-9]+\.[0-9a-f]{8}")
_EXPORTABLE = frozenset({"Transformer", "Pooling", "Dense", "Normalize", "LayerNorm", "Dropout"})
_LARGEST_BYTES = (1 << 31) - (1 << 20)  # an ONNX file is one protobuf message: 2 GiB, and some room for the graph
_CRASHES = ("SIGSEGV", "SIGABRT", "SIGFPE", "SIGILL", "SIGTRAP")
"""Signals with which a process ends by its own doing; what others end it with says nothing about the model."""

_AGAIN = "build again"
_MEMORY = "free some memory (an export takes several times its weights) or take a smaller model, and build again"
_ROOM = "make room on the disk (an export takes several times the model's weights), and build again"
_NO_MEMORY = ("bad_alloc", "bad allocation", "allocate memory", "out of memory")
_LEAST_COSINE: dict[Precision, float] = {"fp32": 0.9999, "int8": 0.97}


class NotExportableError(EncoderError):
    """A model that has no ONNX form here, and is to be run by PyTorch."""


def exported(folder: ModelFolder, precision: Precision, cache: Path) -> Path:
    """The folder in cache with the model's ONNX form, made now if it is not there yet.

    Raises NotExportableError, with the reason, for a model that has none.
    """
    from filelock import FileLock

    target = cache / f"{folder.sha256[:32]}-{precision}-{EXPORT_VERSION}"
    if _is_whole(target, folder, precision):
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / _LOCK):  # another build may be making the same one
        if not _is_whole(target, folder, precision):
            _clear(cache, target)
            work = cache / f"{target.name}.{secrets.token_hex(4)}"
            work.mkdir()
            try:
                _in_child(folder, precision, work)
                (work / _SEAL).write_text(_seal(work, folder, precision), encoding="utf-8")
                with contextlib.suppress(OSError):  # something that cannot be removed is in its place
                    work.rename(target)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    if not _is_whole(target, folder, precision):
        raise EncoderError(f"{target}: the exported model cannot be put there", f"remove {target}, and try again")
    return target


def _clear(cache: Path, target: Path) -> None:
    """Remove what is not whole at target, and the folders of exports that were killed: whoever holds LOCK has no other
    beside it."""
    shutil.rmtree(target, ignore_errors=True)
    for entry in cache.iterdir():
        if _WORK.fullmatch(entry.name):
            shutil.rmtree(entry, ignore_errors=True)


def _is_whole(target: Path, folder: ModelFolder, precision: Precision) -> bool:
    """Whether target is as it was made, for that model and precision: a damaged one would answer, and wrongly."""
    try:
        return (target / _SEAL).read_text(encoding="utf-8") == _seal(target, folder, precision)
    except (OSError, UnicodeDecodeError):
        return False


def _seal(made: Path, folder: ModelFolder, precision: Precision) -> str:
    """What was asked for (where int8 changes too much, fp32 is what was made), and the hashes of what was made."""
    hashes = {}
    for name in ENCODER_FILES:
        with (made / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return json.dumps({"model": folder.sha256, "asked": precision, "files": hashes}, indent=1) + "\n"


def _in_child(folder: ModelFolder, precision: Precision, work: Path) -> None:
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    command = [sys.executable, "-P", "-m", __name__]  # -P: no file of the user's folder is taken for a module
    command += [folder.name, str(folder.path), folder.sha256, precision, str(work)]
    child = subprocess.run(command, env=here, capture_output=True, text=True, errors="replace", check=False)
    if child.returncode in (_NOT_EXPORTABLE, _REFUSED):
        kind = NotExportableError if child.returncode == _NOT_EXPORTABLE else EncoderError
        message, _, hint = (work / _REASON).read_text(encoding="utf-8").partition("\n")
        raise kind(message, hint)
    if child.returncode:
        raise _ended(folder, child.returncode, child.stderr)


def _ended(folder: ModelFolder, status: int, stderr: str) -> EncoderError:
    """What a child without a last word died of: NotExportableError only where the model itself may be at fault."""
    said = (stderr.strip().splitlines() or ["no reason given"])[-1][:300]
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"status {status}"
    if name in _CRASHES and "bad_alloc" not in stderr:
        return NotExportableError(f"its export to ONNX ended with {name} ({said})")
    hint = _MEMORY if name in (*_CRASHES, "SIGKILL") else _ROOM if "No space left" in stderr else _AGAIN
    return EncoderError(f"{folder.name}: its export to ONNX was ended by {name} ({said})", hint)


def export(folder: ModelFolder, precision: Precision, target: Path) -> None:
    """Write model.onnx, tokenizer.json and encoder.json into target; checked against sentence-transformers.

    A model that int8 changes too much is written in fp32, and its identity says so.
    """
    from .sentence import SentenceEncoder

    try:
        source = SentenceEncoder(folder, eager=True)
    except EncoderError:  # not every model can be asked for plain attention
        source = SentenceEncoder(folder)
    reason = _why_not(source)
    if reason:
        raise NotExportableError(reason)
    source.model.to("cpu").float()
    check = _Check(source)
    traced = target / "traced.onnx"
    try:
        _write_tokenizer(source, target / TOKENIZER)
        _trace(source, traced, target, check)
        if precision == "int8":
            _finish(source, traced, target, "int8")
            if not check.passes(OnnxEncoder.open(target), "int8"):
                _finish(source, traced, target, "fp32")
        traced.unlink()
    except EncoderError:
        raise
    except Exception as error:  # whatever torch, onnx and onnxruntime raise for what they cannot express
        said = _said(error)
        if hint := _passing_hint(error):
            raise EncoderError(f"{folder.name}: its export to ONNX fails ({said})", hint) from error
        raise NotExportableError(f"it has no graph ({said})") from error


def _said(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]


def _passing_hint(error: Exception) -> str:
    """How to mend what lies with the machine and not with the model; empty for the model's own failures.

    torch and onnxruntime raise their own errors where memory or disk is full: those are known by their words.
    """
    said = str(error)
    if isinstance(error, ImportError):
        return REINSTALL
    if isinstance(error, MemoryError) or any(words in said for words in _NO_MEMORY):
        return _MEMORY
    if isinstance(error, OSError) or "No space left" in said:
        return _ROOM
    return ""


def _trace(source: SentenceEncoder, traced: Path, target: Path, check: _Check) -> None:
    """Write the graph, checked in fp32: what is wrong with it or the tokens would hide in the noise of int8.

    There are models that do not run without a mask, or take its lack for another one: their attention gets it.
    """
    for masked in (False, True):
        try:
            write_graph(source.model, traced, masked=masked)
            _finish(source, traced, target, "fp32")
            check(OnnxEncoder.open(target), "fp32")
            return
        except Exception as error:
            if masked or _passing_hint(error):
                raise


def _finish(source: SentenceEncoder, traced: Path, target: Path, precision: Precision) -> None:
    """Write the graph in that precision, and the identity that says so."""
    compress(traced, target / MODEL, precision)
    if wrong := wrong_graph((target / MODEL).read_bytes()):
        raise NotExportableError(f"its graph is none that an index may hold: {wrong}")
    identity = replace(
        source.identity, engine="onnx", document_engine="onnx", precision=precision, export=EXPORT_VERSION
    )
    (target / DESCRIPTION).write_text(json.dumps(asdict(identity), indent=1) + "\n", encoding="utf-8")


def _why_not(source: SentenceEncoder) -> str:
    """Why the model has no ONNX form, or nothing if it has one."""
    model, identity = source.model, source.identity
    foreign = [type(module).__name__ for module in model if not _is_known(type(module))]
    if foreign:
        return f"a module of it is {foreign[0]}, which has no export here"
    if getattr(model.tokenizer, "backend_tokenizer", None) is None:
        return "its tokenizer has no tokenizer.json"
    prompts = identity.query_prompt or identity.document_prompt
    if prompts and not all(getattr(module, "include_prompt", True) for module in model):
        return "its pooling leaves out the prompt"
    size = 4 * sum(weights.numel() for weights in model.parameters())
    if size > _LARGEST_BYTES:
        return f"its weights take {size / 2**30:.1f} GiB, and an ONNX file holds 2"
    return ""


def _is_known(module: type) -> bool:
    return module.__name__ in _EXPORTABLE and module.__module__.startswith("sentence_transformers.")


def _write_tokenizer(source: SentenceEncoder, path: Path) -> None:
    """The tokenizer with the side at which it cuts; the runner sets the length."""
    with libraries():
        from tokenizers import Tokenizer

    theirs = source.model.tokenizer
    tokenizer = Tokenizer.from_str(theirs.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if source.identity.max_tokens is not None:
        tokenizer.enable_truncation(source.identity.max_tokens, direction=theirs.truncation_side)
    tokenizer.save(str(path))


_WORDS = (  # noqa: SIM905
    "warm water carries heat north while the deep ocean returns it slowly and the models of its flow disagree about "
    "how much a fresh layer of melted ice delays this exchange; we estimate the rate from drifting floats"
).split()


class _Check:
    """What sentence-transformers makes of texts of every length that the model reads."""

    def __init__(self, source: SentenceEncoder) -> None:
        longest = min(source.identity.max_tokens or 512, 512)
        lengths = (1, 2, 5, 9, 17, 33, 65, longest // 2, longest - 2, longest * 2)
        words = _WORDS * (longest // 10 + 1)
        self.texts = [" ".join(words[start : start + length]) for start, length in enumerate(lengths)]
        self.vectors = (source.encode_documents(self.texts).vectors, source.encode_queries(self.texts))

    def __call__(self, made: OnnxEncoder, precision: Precision) -> None:
        """Raises NotExportableError where made gives other vectors."""
        if not self.passes(made, precision):
            raise NotExportableError(f"its ONNX form in {precision} gives other vectors (cosine {self.cosine:.4f})")

    def passes(self, made: OnnxEncoder, precision: Precision) -> bool:
        """Whether made gives the same vectors: each of them in fp32, on average in int8."""
        ours = (made.encode_documents(self.texts).vectors, made.encode_queries(self.texts))
        cosines = (np.concatenate(self.vectors) * np.concatenate(ours)).sum(axis=1)
        self.cosine = float(cosines.min() if precision == "fp32" else cosines.mean())
        return self.cosine >= _LEAST_COSINE[precision]


def main(arguments: Sequence[str]) -> int:
    """The child process: the exit status."""
    name, path, sha256, precision, target = arguments
    logging.disable(logging.WARNING)
    try:
        export(ModelFolder(name, Path(path), sha256), cast("Precision", precision), Path(target))
    except EncoderError as error:
        lines = (" ".join(text.splitlines()) for text in (error.message, error.hint))
        (Path(target) / _REASON).write_text("\n".join(lines), encoding="utf-8")
        return _NOT_EXPORTABLE if isinstance(error, NotExportableError) else _REFUSED
    return 0


if __name__ == "__main__":
    uuid.uuid1 = uuid.uuid4  # type: ignore[assignment]  # onnx names a file so; uuid1 reads the network card by a socket
    sys.exit(main(sys.argv[1:]))
