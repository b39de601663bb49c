"""The docs say what is: the command reference is that of the commands, and every block that can be run is run.

Blocks run in order in one folder: a copy of the files under version control, the environment that the tests run in as
`.venv`, and the files that examples name. What is printed has to have each expected line: its words, and of a hit also
its rank and its figures, as closely as this machine's encoder repeats what is on record. What is told on standard error
has to be among the expected lines. `make demo` is a process; other semsearch commands and Python blocks run here, so
that the model loads once.
"""

from __future__ import annotations

import contextlib
import gzip
import inspect
import io
import json
import os
import pkgutil
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest

import semsearch
from semsearch import cli
from semsearch.encoders import Embeddings, load_encoder

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SKIPPED = (
    "cd", ". .venv/bin/activate", "source", "git clone", "pip install", ".venv/bin/pip install",
    "python -m pip install", "python -m venv", "python3 -m venv", "make test", "make check", "make docs",
    "make bench-memory",
)  # fmt: skip
"""What installs, fetches, or runs these tests again."""
SHELL = re.compile(r"[|<>;&$*`]")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

DECIMAL = re.compile(r"[+-]?\d+\.\d{3,}")  # not of times and sizes
FIGURE = re.compile(r"[+-]?\d+(?:\.\d+)?")
ON_RECORD = 0.41924906
"""The cosine of a question of the docs and one of their papers, on the machine that wrote the docs; the model's 8-bit
numbers make other sums on processors of other kinds."""
EXACT, ROUGH = (0.0015, 0.0025), (0.03, 0.06)
"""How far a similarity (of three digits), and a score, may be from that in the docs: where the encoder repeats what is
on record, and where it does not."""

SAMPLE = [json.loads(line) for line in semsearch.sample_corpus().read_text(encoding="utf-8").splitlines()]
KNOWN = [str(record[name]) for name in ("title", "id") for record in SAMPLE]

PAGE = """Daily Papers
byAK and the research community

Robots that watch films

A robot watches films without labels and learns which action leads from one frame to the next.

• 5 authors
·
Mar 4, 2026
"""


class OneEncoder:
    """The bundled model, loaded once, that embeds no text twice: several examples index the same sample."""

    def __init__(self) -> None:
        self._model = load_encoder()
        self.identity, self.folder, self.note = self._model.identity, self._model.folder, self._model.note
        self.encode_queries, self.cut = self._model.encode_queries, self._model.cut
        self._known: dict[str, tuple[np.ndarray, bool]] = {}

    @cached_property
    def tolerances(self) -> tuple[float, float]:
        """Of similarities and of scores, on this machine."""
        soot = "Soot on snow Dark particles in the air settle on snow, which takes up more heat from the sun."
        question = self.encode_queries(["what warms the air and the ground"])[0]
        cosine = float(question @ self.encode_documents([soot]).vectors[0])
        return EXACT if abs(cosine - ON_RECORD) < 0.0001 else ROUGH

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            made = self._model.encode_documents(new)
            self._known |= zip(new, zip(made.vectors, made.cut.tolist(), strict=True), strict=True)
        rows, cut = zip(*(self._known[text] for text in texts), strict=True)
        return Embeddings(np.stack(rows), np.array(cut))


one_encoder = cache(OneEncoder)


@dataclass(frozen=True)
class Command:
    """A command of a console block, or a Python block whole. place: `README.md:12`. expected: the lines below it."""

    place: str
    text: str
    is_python: bool = False
    expected: list[str] = field(default_factory=list)


def commands_of(page: str, name: str) -> Iterator[Command]:
    """What can be run of a page, in order."""
    for block in BLOCK.finditer(page):
        first_line = page[: block.start(2)].count("\n") + 1
        if block[1] == "python":
            yield Command(f"{name}:{first_line}", block[2], is_python=True)
        else:
            yield from _console_commands(block[2], name, first_line)


def _console_commands(block: str, name: str, first_line: int) -> Iterator[Command]:
    command: Command | None = None
    for number, line in enumerate(block.splitlines(), start=first_line):
        if line.startswith("$ "):
            if command:
                yield command
            command = Command(f"{name}:{number}", re.sub(r"\s+# .*$", "", line[2:]))
        elif command is None:
            raise AssertionError(f"{name}:{number}: a console block begins with `$ `")
        elif command.text.endswith("\\"):
            command = Command(command.place, f"{command.text[:-1].rstrip()} {line.removeprefix('> ').strip()}")
        else:
            command.expected.append(line)
    if command:
        yield command


def is_skipped(command: Command) -> bool:
    return not command.is_python and any((command.text + " ").startswith(f"{start} ") for start in SKIPPED)


def is_repeated(command: Command, before: list[Command]) -> bool:
    """Whether a command that should print nothing in particular was met before: `make demo` is long."""
    return not command.expected and command.text in [each.text for each in before]


def comparable(text: str) -> str:
    """Text without digits, each run of white space one space."""
    return " ".join(re.sub(r"\d", "", text).split())


def missing(expected: list[str], out: str, tolerances: tuple[float, float] = EXACT) -> list[str]:
    """The expected lines that the output has not, each taken once: the same words, and hits the same figures."""
    left = [line for line in out.splitlines() if line.strip()]
    lost = []
    for line in filter(str.strip, expected):
        found = next((each for each in left if is_same_line(line, each, tolerances)), None)
        if found is None:
            lost.append(line)
        else:
            left.remove(found)
    return lost


def is_same_line(expected: str, got: str, tolerances: tuple[float, float]) -> bool:
    """Whether the words are the same; and of a line with figures, which has those of a hit, all else as well."""
    if comparable(expected) != comparable(got):
        return False
    some, others = expected.split(), got.split()
    if not any(map(DECIMAL.fullmatch, some)) and "Q0" not in some:
        return True
    return len(some) == len(others) and all(_is_same(*pair, tolerances) for pair in zip(some, others, strict=True))


def _is_same(expected: str, got: str, tolerances: tuple[float, float]) -> bool:
    if not DECIMAL.fullmatch(expected):
        return expected == got
    is_score = len(expected.partition(".")[2]) > 3
    return bool(FIGURE.fullmatch(got)) and abs(float(expected) - float(got)) <= tolerances[is_score]


def environment(folder: Path) -> dict[str, str]:
    """As on a fresh machine: an empty home, the environment's commands first, this checkout's copy on the path."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SEMSEARCH", "MAKE", "MFLAGS"))
    }
    return inherited | {
        "HOME": str(home),
        "PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "HF_HUB_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "PIP_DRY_RUN": "1",
    }


def ran(command: Command, folder: Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command, or of a block of Python."""
    words = shlex.split(command.text) if not command.is_python and not SHELL.search(command.text) else []
    if command.is_python or words[:1] == ["semsearch"]:
        return _ran_here(command, words)
    process = subprocess.run(
        ["bash", "-c", command.text], cwd=folder, env=environment(folder), capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    return process.returncode, process.stdout, process.stderr


def _ran_here(command: Command, words: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        if command.is_python:
            exec(compile(command.text, command.place, "exec"), {"__name__": "docs"})
            return 0, out.getvalue(), err.getvalue()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", words)
            with pytest.raises(SystemExit) as ended:
                cli.main()
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def fault_of(command: Command, folder: Path, tolerances: tuple[float, float] = EXACT) -> str | None:
    """What is wrong with a command of the docs, None where it does what they say."""
    code, out, err = ran(command, folder)
    if code:
        return f"{command.place}: `{command.text}` exits with {code}\n{out}{err}"
    if lost := missing(command.expected, f"{out}\n{err}", tolerances):
        return f"{command.place}: `{command.text}` does not print {lost}, but\n{out}{err}"
    if untold := missing(err.splitlines() if command.expected else [], "\n".join(command.expected)):
        return f"{command.place}: `{command.text}` says {untold} as well, which is not shown"
    return None


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files under version control, an environment, and the files that examples name."""
    folder = tmp_path_factory.mktemp("docs") / "semsearch"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    if listed.returncode:  # no checkout: an unpacked archive of one
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".venv", "index"), dirs_exist_ok=True)
    (folder / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith(".installed"):
            (folder / ".venv" / entry.name).symlink_to(entry)
    for stamp in (".installed", ".installed-dev"):  # in this copy only: nothing is to be installed by a test
        (folder / ".venv" / stamp).touch()
    _example_files(folder)
    return folder


def _example_files(folder: Path) -> None:
    sample = semsearch.sample_corpus().read_bytes()
    (folder / "papers.jsonl").write_bytes(sample)
    (folder / "papers.jsonl.gz").write_bytes(gzip.compress(sample))
    (folder / "pages").mkdir()
    (folder / "pages" / "page.txt").write_text(PAGE, encoding="utf-8")
    (folder / "export.csv").write_text('title,abstract\nCounting snails,"Snails, counted twice."\n', encoding="utf-8")
    new = '{"id": "2301.04567", "title": "Snails that follow snails", "abstract": "One snail follows another."}\n'
    (folder / "new-papers.jsonl").write_text(new, encoding="utf-8")
    (folder / "draft.txt").write_text("We measure how carbon dioxide warms the air.\n", encoding="utf-8")
    (folder / "questions.txt").write_text("how do markets fail?\n", encoding="utf-8")


@pytest.fixture
def here(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy as the working folder, and one encoder for all that runs in this process."""
    for module, name in (("build", "load_encoder"), ("opened", "encoder_of"), ("update", "encoder_of")):
        monkeypatch.setattr(f"semsearch.{module}.{name}", lambda *_: one_encoder())
    monkeypatch.delenv("SEMSEARCH_INDEX", raising=False)
    monkeypatch.chdir(checkout)
    return checkout


def test_the_command_reference_is_what_the_commands_say() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "make_pages.py"))
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == script["commands_page"](), "run `make docs`"
    assert script["main"](["--check"]) == 0


def test_every_command_and_option_of_the_help_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command in [each.callback.__name__ for each in cli.app.registered_commands if each.callback]:
        section = page.partition(f"## semsearch {command}\n")[2].partition("\n## ")[0]
        code, told, _ = _ran_here(Command(command, command), ["semsearch", command, "--help"])
        assert code == 0
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told)) - {"--help"}
        assert "--index" in options or command == "eval"
        assert {option for option in options if f"`{option}`" not in section} == set()


def test_every_block_of_the_docs_does_what_it_says(here: Path) -> None:
    commands = [command for page in PAGES for command in commands_of(page.read_text(encoding="utf-8"), page.name)]
    assert any(command.text == "make demo" for command in commands)
    again = {command.place for number, command in enumerate(commands) if is_repeated(command, commands[:number])}
    to_run = [command for command in commands if not is_skipped(command) and command.place not in again]
    tolerances = one_encoder().tolerances
    faults = [fault for command in to_run if (fault := fault_of(command, here, tolerances))]
    assert not faults, "\n\n".join(faults)


def test_links_within_the_docs_lead_somewhere() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


SIGNATURE = re.compile(r"`((?:semsearch\.)?[\w.]+)\(([^`)]*, [^`)]*)\)`")


@pytest.mark.parametrize("signature", SIGNATURE.findall((ROOT / "docs" / "python.md").read_text()), ids=lambda s: s[0])
def test_parameters_in_the_table_of_the_library_are_those_that_there_are(signature: tuple[str, str]) -> None:
    name, told = signature
    found = pkgutil.resolve_name(name if name.startswith("semsearch.") else f"semsearch.{name}")
    names = [each.partition("=")[0].strip() for each in told.split(",")]
    expected = [name for name in inspect.signature(found).parameters if name != "self"]
    assert [name for name in names if name != "*"] == expected


# the checker itself

EXAMPLE = """# A page

```console
$ echo "1  0.515  Attention Is   All You Need"   # a remark
1       0.515  Attention Is All You Need
$ true && \\
>   echo done
$ make test
$ exit 3
```

```python
print("It works")
```

```
not a block that is run
```
"""


def test_commands_are_read_with_what_they_should_print() -> None:
    commands = list(commands_of(EXAMPLE, "page.md"))
    assert [(command.place, command.text) for command in commands] == [
        ("page.md:4", 'echo "1  0.515  Attention Is   All You Need"'),
        ("page.md:6", "true && echo done"),
        ("page.md:8", "make test"),
        ("page.md:9", "exit 3"),
        ("page.md:13", 'print("It works")\n'),
    ]
    assert [is_skipped(command) for command in commands] == [False, False, True, False, False]
    assert commands[0].expected == ["1       0.515  Attention Is All You Need"]


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("q1 Q0 gale-1962-matching 2 0.448212257 s", "q1 Q0 gale-1962-matching 2 0.4491 s", True),
        ("q1 Q0 gale-1962-matching 2 0.448212257 s", "q1 Q0 gale-1962-matching 2 0.443079178 s", False),
        ("q1 Q0 gale-1962-matching 2 0.448212257 s", "q1 Q0 gale-1962-matching 3 0.448212257 s", False),
        ("q1 Q0 gale-1962-matching 2 0.448212257 s", "q2 Q0 gale-1962-matching 2 0.448212257 s", False),
        ("climate Q0 watson 2 0.0912 s", "climate Q0 watson 2 0 s", False),
        ("q1 Q0 akerlof 1 1 s", "q1 Q0 akerlof 1 1.1 s", False),
        ("1  0.515  Attention  2017", "1   0.516   Attention 2017", True),
        ("1  0.515  Attention  2017", "1  0.518  Attention  2017", False),
        ("1  0.515  Attention  2017", "1  0.515  Attention to it  2017", False),
        ("index: generation-000001 (23.9 MB, 11.4 s)", "index: generation-000001 (24.0 MB, 4.2 s)", True),
    ],
)
def test_figures_of_hits_are_compared_and_times_are_not(expected: str, got: str, same: bool) -> None:
    assert (missing([expected], f"before\n{got}\n") == []) is same


def test_what_is_told_beside_the_output_has_to_be_shown(tmp_path: Path) -> None:
    command = Command("page.md:1", "echo a hit; echo no candidates: a >&2", expected=["a hit"])
    assert "says ['no candidates: a'] as well" in (fault_of(command, tmp_path) or "")
    told = Command("page.md:1", command.text, expected=["a hit", "no candidates: a"])
    assert fault_of(told, tmp_path) is None


def test_spaces_do_not_count_and_titles_do(tmp_path: Path) -> None:
    right, shell, _, failing, python = commands_of(EXAMPLE, "page.md")
    assert fault_of(right, tmp_path) is None
    assert ran(shell, tmp_path) == (0, "done\n", "")
    assert "exits with 3" in (fault_of(failing, tmp_path) or "")
    assert ran(python, tmp_path) == (0, "It works\n", "")
    wrong = Command("page.md:1", 'echo "Attention Is Not All You Need"', expected=["1 Attention Is All You Need"])
    assert "does not print ['1 Attention Is All You Need']" in (fault_of(wrong, tmp_path) or "")
    lost = Command("page.md:1", "echo q1 Q0 nothing 1", expected=["q1 Q0 akerlof-1970-lemons 1 0.5 semsearch"])
    assert "akerlof-1970-lemons" in (fault_of(lost, tmp_path) or "")
