"""LaTeX as plain text: letters for accents and commands, formulae as they are typed, no citations.

In: text that may have LaTeX in it, whole or broken. Out: the same without. Subscripts of digits join what they belong
to, as people write them (CO$_2$ is CO2, $\\ell_1$ is ℓ1); powers keep their mark (x^2). A dollar that is money stays.
"""

from __future__ import annotations

import re

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
    symbol,
)

_PREAMBLE = re.compile(r"\\documentclass.{0,2000}?\\begin\s?\{document\}(.{0,5000}?)\\end\s?\{document\}", re.DOTALL)
_CITATION = (
    r"~?\\(?:[Cc]ite\w*|[Pp]arencite|[Tt]extcite|footcite|nocite|ref|eqref|autoref|[cC]ref|pageref)\*?"
    r"(?:\s?\[[^\[\]]*\]){0,2}\s?\{[^{}]*\}"
)
_CITATIONS = re.compile(rf"\s*[(\[]\s*(?:(?:e\.g\.|see|cf\.|i\.e\.)?,?\s*{_CITATION}[\s,;]*)+[)\]]|\s*{_CITATION}")
_ESCAPED_TWICE = re.compile(r"\\\\(?=[A-Za-z]{2}|[%&_#$])")
_LINE_END = re.compile(r"\\[nrt](?=\\|[A-Z\s\d-]|$)")  # of a text that was escaped for JSON once more
_MATH = re.compile(
    r"\\\$|\$\$(?P<display>[^$]{1,2000}?)\$\$|\$(?P<inline>(?:[^$\\]|\\.){1,1000}?)\$"
    r"|\\\((?P<round>.{1,1000}?)\\\)|\\\[(?P<square>.{1,2000}?)\\\]",
    re.DOTALL,
)
_MARKED = re.compile(r"[\\^_{}=<>|]")
_IS_FORMULA = re.compile(
    r"[\w.,+\-−–*/()\[\]!’';:]{1,25}%?|\d[\d.,]* ?%"
    r"|[A-Za-z]{1,8}\([\w.,+\-−*/|; ]{1,25}\)|[A-Z](?: [A-Z])+"
    r"|[(\[][\w.,+\-−*/()!’'; ]{1,25}[)\]]|\w+(?: ?[+\-−*/] ?\w+)+|[A-Za-z](?:, ?[A-Za-z])+"
)
_CHEMICAL = re.compile(
    r"(?<![\w\\/.])((?:[A-Z][a-z]?\d*)+)_(\d{1,2}|x)(?![\d_{a-z])(?=((?:[A-Z][a-z]?(?:_?\d)?)*)(?!\w))"
)
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_~$]|[^\\{}^_~$]+|\\", re.DOTALL)
_PROTECTED = re.compile(
    r"\{([A-Z][A-Za-z0-9+./ -]+|[^\W\d_a-zA-Z]|[,–—])\}(?![_^])|(?<=[A-Za-z])\{([A-Z])\}|\{([A-Z])\}(?=[a-z])"
)  # GPT, é, the comma of 2{,}000
_NOTHING = re.compile(r"(?<=[^\W\d_])\{\}")  # behind a command for a letter
_BACKSLASH_LOST = re.compile(
    r"(?<![A-Za-z\\])(?:t?(ext(?:it|bf|tt|sc|rm|sf|color)|ext(?=\{))|e?(mph)|f?(ootnote)|(url|mbox|[Cc]ite[pt]?|sqrt|frac))(?=\{)"
)
_RESTORED = {"e": "t", "m": "e", "o": "f"}
_LETTER = re.compile(r"(?:c|cal|bb|bf|mc|mb|m|v|rm|sf|b|bs|s|f)([A-Z])|(?:b|bf|v|bs|vec)([a-z])|([A-Z])\3")
_GROUP_OF_LATEX = re.compile(r"\s*\\")
_DEEPEST = 40  # braces in braces


def without_latex(text: str) -> str:
    """text without LaTeX."""
    if "{" in text:
        text = _BACKSLASH_LOST.sub(_restored, text)
    if "\\" in text:
        text = _CITATIONS.sub("", _PREAMBLE.sub(r" \1 ", text))
        text = _LINE_END.sub(" ", _ESCAPED_TWICE.sub(r"\\", text))
    if "``" in text:
        text = text.replace("``", '"').replace("''", '"')
    if "$" in text or "\\(" in text or "\\[" in text:
        text = _without_formulae(text)
    if "\\" in text or "_{" in text or "^{" in text:
        text = _Setter(text, math=False).set()
    if "{" in text:
        text = _NOTHING.sub("", _PROTECTED.sub(r"\1\2\3", text))
    return _CHEMICAL.sub(r"\1\2", text) if "_" in text else text


def _restored(match: re.Match[str]) -> str:
    """A command that lost its backslash, and the letter that made a control character with it: \\t and extit."""
    name = next(filter(None, match.groups()))
    return f"\\{_RESTORED.get(name[0], '')}{name}"


def _without_formulae(text: str) -> str:
    parts: list[str] = []
    at = 0
    while match := _MATH.search(text, at):
        parts.append(text[at : match.start()])
        formula = _formula(match)
        if formula is None:
            end = match.start() + (2 if match[0].startswith("\\") else 1)
            parts.append(text[match.start() : end])
            at = end
            continue
        parts.append(_Setter(formula, math=True, before="".join(parts[-2:])[-12:]).set())
        at = match.end()
    return "".join(parts) + text[at:]


def _formula(match: re.Match[str]) -> str | None:
    """What stands between the dollars, None where they are money, or escaped."""
    kind = match.lastgroup
    if kind is None:
        return None
    formula = match[kind]
    if kind == "inline" and _is_money(formula):
        return None
    if kind != "inline" or _MARKED.search(formula):
        return formula if kind != "inline" or "\\" in formula or not _is_wide(formula) else None
    before, behind = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    if _is_wide(formula):
        return formula if len(formula.strip()) <= 2 and formula[0] == formula[-1] else None
    is_money = behind.isdigit() or (before.isalpha() and formula[0].isdigit())
    return formula if not is_money and _IS_FORMULA.fullmatch(formula) else None


def _is_money(formula: str) -> bool:
    """Whether what stands between two dollars runs from an amount, `$5 and `, or out of a group, to the next dollar."""
    return (formula[0].isdigit() and formula[-1].isspace()) or formula.count("{") > formula.count("}")


def _is_wide(formula: str) -> bool:
    return formula[0].isspace() or formula[-1].isspace()


class _Setter:
    """Sets one piece of LaTeX as plain text. before: what stands in front of it, which a subscript may belong to."""

    def __init__(self, source: str, *, math: bool, before: str = "", depth: int = 0) -> None:
        self._tokens: list[str] = _TOKEN.findall(source)  # their number never changes: `_ends` counts on it
        self._ends = _pairs(self._tokens) if "{" in source else {}
        self._at = 0
        self._math = math
        self._depth = depth
        self._before = before
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
        following = self._tokens[self._at][:1] if self._at < len(self._tokens) else ""
        before = self._last()[-1:]
        return (before.isalpha() or before in ".,)}") and (following.isalnum() or following in "\\({")

    def _put(self, text: str) -> None:
        if text:
            self._out.append(text)

    def _put_word(self, word: str) -> None:
        """word, apart from a letter or a digit before and behind."""
        if word[:1].isalnum() and self._last()[-1:].isalnum():
            word = " " + word
        following = self._tokens[self._at][:1] if self._at < len(self._tokens) else ""
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
            self._put(self._accent(name))
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
        if name in TEXT_ACCENTS and not self._math:
            self._put(self._accent(name))
        elif name in "-/!)(":
            self._put("")
        else:
            self._put(symbol(name) or ("" if name in "][" and self._math else " "))

    def _accent(self, name: str) -> str:
        raw = self._raw()
        letter = self._inner(raw.replace("\\imath", "i").replace("\\jmath", "j"))
        made = accented(letter, ACCENTS[name]) if letter else ""
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
            if self._at < len(self._tokens) and self._tokens[self._at][:1] not in "\\{}^_~$":
                self._tokens[self._at] = self._tokens[self._at].lstrip(" ") or " "
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
            self._put_word(name)


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
