"""What makes two vectors comparable: the identity of the encoder that made them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..paper import TEXT_RECIPE


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Everything that a vector depends on beside its text. Vectors of two identities never meet in one index.

    model: the name or folder it was asked for by. sha256: of the model's files (see models.py). precision: of the
    weights and activations. max_tokens: longer texts are cut; None, never. The prompts stand before a question and
    before a document. recipe: how a paper's title and abstract become one text.
    """

    model: str
    sha256: str
    precision: str
    dimensions: int
    max_tokens: int | None
    pooling: str
    query_prompt: str = ""
    document_prompt: str = ""
    recipe: str = TEXT_RECIPE

    def same_vectors(self, other: EncoderIdentity) -> bool:
        """Whether the two make the same vectors: everything is equal but the name that the model was asked for by."""
        return replace(self, model="") == replace(other, model="")
