"""standing.py and background.py: values against brute force, what a filter may not change, and where there is none."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.background import QUESTIONS, background_of, background_questions
from semsearch.build import build_index
from semsearch.cli.info import info
from semsearch.cli.render import show_results
from semsearch.encoders import Encoder
from semsearch.errors import EncoderError, StoreError
from semsearch.filters import Filter
from semsearch.judging import Judge
from semsearch.opened import OpenGeneration
from semsearch.paper import Paper
from semsearch.retrieval import Retriever
from semsearch.search import SearchIndex
from semsearch.sentences import sentences
from semsearch.standing import VERDICT, Background, background_from_json
from semsearch.store import PaperTable, open_live, wrong_hashes
from semsearch.text import digest
from semsearch.update import add_papers, remove_papers
from semsearch.vectors import stored_codes

TOPICS = (
    ["whale", "song", "ocean", "krill", "fin", "dive"],
    ["robot", "arm", "grasp", "servo", "joint", "torque"],
    ["sand", "dune", "wind"],
)
ABOUT = "the whale song krill ocean dive"
ABOUT_NOTHING = "quilt zither plaid fjord"


def records(count: int) -> list[dict[str, str]]:
    chance = random.Random(5)
    made = []
    for number in range(count):
        words = TOPICS[number % 3]
        text = [" ".join(chance.choices([*words, "the", f"w{chance.randrange(40)}"], k=6)) for _ in range(3)]
        made.append(
            {
                "id": f"p{number:04}",
                "title": text[0],
                "abstract": f"{text[1]}. So {text[2]}.",
                "year": str(1990 + number % 20),
            }
        )
    return made


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 1,050 papers; nobody changes it."""
    folder = tmp_path_factory.mktemp("standing")
    build_index(write_jsonl(folder / "p.jsonl", records(1050)), folder / "index", model=TinyEncoder(64))
    return folder / "index"


def opened(index: Path) -> SearchIndex:
    return SearchIndex(index, encoder=TinyEncoder(64))


def vectors_of(index: Path) -> np.ndarray:
    plan = open_live(index).manifest.vectors
    return np.asarray(stored_codes(open_live(index).vectors, plan.count, plan.dimensions), dtype=np.float64)


def level(question: str, vectors: np.ndarray, without: int | None = None) -> tuple[float, float, float]:
    """By brute force: the mean cosine of the ten nearest, that of the nearest, and that with all."""
    query = TinyEncoder(64).encode_queries([question])[0].astype(np.float64)
    cosines = vectors @ query
    others = np.delete(cosines, without) if without is not None else cosines
    nearest = np.sort(others)[::-1][:10]
    return float(nearest.mean()), float(nearest[0]), float(cosines.mean())


def question_of(paper: Paper) -> str:
    texts = [paper.title, *(paper.abstract[start:end] for start, end in sentences(paper.abstract))]
    return texts[int.from_bytes(digest(paper.text)[-8:], "big") % len(texts)]


def oracle(index: Path) -> list[float]:
    """The levels of the background questions of an index, ascending."""
    vectors = vectors_of(index)
    with closing(PaperTable(open_live(index).papers, len(vectors))) as table:
        papers = list(enumerate(table.get(range(table.count))))
    chosen = sorted(papers, key=lambda each: digest(each[1].text))[:QUESTIONS]
    found = (level(question_of(paper), vectors, row) for row, paper in chosen)
    return sorted(nearest + mean for nearest, _, mean in found)


def test_the_background_is_what_titles_and_sentences_get_from_all_papers_but_their_own(large: Path) -> None:
    background = open_live(large).background
    assert background.reason == ""
    np.testing.assert_allclose(background.levels, oracle(large), atol=2e-6)
    np.testing.assert_allclose(background.centre, vectors_of(large).mean(axis=0), atol=1e-6)
    with closing(PaperTable(open_live(large).papers, 1050)) as table:
        rows, texts = background_questions(table)
        assert len(set(rows.tolist())) == len(texts) == QUESTIONS
        titles = sum(text == paper.title for text, paper in zip(texts, table.get(rows.tolist()), strict=True))
    assert 250 < titles < 420  # a third: each has a title and two sentences


@pytest.mark.parametrize("question", [ABOUT, ABOUT_NOTHING, "torque", "sand and whale", "w3 w7 zither"])
def test_a_standing_is_the_share_of_the_background_that_is_lower(large: Path, question: str) -> None:
    levels, (nearest, best, mean) = open_live(large).background.levels, level(question, vectors_of(large))
    with opened(large) as index:
        answer = index.search(question, 20)
    assert answer.standing is not None
    assert answer.standing.value == pytest.approx(np.mean(np.array(levels) < nearest + mean), abs=0.002)
    assert answer.standing.stands_out == (
        answer.standing.value >= 0.02 or np.mean(np.array(levels) < best + mean) >= 0.5
    )
    expected = [np.mean(np.array(levels) < hit.similarity + mean) for hit in answer]
    assert [hit.standing for hit in answer] == pytest.approx(expected, abs=0.002)


def test_what_the_corpus_is_about_stands_out_and_nothing_else_does(large: Path) -> None:
    with opened(large) as index:
        about, nothing = index.search(ABOUT), index.search(ABOUT_NOTHING)
        assert about.standing is not None
        assert nothing.standing is not None
        assert (about.standing.stands_out, about.standing.verdict) == (True, "")
        assert (nothing.standing.stands_out, nothing.standing.verdict) == (False, "no paper stands out")
        assert about.standing.value > 0.3
        assert nothing.standing.value == 0
        assert len(nothing) == 10  # the nearest are still shown
        named = index.search("p0007", 1)
        assert named[0].id == "p0007"
        assert named.standing is not None
        assert named.standing.stands_out


def test_it_is_of_the_whole_corpus_whatever_a_filter_leaves(large: Path) -> None:
    with opened(large) as index:
        every = {hit.id: hit.standing for hit in index.search(ABOUT, 1050)}
        for filter in (Filter(year="1991"), Filter(since="1992"), Filter(only=("p0001",)), Filter(year="1800")):
            for question in (ABOUT, ABOUT_NOTHING, "p0007"):
                assert index.search(question, filter=filter).standing == index.search(question).standing
            assert all(hit.standing == every[hit.id] for hit in index.search(ABOUT, filter=filter))
        later = index.search(ABOUT, 3, offset=5)
        assert later.standing == index.search(ABOUT, 1).standing
        assert [hit.standing for hit in later] == [hit.standing for hit in index.search(ABOUT, 8)][5:]


def test_it_is_of_questions_by_meaning(large: Path) -> None:
    with opened(large) as index:
        assert index.search(ABOUT, mode="dense").standing == index.search(ABOUT).standing
        without = [
            index.search(ABOUT, mode="lexical"), index.similar("p0001"), index.search(ABOUT, like=["p0001"]),
        ]  # fmt: skip
        for answer in without:
            assert answer.standing is None
            assert {hit.standing for hit in answer} == {None}
        of_papers = "papers were given, liked or not, and it is of questions alone"
        by_keywords = "keywords alone were searched (mode lexical), and it is of a search by meaning"
        assert [answer.standing_reason for answer in without] == [by_keywords, of_papers, of_papers]
        assert index.search(ABOUT).standing_reason == ""
        (ranked,) = index.rank([ABOUT], 4)
        answer = index.search(ABOUT, 4)
    assert ranked.standing == answer.standing
    assert [paper.standing for paper in ranked.papers] == [hit.standing for hit in answer]


def test_the_same_corpus_in_another_order_and_by_updates_has_the_same_background(large: Path, tmp_path: Path) -> None:
    some = records(1052)
    papers = [*some[:1040], *some[1050:]]
    index = tmp_path / "index"
    build_index(write_jsonl(tmp_path / "p.jsonl", papers[::-1]), index, model=TinyEncoder(64))
    add_papers(write_jsonl(tmp_path / "more.jsonl", some[1040:1050]), index, encoder=TinyEncoder(64))
    assert open_live(index).background.levels == pytest.approx(oracle(index), abs=2e-6)
    remove_papers([each["id"] for each in some[1050:]], index, encoder=TinyEncoder(64))
    assert open_live(index).background.levels == pytest.approx(open_live(large).background.levels, abs=2e-6)
    remove_papers([f"p{number:04}" for number in range(60)], index, encoder=TinyEncoder(64))
    assert open_live(index).background == Background(reason="990 papers, and it takes 1,000")


def test_below_a_thousand_papers_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_index(write_jsonl(tmp_path / "p.jsonl", records(30)), tmp_path / "index", model=TinyEncoder(64))
    with opened(tmp_path / "index") as index:
        answer = index.search(ABOUT_NOTHING, 2)
    assert answer.standing is None
    values = answer.as_dict()
    assert values["standing"] is None
    assert values["standing_reason"] == "30 papers, and it takes 1,000"
    assert values["hits"][0]["standing"] is None
    show_results(answer, "table")
    assert capsys.readouterr().out.split()[:4] == ["#", "similarity", "title", "authors"]
    info(tmp_path / "index")
    assert "standing     unavailable: 30 papers, and it takes 1,000\n" in capsys.readouterr().out


@pytest.mark.parametrize("version", [2, 3])
def test_an_index_of_an_earlier_format_has_none_and_says_what_makes_it(
    version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    index = Path(__file__).parent / "golden" / f"format-{version}"
    assert "build" in open_live(index).background.reason
    with SearchIndex(index) as old:
        assert old.search("seals sing").standing is None
    info(index)
    assert f"standing     unavailable: an index of format {version}; " in capsys.readouterr().out


def test_an_answer_in_which_no_paper_stands_out_says_so_first(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(large) as index:
        nothing, about = index.search(ABOUT_NOTHING, 2), index.search(ABOUT, 2)
    show_results(nothing, "table")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == VERDICT == "no paper stands out"
    assert lines[1].split()[:4] == ["#", "similarity", "standing", "title"]
    assert [line.split()[2] for line in lines[2:4]] == [f"{hit.standing:.2f}" for hit in nothing]
    show_results(about, "table")
    assert VERDICT not in capsys.readouterr().out
    show_results(nothing, "json")
    told, errors = capsys.readouterr()
    assert json.loads(told)["standing"] == {"value": 0.0, "stands_out": False, "verdict": VERDICT}
    assert json.loads(told)["hits"][1]["standing"] == nothing[1].standing
    assert errors == ""
    for output in ("jsonl", "tsv", "ids"):
        show_results(nothing, output)
        told, errors = capsys.readouterr()
        assert VERDICT not in told
        assert errors == f"{VERDICT}\n"
    show_results(about, "tsv")
    head, first, _ = capsys.readouterr().out.splitlines()
    assert dict(zip(head.split("\t"), first.split("\t"), strict=True))["standing"] == f"{about[0].standing:.3f}"


def test_one_paper_may_stand_out_alone() -> None:
    background = Background(tuple(number / 100 for number in range(100)), (0.0,))
    assert background.standing(0.005, 0.3, 0.0).stands_out is False
    assert background.standing(0.005, 0.51, 0.0).stands_out is True
    assert background.standing(0.005, 0.3, 0.21).stands_out is True
    assert background.standing(0.015, 0.0, 0.0).stands_out is True
    assert background.standing(0.015, 0.49, 0.0, known=False).stands_out is False
    assert background.standing(0.015, 0.51, 0.0, known=False).stands_out is True
    assert background.standing(0.55, 0.6, 0.1).value == pytest.approx(0.65, abs=0.011)


SOME = [
    {"id": "k1", "title": "A zither for whales", "abstract": "Its song reaches the quokka."},
    {"id": "k2", "title": "Dunes of sand", "abstract": "Wind moves them, and a marimba-9 plays."},
    {"id": "k3", "title": "Talks with ROBO-7 and others", "abstract": "It has an arm."},
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> OpenGeneration:
    """123 papers, of which SOME have words that the others have not."""
    folder = tmp_path_factory.mktemp("judging")
    build_index(write_jsonl(folder / "p.jsonl", records(120) + SOME), folder / "index", model=TinyEncoder(64))
    return OpenGeneration(open_live(folder / "index"), "index", TinyEncoder(64))


def stands_out(small: OpenGeneration, question: str, below: int) -> bool:
    """Whether a paper does by the background that has so many of ten levels below those of any question."""
    background = Background(tuple([-3.0] * below + [3.0] * (10 - below)), (0.0,) * 64)
    judge = Judge(background, small.retriever, small.lexical, small.papers)
    (found,) = judge.standings([question], TinyEncoder(64).encode_queries([question]), None, "hybrid")
    assert found is not None
    assert found.answer.value == below / 10
    return found.answer.stands_out


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("zither", True), ("What is a ZITHER?", True), ("zither quokka", True), ("quokkas hear zithers", False),
        ("zither dune", False), ("whale", False), ("sand dune", False), ("quokka", False), ("marimba-9", False),
        ("robo 7", True), ("ROBO-7", True), ("robo7", True), ("robo-8", False), ("arm of robo7", True),
        ("plaid", False), ("zither plaid", False), ("the of and", False), ("?!", False), ("k2", True),
    ],
)  # fmt: skip
def test_a_rare_word_in_the_title_of_a_paper_with_all_words_stands_out(
    small: OpenGeneration, question: str, expected: bool
) -> None:
    assert stands_out(small, question, below=0) is expected


@pytest.mark.parametrize(
    ("question", "below", "expected"),
    [
        ("plaid fjord", 4, False), ("plaid fjord", 5, True), ("plaid whale", 4, True), ("whale", 4, True),
        ("?!", 4, False), ("whale", 0, False),
    ],
)  # fmt: skip
def test_words_that_no_paper_has_need_one_that_stands_out_alone(
    small: OpenGeneration, question: str, below: int, expected: bool
) -> None:
    assert stands_out(small, question, below) is expected


def test_another_filter_of_the_same_question_compares_nothing_with_all_papers_again(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    nearest = Retriever.nearest

    def counted(self: Retriever, queries: np.ndarray, count: int) -> np.ndarray:
        compared.append(len(queries))
        return nearest(self, queries, count)

    monkeypatch.setattr(Retriever, "nearest", counted)
    with opened(large) as index:
        unfiltered = index.search(ABOUT)
        filtered = [index.search(ABOUT, filter=Filter(year=year)) for year in ("1991", "1992")]
        assert compared == []
        assert [each.standing for each in filtered] == [unfiltered.standing] * 2
        later = [index.search("robot arm", filter=Filter(year=year)) for year in ("1991", "1992")]
        assert compared == [1]
        ranked = list(index.rank(["robot arm", "wind", ABOUT, "dune"], 2, filter=Filter(year="1991")))
        assert compared == [1, 2]
        assert ranked[0].standing == later[0].standing == later[1].standing
        assert [each.standing for each in ranked] == [index.search(each.query).standing for each in ranked]


def test_what_is_searched_beside_a_filter_fails_as_the_question(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Retriever, queries: np.ndarray, count: int) -> np.ndarray:
        raise StoreError("the vectors are gone")

    monkeypatch.setattr(Retriever, "nearest", fails)
    with opened(large) as index, pytest.raises(StoreError, match="the vectors are gone"):
        index.search("robot", filter=Filter(year="1991"))


GOOD = {"levels": [0.1, 0.2], "centre": [0.5, 0.5], "reason": ""}


@pytest.mark.parametrize(
    "values",
    [
        [], {}, {**GOOD, "more": 1}, {**GOOD, "levels": [0.2, 0.1]}, {**GOOD, "levels": [0.1, "0.2"]},
        {**GOOD, "levels": [0.1, float("nan")]}, {**GOOD, "centre": [0.5]}, {**GOOD, "centre": [0.5, None]},
        {**GOOD, "levels": []}, {**GOOD, "reason": "none"}, {**GOOD, "reason": 1}, {**GOOD, "levels": [1, 2]},
    ],
)  # fmt: skip
def test_what_is_no_background_is_refused(values: object) -> None:
    assert background_from_json(json.dumps(GOOD).encode(), 2) == Background((0.1, 0.2), (0.5, 0.5))
    with pytest.raises(ValueError, match="expected"):
        background_from_json(json.dumps(values).encode(), 2)


def test_a_damaged_background_is_found_by_opening_and_by_verify(large: Path, tmp_path: Path) -> None:
    index = Path(shutil.copytree(large, tmp_path / "index"))
    live = open_live(index)
    path = live.folder / "standing.json"
    path.write_text(path.read_text().replace("0.1", "0.2", 1))
    with pytest.raises(StoreError, match=r"standing\.json: damaged"):
        opened(index)
    assert wrong_hashes(live) == ["standing.json"]


def test_an_encoder_that_cannot_be_had_leaves_an_index_without_standing(large: Path) -> None:
    def load() -> Encoder:
        raise EncoderError("no such model here")

    vectors: Sequence[object] = vectors_of(large).astype(np.float16)
    with closing(PaperTable(open_live(large).papers, 1050)) as table:
        found = background_of(table, vectors, load)  # type: ignore[arg-type]
    assert found == Background(reason="the encoder could not be had: no such model here")
