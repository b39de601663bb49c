"""The papers table: what is written is read back, and a paper is found by every way to name it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from semsearch.errors import QueryError, StoreError
from semsearch.paper import Paper
from semsearch.store.papers import PaperTable, PaperWriter
from semsearch.text import digest

WHALES = Paper(
    id="W-1",
    title="Whales Sing: A Study",
    abstract="They sing; in Größe & \"quotes\", 'ticks', 鯨, \U0001f40b.",
    authors=("Ada L.", "Bo, K."),
    author_count=3,
    organization="Sea Lab",
    venue="Oceans",
    date="2021-05",
    doi="10.1000/whales.(1)",
    arxiv_id="2105.00001",
    url="https://example.org/?a=1#b",
    categories=("bio", "cs.SD"),
    keywords=("song",),
    citations=0,
    comments=12,
    aliases=("old-whales", "s2:77"),
)
SEALS = Paper("S-1", "Seals", "They bark.")
SEALS_AGAIN = Paper("S-2", "seals!", "They also swim.")
NO_TITLE = Paper("N", "", "Only an abstract.", date="--05-03")
OLD_STYLE = Paper("hep", "Old", "An old one.", arxiv_id="hep-th/9901001")


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


def test_every_field_comes_back(table: Opener) -> None:
    papers = [WHALES, SEALS, NO_TITLE]
    assert table(*papers).get([0, 1, 2]) == papers


def test_rows_come_in_the_order_in_which_they_are_asked_for(table: Opener) -> None:
    papers = [Paper(f"p{number}", f"Title {number}") for number in range(2500)]
    rows = [7, 2499, 7, 0, *range(2400, 100, -1)]
    found = table(*papers)
    assert found.ids(rows) == [f"p{row}" for row in rows]
    assert found.get(rows) == [papers[row] for row in rows]
    assert found.get([]) == []


def test_several_appends_equal_one(tmp_path: Path) -> None:
    papers = [WHALES, SEALS, NO_TITLE, OLD_STYLE]
    write(tmp_path / "a.db", papers[:1], [], papers[1:])
    with closing(PaperTable(tmp_path / "a.db", 4)) as found:
        assert found.get([0, 1, 2, 3]) == papers


def test_the_year_and_the_hash_of_the_embedded_text_are_stored(tmp_path: Path) -> None:
    write(tmp_path / "a.db", [WHALES, NO_TITLE])
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        found = database.execute("SELECT year, text_sha256 FROM papers ORDER BY row").fetchall()
    assert found == [(2021, digest(WHALES.text)), (None, digest("Only an abstract."))]


def test_a_sealed_table_is_one_file_without_a_log(tmp_path: Path) -> None:
    write(tmp_path / "a.db", [WHALES])
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize(
    "name",
    [
        "W-1", " W-1\n", "old-whales", "s2:77",
        "10.1000/whales.(1)", "10.1000/WHALES.(1)", "doi:10.1000/whales.(1)", "https://doi.org/10.1000/Whales.(1)",
        "2105.00001", "2105.00001v3", "arXiv:2105.00001", "https://arxiv.org/abs/2105.00001v1",
        "https://arxiv.org/pdf/2105.00001v2.pdf", "10.48550/arXiv.2105.00001",
        "Whales Sing: A Study", "WHALES SING – a study.", "W", "W-",
    ],
)  # fmt: skip
def test_a_paper_is_found_by_every_way_to_name_it(table: Opener, name: str) -> None:
    assert table(SEALS, WHALES, SEALS_AGAIN, OLD_STYLE).row_of(name) == 1


def test_an_old_arxiv_id_names_a_paper(table: Opener) -> None:
    assert table(SEALS, OLD_STYLE).row_of("https://arxiv.org/abs/hep-th/9901001v2") == 1


@pytest.mark.parametrize(
    "name", ["", "  ", "X", "w-1", "W-1x", "S-3", "10.1000/other", "2105.00002", "Whale", "%", "_"]
)
def test_a_name_that_nothing_has_is_an_error_that_repeats_it(table: Opener, name: str) -> None:
    with pytest.raises(QueryError, match="no paper of this id") as error:
        table(SEALS, WHALES).row_of(name)
    assert repr(name) in error.value.message


@pytest.mark.parametrize("name", ["S", "S-", "Seals", "SEALS"])
def test_a_name_that_two_papers_have_is_an_error_that_names_them(table: Opener, name: str) -> None:
    with pytest.raises(QueryError, match="2 papers fit") as error:
        table(SEALS, WHALES, SEALS_AGAIN).row_of(name)
    assert error.value.hint == "give one id of S-1, S-2"


def test_a_beginning_of_very_many_ids_is_an_error_of_one_line(table: Opener) -> None:
    with pytest.raises(QueryError, match=r"100\+ papers fit") as error:
        table(*(Paper(f"p{number:04}", "T") for number in range(300))).row_of("p")
    assert error.value.hint == "give one id of p0000, p0001, p0002, p0003, ..."


def test_an_id_wins_over_all_other_ways(table: Opener) -> None:
    papers = [
        Paper("a", "Seals", aliases=("b", "2105.00001"), arxiv_id="2401.00001"),
        Paper("b", "a"),
        Paper("2401.00001", "b"),
        Paper("aa", "c", arxiv_id="2105.00001"),
    ]
    found = table(*papers)
    assert [found.row_of(name) for name in ("a", "b", "2401.00001", "2105.00001", "aa")] == [0, 1, 2, 0, 3]


ODD_IDS = ["a'b", 'a"b', "a%b", "a_b", "a/b\\c", "?", "#", "*", "ä", "a\u0308", "鯨", "\U0001f40b", "\U0010ffff",
           "--", ";DROP TABLE papers", "a%20b", "a%0Ab", "~2", "x~2", "NULL", "0", "-1", "1e5"]  # fmt: skip


@pytest.mark.parametrize("id", ODD_IDS)
def test_ids_with_odd_characters_name_their_paper(table: Opener, id: str) -> None:
    papers = [Paper(each, f"Title {number}") for number, each in enumerate(ODD_IDS)]
    found = table(*papers)
    assert found.row_of(id) == ODD_IDS.index(id)
    assert found.ids([ODD_IDS.index(id)]) == [id]


def test_an_id_with_white_space_is_found_as_the_corpus_wrote_it(table: Opener) -> None:
    found = table(Paper("my%20paper", "T", aliases=("old%20name",)))
    assert found.row_of("my paper") == found.row_of("my%20paper") == found.row_of("old name") == 0


def test_a_beginning_takes_letters_beyond_ascii(table: Opener) -> None:
    found = table(Paper("鯨-1", "T"), Paper("海-1", "U"), Paper("é\U0010fffe", "V"))
    assert (found.row_of("鯨"), found.row_of("海-"), found.row_of("é")) == (0, 1, 2)


@pytest.mark.parametrize("name", ["\udcff", "W\x00", "a" * 100_000, "10.1000/\udcff"])
def test_a_name_that_no_id_can_be_is_a_clear_error(table: Opener, name: str) -> None:
    with pytest.raises(QueryError):
        table(SEALS).row_of(name)


@pytest.mark.parametrize("folder", ["with space", "a?b", "a#b", "100%", "%41", "ä鯨", "a&b=c;d", "file:x"])
def test_a_path_of_any_characters_opens(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    with closing(PaperTable(write(tmp_path / folder / "papers.db", [WHALES]), 1)) as found:
        assert found.get([0]) == [WHALES]


def test_a_relative_path_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(PaperTable(write(Path("papers.db"), [WHALES]), 1)) as found:
        assert found.ids([0]) == ["W-1"]


def test_a_table_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", [WHALES, SEALS])
    with pytest.raises(StoreError, match="expected 3 papers, got 2"):
        PaperTable(path, 3)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(StoreError, match=r"a\.db: cannot be read"):
        PaperTable(tmp_path / "a.db", 1)


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        PaperTable(tmp_path / "a.db", 1)
    assert not list(tmp_path.iterdir())


def test_threads_may_share_a_table(table: Opener) -> None:
    papers = [Paper(f"p{number}", f"Title {number}") for number in range(50)]
    found = table(*papers)
    answers: list[bool] = []

    def ask(row: int) -> None:
        answers.append(all(found.get([found.row_of(f"Title {row}")]) == [papers[row]] for _ in range(20)))

    threads = [threading.Thread(target=ask, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8


def test_the_other_dois_and_arxiv_ids_of_a_merged_paper_find_it(table: Opener) -> None:
    papers = table(Paper("a", "Tides", doi="10.1000/one", aliases=("10.1000/two", "2401.00002")))
    assert papers.row_of("https://doi.org/10.1000/TWO") == papers.row_of("arXiv:2401.00002v3") == 0


def test_canonical_ids_follow_exact_ids_and_former_ids_only(table: Opener) -> None:
    papers = table(
        Paper("a", "Tides", aliases=("b", "old", "shared")), Paper("b", "Seals", doi="10.1000/x", aliases=("shared",))
    )
    many = [f"n{number}" for number in range(2000)]
    found = papers.canonical_ids(["a", "b", "old", "old", "shared", "Tides", "10.1000/x", "ol", "", *many])
    assert found == {"a": "a", "b": "b", "old": "a", "shared": "a"}
    assert papers.canonical_ids([]) == {}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE papers SET authors = '[1]'",
        "UPDATE papers SET authors = '{}'",
        "UPDATE papers SET keywords = '['",
        "UPDATE papers SET title = NULL",
        "UPDATE papers SET id = x'00'",
        "UPDATE papers SET abstract = CAST(x'ff' AS TEXT)",
        "UPDATE papers SET citations = 'many'",
        "UPDATE papers SET row = 7 WHERE row = 0",
    ],
)
def test_a_row_that_is_no_paper_is_a_clear_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.db"
    writer = PaperWriter(path)
    writer.append([Paper("a", "Tides", authors=("Ann Lee",))])
    writer.seal()
    with closing(sqlite3.connect(path)) as database:
        database.execute(damage)
        database.commit()
    with closing(PaperTable(path, 8 if "row = 7" in damage else 1)) as table, pytest.raises(StoreError) as error:
        table.get([0])
    assert error.value.message.startswith(f"{path}: cannot be read (")
