"""An index follows its corpus: what add, remove, sync and rollback make of it, and that nothing is embedded twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import TinyEncoder, write_jsonl
from damage import flip, live
from hypothesis import given, settings
from hypothesis import strategies as st
from states import Record, State, built, state

from semsearch.encoders.onnx import OnnxEncoder
from semsearch.errors import CorpusError, QueryError, SemsearchError, StoreError
from semsearch.paper import content_id
from semsearch.search import SearchIndex
from semsearch.store import FORMAT_VERSION, Change, generation_names, open_live, roll_back
from semsearch.update import Update, add_papers, remove_papers, sync_papers

WHALES: Record = {"id": "w", "title": "Whales", "abstract": "They sing to each other.", "categories": ["kept"]}
SEALS: Record = {"id": "s", "title": "Seals", "abstract": "They bark on the ice.", "doi": "10.1000/seals"}
GULLS: Record = {"id": "g", "title": "Gulls", "abstract": "They eat chips.", "arxiv_id": "2401.00001"}
TERNS: Record = {"id": "t", "title": "Terns", "abstract": "They fly from pole to pole.", "year": 2020}


def text_of(record: Record) -> str:
    return f"{record.get('title', '')} {record.get('abstract', '')}".strip()


class Index:
    """An index in a folder, changed by lists of records; `calls` are the texts that the last change encoded."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index"
        self.calls: list[str] = []

    def build(self, *records: Record, **options: Any) -> None:
        encoder = TinyEncoder()
        built(self.path, *records, **{"model": encoder, **options})
        self.calls = encoder.calls

    def _with(self, update: Callable[..., Update], given: Any, options: dict[str, Any]) -> Update:
        encoder = TinyEncoder()
        done = update(given, self.path, **{"encoder": encoder, **options})
        self.calls = encoder.calls
        return done

    def add(self, *records: Record, **options: Any) -> Update:
        return self._with(add_papers, write_jsonl(self.path.with_name("added.jsonl"), records), options)

    def sync(self, *records: Record, **options: Any) -> Update:
        return self._with(sync_papers, write_jsonl(self.path.with_name("synced.jsonl"), records), options)

    def remove(self, *names: str, **options: Any) -> Update:
        return self._with(remove_papers, names, options)

    @property
    def state(self) -> State:
        return state(self.path)

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())


@pytest.fixture
def index(tmp_path: Path) -> Index:
    made = Index(tmp_path)
    made.build(WHALES, SEALS, GULLS)
    return made


def fresh(tmp_path: Path, *records: Record) -> State:
    """The state of an index built of records, where none was before."""
    with TemporaryDirectory(dir=tmp_path) as folder:
        built(Path(folder) / "index", *records)
        return state(Path(folder) / "index")


def changed(done: Update) -> tuple[int, int, int, int]:
    change = done.change
    return change.added, change.replaced, change.removed, change.unchanged


# Adding


def test_new_papers_are_added_changed_ones_replaced_and_others_left_alone(index: Index, tmp_path: Path) -> None:
    seals = {**SEALS, "abstract": "They bark at the moon.", "citations": 3}
    done = index.add(TERNS, seals, WHALES)
    assert done.change == Change("add", added=1, replaced=1, unchanged=1, embedded=2, reused=2)
    assert done.published
    assert done.generation.manifest.change == done.change
    assert done.generation.manifest.parent == "generation-000001"
    assert sorted(index.calls) == sorted(map(text_of, (seals, TERNS)))
    assert index.state == fresh(tmp_path, WHALES, seals, GULLS, TERNS)


def test_a_change_that_leaves_the_text_alone_embeds_nothing(index: Index, tmp_path: Path) -> None:
    seals = {**SEALS, "citations": 3, "categories": ["kept"]}
    assert changed(index.add(seals)) == (0, 1, 0, 0)
    assert index.calls == []
    assert index.state == fresh(tmp_path, WHALES, seals, GULLS)


def test_what_is_there_already_publishes_nothing(index: Index) -> None:
    before = {path: path.read_bytes() for path in index.path.rglob("*") if path.is_file() and path.name != "LOCK"}
    done = index.add(GULLS, WHALES, SEALS, WHALES)
    assert (changed(done), done.published, done.generation.name) == ((0, 0, 0, 3), False, "generation-000001")
    assert index.calls == []
    after = {path: path.read_bytes() for path in index.path.rglob("*") if path.is_file() and path.name != "LOCK"}
    assert after == before


JOINING: dict[str, tuple[Record, str]] = {
    "doi": ({"id": "x", "title": "Seals, again", "abstract": "Other words.", "doi": "10.1000/SEALS"}, "s"),
    "arxiv id": ({"id": "x", "title": "Gulls, again", "abstract": "More.", "arxiv_id": "arXiv:2401.00001v3"}, "g"),
    "text": ({"id": "x", "title": "WHALES.", "abstract": "they sing, to each other", "venue": "Sea"}, "w"),
}


@pytest.mark.parametrize("way", JOINING)
def test_a_record_of_another_id_joins_its_paper_as_in_a_build(index: Index, tmp_path: Path, way: str) -> None:
    record, id = JOINING[way]
    assert changed(index.add(record)) == (0, 1, 0, 0)
    assert index.state == fresh(tmp_path, WHALES, SEALS, GULLS, record)
    assert len(index.state.records(id)) == 2
    with SearchIndex(index.path, encoder=TinyEncoder()) as opened:
        assert opened.paper("x").id == id
    assert changed(index.add(record)) == (0, 0, 0, 1)
    again = {**record, "venue": "Ocean"}  # its own record is replaced, the other one of the paper stays
    assert changed(index.add(again)) == (0, 1, 0, 0)
    assert index.state == fresh(tmp_path, WHALES, SEALS, GULLS, again)


def test_an_editorial_of_another_doi_is_added_and_replaces_none(index: Index, tmp_path: Path) -> None:
    stub: Record = {"title": "Editorial", "abstract": "This is the issue of spring."}
    records = [stub | {"id": "e1", "doi": "10.5555/e1"}, stub | {"id": "e2", "doi": "10.5555/e2"}, stub | {"id": "e3"}]
    assert [changed(index.add(record))[:3] for record in records] == [(1, 0, 0), (1, 0, 0), (0, 1, 0)]
    assert index.state == fresh(tmp_path, WHALES, SEALS, GULLS, *records)  # the third is the first


def test_a_record_that_is_two_papers_of_the_index_makes_them_one(index: Index) -> None:
    both = {"id": "b", "title": "Seals and gulls", "doi": "10.1000/seals", "arxiv_id": "2401.00001"}
    assert changed(index.add(both)) == (0, 1, 1, 0)
    assert index.state.ids == ["s", "w"]
    assert index.state.papers["s"].paper.arxiv_id == "2401.00001"
    assert set(index.state.papers["s"].paper.aliases) == {"g", "b"}
    assert index.calls == []  # of each field the first record counts, so the text is as it was


def test_two_records_that_come_in_and_one_paper_of_the_index_are_one_paper(index: Index) -> None:
    one = {"id": "a", "title": "A", "abstract": "First.", "doi": "10.1000/seals"}
    other = {"id": "s", "title": "Seals", "abstract": "They swim.", "citations": 9}
    assert changed(index.add(one, other)) == (0, 1, 0, 0)
    assert index.state.ids == ["g", "s", "w"]
    assert index.state.records("s") == ["They swim.", "First."]
    assert index.state.papers["s"].paper.citations == 9


def test_an_id_made_of_the_text_gives_way_to_one_of_its_own(tmp_path: Path) -> None:
    index = Index(tmp_path)
    nameless = {key: value for key, value in WHALES.items() if key != "id"}
    index.build(nameless, SEALS)
    made = content_id(WHALES["title"], WHALES["abstract"])
    assert index.state.ids == sorted([made, "s"])
    assert changed(index.add(WHALES)) == (0, 1, 0, 0)
    assert index.state.ids == ["s", "w"]
    assert index.state.papers["w"].paper.aliases == (made,)
    assert index.calls == []


def test_papers_under_suffixed_ids_are_known_again(tmp_path: Path) -> None:
    """Whether the corpus comes as a whole, in another order, or one record of it alone."""
    index = Index(tmp_path)
    other = {**SEALS, "id": "w", "doi": None}
    third = {**TERNS, "id": "w"}
    index.build(WHALES, other, third)
    before = index.state
    assert before.ids == ["w", "w~2", "w~3"]
    for again in ((WHALES, other, third), (third, WHALES, other), (other,), (third,), (other, third)):
        assert changed(index.add(*again)) == (0, 0, 0, len(again))
    assert index.state == before
    cited = {**third, "citations": 4}
    assert changed(index.add(cited)) == (0, 1, 0, 0)
    assert index.state.ids == ["w", "w~2", "w~3"]
    assert (index.state.papers["w~3"].paper.citations, index.state.papers["w~3"].paper.aliases) == (4, ())


def test_records_left_out_and_suffixed_are_counted(index: Index) -> None:
    done = index.add(TERNS, {"id": "none"}, {**TERNS, "abstract": "They nest on sand."})
    assert changed(done) == (2, 0, 0, 0)
    assert [(each.reason, each.count) for each in done.skipped] == [("neither title nor abstract", 1)]
    manifest = done.generation.manifest
    assert (manifest.skipped, manifest.renamed, manifest.counts.renamed) == (done.skipped, ("t~2",), 1)
    assert (manifest.counts.records, manifest.counts.papers) == (5, 5)
    assert manifest.corpus == (str(index.path.with_suffix(".jsonl")), str(index.path.with_name("added.jsonl")))


# Removing


@pytest.mark.parametrize("name", ["s", "10.1000/seals", "https://doi.org/10.1000/SEALS", "Seals", "SEALS."])
def test_a_paper_is_removed_by_any_of_its_names(index: Index, tmp_path: Path, name: str) -> None:
    done = index.remove(name)
    assert done.change == Change("remove", removed=1, unchanged=2, reused=2)
    assert index.calls == []
    assert index.state == fresh(tmp_path, WHALES, GULLS)
    with SearchIndex(index.path, encoder=TinyEncoder()) as opened, pytest.raises(QueryError, match="no paper of this"):
        opened.paper(name)


def test_unknown_names_are_refused_or_told(index: Index) -> None:
    with pytest.raises(QueryError, match=r"not in the index: 1 of 2 papers \('x'\); nothing was removed") as error:
        index.remove("s", "x")
    assert "--from" in error.value.hint
    assert generation_names(index.path) == ["generation-000001"]
    done = index.remove("s", "x", "s", strict=False)
    assert (done.unknown, changed(done)) == (("x",), (0, 0, 1, 2))
    done = index.remove("x", "y", strict=False)
    assert (done.unknown, done.published, done.generation.name) == (("x", "y"), False, "generation-000002")


def test_the_last_paper_is_not_removed(index: Index) -> None:
    with pytest.raises(QueryError, match="no paper would be left of 3"):
        index.remove("s", "w", "g")
    with pytest.raises(QueryError, match="nothing to remove"):
        index.remove()
    assert index.state.ids == ["g", "s", "w"]


@pytest.mark.parametrize("command", ["remove", "sync"])
def test_a_removed_paper_is_in_no_byte_of_the_disk_once_its_generation_is_gone(tmp_path: Path, command: str) -> None:
    index = Index(tmp_path)
    secret = {"id": "xq7", "title": "Zyzzyva", "abstract": "Quixotry.", "authors": ["Vexillum Wu"], "venue": "Psst"}
    index.build(WHALES, secret)
    words = [b"xq7", b"zyzzyva", b"quixotry", b"vexillum", b"psst"]

    def found() -> list[bytes]:
        content = b"".join(path.read_bytes().lower() for path in index.path.rglob("*") if path.is_file())
        return [word for word in words if word in content]

    assert found() == words
    update = {"remove": lambda **keep: index.remove("xq7", **keep), "sync": lambda **keep: index.sync(WHALES, **keep)}
    update[command]()
    assert found() == words  # to go back to
    roll_back(index.path)
    update[command](keep=0)
    assert found() == []
    assert index.names == ["CURRENT", "LOCK", open_live(index.path).name]


def test_what_a_killed_removal_left_of_a_paper_is_removed_by_the_next_command_whatever_it_does(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.build(WHALES, TERNS)
    index.remove("t")
    for name in ("papers.db", "manifest.json"):  # as far as it came with generation-000001
        (index.path / "generation-000001" / name).unlink()
    (index.path / "generation-000001").rename(index.path / "building-0123456789abcdef")
    assert changed(index.add(WHALES)) == (0, 0, 0, 1)
    assert index.names == ["CURRENT", "LOCK", "generation-000002"]


# Syncing


def test_sync_makes_an_index_what_a_build_would(index: Index, tmp_path: Path) -> None:
    seals = {**SEALS, "abstract": "They sleep."}
    done = index.sync(TERNS, seals, WHALES)
    assert done.change == Change("sync", added=1, replaced=1, removed=1, unchanged=1, embedded=2, reused=1)
    assert sorted(index.calls) == sorted(map(text_of, (seals, TERNS)))
    assert index.state == fresh(tmp_path, TERNS, seals, WHALES)
    assert done.generation.manifest.corpus == (str(index.path.with_name("synced.jsonl")),)
    done = index.sync(WHALES, TERNS, seals)
    assert (changed(done), done.published) == ((0, 0, 0, 3), False)


def test_sync_undoes_what_joined(index: Index, tmp_path: Path) -> None:
    """What added records brought together is apart again where the corpus has it apart."""
    index.add({"id": "b", "title": "Both", "doi": "10.1000/seals", "arxiv_id": "2401.00001"})
    assert changed(index.sync(WHALES, SEALS, GULLS)) == (1, 1, 0, 1)
    assert index.state == fresh(tmp_path, WHALES, SEALS, GULLS)


@pytest.mark.parametrize("update", ["add", "sync"])
def test_an_empty_corpus_changes_nothing(index: Index, update: str) -> None:
    with pytest.raises(CorpusError, match=r"the corpus is empty|no paper in the corpus"):
        getattr(index, update)()
    assert index.names == ["CURRENT", "LOCK", "generation-000001"]


def test_an_update_of_no_index_makes_none(tmp_path: Path) -> None:
    index = Index(tmp_path)
    for update in (lambda: index.add(WHALES), lambda: index.sync(WHALES), lambda: index.remove("w")):
        with pytest.raises(StoreError, match="no such index"):
            update()
    assert not index.path.exists()


# Nothing twice


def test_a_build_over_an_index_embeds_what_is_new_and_no_text_twice(index: Index, tmp_path: Path) -> None:
    same_text = {**TERNS, "id": "t2", "title": "Terns They", "abstract": "fly from pole to pole."}
    assert text_of(same_text) == text_of(TERNS)
    index.build(SEALS, TERNS, same_text, WHALES)
    assert index.calls == [text_of(TERNS)]
    manifest = open_live(index.path).manifest
    assert (manifest.change.embedded, manifest.change.reused) == (1, 2)
    assert index.state == fresh(tmp_path, SEALS, TERNS, same_text, WHALES)
    index.build(GULLS)  # of the generation before, which is still there
    assert index.calls == []


def test_the_same_text_is_encoded_once_however_far_apart(tmp_path: Path) -> None:
    records = [{"id": f"p{n}", "title": f"Paper {n % 90}", "abstract": f"{n // 90}"} for n in range(180)]
    records += [{"id": f"q{n}", "title": "Paper", "abstract": f"{n} 0"} for n in range(90)]
    index = Index(tmp_path)
    index.build(*records)
    assert len(index.calls) == len(set(index.calls)) == 180
    assert index.state.vectors["p5"] == index.state.vectors["q5"] != index.state.vectors["p95"]


OTHERS: dict[str, TinyEncoder] = {"words": TinyEncoder(max_words=3), "dimensions": TinyEncoder(dimensions=16)}


@pytest.mark.parametrize("differing", OTHERS)
def test_the_vectors_of_another_encoder_are_never_taken(index: Index, tmp_path: Path, differing: str) -> None:
    other = OTHERS[differing]
    other.calls.clear()
    index.build(WHALES, SEALS, model=other)
    assert sorted(other.calls) == sorted(map(text_of, (WHALES, SEALS)))
    built(tmp_path / "elsewhere", WHALES, SEALS, model=other)
    assert state(index.path, other) == state(tmp_path / "elsewhere", other)
    index.build(WHALES, SEALS)  # the first generation of this encoder is still there
    assert index.calls == []
    assert index.state == fresh(tmp_path, WHALES, SEALS)


def test_an_update_keeps_the_encoder_of_the_index(tmp_path: Path, tiny_onnx: OnnxEncoder) -> None:
    """And what it embeds has the bits that it would have in a build, in whatever company."""
    titles = ["the whale song", "seal of the ice", "gull", "robot learns to walk in the sand", "warm water north", "é"]
    records: list[Record] = [{"id": f"p{n}", "title": title} for n, title in enumerate(titles)]
    built(tmp_path / "index", *records[:2], model=tiny_onnx)
    for record in records[2:]:
        done = add_papers(write_jsonl(tmp_path / "more.jsonl", [record]), tmp_path / "index")
        assert done.change.embedded == 1
    built(tmp_path / "fresh", *records, model=tiny_onnx)
    questions = ("whale", "the ice")
    assert state(tmp_path / "index", tiny_onnx, questions) == state(tmp_path / "fresh", tiny_onnx, questions)
    assert done.generation.manifest.encoder == open_live(tmp_path / "fresh").manifest.encoder
    with SearchIndex(tmp_path / "index") as opened:
        assert opened.search("robot learns to walk in the sand", 1)[0].id == "p3"


def test_an_index_of_the_format_before_is_asked_and_updated(tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(Path(__file__).parent / "golden" / "format-2", index)
    with SearchIndex(index) as opened:
        papers = [hit.paper for hit in opened.search("the whale", 100)]
        before = {hit.id: hit.similarity for hit in opened.search("the whale", 100, mode="dense")}
    assert papers
    done = add_papers(write_jsonl(tmp_path / "more.jsonl", [{"id": "new", "title": "whale and seal"}]), index)
    assert done.change == Change("add", added=1, embedded=1, reused=len(papers))
    assert done.generation.manifest.format == FORMAT_VERSION
    with SearchIndex(index) as opened:
        after = {hit.id: hit.similarity for hit in opened.search("the whale", 100, mode="dense")}
        assert sorted(after) == sorted([*before, "new"])
        assert {id: value for id, value in after.items() if id != "new"} == before
    again = [paper.as_dict() for paper in papers]
    assert changed(add_papers(write_jsonl(tmp_path / "again.jsonl", again), index)) == (0, 0, 0, len(papers))
    assert roll_back(index).manifest.format == 2


# Going back


def test_rollback_goes_to_the_generation_before_and_forward_again(index: Index) -> None:
    first = index.state
    index.add(TERNS)
    second = index.state
    assert roll_back(index.path).name == "generation-000001"
    assert index.state == first
    assert roll_back(index.path, "generation-000002").name == "generation-000002"
    assert index.state == second
    roll_back(index.path)
    done = index.remove("w")  # what was left is gone with the next change, and its number is not used again
    assert (done.generation.name, done.generation.manifest.parent) == ("generation-000003", "generation-000001")
    assert index.names == ["CURRENT", "LOCK", "generation-000001", "generation-000003"]


@pytest.mark.parametrize("to", [None, "generation-000009", "generation-000001", "../elsewhere"])
def test_where_there_is_no_generation_to_go_back_to_nothing_happens(index: Index, to: str | None) -> None:
    with pytest.raises(StoreError, match="no generation"):
        roll_back(index.path, to)
    assert open_live(index.path).name == "generation-000001"


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_as_many_generations_are_kept_as_were_asked_for(index: Index, keep: int) -> None:
    for number in range(4):
        index.add({**TERNS, "citations": number}, keep=keep)
    assert generation_names(index.path) == [f"generation-{number:06}" for number in range(5 - keep, 6)]
    for number in reversed(range(5 - keep, 5)):
        assert roll_back(index.path).name == f"generation-{number:06}"


def test_a_damaged_index_is_not_updated_but_left_or_built_anew(index: Index, tmp_path: Path) -> None:
    index.add(TERNS)
    path = live(index.path) / "vectors.faiss"
    flip(path, path.stat().st_size - 3, 2)
    updates = (lambda: index.add(GULLS), lambda: index.sync(GULLS), lambda: index.remove("w"))
    for update in updates:
        with pytest.raises(StoreError, match=r"vectors\.faiss: damaged") as error:
            update()
        assert "semsearch rollback" in error.value.hint
    shutil.copytree(index.path, tmp_path / "copy")
    roll_back(index.path)
    assert index.state == fresh(tmp_path, WHALES, SEALS, GULLS)
    assert changed(index.add(TERNS)) == (1, 0, 0, 0)
    index.path = tmp_path / "copy"
    index.build(TERNS, WHALES)  # what the whole generation before has is taken over from that
    assert index.calls == [text_of(TERNS)]
    assert index.state == fresh(tmp_path, WHALES, TERNS)


def test_a_damaged_index_alone_is_embedded_anew_by_a_build(index: Index, tmp_path: Path) -> None:
    path = live(index.path) / "papers.db"
    flip(path, path.stat().st_size - 3, 2)
    index.build(WHALES, SEALS)
    assert sorted(index.calls) == sorted(map(text_of, (WHALES, SEALS)))
    assert index.state == fresh(tmp_path, WHALES, SEALS)


# Anything in any order, beside a dictionary


def numbered(number: int, version: int) -> Record:
    return {
        "id": f"p{number}",
        "title": f"Paper {number}",
        "abstract": f"Seals and whales sing in version {version}." * (1 + 20 * (version == 2)),
        "categories": ["kept"] * (version % 2),
        "year": 2000 + version,
    }


RECORDS = st.lists(st.builds(numbered, st.integers(0, 5), st.integers(0, 3)), max_size=5, unique_by=lambda r: r["id"])
STEP = st.one_of(
    st.tuples(st.sampled_from(["add", "sync", "build"]), RECORDS),
    st.tuples(st.just("remove"), st.lists(st.sampled_from([f"p{n}" for n in range(6)]), min_size=1, max_size=3)),
    st.tuples(st.just("rollback"), st.just(())),
)


class Model:
    """The same changes made to a dictionary: generations are pairs of a parent and the records by id."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.generations = [(-1, {record["id"]: record for record in records})]
        self.live = 0
        self.embedded = {text_of(record) for record in records}

    def change(self, what: str, given: Sequence[Any]) -> bool:
        """Whether it is one that an index allows."""
        parent, now = self.generations[self.live]
        if what == "rollback":
            if parent >= 0:
                self.live = parent
            return parent >= 0
        if what == "remove":
            then = {id: record for id, record in now.items() if id not in given}
        else:
            coming = {record["id"]: record for record in given}
            then = {**now, **coming} if what == "add" else coming
        if not (then if what == "remove" else given):
            return False
        if then != now or what == "build":
            self.generations.append((self.live, then))
            self.live = len(self.generations) - 1
        return True

    @property
    def records(self) -> list[Record]:
        return list(self.generations[self.live][1].values())


@settings(max_examples=8, deadline=None)
@given(RECORDS.filter(bool), st.lists(STEP, min_size=1, max_size=6))
def test_an_index_is_what_a_build_of_its_papers_is_whatever_was_done_to_it(
    first: list[Record], steps: list[tuple[str, Any]]
) -> None:
    with TemporaryDirectory() as folder:
        index, model = Index(Path(folder)), Model(first)
        index.build(*first)
        for what, given_ in steps:
            change: dict[str, Callable[[], object]] = {
                "rollback": lambda: roll_back(index.path),
                "remove": lambda: index.remove(*given_, strict=False, keep=9),  # noqa: B023
                "build": lambda: index.build(*given_, keep=9),  # noqa: B023
                "add": lambda: index.add(*given_, keep=9),  # noqa: B023
                "sync": lambda: index.sync(*given_, keep=9),  # noqa: B023
            }
            index.calls = []
            if model.change(what, given_):
                change[what]()
            else:
                with pytest.raises(SemsearchError):
                    change[what]()
            assert not model.embedded.intersection(index.calls)  # no text twice, as no generation was dropped
            model.embedded.update(index.calls)
        assert index.state == fresh(Path(folder), *model.records)


def known(id: str, title: str, abstract: str, doi: str | None, arxiv_id: str | None) -> Record:
    values = {"id": id, "title": title, "abstract": abstract, "doi": doi, "arxiv_id": arxiv_id}
    return {name: value for name, value in values.items() if value}


MIXED = st.lists(
    st.builds(
        known,
        st.sampled_from("abcdef"),
        st.sampled_from(["One", "Two"]),
        st.sampled_from(["", "First.", "Second."]),
        st.sampled_from([None, None, "10.1000/a", "10.1000/b"]),
        st.sampled_from([None, None, None, "2401.00001"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda record: record["id"],
)


@settings(max_examples=5, deadline=None)
@given(MIXED, MIXED)
def test_whatever_papers_have_in_common_adding_them_again_changes_nothing_and_sync_is_a_build(
    first: list[Record], more: list[Record]
) -> None:
    with TemporaryDirectory() as folder:
        index = Index(Path(folder))
        index.build(*first)
        assert not index.add(*first).published
        index.add(*more)
        assert not index.add(*more).published
        index.sync(*more)
        assert index.state == fresh(Path(folder), *more)
