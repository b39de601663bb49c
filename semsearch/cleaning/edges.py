"""What publishers put around an abstract: the word Abstract before it, whose copyright it is before or behind it."""

from __future__ import annotations

import re

_LABEL = re.compile(
    r"(?:\W{0,3}(?:(?i:extended abstract|abstract|zusammenfassung|r[eé]sum[eé]|resumen|resumo)"
    r"\s?(?:[:.]|\s[-\u2013\u2014]\s|\s?\u2014)|ABSTRACT(?=\s+[A-Z]\w*\s[a-z])|(?i:abstract)(?=\s?(?:"
    r"(?:Background|Introduction|Objectives?|Purpose|Motivation|Aims?)\b|(?:This|We|In|Our|The|There|Recent|Although|To)\s)))"
    r"\s*)+"
)
_YEARS = r"(?:19|20)\d\d(?:\s?[-\u2013,/]\s?(?:19|20)\d\d)*"
_OWNERS = (
    r"(?:The\s+)?(?:Authors?(?:\(s\)|s)?|Author\(s\)|Elsevier|Springer|IEEE|ACM|AAAI|SPIE|Wiley|John Wiley|Taylor|IOP|"
    r"AIP|OSA|Optica|Association for|Institute of|International|American|Royal|Society|Oxford|Cambridge|Nature|"
    r"Macmillan|SAGE|Sage|Emerald|Inderscience|World Scientific|Hindawi|MDPI|Frontiers|IFAC|IFIP|VLDB|USENIX|AACR|"
    r"Copyright|Crown|European|Acoustical|ISCA|Walter de Gruyter|De Gruyter)"
)
_REST = r"(?:[^.]|\.(?=[A-Za-z]\.|[a-z\d,]|\s?[,;&)]))"  # of a sentence, in which B.V. does not end it
_OPEN = (  # of the article itself: a corpus that is published under a licence is told of in other words
    rf"This is an open[- ]access (?:article|paper|publication)\b{_REST}{{0,300}}?"
    rf"(?:licen[cs]e|Creative Commons|CC[ -]BY){_REST}{{0,300}}"
)
_PROTECTED = r"This (?:article|paper) is protected by copyright(?: and all rights are reserved)?"
_CAPITAL = r"[A-Z][\w:&'\u2019-]*"
_TITLE = rf"(?!(?:We|In|This|These)\b){_CAPITAL}(?:,?\s(?:{_CAPITAL}|of|and|in|the|for|on|&|de)){{0,12}}"
_CLAUSES = (
    r"(?:\s*(?:All rights (?:are )?reserved|(?:This is an )?open[- ]access[^.]{0,120}|"
    rf"{_OPEN}|{_PROTECTED}|{_TITLE}\spublished\s(?:by|for)\s(?:{_OWNERS}|BMJ){_REST}{{0,160}}|(?:Published|Licensed|Distributed)\s[^.]"
    rf"{_REST}{{0,120}}|Licensee\s{_REST}{{0,120}}|This article is (?:published|an open)[^.]{{0,120}})(?:\.|$))"
)
_MARK = r"(?:(?:crown\s+)?copyright\s*)?(?:\u00a9|\(c\))\s*(?:(?:crown\s+)?copyright\s*)?"
_SIGNED = rf"{_MARK}{_YEARS}"
_SIGN = rf"{_SIGNED}|(?:crown\s+)?copyright\s+{_YEARS}|{_MARK}(?:by\s+)?(?={_OWNERS}\b)"
_BEFORE = re.compile(  # each (?=(?P<a>..))(?P=a) is a possessive group, which Python before 3.11.4 matches wrongly
    rf"(?i:{_SIGN})[\s,]*(?:by\s+)?{_OWNERS}(?=(?P<rest>(?:{_REST}{{0,60}})?))(?P=rest)\."
    rf"(?=(?P<clauses>{_CLAUSES}*))(?P=clauses)\s*(?=\S)"
)
_UNSTOPPED = re.compile(  # a line that ended here, once
    rf"(?i:{_SIGNED})[\s,]*(?:by\s+)?"
    r"(?:The\s+Author(?:s|\(s\))?|(?:IEEE|ACM|SPIE|(?:Elsevier|Springer|Wiley|Hindawi|MDPI)(?:[ -](?:"
    r"Ltd|B\.\s?V|Inc|GmbH|Science|Masson|SAS|Verlag|Nature|Periodicals|LLC|Limited|AG|Berlin|Heidelberg)\b\.?,?)*))"
    r"(?:\s+All rights reserved\.?)?\s+(?=(?:We|This|These|In|Our|The|A|An|Recent|Background:?|Most|Many|To)\s[a-z])"
)
_ENDED = r"(?<=[.!?)\]\u201d\"])"
_WHOSE = (
    rf"(?<![^\W\d_])\(?(?i:(?:this journal is\s+)?(?!\(c\)){_SIGNED})[\s,]*|"
    rf"{_ENDED}\s*\(?(?i:(?:this journal is\s+)?{_SIGNED})[\s,]*|"
    rf"{_ENDED}\s*\(?(?i:(?:this journal is\s+)?{_MARK}(?:by\s+)?|"
    rf"(?:crown\s+)?copyright\s+{_YEARS}[\s,]*(?:by\s+)?)(?={_OWNERS}\b)"
)
_BEHIND = re.compile(rf"\s*(?:{_WHOSE}){_REST}{{0,120}}(?:\.\)?|$){_CLAUSES}*\s*$")
_DATABASE = re.compile(
    rf"\s*\(?(?:APA\s)?Psyc(?i:INFO) Database Record,?\s(?i:\(c\)|\u00a9)\s?{_YEARS}\sAPA,?\s"
    r"all rights reserved\.?\)?\.?\s*$"
)
_RESERVED = re.compile(
    rf"{_ENDED}\s*(?:(?:Published by\s{_REST}{{0,80}}\.)?\s*All rights (?:are )?reserved|{_OPEN}|{_PROTECTED})\.?\s*$"
)
_SAID = ("\u00a9", "(c)", "copyright", "rights reserved", "rights are reserved", "open access", "open-access")
_TAIL_CHARS = 700
_ENOUGH = 20
"""Characters of a text that have to be left: what is all label is the text."""
_LEAST_SENTENCE = re.compile(r"\w[^.!?]*\s[^.!?]*[.!?]")
"""What is enough before a line of copyright, however short: We weigh."""
_LONGEST_LINE = 100
"""Characters of a text that is a line of copyright itself, of which none is cut."""
_OWN = re.compile(rf"\W{{0,2}}(?i:{_SIGN})")


def without_edges(text: str) -> str:
    """text without what is at its edges and not of it."""
    while True:
        found = _from_behind(_from_before(text))
        if found == text:
            return found
        text = found


def _from_before(text: str) -> str:
    for edge in (_LABEL, _BEFORE, _UNSTOPPED):
        match = edge.match(text)
        if match and len(text) - match.end() >= _ENOUGH:
            text = text[match.end() :]
    return text


def _from_behind(text: str) -> str:
    tail = text[-_TAIL_CHARS:].lower()
    if not any(each in tail for each in _SAID):
        return text
    sentence = _LEAST_SENTENCE.match(text)
    least = _LONGEST_LINE if _OWN.match(text) else min(_ENOUGH, sentence.end()) if sentence else _ENOUGH
    for edge in (_DATABASE, _BEHIND, _RESERVED):
        match = edge.search(text, max(least, len(text) - _TAIL_CHARS))
        if match:
            text = text[: match.start()].rstrip()
    return text
