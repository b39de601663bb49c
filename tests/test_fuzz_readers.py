"""Whatever bytes a file holds, its reader gives sound records, counts bad ones, or raises a SemsearchError."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_cases import ALL_SEEDS, READERS, SEEDS, check_paper, check_papers

from semsearch.corpus import FORMATS, BadRecord, read_papers
from semsearch.corpus.fields import FIELD_NAMES, UnreadableError, paper_from_record
from semsearch.errors import SemsearchError

every_reader = pytest.mark.parametrize("name", READERS)
some = settings(deadline=None, max_examples=40)
more = settings(deadline=None, max_examples=120)

NASTY = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\xed\xa0\x80", b"\xc2\xb7\n",
    b"\\ud800", b"1e999999", b"NaN", b"-1", b"9" * 5000, b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x1b[31m",
    b'{"papers": [', b"[" * 2000, b"10.1234/a%00b", b"https://doi.org/10.1234/a%1Bb", b"null", b"99999-13-45", b"0000",
    b"2 authors\n\xc2\xb7\n", b"sep=;\n", b"['a', ", b'""', b"Sep 29 " + b"9" * 5000,
    b"9" * 400 + b" authors\n\xc2\xb7\n",
]  # fmt: skip


def write(folder: Path, data: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def test_every_format_has_a_seed_and_is_read() -> None:
    assert set(SEEDS) == set(FORMATS), "tests/reader_cases.py needs a valid file of each format"
    assert set(FORMATS) < set(READERS)


@pytest.mark.parametrize("format", FORMATS)
def test_seeds_are_valid_files_of_their_formats(folder: Path, format: str) -> None:
    path = write(folder, SEEDS[format].file(SEEDS[format].records()))
    for chosen in (None, format):
        papers = check_papers(read_papers(path, format=chosen))
        assert [paper.title for paper in papers] == [f"Tide {n}" for n in range(5)]


@pytest.mark.parametrize(
    ("seed", "reader"), [(name, name.removeprefix("tabbed ").partition(".")[0]) for name in ALL_SEEDS]
)
def test_a_seed_is_read_without_an_error(folder: Path, seed: str, reader: str) -> None:
    READERS[reader](write(folder, ALL_SEEDS[seed].file(ALL_SEEDS[seed].records())))


@every_reader
@some
@given(data=st.binary(max_size=300) | st.lists(st.sampled_from(NASTY), max_size=12).map(b"".join))
def test_bytes(folder: Path, name: str, data: bytes) -> None:
    with contextlib.suppress(SemsearchError):
        READERS[name](write(folder, data))


def mutated(data: bytes, seed: int) -> bytes:
    """data with up to six changes: bits flipped, bytes cut out, doubled, or something nasty put in."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 1, 5, 50)))
        match chance.randrange(5):
            case 0:
                changed[at:end] = bytes(byte ^ (1 << chance.randrange(8)) for byte in changed[at:end])
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end]
            case 3:
                changed[at:at] = chance.choice(NASTY)
            case _:
                del changed[at if chance.random() < 0.3 else len(changed) :]
    return bytes(changed)


@every_reader
@pytest.mark.parametrize("seed", ALL_SEEDS)
def test_near_misses(folder: Path, name: str, seed: str) -> None:
    whole = ALL_SEEDS[seed].file(ALL_SEEDS[seed].records())
    own = name == seed.removeprefix("tabbed ").partition(".")[0]
    for number in range(150 if own else 15):
        data = mutated(whole, number)
        try:
            READERS[name](write(folder, data))
        except SemsearchError:
            pass
        except BaseException as error:
            error.add_note(f"{name} on {data!r}")
            raise


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_near_misses_of_compressed_files(folder: Path, compress: Any) -> None:
    whole = compress(SEEDS["jsonl"].file(SEEDS["jsonl"].records()))
    for number in range(100):
        with contextlib.suppress(SemsearchError):
            READERS["looking inside"](write(folder, mutated(whole, number)))


@pytest.mark.parametrize("format", FORMATS)
def test_records_behind_a_broken_one_are_read(folder: Path, format: str) -> None:
    """The second of five is cut off at each of its bytes: the first, and the last two, come out all the same."""
    seed = SEEDS[format]
    for size in range(len(seed.records()[1])):
        first, cut, *others = seed.records()
        entries = list(read_papers(write(folder, seed.file([first, cut[:size], *others])), format=format))
        titles = [paper.title for paper in check_papers(entries)]
        assert titles[0] == "Tide 0", size
        assert titles[-2:] == ["Tide 3", "Tide 4"], size
        told = any(isinstance(entry, BadRecord) for entry in entries)
        assert told or len(titles) >= 5 or size == 0, "a record is lost and not counted"


ODD = [
    "\ud800", "9" * 5000, "['a', 'b']", "[" * 300, "[1,", "10.1234/a%00b c", "https://doi.org/10.1234/a%1Bb", "--13-45",
    "0000-00-00", "Sep 31", "\u202eid", "a\tb\nc", "1,000,000", "1_0", "inf", "arXiv:2101.00001v2", "\x00", "\ufeff",
    "[" + "-" * 50_000 + "1]", "2021", "9" * 16,
]  # fmt: skip
PARTS = st.sampled_from(["name", "given", "family", "date-parts", "value", "text", "$oid"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(sorted({name for each in FIELD_NAMES.values() for name in each})) | st.text(max_size=5)


@pytest.mark.parametrize("field", FIELD_NAMES)
def test_every_field_bears_every_odd_value(field: str) -> None:
    whole = {"title": "Tides", "year": "2021", "abstract": "Why?"}
    for odd in ODD:
        for value in (odd, [odd], [[odd]], {"name": odd}, {"value": odd}, {"date-parts": [[2021, odd]]}):
            with contextlib.suppress(UnreadableError):
                check_paper(paper_from_record(whole | {FIELD_NAMES[field][0]: value}))


@pytest.mark.parametrize(
    ("byline", "authors", "comments"),
    [
        ("5 authors\n\u00b7\nSep 29, 2025 3", 5, 3),
        ("%s authors\n\u00b7\nSep 29, 2025 3" % ("9" * 5000), None, 3),
        ("5 authors\n\u00b7\nSep 29, 2025 %s" % ("9" * 5000), 5, None),
        ("9223372036854775808 authors\n\u00b7\nSep 29, 2025 9223372036854775808", None, None),
        ("1,234 authors\n\u00b7\nSep 29", 1234, None),
    ],
)
def test_counts_that_no_integer_holds_are_none(
    folder: Path, byline: str, authors: int | None, comments: int | None
) -> None:
    data = f"Daily Papers\n\nTides\n\nWhy?\n\n\u2022 {byline}\n".encode()
    (paper,) = check_papers(read_papers(write(folder, data), format="hf-text"))
    assert (paper.author_count, paper.comments) == (authors, comments)


def test_an_escaped_control_character_makes_no_doi() -> None:
    paper = paper_from_record({"title": "Tides", "doi": "https://doi.org/10.1234/a%1Bb%00"})
    assert paper.doi == "10.1234/ab"


@more
@given(st.dictionaries(names, values, max_size=8), st.booleans())
def test_records_of_every_kind(record: dict[str, Any], titled: bool) -> None:
    with contextlib.suppress(UnreadableError, RecursionError):
        check_paper(paper_from_record(record | {"title": "Tides"} if titled else record))


@more
@given(st.lists(st.dictionaries(names, values, max_size=5), min_size=1, max_size=3))
def test_records_of_every_kind_in_files(folder: Path, records: list[dict[str, Any]]) -> None:
    lines = [json.dumps(record).encode() for record in records]
    good = [b'{"title": "first"}', *lines, b'{"title": "last"}']
    for format, data in (("jsonl", b"\n".join(good)), ("json", b"[" + b",".join(good) + b"]")):
        papers = check_papers(read_papers(write(folder, data), format=format))
        assert (papers[0].title, papers[-1].title) == ("first", "last")
