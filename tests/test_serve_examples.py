"""Questions to begin with, from titles."""

from __future__ import annotations

import pytest

from semsearch.paper import Paper
from semsearch.serve.examples import Spelling, examples, question_of, spelling_of


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("Do Ants Count Their Own Steps?", "Do ants count their own steps?"),
        ("The Shape of Sound in Long Tunnels", "What is there on the shape of sound in long tunnels?"),
        ("ANTLER: How Deer Grow Bone in One Summer", "How deer grow bone in one summer?"),
        ("Towards DNA Storage With BERT Inside Cells", ""),
        ("Towards DNA Storage Within Living Cells", "What is there on DNA storage within living cells?"),
        ("Why the rivers of Norway freeze late", "Why the rivers of Norway freeze late?"),
        ("Attention Is All That Counts", ""),
        ("On sand", ""),
        ("Proceedings of the 2021 Meeting on Sand", ""),
        ("", ""),
    ],
)
def test_the_question_of_a_title(title: str, question: str) -> None:
    assert question_of(title) == question


def test_examples_are_of_different_kinds_and_ask_first() -> None:
    papers = [
        Paper("1", "How sand sings in dry deserts", categories=("sand",)),
        Paper("2", "How sand sings in wet deserts", categories=("sand",)),
        Paper("3", "Fog over cold northern rivers", venue="Fog"),
        Paper("4", "Do all of the owls hear well?"),
    ]
    asked = [
        "Do all of the owls hear well?",
        "How sand sings in dry deserts?",
        "Is there more on fog over cold northern rivers?",
    ]
    assert examples(papers, 5) == asked
    assert examples(papers, 1) == asked[:1]


ABSTRACTS = [
    "The fjords of Norway freeze late. Most rivers and Markov chains flow, and deep valleys fill with ice.",
    "In Norway, deep water is warm. Sand and Rivers are common words.",
]


def test_abstracts_tell_names_from_words() -> None:
    told = spelling_of(Paper(str(place), "A title", abstract=text) for place, text in enumerate(ABSTRACTS))
    assert told.names == {"norway", "markov"}
    assert {"rivers", "deep", "freeze", "late"} < told.common
    assert told.common.isdisjoint({"the", "most", "in", "sand"})  # which only begin a sentence


def test_names_keep_their_capital_and_titles_of_unknown_words_come_last() -> None:
    first, second = ABSTRACTS
    papers = [
        Paper("1", "Deep Rivers of Zanzibar Freeze Late", first, categories=("ice",)),
        Paper("2", "Deep Rivers of Norway Freeze Late", second, categories=("ice",)),
        Paper("3", "Markov Chains Flow and Fill Valleys", categories=("chance",)),
    ]
    known = ["What is there on deep rivers of Norway freeze late?", "What about Markov chains flow and fill valleys?"]
    assert examples(papers, 5) == known
    alone = Paper("1", "Deep Rivers of Zanzibar Freeze Late", categories=("ice",))
    assert examples([alone], 5) == ["What is there on deep rivers of zanzibar freeze late?"]


def test_a_part_with_a_hyphen_is_a_name_if_one_of_it_is() -> None:
    spelling = Spelling(names=frozenset({"markov"}))
    assert question_of("Rivers With Markov-Like Sand Beds", spelling=spelling) == (
        "What is there on rivers with Markov-Like sand beds?"
    )
