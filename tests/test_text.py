"""clean makes text storable, comparable makes it equal across spellings, digest tells parts apart."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.text import clean, comparable, digest

untimed = settings(deadline=None)

INVISIBLE = "\xad\u200b\u2060\ufeff"

# Everything, lone surrogates and invisible marks too.
any_text = st.text(st.characters(codec=None) | st.sampled_from("\u200b\u0301\ufeff\ud800 \t\n\x00éeA"))


@untimed
@given(any_text)
def test_clean_is_what_its_steps_are_one_after_another(text: str) -> None:
    """It leaves out steps that would change nothing, told by cheap looks at the text."""
    seen = "".join(c for c in text if c.isspace() or not (unicodedata.category(c) in ("Cc", "Cs") or c in INVISIBLE))
    assert clean(text) == " ".join(unicodedata.normalize("NFC", seen).split())


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  two \t words \r\n", "two words"),
        ("no\u00a0break\u2003space\u2028line", "no break space line"),
        ("cafe\u0301", "caf\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark", "softhyphen zerowidth mark"),
        ("nul\x00 bell\x07 c1\x9f", "nul bell c1"),
        ("half \ud83d pair", "half pair"),
        ("\U0001f916 whole", "\U0001f916 whole"),
        ("\x0b\x0c\x1c\x85", ""),
        ("ﬁne ½", "ﬁne ½"),  # compatibility forms stay as they were written
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner is part of a Persian word
        ("", ""),
    ],
)
def test_clean_stores(raw: str, stored: str) -> None:
    assert clean(raw) == stored


@untimed
@given(any_text)
def test_clean_changes_nothing_the_second_time(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@untimed
@given(any_text)
def test_clean_text_is_utf8_in_nfc_on_one_line(text: str) -> None:
    stored = clean(text)
    assert stored.encode().decode() == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert stored.split() == stored.split(" ") or stored == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deep Learning: A Survey", "deep learning -- a survey."),
        ("Straße", "STRASSE"),
        ("ﬁne-tuning", "Fine Tuning"),
        ("cafe\u0301", "Caf\u00e9"),
        ("snake_case", "snakecase"),
        ("H₂O", "H2O"),
    ],
)
def test_comparable_is_the_same_for(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_comparable_keeps_letters_and_digits_of_every_script() -> None:
    assert comparable("深層 学習, 2.0!") == "深層学習20"


def test_comparable_keeps_the_symbols_of_a_text_of_symbols() -> None:
    assert comparable(" ∀ ∃ ") == "∀∃"
    assert comparable("∀") != comparable("∃")


@untimed
@given(st.text())
def test_comparable_does_not_see_how_accents_are_encoded(text: str) -> None:
    assert comparable(unicodedata.normalize("NFD", text)) == comparable(unicodedata.normalize("NFC", text))


def test_digest_is_the_sha256_of_the_parts() -> None:
    assert digest("ab", "c") == hashlib.sha256(b"ab\x1fc").digest()
    assert digest("ab", "c") != digest("a", "bc")
