"""`semsearch serve` under load: clients that ask side by side for a while, and a generation published in the middle.

The clients are one process beside the server, on the same cores. No question is asked twice, so nothing is answered
from what the server keeps. Each client asks again once it has its answer, after a time to think: of a second on average
in the first round, of none in the second.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from semsearch.store import open_live

from . import results
from .inputs import Inputs, SkippedError

_CLIENTS = 50
_SECONDS = 60
_THINK_S = (1.0, 0.0)
_RAMP_S = 5.0
_LONGEST_S = 30.0  # of thinking: a connection stays open longer
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(slots=True)
class _Seen:
    """What the clients saw, and how much memory of its own the server had, second by second."""

    milliseconds: list[float] = field(default_factory=list)

    statuses: Counter[str] = field(default_factory=Counter)
    generations: Counter[str] = field(default_factory=Counter)
    resident_mb: list[float] = field(default_factory=list)


def run(inputs: Inputs, seconds: float = _SECONDS) -> None:
    """Measure, and write results/load.json."""
    generation = inputs.generation()
    if not Path("/proc/self/stat").is_file():
        raise SkippedError("the kernel tells no processor time in /proc")
    words = [question.split() for question in inputs.asked(1_000)]
    rounds = []
    with tempfile.TemporaryDirectory(prefix="semsearch-load-", dir=inputs.index.parent) as folder:
        index = Path(shutil.copytree(inputs.index, Path(folder) / "index", ignore=_others(generation.name)))
        _publish(index, "remove", "--", _first_id(index))
        for think_s, other in zip(_THINK_S, (generation.name, open_live(index).name), strict=True):
            rounds.append(_round(index, other, _questions(words, think_s), think_s, seconds))
    for each in rounds:
        told = each["milliseconds"]
        print(
            f"load: {_CLIENTS} clients that think {each['think_s']} s: {each['per_second']}/s, p50 {told['p50']} ms, "
            f"p99 {told['p99']} ms, not answered {each['not_answered']}"
        )
    papers = generation.manifest.counts.papers
    results.save("load", {"papers": papers, "clients": _CLIENTS, "cores": os.cpu_count(), "rounds": rounds})


def _others(live: str) -> Any:
    return lambda folder, names: [name for name in names if name.startswith("generation-") and name != live]


def _questions(words: list[list[str]], seed: float) -> Iterator[str]:
    """Beginnings of questions, as they are typed, with a word of another one: no two the same."""
    random_ = random.Random(seed)
    met: set[str] = set()
    while True:
        question, other = random_.choice(words), random_.choice(words)
        text = " ".join([*question[: random_.randint(min(3, len(question)), len(question))], random_.choice(other)])
        if text not in met:
            met.add(text)
            yield text


def _round(index: Path, other: str, questions: Iterator[str], think_s: float, seconds: float) -> dict[str, Any]:
    """other: the generation that is published in the middle."""
    with _server(index) as (process, port):
        seen = _Seen()
        asyncio.run(_clients(port, questions, think_s, _RAMP_S, _Seen(), None))  # what is loaded late is there
        before = _processor_s(process.pid)
        asyncio.run(_clients(port, questions, think_s, seconds, seen, (index, other, process.pid)))
        spent = _processor_s(process.pid) - before
    ordered = sorted(seen.milliseconds)
    return {
        "think_s": think_s,
        "seconds": seconds,
        "requests": len(ordered),
        "per_second": round(len(ordered) / seconds, 1),
        "milliseconds": {f"p{p}": round(ordered[int(p / 100 * (len(ordered) - 1))], 1) for p in (50, 95, 99, 100)},
        "not_answered": {status: count for status, count in seen.statuses.items() if status != "200"},
        "by_generation": dict(seen.generations),
        "server_processor_ms_a_request": round(1000 * spent / len(ordered), 2),
        "server_own_mb": {"first": seen.resident_mb[0], "last": seen.resident_mb[-1], "most": max(seen.resident_mb)},
        "load_after": round(os.getloadavg()[0], 2),
    }


def _publish(index: Path, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "semsearch", command[0], "--index", str(index), *command[1:]],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _first_id(index: Path) -> str:
    from contextlib import closing

    from semsearch.store import open_papers

    with closing(open_papers(index)) as table:
        return table.ids([0])[0]


@contextmanager
def _server(index: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "semsearch", "serve", "--index", str(index), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        try:
            yield process, int(address.rstrip("/").rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


async def _clients(
    port: int,
    questions: Iterator[str],
    think_s: float,
    seconds: float,
    seen: _Seen,
    watched: tuple[Path, str, int] | None,
) -> None:
    end = time.perf_counter() + seconds
    tasks = [_client(port, questions, (think_s, random.Random(number)), end, seen) for number in range(_CLIENTS)]
    if watched:
        index, other, pid = watched
        tasks += [_rollback(index, other, seconds / 2), _memory(pid, end, seen)]
    await asyncio.gather(*tasks)


async def _client(
    port: int, questions: Iterator[str], thinking: tuple[float, random.Random], end: float, seen: _Seen
) -> None:
    think_s, chance = thinking
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(chance.random() * think_s)
    while time.perf_counter() < end:
        began = time.perf_counter()
        request = f"GET /api/search?q={quote(next(questions))} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]))
        ended = time.perf_counter()
        seen.milliseconds.append(1000 * (ended - began))
        status = head[9:12].decode()
        seen.statuses[status] += 1
        if status == "200":
            seen.generations[body.partition(b'"generation":"')[2].partition(b'"')[0].decode()] += 1
        if think_s:
            await asyncio.sleep(min(chance.expovariate(1 / think_s), _LONGEST_S))
    writer.close()


async def _rollback(index: Path, other: str, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await asyncio.to_thread(_publish, index, "rollback", "--to", other)


async def _memory(pid: int, end: float, seen: _Seen) -> None:
    while time.perf_counter() < end:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        seen.resident_mb.append(round(int(lines["RssAnon"].split()[0]) / 1024, 1))
        await asyncio.sleep(1)


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
