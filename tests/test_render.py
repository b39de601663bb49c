from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from semsearch.cli.render import OUTPUTS, show_results
from semsearch.paper import Paper
from semsearch.results import Hit, IndexSummary, Results
from semsearch.why import Why
from semsearch.words import units

LONG = (
    "We show that graph nets, of which GPT-4 is none, run faster than the longest line of any terminal that is drawn."
)
PAPERS = (
    Paper("p1", "Running graph networks", f"It is old. {LONG}", authors=("Ada Long", "Bo Ek"), date="2020"),
    Paper("p2", "", "The graph of an abstract without a title, which is cut " + "and cut " * 10 + "graph."),
    Paper("p3", "No [bold]abstract[/bold]", "", venue="Nets"),
)
WHY = (Why(11, 11 + len(LONG), 0.75), Why(0, len(PAPERS[1].abstract), 0.5), None)
ESCAPE = re.compile(r"\x1b\[[\d;]*m")
MARKED = re.compile(r"\x1b\[(?:1;)?4m(.*?)\x1b\[0m")


def results(why: bool = False, notes: tuple[str, ...] = (), question: str = "gpt4 runs graphs") -> Results:
    asked = units(question)
    hits = tuple(
        Hit(rank, paper, 0.5, 0.25, None, asked, **({"why": WHY[rank - 1]} if why else {}))
        for rank, paper in enumerate(PAPERS, start=1)
    )
    return Results(question, (), (), "hybrid", IndexSummary("ix", "generation-1", 9, "tiny"), hits, notes=notes)


class Screen(io.StringIO):
    """What says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Results], str]:
    """What a terminal of 60 columns gets of an answer."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def draw(found: Results) -> str:
        with contextlib.redirect_stdout(Screen()) as screen:
            show_results(found, "table")
        return screen.getvalue()

    return draw


def printed(found: Results, capsys: pytest.CaptureFixture[str], output: str = "table") -> str:
    show_results(found, output)
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_terminal_underlines_the_words_of_the_question(drawn: Callable[[Results], str]) -> None:
    out = drawn(results())
    assert MARKED.findall(out) == ["Running", "graph", "graph"]
    assert "\x1b[1;4mRunning\x1b[0m" in out, "the title stays bold"
    assert "No [bold]abstract[/bold]" in ESCAPE.sub("", out)
    assert LONG[:30] not in out


def test_a_terminal_shows_the_sentence_that_answers_whole_and_folded(drawn: Callable[[Results], str]) -> None:
    out = drawn(results(why=True))
    assert MARKED.findall(out) == ["Running", "graph", "graph", "GPT-4", "run", "graph", "graph", "graph"]
    lines = ESCAPE.sub("", out).splitlines()
    assert max(map(len, lines[:-1])) <= 60
    words = " ".join(" ".join(lines).split())
    assert f"Ada Long, Bo Ek · 2020 · p1 {LONG} 2 0.250" in words
    assert f"p2 {PAPERS[1].abstract} 3 0.250" in words
    assert "It is old." not in words


def test_marks_and_matches_may_be_missing(drawn: Callable[[Results], str]) -> None:
    found = results()
    bare = replace(found, hits=tuple(replace(hit, asked=()) for hit in found.hits))
    assert MARKED.findall(drawn(bare)) == []
    assert MARKED.findall(drawn(results(question="of the"))) == []


def test_a_pipe_gets_no_marks_and_a_line_a_hit(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(results(), capsys)
    assert "\x1b" not in out
    assert len(out.splitlines()) == 1 + len(PAPERS) + 1
    assert "  > " not in out


def test_a_pipe_gets_each_sentence_uncut_on_a_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    plain, out = printed(results(), capsys).splitlines(), printed(results(why=True), capsys).splitlines()
    assert [line for line in out if not line.startswith("  >")] == plain
    assert [out[2], out[4], out[6]] == [f"  > {LONG}", f"  > {PAPERS[1].abstract}", "  >"]


def test_notes_follow_the_count_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(results(notes=("2 papers without a year", "p9 is no paper")), capsys)
    assert out.splitlines()[-3:] == ["3 of 9 papers in ix", "2 papers without a year", "p9 is no paper"]


@pytest.mark.parametrize("output", [name for name in OUTPUTS if name != "table"])
def test_notes_go_to_standard_error_where_machines_read(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_results(results(), output)
    without, _ = capsys.readouterr()
    show_results(results(notes=("2 papers without a year",)), output)
    out, told = capsys.readouterr()
    assert told == "2 papers without a year\n"
    if output == "json":  # which has them too
        assert json.loads(out) == {**json.loads(without), "notes": ["2 papers without a year"]}
    else:
        assert out == without


def test_json_has_the_offsets_and_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    hits = json.loads(printed(results(why=True), capsys, "json"))["hits"]
    assert [hit["matches"]["title"] for hit in hits] == [[[0, 7], [8, 13]], [], []]
    for paper, hit in zip(PAPERS, hits, strict=True):
        assert [paper.abstract[start:end].lower() for start, end in hit["matches"]["abstract"]] == {
            "p1": ["graph", "gpt-4", "run"], "p2": ["graph", "graph"], "p3": [],
        }[paper.id]  # fmt: skip
    assert hits[0]["why"] == {"sentence": LONG, "start": 11, "end": 11 + len(LONG), "similarity": 0.75}
    assert hits[2].get("why") is None
    assert "why" not in json.loads(printed(results(), capsys, "json"))["hits"][0]
