"""Whether a text seems not to be English: by the letters of its script, else by the small words that languages have.

In: a title and an abstract. Out: yes or no, where a text too short to tell is English. For counting, as the default
model is English; nothing is left out or ranked by it.
"""

from __future__ import annotations

import re

_CHARS_READ = 800
_FEWEST = 2
"""So many small words of another language, and more than English ones, make a text seem to be of that."""

_ENGLISH = """
the of and to is for with that this we by are from which as it be our or can an at been has have these their its not
than such based using between into was were show also
"""
_OTHERS = """
der die das und ist mit von für auf werden wird ein eine einer eines einen dem den zu im als auch nach bei durch
wir sich
le la les des du et est dans pour une un sur par avec nous sont qui que ce cette ces aux plus entre ont leur
el los las y en del con por para una se como este esta estos son entre sobre más sus lo al
il gli di che è per della delle dei del nel nella sono con come questo questa degli alla anche più tra
o os um uma em da do das dos não com foi são ao à mais pelo pela este esta como
de het een van en voor met zijn wordt door op aan ook deze dit te uit worden niet naar
w z na do się jest oraz od przez są dla przy nie o zostały został które
och att en är för som med av på den det till ett vi har kan samt inte
og er til af på det med som den et vi har kan ikke fra ved
ve bir bu ile için olarak olan da de daha gibi kullanılarak çalışmada
je v na se a s že pro jsou jako které který bylo byla
és az hogy egy nem is meg volt mint ezek
ja on että sekä ovat joka jotka myös tässä
si în din care este sunt pe cu la pentru prin mai
"""
_BOTH = "a an as at be can do has is it on or our was we i to by in of also such into show o die"
_SHARED = frozenset(_BOTH.split())
_OWN = frozenset(_ENGLISH.split())
_FOREIGN = frozenset(_OTHERS.split()) - _OWN - _SHARED | {"der", "das", "und"}
_OTHER_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u0590-\u08ff\u0900-\u10ff\u1200-\u137f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LEAST_SHARE = 0.3
"""Of a text's letters, so many of another script: Chinese abstracts quote names, English ones formulae and terms."""


def seems_foreign(title: str, abstract: str) -> bool:
    """Whether a paper seems not to be written in English."""
    text = abstract or title
    if not text.isascii():
        start = text[:600]
        others = len(_OTHER_SCRIPT.findall(start))
        if others > 1 and others > _LEAST_SHARE * (len(start) - start.count(" ")):
            return True
    words = set(text[:_CHARS_READ].lower().split())
    foreign = len(words & _FOREIGN)
    return foreign >= _FEWEST and foreign > len(words & _OWN)
