"""XML is cut into records and parsed one by one: entities, encodings, comments, name spaces, and whatever is broken."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from semsearch.corpus import BROKEN_FILE, BadRecord, read_papers, xml_records
from semsearch.corpus.xml_records import INVALID, element, words
from semsearch.errors import CorpusError
from semsearch.limits import MOST_TAGS, TOO_LONG, TOO_MANY_TAGS

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    '<link href="http://arxiv.org/api/query"/>\n'
)


def read(tmp_path: Path, data: str | bytes) -> list[str]:
    """Titles, and `! number: reason` of bad records."""
    path = tmp_path / "feed"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [
        f"! {entry.place.removeprefix(f'{path}: record ')}: {entry.reason}"
        if isinstance(entry, BadRecord)
        else entry.title
        for entry in read_papers(path, format="arxiv-atom")
    ]


def entry(title: str) -> str:
    return f"<entry><id>x{len(title)}</id><title>{title}</title></entry>\n"


def feed(*titles: str) -> str:
    return HEAD + "".join(map(entry, titles)) + "</feed>\n"


def test_entities_that_a_doctype_declares_are_never_expanded(tmp_path: Path) -> None:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE feed [<!ENTITY l0 "lol">{lines}<!ENTITY file SYSTEM "file:///etc/passwd">]>\n'
    data = feed("A", "&l9;", "&file;", "B").replace("<feed", doctype + "<feed", 1)
    assert read(tmp_path, data) == ["A", f"! 2: {INVALID}", f"! 3: {INVALID}", "B"]


def test_a_doctype_within_a_record_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, feed("A", '<!DOCTYPE x [<!ENTITY e "boom">]>&e;', "B")) == ["A", f"! 2: {INVALID}", "B"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Caf&eacute; &amp; tea", "Café & tea"),
        ("AT&T &#945;&#x3b2; 1 &lt; 2", "AT&T αβ 1 < 2"),
        ("a &lt;b&gt; &amp;eacute;", "a <b> &eacute;"),
        ("bell\x07 and form\x0c feed", "bell and form feed"),
        ("<x:sup>2</x:sup>H", "2H"),
        ('<a x:href="y">link</a>', "link"),
        ("<![CDATA[1 < 2 & 3]]>", "1 < 2 & 3"),
        ("one<!-- two -->three", "onethree"),
        ("H<sub>2</sub>O<br/>ice", "H2O ice"),
        ("it is <tex-math>x^2</tex-math>", "it is $x^2$"),
    ],
)
def test_what_sources_write_is_read(written: str, title: str) -> None:
    found = element(f"<title>{written}</title>")
    assert not isinstance(found, str), found
    assert words(found) == title


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_the_declared_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, feed("Café").replace("UTF-8", encoding).encode(encoding)) == ["Café"]


@pytest.mark.parametrize("encoding", ["zip", "rot13", "no-such", "utf-7", "gb-none"])
def test_what_is_no_encoding_of_text_is_read_as_utf8(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, feed("Café +AGE-").replace("UTF-8", encoding)) == ["Café +AGE-"]


@pytest.mark.parametrize(
    ("middle", "told"),
    [
        ("<entry><title>x</entry>", INVALID),
        ("<entry><title>x</title>", "cut off"),
        ("<entr", "cut off"),
        ("<title>x</title></entry>", "cut off"),
        ("<entry><title>&nosuch;</title></entry>", INVALID),
        ("<entry></entry>", "neither title nor abstract"),
        ("<entry/>", "cut off"),
    ],
)
def test_a_broken_record_costs_itself(tmp_path: Path, middle: str, told: str) -> None:
    assert read(tmp_path, HEAD + entry("A") + middle + "\n" + entry("B") + "</feed>") == ["A", f"! 2: {told}", "B"]


def test_the_last_record_may_be_cut_off(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + entry("A") + "<entry><title>x") == ["A", "! 2: cut off"]


def test_records_in_comments_are_none(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + entry("A") + f"<!-- {entry('no')} -->" + entry("B") + "</feed>") == ["A", "B"]
    assert read(tmp_path, HEAD + entry("A") + "<!-- never closed" + entry("B") + "</feed>") == ["A", "B"]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_where_a_chunk_ends_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    data = feed("Tide one", "Tide &amp; two", "<b>Tide</b> three") + "<!-- end -->"
    monkeypatch.setattr(xml_records, "_CHUNK_BYTES", size)
    assert read(tmp_path, data) == ["Tide one", "Tide & two", "Tide three"]


def test_several_documents_in_one_file_and_in_gzip(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(feed("A").encode()) + gzip.compress(feed("B", "C").encode())) == ["A", "B", "C"]


def test_a_record_that_is_too_long_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "LIMIT_BYTES", 5_000)
    monkeypatch.setattr(xml_records, "_CHUNK_BYTES", 1_000)
    assert read(tmp_path, feed("A", "x" * 20_000, "B", "C")) == ["A", f"! 2: {TOO_LONG}", "B", "C"]


def test_a_record_of_too_many_tags_is_told(tmp_path: Path) -> None:
    assert element("<a>" * (MOST_TAGS + 1)) == TOO_MANY_TAGS
    assert read(tmp_path, feed("A", "<b/>" * MOST_TAGS, "B")) == ["A", f"! 2: {TOO_MANY_TAGS}", "B"]


def test_nesting_as_deep_as_tags_may_be_is_read() -> None:
    deep = MOST_TAGS // 2
    found = element("<a>" * deep + "x" + "</a>" * deep)
    assert not isinstance(found, str)
    assert words(found) == "x"


def test_a_feed_of_another_site_is_no_corpus(tmp_path: Path) -> None:
    path = tmp_path / "blog.xml"
    path.write_text(feed("News of the week").replace("arxiv.org", "blog.example.org"))
    with pytest.raises(CorpusError, match="an Atom feed, but not one of arXiv's") as caught:
        list(read_papers(path))
    assert "arxiv.org" in caught.value.hint
    assert [entry.reason for entry in read_papers(tmp_path) if isinstance(entry, BadRecord)] == [BROKEN_FILE]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<![CDATA[The tag </entry> and <entry> in it]]>", "The tag </entry> and <entry> in it"),
        ("A<!-- was <entry><title>B</title></entry> --> title", "A title"),
        ("<!-- one --><!-- <entry> --><![CDATA[x < </entry>]]><!-- </entry> --> y", "x < </entry> y"),
    ],
)
def test_tags_in_comments_and_cdata_end_no_record(tmp_path: Path, written: str, title: str) -> None:
    assert read(tmp_path, feed("A", written, "B")) == ["A", title, "B"]


def test_tags_in_a_long_comment_end_no_record(tmp_path: Path) -> None:
    assert read(tmp_path, feed("A", "A<!--" + "<entry></entry> " * 40_000 + "--> title", "B")) == ["A", "A title", "B"]


@pytest.mark.parametrize("torn", ["<!-- torn", "<![CDATA[torn", "x <!-- a --> <!-- torn"])
@pytest.mark.parametrize("behind", ["B", "<!-- whole -->B", "<![CDATA[B]]>"])
def test_a_comment_that_is_not_closed_costs_only_its_record(tmp_path: Path, torn: str, behind: str) -> None:
    assert read(tmp_path, feed("A", torn, behind, "C")) == ["A", f"! 2: {INVALID}", "B", "C"]
