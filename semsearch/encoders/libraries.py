"""How the large libraries are imported, in one place: they phone nobody, and a missing one is told with its remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import EncoderError

_SILENCED = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")
"""Environment variables. onnxruntime's wheels from 1.31 on send telemetry to Microsoft and keep files of it in
~/.cache/Microsoft; huggingface_hub counts downloads by library. They look when they are imported."""

REINSTALL = "pip install --force-reinstall semsearch"


@contextmanager
def libraries() -> Iterator[None]:
    """For what is imported within. Raises EncoderError, with a hint, where it is not installed or cannot be loaded.

    What the user has set in those variables is left as it is.
    """
    for name in _SILENCED:
        os.environ.setdefault(name, "1")
    try:
        yield
    except ImportError as error:
        raise EncoderError(f"a library that semsearch needs cannot be imported ({error})", REINSTALL) from error
