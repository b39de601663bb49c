"""HTML, JATS and MathML out of a text: entities become characters, tags go, and what is no tag stays.

A tag goes if it is known by its name and closed somewhere in the text (`<br>` need not be), so that `<s>` and
`<subject, predicate>` stay, as does `p < 0.05 and n > 3`. Subscripts become LaTeX's, for latex.py to set.
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
    r"(?P<attributes>(?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))?)*+)\s*/?>"
)
_CITED = re.compile(r"\s?<(?:cit\.|ref\.)>")  # what pylatexenc makes of a citation
_HEADING = re.compile(r"<(?P<name>(?:jats:)?title|h[1-6])\b[^<>]*>\s*(?P<text>[^<>]{1,80}?)\s*</(?P=name)>\s*")
_MATHML = re.compile(r"<(?P<name>mml:math|math)\b[^<>]*>.{0,3000}?</(?P=name)>", re.DOTALL)

_INLINE = _words(
    """
    a abbr acronym b bdi bdo big cite code del dfn em ext-link font i inline-formula ins italic kbd label monospace
    named-content nobr overline q roman sans-serif sc small span strike strong styled-content sub sup tex-math tt u
    underline uri var xref
    """
)
_BLOCK = _words(
    """
    abstract article blockquote body center dd div disp-formula disp-quote dl dt h1 h2 h3 h4 h5 h6 html li list
    list-item math ol p pre sec section table tbody td th title tr ul
    """
)
_ALONE = frozenset(("br", "hr", "img", "wbr"))
_OF_JOURNALS = ("jats:", "mml:", "xhtml:", "html:", "m:")
_SCRIPTS = {"sub": "_{", "sup": "^{"}


def without_markup(text: str) -> str:
    """text without tags and entities."""
    if "&" in text:
        text = _ENTITY.sub(_character, _AMPERSANDS.sub("&", text)) if ";" in text else text
    if "<" not in text or ">" not in text:
        return text
    text = _CITED.sub("", text)
    if "tex-math" in text or "\\documentclass" in text:
        text = _MATHML.sub("", text)  # the same formula as beside it in TeX
    text = _HEADING.sub(_headed, _SKIPPED.sub("", text))
    closed = {match["name"].lower() for match in _TAG.finditer(text) if match["end"]}
    return _TAG.sub(lambda match: _instead(match, closed), text)


def _character(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _headed(match: re.Match[str]) -> str:
    """The heading of a part, as a label before it."""
    return f" {match['text']}{'' if match['text'].endswith(('.', ':', '?', '!')) else ':'} "


def _instead(match: re.Match[str], closed: set[str]) -> str:
    name = match["name"].lower()
    prefix = next((each for each in _OF_JOURNALS if name.startswith(each)), "")
    bare = name[len(prefix) :]
    if bare in _ALONE:
        return " "
    if not prefix and not (name in closed and bare in _INLINE | _BLOCK):
        return match[0]
    if bare in _SCRIPTS:
        return "}" if match["end"] else _SCRIPTS[bare]
    return " " if bare in _BLOCK else ""
