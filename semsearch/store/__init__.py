"""An index on disk: records staged and merged, papers in SQLite, generations published atomically.

See docs/index-format.md.
"""

from __future__ import annotations

from .generations import Building, Generation, open_live, open_papers, open_parts, writing
from .manifest import Counts, LexicalPlan, Manifest, PartFile, Skipped, VectorPlan
from .papers import PaperTable, PaperWriter
from .staging import Staging

__all__ = [
    "Building",
    "Counts",
    "Generation",
    "LexicalPlan",
    "Manifest",
    "PaperTable",
    "PaperWriter",
    "PartFile",
    "Skipped",
    "Staging",
    "VectorPlan",
    "open_live",
    "open_papers",
    "open_parts",
    "writing",
]
