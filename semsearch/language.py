"""Whether a text seems not to be English: by its script, else by small words of other languages and marked letters.

In: a title and an abstract. Out: yes or no, where a text too short to tell is English. For counting, as the default
model is English; nothing is left out or ranked by it.
"""

from __future__ import annotations

import re

_CHARS_READ = 800
_FEWEST = 2
"""So many words that speak for another language, and more than small English ones, make a text seem to be of that."""

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
w tej ten ta tym tego jako jej jest był była było dwie dwa celem pracy artykuł ich
i u je su od kao koji koja koje te nije ovaj ovom radu
yang dan di dengan untuk pada dari dalam ini itu adalah tidak akan oleh sebagai karena telah dapat kami lebih bahwa
terhadap antara atau juga menggunakan hasil penelitian sebuah
là và của có được cho các trong một những này với không từ đã
ang mga ng sa ay ito nito para namin
ya wa kwa katika ni za hii
"""
_BOTH = "a an as at be can do has is it on or our was we i to by in of also such into show o die"
_SHARED = frozenset(_BOTH.split())
_OWN = frozenset(_ENGLISH.split())
_FOREIGN = frozenset(_OTHERS.split()) - _OWN - _SHARED | {"der", "das", "und"}
_OTHER_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u0590-\u08ff\u0900-\u10ff\u1200-\u137f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_MARK = "[\u00df-\u00f6\u00f8-\u017f\u01a1\u01b0\u0219\u021b\u1ea1-\u1ef9]"
_LETTER = f"(?:[a-z]|{_MARK})"
_MARKED = re.compile(f"{_LETTER}{_LETTER}{_MARK}|{_LETTER}{_MARK}{_LETTER}|{_MARK}{_LETTER}{_LETTER}")
"""A letter with an accent within a word; alone it is one of a formula's, and names begin with a capital."""
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
    start = text[:_CHARS_READ]
    words = set(start.lower().split())
    foreign = len(words & _FOREIGN)
    if not start.isascii():
        marked = {word for word in start.split() if not word.isascii() and word[0].islower() and _MARKED.search(word)}
        foreign += len(marked - _FOREIGN)
    return foreign >= _FEWEST and foreign > len(words & _OWN)
