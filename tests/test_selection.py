"""Which papers are taken into an index: the same as a search would filter, the first, or some drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder, write_jsonl
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cli import app
from semsearch.errors import CorpusError, SemsearchError
from semsearch.filters import Filter, allowed_rows, passes
from semsearch.paper import Paper
from semsearch.selection import Selection, _drawn, _Left
from semsearch.store import PaperTable, Staging, open_live
from semsearch.update import add_papers, sync_papers

DATES = ["2019", "2020-05", "2020-06-15", "2021-12-31", "--06-15", ""]
CATEGORIES = ["cs.LG", "cs.CL", "math.PR", "C", "C++", "Whales", "machine learning", "cs"]
NAMES = ["Ada Brook", "Bo Chen", "C. Brook", "Wang Wang", "Ørsted, H. C."]
VENUES = ["ACL", "NAACL 2020", "Findings of ACL", "", "Journal of Whales"]
PAPERS = [
    Paper(
        id=f"p{number}", title=f"Paper {number}", abstract=f"It is number {number}.", date=DATES[number % 6] or None,
        categories=(CATEGORIES[number % 8],), keywords=(CATEGORIES[number * 3 % 7],),
        authors=(NAMES[number % 5],), venue=VENUES[number % 4] or None,
    )
    for number in range(48)
]  # fmt: skip


def ids_of(index: Path) -> list[str]:
    generation = open_live(index)
    with closing(PaperTable(generation.papers, generation.manifest.counts.papers)) as table:
        return table.ids(range(table.count))


def corpus(tmp_path: Path, papers: Sequence[Paper] = PAPERS, name: str = "p.jsonl") -> Path:
    return write_jsonl(tmp_path / name, [paper.as_dict() for paper in papers])


def taken(tmp_path: Path, selection: Selection, papers: Sequence[Paper] = PAPERS) -> list[str]:
    index = tmp_path / "taken"
    build_index(corpus(tmp_path, papers), index, model=TinyEncoder(), selection=selection)
    return ids_of(index)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperTable]:
    folder = tmp_path_factory.mktemp("whole")
    generation = build_index(corpus(folder), folder / "index", model=TinyEncoder())
    with closing(PaperTable(generation.papers, len(PAPERS))) as table:
        yield table


some = st.none() | st.sampled_from(["2019", "2020", "2020-06", "2020-06-15", "2020-06-16", "2021-12-31"])


def several(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    some, some, st.none() | st.just(2020),
    several("ACL", "whales", "of acl"), several("brook", "W Wang", "ørsted h"),
    several("cs", "C", "c++", "cs.LG", "Machine-Learning", "math"),
)  # fmt: skip
def test_the_same_papers_pass_as_a_search_filters(
    whole: PaperTable, since, until, year, venue, author, category
) -> None:
    try:
        filter = Filter(since, until, year, venue, author, category)
    except SemsearchError:
        return
    found = [PAPERS[row].id for row in allowed_rows(filter, whole).mask.nonzero()[0]]
    assert [paper.id for paper in PAPERS if passes(filter, paper)] == found


def test_a_filter_at_the_door_takes_what_passes_and_counts_the_rest(tmp_path: Path) -> None:
    filter = Filter(since="2020-06", category=("cs",))
    wanted = [paper.id for paper in PAPERS if passes(filter, paper)]
    assert 0 < len(wanted) < len(PAPERS)
    index = tmp_path / "index"
    generation = build_index(corpus(tmp_path), index, model=TinyEncoder(), selection=Selection(filter), strict=True)
    assert ids_of(index) == wanted
    (left,) = generation.manifest.skipped
    assert (left.reason, left.count) == ("not selected (--since 2020-06 --category cs)", len(PAPERS) - len(wanted))
    assert left.places == tuple(paper.id for paper in PAPERS if paper.id not in wanted)[:3]


def test_it_is_the_merged_paper_that_passes(tmp_path: Path) -> None:
    doi = "10.1000/a"
    records = [Paper("a", "Whales", doi=doi), Paper("b", "Whales", doi=doi, date="2020"), Paper("c", "No")]
    assert taken(tmp_path, Selection(Filter(year=2020)), records) == ["a"]


def test_limit_takes_the_first(tmp_path: Path) -> None:
    assert taken(tmp_path, Selection(limit=3)) == ["p0", "p1", "p2"]
    assert taken(tmp_path, Selection(Filter(year=2020), limit=3)) == ["p1", "p2", "p7"]
    assert len(taken(tmp_path, Selection(limit=100))) == 48


def test_the_same_seed_draws_the_same_papers_whatever_their_order(tmp_path: Path) -> None:
    drawn = taken(tmp_path, Selection(random=10))
    assert len(drawn) == 10
    assert sorted(drawn, key=lambda id: int(id[1:])) == drawn
    assert set(taken(tmp_path, Selection(random=10), PAPERS[::-1])) == set(drawn)
    assert set(taken(tmp_path, Selection(random=10, seed=1))) != set(drawn)
    assert set(taken(tmp_path, Selection(random=12))) > set(drawn)
    only = Filter(year=2020)
    assert len(taken(tmp_path, Selection(only, random=5))) == 5
    assert all(passes(only, PAPERS[int(id[1:])]) for id in taken(tmp_path, Selection(only, random=5)))


def test_every_paper_is_drawn_as_often_as_any_other(tmp_path: Path) -> None:
    times = dict.fromkeys(range(48), 0)
    staging = Staging(tmp_path / "s.db")
    for paper in PAPERS:
        staging.add(paper)
    staging.settle()
    for seed in range(400):
        for root, _ in _drawn(staging.first_ids(), 12, seed, _Left()):
            times[root] += 1
    staging.close()
    assert sum(times.values()) == 4800
    assert 60 < min(times.values()) < 100 < max(times.values()) < 140  # of 100 expected, with a deviation of 8.7


def test_an_id_of_what_was_left_out_is_free(tmp_path: Path) -> None:
    records = [Paper("a", "Old", "Old one.", date="1999"), Paper("a", "New", "New one.", date="2020")]
    assert taken(tmp_path, Selection(Filter(year=2020)), records) == ["a"]


def test_where_nothing_is_selected_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no paper of the corpus passes --since 2090$") as caught:
        taken(tmp_path, Selection(Filter(since="2090")))
    assert caught.value.hint == "its papers are of 2019 to 2021"
    with pytest.raises(CorpusError, match=r"passes --until 1990$") as caught:
        taken(tmp_path, Selection(Filter(until="1990")), [Paper("a", "A", "a."), Paper("b", "B", "b.")])
    assert caught.value.hint == "no paper of it has a year"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"limit": 1, "random": 1}, "limit and random exclude each other"),
        ({"limit": 0}, "limit is 0"),
        ({"random": -1}, "random is -1"),
        ({"filter": Filter(only=("a",))}, "not selected by names"),
    ],
)
def test_a_selection_that_is_none_is_an_error(values: dict[str, Any], told: str) -> None:
    with pytest.raises(CorpusError, match=told):
        Selection(**values)


def test_add_and_sync_select_too(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build_index(corpus(tmp_path, PAPERS[:2]), index, model=TinyEncoder())
    path = corpus(tmp_path)
    added = add_papers(path, index, encoder=TinyEncoder(), selection=Selection(limit=4))
    assert ids_of(index) == ["p0", "p1", "p2", "p3"]
    assert [(each.reason, each.count) for each in added.skipped] == [("beyond --limit 4", 44)]
    sync_papers(path, index, encoder=TinyEncoder(), selection=Selection(Filter(since="2021"), limit=2))
    assert ids_of(index) == ["p3", "p9"]


def test_the_commands_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from semsearch import build

    monkeypatch.setattr(build, "find_model", lambda model: TinyEncoder())
    index, path = str(tmp_path / "index"), str(corpus(tmp_path))
    ran = CliRunner().invoke(app, ["build", path, "--index", index, "--since=2020", "--category=cs", "--random=3"])
    assert ran.exit_code == 0, ran.output
    assert "3 papers" in ran.stdout
    assert "not drawn (--random 3 --seed 0)" in ran.stdout
    assert "not selected (--since 2020 --category cs)" in ran.stdout
    ran = CliRunner().invoke(app, ["build", path, "--index", index, "--limit", "3", "--random", "3"])
    assert ran.exit_code == 2


def test_a_category_that_no_paper_has_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no paper of the corpus passes --category nosuch") as caught:
        taken(tmp_path, Selection(Filter(category=("nosuch",))), PAPERS[:10])
    assert caught.value.hint == (
        "its categories: cs.LG (2), cs.CL (2), math.PR (1), C (1), C++ (1), Whales (1), machine learning (1), cs (1)"
    )
    bare = [Paper("a", "Tides", "Come and go.")]
    with pytest.raises(CorpusError) as caught:
        taken(tmp_path, Selection(Filter(category=("nosuch",))), bare)
    assert caught.value.hint == "no paper of it has categories or keywords"


@pytest.mark.parametrize("selection", [Selection(limit=3), Selection(random=5), Selection(Filter(since="2020-06"))])
def test_with_a_selection_every_record_is_counted_once(tmp_path: Path, selection: Selection) -> None:
    again = [replace(paper, id=f"{paper.id}-again") for paper in PAPERS[::2]]
    path = corpus(tmp_path, [*PAPERS, *again])
    manifest = build_index(path, tmp_path / "ix", model=TinyEncoder(), selection=selection).manifest
    assert (manifest.counts.records, manifest.counts.merged) == (72, 24)
    assert manifest.counts.papers + sum(each.count for each in manifest.skipped) == 48
