"""What LaTeX's commands stand for. The common ones are here.

pylatexenc has the rest; it is loaded when one of those is met.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "tilde": "\u0303", "widetilde": "\u0303", "Tilde": "\u0303", "hat": "\u0302", "widehat": "\u0302",
    "bar": "\u0304", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301",
    "grave": "\u0300", "mathring": "\u030a", "vec": "\u20d7", "overline": "\u0305", "overrightarrow": "\u20d7",
    "wt": "\u0303", "wh": "\u0302",
}  # fmt: skip
"""The mark that a command puts on a letter."""

TEXT_ACCENTS = frozenset("`'^~=u.\"rHvdckb")

LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
}  # fmt: skip
"""Letters of words, behind which a space is only the command's end."""

_GREEK = """
alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""

SYMBOLS = {
    "epsilon": "ε", "eps": "ε", "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "phi": "φ", "ell": "ℓ",
    "times": "×", "texttimes": "×", "infty": "∞", "in": "∈", "notin": "∉", "leq": "≤", "le": "≤", "leqslant": "≤",
    "geq": "≥", "ge": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠", "ll": "≪", "gg": "≫", "sim": "~", "approx": "≈",
    "simeq": "≃", "pm": "±", "mp": "∓", "cdot": "·", "star": "*", "ast": "*", "circ": "°", "degree": "°", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "mapsto": "↦", "ldots": "...",
    "dots": "...", "dotsc": "...", "dotsb": "...", "cdots": "...", "textellipsis": "...", "vdots": "...",
    "prime": "′", "top": "T", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖", "lVert": "‖",
    "rVert": "‖", "|": "‖", "langle": "⟨", "rangle": "⟩", "lbrace": "{", "rbrace": "}", "{": "{", "}": "}",
    "%": "%", "&": "&", "#": "#", "_": "_", "$": "$", "textbackslash": " ", "textasciitilde": "~", "over": "/",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "lq": "‘", "rq": "’",
    "textmu": "µ", "textdegree": "°", "textpm": "±", "textless": "<", "textgreater": ">", "textunderscore": "_",
    "copyright": "©", "textregistered": "®", "texttrademark": "™", "S": "§", "P": "¶", "textperiodcentered": "·",
    "backslash": " ", "setminus": " ", "colon": ":", "lbrack": "[", "rbrack": "]", "nobreakdash": "", "land": "∧",
    "textquotesingle": "'", "textasciicircum": "^", "textbar": "|", "slash": "/", "textdollar": "$",
    "otilde": "Õ", "Otilde": "Õ", "tO": "Õ", "reals": "R", "Real": "R", "real": "R",
    **{
        name: unicodedata.lookup(
            f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.upper().replace('AMBDA', 'AMDA')}"
        )
        for name in _GREEK.split()
    },
}  # fmt: skip

WORDS = _words(
    """
    arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim exp gcd hom inf ker lg lim liminf
    limsup ln log max min mod polylog poly Pr sec sin sinh sup tan tanh rank tr trace sign sgn softmax TeX LaTeX
    """
)
"""Commands that stand for their own names."""

SAYINGS = {"ie": "i.e.", "eg": "e.g.", "etal": "et al.", "etc": "etc.", "wrt": "w.r.t.", "cf": "cf.", "iid": "i.i.d."}

WRAPPERS = _words(
    """
    emph textbf textit textsc texttt textrm textsf textsl textup textmd textnormal text mathrm mathbf mathit mathsf
    mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm pmb mbox hbox fbox makebox underline uline ul
    ensuremath operatorname smash uppercase lowercase enquote textsubscript mathop mathbin mathrel mathord section
    subsection paragraph title textquote so hl st sout underbrace overbrace phantom boldmath mathds vphantom url
    nolinkurl path keywords textls centerline MakeUppercase MakeLowercase bold
    """
)
"""Commands that show what they are given."""

GLUED = (
    "mathcal", "mathbb", "mathbf", "mathrm", "mathsf", "mathscr", "mathfrak", "mathit", "mathtt", "boldsymbol",
    "widetilde", "tilde", "widehat", "hat", "overline", "bar", "textbf", "textit", "texttt", "textsc", "textrm",
    "textsf", "text", "emph", "sqrt", "log", "bm", "operatorname", "leftrightarrow", "rightarrow", "leftarrow",
    "Rightarrow", "Leftrightarrow",
)  # fmt: skip
"""Commands that are met with what they were given right behind, where somebody took the braces away: \\mathbbR."""

SWITCHES = _words(
    """
    em it bf rm sf sc sl tt cal itshape bfseries rmfamily sffamily scshape slshape ttfamily upshape mdseries
    normalfont tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge displaystyle textstyle
    scriptstyle limits nolimits left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr
    centering noindent protect relax xspace null unboldmath allowbreak nonumber notag strut leavevmode sloppy
    ignorespaces unskip selectfont mathstrut hfill vfill smallskip medskip bigskip itemsep
    """
)
"""Commands that only say how what follows looks."""

BREAKS = _words(
    """
    par newline linebreak pagebreak item quad qquad hline tab and newpage space thinspace beginitemize enditemize
    beginenumerate endenumerate
    """
)
"""Commands that part what is before them from what is behind."""

DROPPED = {
    "vspace": 1, "hspace": 1, "vskip": 0, "hskip": 0, "color": 1, "label": 1, "thanks": 1, "begin": 1, "end": 1,
    "includegraphics": 1, "bibliographystyle": 1, "bibliography": 1, "pagestyle": 1, "thispagestyle": 1, "index": 1,
    "setlength": 2, "addtolength": 2, "usepackage": 1, "documentclass": 1, "newcommand": 2, "renewcommand": 2,
    "hypertarget": 1, "hyperlink": 1, "hyperref": 0, "pdfbookmark": 1, "cite": 1, "citep": 1, "citet": 1, "ref": 1,
    "eqref": 1, "cref": 1, "Cref": 1, "footnotemark": 1,
}  # fmt: skip
"""Commands that show nothing, and how many arguments they take along."""

SECOND_ONLY = _words("textcolor texorpdfstring colorbox foreignlanguage raisebox parbox")
"""Commands of two arguments that show the second."""

FRACTIONS = _words("frac tfrac dfrac nicefrac sfrac cfrac")


def accented(letter: str, mark: str) -> str:
    """letter with a mark, if there is such a letter; else without."""
    made = unicodedata.normalize("NFC", letter[:1] + mark)
    return (made if len(made) == 1 else letter[:1]) + letter[1:]


@lru_cache(maxsize=4096)
def symbol(name: str) -> str | None:
    """What a command without arguments stands for, None where nobody knows."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    found = _table().get_macro_spec(name)
    shown = getattr(found, "simplify_repl", None)
    if not isinstance(shown, str) or "%" in shown or "\\" in shown:
        return None
    return shown


def is_known(name: str) -> bool:
    """Whether there is a command of that name, with arguments or without."""
    return any(name in names for names in _TABLES) or symbol(name) is not None


_TABLES = (
    ACCENTS, LETTERS, WORDS, SAYINGS, WRAPPERS, SWITCHES, BREAKS, DROPPED, SECOND_ONLY, FRACTIONS,
    _words("sqrt binom href footnote textsuperscript"),
)  # fmt: skip


@cache
def _table() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()
