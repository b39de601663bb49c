"""Likes and dislikes: Rocchio's formula on values, and what an index answers with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cli import app
from semsearch.errors import QueryError
from semsearch.retrieval import MODES, Mode
from semsearch.search import SearchIndex
from semsearch.steering import ALPHA, BETA, GAMMA, KEYWORDS, steered_units, steered_vector
from semsearch.words import Unit, units

NONE = np.zeros((0, 4), dtype=np.float32)
PAPERS = {
    "whales": "songs of whales in cold seas",
    "whaling": "a history of whaling ships and of ports",
    "seals": "seals that rest on ice in cold seas",
    "gulls": "gulls follow ships into ports",
    "prices": "prices of ships and of oil",
    "oil": "oil under the ice of cold seas",
    "songs": "songs that sailors sang on ships",
}


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def test_a_vector_is_moved_by_rocchios_formula() -> None:
    question, liked = unit(1, 0, 0, 0), np.stack([unit(0, 1, 0, 0), unit(0, 0, 1, 0)])
    unliked = unit(0, 0, 0, 1)[None, :]
    expected = unit(ALPHA, BETA / 2, BETA / 2, -GAMMA)
    moved = steered_vector(question, liked, unliked)
    np.testing.assert_allclose(moved, expected, atol=1e-6)
    assert moved.dtype == np.float32
    np.testing.assert_allclose(steered_vector(question, NONE, unliked), unit(ALPHA, 0, 0, -GAMMA), atol=1e-6)
    np.testing.assert_allclose(steered_vector(None, liked, unliked), unit(0, 0.5, 0.5, -GAMMA), atol=1e-6)
    np.testing.assert_allclose(steered_vector(question, NONE, NONE), question, atol=1e-6)


def test_what_cancels_out_is_a_clear_error() -> None:
    opposite = np.stack([unit(1, 0, 0, 0), unit(-1, 0, 0, 0)])
    with pytest.raises(QueryError, match="the papers cancel out: nothing is left to look for"):
        steered_vector(None, opposite, NONE)


def weights(found: tuple[Unit, ...]) -> dict[str, float]:
    return {each.apart[0]: round(each.times, 6) for each in found}


def test_liked_words_weigh_beta_of_the_question_and_are_never_below_nothing() -> None:
    question, liked = units("cold whale"), units("whale song song ship")
    assert weights(steered_units(question, [liked], [])) == {
        "cold": ALPHA,
        "whale": round(ALPHA + 2 * BETA / 4, 6),
        "song": round(2 * BETA * 2 / 4, 6),
        "ship": round(2 * BETA / 4, 6),
    }
    without = weights(steered_units(question, [liked], [units("ship cold cold")]))
    assert without["cold"] == ALPHA  # the question's own words stay
    left = 4 - 4 * GAMMA / 3  # of four words of what is liked, once those of three that are not are taken away
    assert without["song"] == round(2 * BETA * 2 / left, 6)
    assert without["ship"] == round(2 * BETA * (1 - 4 * GAMMA / 3) / left, 6)
    everything = weights(steered_units(question, [liked], [units("ship")] * 99))
    assert set(everything) == {"cold", "whale", "song"}


def test_of_the_words_of_what_is_liked_the_heaviest_by_weight_and_rarity_are_taken() -> None:
    liked = units(" ".join(f"word{number}" for number in range(50)) + " word3 word3")
    rare = {f"word{number}": 50.0 - number for number in range(50)}
    found = weights(steered_units(units("cold"), [liked], [], lambda unit: rare[unit.apart[0]]))
    assert set(found) == {"cold", *(f"word{number}" for number in range(KEYWORDS))}
    assert found["word3"] == pytest.approx(3 * BETA / (KEYWORDS + 2), abs=1e-5)
    assert found["word4"] == pytest.approx(BETA / (KEYWORDS + 2), abs=1e-5)
    assert sum(found.values()) == pytest.approx(ALPHA + BETA, abs=1e-4)
    turned = weights(steered_units(units("cold"), [liked], [], lambda unit: 1 / rare[unit.apart[0]]))
    assert "word49" in turned
    assert "word0" not in turned


def test_rarity_is_the_weight_that_bm25_gives_a_word(index: SearchIndex) -> None:
    def bm25(word: str) -> float:
        (hit,) = [hit for hit in index.search(word, 10, mode="lexical") if hit.id == "songs"]
        assert hit.lexical is not None
        return hit.lexical / index._open().lexical.rarity(units(word)[0])

    assert index._open().lexical.rarity(units("ships")[0]) == pytest.approx(np.log(1 + (7 - 4 + 0.5) / 4.5))
    assert bm25("sailors") == pytest.approx(bm25("ships"), rel=1e-5)


def test_without_a_question_the_words_of_what_is_liked_count_as_often_as_they_stand() -> None:
    assert weights(steered_units((), [units("whale ice"), units("ice")], [])) == {"whale": 1, "ice": 2}
    assert weights(steered_units(units("ice ice"), [], [units("ice")])) == {"ice": 2}


# an index


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steering")
    records = ({"id": id, "title": text, "doi": f"10.1000/{id}"} for id, text in PAPERS.items())
    build_index(write_jsonl(folder / "papers.jsonl", records), folder / "index", model=TinyEncoder())
    return folder / "index"


@pytest.fixture(scope="module")
def index(path: Path) -> Iterator[SearchIndex]:
    with SearchIndex(path, encoder=TinyEncoder()) as opened:
        yield opened


def vector(text: str) -> np.ndarray:
    return TinyEncoder().encode_queries([text])[0]


@pytest.mark.parametrize(
    ("like", "unlike"), [(("seals",), ()), ((), ("gulls",)), (("seals", "oil"), ("gulls", "prices"))]
)
def test_a_steered_answer_is_the_cosine_with_the_moved_question(
    index: SearchIndex, like: tuple[str, ...], unlike: tuple[str, ...]
) -> None:
    found = index.search("ships in ice", 10, like=like, unlike=unlike, mode="dense")
    moved = ALPHA * vector("ships in ice").astype(np.float64)
    moved += BETA * np.mean([vector(PAPERS[id]) for id in like], axis=0) if like else 0
    moved -= GAMMA * np.mean([vector(PAPERS[id]) for id in unlike], axis=0) if unlike else 0
    moved /= np.linalg.norm(moved)
    cosines = {id: float(moved @ vector(text)) for id, text in PAPERS.items() if id not in (*like, *unlike)}
    assert [hit.id for hit in found] == sorted(cosines, key=lambda id: -cosines[id])
    np.testing.assert_allclose([hit.similarity for hit in found], sorted(cosines.values(), reverse=True), atol=2e-3)
    assert (found.query, found.like, found.unlike) == ("ships in ice", like, unlike)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_named_is_never_found(index: SearchIndex, mode: Mode) -> None:
    everything = set(PAPERS)
    found = index.search("ships ice seas", 10, like="10.1000/whales", unlike=["gulls"], mode=mode)
    assert found.like == ("whales",)
    assert {hit.id for hit in found} <= everything - {"whales", "gulls"}
    assert {hit.id for hit in index.similar("seals", 10, unlike="oil", mode=mode)} <= everything - {"seals", "oil"}
    assert "gulls" not in {hit.id for hit in index.search(PAPERS["gulls"], unlike="gulls", mode=mode)}


def test_the_words_of_a_liked_paper_find_what_the_question_does_not(index: SearchIndex) -> None:
    assert [hit.id for hit in index.search("sailors", 10, mode="lexical")] == ["songs"]
    found = index.search("sailors", 10, like="gulls", mode="lexical")
    assert found[0].id == "songs"
    assert {hit.id for hit in found} == {"songs", "whaling", "prices"}


def test_a_dislike_moves_a_paper_down_and_leaves_out_none(index: SearchIndex) -> None:
    before = [hit.id for hit in index.similar("whales", 10)]
    after = [hit.id for hit in index.similar("whales", 10, unlike="oil")]
    assert set(after) == set(before) - {"oil"}
    plain = {hit.id: hit.similarity for hit in index.similar("whales", 10, mode="dense")}
    moved = {hit.id: hit.similarity for hit in index.similar("whales", 10, unlike="oil", mode="dense")}
    cosine = {id: float(vector(PAPERS["oil"]) @ vector(PAPERS[id])) for id in moved}
    assert moved[max(cosine, key=lambda id: cosine[id])] < plain[max(cosine, key=lambda id: cosine[id])]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"like": "nobody"}, "'nobody': no paper"),
        ({"unlike": ["whales", "nobody"]}, "'nobody': no paper"),
        ({"like": ["whales"], "unlike": ["oil", "10.1000/whales"]}, "'whales' is to be liked and not liked"),
        ({"like": 7}, "no name of a paper, expected text"),
        ({"unlike": [None]}, "no name of a paper, expected text"),
    ],
)
def test_names_that_make_no_sense_are_clear_errors(index: SearchIndex, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        index.search("ice", **asked)


def test_to_be_unlike_something_is_no_question(index: SearchIndex) -> None:
    with pytest.raises(QueryError, match="nothing to be similar to"):
        index.similar(unlike="whales")
    with pytest.raises(QueryError, match="'oil' is to be liked and not liked"):
        index.similar("oil", unlike="oil")


def test_the_commands_take_both(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.opened.encoder_of", lambda *_: TinyEncoder())
    with SearchIndex(path, encoder=TinyEncoder()) as index:
        asked = [hit.id for hit in index.search("ice", like=["seals", "oil"], unlike=["gulls"])]
        alike = [hit.id for hit in index.similar(["seals"], unlike=["gulls", "prices"])]
    run = CliRunner().invoke(
        app, ["query", "ice", "--like", "seals", "--like", "oil", "--unlike", "gulls", "--ids", "--index", str(path)]
    )
    assert (run.exit_code, run.stdout.split()) == (0, asked)
    run = CliRunner().invoke(
        app, ["similar", "seals", "--unlike", "gulls", "--unlike", "prices", "--ids", "--index", str(path)]
    )
    assert (run.exit_code, run.stdout.split()) == (0, alike)
