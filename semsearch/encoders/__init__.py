"""Encoders: from texts to unit vectors. `load_encoder` by a model's name, `encoder_of` for the one an index names."""

from __future__ import annotations

from ..errors import EncoderError
from .identity import EncoderIdentity
from .models import DEFAULT_MODEL, ModelFolder, find_model
from .protocol import Embeddings, Encoder

__all__ = [
    "DEFAULT_MODEL",
    "Embeddings",
    "Encoder",
    "EncoderIdentity",
    "ModelFolder",
    "encoder_of",
    "find_model",
    "load_encoder",
]


def load_encoder(model: str | ModelFolder = DEFAULT_MODEL) -> Encoder:
    """The encoder for a model's name or folder. Raises EncoderError where there is none."""
    folder = find_model(model) if isinstance(model, str) else model
    from .sentence import SentenceEncoder

    return SentenceEncoder(folder)


def encoder_of(identity: EncoderIdentity) -> Encoder:
    """The encoder that made an index's vectors. Raises EncoderError if the model on this machine is another by now."""
    folder = find_model(identity.model)
    hint = "build the index again, or bring the model back that it was built with"
    if folder.sha256 != identity.sha256:
        raise EncoderError(
            f"{identity.model}: the index was built with {identity.sha256[:12]}, this machine has {folder.sha256[:12]}",
            hint,
        )
    from .sentence import SentenceEncoder

    encoder = SentenceEncoder(folder)
    if not encoder.identity.same_vectors(identity):
        raise EncoderError(f"{identity.model}: loads as {encoder.identity}, the index was built with {identity}", hint)
    return encoder
