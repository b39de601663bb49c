"""The markup of Hugging Face's papers pages: the cards of papers and the JSON in data-props, off one piece of HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ..text import clean

_LINK = re.compile(r"(?:https?://huggingface\.co)?/papers/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})/?(#[\w-]*)?(?:\?.*)?$")
_ACCOUNT = re.compile(r"(?:https?://huggingface\.co)?/(?:organizations/)?[\w.-]+$")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_BLOCKS = frozenset({"div", "li", "ul", "section", "header", "footer", "article", "main"})
_INLINE = frozenset({"a", "span", "time", "button"})  # which part texts, but not those within a paragraph
_HIDDEN = frozenset({"script", "style", "svg", "template", "noscript"})
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<(?=[!?])")
_COUNT = re.compile(r"\d[\d,]*$")


@dataclass(slots=True)
class Card:
    """What a page shows of a paper. pieces: the texts behind its title, in order, but for those named here."""

    id: str
    title: str = ""
    pieces: list[str] = field(default_factory=list)
    organization: str = ""
    comments: str = ""
    date: str = ""


class Markup(HTMLParser):
    """cards: of headings that link to a paper; of a paper's own page its first heading. props: texts of JSON."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.cards: list[Card] = []
        self.props: list[str] = []
        self._own = ""  # the id of the paper whose page this is
        self._unit = ""  # the heading or paragraph that is open
        self._piece: list[str] = []
        self._link = ""
        self._hidden = 0
        whole = html[: html.rfind(">") + 1]  # each tag without an end would be looked for to the end of the text
        self.feed(_DECLARATION.sub("&lt;", _COMMENT.sub("", whole)))
        self.close()
        self._end_piece()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a heading or paragraph, note a link, and end the text before a block."""
        values = {name: value or "" for name, value in attrs}
        if values.get("data-props"):
            self.props.append(values["data-props"])
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _HEADINGS or tag == "p":
            self._end_piece()
            self._unit = tag
        elif tag == "br":
            self._piece.append(" ")
        elif tag in _BLOCKS or (tag in _INLINE and not self._unit):
            self._end_piece()
        self._look_at(tag, values)

    def _look_at(self, tag: str, values: dict[str, str]) -> None:
        """Links, times and headings that say something of themselves."""
        if tag == "a":
            self._link = values.get("href", "")
            found = _LINK.match(self._link)
            if found and not found[2] and self._unit in _HEADINGS:
                self.cards.append(Card(found[1]))
        elif tag == "link" and values.get("rel") == "canonical":
            found = _LINK.match(values.get("href", ""))
            self._own = found[1] if found else ""
        elif tag == "h1" and self._own and not self.cards:
            self.cards.append(Card(self._own))
        elif tag == "time" and self.cards:
            self.cards[-1].date = values.get("datetime", "")[:10]

    def handle_endtag(self, tag: str) -> None:
        """End what was begun, and the text in it."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == self._unit:
            self._end_piece()
            self._unit = ""
        elif tag in _BLOCKS or (tag in _INLINE and not self._unit):
            self._end_piece()
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        """Take a text, unless it is a script's or a picture's."""
        if not self._hidden:
            self._piece.append(data)

    def _end_piece(self) -> None:
        piece, self._piece = clean("".join(self._piece)), []
        if not piece or not self.cards:
            return
        card, link = self.cards[-1], _LINK.match(self._link)
        if self._unit in _HEADINGS:
            if not card.pieces:  # those of its sections, as `Abstract`, come later
                card.title = f"{card.title} {piece}".strip()
        elif link and link[2] and _COUNT.match(piece):
            card.comments = piece
        elif _ACCOUNT.match(self._link) and not card.organization:
            card.organization = piece
        else:
            card.pieces.append(piece)
