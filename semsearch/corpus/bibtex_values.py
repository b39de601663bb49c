"""What the values of BibTeX say: strings, macros and what joins them; LaTeX as plain text; names; months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..cleaning import clean_text
from ..limits import TEXT_CHARS, TOO_MUCH_TEXT
from ..people import is_group
from .fields import UnreadableError

MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "may": "May", "jun": "June", "jul": "July",
    "aug": "August", "sep": "September", "oct": "October", "nov": "November", "dec": "December",
}  # fmt: skip
"""The macros that every BibTeX style defines."""

JOURNALS = {
    "aap": "Astronomy and Astrophysics", "aj": "The Astronomical Journal", "apj": "The Astrophysical Journal",
    "apjl": "The Astrophysical Journal Letters", "apjs": "The Astrophysical Journal Supplement Series",
    "araa": "Annual Review of Astronomy and Astrophysics", "icarus": "Icarus",
    "jcap": "Journal of Cosmology and Astroparticle Physics",
    "mnras": "Monthly Notices of the Royal Astronomical Society", "nat": "Nature",
    "pasj": "Publications of the Astronomical Society of Japan",
    "pasp": "Publications of the Astronomical Society of the Pacific", "physrep": "Physics Reports",
    "prd": "Physical Review D", "prl": "Physical Review Letters", "solphys": "Solar Physics",
    "ssr": "Space Science Reviews",
}  # fmt: skip
"""The commands that NASA's ADS writes for journals, which AASTeX and other classes define."""

_PIECE = re.compile(r'[{"]|[^\s#{"]+')
_EQUALS = re.compile(r"[\w-]*=")
_EXTENDED = re.compile(r"(?:^|,)\s*(?:family|given)\s*=", re.IGNORECASE)
_PART = re.compile(r"\s*([\w-]+)\s*=\s*((?:[^{},\"]|\"[^\"]*\"|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)\s*(?:,|$)")
NO_COMMA = "not valid BibTeX: no comma between two fields"
_BRACE = re.compile(r"(?<!\\)[{}]")
_AND = re.compile(r"(?<!\\)[{}]| and (?=\S)", re.IGNORECASE)
_BRACE_OR_QUOTE = re.compile(r'(?<!\\)[{}]|"')
_GROUP = re.compile(r"(?<![_^])\{((?:[^{}]|[_^]\{[^{}]*\})*)\}")
_DEEPEST = 40  # groups in groups
_TIE = re.compile(r"(?<!\\)~")
_LITERALS = {
    "\\{": "\ue000", "\\}": "\ue001", "$\\lbrace$": "\ue000", "$\\rbrace$": "\ue001", "\\$": "\ue002",
    "{\\textbackslash}": "\ue003", "\\textbackslash{}": "\ue003", "{\\textasciitilde}": "\ue004",
    "{\\textasciicircum}": "\ue005", "\\%": "%", "\\&": "&", "\\#": "#", "\\_": "_", "\\\\": "\\\\",
}  # fmt: skip
_LITERAL = re.compile("|".join(map(re.escape, _LITERALS)) + r"|\$(?:[^$\\]|\\.){1,1000}\$")  # a formula stays one
_MEANT = str.maketrans(
    {"\ue000": "{", "\ue001": "}", "\ue002": "$", "\ue003": "\\", "\ue004": "~", "\ue005": "^"}
)  # of no use in a file of text
_LINK = re.compile(r"\\url\s*\{([^{}]*)\}")
_ESCAPE = re.compile(r"\\([_%&#~{}])|[{}]")
_NOBODY = frozenset({"others", "et al", "et al."})


def evaluate(expression: str, macros: Mapping[str, str]) -> str:
    """The text of a value as it is written, `{A } # "b" # acm`. Raises UnreadableError where that is too much.

    macros: by name in lower case. One that nobody defined stands for itself.
    """
    parts, at, size = [], 0, 0
    while piece := _PIECE.search(expression, at):
        if piece[0] in '{"':
            end = _end(expression, piece.start())
            part, at = expression[piece.end() : end], end + 1
        else:
            if _EQUALS.match(piece[0]):
                raise UnreadableError(NO_COMMA)
            part, at = macros.get(piece[0].lower(), piece[0]), piece.end()
        parts.append(part)
        size += len(part)
        if size > TEXT_CHARS:
            raise UnreadableError(TOO_MUCH_TEXT)
    return "".join(parts)


def _end(expression: str, start: int) -> int:
    """Where the string that begins at start ends: at its brace, or the quotation mark outside of braces."""
    depth, quoted = 0, expression[start] == '"'
    for mark in (_BRACE_OR_QUOTE if quoted else _BRACE).finditer(expression, start + quoted):
        if mark[0] == '"':
            if depth <= 0:
                return mark.start()
            continue
        depth += 1 if mark[0] == "{" else -1
        if depth == 0 and not quoted:
            return mark.start()
    return len(expression)


def plain_text(latex: str) -> str:
    """A value of BibTeX, which is LaTeX, as plain text; braces that are not escaped only group, and go."""
    text = _TIE.sub(" ", latex)
    if "\\" in text or "$" in text or "``" in text:
        text = clean_text(_LITERAL.sub(lambda found: _LITERALS.get(found[0], found[0]), text))
    for _ in range(_DEEPEST):
        if "{" not in text:
            break
        text = _GROUP.sub(r"\1", text)
    return text.translate(_MEANT)


def link(value: str) -> str:
    """A URL or a DOI as it is meant, out of `\\url{...}`, with nothing escaped."""
    found = _LINK.search(value)
    return _ESCAPE.sub(lambda match: match[1] or "", found[1] if found else value).strip()


def names(value: str) -> list[str]:
    """The people of `Brook, Ada and {Office of Lakes} and others`, given name first."""
    value = " ".join(value.split())
    if ";" in value and " and " not in value:
        return [_name(name) for name in value.split(";")]
    found = (_name(name) for name in _people(value))
    return [name for name in found if name.casefold() not in _NOBODY]


def _people(value: str) -> Iterator[str]:
    """The names between each `and` that stands in no braces; bibtexparser's own loses a command that begins a name."""
    depth = start = 0
    for mark in _AND.finditer(value):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth <= 0:
            yield value[start : mark.start()]
            start = mark.end()
    yield value[start:]


def _extended(name: str) -> str:
    """A name as biblatex extends it: `family=Simon, given=J, prefix=de`."""
    parts = {key.lower(): value.strip(' {}"') for key, value in _PART.findall(name)}
    return " ".join(filter(None, (parts.get(key) for key in ("given", "prefix", "family", "suffix"))))


def _name(name: str) -> str:
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    name = name.strip()
    if _EXTENDED.search(name) and (extended := _extended(name)):
        return plain_text(extended)
    if name.startswith("{") and _end(name, 0) >= len(name) - 1:
        return plain_text(name)
    if "," in name and is_group(name):
        return plain_text(name)
    parts = parse_single_name_into_parts(name, strict=False)
    return plain_text(" ".join([*parts.first, *parts.von, *parts.last, *parts.jr]))
