"""Moving on to another generation: what is asked is answered by one of them alone, and the others are let go of."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sharing
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.encoders import Encoder
from semsearch.errors import EncoderError, StoreError
from semsearch.filters import Filter
from semsearch.results import Results
from semsearch.search import SearchIndex


def publish(index: Path, edition: int, encoder: Encoder | None = None) -> str:
    return sharing.publish(index, edition, encoder or TinyEncoder())


def edition_of(answer: Results) -> int:
    return sharing.edition_of(answer.as_dict(), lambda _: TinyEncoder())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    assert publish(tmp_path / "index", 1) == "generation-000001"
    return tmp_path / "index"


@pytest.fixture
def index(path: Path) -> Iterator[SearchIndex]:
    with SearchIndex(path, encoder=TinyEncoder()) as opened:
        yield opened


def asked(index: SearchIndex, filter: Filter | None = None) -> int:
    return edition_of(index.search("whale", 3, filter=filter))


def test_an_open_index_moves_on_when_it_is_told_to(index: SearchIndex) -> None:
    assert asked(index) == 1
    assert not index.refresh()
    publish(index.path, 2)
    publish(index.path, 3)  # which removes the first
    assert (asked(index), len(index), index.generation.name) == (1, 4, "generation-000001")
    assert index.refresh()
    assert (asked(index), len(index), index.generation.name) == (3, 6, "generation-000003")
    assert index.manifest.parent == "generation-000002"
    assert index.paper("whale").year == 1903
    assert not index.refresh()


def test_it_moves_on_to_a_generation_that_was_rolled_back_to(index: SearchIndex) -> None:
    publish(index.path, 2)
    assert index.refresh()
    (index.path / "CURRENT").write_text("generation-000001\n")
    assert index.refresh()
    assert asked(index) == 1


def test_an_index_built_anew_in_the_same_place_is_another_though_its_name_is_not(index: SearchIndex) -> None:
    corpus = write_jsonl(index.path.parent / "other.jsonl", [{"id": "auk", "title": "Auks"}])
    shutil.rmtree(index.path)
    assert asked(index) == 1
    assert build_index(corpus, index.path, model=TinyEncoder()).name == "generation-000001"
    assert index.refresh()
    assert [hit.id for hit in index.search("whale")] == ["auk"]


def test_what_a_filter_allows_is_of_the_generation_that_answers(index: SearchIndex) -> None:
    """The same filter each time, and the rows of the papers that it allows are others in each."""
    some = Filter(only=("whale", "gull"))
    for edition in (1, 2, 3):
        if edition > 1:
            publish(index.path, edition)
            assert index.refresh()
        answer = index.search("whale", 3, filter=some)
        assert {hit.id for hit in answer} == {"whale", "gull"}
        assert edition_of(answer) == edition
    assert len(index.search("whale", filter=Filter(year=1901))) == 0


@pytest.mark.parametrize("part", ["papers.db", "vectors.faiss", "lexical/meta.json", "manifest.json"])
def test_where_the_new_generation_is_damaged_the_old_one_goes_on(index: SearchIndex, part: str) -> None:
    broken = index.path / publish(index.path, 2) / part
    broken.write_bytes(broken.read_bytes()[:-2])
    for _ in range(2):
        with pytest.raises(StoreError, match="generation-000002"):
            index.refresh()
        assert (asked(index), index.generation.name) == (1, "generation-000001")
    publish(index.path, 3)
    assert index.refresh()
    assert asked(index) == 3


def test_where_the_index_is_gone_the_open_one_goes_on(index: SearchIndex) -> None:
    moved = index.path.rename(index.path.parent / "moved")
    with pytest.raises(StoreError, match="no such index"):
        index.refresh()
    assert asked(index) == 1
    moved.rename(index.path)
    assert not index.refresh()


def test_no_file_but_the_manifest_is_looked_at_where_nothing_was_published(index: SearchIndex) -> None:
    """What becomes of its files meanwhile is no matter for what has them open."""
    folder = index.path / index.generation.name
    for file in (folder / "papers.db", folder / "vectors.faiss"):
        file.unlink()
    assert not index.refresh()
    assert asked(index) == 1
    (folder / "manifest.json").unlink()
    with pytest.raises(StoreError, match=r"no manifest\.json"):
        index.refresh()
    assert asked(index) == 1


def test_an_index_that_was_closed_says_so(index: SearchIndex) -> None:
    index.close()
    asks: list[Callable[[], object]] = [
        index.refresh, lambda: index.search("whale"), lambda: index.similar("whale"), lambda: index.paper("whale"),
        lambda: index.rank(["whale"]), lambda: index.encoder,
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(StoreError, match="the index was closed"):
            ask()
    assert (len(index), index.manifest.counts.papers) == (4, 4)
    index.close()


def test_it_is_looked_for_where_it_was_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with SearchIndex("index", encoder=TinyEncoder()) as index:
        monkeypatch.chdir("/")
        assert not index.refresh()
        publish(path, 2)
        assert index.refresh()
        assert asked(index) == 2
        assert index.search("whale").searched.path == "index"


# Under questions that are being answered


class Gate(TinyEncoder):
    """Waits in the middle of a question until it is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.open = threading.Event(), threading.Event()

    def encode_queries(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
        self.reached.set()
        assert self.open.wait(60)
        return super().encode_queries(texts)


@pytest.mark.parametrize("then", ["refresh", "close"])
def test_a_question_ends_with_the_generation_that_it_began_with(path: Path, then: str) -> None:
    """The files of it are gone from the disk by then, and are closed behind the question."""
    gate = Gate()
    answers: list[Results] = []
    before = handles(collect=True)
    index = SearchIndex(path, encoder=gate)
    thread = threading.Thread(
        target=lambda: answers.append(index.search("whale", 3, filter=Filter(until="1950"), why=True))
    )
    thread.start()
    assert gate.reached.wait(60)
    publish(path, 2)
    publish(path, 3)
    getattr(index, then)()
    assert not (path / "generation-000001").exists()
    gate.open.set()
    thread.join()
    assert edition_of(answers[0]) == 1
    for hit in answers[0]:
        assert hit.why
        assert hit.why.sentence(hit.paper.abstract) in (f"All about the {hit.id} .", "As of edition1 .")
    if then == "refresh":
        assert asked(index) == 3
        index.close()
    assert handles() == before


@pytest.mark.parametrize("then", ["refresh", "close"])
def test_a_ranking_ends_with_the_generation_that_it_began_with(path: Path, then: str) -> None:
    before = handles(collect=True)
    index = SearchIndex(path, encoder=TinyEncoder())
    expected = [[each.id for each in ranking.papers] for ranking in index.rank(["edition1 seal", "gull"])]
    rankings = index.rank(["edition1 seal", "gull"])
    publish(path, 2)
    publish(path, 3)
    getattr(index, then)()
    assert [[each.id for each in ranking.papers] for ranking in rankings] == expected
    index.close()
    assert handles() == before


def test_threads_ask_while_another_moves_on(index: SearchIndex) -> None:
    """Each answer is of one generation, and no thread sees an earlier one again."""
    done = threading.Event()
    seen: list[list[int]] = [[] for _ in range(3)]
    asking = [threading.Event() for _ in seen]

    def ask(found: list[int], begun: threading.Event) -> None:
        while not done.is_set():
            found.append(asked(index, Filter(only=sharing.WORDS)))
            begun.set()

    threads = [threading.Thread(target=ask, args=each) for each in zip(seen, asking, strict=True)]
    for thread in threads:
        thread.start()
    try:
        for edition in range(2, 6):
            publish(index.path, edition)
            assert index.refresh()
            for begun in asking:  # twice: the question that was being answered may have begun before
                for _ in range(2):
                    begun.clear()
                    assert begun.wait(60)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    for found in seen:
        assert found == sorted(found)
        assert set(found) >= set(range(2, 6))


def handles(*, collect: bool = False) -> tuple[int, int]:
    """How many files this process has open, and how many of an index it maps; collect: garbage of other tests first."""
    if collect:
        gc.collect()
    process = Path("/proc/self")
    if not process.is_dir():
        return 0, 0
    mapped = [line for line in (process / "maps").read_text().splitlines() if "/generation-" in line]
    opened = [file for file in (process / "fd").iterdir() if file.is_symlink()]
    return len(opened), len(mapped)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
def test_fifty_generations_later_no_more_files_are_open(index: SearchIndex) -> None:
    """Without help from the garbage collector: whatever asks for none any more lets go of it."""
    publish(index.path, 2)
    assert index.refresh()
    assert asked(index) == 2
    before = handles(collect=True)
    assert before[1] > 0
    shutil.copytree(index.path / "generation-000002", index.path / "generation-000003")
    gc.disable()
    try:
        for number in range(50):
            (index.path / "CURRENT").write_text(f"generation-{3 - number % 2:06}\n")
            assert index.refresh()
            if number % 5 == 0:
                assert index.search("whale", 1, filter=Filter(venue="Journal 2"))[0].paper.year == 1902
        opened, mapped = handles()
        assert opened <= before[0]  # fewer where what another test left was closed meanwhile
        assert mapped == before[1]
    finally:
        gc.enable()


# The encoder


class Carried(TinyEncoder):
    """An encoder that travels in the index, or says that it does."""

    def __init__(self, folder: Path, content: str = "graph") -> None:
        super().__init__()
        self.identity = replace(self.identity, engine="onnx", document_engine="onnx")
        self.folder = folder / content  # type: ignore[assignment]
        (folder / content).mkdir(exist_ok=True)
        for name in ("model.onnx", "tokenizer.json"):
            (folder / content / name).write_text(content)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The graphs of the encoders that were loaded, in order."""
    graphs: list[bytes] = []

    def load(identity: object, files: dict[str, bytes], folder: Path) -> Encoder:
        graphs.append(files["model.onnx"])
        if files["model.onnx"] == b"broken":
            raise EncoderError("it is broken")
        return TinyEncoder()

    monkeypatch.setattr("semsearch.opened.encoder_of", load)
    return graphs


def test_an_encoder_that_stays_the_same_is_loaded_once(tmp_path: Path, loaded: list[bytes]) -> None:
    path = tmp_path / "index"
    publish(path, 1, Carried(tmp_path))
    with SearchIndex(path) as index:
        assert loaded == []
        assert asked(index) == 1
        for edition in (2, 3, 4):
            publish(path, edition, Carried(tmp_path))
            assert index.refresh()
            assert asked(index) == edition
        assert loaded == [b"graph"]


def test_another_encoder_is_loaded_by_the_refresh(tmp_path: Path, loaded: list[bytes]) -> None:
    """The identities are the same, the bytes are not."""
    path = tmp_path / "index"
    publish(path, 1, Carried(tmp_path))
    with SearchIndex(path) as index:
        assert asked(index) == 1
        publish(path, 2, Carried(tmp_path, "another"))
        assert index.refresh()
        assert loaded == [b"graph", b"another"]
        assert asked(index) == 2
        assert loaded == [b"graph", b"another"]


def test_an_encoder_that_no_question_needed_is_not_loaded_by_a_refresh(tmp_path: Path, loaded: list[bytes]) -> None:
    path = tmp_path / "index"
    publish(path, 1, Carried(tmp_path))
    with SearchIndex(path) as index:
        publish(path, 2, Carried(tmp_path, "another"))
        assert index.refresh()
        assert loaded == []
        assert asked(index) == 2
        assert loaded == [b"another"]


def test_where_the_new_encoder_cannot_be_loaded_the_old_generation_goes_on(tmp_path: Path, loaded: list[bytes]) -> None:
    path = tmp_path / "index"
    publish(path, 1, Carried(tmp_path))
    before = handles(collect=True)
    with SearchIndex(path) as index:
        assert asked(index) == 1
        publish(path, 2, Carried(tmp_path, "broken"))
        with pytest.raises(EncoderError, match="it is broken"):
            index.refresh()
        assert asked(index) == 1
    with SearchIndex(path) as index:
        for _ in range(2):  # the files are read from their beginning again
            with pytest.raises(EncoderError, match="it is broken"):
                index.search("whale")
    assert loaded == [b"graph", b"broken", b"broken", b"broken"]
    assert handles() == before


def test_an_encoder_that_was_given_and_does_not_fit_the_new_generation_is_refused(index: SearchIndex) -> None:
    publish(index.path, 2, TinyEncoder(dimensions=16))
    with pytest.raises(EncoderError, match="the encoder given has dimensions 32 and not 16"):
        index.refresh()
    assert asked(index) == 1
