"""Asking: every answer is the one that numpy gives by brute force, on values."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.errors import EncoderError, QueryError
from semsearch.filters import Filter
from semsearch.questions import Question
from semsearch.retrieval import MODES, Mode
from semsearch.search import QUESTION_CHARS, SearchIndex, open_index

WORDS = ["whale", "seal", "gull", "tern", "auk", "krill", "kelp", "reef", "tide", "storm", "ice", "sand"]
PAPERS = 400
SAME = 90
"""Papers whose texts are alike to the last letter, under ids in an order of their own."""


def texts() -> dict[str, str]:
    """The embedded text of every paper by id."""
    random = np.random.default_rng(0)
    found = {f"p{number:03}": " ".join(random.choice(WORDS, 8)) for number in range(PAPERS)}
    for number in random.permutation(SAME):
        found[f"same{number:02}"] = "one and the same notice"
    return found


TEXTS = texts()
IDS = list(TEXTS)
STORED = np.stack([TinyEncoder().encode_queries([text])[0] for text in TEXTS.values()]).astype(np.float16)

QUESTIONS = [
    "whale seal gull",
    "ice ice storm",
    "one and the same notice",
    "notice",
    "何 кит",
    "kelp reef tide sand auk",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of TEXTS. Papers of one text are kept apart by being no papers with abstracts."""
    folder = tmp_path_factory.mktemp("search")
    records = ({"id": id, "title": text, "doi": f"10.1000/{id}"} for id, text in TEXTS.items())
    build_index(write_jsonl(folder / "papers.jsonl", records), folder / "index", model=TinyEncoder())
    return folder / "index"


@pytest.fixture(scope="module")
def index(path: Path) -> Iterator[SearchIndex]:
    with SearchIndex(path, encoder=TinyEncoder()) as opened:
        yield opened


def oracle(vector: np.ndarray, without: tuple[str, ...] = ()) -> list[tuple[str, float]]:
    """Every paper but some with its cosine, best first, ties by id. Papers of one text have one cosine."""
    cosines = STORED.astype(np.float64) @ vector.astype(np.float64)
    by_text = dict(zip(TEXTS.values(), cosines, strict=True))
    ordered = sorted(IDS, key=lambda id: (-by_text[TEXTS[id]], id))
    return [(id, by_text[TEXTS[id]]) for id in ordered if id not in without]


def encoded(text: str) -> np.ndarray:
    return TinyEncoder().encode_queries([text])[0]


def pairs(hits: object) -> list[tuple[str, float]]:
    return [(hit.id, hit.similarity) for hit in hits]  # type: ignore[attr-defined]


def same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    assert [id for id, _ in found] == [id for id, _ in expected]
    np.testing.assert_allclose([c for _, c in found], [min(c, 1.0) for _, c in expected], atol=1e-6)


@pytest.mark.parametrize("k", [1, 10, 89, 90, 91, 489, 490, 491, 10**12])
@pytest.mark.parametrize("question", QUESTIONS)
def test_search_is_brute_force(index: SearchIndex, question: str, k: int) -> None:
    found = index.search(question, k, mode="dense")
    same(pairs(found), oracle(encoded(question))[:k])
    assert [hit.rank for hit in found] == list(range(1, min(k, len(index)) + 1))
    assert all(hit.score == hit.similarity and hit.lexical is None for hit in found)


@pytest.mark.parametrize("offset", [0, 1, 5, 85, 300, 485, 490, 10**12])
def test_an_offset_leaves_out_the_best(index: SearchIndex, offset: int) -> None:
    for question in ("ice ice storm", "one and the same notice"):
        found = index.search(question, 10, offset=offset, mode="dense")
        same(pairs(found), oracle(encoded(question))[offset : offset + 10])
        assert [hit.rank for hit in found] == list(range(offset + 1, offset + 1 + len(found)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_pages_are_the_whole_answer_and_the_first_five_of_ten_are_five(
    index: SearchIndex, question: str, mode: Mode
) -> None:
    whole = pairs(index.search(question, 490, mode=mode))
    assert pairs(index.search(question, 5, mode=mode)) == whole[:5]
    assert pairs(index.search(question, 10, mode=mode)) == whole[:10]
    pages = [index.search(question, 35, offset=start, mode=mode) for start in range(0, 490, 35)]
    assert [each for page in pages for each in pairs(page)] == whole


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("k", [1, 2, 17, 18, 50, 89])
def test_of_many_identical_texts_the_first_ids_are_taken(index: SearchIndex, k: int, mode: Mode) -> None:
    found = index.search("one and the same notice", k, mode=mode)
    assert [hit.id for hit in found] == [f"same{number:02}" for number in range(k)]
    assert len({hit.similarity for hit in found}) == 1


def test_similarities_never_leave_the_range_of_cosines(index: SearchIndex) -> None:
    for text in list(TEXTS.values())[:60]:
        assert 0.999 < index.search(text, 1)[0].similarity <= 1.0


def test_hits_carry_their_papers(index: SearchIndex) -> None:
    for hit in index.search("kelp", 20):
        assert (hit.paper.id, hit.paper.title, hit.paper.doi) == (hit.id, TEXTS[hit.id], f"10.1000/{hit.id}")


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\u200b", "\x00\x07", "\ud800"])
def test_an_empty_question_is_a_clear_error(index: SearchIndex, question: str) -> None:
    with pytest.raises(QueryError, match="the question is empty"):
        index.search(question)
    with pytest.raises(QueryError, match="the text is empty"):
        index.similar(text=question)
    with pytest.raises(QueryError, match="the question 2 is empty"):
        list(index.rank(["whale", question]))


@pytest.mark.parametrize("value", [None, 7, b"whale", ["whale"]])
def test_values_of_a_wrong_type_are_clear_errors(index: SearchIndex, value: Any) -> None:
    with pytest.raises(QueryError, match=r"the question is .*, expected text"):
        index.search(value)
    with pytest.raises(QueryError, match=r"expected a semsearch\.filters\.Filter"):
        index.search("whale", filter={"venue": value} if value else "ACL")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match=r"the question 2 is .*, expected text"):
        list(index.rank(["whale", value]))
    with pytest.raises(QueryError, match="no name of a paper, expected text"):
        index.paper(value)
    with pytest.raises(QueryError, match="no name of a paper, expected text"):
        index.similar(["p001", value])


@pytest.mark.parametrize("value", [None, 7])
def test_no_list_is_a_clear_error(index: SearchIndex, value: Any) -> None:
    with pytest.raises(QueryError, match="expected a list of questions"):
        index.rank(value)
    with pytest.raises(QueryError, match="no name of a paper, expected text"):
        index.similar(value)


def test_reasons_take_one_more_encoding_and_the_question_none(path: Path) -> None:
    encoder = TinyEncoder()
    with SearchIndex(path, encoder=encoder) as opened:
        opened.search("whale", 3, why=True)
    assert encoder.calls == ["whale"]  # its papers have no abstracts


@pytest.mark.parametrize(
    "question", ["鯨はどう歌いますか", "как поют киты", "كيف تغني الحيتان", "\U0001f40b", "?!", "a" * 50]
)
def test_a_question_in_any_script_is_answered(index: SearchIndex, question: str) -> None:
    same(pairs(index.search(question, 20, mode="dense")), oracle(encoded(question))[:20])
    assert len(index.search(question, 20)) == 20


def test_an_absurdly_long_question_is_read_from_its_beginning(index: SearchIndex) -> None:
    found = index.search("whale " * 1_000_000, 10, mode="dense")
    same(pairs(found), oracle(encoded("whale " * 50))[:10])
    assert found.query is not None
    assert len(found.query) <= QUESTION_CHARS
    assert len(index.search("w" * 10_000_000, 3)) == 3


@pytest.mark.parametrize("k", [0, -1])
def test_a_k_below_one_is_a_clear_error(index: SearchIndex, k: int) -> None:
    for ask in (
        lambda: index.search("whale", k),
        lambda: index.similar("p001", k),
        lambda: list(index.rank(["whale"], k)),
    ):
        with pytest.raises(QueryError, match=f"k is {k}, expected at least 1"):
            ask()


def test_an_unknown_mode_is_a_clear_error(index: SearchIndex) -> None:
    for ask in (
        lambda: index.search("whale", mode="bm25"),  # type: ignore[arg-type]
        lambda: index.similar("p001", mode="bm25"),  # type: ignore[arg-type]
        lambda: list(index.rank(["whale"], mode="bm25")),  # type: ignore[arg-type]
    ):
        with pytest.raises(QueryError, match="the mode is 'bm25', expected one of hybrid, dense, lexical"):
            ask()


def test_a_negative_offset_is_a_clear_error(index: SearchIndex) -> None:
    for ask in (lambda: index.search("whale", offset=-1), lambda: index.similar("p001", offset=-1)):
        with pytest.raises(QueryError, match="the offset is -1"):
            ask()


# similar


def mean(*vectors: np.ndarray) -> np.ndarray:
    total = np.mean(np.stack(vectors).astype(np.float64), axis=0)
    return total / np.linalg.norm(total)


def stored(id: str) -> np.ndarray:
    return STORED[IDS.index(id)].astype(np.float64)


@pytest.mark.parametrize("named", [("p001",), ("p001", "p200"), ("same03",), ("same03", "p010", "p399")])
@pytest.mark.parametrize("k", [1, 10, 1000])
def test_similar_is_brute_force_without_the_papers_named(index: SearchIndex, named: tuple[str, ...], k: int) -> None:
    found = index.similar(named, k, mode="dense")
    same(pairs(found), oracle(mean(*map(stored, named)), without=named)[:k])
    assert (found.query, found.like) == (None, named)


def test_similar_takes_one_name_a_list_and_every_way_to_name(index: SearchIndex) -> None:
    expected = pairs(index.similar(["p001"]))
    for named in ("p001", ("10.1000/p001",), ["p001", "https://doi.org/10.1000/P001"], (TEXTS["p001"],)):
        found = index.similar(named)
        assert pairs(found) == expected
        assert found.like == ("p001",)


def test_similar_to_a_text_counts_all_papers(index: SearchIndex) -> None:
    same(
        pairs(index.similar(text="one and the same notice", k=5, mode="dense")),
        oracle(encoded("one and the same notice"))[:5],
    )


def test_similar_to_papers_and_a_text_is_the_mean_of_all(index: SearchIndex) -> None:
    vector = mean(stored("p001"), stored("p002"), encoded("storm ice"))
    found = index.similar(["p001", "p002"], 15, text="storm ice", offset=3, mode="dense")
    same(pairs(found), oracle(vector, without=("p001", "p002"))[3:18])
    assert [hit.rank for hit in found] == list(range(4, 19))


def test_similar_to_all_papers_is_empty(index: SearchIndex) -> None:
    assert len(index.similar(IDS)) == 0


def test_similar_to_nothing_is_a_clear_error(index: SearchIndex) -> None:
    with pytest.raises(QueryError, match="nothing to be similar to"):
        index.similar()
    with pytest.raises(QueryError, match="'p999': no paper"):
        index.similar(["p001", "p999"])
    with pytest.raises(QueryError, match="papers fit"):
        index.similar("same")


# rank


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("k", [1, 10, 100, 10**9])
def test_rank_equals_search(index: SearchIndex, k: int, mode: Mode) -> None:
    found = list(index.rank(QUESTIONS, k, mode=mode))
    assert [ranking.query_id for ranking in found] == [str(number) for number in range(1, len(QUESTIONS) + 1)]
    for ranking, question in zip(found, QUESTIONS, strict=True):
        assert ranking.query == question
        assert [(each.id, each.rank, each.score, each.similarity, each.lexical) for each in ranking.papers] == [
            (hit.id, hit.rank, hit.score, hit.similarity, hit.lexical) for hit in index.search(question, k, mode=mode)
        ]


def test_rank_takes_questions_with_ids_and_more_than_a_batch_of_them(path: Path) -> None:
    random = np.random.default_rng(1)
    questions = [Question(f"q{number}", " ".join(random.choice(WORDS, 4))) for number in range(600)]
    with SearchIndex(path, encoder=TinyEncoder()) as index:
        found = list(index.rank(iter(questions), 3, mode="dense"))
    assert [(ranking.query_id, ranking.query) for ranking in found] == [(each.id, each.text) for each in questions]
    for ranking, question in zip(found[::37], questions[::37], strict=True):
        same(pairs(ranking.papers), oracle(encoded(question.text))[:3])


def test_rank_encodes_in_batches_and_reads_no_further_than_it_must(path: Path) -> None:
    batches: list[int] = []

    class Watching(TinyEncoder):
        def encode_queries(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
            batches.append(len(texts))
            return super().encode_queries(texts)

    taken: list[int] = []

    def questions() -> Iterator[str]:
        for number in range(600):
            taken.append(number)
            yield "whale"

    with SearchIndex(path, encoder=Watching()) as index:
        rankings = index.rank(questions(), 3)
        next(rankings)
        assert len(taken) == 256
        assert sum(1 for _ in rankings) == 599
        batches_of_two = index.rank(["whale", "seal", "gull"], 3, at_once=2)
        assert [ranking.query for ranking in batches_of_two] == ["whale", "seal", "gull"]
        for wrong in (0, 1.5):
            with pytest.raises(QueryError, match=f"at_once is {wrong}, expected a whole number from 1"):
                index.rank(["whale"], 3, at_once=wrong)  # type: ignore[arg-type]
    assert batches == [256, 256, 88, 2, 1]


def test_rank_tells_what_search_tells_of_a_filter(index: SearchIndex) -> None:
    for asked in (Filter(venue="Nowhere"), Filter(only=("p001", "nobody")), None):
        (ranking,) = index.rank(["whale"], filter=asked)
        assert ranking.notes == index.search("whale", filter=asked).notes
        assert bool(ranking.notes) == (asked is not None)


def test_rank_of_no_questions_is_empty(index: SearchIndex) -> None:
    assert list(index.rank([])) == []


# The index itself


def test_one_paper_is_an_index(tmp_path: Path) -> None:
    build_index(write_jsonl(tmp_path / "p.jsonl", [{"title": "Whales"}]), tmp_path / "index", model=TinyEncoder())
    with SearchIndex(tmp_path / "index", encoder=TinyEncoder()) as index:
        assert len(index) == len(index.search("seals", 10)) == 1
        assert len(index.similar(index.search("seals")[0].id)) == 0
        assert [len(ranking.papers) for ranking in index.rank(["a", "b"])] == [1, 1]


def test_another_encoder_than_the_index_was_built_with_is_refused(path: Path) -> None:
    for other in (TinyEncoder(dimensions=16), TinyEncoder(max_words=7)):
        with (
            SearchIndex(path, encoder=other) as index,
            pytest.raises(EncoderError, match="the encoder given has "),
        ):
            index.search("whale")


def test_opening_and_looking_up_a_paper_need_no_encoder(path: Path) -> None:
    with open_index(path) as index:
        assert len(index) == PAPERS + SAME
        assert index.paper("10.1000/p007").id == "p007"
        assert index.similar("p007", 3)[0].id != "p007"


def test_threads_may_share_an_index(index: SearchIndex) -> None:
    expected = {question: pairs(index.search(question, 20)) for question in QUESTIONS}
    equal: list[bool] = []

    def ask(question: str) -> None:
        equal.extend(pairs(index.search(question, 20)) == expected[question] for _ in range(10))

    threads = [threading.Thread(target=ask, args=(question,)) for question in QUESTIONS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert equal == [True] * 60
