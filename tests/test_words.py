"""Words: what becomes a term, and what of a question is looked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semsearch.words import STOP_WORDS, Unit, analyser, joined, spelled, terms_of, units


def words(question: str) -> list[str]:
    return [unit.apart[0] for unit in units(question)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("GPT-4", "gpt4"), ("gpt4", "GPT-4"), ("GPT 4", "GPT-4"), ("gpt 4 turbo", "turbo GPT-4"),
        ("BERT-base", "BERTbase"), ("bert base", "BERT-Base"),
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
        assert set(unit.apart) <= there or set(unit.together) & there, unit


def test_a_compound_is_its_parts_and_all_in_one() -> None:
    assert units("GPT-4") == (Unit(("gpt", "4"), ("gpt4",)),)
    assert units("GPT4") == (Unit(("gpt4",)),)
    assert units("state-of-the-art") == (Unit(("state", "art"), ("stateoftheart",)),)
    assert units("Llama-2-7b") == (Unit(("llama", "2", "7b"), ("llama27b", "llama2")),)
    assert units("a GPT 4 or 3D-GS 2") == (
        Unit(("gpt",)), Unit(("4",), ("gpt4",)), Unit(("3d", "gs"), ("3dgs",)), Unit(("2",), ("gs2",)),
    )  # fmt: skip
    assert units("in 1979, Llama 2 7b") == (
        Unit(("1979",)), Unit(("llama",)), Unit(("2",), ("llama2",)), Unit(("7b",)),
    )  # fmt: skip
    assert joined("Llama-2-7b and GPT-4") == ["Llama27b", "Llama2", "GPT4"]


def test_a_word_counts_as_often_as_it_is_asked() -> None:
    assert units("deep networks, deeper and deep") == (
        Unit(("deep",), (), 2),
        Unit(("network",), (), 1),
        Unit(("deeper",), (), 1),
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
@example("\ufe700")  # a mark on its own, which opens a word
@example("0-\ufcf2")  # a letter with marks, behind a hyphen
def test_any_text_is_taken_and_its_terms_are_the_index_own(question: str) -> None:
    text = spelled(question)
    numbered = re.sub(r" (?=\d)", "", text)
    there = {term for each in (text, numbered) for one in (each, each.lower()) for term in analyser().analyze(one)}
    there |= {term for word in joined(text) for term in analyser().analyze(word)}
    for unit in units(question):
        assert unit.times >= 1
        assert unit.terms
        assert set(unit.terms) <= there


def test_terms_of_a_word() -> None:
    assert terms_of("Networks") == ("network",)
    assert terms_of("x" * 100) == ()
