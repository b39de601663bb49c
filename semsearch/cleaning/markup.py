"""HTML, JATS and MathML out of a text: entities become characters, tags go, and what is no tag stays.

A tag goes if it is known by its name and closed somewhere in the text (`<br>` need not be), so that `<s>` and
`<subject, predicate>` stay, as does `p < 0.05 and n > 3`. Tags that are talked about stay, too: those that touch
nothing (`the <b> and </b> tags`). Entities that were escaped twice are taken for what they meant first, since what is
escaped once would be undone at the next cleaning anyway. Subscripts become LaTeX's, for latex.py to set.
"""

from __future__ import annotations

import html
import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_AMPERSANDS = re.compile(r"&(?:amp;)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SKIPPED = re.compile(r"<!--.{0,5000}?-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_TAG = re.compile(
    r"<(?P<end>/)?(?P<name>[A-Za-z][\w.-]*(?::[A-Za-z][\w.-]*)?)"
    r"(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))*+)\s*/?>"
)
_CITED = re.compile(r"\s?<(?:cit\.|ref\.)>")  # what pylatexenc makes of a citation
_HEADING = re.compile(r"<(?P<name>(?:jats:)?title|h[1-6])\b[^<>]*>\s*(?P<text>[^<>]{1,80}?)\s*</(?P=name)>\s*")
_CUT_OFF = re.compile(r"</?(?:jats|mml):[\w-]*\s*$")
_TALKED_OF = re.compile(r"[\"'`\u2019\u201d]?\s(?:HTML |XML )?(?:tag|element|token|symbol|marker)s?\b")

_INLINE = _words(
    """
    a abbr acronym b bdi bdo big bold cite code del dfn em emphasis ext-link fn font i inf inline-formula
    inline-graphic ins italic kbd label mark monospace named-content nobr overline q roman sans-serif sc scp small span
    strike strong styled-content sub subscript sup superscript tex tex-math tt u underline uri var xref
    """
)
_BLOCK = _words(
    """
    abstract alternatives article blockquote body center dd div disp-formula disp-quote dl dt formula h1 h2 h3 h4 h5 h6
    html li list list-item math ol p pre sec section table tbody td th title tr ul
    """
)
_ALONE = frozenset(("br", "hr", "img", "wbr", "break"))
_AT_EDGES = frozenset(("abstract", "article", "body", "div", "html", "p", "sec", "section"))
_OF_JOURNALS = ("jats:", "mml:", "xhtml:", "html:", "m:", "ce:", "o:", "w:", "st1:")
_APART_BEFORE = frozenset(" \t\n\r\"'`\u2018\u201c([/|,")
_APART_BEHIND = frozenset(" \t\n\r\"'`\u2019\u201d)],.;:!?/|")
_SCRIPTS = {"sub": "_{", "inf": "_{", "subscript": "_{", "sup": "^{", "superscript": "^{"}


def without_markup(text: str) -> str:
    """text without tags and entities."""
    if "&" in text:
        text = _ENTITY.sub(_character, _AMPERSANDS.sub("&", text)) if ";" in text else text
    if "<" not in text:
        return text
    text = _CUT_OFF.sub("", text)
    if ">" not in text:
        return text
    text = _SKIPPED.sub("", _CITED.sub("", text))
    if "math" in text:
        from .mathml import without_mathml

        text = without_mathml(text, drop="tex-math" in text or "\\documentclass" in text)
    text = _HEADING.sub(_headed, text)
    gone = _gone(text)
    return _TAG.sub(lambda match: _instead(match, gone), text)


def _character(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _headed(match: re.Match[str]) -> str:
    """The heading of a part, as a label before it."""
    before = match.string[max(0, match.start() - 2) : match.start()].rstrip()[-1:]
    if _is_talked_of(match) or (match.string[match.start("text") - 1] == " " and (before.islower() or before == ",")):
        return match[0]
    return f" {match['text']}{'' if match['text'].endswith(('.', ':', '?', '!')) else ':'} "


def _gone(text: str) -> set[str]:
    """The names of those known tags that are closed and touch what they mark."""
    closed, touching = set(), set()
    for match in _TAG.finditer(text):
        name = match["name"].lower()
        if match["end"]:
            closed.add(name)
        if _touches(match):
            touching.add(name)
    return closed & touching


def _touches(match: re.Match[str]) -> bool:
    """Whether a tag touches what it marks, an edge or another tag; that of a part may stand between two sentences."""
    start, end = match.span()
    before, behind = match.string[max(0, start - 2) : start], match.string[end : end + 2]
    if match["attributes"] or not before.strip() or not behind.strip() or before[-1] in "<>" or behind[0] == "<":
        return True
    is_block = match["name"].lower() not in _INLINE
    if is_block and (before.strip()[-1] in ".!?:;>" or behind.strip()[0].isupper() or behind.strip()[0] == "<"):
        return True
    if before[-1] == behind[0]:  # in quotation marks, or alone
        return before[-1].isalnum()
    if match["end"]:
        return before[-1] not in _APART_BEFORE or behind[0].isalnum()
    return behind[0] not in _APART_BEHIND or before[-1].isalnum()


def _is_talked_of(match: re.Match[str]) -> bool:
    return _TALKED_OF.match(match.string, match.end()) is not None


def _instead(match: re.Match[str], gone: set[str]) -> str:
    name = match["name"].lower()
    prefix = next((each for each in _OF_JOURNALS if name.startswith(each)), "")
    bare = name[len(prefix) :]
    if not prefix and bare not in _INLINE | _BLOCK | _ALONE:
        return match[0]
    is_at_edge = bare in _AT_EDGES and (match.start() == 0 or match.end() == len(match.string))
    if not (prefix or bare in _ALONE or name in gone or is_at_edge) or (not prefix and _is_talked_of(match)):
        return match[0]
    if bare in _SCRIPTS:
        return "}" if match["end"] else _SCRIPTS[bare]
    return " " if bare in _BLOCK or bare in _ALONE else ""
