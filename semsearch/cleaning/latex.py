"""LaTeX as plain text: letters for accents and commands, formulae as they are typed, no citations.

In: text that may have LaTeX in it, whole or broken. Out: the same without. Subscripts of digits join what they belong
to, as people write them (CO$_2$ is CO2, $\\ell_1$ is ℓ1); powers keep their mark (x^2). A dollar that is money stays.
"""

from __future__ import annotations

import re

from .chemistry import compounds, scripts_as_latex
from .code import hidden, shown, without_escapes
from .formulae import with_formulae
from .lost import with_backslashes
from .scripts import grouped, scripted
from .symbols import (
    ACCENTS,
    BREAKS,
    DROPPED,
    FRACTIONS,
    GLUED,
    LETTERS,
    SAYINGS,
    SECOND_ONLY,
    SWITCHES,
    TEXT_ACCENTS,
    WORDS,
    WRAPPERS,
    accented,
    is_known,
    symbol,
)

_PREAMBLE = re.compile(r"\\documentclass.{0,2000}?\\begin\s?\{document\}(.{0,5000}?)\\end\s?\{document\}", re.DOTALL)
_CITATION = (
    r"~?\\(?:[Cc]ite\w*|[Pp]arencite|[Tt]extcite|footcite|nocite|ref|eqref|autoref|[cC]ref|pageref)\*?"
    r"(?:\s?\[[^\[\]]*\]){0,2}\s?\{[^{}]*\}"
)
_CITATIONS = re.compile(rf"\s*[(\[]\s*(?:(?:e\.g\.|see|cf\.|i\.e\.)?,?\s*{_CITATION}[\s,;]*)+[)\]]|\s*{_CITATION}")
_CITED = re.compile(r"\\(?:[Cc]ite|[Pp]aren|[Tt]extc|foot|nocite|ref|eqref|auto|[cC]ref|page)")
_ESCAPED_TWICE = re.compile(r"\\\\(?=[A-Za-z]{2}|[%&_#$])")
_SIGN = re.compile(r"\\[A-Za-z]{2,}\s?\{|\$[^$\s][^$]{0,300}\$")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_~$]|[^\\{}^_~$]+|\\", re.DOTALL)
_PROTECTED = re.compile(
    r"\{(?:(?<!\$\{)([A-Z][A-Za-z0-9+./ -]+|[^\W\d_a-zA-Z]|[,–—])\}(?![_^])|"
    r"(?<=[A-Za-z]\{)([A-Z])\}|([A-Z])\}(?=[a-z]))"
)  # GPT, é, the comma of 2{,}000
_NOTHING = re.compile(r"(?<=[^\W\d_])\{\}")  # behind a command for a letter
_VERBATIM = re.compile(r"\\(?:verb|lstinline)\*?([|!+@#:;/=\"'.,~^-])(.{1,200}?)\1")
_SPACED_SCRIPT = re.compile(r"(?<=[\w})\]|′'])\s+(?=[_^])")  # as IEEE writes $x _{i}$; of formulae, no space counts
_LETTER = re.compile(r"(?:c|cal|bb|bf|mc|mb|m|v|rm|sf|b|bs|s|f)([A-Z])|(?:b|bf|v|bs|vec)([a-z])|([A-Z])\3")
_GROUP_OF_LATEX = re.compile(r"\s*\\")
_DEEPEST = 40  # braces in braces


def without_latex(text: str) -> str:
    """text without LaTeX."""
    text = text if text.isascii() else scripts_as_latex(text)
    text = with_backslashes(text) if "{" in text else text
    is_latex, code = False, list[str]()
    if "\\" in text:
        text, code = hidden(_VERBATIM.sub(r"\2", text) if "\\verb" in text or "\\lst" in text else text)
        is_latex = _SIGN.search(text) is not None
        text = _CITATIONS.sub("", text) if _CITED.search(text) else text
        text = without_escapes(_ESCAPED_TWICE.sub(r"\\", _PREAMBLE.sub(r" \1 ", text)))
    if "``" in text:
        text = text.replace("``", '"').replace("''", '"')
    if "$" in text or "\\(" in text or "\\[" in text:
        text = with_formulae(text, _set_formula)
    if "\\" in text or "_{" in text or "^{" in text:
        text = _Setter(text, math=False, is_latex=is_latex).set()
    if "{" in text:
        text = _NOTHING.sub("", _PROTECTED.sub(r"\1\2\3", text)) if "}" in text else text
    return shown(compounds(text) if "_" in text else text, code)


def _set_formula(formula: str, before: str) -> str:
    if formula.isalnum():
        return formula
    if " _" in formula or " ^" in formula:
        formula = _SPACED_SCRIPT.sub("", formula)
    return _Setter(formula, math=True, before=before).set()


class _Setter:
    """Sets one piece of LaTeX as plain text. before: what stands in front of it, which a subscript may belong to."""

    def __init__(self, source: str, *, math: bool, before: str = "", depth: int = 0, is_latex: bool = True) -> None:
        self._tokens: list[str] = _TOKEN.findall(source)  # their number never changes: `_ends` counts on it
        self._ends = _pairs(self._tokens) if "{" in source else {}
        self._at = 0
        self._math = math
        self._depth = depth
        self._before = before
        self._is_latex = is_latex
        self._out: list[str] = []

    def set(self) -> str:
        """All of it."""
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if not token:
                continue
            if token[0] == "\\":
                self._command(token[1:].rstrip("*") or token[1:])
            elif token in "^_":
                self._script(token)
            elif token == "{":
                self._group()
            elif token == "}":
                self._put("" if self._math else token)
            elif token == "~":
                self._put(" " if self._math or self._is_tie() else token)
            else:
                self._put(token)
        return "".join(self._out)

    def _is_tie(self) -> bool:
        """Whether the tilde that was just met holds two words together, and is no `about` or part of a URL."""
        following, before = self._following()[:1], self._last()[-1:]
        return (before.isalpha() or before in ".,)}") and (following.isalnum() or following in "\\({")

    def _following(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _put(self, text: str) -> None:
        if text:
            self._out.append(text)

    def _put_word(self, word: str) -> None:
        """word, apart from a letter or a digit before and behind."""
        if word[:1].isalnum() and self._last()[-1:].isalnum():
            word = " " + word
        following = self._following()[:1]
        goes_on = following.isalnum() or following == "\\" or (following == "{" and not self._is_empty_group())
        self._put(word + (" " if word[-1:].isalnum() and goes_on else ""))

    def _is_empty_group(self) -> bool:
        return self._ends.get(self._at) == self._at + 1

    def _last(self) -> str:
        """The end of what was set so far."""
        end = ""
        for part in reversed(self._out):
            end = part + end
            if len(end) >= 12:
                return end[-12:]
        return (self._before + end)[-12:]

    def _inner(self, source: str, *, math: bool | None = None, before: str = "") -> str:
        if self._depth >= _DEEPEST:
            return re.sub(r"[\\{}$]", " ", source)
        return _Setter(source, math=self._math if math is None else math, before=before, depth=self._depth + 1).set()

    def _braced(self) -> str | None:
        """What is between the brace that was just opened and its end; None where it is not closed."""
        end = self._ends.get(self._at - 1)
        if end is None:
            return None
        inner = "".join(self._tokens[self._at : end])
        self._at = end + 1
        return inner

    def _group(self) -> None:
        start = self._at
        inner = self._braced()
        if inner is None:
            self._put("" if self._math else "{")
        elif self._math or _GROUP_OF_LATEX.match(inner) or not inner:
            self._put(self._inner(inner, before=self._last()))
        else:
            self._at = start
            self._put("{")

    def _raw(self) -> str:
        """The next argument as it is written; empty where there is none."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        if token == "}":
            return ""
        self._at += 1
        if token == "{":
            inner = self._braced()
            return "" if inner is None else inner
        if token[0] == "\\":
            name = token[1:].rstrip("*")
            takes = (name in WRAPPERS or name in ACCENTS) and not (len(name) == 1 and self._math)
            if takes and self._depth < _DEEPEST:
                self._depth += 1
                taken = "{" + self._raw() + "}"
                self._depth -= 1
                return token + taken
            return token
        bare = token.lstrip()
        self._tokens[self._at - 1] = bare[1:]
        if bare[1:]:
            self._at -= 1
        return bare[:1]

    def _argument(self, *, math: bool | None = None) -> str:
        return self._inner(self._raw(), math=math)

    def _optional(self) -> None:
        """Leave out an argument in square brackets."""
        if self._at < len(self._tokens) and self._tokens[self._at].startswith("["):
            for at in range(self._at, min(self._at + 12, len(self._tokens))):
                _, found, rest = self._tokens[at].partition("]")
                if found and self._tokens[at][0] != "\\":
                    self._tokens[at], self._at = rest, at + (not rest)
                    return

    def _has_argument(self) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] == "{"

    def _script(self, mark: str) -> None:
        if not self._math and not self._has_argument():
            self._put(mark)
            return
        wanted = self._raw()
        script = scripted(self._last(), mark, self._inner(wanted, math=True).strip())
        self._put_word(script) if len(script) > 3 and script[-3:].isalpha() else self._put(script)

    def _command(self, name: str) -> None:
        """Set one command, whose name is given, with what it takes."""
        if not name.isalpha():
            self._mark(name)
        elif name in WRAPPERS:
            self._optional()
            self._wrapped(name)
        elif name in ACCENTS and (len(name) > 1 or not self._math or self._has_argument()):
            if self._math or self._is_accent():
                self._put(self._accent(name))
            elif self._following() or not self._depth:
                self._unknown(name)
        elif name in FRACTIONS:
            above, below = self._argument(), self._argument()
            self._put_word(f"{grouped(above)}/{grouped(below)}")
        elif name in _TAKING:
            self._taking(name)
        elif name in SWITCHES or name in DROPPED:
            self._silent(name)
        else:
            self._named(name)

    def _mark(self, name: str) -> None:
        """A command that is one character: an escaped one, an accent, or a space."""
        following = self._following()
        if (
            name == "." and not self._math and following[:1] not in ("{", "z", "Z", "I")
        ):  # else of a pattern, or Markdown
            is_pattern = following[:1] == "\\" or following[:1].isalpha()  # else Markdown's
            self._put("\\." if is_pattern else "" if self._last()[-1:] == "." else ".")
        elif name == "/" and (following[:1].isalnum() or self._last()[-1:] == "/" or following == "\\/"):
            self._put("/")  # as JSON escapes it
        elif name in TEXT_ACCENTS and not self._math:
            self._put(self._accent(name))
        elif name in "-/!)(":
            self._put("")
        else:
            self._put(symbol(name) or ("" if name in "][" and self._math else " "))

    def _is_accent(self) -> bool:
        """Whether what follows a command for an accent is a letter for it, and no word of prose: `the \\d in`."""
        if self._has_argument():
            return not (self._at + 1 < len(self._tokens) and self._tokens[self._at + 1][:1].isdigit())
        following = self._following()
        if following.isspace() and self._at + 1 < len(self._tokens):
            following = self._tokens[self._at + 1]
        bare = following.lstrip()
        if not bare[:1].isalpha():
            return following[:1] in "\\{" and following[1:2].isalpha()
        return not bare[1:2].islower() or self._last()[-1:].isalpha() or bare[0].isupper()

    def _accent(self, name: str) -> str:
        raw = self._raw()
        if raw[1:] in LETTERS and self._tokens[self._at - 1] == raw:  # \i and a space, which ends the command
            self._end_command()
        letter = self._inner(raw.replace("\\imath", "i").replace("\\jmath", "j"))
        made = accented(letter, ACCENTS[name]) if letter else ""
        if name == "'" and made == letter and not self._math and letter[:1].isupper() and self._last()[-1:].isalpha():
            return f"'{letter}"  # O\'Brien, as a program escapes an apostrophe
        return made if len(letter) < 2 or name in TEXT_ACCENTS else letter

    def _wrapped(self, name: str) -> None:
        raw = self._raw()
        if name in ("url", "path", "nolinkurl"):
            self._put(re.sub(r"\\([%_#&~])", r"\1", raw))
            return
        shown = self._inner(raw, math=self._math if name != "ensuremath" else True, before=self._last())
        if name == "textsubscript":
            shown = scripted(self._last(), "_", shown)
        self._put_word(shown) if self._math and len(shown) > 1 else self._put(shown)

    def _taking(self, name: str) -> None:
        """A command with a way of its own to show what it takes."""
        if name == "sqrt":
            self._optional()
            self._put_word(f"sqrt({self._argument().strip()})")
        elif name in ("binom", "tbinom", "dbinom"):
            self._put_word(f"binom({self._argument()}, {self._argument()})")
        elif name == "textsuperscript":
            self._put(scripted(self._last(), "^", self._argument().strip()))
        elif name in ("footnote", "footnotetext"):
            self._optional()
            note = self._argument().strip()
            self._put(f" ({note})" if note else "")
        elif name == "href":
            where, shown = self._raw(), self._argument()
            where = re.sub(r"\\([%_#&~])", r"\1", where)
            self._put(shown if shown.strip() == where else f"{shown} ({where})")
        elif name in ("SI", "qty"):
            self._put(f"{self._argument()} {self._argument()}")
        else:  # of two the second
            self._raw()
            self._put(self._argument())

    def _silent(self, name: str) -> None:
        for _ in range(DROPPED.get(name, 0)):
            self._optional()
            if self._has_argument():
                self._raw()
        if name in ("begin", "end"):
            self._put(" ")
        elif name in ("left", "right", "middle") and self._at < len(self._tokens):
            if self._tokens[self._at].startswith("."):
                self._tokens[self._at] = self._tokens[self._at][1:] or " "
        else:
            self._swallow_space()

    def _swallow_space(self) -> None:
        if self._at < len(self._tokens) and not self._last()[-1:].isalnum():
            self._tokens[self._at] = self._tokens[self._at].lstrip() or " "

    def _named(self, name: str) -> None:
        """A command without arguments: a letter, a word, a symbol, or one that nobody knows, which is its name."""
        if name in BREAKS:
            self._put(" ")
        elif name in WORDS:
            self._put_word(name)
        elif name in SAYINGS:
            self._put_word(SAYINGS[name])
        elif name in LETTERS and not self._math:
            self._put(LETTERS[name])
            self._end_command()
        elif (shown := symbol(name)) is not None:
            self._put_word(shown) if len(shown) > 1 else self._put(shown)
        elif glued := next((each for each in GLUED if name.startswith(each)), ""):
            self._at -= 1
            self._tokens[self._at] = f"{name[len(glued) :]}" if glued != "sqrt" else ""
            self._put_word(f"sqrt({name[4:]})") if glued == "sqrt" else self._command(glued)
        elif self._has_argument() and self._at in self._ends and not self._is_empty_group():
            self._put(self._argument())
        elif self._math and (letter := _LETTER.fullmatch(name)):
            self._put(letter[1] or letter[2] or letter[3])
        else:
            self._unknown(name)

    def _end_command(self) -> None:
        """Take the space that only ends the command before it."""
        if self._at < len(self._tokens) and self._tokens[self._at][:1] not in "\\{}^_~$":
            self._tokens[self._at] = self._tokens[self._at].lstrip(" ") or " "

    def _unknown(self, name: str) -> None:
        """A command that nobody knows is its name. A small letter is one only where there is LaTeX: else it is code."""
        is_code = name in "nrt" or (
            len(name) == 1 and name.islower() and not (self._is_latex or self._is_among_known())
        )
        self._put(self._tokens[self._at - 1]) if is_code and not self._math else self._put_word(name)

    def _is_among_known(self) -> bool:
        """Whether one of the commands of this text is known; they are looked up once."""
        commands = {token[1:] for token in self._tokens if len(token) > 2 and token[0] == "\\"}
        self._is_latex = any(name.isalpha() and is_known(name) for name in commands)
        return self._is_latex


_TAKING = SECOND_ONLY | {
    "sqrt", "binom", "tbinom", "dbinom", "textsuperscript", "footnote", "footnotetext", "href", "SI", "qty",
}  # fmt: skip


def _pairs(tokens: list[str]) -> dict[int, int]:
    """Where each brace that is closed ends, by where it begins."""
    ends, opened = {}, []
    for at, token in enumerate(tokens):
        if token == "{":
            opened.append(at)
        elif token == "}" and opened:
            ends[opened.pop()] = at
    return ends
