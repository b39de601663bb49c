"""The contract between an index and whatever makes its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .identity import EncoderIdentity

if TYPE_CHECKING:  # commands that encode nothing start without numpy
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float32]
    BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Embeddings:
    """vectors: (n, d) float32, unit length. cut: (n,) bool, whether a text was longer than the encoder reads."""

    vectors: FloatArray
    cut: BoolArray


class Encoder(Protocol):
    """Makes unit vectors of texts; the inner product of two is their cosine."""

    @property
    def identity(self) -> EncoderIdentity:
        """What the vectors depend on."""
        ...

    @property
    def folder(self) -> Path | None:
        """Where its files lie, if it can travel in an index (see identity.ENCODER_FILES)."""
        ...

    @property
    def note(self) -> str:
        """Why it cannot travel, in a phrase; empty if it can."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """(n, d) float32, unit length, a row a question, in order."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """A row a text, in order."""
        ...

    def cut(self, texts: Sequence[str]) -> BoolArray:
        """(n,) bool, whether each text is longer than what `encode_documents` reads of it; nothing is encoded."""
        ...
