"""The commands themselves, killed at random moments: `python tests/torture/crashes.py --kills 200 --seed 1`.

Processes that run `semsearch build`, `add`, `remove` and `sync` over made papers are ended by SIGKILL after a random
time. After each kill `verify` and a question are asked, everything in the index is compared with what it has to be
before or after the command, and the command is started again, over the corpus in another order, maybe to be killed once
more. Exit status 1 if anything was lost, wrong, or embedded again beyond the batch in flight.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

for _levels in (1, 2):
    sys.path.insert(0, str(Path(__file__).resolve().parents[_levels]))

COMMANDS = ("build", "add", "remove", "sync")
BATCH = 64
QUESTION = "a whale and a robot walk on the sand of the ocean"
PLACES = ("nothing", "building", "embedded", "named", "switched", "ended")
"""How far a killed command had come: nothing on the disk, a folder without or with embedded texts, a generation that is
named and not yet live, one that is live; or it ended before it could be killed."""

Record = dict[str, Any]
Papers = dict[str, Record]


class Commands:
    """Runs commands, each in a process of its own that was forked from one that has imported everything."""

    def __init__(self, folder: Path) -> None:
        self.log, self.output = folder / "encoded", folder / "output"
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        environment.pop("SEMSEARCH_INDEX", None)
        arguments = [sys.executable, __file__, "--serve", str(self.log), str(self.output)]
        self._server = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def run(self, *arguments: object, kill_after_s: float | None = None) -> tuple[int, str, list[str]]:
        """The exit status, -9 if it was killed, what was printed, and the hashes of the texts that were encoded."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self.log.write_text("")
        self._server.stdin.write(json.dumps([str(each) for each in arguments]).encode() + b"\n")
        self._server.stdin.flush()
        pid = int(self._server.stdout.readline())
        if kill_after_s is not None:
            ended, _, _ = select.select([self._server.stdout], [], [], kill_after_s)
            if not ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        status = int(self._server.stdout.readline())
        return status, self.output.read_text(errors="replace"), self.log.read_text().split()

    def close(self) -> None:
        self._server.communicate()


def serve(log: Path, output: Path) -> NoReturn:
    """For each line run the command that it names, and print its pid, then its exit status."""
    import faiss  # noqa: F401
    import onnxruntime  # noqa: F401
    import tantivy  # noqa: F401

    import semsearch.search
    import semsearch.update  # noqa: F401
    from semsearch import cli
    from semsearch.encoders.onnx import OnnxEncoder
    from semsearch.text import digest

    encode = OnnxEncoder.encode_documents

    def noted(encoder: OnnxEncoder, texts: Any) -> Any:
        with log.open("a") as file:
            file.write("".join(f"{digest(text).hex()}\n" for text in texts))
        return encode(encoder, texts)

    OnnxEncoder.encode_documents = noted  # type: ignore[method-assign]
    for line in sys.stdin.buffer:
        worker = os.fork()
        if worker:
            os.write(1, f"{worker}\n".encode())
            os.write(1, f"{os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])}\n".encode())
        else:
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            sys.argv = ["semsearch", *json.loads(line)]
            cli.process()
    os._exit(0)


class Torture:
    """An index, the papers that it has to hold, and what was met while commands were killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        from tiny_models import WORDS, save_model

        from semsearch.encoders.onnx import OnnxEncoder

        self._random = random.Random(seed)
        self._words = [word for word in WORDS if word.isalpha()]
        self.folder, self.index = folder, folder / "index"
        self.model = save_model(folder / "model")
        self.commands = Commands(folder)
        self.papers: Papers = {f"p{n}": self._paper(f"p{n}") for n in range(300)}
        self.durations: dict[str, float] = {}
        self.counts: dict[str, Counter[str]] = {command: Counter() for command in COMMANDS}
        self.kills = 0
        self._vectors: dict[str, bytes] = {}
        self.finish("build", self.papers)
        self._encoder = OnnxEncoder.open(self._live().encoder)

    def _paper(self, id: str) -> Record:
        words = self._random.choices(self._words, k=self._random.randint(5, 40))
        return {"id": id, "title": f"{id} {' '.join(words[:5])}", "abstract": " ".join(words[5:])}

    def _live(self) -> Any:
        from semsearch.store import open_live

        return open_live(self.index)

    def planned(self, command: str) -> tuple[Papers, list[str]]:
        """What the papers are after a command, and what it is given: ids of a corpus, or of papers to be removed."""
        choose = self._random
        ids = list(self.papers)
        if command == "remove":
            gone = choose.sample(ids, min(len(ids) - 50, choose.randint(1, 40)))
            return {id: paper for id, paper in self.papers.items() if id not in gone}, gone
        new = [f"p{choose.randrange(100_000)}" for _ in range(choose.randint(1, 200))]
        changed = choose.sample(
            ids, choose.choice((0, 20))
        )  # what is only added goes another way than what is replaced
        given = {id: self._paper(id) for id in (*new, *changed) if id in changed or id not in self.papers}
        given |= {id: self.papers[id] for id in choose.sample(ids, min(len(ids), 150)) if id not in given}
        return ({**self.papers, **given} if command == "add" else given), list(given)

    def arguments(self, command: str, after: Papers, given: list[str]) -> list[object]:
        """The command line; the corpus is in another order each time."""
        self._random.shuffle(given)
        source = self.folder / "given"
        if command == "remove":
            source.write_text("".join(f"{id}\n" for id in given))
            return ["remove", "--from", source, "--index", self.index]
        source = source.with_suffix(".jsonl")
        source.write_text("".join(json.dumps(after[id]) + "\n" for id in given))
        return [command, source, "--index", self.index, *(["--model", self.model] if command == "build" else [])]

    def finish(self, command: str, after: Papers, given: list[str] | None = None) -> None:
        """Run a command to its end, see that nothing was embedded that was on the disk, and what came of it."""
        known = self.on_disk()
        started = time.monotonic()
        arguments = self.arguments(command, after, list(after) if given is None else given)
        status, printed, encoded = self.commands.run(*arguments)
        self.durations[command] = time.monotonic() - started
        assert status == 0, f"{command} ended with {status}: {printed}"
        assert not known.intersection(encoded), f"{len(known.intersection(encoded))} texts embedded again"
        assert len(encoded) == len(set(encoded)), "a text embedded twice"
        self.papers = after
        left = [entry.name for entry in self.index.iterdir() if entry.name.startswith(("building-", "CURRENT."))]
        assert not left or "as it was" in printed, f"left behind: {left}"

    def on_disk(self) -> set[str]:
        """The hashes of the texts whose vectors are on the disk, in a sealed generation or a folder of a writer."""
        import sqlite3

        found: set[str] = set()
        tables = [
            (p, "papers") for p in self.index.glob("generation-*/papers.db") if (p.parent / "manifest.json").is_file()
        ]
        tables += [(path, "embedded") for path in self.index.glob("building-*/embedded.db")]
        with tempfile.TemporaryDirectory() as copy:
            for path, table in tables:
                for each in path.parent.glob(f"{path.name}*"):
                    shutil.copy(each, copy)
                with closing(sqlite3.connect(Path(copy) / path.name)) as database:
                    if database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                        rows = database.execute(f"SELECT text_sha256 FROM {table}")
                        found.update(bytes(hash).hex() for (hash,) in rows)
                for each in Path(copy).iterdir():
                    each.unlink()
        return found

    def check(self, *allowed: Papers) -> Papers:
        """Whichever of the allowed the papers of the index are, their vectors bit for bit; verify and a question."""
        from semsearch.store import PaperTable
        from semsearch.vectors import stored_codes

        generation = self._live()
        count, dimensions = generation.manifest.counts.papers, generation.manifest.vectors.dimensions
        with closing(PaperTable(generation.papers, count)) as table:
            papers = table.get(range(count))
        found = {paper.id: (paper.title, paper.abstract) for paper in papers}
        wanted = ({id: (p["title"], p["abstract"]) for id, p in each.items()} for each in allowed)
        holds = next((each for each, names in zip(allowed, wanted, strict=True) if names == found), None)
        assert holds is not None, f"{generation.name} holds neither the papers before nor those after"
        codes = stored_codes(generation.vectors, count, dimensions)
        for paper, code in zip(papers, codes, strict=True):
            assert code.tobytes() == self._vector(paper.text), f"the vector of {paper.id}"
        status, printed, _ = self.commands.run("verify", "--index", self.index)
        assert status == 0, f"verify: {printed}"
        self._ask(holds)
        return holds

    def _vector(self, text: str) -> bytes:
        if text not in self._vectors:
            self._vectors[text] = self._encoder.encode_documents([text]).vectors.astype("<f2").tobytes()
        return self._vectors[text]

    def _ask(self, papers: Papers) -> None:
        import numpy as np

        query = self._encoder.encode_queries([QUESTION])[0]
        texts = [f"{each['title']} {each['abstract']}" for each in papers.values()]
        codes = np.stack([np.frombuffer(self._vector(text), "<f2") for text in texts]).astype(np.float32)
        cosines = dict(zip(papers, (codes @ query).tolist(), strict=True))
        status, printed, _ = self.commands.run(
            "query", QUESTION, "-k", 10, "--mode", "dense", "--json", "--index", self.index
        )
        assert status == 0, f"query: {printed}"
        hits = json.loads(printed)["hits"]
        best = sorted(cosines.values(), reverse=True)[:10]
        for hit, cosine in zip(hits, best, strict=True):
            assert abs(hit["similarity"] - cosine) < 1e-4, f"{hit['id']} has {hit['similarity']}, expected {cosine}"
            assert abs(cosines[hit["id"]] - cosine) < 1e-4, f"{hit['id']} is not among the best"
        some = self._random.choice(list(papers))
        status, printed, _ = self.commands.run("query", some, "-k", 1, "--ids", "--index", self.index)
        assert (status, printed) == (0, f"{some}\n"), f"asked for {some}: {printed}"

    def place(self, before: str) -> str:
        """How far the command that was killed had come; before: the name of the generation that was live."""
        if self._live().name != before:
            return "switched"
        if any(entry.name > before for entry in self.index.glob("generation-*")):
            return "named"
        from semsearch.store import left_by_writers

        left = left_by_writers(self.index)
        return "embedded" if any(count for _, count in left) else "building" if left else "nothing"

    def round(self, command: str, most: int) -> None:
        """A command killed, maybe several times, then run to its end."""
        after, given = self.planned(command)
        counts, before = self.counts[command], self.papers
        while True:
            live, known = self._live().name, self.on_disk()
            delay = self._random.uniform(0.0, self.durations[command] * 1.1)
            status, printed, encoded = self.commands.run(*self.arguments(command, after, given), kill_after_s=delay)
            assert status in {0, -signal.SIGKILL}, f"{command} ended with {status}: {printed}"
            again, lost = known.intersection(encoded), set(encoded) - self.on_disk()
            assert not again, f"{len(again)} texts embedded again"
            assert len(lost) <= BATCH, f"{len(lost)} texts lost, more than the batch in flight"
            counts["encoded"] += len(encoded)
            counts["in flight"] += len(lost)
            if status == 0:
                counts["ended"] += 1
                self.papers = after
                self.check(after)
                return
            counts[self.place(live)] += 1
            self.kills += 1
            self.check(before, after)
            if self.kills >= most or self._random.random() < 0.6:
                break
        self.finish(command, after, given)
        self.check(after)

    def tell(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{self.kills} kills ")


def main() -> int:
    """Run, and print how often each command was killed, where, and what that cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started, failed = time.monotonic(), ""
    with tempfile.TemporaryDirectory() as folder:
        torture = Torture(Path(folder), asked.seed)
        for command in COMMANDS:  # once without a kill, for how long each takes
            torture.finish(command, *torture.planned(command))
            torture.check(torture.papers)
        number = 0
        try:
            while torture.kills < asked.kills:
                torture.round(COMMANDS[number % len(COMMANDS)], asked.kills)
                number += 1
                torture.tell()
        except AssertionError as error:
            failed = f"{COMMANDS[number % len(COMMANDS)]}, after {torture.kills} kills: {error}"
            with contextlib.suppress(OSError):
                shutil.copytree(torture.index, f"crashed-{asked.seed}")
        torture.commands.close()
    columns = (*PLACES, "encoded", "in flight")
    lines = ["command" + "".join(f"{name:>11}" for name in ("kills", *columns))]
    for command, counts in torture.counts.items():
        killed = sum(counts[place] for place in PLACES[:-1])
        lines.append(f"{command:7}" + "".join(f"{n:>11}" for n in (killed, *(counts[name] for name in columns))))
    lines.append(f"{torture.kills} kills in {time.monotonic() - started:.0f} s, seed {asked.seed}")
    lines.append(f"FAILED: {failed}" if failed else "nothing lost, no wrong answer, nothing embedded again")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), Path(sys.argv[3]))
    sys.exit(main())
