"""What papers are filtered by: names are parted into words, days told, and the tables give back the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.errors import StoreError
from semsearch.paper import Paper
from semsearch.store.facets import (
    Kind,
    asked_author_keys,
    author_keys,
    category_keys,
    days_of,
    words_of,
)
from semsearch.store.papers import PaperTable, PaperWriter


def write(path: Path, *batches: list[Paper]) -> Path:
    writer = PaperWriter(path)
    try:
        for batch in batches:
            writer.append(batch)
        writer.seal()
    finally:
        writer.close()
    return path


Opener = Callable[..., PaperTable]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Opener]:
    """Makes tables of papers, and closes them in the end."""
    opened: list[PaperTable] = []

    def make(*papers: Paper) -> PaperTable:
        path = write(tmp_path / f"{len(opened)}.db", list(papers))
        opened.append(PaperTable(path, len(papers)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def rows(table: PaperTable, kind: Kind, text: str) -> list[int]:
    return sorted(set(table.rows_of(kind, text).tolist()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hinton, Geoffrey E.", "hinton geoffrey e"),
        ("G.E. Hinton", "g e hinton"),
        ("Ji-Hoon  Kim", "ji hoon kim"),
        ("O'Neil", "oneil"),
        ("O’Neil", "oneil"),
        ("O´Neil", "oneil"),
        ("Søren Łukasz Đặng Þór", "soren lukasz dang thor"),
        ("Müller", "muller"),
        ("Mu\u0308ller", "muller"),
        ("STRAßE", "strasse"),
        ("İnce Işık", "ince isik"),
        ("Æsop & Cœur", "aesop coeur"),
        ("\uff21\uff23\uff2c 2023", "acl 2023"),
        ("李明", "李明"),
        ("김철수", "김철수"),
        ("Ἀριστοτέλης", "αριστοτελησ"),
        ("ACL_2023", "acl 2023"),
        ("NAACL-HLT (Findings)", "naacl hlt findings"),
        ("—…!", ""),
        ("", ""),
    ],
)
def test_words_have_no_case_accents_and_punctuation(text: str, words: str) -> None:
    assert " ".join(words_of(text)) == words


@given(st.text(max_size=30))
def test_words_are_words_of_themselves(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words


@pytest.mark.parametrize(
    ("date", "days"),
    [
        (None, (0, 0)),
        ("--09-29", (0, 0)),
        ("--09", (0, 0)),
        ("2020", (20200101, 20201231)),
        ("2020-02", (20200201, 20200231)),
        ("2020-02-29", (20200229, 20200229)),
        ("0987", (9870101, 9871231)),
    ],
)
def test_the_days_that_a_date_may_mean(date: str | None, days: tuple[int, int]) -> None:
    assert days_of(date) == days


def fits(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether each word fits one of the name's, no two the same: tried in all ways."""
    return any(
        all(own.startswith(word) if len(word) == 1 else own == word for word, own in zip(words, chosen, strict=True))
        for chosen in permutations(name, len(words))
    )


name_words = st.lists(st.sampled_from(["w", "wa", "wang", "wei", "y", "yi", "li", "l"]), min_size=1, max_size=4)


@given(name_words, name_words)
def test_keys_of_an_author_say_whether_all_words_fit(words: list[str], name: list[str]) -> None:
    assert (set(asked_author_keys(words)) <= set(author_keys(name))) == fits(tuple(words), tuple(name))


def test_an_initial_is_not_the_other_words_own(table: Opener) -> None:
    found = table(Paper("a", authors=("Li Wang",)), Paper("b", authors=("Wei Wang",)), Paper("c", authors=("W. Wang",)))
    assert rows(found, "author", "W Wang") == [1, 2]
    assert rows(found, "author", "Wang Wang") == []


def test_words_of_two_authors_are_not_one_name(table: Opener) -> None:
    found = table(Paper("a", authors=("Ada Hinton", "Geoffrey Byron")), Paper("b", authors=("Geoffrey E. Hinton",)))
    assert rows(found, "author", "Hinton, G.") == [1]
    assert rows(found, "author", "hinton") == [0, 1]


def test_a_venue_is_found_by_words_side_by_side(table: Opener) -> None:
    venues = ("ACL", "Findings of ACL 2023", "NAACL", None, "2023 ACL", "Findings: of the ACL", "Électronique, Paris")
    found = table(*(Paper(f"p{number}", venue=venue) for number, venue in enumerate(venues)))
    assert rows(found, "venue", "acl") == [0, 1, 4, 5]
    assert rows(found, "venue", "ACL 2023") == [1]
    assert rows(found, "venue", "findings OF") == [1, 5]
    assert rows(found, "venue", "of of") == []
    assert rows(found, "venue", "electronique paris") == [6]
    assert rows(found, "venue", "Find") == []


def test_a_phrase_is_looked_for_in_any_number_of_venues(table: Opener) -> None:
    found = table(*(Paper(f"p{n}", venue=f"Notes of {'the' if n % 2 else 'some'} {n}") for n in range(2000)))
    assert rows(found, "venue", "notes of the") == list(range(1, 2000, 2))


def test_categories_areas_keywords_and_archives(table: Opener) -> None:
    found = table(
        Paper("a", categories=("cs.LG", "astro-ph.GA"), keywords=("Deep learning",)),
        Paper("b", categories=("Deep-Learning",)),
        Paper("c", keywords=("CS", "node.js")),
        Paper("d", keywords=("深層学習", "Deep")),
    )
    assert rows(found, "category", "cs.lg") == [0]
    assert rows(found, "category", "cs") == [0, 2]
    assert rows(found, "category", "Astro-Ph") == [0]
    assert rows(found, "category", "deep learning") == [0, 1]
    assert rows(found, "category", "deep") == [3]
    assert rows(found, "category", "node") == []
    assert rows(found, "category", "深層学習") == [3]


def test_a_category_of_symbols_keeps_them() -> None:
    assert category_keys(Paper("a", keywords=("++", " "))) == {"++", ""}


def test_days_come_back_as_they_are(table: Opener) -> None:
    dates = ("2020", None, "--09-29", "2021-05", "1999-12-31")
    first, last = table(*(Paper(f"p{n}", date=date) for n, date in enumerate(dates))).days()
    assert first.tolist() == [days_of(date)[0] for date in dates]
    assert last.tolist() == [days_of(date)[1] for date in dates]
    assert not first.flags.writeable


def test_several_appends_equal_one(tmp_path: Path) -> None:
    papers = [Paper(f"p{n}", venue=f"V {n % 3}", authors=(f"A {n % 4}",), date="2020") for n in range(20)]
    write(tmp_path / "a.db", papers[:7], [], papers[7:])
    write(tmp_path / "b.db", papers)
    with closing(PaperTable(tmp_path / "a.db", 20)) as first, closing(PaperTable(tmp_path / "b.db", 20)) as second:
        assert rows(first, "venue", "v 1") == rows(second, "venue", "v 1") == [1, 4, 7, 10, 13, 16, 19]
        assert rows(first, "author", "a 3") == [3, 7, 11, 15, 19]


def test_papers_that_say_nothing_have_no_facets(table: Opener) -> None:
    found = table(Paper("a"), Paper("b", venue="...", authors=("", "?"), categories=("",)))
    for kind in ("venue", "author", "category"):
        assert rows(found, kind, "x") == rows(found, kind, "") == rows(found, kind, "?") == []  # type: ignore[arg-type]


def test_nothing_is_left_of_what_was_staged(tmp_path: Path) -> None:
    write(tmp_path / "a.db", [Paper("a", venue="V", authors=("A B",))])
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        found = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    base = {"papers", "names", "records", "cut", "facet_arrays", "facet_keys", "venues"}
    assert found == base | {"sketches", "versions"}


@pytest.mark.parametrize("damage", ["DELETE FROM facet_arrays", "UPDATE facet_arrays SET numbers = x'00000000'"])
def test_a_damaged_table_is_a_clear_error(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path / "a.db", [Paper("a", date="2020"), Paper("b")])
    with closing(sqlite3.connect(path)) as database:
        database.execute(damage)
        database.commit()
    with closing(PaperTable(path, 2)) as found, pytest.raises(StoreError) as error:
        found.days()
    assert error.value.hint == "build the index again"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE facet_arrays SET numbers = x'ffffffff' WHERE name = 'rows'",
        "UPDATE facet_arrays SET numbers = x'02000000' WHERE name = 'rows'",
        "UPDATE facet_arrays SET numbers = x'00000000ffffff7f' WHERE name = 'offsets'",
        "UPDATE facet_arrays SET numbers = x'00000000020000000000000001000000' WHERE name = 'offsets'",
        "UPDATE facet_arrays SET numbers = x'0000'",
        "UPDATE facet_arrays SET numbers = 'text'",
        "UPDATE facet_keys SET numbers = x'09000000'",
        "UPDATE facet_keys SET numbers = x'ffffffff'",
        "UPDATE facet_keys SET numbers = x'00'",
    ],
)
def test_a_number_that_leads_nowhere_is_a_clear_error(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path / "a.db", [Paper("a", authors=("Ann Lee",)), Paper("b")])
    with closing(sqlite3.connect(path)) as database:
        database.execute(damage)
        database.commit()
    with closing(PaperTable(path, 2)) as found, pytest.raises(StoreError) as error:
        found.rows_of("author", "Lee")
    assert error.value.hint == "build the index again"


def test_names_are_resolved_together(table: Opener) -> None:
    found = table(
        Paper("a", "Tides", doi="10.1000/one", aliases=("old", "10.1000/two")),
        Paper("b", "Tides", arxiv_id="2105.00001"),
        Paper("old", "Other"),
        Paper("my%20paper", "Last"),
    )
    assert found.rows_named(["a", "old", "a"]) == ([0, 2], [])
    assert found.rows_named(["https://doi.org/10.1000/ONE", "nothing"]) == ([0], ["nothing"])
    assert found.rows_named(["10.1000/TWO", "arXiv:2105.00001v3"]) == ([0, 1], [])
    assert found.rows_named(["TIDES!"]) == ([0, 1], [])
    assert found.rows_named(["my paper", " b\n"]) == ([1, 3], [])
    assert found.rows_named(["my", "ol", "", "\udcff"]) == ([], ["my", "ol", "", "\udcff"])


def test_very_many_names_are_resolved(table: Opener) -> None:
    found = table(*(Paper(f"p{number}", f"Title {number}") for number in range(3000)))
    names = [f"p{number}" for number in range(0, 3000, 2)] + [f"title {number}" for number in range(1, 3000, 2)]
    assert found.rows_named([*names, "x"]) == (list(range(3000)), ["x"])


def test_names_resolve_as_one_by_one(table: Opener) -> None:
    found = table(
        Paper("a", "b"), Paper("b", "Tides", aliases=("s",)), Paper("c", "s", doi="10.1000/x"), Paper("2105.00001")
    )
    choices = ("a", "b", "10.1000/x", "Tides", "none", "s", "2105.00001")
    for names in permutations(choices, 3):
        expected = {name: found.named(name) for name in names}
        resolved, unknown = found.rows_named(names)
        assert resolved == sorted({row for own in expected.values() for row in own})
        assert unknown == [name for name, own in expected.items() if not own]
