"""What typesetting left in a text: ligatures, soft hyphens, and words that were parted at the end of a line.

`infor-` at the end of a line and `mation` on the next are one word. Whether a hyphen was there before (`self-` and
`supervised`) is told by the same word or compound elsewhere in the text; else it was, if the first part is one letter
(`x-ray`), stands in the text as a word of its own (`slot`) or ends as words do (`partial`), if what follows is no
ending; else words that compounds are made of tell it. All others are joined, as 97 % of those in 138,249 papers are.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "st", "\ufb06": "st"}  # fmt: skip
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_SOFT = re.compile(r"\xad\s*\n\s*|\xad ?(?=[^\W\d_])|\xad")
PARTED = re.compile(r"-(?<=[^\W\d_]-)\s")
"""Where a word may be parted."""
_BROKEN = re.compile(
    r"(?<![^\W\d_])(?P<first>[^\W\d_]+)-(?P<gap>[^\S\n]*\n\s*| )(?P<second>[^\W_]+)(?![^\W_])(?!-[\s,]|/)"
)

_FUNCTION_WORDS = _words(
    """
    a about after also although among an and are as at be because been before being between both but by can could
    did do does during each either even for from had has have here how if in into is it its just like may more most
    must nor not of off on only onto or other our over rather so such than that the their them then there these they
    this those through thus to toward towards under until up upon use used uses using very via was we were what when
    where whether which while who whose will with within without would you bzw et e o ou oder och og of u und y
    """
)
"""Behind a hyphen and a space these stand for themselves: pre- and post-training, a dash that lost its space."""

_FIRST = _words(
    """
    above action agent all anti application attention audio auto back bag best better bi bias bio black block bottom
    broad camera camp chain character class cloud co code coarse computer cutting concept content context cost
    counter cross data de decision deep depth device dialog dialogue domain down dual early easy edge ego end energy
    entity error event ever example eye face fact fast feature feed few fine first five fixed follow four free
    frequency full fully fuzzy game general goal gold graph grid ground group half hand hard head high higher highly
    human hyper ill image in instance inter intra item iterative joint key knowledge label language large larger
    late layer leading learning left less lesser light like line local long longer low lower machine macro map
    matrix memory meta micro mid mini mixed mobile model modern morpho most motion multi multiple nano near neuro
    newly next node noise non object off offline old on one online open out over pair paragraph patch path peer per
    person phrase physics pixel plug point policy post pre problem pseudo quality quasi query question random rank
    rapid rather re real region relation resource reward right risk robot rule sample scale scene second self semi
    sense sentence sequence set seven shape short side sim single six slow small smaller so socio source space
    sparse spatio speech speed stand start state step still structure style sub subject super syntax system target
    task temporal ten text the then third three time token tool top topic trade train tree tri turn twenty two type
    ultra un under up upper use user value vector very video view vision voice wait web weight well white wide word
    world worst year zero
    """
)
"""First words of compounds that are often written with a hyphen."""

_BEGINNINGS = _words(
    """
    ac ad af ap as at bi co col com con cor de dif dis em en ex im ob op per pro re sub sup sur sym syn un with
    """
)
"""Of these more words begin than compounds have them in front: what follows is joined."""

_PARTS_OF_WORDS = _words(
    """
    all auto best bio camp end hyper inter intra like macro meta micro mid mini multi nano neuro off on out over per
    post pre pseudo set sim so stand super the then tri under up
    """
)
"""Those of _FIRST that words begin with, too: it is the second word that tells."""

_AFTER_IN = _words(
    """
    context depth distribution domain hand house line place sample situ the vitro vivo
    """
)
_ENDING = re.compile(
    r"(?:s?t?ics|ically|istics?|i?[ts]ions?|[ts]ional|ings?|ments?|it(?:y|ies)|ness|less|ful|abl[ey]|ibl[ey]|ous(?:ly)?|"
    r"ives?|als?|ally|ual(?:ly)?|ly|[eo]rs?|ed|es|est|isms?|ists?|ic|ical|[ae]nces?|[ae]nt(?:ly)?|ar[yi]|or[yi]|i[sz](?:e[sd]?|ing|ation)|"
    r"at(?:e[sd]?|ing)|els|t?ures?|ural|ry|oids?|ular|t?ial|ground|light(?:s|ed)?|"
    r"atic(?:ally)?|ality|ships?|lihoods?|cares?|boards?)$"
)
"""Of words: what begins with these and ends with them is no word."""

_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])(?:ings?|ed|ers?)$")  # set-tings
_WHOLE_WORD = re.compile(r"[a-z]{3,}(?:[st]ions?|[cinrt]al|ive|ous|ing|ity|ed)$")

_RARELY_SECOND = _words(
    """
    art edge ended form graph posed rate sized size text view
    """
)
"""Those of _SECOND that words end with, too: accu- rate, pro- posed."""

_SECOND = _words(
    """
    agent agnostic annotated annotation answering art augmented aware awareness back based bert best biased book
    bound box by calibrated centered centric class coded coded collar cost coupled critical cut decoder dependent
    depth derived designed dim dimension dimensional dimensionality distance domain driven edge effective effector
    efficient encoder end ended entropy established evaluated expert eyed factor field fine first following form
    free friendly functional gain game generated going grained graph guided hand head heavy hoc hop horizon human
    image in independent intensive invariant know known label labeled labelled language large layer layered learned
    learner leading learning left length level like line linear linguistic lingual local long loop low making
    managed map matching max memory mentioned methods min modal model modeling modelling modular monolingual
    motivated multilingual native object off one only oriented out output parametric person player point posed
    preserving processing purpose quality query range ranked ranking rate ratio reader related resolution resource
    rich scale scaled search selected sensitive set shelf shot side sided size sized smooth smoothness space spaced
    specific spectrum stage state step stochastic structured studied style supervised supervision system task
    temporal term text theoretic theoretical time token tolerant top toned trained training transfer trivial tuned
    tuning turn two type uniform up user value valued variant variate view visual vision wide wise word worst world
    year zero
    """
)
"""Second words of such compounds."""


def without_breaks(text: str) -> str:
    """text with its words whole: lines may end anywhere, and what follows a hyphen may stand behind a space."""
    if not text.isascii() and any(each in text for each in _LIGATURES):
        text = _LIGATURE.sub(lambda match: _LIGATURES[match[0]], text)
    if "\xad" in text:
        text = _SOFT.sub("", text)
    if not PARTED.search(text):
        return text
    lowered = text.lower()
    return _BROKEN.sub(lambda match: _mended(match, lowered), text)


def _mended(match: re.Match[str], text: str) -> str:
    first, gap, second = match["first"].lower(), match["gap"], match["second"].lower()
    at_line_end = "\n" in gap
    if second in _FUNCTION_WORDS:
        return f"{match['first']}-{match['second']}" if at_line_end and _goes_on(match) else _folded(match)
    kept = f"{match['first']}-{match['second']}"
    if not (match["second"].isalpha() and match["second"].islower()) or match["first"].isupper():
        return kept if at_line_end else match[0]
    joined = match["first"] + match["second"]
    if f"{first}{second}" in text:
        return joined
    before = match.string[match.start() - 1 : match.start()]
    in_chain = before in ("/", ".") or (before == "-" and first in _FUNCTION_WORDS)
    is_compound = f"{first}-{second}" in text or _is_compound(first, second) or _is_word(first, second, text)
    return kept if in_chain or is_compound else joined


def _goes_on(match: re.Match[str]) -> bool:
    """Whether a function word stands within a compound: `end-` and `to-end`."""
    return match.string[match.end() : match.end() + 1] == "-"


def _folded(match: re.Match[str]) -> str:
    return f"{match['first']}- {match['second']}"


def _is_word(first: str, second: str, text: str) -> bool:
    """Whether first is a word by itself, and not the beginning of one that goes on with second."""
    if len(first) == 1 or second in ("vs", "versus"):
        return True
    if len(first) < 4 or first in _PARTS_OF_WORDS or first in _FUNCTION_WORDS or _is_ending(first, second):
        return False
    if len(second) > 3 and _WHOLE_WORD.fullmatch(first):
        return True
    return any(f" {first}{behind}" in text for behind in " ,.")


def _is_ending(first: str, second: str) -> bool:
    doubled = _DOUBLED.fullmatch(second)
    return _ENDING.match(second) is not None or (doubled is not None and first.endswith(doubled[1]))


def _is_compound(first: str, second: str) -> bool:
    if first == "in":
        return second in _AFTER_IN
    if first in _BEGINNINGS or first == "analy" or _is_ending(first, second):
        return False
    if first in _FIRST and first not in _PARTS_OF_WORDS:
        return True
    return (second in _SECOND and second not in _RARELY_SECOND) or (first.endswith("ly") and len(first) > 4)
