from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.sentences import sentences

CASES = [
    ["We train a model.", "It works."],
    ["Models, e.g. BERT, are large.", "We cut them, i.e. We prune."],
    ["Following Vaswani et al. (2017), we attend.", "This was shown by Smith et al. [3] and by Lee et al. 2019."],
    ["It extends Smith et al.", "We go further."],
    ["See Fig. 3, FIG. 4 and Eq. (1).", "Sec. 4 has more, pp. 3-5."],
    ["The mean was 0.5 vs. 0.7 (p < .05).", "Then it fell."],
    ["It was significant, p < .05.", "The effect is small."],
    ["It is by J. Smith, J.-P. Sartre and A. B. Jones in the U.S. Army.", "They agree."],
    ["It is common in the U.S.", "The rest differs."],
    ["How do robots learn?", "We ask this!", "Really?!", "Yes."],
    ['She said "it works."', "We doubt it.", "“It does not.”", "‘So?’", "So."],
    ["(It is so.)", "We agree."],
    ["It rises... and then falls.", "Wait…", "We stop.", "And...", "Then."],
    ["Version 2.0 of v1.3.2 is out.", "No. 3 is next.", "No.", "We wait."],
    ["This was known [1].", "We extend it.[2,3]", "Then we stop [4]."],
    ["Growth of E. coli and S. aureus stopped.", "C. elegans did not."],
    ["It needs vitamin C.", "However, it is cheap."],
    ["It was hepatitis B.", "Patients recovered."],
    ["It is found in cells.", "p53 is a gene.", "mRNA is not.", "β-catenin is up.", "10 of 12 agreed."],
    ["It took approx. 3 km, cf. Jones, etc. for all.", "Dr. Who came on Jan. 5."],
    ["1. We show it.", "2. We prove it."],
    ["It is possible (and best).", "(b) In the other case, not.", "(ii) We stop."],
    ["the boundary layer .", "it is thin .", "a slipstream ?"],
    ["all of this is lower case.", "so is this, e.g. here.", "and this"],
    ["Background: none.", "Methods: a trial at 3 p.m. daily.", "RESULTS: better MT.", "This fills it."],
    ["Apple Inc. and Co. were sold.", "See www.a.org or a.b@c.de."],
    ["Values are i.i.d. and Gaussian w.r.t. the mean.", "We checked."],
    ["He has a Ph. D. in it, or a Ph.D. of sorts.", "We have not."],
    ["Yahoo! is a portal.", "Is it?"],
]


@pytest.mark.parametrize("expected", CASES, ids=lambda case: case[0][:30])
def test_sentences_as_a_reader_parts_them(expected: list[str]) -> None:
    text = " ".join(expected)
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("深層学習。とても良い！「はい。」終わり", ["深層学習。", "とても良い！", "「はい。」", "終わり"]),
        ("यह है। वह है।", ["यह है।", "वह है।"]),
        ("  Two.\n\n Spaces. ", ["Two.", "Spaces."]),
        ("One sentence without an end", ["One sentence without an end"]),
        ("It ends. . . . Then it starts. ***", ["It ends. . . .", "Then it starts. ***"]),
        ("... And so it goes.", ["... And so it goes."]),
        ("", []),
        (" \n", []),
        ("...", ["..."]),
    ],
)
def test_other_scripts_spaces_and_no_words(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


PIECES = [
    "e.g.",
    "Fig.",
    "et al.",
    "3",
    ".5",
    "U.S.",
    "We",
    "it",
    "J.",
    "?",
    "...",
    ".",
    "[1]",
    "(",
    ")",
    '"',
    "。",
    "é",
    "$",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, " ", " ", "\n"])).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_cover_all_but_white_space_and_none_is_empty(text: str) -> None:
    found = sentences(text)
    inside = set()
    for start, end in found:
        assert text[start:end].strip() == text[start:end] != ""
        assert not inside & set(range(start, end))
        inside |= set(range(start, end))
    assert found == tuple(sorted(found))
    assert all(text[at].isspace() for at in range(len(text)) if at not in inside)
    if len(found) > 1:
        assert all(any(map(str.isalnum, text[start:end])) for start, end in found)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([sentence for case in CASES[:20] for sentence in case if sentence[-1] == "."])))
def test_sentences_of_sentences_are_themselves(expected: list[str]) -> None:
    for sentence in expected:
        assert sentences(sentence) == ((0, len(sentence)),)


def test_long_texts_take_no_longer_than_they_should() -> None:
    """Quadratic patterns would make this take hours."""
    assert len(sentences("a.b " * 50_000)) == 1
    assert len(sentences("x" * 200_000)) == 1
    assert len(sentences("." * 200_000)) == 1
    assert len(sentences("It is. " * 20_000)) == 20_000
    assert len(sentences("a." + "[1" * 50_000)) == 1
    assert len(sentences("a." + ")" * 100_000)) == 1
    assert len(sentences("We. " + "! " * 50_000)) == 1
    assert len(sentences("! " * 50_000)) == 1
