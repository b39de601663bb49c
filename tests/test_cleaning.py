# ruff: noqa: E501
"""Clean text: tables of what becomes of what, in words of our own, after faults that real abstracts have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from semsearch import SearchIndex
from semsearch.build import build_index
from semsearch.cleaning import clean_text
from semsearch.cleaning.symbols import BREAKS, DROPPED, LETTERS, SWITCHES, SYMBOLS, WRAPPERS
from semsearch.corpus import Entry, read_papers
from semsearch.paper import Paper
from semsearch.text import clean

LATEX = {
    r"an $\alpha$-helix of M{\"o}bius": "an α-helix of Möbius",
    r"Erd\H{o}s, Erd\H os, \O rsted, na\"{\i}ve, \v Cech, \c{c}a, \ss, Fr\'echet": "Erdős, Erdős, Ørsted, naïve, Čech, ça, ß, Fréchet",
    r"a \emph{very} {\em old} \textbf{bold} {\bf plan}": "a very old bold plan",
    r"as shown~\cite{a,b} and elsewhere \citep[see][p. 3]{c}.": "as shown and elsewhere.",
    r"as seen (\cite{a}; \citet{b}), and in Fig.~\ref{x}": "as seen, and in Fig.",
    r"half of it, 50\% \& more, at \$5 or \#1": "half of it, 50% & more, at $5 or #1",
    "either $5 and $10, or US$20, or 30$": "either $5 and $10, or US$20, or 30$",
    "$5 a seat in $\\mu$m wide rows": "$5 a seat in μm wide rows",
    "CO$_2$, CO_2, H$_{2}$O, NO_x, H_2O and Fe(OH)$_3$": "CO2, CO2, H2O, NOx, H2O and Fe(OH)3",
    "Ca$^{2+}$ at 25$^\\circ$C, $^{13}$C, the 5$^{th}$, 10$^{-3}$ m": "Ca2+ at 25°C, 13C, the 5th, 10^-3 m",
    r"$x^2$, $O(n \log n)$, O(n\log n), $\mathbb{R}^n$, $\mathbb R^{n \times d}$": "x^2, O(n log n), O(n log n), R^n, R^(n × d)",
    r"$\tilde{\mathcal{O}}(\sqrt{T})$, $\frac{a+b}{c}$, $\tfrac 1 2$, $\binom{n}{k}$": "Õ(sqrt(T)), (a+b)/c, 1/2, binom(n, k)",
    r"$O(\log{T})$, \polylog{}-time, \hatB": "O(log T), polylog-time, B",
    r"$\ell_1$, $x_{i+1}^{2}$, $\sum_{i=1}^n x_i$, $\{X_i\}_{i \in I}$": "ℓ1, x_(i+1)^2, ∑_(i=1)^n x_i, {X_i}_(i ∈ I)",
    r"$\sigma_{\min}s_{\star}$, $\left( \mathrm{poly}(d) \right)$, \(a \leq b\)": "σ_min s_*, ( poly(d) ), a ≤ b",
    "$95 %$ of $(n!)$ and $i−1$ of $(s, a)$ by $ n $": "95 % of (n!) and i−1 of (s, a) by n",
    r"""Na\"\i ve Mart\'\i nez, S\o ren and a \'{\i} alone""": "Naïve Martínez, Søren and a í alone",
    r"$\alpha _{2}$, $x _i$, $y ^{2}$, $\sum _{k=1} ^{K} \mathbf {w} _k$, $a + _{2}$, CO$ _{2}$ of $ ^{13} $C": "α2, x_i, y^2, ∑_(k=1)^K w_k, a + 2, CO2 of 13C",
    r"calls \verb|x_y|, \verb*+a b+, \lstinline!f(x)! and \verb alone": "calls x_y, a b, f(x) and verb alone",
    r"one\footnotemark[1] of two\footnotemark, three\footnotemark{}\footnotetext[1]{a note}.": "one of two, three (a note).",
    r"about ~5\%, Section~3, 1\%~2\% at http://a.example/~b": "about ~5%, Section 3, 1%~2% at http://a.example/~b",
    r"$p(x, z)$, $N P$, $x, y$ and S{O}(3), {D}eep": "p(x, z), N P, x, y and SO(3), Deep",
    r"an \mathbbR of \sqrtKT by \emphn-grams in \tildeO(n)": "an R of sqrt(KT) by n-grams in Õ(n)",
    r"our \ourmethod{} with \margin{wide} edges, $\cO(n)$": "our ourmethod with wide edges, O(n)",
    "an extit{odd} and a mph{rare} one at url{http://a.example/b}": "an odd and a rare one at http://a.example/b",
    r"code\footnote{see it} at \url{http://a.example/c\_d} or \href{http://a.example}{here}": "code (see it) at http://a.example/c_d or here (http://a.example)",
    r"\begin{itemize}\item one \item two\end{itemize}": "one two",
    r"\documentclass[12pt]{minimal} \usepackage{amsmath} \begin{document}$$x$$\end{document} left": "x left",
    r"\\alpha and \\mathbb{R} twice escaped, a line\n\nThen another": "α and R twice escaped, a line Then another",
    "``quoted'' words, {BERT}, Lov{á}sz and 2{,}000": '"quoted" words, BERT, Lovász and 2,000',
    "a set {0,1}, a tuple <a, b>, x_i and a_long_name stay": "a set {0,1}, a tuple <a, b>, x_i and a_long_name stay",
    r"an open {brace and an open $ and a \ at the end \\": "an open {brace and an open $ and a at the end",
    r"\cite{all of it}": r"\cite{all of it}",
}  # fmt: skip

MARKUP = {
    "<jats:title>Abstract</jats:title><jats:p>We weighed <jats:italic>many</jats:italic> whales.</jats:p>": "We weighed many whales.",
    "<sec><title>Aims</title><p>To weigh.</p></sec><sec><title>Results:</title><p>Heavy.</p></sec>": "Aims: To weigh. Results: Heavy.",
    "H<sub>2</sub>O, 10<sup>-3</sup>, Ca<sup>2+</sup>, K<sub>d</sub>": "H2O, 10^-3, Ca2+, K_d",
    "<h3>Aim</h3>To weigh.<h3>Result?</h3>Heavy.": "Aim: To weigh. Result? Heavy.",
    "p < 0.05 and n > 3, a<b and b>a": "p < 0.05 and n > 3, a<b and b>a",
    "p &lt; 0.05 &amp;amp; n &amp;gt; 3&nbsp;m &#8211; AT&T": "p < 0.05 & n > 3 m – AT&T",
    "&lt;p&gt;Escaped <b>twice</b>.&lt;/p&gt;": "Escaped twice.",
    "<a href=\"http://a.example\" target='_blank'>Here</a> is <br/>more<!-- unseen -->": "Here is more",
    "a <s> token, a <pad>, a <subject, predicate>, an <i> alone": "a <s> token, a <pad>, a <subject, predicate>, an <i> alone",
    "<inline-formula><mml:math><mml:mi>x</mml:mi></mml:math><tex-math>$x^2$</tex-math></inline-formula>": "x^2",
    "known before <cit.>, and now": "known before, and now",
}  # fmt: skip

CODE = {
    r"match \d+\.\d+ and \w+@\w+\.com, or \s*\bno\b": None,
    r"saved in C:\data\new\test.txt, in src\utils\main.py or ..\data\new": None,
    r"from C:\Users\tex to D:\alpha\beta": r"from C:\Users\tex to D:αβ",
    r"ends with \n and \t characters, quoted '\n'": None,
    r"the \u03b1 particle, \u00e9tude, \ud83d\ude00 and \\u03b2": "the α particle, étude, 😀 and β",
    r"no control \u0007 is made of \u005c": None,
    "set ${HOME} and ${USER}, or $PATH:$HOME/bin:$X and $HOME": None,
    r"he said \"all is well\" to M\"obius and \"Uber": 'he said "all is well" to Möbius and Über',
    r"see http:\/\/a.example\/b, this\/that": "see http://a.example/b, this/that",
    r"www\.example\.com, et al\. and \.Zak": r"www\.example\.com, et al. and Żak",
    r"code {\em x} in \w and $\w^*$, \x^2, \method and \emph{\s-dimensional}": "code x in w and w*, x^2, method and s-dimensional",
    r"cost 10$ and \$20, $HOME/bin $PATH": "cost 10$ and $20, $HOME/bin $PATH",
    r"one \d, two \b, one \v here": None,
    r"a count \d{3} or \d{1,2}": None,
    r"$f:\Omega\to R$ and f:\Omega\to S, $\sqrt{L\nX\nA}$": "f:Ω→ R and f:Ω→ S, sqrt(L nX nA)",
    r"said O\'Brien and Jos\'e": "said O'Brien and José",
    r"German\rightarrowEnglish \beginitemize \item one": "German→English one",
    "$ E = mc^2 $ and $ x + y $ of 5 $ - 10 $ or 3 $ = 4 $": "E = mc^2 and x + y of 5 $ - 10 $ or 3 $ = 4 $",
}  # fmt: skip

CHEMISTRY = {
    **dict.fromkeys(["Fe_2O_3/Al_2O_3", "$Fe_2O_3/Al_2O_3$", "Fe<sub>2</sub>O<sub>3</sub>/Al<sub>2</sub>O<sub>3</sub>", "Fe₂O₃/Al₂O₃"], "Fe2O3/Al2O3"),
    **dict.fromkeys(["La_{1-x}Sr_xMnO_3", "$La_{1-x}Sr_xMnO_3$", "La$_{1-x}$Sr$_x$MnO$_3$", "La<sub>1-x</sub>Sr<sub>x</sub>MnO<sub>3</sub>", "La₁₋ₓSrₓMnO₃"], "La1-xSrxMnO3"),
    **dict.fromkeys(["SO_4^{2-}", "$SO_4^{2-}$", r"$\mathrm{SO_4^{2-}}$", "SO<sub>4</sub><sup>2-</sup>", "SO₄²⁻"], "SO42-"),
    **dict.fromkeys(["Na_{0.5}Bi_{0.5}TiO_3", "$Na_{0.5}Bi_{0.5}TiO_3$"], "Na0.5Bi0.5TiO3"),
    **dict.fromkeys([r"YBa_2Cu_3O_{7-\delta}", r"$\mathrm{YBa_2Cu_3O_{7-\delta}}$", "YBa<sub>2</sub>Cu<sub>3</sub>O<sub>7-δ</sub>"], "YBa2Cu3O7-δ"),
    "$[Fe(CN)_6]^{4-}$, Ca(OH)_2, Al_2(SO_4)_3, α-Fe_2O_3, NO_x": "[Fe(CN)6]4-, Ca(OH)2, Al2(SO4)3, α-Fe2O3, NOx",
    "H_x, P_{1-x}, $L_x$, $D_x$ and (x)^+ are no compounds": "H_x, P_(1-x), L_x, D_x and (x)^+ are no compounds",
    "F₁-score, hₜ₋₁, km², 10⁻³ m s⁻¹, x²": "F1-score, h_(t-1), km², 10^-3 m s^-1, x²",
    "Fig.¹ and a note ²": None,
    "CAMERA³, Smith², M²IV and (K+D)¹ᐟ²": None,
}  # fmt: skip

TAGS = {
    "the <b> tag, <title>, an <i> and </i> pair, \"<em>\" or \"</em>\"": None,
    "x<y and y>z, a<b and b>c, the </b> end": None,
    "the <p> and </p> elements, in <title> and </title> as well": None,
    "a <b>bold</b> word, <i>(so)</i>, <i> in vitro </i>.": "a bold word, (so), in vitro .",
    "<p> We weigh. </p> <p>Whales. <p>": "We weigh. Whales.",
    "<p>We weigh whales": "We weigh whales",
    "<scp>l</scp>-dopa, H<inf>2</inf>O, a<o:p></o:p> or <bold>x</bold>, one<jats:ita": "l-dopa, H2O, a or x, one",
    "<ce:italic>x</ce:italic>, <jats:sub>2</jats:sub>": "x, 2",
    "see <a href=http://a.example/b-c> here </a>.": "see here .",
    "&amp;lt;i&amp;gt;x&amp;lt;/i&amp;gt; and &amp;lt;": "x and <",
    "<mml:math><mml:mrow><mml:mi>x</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>2</mml:mn></mml:mrow></mml:math> is": "x<2 is",
    "<math display='inline'><semantics><msub><mi>x</mi><mi>i</mi></msub><annotation encoding='application/x-tex'>x_i</annotation></semantics></math>!": "x_i!",
    "<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac><mo>=</mo><msup><mi>x</mi><mn>2</mn></msup><mspace/><msqrt><mi>y</mi></msqrt></math>.": "a/(b+1)=x^2 sqrt(y).",
    "<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup><mi>sin</mi><mi>t</mi></math>": "x_i^2 sin t",
}  # fmt: skip

BREAKS_OF_LINES = {
    "an x- ray, the k- nearest ones, in e- commerce": "an x-ray, the k-nearest ones, in e-commerce",
    "each slot is filled by slot- filling": "each slot is filled by slot-filling",
    "a partial- information game, association- vs. inference-based": "a partial-information game, association-vs. inference-based",
    "recog- nition, set- tings, analy- sis, with- out, so- lution, sim- ple, map- pings, like- lihood": "recognition, settings, analysis, without, solution, simple, mappings, likelihood",
    "a relation- ship, the health- care": "a relationship, the healthcare",
    "infor-\nmation and self-\n  supervised, end-\nto-end": "information and self-supervised, end-to-end",
    "knowl- edge, group- ing, pro- posed, in- dependent, accu- rate": "knowledge, grouping, proposed, independent, accurate",
    "pre- and postwar, two- or threefold, Vor- und Nachteile": "pre- and postwar, two- or threefold, Vor- und Nachteile",
    "real- world, task- specific, sample- size, lately- found, met-as- needed": "real-world, task-specific, sample-size, lately-found, met-as-needed",
    "a hill-climb, and a hill- climb; a moonlit, a moon- lit": "a hill-climb, and a hill-climb; a moonlit, a moonlit",
    "BERT-\nbase and GPT-\n4, an N- way one": "BERT-base and GPT-4, an N- way one",
    "eﬃcient ﬁlters ﬂow, soft\xadly, infor\xad\nmation": "efficient filters flow, softly, information",
}

EDGES = {
    "Abstract: Whales are weighed here.": "Whales are weighed here.",
    "ABSTRACT Whales are weighed here.": "Whales are weighed here.",
    "Abstract. Abstract: Whales are weighed here.": "Whales are weighed here.",
    "AbstractWe weigh whales here, and seals.": "We weigh whales here, and seals.",
    "Abstract We weigh whales here, and seals.": "We weigh whales here, and seals.",
    "Résumé : On pèse ici des baleines.": "On pèse ici des baleines.",
    "Abstract Meaning Representation of Whales": "Abstract Meaning Representation of Whales",
    "Abstract art and whales": "Abstract art and whales",
    "Abstract:": "Abstract:",
    "Whales are weighed here. © 2020 Elsevier B.V. All rights reserved.": "Whales are weighed here.",
    "Whales are weighed here. Copyright © 2019 The Author(s). Published by Wiley & Sons, Inc.": "Whales are weighed here.",
    "Whales are weighed here. (c) 2001 Society of Whalers": "Whales are weighed here.",
    "Whales are weighed here. Published by Whale Press Ltd. All rights reserved.": "Whales are weighed here.",
    "© 2015 IEEE. Whales are weighed here.": "Whales are weighed here.",
    "Whales are weighed here. © The Author(s) 2020.": "Whales are weighed here.",
    "Whales are weighed here. © 2021 Elsevier Ltd. All rights reserved.": "Whales are weighed here.",
    "Whales are weighed here. This is an open access article under the CC BY license (http://a.example/licenses/by/4.0/).": "Whales are weighed here.",
    "Whales are weighed here. © 2019 The Authors. Published by Sea Press. This is an open-access article distributed under the terms of the Creative Commons Attribution License, which permits any use, if the work is cited.": "Whales are weighed here.",
    "Whales are weighed here. This article is protected by copyright. All rights reserved.": "Whales are weighed here.",
    "Whales are weighed here. Crown Copyright © 2019 Published by Elsevier Ltd. All rights reserved.": "Whales are weighed here.",
    "Whales are weighed here. Copyright (c) 2012 John Wiley & Sons, Ltd.": "Whales are weighed here.",
    "Whales are weighed here. This journal is © The Royal Society of Whalers 2012.": "Whales are weighed here.",
    "© The Author(s) 2020. Whales are weighed here.": "Whales are weighed here.",
    "Crown Copyright © 2019. Published by Sea Press. Whales are weighed.": "Crown Copyright © 2019. Published by Sea Press. Whales are weighed.",
    "Whales sing. The corpus is published under a Creative Commons licence.": None,
    "Whales sing. We ask whether this article is protected by copyright.": None,
    "Whales sing. The Whale© 2019 model is ours.": None,
    "Whales were (a) weighed in 1999, (b) not in 2000, and (c) 2001 was wet.": None,
    "© 2015 IEEE We weigh whales without a full stop behind": "We weigh whales without a full stop behind",
    "(c) 2020 Elsevier Ltd We weigh whales in the sea.": "We weigh whales in the sea.",
    "© 2019 Elsevier B.V. All rights reserved. In this text whales are weighed.": "In this text whales are weighed.",
    "© 2019 The Authors The aim is to weigh whales.": "The aim is to weigh whales.",
    "© 2015 IEEE Whales Society weighs whales.": None,
    "(c) 2021 The Authors. Journal of Whales published by Wiley Periodicals LLC. Whales are weighed here.": "Whales are weighed here.",
    "Whales are weighed here. (c) 2021 The Authors. Journal of Whales and the Sea published by Wiley Periodicals LLC on behalf of the Whale Society.": "Whales are weighed here.",
    "Whales are weighed here. © 2021 The Authors. We weigh what was published by Elsevier.": None,
    "Whales are weighed here. (PsycINFO Database Record (c) 2016 APA, all rights reserved)": "Whales are weighed here.",
    "Whales are weighed here (PsycInfo Database Record © 2020 APA, all rights reserved).": "Whales are weighed here",
    "Whales sing in the database PsycINFO, all rights of whom we ask.": None,
    "We do x. (c) 2020 Elsevier B.V. All rights reserved.": "We do x.",
    "Whales. © 2020 Sea Press.": None,
    "Whales and the law of copyright": "Whales and the law of copyright",
    "Three cases: (a) 1999 was wet, (b) 2000 dry, (c) 2001 wet again and so on. Then came whales.": "Three cases: (a) 1999 was wet, (b) 2000 dry, (c) 2001 wet again and so on. Then came whales.",
    "© 2020 Elsevier B.V. All rights reserved.": None,
}  # fmt: skip

ALL = LATEX | MARKUP | CODE | CHEMISTRY | TAGS | BREAKS_OF_LINES | EDGES  # None: it stays as it is
each_text = pytest.mark.parametrize(("text", "expected"), [(text, plain or text) for text, plain in ALL.items()])


@each_text
def test_a_text_becomes_plain(text: str, expected: str) -> None:
    assert clean_text(text) == expected
    assert clean_text(expected) == expected


def test_what_is_plain_already_stays() -> None:
    for text in ("", "Whales", "a  b\tc\x00", "50% of 3 * 4 = 12, isn't it? (yes) [no] ~5", "ЧТО ТАКОЕ", "鯨の重さ"):
        assert clean_text(text) == clean(text)


PIECES = [
    "whale", "self", "A", "i", "2", " ", "  ", "\n", "-", "- ", "--", "\\", "{", "}", "$", "$$", "^", "_", "&", "&amp;", "amp;",
    "&lt;", "lt;", "<", ">", "/", "<p>", "</p>", "<b>", "</b>", "<sub>", "</sub>", "\\(", "\\)", "\\[", "\\]", "[", "]", "\\$",
    "\\%", "%", "~", "``", "''", "\\\"", "\\'", "\\item", "\\cite{", "\\begin{", "\\end{", "\\frac", "\\sqrt", "\\tilde",
    "\\text", "\\left", "\\unknown", "\\mathbbR", "extit{", "\\n", "\xad", "\xad ", "ﬁ", "é", "\u0301", "\x00", "©", "© 2020 ",
    "(c) 2020 ", "IEEE. ", "Elsevier B.V. ", "All rights reserved.", "Abstract", "Abstract: ", "ABSTRACT ", "This ", ". ", ":",
    "CO_2", "O(n \\log n)", "<title>", "</title>", "<!--", "-->", "\\documentclass", "\\begin{document}", "\\end{document}",
    "\\d+", "\\d", "\\w*", "\\u03b1", "\\u00e9", "C:\\data\\new", "..\\a.py", "${HOME}", "$PATH", "₂", "⁻³", "²", "La_{1-x}", "Sr_x", "O_3",
    "<scp>", "</scp>", "<math>", "</math>", "<mi>", "</mi>", "<msup>", "</msup>", "<mml:math>", "</mml:math>", "<o:p>", "the <b> tag",
    "This article is protected by copyright.", "Crown Copyright ", "open access article under CC BY. ", "\\/", "\\.", "\ue100",
    "\\hat", "\\verb|", "|", "\\i ", "\\\"\\i ", " _", " ^", "\\footnotemark[", "(PsycINFO Database Record (c) 2016 APA, all rights reserved)",
    " published by Wiley. ", "We do x. ", "\\\\", "\\textbackslash", "\\textless", "\\url{", "\\href{", "∈", "鯨", "\ud800",
]  # fmt: skip
COMMANDS = [f"\\{name}" for name in sorted({*SYMBOLS, *WRAPPERS, *LETTERS, *SWITCHES, *BREAKS, *DROPPED})]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(COMMANDS)), max_size=24).map("".join))
def test_cleaning_twice_changes_nothing_and_no_text_becomes_empty(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert clean(once) == once
    assert bool(once) == bool(clean(text))


@given(st.text(max_size=60))
def test_any_text_is_cleaned(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert bool(once) == bool(clean(text))


@pytest.mark.parametrize(
    "piece", [*PIECES, *(each for each in COMMANDS if len(each) > 2), "{\\em ", "$a_", "\\frac{", "<a b=", "a- "]
)
def test_a_text_of_one_piece_over_and_over_is_cleaned(piece: str) -> None:
    text = piece * (5_000 // len(piece))
    once = clean_text(text)
    assert clean_text(once) == once
    assert bool(once) == bool(clean(text))


def test_what_becomes_a_long_run_of_spaces_is_one() -> None:
    assert clean_text("\\alpha" + "<p>" * 30_000 + "</p>beta") == "α beta"


def test_records_of_every_reader_are_clean(tmp_path: Path) -> None:
    raw = {"title": r"{WHALE} Song of M{\"o}bius", "abstract": "Abstract: infor-\nmation on CO$_2$ &amp; whales."}
    saved = tmp_path / "page.txt"
    saved.write_text(f"{raw['title']}\n\n{raw['abstract']}\n\n• 2 authors\n·\nApr 5, 2026\n")
    files = [write_jsonl(tmp_path / "p.jsonl", [raw]), saved]
    papers = [paper for file in files for paper in papers_of(read_papers(file))]
    assert [(p.title, p.abstract) for p in papers] == [("WHALE Song of Möbius", "information on CO2 & whales.")] * 2
    assert papers[0].id == papers[1].id


def papers_of(entries: object) -> list[Paper]:
    found: list[Entry] = list(entries)  # type: ignore[call-overload]
    assert all(isinstance(each, Paper) for each in found)
    return [each for each in found if isinstance(each, Paper)]


def test_what_is_pasted_finds_what_was_cleaned(tmp_path: Path) -> None:
    records = [
        {"id": "co2", "title": "UPTAKE OF CO$_2$ BY THE SEA", "abstract": "The sea takes up gas."},
        {"id": "strip", "title": r"On a {M{\"o}bius} strip", "abstract": "It has one side."},
        {"id": "other", "title": "Seals", "abstract": "They swim."},
    ]
    build_index(write_jsonl(tmp_path / "p.jsonl", records), tmp_path / "index", model=TinyEncoder())
    with SearchIndex(tmp_path / "index", encoder=TinyEncoder()) as index:
        assert index.paper("co2").title == "UPTAKE OF CO2 BY THE SEA"
        for question in ("CO2", "CO_2", "CO$_2$", "CO<sub>2</sub>", "co₂", "uptake"):
            assert [hit.id for hit in index.search(question, mode="lexical")] == ["co2"], question
        for question in (r"M{\"o}bius", "Möbius", "mobius", r"On a {M{\"o}bius} strip"):
            assert index.search(question, mode="lexical").hits[0].id == "strip", question
        assert index.paper(r"On a {M{\"o}bius} strip").id == "strip"


def test_a_clean_question_loads_none_of_it() -> None:
    script = (
        "import sys; from semsearch.cleaning import clean_text; clean_text('how do whales sing?');"
        "print([name for name in sys.modules if name.startswith(('semsearch.cleaning.', 'pylatexenc'))])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"It costs $5 a seal, 90\% less, with $\alpha$-decay.", "It costs $5 a seal, 90% less, with α-decay."),
        (r"from $5 to \textbf{$3} a seal", "from $5 to $3 a seal"),
        (r"at $0.5/hr, 30\% less than $1/hr", "at $0.5/hr, 30% less than $1/hr"),
        (r"a $5\times5$ grid of $n$", "a 5×5 grid of n"),
        ("Songs sung from copyright 1990 to copyright 2005 and on.", None),
        ("Songs sung after copyright 1978 law are many here.", None),
        ("Copyright 1998 was a turning point for all who sing.", None),
        ("Seals sing under the thick ice. Copyright 2019 The Authors.", "Seals sing under the thick ice."),
    ],
)
def test_money_and_talk_of_copyright_stay(text: str, expected: str | None) -> None:
    assert clean_text(text) == (text if expected is None else expected)
