"""Which papers are versions of one: the rule on texts made for it, the groups, and what an index keeps of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from semsearch.build import build_index
from semsearch.duplicates import Traits, bare_title, grams, groups_of, likely_pairs, precedence, resemblance, same_work
from semsearch.paper import Paper
from semsearch.store import PaperTable, open_live
from semsearch.update import add_papers, remove_papers, sync_papers

TIDES = (
    "Harbour seals return to the same sandbank for years, yet nobody has measured how they choose it. We tag forty "
    "seals in two estuaries and follow them through three winters with small radio beacons. A choice model of depth, "
    "noise and neighbours predicts nine of ten landings, and the loudest banks are left first when ferries pass. "
)
FERRIES = (
    "Ferry timetables are drawn up for people, and what lives on the shore has no say in them. From the logbooks of "
    "eleven captains we reconstruct the traffic of a century, and compare it with bird counts made by hand. Gulls "
    "gain, terns lose, and a slower crossing would cost four minutes. "
)
LATER = "We also make the beacons, the code and every track available to whoever asks. "
AUTHORS = ("Ida Quist", "Jonas Berg", "Mei Tan")


def paper(title: str, abstract: str = TIDES, venue: str | None = "Shore Conf", **known: Any) -> Paper:
    return Paper(**{"id": "x", "authors": AUTHORS, "date": "2021", "title": title, "abstract": abstract, "venue": venue,
                    **known})  # fmt: skip


def same(one: Paper, other: Paper) -> bool:
    found = same_work(Traits(one), Traits(other))
    assert same_work(Traits(other), Traits(one)) == found
    return found


SEALS = paper("How seals choose a sandbank")
VERSIONS: Mapping[str, tuple[Paper, Paper]] = {
    "another title": (SEALS, paper("A choice model of the landings of harbour seals")),
    "some sentences more": (SEALS, paper("Tagged seals choose a sandbank by depth", TIDES + LATER)),
    "preprint": (SEALS, paper("Landings of harbour seals predicted", TIDES[:200] + FERRIES[:90], None, authors=())),
    "preprint by its venue": (SEALS, paper("Seals choose a sandbank", TIDES[:190] + FERRIES[:90], "arXiv preprint")),
    "extended abstract": (SEALS, paper("How Seals Choose a Sandbank (Extended Abstract)", FERRIES, date="2022")),
    "video": (SEALS, paper("How seals choose a sandbank - video contribution", LATER)),
    "no abstract": (SEALS, paper("How seals choose a sandbank", "", None)),
    "no abstract, no authors": (
        paper("How harbour seals choose one sandbank among many"),
        paper("How Harbour Seals Choose One Sandbank among Many", "", authors=()),
    ),
    "names written otherwise": (SEALS, paper("Seals choose a sandbank", authors=("Quist, I.", "Berg, J.", "Tan, M."))),
}
APART: Mapping[str, tuple[Paper, Paper]] = {
    "parts": (paper("Seals and their sandbanks, part I"), paper("Seals and their sandbanks, part II")),
    "the second has its number only": (paper("The seal tagger"), paper("The seal tagger II")),
    "shared tasks of two years": (
        paper("Findings of the 2019 shared task on counting seals"),
        paper("Findings of the 2021 shared task on counting seals", date="2023"),
    ),
    "shared tasks by ordinals": (
        paper("Overview of the third workshop on seals"), paper("Overview of the 4th workshop on seals"),
    ),
    "an overview of the same title": (
        paper("Overview of the task on counting seals"),
        paper("Overview of the task on counting seals", FERRIES, date="2022"),
    ),
    "a reply": (paper("How seals choose a sandbank"), paper("Reply to: How seals choose a sandbank")),
    "a corrigendum": (paper("How seals choose a sandbank"), paper("Corrigendum: How seals choose a sandbank")),
    "other authors": (SEALS, paper("A choice model of landings", authors=("Olaf Lund", "Ann Holm"))),
    "other texts": (SEALS, paper("A choice model of ferries", FERRIES)),
    "too long after": (SEALS, paper("A choice model of the landings of harbour seals", date="2026")),
    "a template": (  # the same words of two studies, each with a name of its own
        paper("Announcements for walruses on the pier", TIDES.replace("seals", "walruses") + FERRIES[:120]),
        paper("Announcements for puffins on the jetty", TIDES.replace("seals", "puffins") + FERRIES[-120:]),
    ),
    "half of the text, both published": (
        SEALS, paper("Landings of harbour seals predicted", TIDES[:200] + FERRIES[:90]),
    ),
    "nothing but a short title": (paper("Editorial", "", authors=()), paper("Editorial", "", authors=())),
}  # fmt: skip


@pytest.mark.parametrize("name", VERSIONS)
def test_versions(name: str) -> None:
    assert same(*VERSIONS[name])


@pytest.mark.parametrize("name", APART)
def test_no_versions(name: str) -> None:
    assert not same(*APART[name])


def test_a_label_is_no_part_of_a_title() -> None:
    titles = ("Seals (Extended Abstract)", "Seals [Demo]", "SEALS: Video", "Seals \N{EM DASH} Video contribution")
    assert {bare_title(title) for title in titles} == {"seals"}
    assert bare_title("Video of seals") == "videoofseals"


def test_grams_are_hashes_of_sixteen_letters_and_digits_in_a_row() -> None:
    one, spaced, other, short, none = grams(
        ["the seals of the bay 1", "The  Seals, of the Bay (1)!", "the seals of the bay 2", "the seals", ""]
    )
    assert (len(one), len(short), len(none)) == (2, 0, 0)
    assert one.tolist() == spaced.tolist() == sorted(one.tolist())
    assert resemblance(one, other) == pytest.approx(1 / 3)
    assert resemblance(one, short) == resemblance(none, none) == 0
    (accented, plain) = grams(["é" * 20, "e" * 20])
    assert (len(accented), len(plain), resemblance(accented, plain)) == (2, 1, 0)


def test_the_published_one_stands_for_its_preprint_and_the_earlier_for_the_later() -> None:
    order = [
        paper("Seals", id="published", date="2022"),
        paper("Seals", id="later", date="2023-01"),
        paper("Seals (Extended Abstract)", id="label", date="2020"),
        paper("Seals", id="preprint", venue="CoRR", date="2019"),
        paper("Seals", id="without date", venue=None, date=None),
        paper("", id="untitled", date="2018"),
    ]
    for some in itertools.permutations(order):
        assert [each.id for each in sorted(some, key=precedence)] == [each.id for each in order]


def test_likely_pairs_share_three_hashes_or_a_title_and_no_phrase_of_many() -> None:
    sketches = np.zeros((40, 24), dtype=np.uint32)
    sketches[3, :3] = sketches[9, :3] = (11, 12, 13)
    sketches[4, :2] = sketches[8, :2] = (14, 15)  # two are too few
    sketches[:, 20:] = (21, 22, 23, 24)  # all have them
    titles = np.zeros(40, dtype=np.int64)
    titles[[5, 6, 30]] = 77
    assert list(likely_pairs(sketches, titles)) == [(3, 9), (5, 6), (5, 30), (6, 30)]
    assert list(likely_pairs(sketches[:0], titles[:0])) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1])), st.randoms())
def test_groups_are_stars(paired: list[tuple[int, int]], random: Any) -> None:
    """Each version is paired with the first one, which is none itself and precedes it; none that could be is left
    out; and the order of pairs does not matter."""
    ordered = sorted({each for pair in paired for each in pair})
    firsts = groups_of(paired, ordered)
    both = {*paired, *((other, one) for one, other in paired)}
    assert all((row, first) in both and first < row and first not in firsts for row, first in firsts.items())
    alone = set(ordered) - set(firsts) - set(firsts.values())
    for row in alone:
        assert not any(
            other in alone or (other in firsts.values() and other < row) for one, other in both if one == row
        )
    random.shuffle(paired)
    assert groups_of([pair[::-1] for pair in paired], ordered) == firsts


RECORDS: list[dict[str, Any]] = [
    {**each.as_dict(), "id": id}
    for id, each in {
        "a": SEALS,
        "b": paper("How seals choose a sandbank (extended abstract)", LATER, date="2022"),
        "c": paper("A choice model of the landings of harbour seals", venue=None, date="2020"),
        "d": paper("A century of ferries", FERRIES),
    }.items()
]


def firsts(index: Path) -> dict[str, str]:
    """The first of its versions for each paper that is one of another, by ids; as `info` counts them."""
    live = open_live(index)
    with closing(PaperTable(live.papers, live.manifest.counts.papers)) as table:
        found = table.versions.firsts
        ids = table.ids(range(table.count))
        for row in range(table.count):
            own = [each for each in range(table.count) if found.get(each, each) == found.get(row, row)]
            assert sorted(table.versions.of(row)) == own
            assert table.versions.of(row)[0] == found.get(row, row)
    assert live.manifest.counts.versions == len(found)
    return {ids[row]: ids[first] for row, first in found.items()}


def built(folder: Path, records: list[dict[str, Any]]) -> Path:
    build_index(write_jsonl(folder / "papers.jsonl", records), folder / "index", model=TinyEncoder())
    return folder / "index"


@pytest.mark.parametrize("order", ["abcd", "dcba", "cadb"])
def test_an_index_knows_them_whatever_the_order_of_records(order: str, tmp_path: Path) -> None:
    index = built(tmp_path, sorted(RECORDS, key=lambda record: order.index(record["id"])))
    assert firsts(index) == {"b": "a", "c": "a"}


def test_they_follow_what_is_added_replaced_and_removed(tmp_path: Path) -> None:
    index = built(tmp_path, RECORDS[2:])
    assert firsts(index) == {}
    tiny = TinyEncoder()
    add_papers(write_jsonl(tmp_path / "more.jsonl", RECORDS[1:2]), index, encoder=tiny)
    assert firsts(index) == {}  # the abstracts of b and c have nothing in common
    add_papers(write_jsonl(tmp_path / "more.jsonl", RECORDS[:1]), index, encoder=tiny)
    assert firsts(index) == {"b": "a", "c": "a"}
    remove_papers(["a"], index, encoder=tiny)
    assert firsts(index) == {}
    sync_papers(write_jsonl(tmp_path / "all.jsonl", RECORDS), index, encoder=tiny)
    assert firsts(index) == {"b": "a", "c": "a"}
    remove_papers(["c"], index, encoder=tiny)
    assert firsts(index) == {"b": "a"}


def test_when_the_first_of_them_goes_the_others_are_grouped_anew_as_a_build_of_them_does(tmp_path: Path) -> None:
    more = [
        {**paper("How seals choose a sandbank (poster)", text, date="2023").as_dict(), "id": id}
        for id, text in (("e", TIDES + LATER), ("f", LATER + TIDES))
    ]
    index = built(tmp_path, [*RECORDS, *more])
    assert firsts(index) == dict.fromkeys("bcef", "a")
    remove_papers(["a"], index, encoder=TinyEncoder())
    (tmp_path / "anew").mkdir()
    left = built(tmp_path / "anew", [*RECORDS[1:], *more])
    assert firsts(index) == firsts(left)
    assert firsts(index)["f"] == firsts(index)["e"] == "b"


def test_a_format_before_knows_of_none() -> None:
    live = open_live(Path(__file__).parent / "golden" / "format-3")
    with closing(PaperTable(live.papers, live.manifest.counts.papers)) as table:
        assert (table.versions.known, table.versions.firsts, table.versions.of(3)) == (False, {}, [3])
    assert live.manifest.counts.versions is None
