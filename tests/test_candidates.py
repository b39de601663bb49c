"""Candidates: scored as a search of the whole index scores them, whether they are in it or not; and interests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch import fusion
from semsearch.build import build_index
from semsearch.errors import QueryError
from semsearch.filters import Filter
from semsearch.paper import Paper
from semsearch.questions import Question
from semsearch.results import Ranking
from semsearch.retrieval import MODES, Mode
from semsearch.search import SearchIndex

WORDS = "whale ice tide moon bee ant star cell wave rock salt wind snow leaf iron".split()  # noqa: SIM905
QUESTIONS = ["whale ice", "moon tide tide", "bee", "the star and the cell", "nothing known"]
COUNT = 80


def records() -> list[dict[str, object]]:
    draw = random.Random(5)
    return [
        {
            "id": f"p{n}",
            "title": f"{draw.choice(WORDS)} number {n}",
            "abstract": " ".join(draw.choices(WORDS, k=draw.randrange(3, 30))),
            "doi": f"10.1000/{n}",
            "year": 1990 + n % 30,
        }
        for n in range(COUNT)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("candidates")
    build_index(write_jsonl(made / "papers.jsonl", records()), made / "index", model=TinyEncoder())
    return made / "index"


@pytest.fixture
def index(folder: Path, encoder: TinyEncoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchIndex]:
    """The index, in which as small a part of the papers has a score as of one of a hundred thousand."""
    monkeypatch.setattr(fusion, "DEPTH", 20)
    monkeypatch.setattr(fusion, "LEXICAL_CANDIDATES", 5)
    with SearchIndex(folder, encoder=encoder) as opened:
        yield opened


def values(ranking: Ranking) -> list[tuple[str, float, float, float | None]]:
    return [(paper.id, paper.score, paper.similarity, paper.lexical) for paper in ranking.papers]


def paper_of(number: int, id: str) -> Paper:
    """What the index has under another id, with what makes it known."""
    record = records()[number]
    return Paper(id, str(record["title"]), str(record["abstract"]), doi=str(record["doi"]), date=str(record["year"]))


@pytest.mark.parametrize("mode", MODES)
def test_some_papers_are_ranked_as_among_all_of_them(index: SearchIndex, mode: Mode) -> None:
    some = {f"p{n}" for n in range(0, COUNT, 3)}
    whole = list(index.rank(QUESTIONS, COUNT, mode=mode))
    nearest = list(index.rank(QUESTIONS, fusion.DEPTH - 1, mode="dense"))
    for ranking, all_of_them, near in zip(
        index.rank(QUESTIONS, mode=mode, candidates=some), whole, nearest, strict=True
    ):
        assert [paper.rank for paper in ranking.papers] == list(range(1, len(ranking.papers) + 1))
        compared = {paper.id for paper in near.papers}  # by meaning, in a search
        expected = [value for value in values(all_of_them) if value[0] in some]
        if mode == "hybrid":
            assert {value[0] for value in values(ranking)} == some
            scores = {id: score for id, score, *_ in expected}
            assert all(score >= scores[id] for id, score, *_ in values(ranking))
            expected = [value for value in expected if value[0] in compared]
            assert [value for value in values(ranking) if value[0] in compared] == expected
        else:
            assert values(ranking) == expected


def test_the_first_are_told(index: SearchIndex) -> None:
    some = [f"p{n}" for n in range(0, COUNT, 3)]
    for mode in MODES:
        for whole, first in zip(
            index.rank(QUESTIONS, mode=mode, candidates=some), index.rank(QUESTIONS, 4, mode=mode, candidates=some),
            strict=True,
        ):  # fmt: skip
            assert values(first) == values(whole)[:4]


@pytest.mark.parametrize("mode", MODES)
def test_a_paper_outside_of_the_index_is_scored_as_the_same_one_in_it(
    index: SearchIndex, encoder: TinyEncoder, mode: Mode
) -> None:
    encoder.calls.clear()
    outside = [paper_of(n, f"x{n}") for n in range(COUNT)]
    found = list(index.rank(QUESTIONS, COUNT, mode=mode, candidates=outside))
    assert encoder.calls == QUESTIONS  # vectors of known texts are taken from the index
    names = [f"p{n}" for n in range(COUNT)]
    for ranking, inside in zip(found, index.rank(QUESTIONS, COUNT, mode=mode, candidates=names), strict=True):
        assert ranking.notes == (f"candidates that the index has with the same text: {COUNT} of {COUNT}",)
        expected = {each[0].replace("p", "x"): each[1:] for each in values(inside)}
        assert {paper.id for paper in ranking.papers} == set(expected)
        for paper in ranking.papers:
            assert paper.outside == outside[int(paper.id[1:])]
            got = (paper.score, paper.similarity, paper.lexical or 0)
            assert got == pytest.approx([value or 0 for value in expected[paper.id]], abs=2e-6)


def test_what_the_index_has_not_is_embedded_once_and_ranked_by_its_own_text(
    index: SearchIndex, encoder: TinyEncoder
) -> None:
    new = [Paper("new", "whale ice", "whale ice ice"), Paper("far", "leaf", "iron"), paper_of(3, "p3")]
    texts = ["whale ice whale ice ice", "leaf iron"]
    told: list[tuple[str, int, int | None]] = []
    ranked = index.rank(QUESTIONS[:2], candidates=new, mode="dense", progress=lambda *args: told.append(args))
    assert encoder.calls == texts
    assert told == [("embedding candidates", 2, 2)]
    for ranking, question in zip(ranked, QUESTIONS, strict=False):
        query = encoder.encode_queries([question])[0]
        cosines = encoder.encode_queries([*texts, paper_of(3, "").text]) @ query
        expected = dict(zip(("new", "far", "p3"), cosines.tolist(), strict=True))
        assert [paper.id for paper in ranking.papers] == sorted(expected, key=lambda id: -expected[id])
        assert [paper.score for paper in ranking.papers] == pytest.approx(sorted(cosines, reverse=True), abs=1e-3)
    hybrid = next(index.rank(["whale ice"], candidates=new))
    assert hybrid.papers[0].id == "new"
    assert hybrid.papers[0].score > 1  # better than all that the index has


def test_a_score_does_not_depend_on_the_other_candidates(index: SearchIndex) -> None:
    new = [Paper(f"n{n}", "", " ".join(random.Random(n).choices(WORDS, k=8))) for n in range(12)]
    together = {paper.id: paper.score for paper in next(index.rank(QUESTIONS[:1], candidates=new)).papers}
    for paper in new:
        alone = next(index.rank(QUESTIONS[:1], candidates=[paper, "p1"])).papers
        assert {each.id: each.score for each in alone}[paper.id] == together[paper.id]


def test_a_word_that_the_index_has_nowhere_finds_the_paper_of_today_that_has_it(index: SearchIndex) -> None:
    new = [Paper("a", "Mambaformer", "ice"), Paper("b", "Whales", "whale whale")]
    for mode in ("hybrid", "lexical"):
        ranking = next(index.rank(["mambaformer"], mode=mode, candidates=new))
        assert ranking.papers[0].id == "a"
    assert [paper.id for paper in ranking.papers] == ["a"]  # keywords alone find what has them


def test_a_candidate_that_a_question_names_comes_first(index: SearchIndex) -> None:
    new = [Paper("new-1", "Of iron", "leaf", doi="10.1000/x"), Paper("new-2", "Whale", "whale")]
    for question, first in (("of IRON", "new-1"), ("10.1000/X", "new-1"), ("new-2", "new-2"), ("10.1000/7", "p7")):
        for mode in MODES:
            assert next(index.rank([question], mode=mode, candidates=[*new, "p7", "p8"])).papers[0].id == first


def test_each_question_has_its_own_candidates(index: SearchIndex) -> None:
    questions = [Question("a", "whale"), Question("b", "whale"), Question("c", "whale")]
    own = {"a": ["p1", "10.1000/5", "gone"], "b": [("gone-too", "p9"), "p1"], "z": ["p2"]}
    a, b, c = index.rank(questions, candidates=own)
    assert {paper.id for paper in a.papers} == {"p1", "p5"}
    assert {paper.id for paper in b.papers} == {"p9", "p1"}
    assert c.papers == ()
    assert a.notes == b.notes == ("not in the index, of the candidates: 1 (gone)",)
    assert c.notes[-1] == "the question has no candidates"


def test_a_filter_holds_for_candidates_in_the_index_and_outside(index: SearchIndex) -> None:
    new = [Paper("old", "whale", date="1950"), Paper("new", "whale", date="2024"), "p0", "p29"]
    ranking = next(index.rank(["whale"], candidates=new, filter=Filter(since="2010")))
    assert {paper.id for paper in ranking.papers} == {"new", "p29"}
    assert ranking.notes == ("candidates that do not pass the filter: 1",)


@pytest.mark.parametrize(
    ("candidates", "told"),
    [
        ("p1", "'p1': no candidates"),
        (7, "7: no candidates"),
        (["p1", 7], r"\['p1', 7\]: no candidates"),
        ({"1": "p1"}, "no candidates"),
        ({"1": [Paper("x", "y")]}, "no candidates"),
        ([], "no candidate: none was given"),
        (["gone", "lost"], r"no candidate: none of 2 is in the index \(gone, lost\)"),
    ],
)
def test_what_are_no_candidates_is_an_error(index: SearchIndex, candidates: object, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        index.rank(["whale"], candidates=candidates)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="exclude each other"):
        index.rank(["whale"], candidates=["p1"], filter=Filter(only=("p1",)))


def test_of_papers_with_one_id_the_first_is_ranked(index: SearchIndex) -> None:
    new = [Paper("a", "whale"), Paper("b", "ice"), Paper("a", "leaf")]
    ranking = next(index.rank(["whale"], candidates=new))
    assert [paper.outside and paper.outside.title for paper in ranking.papers] == ["whale", "ice"]
    assert ranking.notes == ("candidates with the id of one before, left out: 1",)


# Interests


@pytest.mark.parametrize("mode", MODES)
def test_an_interest_is_answered_as_a_search_with_likes(index: SearchIndex, mode: Mode) -> None:
    interests = [
        Question("1", "whale ice", ("p3", "10.1000/4"), ("p5",)),
        Question("2", "moon"),
        Question("3", "", ("p7",), ("p8",)),
        Question("4", "star", (), ("p9",)),
    ]
    ranked = list(index.rank(interests, 12, mode=mode))
    expected = [
        index.search("whale ice", 12, like=("p3", "p4"), unlike="p5", mode=mode),
        index.search("moon", 12, mode=mode),
        index.similar("p7", 12, unlike="p8", mode=mode),
        index.search("star", 12, unlike="p9", mode=mode),
    ]
    for ranking, results in zip(ranked, expected, strict=True):
        assert values(ranking) == [(hit.id, hit.score, hit.similarity, hit.lexical) for hit in results]
    some = [f"p{n}" for n in range(0, COUNT, 2)]
    for ranking, whole in zip(index.rank(interests, mode=mode, candidates=some), ranked, strict=True):
        named = {name for interest in interests if interest.id == ranking.query_id for name in interest.like}
        assert not named & {paper.id for paper in ranking.papers}
        found = {value[0]: value for value in values(ranking)}
        first = [value for value in values(whole)[:5] if value[0] in some]
        assert [found[value[0]] for value in first] == first


def test_an_interest_that_names_an_unknown_paper_tells_where(index: SearchIndex) -> None:
    with pytest.raises(QueryError, match=r"^interests.jsonl:3: 'gone': no paper"):
        list(index.rank([Question("1", "whale", ("gone",), place="interests.jsonl:3")]))
    with pytest.raises(QueryError, match=r"^question x: 'p1' is to be liked and not liked"):
        list(index.rank([Question("x", "whale", ("p1",), ("p1",))]))


def test_scores_stay_numbers_where_nothing_can_be_measured(tmp_path: Path, encoder: TinyEncoder) -> None:
    """One paper in the index: it is the best and the last."""
    corpus = write_jsonl(tmp_path / "one.jsonl", [{"id": "a", "title": "whale", "abstract": "ice"}])
    build_index(corpus, tmp_path / "index", model=encoder)
    with SearchIndex(tmp_path / "index", encoder=encoder) as opened:
        new = [Paper("b", "whale", "ice tide"), Paper("c", "leaf")]
        (ranking,) = opened.rank(["whale"], candidates=[*new, "a"])
        assert [paper.id for paper in ranking.papers] == ["a", "b", "c"]
        assert all(np.isfinite(paper.score) for paper in ranking.papers)
        (liked,) = opened.rank([Question("1", "", ("a",))], candidates=new)
        assert [paper.id for paper in liked.papers] == ["b", "c"]
