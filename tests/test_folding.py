"""Versions of one paper in answers: tables show one and name the others, and what machines read has all of them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import write_jsonl
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from semsearch import cli
from semsearch.build import build_index
from semsearch.cli.render import Shown, show_papers, show_results
from semsearch.corpus import read_papers
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.filters import Filter
from semsearch.folding import folded, shown
from semsearch.paper import Paper
from semsearch.retrieval import Found
from semsearch.search import SearchIndex

SONG = (
    "Humpback whales change their song each winter, and the change moves eastwards across the ocean. From nine years "
    "of recordings at five islands we draw the map of this movement and find two songs that never moved. "
)
RECORDS: list[dict[str, Any]] = [
    {"id": "song", "title": "How a whale song moves", "abstract": SONG, "authors": ["Ann Lee", "Bo Holt"],
     "venue": "Ocean Conf", "date": "2021"},
    {"id": "pre", "title": "The whale song moves eastwards", "abstract": SONG + "Whale song.", "authors": ["Ann Lee"],
     "date": "2020"},
    {"id": "short", "title": "How a whale song moves (Extended Abstract)", "abstract": "Whale song.",
     "authors": ["Bo Holt"], "venue": "Best Papers", "date": "2022"},
    *({"id": f"w{n}", "title": f"whale {word}", "abstract": f"A whale and {word * 3}."}
      for n, word in enumerate("ab cd ef gh ij kl mn op qr st uv wx".split())),  # noqa: SIM905
]  # fmt: skip


def found(row: int) -> Found:
    return Found(row, str(row), -float(row), 0.0, None)


def test_the_first_version_stands_at_the_place_of_the_best() -> None:
    assert shown([5, 3, 8, 4, 1], {3: 1, 4: 1}) == [0, 4, 2]
    assert shown([5, 3, 8, 4], {3: 1, 4: 1}) == [0, 1, 2]  # the first one was not found
    assert shown([], {3: 1}) == []
    assert shown([5, 3, 8, 4, 1], {3: 1, 4: 1}, named=[4]) == [0, 3, 2]  # what was named is what is shown
    assert shown([5, 3, 8, 4, 1], {3: 1, 4: 1}, named=[1, 3]) == [0, 4, 2]


@given(st.dictionaries(st.integers(0, 59), st.integers(60, 64)), st.integers(1, 30), st.integers(0, 30), st.randoms())
def test_pages_repeat_and_lose_nothing(firsts: dict[int, int], k: int, offset: int, random: Any) -> None:
    order = random.sample(range(65), 65)
    all_of_it = [found(row) for row in order]

    def page(wanted: int) -> list[int]:
        return [firsts.get(each.row, each.row) for each in folded(lambda n: all_of_it[:n], wanted, firsts)]

    whole = page(1000)
    assert sorted(whole) == sorted({firsts.get(row, row) for row in order})
    assert page(offset + k) == whole[: offset + k]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, tiny_onnx: OnnxEncoder) -> Path:
    folder = tmp_path_factory.mktemp("folding")
    build_index(write_jsonl(folder / "papers.jsonl", RECORDS), folder / "index", model=tiny_onnx)
    return folder / "index"


def test_python_has_all_of_them_unless_folded(index: Path) -> None:
    with SearchIndex(index) as opened:
        everything = opened.search("whale song", 100)
        assert {hit.id for hit in everything} == {record["id"] for record in RECORDS}
        told = {hit.id: (hit.duplicate_of, [paper.id for paper in hit.versions]) for hit in everything}
        assert told["song"] == (None, ["pre", "short"])
        assert told["pre"] == ("song", ["song", "short"])
        assert told["short"] == ("song", ["song", "pre"])
        assert told["w0"] == (None, [])
        data = [hit.as_dict() for hit in everything]
        assert [each["duplicate_of"] for each in data] == [hit.duplicate_of for hit in everything]
        others = {each["id"]: each.get("versions") for each in data}
        assert others["w0"] is None
        assert others["pre"] == [
            {"id": "song", "title": "How a whale song moves", "venue": "Ocean Conf", "date": "2021",
             "doi": None, "arxiv_id": None, "url": None},
            {"id": "short", "title": "How a whale song moves (Extended Abstract)", "venue": "Best Papers",
             "date": "2022", "doi": None, "arxiv_id": None, "url": None},
        ]  # fmt: skip
        pages = [opened.search("whale song", 4, offset=offset, fold=True) for offset in (0, 4, 8, 12)]
        assert [hit.rank for page in pages for hit in page] == list(range(1, 14))
        assert sorted(hit.id for page in pages for hit in page) == sorted({*told} - {"pre", "short"})
        for mode in ("hybrid", "dense", "lexical"):
            answer = opened.search("how a whale song moves", 3, mode=mode, fold=True)
            assert (len(answer), answer[0].id) == (3, "song")


def test_similar_leads_to_no_version_of_what_was_named_in_a_table(index: Path) -> None:
    with SearchIndex(index) as opened:
        assert {"pre", "short"} < {hit.id for hit in opened.similar("song", 100)}
        answer = opened.similar("pre", 5, fold=True)
        assert (len(answer), {"song", "short"} & {hit.id for hit in answer}) == (5, set())
        assert answer.notes == ("left out, as versions of what was named: song, short",)
        assert opened.similar("w0", 5, fold=True).notes == ()
        liked = opened.search("whale", 100, like="song", fold=True)
        assert not {"song", "pre", "short"} & {hit.id for hit in liked}


@pytest.mark.parametrize("steered", [{"like": "pre"}, {"unlike": "pre"}, {"like": "w0", "unlike": "pre"}])
def test_versions_of_what_steers_are_left_out_of_tables_with_a_note_and_of_nothing_else(
    index: Path, steered: dict[str, str]
) -> None:
    with SearchIndex(index) as opened:
        folded = opened.search("whale song", 100, **steered, fold=True)  # type: ignore[arg-type]
        assert not {"song", "pre", "short"} & {hit.id for hit in folded}
        assert folded.notes == ("left out, as versions of what was named: song, short",)
        machine = opened.search("whale song", 100, **steered)  # type: ignore[arg-type]
        told = {hit.id: hit.duplicate_of for hit in machine}
        assert (told["song"], told["short"], "pre" in told, machine.notes) == (None, "song", False, ())
        late = Filter(since="2022")
        assert opened.search("whale song", 9, **steered, filter=late, fold=True).notes[-1] == (  # type: ignore[arg-type]
            "left out, as versions of what was named: short"
        )


def test_a_paper_that_the_question_names_is_the_one_that_is_shown(index: Path) -> None:
    with SearchIndex(index) as opened:
        for name in ("pre", "short", "song", "The whale song moves eastwards"):
            answer = opened.search(name, 3, fold=True)
            assert len(answer) == 3
            assert answer[0].id == (name if name in ("pre", "short", "song") else "pre")
            assert {answer[0].id, *(paper.id for paper in answer[0].versions)} == {"song", "pre", "short"}


def test_references_tell_of_which_a_paper_is_a_version_and_read_back_as_ever(index: Path, tmp_path: Path) -> None:
    def written(option: str) -> str:
        words = ["query", "pre", "-k", "1", option, "--index", str(index)]
        return CliRunner().invoke(cli.app, words).stdout

    assert re.findall(r"duplicate-of = \{(.*)\}", written("--bibtex")) == ["song"]
    assert json.loads(written("--csl"))[0]["custom"] == {"duplicate_of": "song"}
    assert "song" not in [line[6:] for line in written("--ris").splitlines()]
    (original,) = (record for record in RECORDS if record["id"] == "pre")
    for option, name in (("--bibtex", "p.bib"), ("--csl", "p.json"), ("--ris", "p.ris")):
        (tmp_path / name).write_text(written(option))
        (paper,) = read_papers(tmp_path / name)
        assert isinstance(paper, Paper)
        assert (paper.id, paper.title, paper.abstract) == ("pre", original["title"], original["abstract"])


def test_a_run_has_all_of_them_and_says_so(index: Path) -> None:
    with SearchIndex(index) as opened:
        (ranking,) = opened.rank(["whale song"], 100)
    told = {paper.id: paper.duplicate_of for paper in ranking.papers if paper.duplicate_of}
    assert told == {"pre": "song", "short": "song"}
    assert len(ranking.papers) == len(RECORDS)


def test_tables_name_the_others_and_other_outputs_drop_nothing(index: Path, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(cli.app, [*words, "--index", str(index)])
        assert result.exit_code == 0, result.output
        return result.stdout

    table = run("query", "how a whale song moves", "-k", "3").splitlines()
    assert table[1].split()[:1] == ["1"]
    assert table[1].endswith("song")
    assert table[2] == "  also: pre (2020), short (Best Papers 2022)"
    assert len(table) == 6
    rows = list(csv.DictReader(run("query", "whale song", "-k", "99", "--csv").splitlines()))
    assert {row["id"]: row["duplicate_of"] for row in rows if row["duplicate_of"]} == {"pre": "song", "short": "song"}
    head, *lines = run("query", "whale song", "-k", "99", "--tsv").splitlines()
    assert len(lines) == len(RECORDS)
    assert head.endswith("\tduplicate_of")
    assert sorted(line.split("\t")[-1] for line in lines)[-2:] == ["song", "song"]
    assert len(run("query", "whale song", "-k", "99", "--ids").split()) == len(RECORDS)
    (tmp_path / "q.tsv").write_text("q\twhale song\n")
    lines = run("rank", str(tmp_path / "q.tsv"), "--format", "jsonl").splitlines()
    assert [json.loads(line)["duplicate_of"] for line in lines].count("song") == 2
    assert "versions      song (Ocean Conf 2021); short (Best Papers 2022)" in run("show", "pre")
    (shown_paper,) = json.loads(run("show", "song", "--json"))
    assert (shown_paper["duplicate_of"], shown_paper["versions"]) == (None, ["pre", "short"])
    assert "2 are versions of others" in run("info")


def test_a_terminal_names_them_too(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with SearchIndex(index) as opened:
        show_results(opened.search("how a whale song moves", 1, fold=True), "table")
        paper = opened.paper("w0")
    assert "also: pre (2020), short (Best Papers 2022)" in capsys.readouterr().out
    show_papers([Shown(paper)], "table")
    assert "versions" not in capsys.readouterr().out
