"""Words: what becomes a term, and what of a question is looked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.words import JOINED, STOP_WORDS, Unit, analyser, joined, spelled, terms_of, units


def asked(question: str) -> list[tuple[tuple[str, ...], ...]]:
    return [unit.alternatives for unit in units(question)]


def words(question: str) -> list[str]:
    return [unit.alternatives[0][0] for unit in units(question)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("GPT-4", "gpt4"), ("gpt4", "GPT-4"), ("GPT 4", "GPT-4"), ("BERT-base", "BERTbase"), ("bert base", "BERT-Base"),
        ("3D-GS", "3dgs"), ("3DGS", "3D\u2011GS"), ("self-supervised", "self supervised"),
        ("selfsupervised", "self-supervised"), ("Self\u2010Supervised", "selfsupervised"), ("CO2", "CO\u2082"),
        ("CO\u2082", "co2"), ("p53", "P53"), ("\u03b2-catenin", "beta-catenin"), ("beta catenin", "\u03b2-catenin"),
        ("betacatenin", "\u03b2-catenin"), ("TNF-alpha", "TNF-\u03b1"), ("Llama2", "Llama-2-7b"),
        ("llama-2", "Llama-2-7b"), ("Mobius", "M\u00f6bius"), ("l1", "\u21131"), ("fine-tuning", "\ufb01ne tuning"),
        ("Kullback-Leibler", "Kullback\u2013Leibler"), ("e-mail", "email"), ("running", "runs"), ("GANs", "GAN"),
        ("WHO", "who"), ("vitamin D", "vitamin d"), ("हिन्दी", "हिन्दी"),
    ],
)  # fmt: skip
def test_a_word_is_found_as_people_type_it(typed: str, written: str) -> None:
    text = spelled(written)
    there = {term for word in [text, *joined(text)] for term in analyser().analyze(word)}
    for unit in units(typed):
        assert any(set(terms) <= there for terms in unit.alternatives), unit


def test_a_compound_is_its_parts_or_all_in_one() -> None:
    assert asked("GPT-4") == [(("gpt", "4"), ("gpt4",))]
    assert asked("GPT4") == [(("gpt4",), (f"{JOINED}gpt4",))]
    assert asked("state-of-the-art") == [(("state", "art"), ("stateoftheart",))]
    assert asked("Llama-2-7b") == [(("llama", "2", "7b"), ("llama27b",), ("llama2",))]
    assert joined("Llama-2-7b and GPT-4") == [f"{JOINED}Llama27b", f"{JOINED}Llama2", f"{JOINED}GPT4"]


@pytest.mark.parametrize("question", ["GPT-4", "GPT4", "Llama-2-7b", "llama2", "state-of-the-art", "p53"])
def test_no_way_of_writing_has_a_term_of_another(question: str) -> None:
    """Each of the ways in which a paper may write it has terms of one alternative alone: none is counted twice."""
    (unit,) = units(question)
    for written in ("GPT-4", "GPT4", "Llama-2-7b", "llama2", "Llama27b", "state-of-the-art", "p53"):
        text = spelled(written)
        there = {term for word in [text, *joined(text)] for term in analyser().analyze(word)}
        assert sum(bool(there & set(terms)) for terms in unit.alternatives) <= 1


def test_a_word_counts_as_often_as_it_is_asked() -> None:
    assert units("deep networks, deeper and deep") == (
        Unit((("deep",), (f"{JOINED}deep",)), 2),
        Unit((("network",), (f"{JOINED}network",)), 1),
        Unit((("deeper",), (f"{JOINED}deeper",)), 1),
    )


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert words("How does the immune system's memory work?") == ["immun", "system", "memori", "work"]
    assert words("to be or not to be") == ["to", "be", "or", "not"]
    assert words("what does WHO say about it?") == ["who", "say"]
    assert words("WHAT IS DEEP LEARNING") == ["deep", "learn"]
    assert all(word == word.lower() and word.isalpha() for word in STOP_WORDS)


@pytest.mark.parametrize("question", ["", "?!", " - ", "\u2014", "x" * 500])
def test_a_question_without_words_asks_nothing(question: str) -> None:
    assert units(question) == ()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["M", "C"]), max_size=80))
def test_any_text_is_taken_and_its_terms_are_the_index_own(question: str) -> None:
    text = spelled(question)
    there = {term for word in [text, text.lower(), *joined(text)] for term in analyser().analyze(word)}
    for unit in units(question):
        assert unit.times >= 1
        assert all(unit.alternatives)
        assert set(unit.alternatives[0]) <= there


def test_terms_of_a_word() -> None:
    assert terms_of("Networks") == ("network",)
    assert terms_of("x" * 100) == ()
