"""Long runs: what is written can be gone on with after whatever ended its writer, and ends in the same bytes.

The writers here are real processes: a server, which has imported what is needed, forks one for each run, and that one
kills itself with SIGKILL in the middle of a line of the run or of its log.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from conftest import TinyEncoder

from semsearch.questions import Question

WORDS = ["whale", "ice", "tide", "moon", "bee", "ant", "star", "cell", "wave", "rock"]
QUESTIONS = 60


class Writers:
    """Runs `semsearch rank`, each time in a process of its own, that is killed before it writes for the nth time."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__))]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *args: object, kill: tuple[str, int] = ("", 0)) -> tuple[int, str]:
        """Its exit status, negative for a signal, and what it wrote to standard error. kill: `_put`, which writes to
        the run, or `_tell`, which writes to its log, and at which time; a negative one is that of a Ctrl-C."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([list(map(str, args)), *kill]) + "\n")
        self._server.stdin.flush()
        code, err = json.loads(self._server.stdout.readline())
        return code, err

    def close(self) -> None:
        self._server.communicate("", timeout=30)


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    started = Writers()
    yield started
    started.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of forty papers and a file of questions, of which every fourth has no keyword in it."""
    from semsearch.build import build_index

    folder = tmp_path_factory.mktemp("long")
    draw = random.Random(7)
    papers = ({"id": f"p{n}", "title": f"é {n}", "abstract": " ".join(draw.choices(WORDS, k=12))} for n in range(40))
    (folder / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    texts = ("nothing like it" if n % 4 == 3 else " ".join(draw.choices(WORDS, k=3)) for n in range(QUESTIONS))
    (folder / "q.tsv").write_text("".join(f"q{n}\t{text}\n" for n, text in enumerate(texts)))
    build_index(folder / "papers.jsonl", folder / "index", model=TinyEncoder())
    return folder


def rank(made: Path, output: Path, *options: object) -> tuple[object, ...]:
    return ("rank", made / "q.tsv", "--index", made / "index", "-k", 5, "-o", output, *options)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
@pytest.mark.parametrize(("format", "mode"), [("trec", "lexical"), ("jsonl", "hybrid"), ("tsv", "dense")])
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    writers: Writers, made: Path, tmp_path: Path, format: str, mode: str
) -> None:
    options = ("--format", format, "--mode", mode)
    assert writers.run(*rank(made, tmp_path / "whole", *options)) == (0, "")
    draw = random.Random(format)
    output = tmp_path / "run"
    moments = [
        ("_put", draw.randrange(2, 30)),
        ("_tell", 2),
        ("_put", 1),
        ("_put", draw.randrange(2, 20)),
        ("_tell", 1),
    ]
    for moment in moments:
        code, err = writers.run(*rank(made, output, *options, "--resume"), kill=moment)
        assert code == -signal.SIGKILL, err
        assert not output.exists()
    assert writers.run(*rank(made, output, *options, "--resume")) == (0, "")
    assert output.read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "whole"]


def killed(writers: Writers, made: Path, output: Path, *options: object) -> Path:
    """A run of which a part is there."""
    assert writers.run(*rank(made, output, *options), kill=("_put", 30))[0] == -signal.SIGKILL
    return output.with_name(f"{output.name}.part")


def test_what_was_answered_is_not_ranked_again(writers: Writers, made: Path, tmp_path: Path) -> None:
    part = killed(writers, made, tmp_path / "run")
    log = [json.loads(line) for line in (tmp_path / "run.part.log").read_text().splitlines()]
    assert [line["questions"] for line in log[1:]] == [4, 8, 12, 16, 20, 24, 28]
    held = part.read_bytes()[: log[-1]["bytes"]]
    assert held.count(b"\n") == 28 * 5
    code, err = writers.run(*rank(made, tmp_path / "run", "--resume"), kill=("_put", 1))
    assert (code, err) == (-signal.SIGKILL, "")
    assert part.read_bytes().startswith(held)
    assert part.read_bytes()[len(held) :].startswith(b"q28 Q0 ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-k", 6), "k 5, now 6"),
        (("--mode", "dense"), "mode hybrid, now dense"),
        (("--format", "tsv"), "format trec, now tsv"),
        (("--until", "2020"), "filter none, now "),
    ],
)
def test_a_run_is_not_gone_on_with_under_other_settings(
    writers: Writers, made: Path, tmp_path: Path, options: tuple[object, ...], told: str
) -> None:
    part = killed(writers, made, tmp_path / "run")
    held = part.read_bytes()
    code, err = writers.run(*rank(made, tmp_path / "run", "--resume", *options))
    assert code == 1
    assert err.startswith(f"error: {part}: begun with {told}")
    assert part.read_bytes() == held


def test_a_run_is_not_gone_on_with_over_another_generation_or_other_questions(
    writers: Writers, made: Path, tmp_path: Path
) -> None:
    from semsearch.build import build_index

    part = killed(writers, made, tmp_path / "run")
    build_index(made / "papers.jsonl", tmp_path / "other", model=TinyEncoder())
    code, err = writers.run(*rank(made, tmp_path / "run", "--resume", "--index", tmp_path / "other"))
    assert code == 1
    assert re.match(
        r"error: .*run\.part: begun with another index, or another generation of it: generation-000001 \(\w{16}\), "
        r"now generation-000001 \(\w{16}\)\n",
        err,
    )
    (tmp_path / "q.tsv").write_text((made / "q.tsv").read_text().replace("q27\t", "r27\t"))
    other = ("rank", tmp_path / "q.tsv", "--index", made / "index", "-k", 5, "-o", tmp_path / "run", "--resume")
    code, err = writers.run(*other)
    assert (code, err.splitlines()[0]) == (1, f"error: {part}: its first 28 questions are not those of the file")
    (tmp_path / "q.tsv").write_text("".join((made / "q.tsv").read_text().splitlines(keepends=True)[:20]))
    assert writers.run(*other)[0] == 1
    (tmp_path / "q.tsv").write_text((made / "q.tsv").read_text().replace("q28\t", "r28\t"))  # the first behind them
    assert writers.run(*other) == (0, "")
    assert "r28 Q0 " in (tmp_path / "run").read_text()


def test_a_part_that_was_changed_is_gone_on_with_from_before_the_change(
    writers: Writers, made: Path, tmp_path: Path
) -> None:
    part = killed(writers, made, tmp_path / "run")
    held = part.read_bytes()
    part.write_bytes(held.replace(b"q10 Q0", b"q10 Q1", 1))
    assert writers.run(*rank(made, tmp_path / "run", "--resume")) == (0, "")
    assert writers.run(*rank(made, tmp_path / "whole"))[0] == 0
    assert (tmp_path / "run").read_bytes() == (tmp_path / "whole").read_bytes()


def test_without_resume_what_is_left_of_a_run_is_told_and_replaced(
    writers: Writers, made: Path, tmp_path: Path
) -> None:
    part = killed(writers, made, tmp_path / "run")
    code, err = writers.run(*rank(made, tmp_path / "run"))
    assert code == 0
    assert err == f"{part}: replaced, it was left by an earlier run (--resume goes on with one)\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_with_nothing_to_go_on_with_a_run_begins_anew(writers: Writers, made: Path, tmp_path: Path) -> None:
    (tmp_path / "run.part").write_text("of nobody knows what")
    code, err = writers.run(*rank(made, tmp_path / "run", "--resume"))
    assert (code, err) == (0, f"nothing to go on with: no {tmp_path / 'run.part'} with its log, so it begins anew\n")
    assert (tmp_path / "run").read_text().startswith("q0 Q0 ")
    code, err = writers.run("rank", made / "q.tsv", "--index", made / "index", "--resume")
    assert code == 2
    assert "name it with -o" in " ".join(err.split())


def test_a_bad_question_leaves_the_answers_before_it_to_be_gone_on_with(
    writers: Writers, made: Path, tmp_path: Path
) -> None:
    lines = [f'{{"id": {n}, "text": "whale {n}"}}\n' for n in range(300)]
    (tmp_path / "q.jsonl").write_text("".join([*lines[:290], '{"id": 290}\n', *lines[291:]]))
    ranked = ("rank", tmp_path / "q.jsonl", "--index", made / "index", "-k", 2, "-o", tmp_path / "run", "--resume")
    code, err = writers.run(*ranked)
    assert code == 1
    assert f"kept: 256 questions, in {tmp_path / 'run.part'}; --resume goes on behind them" in err.splitlines()
    assert "q.jsonl:291" in err
    (tmp_path / "q.jsonl").write_text("".join(lines))
    assert writers.run(*ranked) == (0, "")
    assert len((tmp_path / "run").read_text().splitlines()) == 600


def test_after_ctrl_c_nothing_that_was_answered_is_lost(writers: Writers, made: Path, tmp_path: Path) -> None:
    code, err = writers.run(*rank(made, tmp_path / "run"), kill=("_put", -31))  # the first time is the empty header
    assert (code, err) == (130, f"kept: 29 questions, in {tmp_path / 'run.part'}; --resume goes on behind them\n")
    code, err = writers.run(*rank(made, tmp_path / "run", "--resume"), kill=("_put", 1))
    assert (tmp_path / "run.part").read_bytes().count(b"\n") >= 29 * 5
    assert writers.run(*rank(made, tmp_path / "run", "--resume")) == (0, "")
    assert writers.run(*rank(made, tmp_path / "whole"))[0] == 0
    assert (tmp_path / "run").read_bytes() == (tmp_path / "whole").read_bytes()
    code, err = writers.run(*rank(made, tmp_path / "early"), kill=("_put", -2))
    assert (code, err) == (130, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "whole"]


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_two_runs_never_write_to_one_file(
    writers: Writers, made: Path, tmp_path: Path, resume: tuple[str, ...]
) -> None:
    from semsearch.cli.run_file import run_writer

    output = tmp_path / "run"
    with run_writer(output, "first\n", {}, resume=False) as writer:
        code, err = writers.run(*rank(made, output, *resume))
        assert code == 1
        assert err.splitlines()[0] == f"error: {output}: another run (pid {os.getpid()}) is writing to it"
        list(writer.unanswered([Question("q", "text")]))
        writer.write(["a line\n"])
    assert output.read_text() == "first\na line\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert writers.run(*rank(made, output, *resume))[0] == 0


@pytest.mark.parametrize("given", ["q.tsv", "link", "hard", "run.part", "run.part.log", "only", "candidates", "folder"])
def test_a_run_never_writes_over_what_it_reads(writers: Writers, made: Path, tmp_path: Path, given: str) -> None:
    questions = tmp_path / ("run.part" if given == "run.part" else "run.part.log" if "log" in given else "q.tsv")
    questions.write_text("q\twhale\n")
    ids = tmp_path / "ids" / "ids.jsonl"
    ids.parent.mkdir()
    ids.write_text('{"id": "p1", "title": "é 1", "abstract": "whale"}\n')
    output = {"run.part": tmp_path / "run", "run.part.log": tmp_path / "run", "only": ids, "candidates": ids,
              "folder": ids}.get(given, tmp_path / Path(given).name)  # fmt: skip
    if given == "link":
        output.symlink_to(questions)
    if given == "hard":
        output.hardlink_to(questions)
    options = {"only": ("--only", ids), "candidates": ("--candidates", ids), "folder": ("--candidates", ids.parent)}
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, err = writers.run(
        "rank", questions, "--index", made / "index", "-o", output, *options.get(given, ())
    )  # fmt: skip
    assert code == 1
    assert f": is read, and a run to {output} would write over it (as " in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert writers.run("rank", questions, "--index", made / "index", "-o", tmp_path / "other", "-k", 1)[0] == 0


def _serve() -> None:
    import faiss  # noqa: F401 (once, and not by each writer)

    from semsearch import cli, opened, search  # noqa: F401
    from semsearch.cli import run_file

    opened.encoder_of = lambda *_: TinyEncoder()
    run_file._EVERY = 4
    for line in sys.stdin:
        args, name, times = json.loads(line)
        reading, writing = os.pipe()
        if not (child := os.fork()):
            os.dup2(writing, 2)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            _write(cli.main, args, name, times)
        os.close(writing)
        with os.fdopen(reading) as told:
            err = told.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([code, err]) + "\n")
        sys.stdout.flush()


def _write(main: Any, args: list[str], name: str, times: int) -> NoReturn:
    from semsearch.cli import run_file

    met = 0

    def torn(write: Any, file: str) -> Any:
        def written(writer: Any, value: Any) -> None:
            nonlocal met
            met += 1
            if met == -times:
                raise KeyboardInterrupt
            if met == times:
                data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
                open_file = getattr(writer, file)
                open_file.write(data[: len(data) // 2])
                open_file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            write(writer, value)

        return written

    if name:
        kept = getattr(run_file._PartFile, name)
        setattr(run_file._PartFile, name, torn(kept, {"_put": "_part", "_tell": "_log"}[name]))
    sys.argv = ["semsearch", *args]
    try:
        main()
        code: Any = 0
    except SystemExit as ended:
        code = ended.code or 0
    sys.stderr.flush()
    os._exit(int(code))


if __name__ == "__main__":
    _serve()
