"""Questions to begin with, from titles."""

from __future__ import annotations

import pytest

from semsearch.paper import Paper
from semsearch.serve.examples import examples, question_of


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
