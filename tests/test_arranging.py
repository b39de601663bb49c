"""Hits that differ, sorted hits and groups: on values, and in what an index and the commands answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cli import app
from semsearch.diversity import LAMBDA, mmr
from semsearch.errors import QueryError
from semsearch.grouping import groups_of, in_groups
from semsearch.paper import Paper
from semsearch.retrieval import MODES, Mode
from semsearch.search import SearchIndex
from semsearch.sorting import notes, sorted_papers

WORDS = ["whale", "seal", "gull", "tern", "auk", "krill", "kelp", "reef"]


def papers() -> list[dict[str, Any]]:
    """130 papers: most in one of three venues, some without; years, citations and comments of some."""
    random = np.random.default_rng(3)
    found = []
    for number in range(130):
        record: dict[str, Any] = {"id": f"p{number:03}", "title": f"{' '.join(random.choice(WORDS, 6))} {number}"}
        if number % 4:
            record["venue"] = ["Tides", "Shores", "tides"][number % 3]
        if number % 5:
            record["date"] = f"{1950 + number % 17}-0{1 + number % 9}"
        if number % 7:
            record["citations"] = int(random.integers(0, 40))
        record["authors"] = [f"Author {number % 6}" if number % 2 else f"{number % 6}, Author", f"One {number}"]
        found.append(record)
    return found


PAPERS = papers()
BY_ID = {record["id"]: record for record in PAPERS}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("arranging")
    build_index(write_jsonl(folder / "papers.jsonl", PAPERS), folder / "index", model=TinyEncoder())
    return folder / "index"


@pytest.fixture(scope="module")
def index(path: Path) -> Iterator[SearchIndex]:
    with SearchIndex(path, encoder=TinyEncoder()) as opened:
        yield opened


def ids(hits: Any) -> list[str]:
    return [hit.id for hit in hits]


# diversity


def by_hand(scores: list[float], vectors: np.ndarray, weight: float) -> list[int]:
    """MMR as its authors write it, one hit after the other."""
    relevance = [(score - min(scores)) / (max(scores) - min(scores)) for score in scores]
    taken: list[int] = []
    while len(taken) < len(scores):
        left = [at for at in range(len(scores)) if at not in taken]

        def value(at: int) -> float:
            nearest = max(float(vectors[at] @ vectors[other]) for other in taken) if taken else 0.0
            return weight * relevance[at] - (1 - weight) * nearest

        taken.append(max(left, key=value))
    return taken


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.7, 1.0])
def test_mmr_is_what_its_authors_write(weight: float) -> None:
    random = np.random.default_rng(1)
    vectors = random.standard_normal((30, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    scores = sorted(random.random(30).tolist(), reverse=True)
    expected = by_hand(scores, vectors.astype(np.float64), weight)
    if weight == 0:  # novelty alone begins anywhere: here with the best
        expected = mmr(scores, vectors, 0.0)
        assert expected[1] == int((vectors @ vectors[0]).argmin())
    assert mmr(scores, vectors, weight) == expected
    assert mmr(scores, vectors, weight)[0] == 0


def test_a_copy_of_the_first_hit_comes_after_one_that_differs() -> None:
    vectors = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    assert mmr([1.0, 0.9, 0.7, 0.0], vectors, 1.0) == [0, 1, 2, 3]
    assert mmr([1.0, 0.9, 0.7, 0.0], vectors, 0.5) == [0, 2, 3, 1]  # 0.45 - 0.5 against 0.35, then 0
    assert mmr([], np.zeros((0, 2), np.float32), 0.5) == []
    assert mmr([0.5, 0.5], vectors[:2], 0.5) == [0, 1]


@pytest.mark.parametrize("mode", MODES)
def test_a_diverse_answer_is_the_mmr_of_the_best_hundred(index: SearchIndex, mode: Mode) -> None:
    plain = list(index.search("whale seal gull", 130, mode=mode))
    vectors = np.stack([TinyEncoder().encode_queries([hit.paper.title])[0] for hit in plain]).astype(np.float16)
    first = min(100, len(plain))
    order = by_hand([hit.score for hit in plain[:first]], vectors[:first].astype(np.float64), LAMBDA)
    found = index.search("whale seal gull", 130, mode=mode, diverse=True)
    assert ids(found) == [plain[at].id for at in order] + ids(plain[100:])
    assert [hit.rank for hit in found] == list(range(1, len(plain) + 1))
    assert {hit.id: hit.score for hit in found} == {hit.id: hit.score for hit in plain}
    assert ids(found) != ids(plain)


@pytest.mark.parametrize("asked", [{"diverse": True}, {"diverse": 0.4}, {"sort": "citations"}, {"sort": "date"}])
def test_pages_are_the_whole_answer_and_the_first_five_of_ten_are_five(
    index: SearchIndex, asked: dict[str, Any]
) -> None:
    whole = ids(index.similar("p001", 129, **asked))
    assert len(set(whole)) == 129
    assert ids(index.similar("p001", 5, **asked)) == whole[:5]
    pages = [ids(index.similar("p001", 10, offset=start, **asked)) for start in range(0, 129, 10)]
    assert [id for page in pages for id in page] == whole


def test_a_lambda_of_one_changes_nothing(index: SearchIndex) -> None:
    assert ids(index.search("krill", 20, diverse=1.0)) == ids(index.search("krill", 20))
    assert ids(index.search("krill", 20, diverse=1)) == ids(index.search("krill", 20))


# sorting


@pytest.mark.parametrize(("sort", "field"), [("citations", "citations"), ("date", "date")])
def test_the_best_are_sorted_and_those_without_come_last(index: SearchIndex, sort: str, field: str) -> None:
    plain = ids(index.search("reef kelp", 130))
    found = index.search("reef kelp", 60, sort=sort, among=40)
    best = plain[:40]
    having = [id for id in best if field in BY_ID[id]]
    expected = sorted(having, key=lambda id: BY_ID[id][field], reverse=True)
    without = [id for id in best if id not in having]
    assert [BY_ID[id][field] for id in ids(found)[: len(having)]] == [BY_ID[id][field] for id in expected]
    assert ids(found)[len(having) : 40] == without
    assert ids(found)[40:] == plain[40:60]
    what = {"citations": "number of citations", "date": "date"}[sort]
    assert found.notes == (f"{len(without)} of the best 40 papers have no {what}, and come last",)


def paper(**fields: Any) -> Paper:
    return Paper(id="x", title="x", **fields)


def test_equals_stand_as_they_were_and_a_year_is_its_first_day() -> None:
    dates = ["2019", "2020-01", None, "2019-03-02", "2020", "--05"]
    assert sorted_papers([paper(date=date) for date in dates], "date") == [1, 4, 3, 0, 2, 5]
    assert sorted_papers([paper(date=date) for date in dates], "oldest") == [0, 3, 1, 4, 2, 5]
    counts = [0, None, 7, 7]
    assert sorted_papers([paper(comments=count) for count in counts], "comments") == [2, 3, 0, 1]


def test_a_note_tells_how_many_have_nothing_to_be_sorted_by() -> None:
    assert notes([paper(citations=0)], "citations") == ()
    assert notes([paper(), paper(comments=1)], "comments") == (
        "1 of the best 2 papers has no number of comments, and comes last",
    )
    assert notes([paper(), paper()], "citations") == (
        "no paper of the best 2 has a number of citations: they stand as they were found",
    )
    assert notes([], "citations") == ()
    assert notes([paper()] * 1_200 + [paper(citations=1)], "citations") == (
        "1,200 of the best 1,201 papers have no number of citations, and come last",
    )
    assert notes([paper()] * 1_200, "oldest") == (
        "no paper of the best 1,200 has a date: they stand as they were found",
    )


# groups


def test_groups_by_venue_and_year() -> None:
    some = [paper(venue="Tides", date="1990"), paper(), paper(venue="tides."), paper(venue="Shores", date="2001-05")]
    assert groups_of(some, "venue") == ["Tides", None, "Tides", "Shores"]
    assert groups_of(some, "year") == ["1990", None, None, "2001"]
    assert in_groups(["Tides", None, "Tides", "Shores"], "venue") == [("Tides", [0, 2]), ("Shores", [3]), (None, [1])]
    assert in_groups(["1990", None, None, "2001"], "year") == [("2001", [3]), ("1990", [0]), (None, [1, 2])]


def test_a_paper_stands_under_the_author_who_has_most_of_the_others() -> None:
    names = [["Ada", "Bo"], ["Bo", "Cy"], ["Cy"], [], ["Bó"], ["Dora Ek", "Ada"], ["Ek, Dora"]]
    found = groups_of([paper(authors=tuple(each)) for each in names], "author")
    assert found == ["Bo", "Bo", "Cy", None, "Bo", "Dora Ek", "Dora Ek"]


def test_hits_tell_their_group_and_stand_as_they_did(index: SearchIndex) -> None:
    plain = index.search("auk", 30)
    found = index.search("auk", 30, group="venue")
    assert ids(found) == ids(plain)
    assert [hit.group and hit.group.lower() for hit in found] == [
        hit.paper.venue and hit.paper.venue.lower() for hit in plain
    ]
    assert found.grouped_by == "venue"
    assert plain.grouped_by is None
    assert all(hit.group is None for hit in plain)
    assert [hit.group for hit in index.similar("p001", 9, group="year")] == [
        None if hit.paper.year is None else str(hit.paper.year) for hit in index.similar("p001", 9)
    ]


# what is no order


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"diverse": 1.5}, "diverse is 1.5, expected True or a lambda from 0 to 1"),
        ({"diverse": "much"}, "diverse is 'much'"),
        ({"diverse": float("nan")}, "diverse is nan"),
        ({"sort": "fame"}, "sort is 'fame', expected one of date, oldest, citations, comments"),
        ({"sort": ["date"]}, "sort is"),
        ({"sort": "date", "among": 0}, "among is 0, expected a whole number of at least 1"),
        ({"among": 2.5}, "among is 2.5"),
        ({"group": "topic"}, "group is 'topic', expected one of venue, year, author"),
        ({"sort": "date", "diverse": True}, "an answer is either diverse or sorted"),
    ],
)
def test_orders_that_make_no_sense_are_clear_errors(index: SearchIndex, asked: dict[str, Any], message: str) -> None:
    for ask in (lambda: index.search("auk", **asked), lambda: index.similar("p001", **asked)):
        with pytest.raises(QueryError, match=message):
            ask()


# the commands


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("semsearch.opened.encoder_of", lambda *_: TinyEncoder())
    return lambda *args: CliRunner().invoke(app, [*args, "--index", str(path)])


def test_the_commands_take_every_order(run: Any, index: SearchIndex) -> None:
    assert run("query", "auk tern", "--diverse", "--ids").stdout.split() == ids(index.search("auk tern", diverse=True))
    ended = run("similar", "p003", "--sort", "citations", "--among", "30", "--ids")
    expected = index.similar("p003", sort="citations", among=30)
    assert (ended.stdout.split(), ended.stderr) == (ids(expected), f"{expected.notes[0]}\n")
    assert run("query", "auk", "--sort", "date", "--diverse").exit_code == 2
    assert run("query", "auk", "--sort", "fame").exit_code == 2


def test_a_table_stands_in_groups(run: Any, index: SearchIndex) -> None:
    lines = run("query", "auk tern", "--group", "venue", "-k", "8").stdout.splitlines()
    found = index.search("auk tern", 8, group="venue")
    expected = []
    for name, positions in in_groups([hit.group for hit in found], "venue"):
        expected += [f"{name or 'no venue'} ({len(positions)})", *(found[at].id for at in positions)]
    assert [line if line.endswith(")") else line.split()[-1] for line in lines[1:-1]] == expected
    assert expected[0].startswith(str(found[0].group or "Tides"))


def test_what_programs_read_tells_the_group_and_keeps_the_order(run: Any, index: SearchIndex) -> None:
    found = index.search("auk tern", 8, group="author")
    groups = [hit.group for hit in found]
    args = ("query", "auk tern", "--group", "author", "-k", "8")
    assert [hit["group"] for hit in json.loads(run(*args, "--json").stdout)["hits"]] == groups
    assert [json.loads(line)["group"] for line in run(*args, "--jsonl").stdout.splitlines()] == groups
    rows = [line.split("\t") for line in run(*args, "--tsv").stdout.splitlines()]
    assert [row[rows[0].index("group")] for row in rows[1:]] == groups
    table = list(csv.DictReader(run(*args, "--csv").stdout.splitlines()))
    assert [(row["id"], row["group"]) for row in table] == list(zip(ids(found), groups, strict=True))
    plain = run("query", "auk tern", "-k", "8", "--tsv").stdout.splitlines()[0]
    assert "group" not in plain.split("\t")
