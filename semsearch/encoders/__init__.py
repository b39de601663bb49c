"""Encoders: from texts to unit vectors. `load_encoder` by a model's name, `encoder_of` for the one an index names."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from ..errors import EncoderError
from .identity import EncoderIdentity, Precision
from .models import DEFAULT_MODEL, ModelFolder, find_model
from .protocol import Embeddings, Encoder

__all__ = [
    "DEFAULT_MODEL",
    "Embeddings",
    "Encoder",
    "EncoderIdentity",
    "ModelFolder",
    "Precision",
    "encoder_of",
    "find_model",
    "load_encoder",
]

if TYPE_CHECKING:
    from .onnx import OnnxEncoder

_log = logging.getLogger(__name__)


def load_encoder(model: str | ModelFolder = DEFAULT_MODEL, precision: Precision = "int8") -> Encoder:
    """The encoder for a model's name or folder: its ONNX form, made once and cached, or PyTorch where it has none.

    Raises EncoderError where there is no such model or precision.
    """
    if precision not in get_args(Precision):
        raise EncoderError(f"precision is {precision!r}, expected {' or '.join(get_args(Precision))}")
    folder = find_model(model) if isinstance(model, str) else model
    from .cuda import has_cuda
    from .export import NotExportableError

    try:
        carried = _onnx(folder, precision, _cache())
        carried.identity = replace(carried.identity, model=folder.name)  # it may have been cached by another
        return _on_cuda(carried, folder) if has_cuda() else carried
    except NotExportableError as error:
        _log.warning("%s is run by PyTorch: %s", folder.name, error.message)
        from .sentence import SentenceEncoder

        return SentenceEncoder(folder, note=error.message)


def _onnx(folder: ModelFolder, precision: Precision, cache: Path) -> OnnxEncoder:
    from .export import exported
    from .onnx import OnnxEncoder

    made = exported(folder, precision, cache)
    try:
        return OnnxEncoder.open(made)
    except EncoderError:  # damaged in the cache
        shutil.rmtree(made, ignore_errors=True)
        return OnnxEncoder.open(exported(folder, precision, cache))


def _on_cuda(carried: OnnxEncoder, folder: ModelFolder) -> Encoder:
    from .cuda import CudaEncoder
    from .sentence import SentenceEncoder

    return CudaEncoder(carried, SentenceEncoder(folder))


def encoder_of(identity: EncoderIdentity, files: Mapping[str, bytes], folder: Path) -> Encoder:
    """The encoder that made an index's vectors: from its files, or if it has none, from the model on this machine.

    folder: where the files lie, for messages. Raises EncoderError if what is found is not that encoder.
    """
    hint = "build the index again, or bring the model back that it was built with"
    encoder: Encoder
    if identity.engine == "onnx":
        from .onnx import OnnxEncoder

        encoder = OnnxEncoder(files, folder)
    else:
        found = find_model(identity.model)
        if found.sha256 != identity.sha256:
            raise EncoderError(
                f"{identity.model}: the index was built with {identity.sha256[:12]}, this machine has "
                f"{found.sha256[:12]}",
                hint,
            )
        from .sentence import SentenceEncoder

        encoder = SentenceEncoder(found)
    if not encoder.identity.same_vectors(identity):
        found_so = encoder.identity.differences(identity)
        raise EncoderError(f"{identity.model}: loads with {found_so}, as the index was built", hint)
    return encoder


def _cache() -> Path:
    """Where exported models are kept: the user's cache folder, or where that cannot be written a temporary one."""
    from platformdirs import user_cache_path

    path = user_cache_path("semsearch") / "encoders"
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError:
        temporary = tempfile.mkdtemp(prefix="semsearch-")
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return Path(temporary)
    return path
