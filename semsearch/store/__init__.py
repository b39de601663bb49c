"""An index on disk: records staged and merged, papers in SQLite, generations published atomically.

See docs/index-format.md.
"""

from __future__ import annotations

from .embedded import EmbeddedText, EmbeddedTexts
from .generations import (
    Generation,
    generation_names,
    open_generation,
    open_live,
    open_papers,
    open_parts,
    unchecked_generation,
    wrong_hashes,
)
from .layout import EMBEDDED, FORMAT_VERSION, PAPERS, VECTORS, index_option
from .manifest import Change, Counts, LexicalPlan, Manifest, PartFile, Skipped, VectorPlan
from .merging import MergedPaper, updated
from .papers import PaperTable, PaperWriter
from .plan import Plan
from .staging import Staging
from .writing import Building, left_by_writers, roll_back, writing

__all__ = [
    "EMBEDDED",
    "FORMAT_VERSION",
    "PAPERS",
    "VECTORS",
    "Building",
    "Change",
    "Counts",
    "EmbeddedText",
    "EmbeddedTexts",
    "Generation",
    "LexicalPlan",
    "Manifest",
    "MergedPaper",
    "PaperTable",
    "PaperWriter",
    "PartFile",
    "Plan",
    "Skipped",
    "Staging",
    "VectorPlan",
    "generation_names",
    "index_option",
    "left_by_writers",
    "open_generation",
    "open_live",
    "open_papers",
    "open_parts",
    "roll_back",
    "unchecked_generation",
    "updated",
    "writing",
    "wrong_hashes",
]
