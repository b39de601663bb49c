"""An index, changes to it one by one, and what verify, opening and asking make of each; see test_bitflips.py.

As a script it is the child that opens and asks: a change a line on its standard input, an outcome a line on its output.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from damage import Mutation, seen_by_opening

from semsearch.errors import SemsearchError, StoreError
from semsearch.filters import Filter
from semsearch.search import SearchIndex
from semsearch.store import open_live
from semsearch.verify import verify

WORDS = "ask whale seal gull sand ice robot learn walk song ocean warm water carries heat north deep slowly".split()  # noqa: SIM905


def records(count: int) -> list[dict[str, object]]:
    """Papers with something in each field, of few words."""
    chance = random.Random(1)
    return [
        {
            "id": f"p{number}", "title": " ".join(chance.sample(WORDS, 4)),
            "abstract": " ".join(chance.choices(WORDS, k=20)),
            "authors": [f"Ann {chance.choice(WORDS)}", "Bo Lee"], "year": 2000 + number % 20, "venue": "Journal of Ice",
            "categories": [chance.choice(WORDS)], "doi": f"10.1000/{number}",
        }
        for number in range(count)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change. kind: `answer`, `error` (of ours), `bug` (another exception), or `crash`."""

    mutation: Mutation
    kind: str
    said: str = ""


def unseen_by_verify(index: Path, mutations: Sequence[Mutation]) -> list[Mutation]:
    """The changes that verify does not find, or finds in another file."""
    missed = []
    for mutation in mutations:
        with mutation.applied(index):
            report = verify(index)
        if [each.name for each in report.wrong] != [mutation.name]:
            missed.append(mutation)
    return missed


def unseen_by_opening(index: Path, mutations: Sequence[Mutation]) -> list[Mutation]:
    """The changes of size, count, name or head that opening lets pass."""
    missed = []
    for mutation in filter(seen_by_opening, mutations):
        with mutation.applied(index):
            try:
                open_live(index)
            except StoreError:
                continue
        missed.append(mutation)
    return missed


def asked(index: Path, mutations: Sequence[Mutation]) -> list[Outcome]:
    """What comes of opening and asking under each change, in child processes, as few as survive it."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(mutations):
        outcomes += _by_one_child(index, mutations[len(outcomes) :])
    return outcomes


def _by_one_child(index: Path, mutations: Sequence[Mutation]) -> list[Outcome]:
    command = [sys.executable, __file__, str(index)]
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    lines = "".join(json.dumps(asdict(mutation)) + "\n" for mutation in mutations)
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL  # where Rust tells of its panics
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=here) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        path = child.stdout.readline().strip()
        assert path == str(index)
        kept = {mutation.name: (index / mutation.name).read_bytes() for mutation in mutations}
        told, _ = child.communicate(lines)
    found = [json.loads(line) for line in told.splitlines() if line.startswith("[")]
    outcomes = [Outcome(mutation, *each) for mutation, each in zip(mutations, found, strict=False)]
    if child.returncode:
        crashed = mutations[len(outcomes)]
        (index / crashed.name).write_bytes(kept[crashed.name])
        outcomes.append(Outcome(crashed, "crash", signal.Signals(-child.returncode).name))
    return outcomes


def ask(index: Path) -> None:
    """Everything that is asked of an index, so that every part of it is read."""
    with SearchIndex(index) as opened:
        for mode in ("hybrid", "dense", "lexical"):
            opened.search("whale song of the ocean", 50, mode=mode)  # type: ignore[arg-type]
        filter = Filter("2003", "2015", None, ("Ice",), ("Lee",), ("seal", "robot"))
        opened.search("ice", 5, filter=filter, why=True)
        opened.similar("p3", 300)
        opened.paper("10.1000/7")
        list(opened.rank(["seal", "gull"], 20))


def main() -> None:
    """The child process."""
    index = Path(sys.argv[1])
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no outcome
    sys.stdout.write(f"{index}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        with Mutation(**json.loads(line)).applied(index):
            try:
                ask(index)
                outcome = ("answer", "")
            except SemsearchError as error:
                outcome = ("error", error.message)
            except BaseException:  # noqa: BLE001  (whatever it is, it is told)
                outcome = ("bug", traceback.format_exc())
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
