r"""Code in prose: paths, regular expressions and escapes, whose backslashes are no LaTeX.

`\d+\.\d+` and `C:\data\new` are hidden from what reads LaTeX, and shown again behind it. An escape that JSON left,
`\u03b1` or `\n`, is its character.
"""

from __future__ import annotations

import re

from .symbols import is_known

_MAY_BE_PATH = re.compile(r"\\(?:[\w-]+\.[a-z]{2,4}\b|\\\w[\w.-]+\\\w|(?<=[:.]\\)[\w\\])")
_PATH = re.compile(  # from a drive, a server or a folder above, or to a file with its kind behind a point
    r"(?<![\w\\])(?:(?P<drive>[A-Za-z]:\\{1,2})[A-Za-z_][\w.-]+(?:\\{1,2}[\w.-]+)*+\\?|\\\\\w[\w.-]+(?:\\[\w$.-]+)++"
    r"|\.{1,2}(?:\\[\w.-]+)++|\w+(?:\\[\w-]+)+\.[a-z]{2,4}\b)(?![\w{^])"
)
_NAME = re.compile(r"\\([A-Za-z]+)")
_EXPRESSION = re.compile(
    r"(?<!\S)\S*?\\[dwsDWSbB](?:[+*?\]]|\\[dwsDWSbB.()\[\]+*?$^](?![A-Za-z]{2})|\{\d+(?:,\d*)?\})\S*"
)
_MAY_BE_ONE = re.compile(r"\\[dwsDWSbB](?![A-Za-z])")
_ESCAPE = re.compile(r"\\{1,2}u(?=[a-fA-F]{0,3}\d)([0-9a-fA-F]{4})(?:\\{1,2}u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_MAY_END_LINE = re.compile(r"\\[nrt](?![a-z])")
_LINE_END = re.compile(r"(?:(?<=[^\s\"'`(\\])|(?<=[.!?:;] ))(?:\\[nrt])+(?=\\|[A-Z\s\d-]|$)")
_QUOTED = re.compile(r'(?<![^\s(\[])\\"([^"\\{}]{1,300})\\"(?![^\W\d_]|[{\\])')
_FIRST_MARK = 0xE100  # of those that Unicode leaves to private use
_MARKS = re.compile("[\ue100-\uf0ff]")
_MOST = 0xFFF


def without_escapes(text: str) -> str:
    """text with the characters that JSON's escapes stand for, a space for a line end."""
    if "\\u" in text:
        text = _ESCAPE.sub(_character, text)
    if '\\"' in text:
        text = _QUOTED.sub(r'"\1"', text)
    if not _MAY_END_LINE.search(text):
        return text
    return _LINE_END.sub(lambda match: match[0] if _is_in_formula(match) else " ", text)


def _character(match: re.Match[str]) -> str:
    code, low = int(match[1], 16), match[2]
    if 0xD800 <= code < 0xDC00 and low:
        return chr(0x10000 + ((code - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    shown = chr(code)
    if shown == "\\" or not (shown.isprintable() or shown.isspace()):
        return match[0]
    return shown + match[0][match.end(1) - match.start() :]


def hidden(text: str) -> tuple[str, list[str]]:
    """text with a mark for each piece of code, and the pieces."""
    pieces: list[str] = []

    def hide(match: re.Match[str]) -> str:
        if _is_in_formula(match) or _is_latex(match) or len(pieces) == _MOST:
            return match[0]
        pieces.append(match[0])
        return chr(_FIRST_MARK + len(pieces) - 1)

    may_be_path, may_be_expression = _MAY_BE_PATH.search(text), _MAY_BE_ONE.search(text)
    if (may_be_path or may_be_expression) and not _MARKS.search(text):
        text = _PATH.sub(hide, text) if may_be_path else text
        text = _EXPRESSION.sub(hide, text) if may_be_expression else text
    return text, pieces


def shown(text: str, pieces: list[str]) -> str:
    """text with the pieces in place of their marks."""
    return _MARKS.sub(lambda mark: pieces[ord(mark[0]) - _FIRST_MARK], text) if pieces else text


def _is_in_formula(match: re.Match[str]) -> bool:
    return bool(match.string.count("$", 0, match.start()) % 2)


def _is_latex(match: re.Match[str]) -> bool:
    """Whether what looks like a path has a command in it; behind a drive anything may be a folder's name."""
    if match.re is not _PATH:
        return False
    names = _NAME.findall(match[0])
    return any(map(is_known, names[:1] if match["drive"] else names))
