"""Progress of long work, on standard error, and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Told how far the work is."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """stage: what is being done, such as `embedding`. total: None where it is not known."""
        ...


def silent(stage: str, done: int, total: int | None) -> None:
    """A Progress that shows nothing."""


@contextmanager
def terminal_progress() -> Iterator[Progress]:
    """A Progress that draws, for each stage, a line with count, rate and time left; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s", style="dim")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    # What is printed meanwhile goes to where it was meant: rich would send it to standard error.
    with Bars(*columns, console=Console(stderr=True), speed_estimate_period=60, redirect_stdout=False) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
