from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.matches import Matches, _aligned, matches_of, spans
from semsearch.paper import Paper
from semsearch.why import Why, best_sentence, best_sentences
from semsearch.words import STOP_WORDS, analyser, joined, spelled, units


def marked(question: str, text: str) -> list[str]:
    return [text[start:end] for start, end in spans(units(question), text)]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("running models", "It runs a MODEL. Runner?", ["runs", "MODEL"]),
        ("GPT-4", "GPT4, GPT-4, GPT 4 and 4", ["GPT4", "GPT-4", "GPT", "4", "4"]),
        ("GPT-4", "GPT\u20114, gpt\uff0d4", ["GPT\u20114", "gpt\uff0d4"]),
        ("GPT4", "GPT4, GPT-4, GPT-4-turbo, GPT 4", ["GPT4", "GPT-4", "GPT-4"]),
        ("llama2", "Llama-2-7b", ["Llama-2"]),
        ("7b", "Llama-2-7b", ["7b"]),
        ("self-supervised", "Supervised and self-supervised, not self-made", ["Supervised", "self-supervised", "self"]),
        ("selfsupervised", "a self-supervised one", ["self-supervised"]),
        ("the state of the art", "The state-of-the-art of THE art", ["state", "art", "art"]),
        ("state-of-the-art", "The state-of-the-art", ["state-of-the-art"]),
        ("beta catenin", "β-catenin, βcatenin, Β-Catenin", ["β-catenin", "Β-Catenin"]),
        ("β-catenin", "betacatenin and βcatenin", ["betacatenin", "βcatenin"]),
        ("fine dose 2", "The ﬁnest? No: ﬁne, ½ dose, 10² or H₂O", ["ﬁne", "½", "dose"]),
        ("CO2", "as CO₂ falls", ["CO₂"]),
        ("naive Bayes", "nai\u0308ve and naïve Bayes’s", ["nai\u0308ve", "naïve", "Bayes"]),
        ("naïve", "½ ﬁ naive", ["naive"]),
        ("which is the WHO", "which is it, who? WHO.", ["WHO"]),
        ("what is it about", "it is about this", []),
        ("한", "0\u1112\u1161\u11ab", []),
        ("한", "0-\u1112\u1161\u11ab", ["\u1112\u1161\u11ab"]),
        ("???", "none?", []),
        ("model", "", []),
        ("Alzheimer's disease", "Alzheimer's diseases", ["Alzheimer", "diseases"]),
    ],
)  # fmt: skip
def test_what_is_marked(question: str, text: str, expected: list[str]) -> None:
    assert marked(question, text) == expected


def test_a_part_of_what_is_one_character_marks_it_once() -> None:
    assert spans(units("1 2"), "a ½ dose") == ((2, 3),)
    assert spans(units("x1"), "x½") == ((0, 2),)


def test_both_texts_of_a_paper_and_their_json() -> None:
    found = matches_of(units("deep nets"), Paper("p", "Deep nets", "A net"))
    assert found == Matches(((0, 4), (5, 9)), ((2, 5),))
    assert found.as_dict() == {"title": [[0, 4], [5, 9]], "abstract": [[2, 5]]}
    assert Matches().as_dict() == {"title": [], "abstract": []}


WORDS = [
    "runs",
    "running",
    "GPT-4",
    "gpt4",
    "4",
    "self-supervised",
    "state-of-the-art",
    "the",
    "IT",
    "β",
    "ﬁne",
    "½",
    "CO₂",
]
WORDS += [
    "Llama-2-7b",
    "llama2",
    "naïve",
    "nai\u0308ve",
    "\uff0d",
    "-",
    "\u2212",
    "²",
    "™",
    "\u1100\u1161",
    "한",
    "ｱﾞ",
    "ΐ",
    "dying",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*WORDS, " ", " ", ", ", "e\u0301"])).map("".join))


def terms_in(text: str) -> set[str]:
    """What the keyword index has of a text."""
    written = spelled(text)
    return {term for part in (written, *joined(written)) for term in analyser().analyze(part)}


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_spans_are_what_the_index_would_find(question: str, text: str) -> None:
    asked = units(question)
    wanted = {term for unit in asked for term in unit.terms}
    found = spans(asked, text)
    for (start, end), (following, _) in zip(found, (*found[1:], (len(text), 0)), strict=False):
        assert 0 <= start < end <= following
        assert wanted & terms_in(text[start:end])


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS.filter(str.isascii))
def test_every_word_with_a_term_of_the_question_is_marked_and_no_stop_word(question: str, text: str) -> None:
    wanted = {term for unit in units(question) for term in unit.terms}
    inside = {at for start, end in spans(units(question), text) for at in range(start, end)}
    for word in re.finditer("[A-Za-z0-9]+", text):
        stop = word[0].lower() in STOP_WORDS and not (word[0].isupper() and len(word[0]) > 1)
        if wanted & set(analyser().analyze(word[0])) and not stop:
            assert set(range(*word.span())) <= inside
        elif not re.search(r"\w-|-\w", text):
            assert not set(range(*word.span())) & inside


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(TEXTS.filter(lambda text: text.split() == [text])))
def test_words_are_marked_in_any_company_as_alone(question: str, words: list[str]) -> None:
    asked = units(question)
    at, expected = 0, []
    for word in words:
        expected += [(at + start, at + end) for start, end in spans(asked, word)]
        at += len(word) + 1
    assert spans(asked, " ".join(words)) == tuple(expected)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_alignment_is_the_spelling_of_the_whole_and_gapless(text: str) -> None:
    written, changes = _aligned(text)
    assert written == spelled(text)
    at = spelled_at = 0
    for change in changes:
        assert written[spelled_at : change.spelled_start] == text[at : change.start]
        assert written[change.spelled_start : change.spelled_end] == spelled(text[change.start : change.end])
        at, spelled_at = change.end, change.spelled_end
    assert written[spelled_at:] == text[at:]


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[A-Za-z]{1,12}(?:ing|ed|ies|ly|s|ness|)", fullmatch=True))
def test_stems_keep_the_first_letter(word: str) -> None:
    """So words need no stemming to be passed over."""
    assert [term[0] for term in analyser().analyze(word)] == [word[0].lower()]


Vectors = npt.NDArray[np.float32]


class Counted:
    """An encoder of planned vectors, that counts its calls."""

    def __init__(self, vectors: dict[str, tuple[float, float]]) -> None:
        self.vectors = vectors
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)


QUESTION = np.array([1, 0], dtype=np.float32)
ENCODE = {
    "It is so.": (0.6, 0.8),
    "We agree.": (0.8, 0.6),
    "They agree.": (0.8, -0.6),
    "No.": (-1, 0),
    "Yes!": (1.0001, 0),
}


def test_the_sentence_that_answers_best_is_found_in_one_call() -> None:
    encode = Counted(ENCODE)
    abstracts = ["It is so. We agree. They agree.", "", "No.", "No. It is so.", " ", "Yes!"]
    found = best_sentences(QUESTION, abstracts, encode)
    assert [why and why.sentence(abstract) for why, abstract in zip(found, abstracts, strict=True)] == [
        "We agree.", None, "No.", "It is so.", None, "Yes!",
    ]  # fmt: skip
    assert [why and round(why.similarity, 6) for why in found] == [0.8, None, -1.0, 0.6, None, 1.0]
    assert encode.calls == [["It is so.", "We agree.", "They agree.", "No.", "No.", "It is so.", "Yes!"]]


def test_nothing_is_encoded_where_there_is_nothing() -> None:
    encode = Counted({})
    assert best_sentences(QUESTION, ["", " "], encode) == [None, None]
    assert best_sentences(QUESTION, [], encode) == []
    assert best_sentence(QUESTION, "", encode) is None
    assert encode.calls == []


def test_why_as_json() -> None:
    why = best_sentence(QUESTION, "No. No. We agree.", Counted(ENCODE))
    assert why == Why(8, 17, pytest.approx(0.8))
    assert why.as_dict("No. No. We agree.") == {
        "sentence": "We agree.", "start": 8, "end": 17, "similarity": pytest.approx(0.8),
    }  # fmt: skip


def test_of_equal_sentences_the_first_wherever_they_stand() -> None:
    rng = np.random.default_rng(0)
    vector = rng.standard_normal(384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    for count in range(1, 40):
        why = best_sentence(vector, "We agree. " * count, lambda texts: np.tile(vector, (len(texts), 1)))
        assert why is not None
        assert why.start == 0
