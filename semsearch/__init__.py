"""semsearch: semantic search over the abstracts of scientific papers, offline. See docs/python.md.

Importing it loads none of what is heavy; a name is brought in when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .build import build_index
    from .corpus import read_papers, sample_corpus
    from .errors import SemsearchError
    from .paper import Paper
    from .results import Hit, Results
    from .search import SearchIndex, open_index

__all__ = [
    "Hit",
    "Paper",
    "Results",
    "SearchIndex",
    "SemsearchError",
    "__version__",
    "build_index",
    "open_index",
    "read_papers",
    "sample_corpus",
]

_HOME = {
    "Hit": "results",
    "Paper": "paper",
    "Results": "results",
    "SearchIndex": "search",
    "SemsearchError": "errors",
    "build_index": "build",
    "open_index": "search",
    "read_papers": "corpus",
    "sample_corpus": "corpus",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
