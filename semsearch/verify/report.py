"""What verify found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file of an index. name: relative to its folder. problem: what is wrong, empty where nothing is. found: what was
    looked at in it beside its hash. foreign: a file that is none of the index's own, and that nothing opens."""

    name: str
    problem: str = ""
    found: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """generation: the live one, whose files these are. before: the generation to go back to, None where there is none;
    before_problem: the first thing that is wrong with it, by its hashes. notes: what is no fault, such as what a writer
    that was killed left."""

    index: str
    generation: str
    files: tuple[CheckedFile, ...]
    before: str | None
    before_problem: str
    notes: tuple[str, ...]

    @property
    def wrong(self) -> tuple[CheckedFile, ...]:
        """The files with a problem."""
        return tuple(each for each in self.files if each.problem)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with the live generation."""
        return not self.wrong

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "index": self.index,
            "generation": self.generation,
            "whole": self.whole,
            "files": [
                {"name": each.name, "problem": each.problem, "found": each.found, "foreign": each.foreign}
                for each in self.files
            ],
            "before": None if self.before is None else {"name": self.before, "problem": self.before_problem},
            "notes": list(self.notes),
        }
