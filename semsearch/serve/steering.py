"""The papers that a lenient request names: those that the index has, and a note of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import QueryError
from ..results import Results
from ..search import SearchIndex

_SHOWN, _SHOWN_CHARS = 3, 60


@dataclass(frozen=True, slots=True)
class Named:
    """The papers that a request names; left_out: the names that are not one paper's."""

    like: list[str]
    unlike: list[str]
    left_out: list[str]

    def told(self, results: Results) -> Results:
        """results with a note of what was left out."""
        if not self.left_out:
            return results
        return replace(results, notes=(*results.notes, f"left out, not in the index: {self._shown()}"))

    def expect_like(self) -> None:
        """QueryError where nothing is left to be like."""
        if self.left_out and not self.like:
            raise QueryError(f"not in the index: {self._shown()}", "search for words of the title to find the paper")

    def _shown(self) -> str:
        shown = ", ".join(name[:_SHOWN_CHARS] for name in self.left_out[:_SHOWN])
        return f"{shown} and {len(self.left_out) - _SHOWN} more" if len(self.left_out) > _SHOWN else shown


def named(index: SearchIndex, like: Sequence[str], unlike: Sequence[str], *, lenient: bool) -> Named:
    """All of them; only those that index has, where that is lenient."""
    if not lenient:
        return Named(list(like), list(unlike), [])
    known = {name: _is_known(index, name) for name in (*like, *unlike)}
    return Named(
        [name for name in like if known[name]],
        [name for name in unlike if known[name]],
        [name for name, is_known in known.items() if not is_known],
    )


def _is_known(index: SearchIndex, name: str) -> bool:
    try:
        index.paper(name)
    except QueryError:
        return False
    return True
