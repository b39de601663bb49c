"""JSON lines and JSON documents: told apart by what is inside, read record by record, bad records with their place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import write_jsonl
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.corpus import BadRecord, json_document, read_papers, sources
from semsearch.corpus.json_document import _values
from semsearch.corpus.json_lines import find_records
from semsearch.errors import CorpusError

untimed = settings(deadline=None)


def read(tmp_path: Path, data: str | bytes, name: str = "p", **options) -> list:
    """Titles, and (place, reason) of bad records."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [
        (entry.place.removeprefix(str(tmp_path) + "/"), entry.reason) if isinstance(entry, BadRecord) else entry.title
        for entry in read_papers(path, **options)
    ]


def test_json_lines_are_papers_in_order(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "p.jsonl", [{"id": 1, "title": "A"}, {"_id": "x", "title": "B", "text": "b"}])
    assert [(paper.id, paper.title, paper.abstract) for paper in read_papers(path)] == [("1", "A", ""), ("x", "B", "b")]


@pytest.mark.parametrize(
    "data",
    [
        b'{"title": "A"}\n{"title": "B"}',
        b'{"title": "A"}\r\n\r\n{"title": "B"}\r\n',
        b'\xef\xbb\xbf{"title": "A"}\n{"title": "B"}\n',
        b'\n  {"title": "A"}  \n\n{"title": "B"}\n',
        b'[{"title": "A"}, {"title": "B"}]',
        b'\n[\n  {\n    "title": "A"\n  },\n  {\n    "title": "B"\n  }\n]\n',
        b'[\n{"title": "A"},\n{"title": "B"}\n]\n',
        b'\xef\xbb\xbf[{"title": "A"}, {"title": "B"}]',
        b'{"papers": [{"title": "A"}, {"title": "B"}]}',
        b'{"papers": [\n{"title": "A"},\n{"title": "B"}\n]}\n',
        b'{\n "meta": {"title": "T", "n": [1, {"papers": 2}]},\n "results": [\n  {"title": "A"},\n  {"title": "B"}\n]}',
        b'{"Data": [{"title": "A", "authors": [{"name": "N"}]}, {"title": "B"}], "next": {"title": "no"}}',
        b'{"status": "ok", "message": {"facets": {}, "items": [{"title": ["A"]}, {"title": ["B"]}]}}',
        b'{"entries": [{"title": "A"}, {"title": "B"}]}',
        b'{"response": {"numFound": 2, "docs": [{"title": "A"}, {"title": "B"}]}}',
        b'{"header": "' + b"x" * 70_000 + b'", "response": {"docs": [{"title": "A"}, {"title": "B"}]}}',
        b'{"title": "A"}{"title": "B"}',
        b'{\n"title": "A"\n}\n{\n"title": "B"\n}\n',
    ],
)
def test_the_layout_is_seen_by_looking_inside(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == ["A", "B"]


@pytest.mark.parametrize(
    "data",
    [
        '{"title": "A", "authors": [{"name": "N"}]}',
        '{\n"title": "A",\n"authors": [\n{"name": "N"}\n]\n}\n',
        '{"title": "A", "data": [{"title": "no"}]}',
        '{"id": 1, "records": [1, 2], "title": "A"}',
        '{"data": [{"title": "no"}], "title": "A"}',
        '{"entries": [{"text": "no"}], "x": {"y": 1}, "Title": "A"}',
        '{"title": "A"}\n',
    ],
)
def test_one_object_is_one_paper(tmp_path: Path, data: str) -> None:
    assert read(tmp_path, data) == ["A"]


@pytest.mark.parametrize("data", ["[]", '{"papers": []}', "[ ]\n"])
def test_an_empty_array_holds_nothing(tmp_path: Path, data: str) -> None:
    assert read(tmp_path, data) == []


def test_a_bad_line_costs_only_itself_and_is_told_with_its_place(tmp_path: Path) -> None:
    data = b'{"title": "A"\n{"title": "B"}\n[1]\n"x"\n\n{"year": 1}\n{"title": "caf\xe9"}\n'
    data += b'{"title": {"x": 1}}\nnull\n{"title": "C"}'
    assert read(tmp_path, data, "p.jsonl", format="jsonl") == [
        ("p.jsonl:1", "not valid JSON"),
        "B",
        ("p.jsonl:3", "not a JSON object"),
        ("p.jsonl:4", "not a JSON object"),
        ("p.jsonl:6", "neither title nor abstract"),
        ("p.jsonl:7", "not UTF-8"),
        ("p.jsonl:8", "title is an object, expected text"),
        ("p.jsonl:9", "not a JSON object"),
        "C",
    ]


def test_json_lines_with_a_broken_first_line_are_still_json_lines(tmp_path: Path) -> None:
    assert read(tmp_path, '{"title": "A\n{"title": "B"}\n{"title": "C"}\n') == [("p:1", "not valid JSON"), "B", "C"]


def test_a_first_line_longer_than_what_is_looked_at_is_json_lines(tmp_path: Path) -> None:
    long = json.dumps({"title": "A", "abstract": "tide " * 20_000, "data": [{}]})
    assert read(tmp_path, f'{long}\n{{"title": "B"}}\n') == ["A", "B"]
    assert read(tmp_path, json.dumps({"papers": [json.loads(long), {"title": "B"}]})) == ["A", "B"]


def test_a_line_separator_inside_a_text_does_not_part_lines(tmp_path: Path) -> None:
    assert read(tmp_path, '{"title": "A\u2028B\x85C"}\n') == ["A B C"]


def test_escapes_lone_surrogates_nan_and_long_numbers_do_no_harm(tmp_path: Path) -> None:
    lines = [
        r'{"title": "A\ud83d B\u0000", "year": NaN, "citations": Infinity}',
        '{"title": "\\ud83c\\udf0a", "id": ' + "9" * 2000 + "}",
        '{"title": "n", "citations": ' + "9" * 5000 + "}",
        "[" * 100_000,
    ]
    assert read(tmp_path, "\n".join(lines), format="jsonl") == [
        "A B",
        "\U0001f30a",
        ("p:3", "not valid JSON"),
        ("p:4", "not valid JSON"),
    ]


def test_a_line_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIMIT_BYTES", 64)
    data = '{"title": "A"}\n{"title": "%s"}\n{"title": "B"}\n' % ("x" * 500)
    assert read(tmp_path, data) == ["A", ("p:2", "longer than 16 MiB"), "B"]


def test_a_broken_object_in_a_document_costs_only_itself(tmp_path: Path) -> None:
    data = '[{"title": "A"}, {"title": B}, {"year": 2021}, {"title": "C"}]'
    assert read(tmp_path, data) == ["A", ("p[2]", "not valid JSON"), ("p[3]", "neither title nor abstract"), "C"]


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        ('[{"title": "A"}, {"title": "B', ["A"]),
        ('[{"title": "A"}, {"title": "B"}, ', ["A", "B"]),
        ('{"papers": [{"title": "A"}]', ["A"]),
        ('{"title": "A", ', []),
    ],
)
def test_a_document_that_is_cut_off_is_told_wherever_it_is_cut(tmp_path: Path, data: str, whole: list[str]) -> None:
    *papers, (place, reason) = read(tmp_path, data, format="json")
    assert papers == whole
    assert (place, reason) == (f"p[{len(whole) + 1}]", "cut off, or longer than 16 MiB")


A, C = '{"title": "A", "authors": [{"name": "N"}, {"name": "M"}]}', '{"title": "C", "text": "c {, }"}'
INNER = '"cites": [{"title": "no"}, {"title": "neither"}], "tags": ["x"]'


@pytest.mark.parametrize(
    "broken",
    [
        '{"title": "B", "abstract": "b"',
        '{"title": "B, "abstract": "b"}',
        '{"title": "B", "abstract": "b}',
        '{"title: "B", "authors": [{"name": "N"}, {"name": "M"}]}',
        '{"title": "B", "authors": [{"name": "N"}, {"name": "M"}}',
        '{"title": "B" "abstract": "b"}',
        '{"title": "B", "abstract": "a "quoted" word"}',
        '{"title": B, ' + INNER + "}",
        '{"title": "B, ' + INNER + "}",
        '{"title": "B", "abstract": "b \\x"}',
        '{"title": "B", "abstract": "two\nlines"}',
        "{B}",
    ],
)
@pytest.mark.parametrize("ends", [("[", "]"), ('{"papers": [', '], "next": null}')])
@pytest.mark.parametrize("comma", [", ", ",\n  "])
def test_a_broken_record_in_a_document_costs_no_other(tmp_path: Path, broken: str, ends, comma: str) -> None:
    middle = ends[0] + comma.join([A, broken, C, A, broken, broken, C]) + ends[1]
    assert read(tmp_path, middle, format="json")[:4] == ["A", ("p[2]", "not valid JSON"), "C", "A"]
    assert read(tmp_path, middle, format="json")[-1] == "C"
    first = ends[0] + comma.join([broken, A, C]) + ends[1]
    assert read(tmp_path, first, format="json")[-2:] == ["A", "C"]


@pytest.mark.parametrize(
    "data",
    [
        f"[{A}}}, {C}]",
        f"[{A}}}}}, {C}, {A}]",
        f"[{A}], {C}]",
        f'{{"papers": [{A}}}, {C}, {A}]}}',
        f'{{"papers": [{A}], {C}]}}',
    ],
)
def test_a_stray_bracket_does_not_end_the_reading(tmp_path: Path, data: str) -> None:
    entries = read(tmp_path, data)
    assert [entry for entry in entries if isinstance(entry, str)][:2] == ["A", "C"]
    assert ("p[2]", "not valid JSON") in entries


def test_what_is_no_object_is_counted(tmp_path: Path) -> None:
    data = '[1, "x", {"title": "A"}, ["y", {"title": "no"}], null, 12.5e3, true, {"title": "B"}, 3]'
    bad = [(f"p[{number}]", "not a JSON object") for number in (1, 2, 4, 5, 6, 7, 9)]
    assert read(tmp_path, data) == [*bad[:2], "A", *bad[2:6], "B", bad[6]]


def test_arrays_and_pages_side_by_side_are_all_read(tmp_path: Path) -> None:
    assert read(tmp_path, f"[{A}]\n[{C}]\n") == ["A", "C"]
    assert read(tmp_path, f'{{"data": [{A}], "next": 2}}\n{{"data": [{C}], "next": null}}\n') == ["A", "C"]


def test_a_broken_record_is_passed_over_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    class Watched(json_document._Window):
        def fill(self, size: int) -> None:
            super().fill(size)
            held.append(len(self.text))

    for name, value in (("_SEARCH", 64), ("LIMIT_BYTES", 256), ("HEAD_BYTES", 16), ("_Window", Watched)):
        monkeypatch.setattr(json_document, name, value)
    chunks = ['[{"title": "A"}, {"title": "B', *["x" * 20] * 2000, '"}, {"title": "C"}]']
    assert [value["title"] for value in _values(iter(chunks)) if isinstance(value, dict)] == ["A", "C"]
    assert max(held) < 1500


def test_an_object_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "LIMIT_BYTES", 100)
    monkeypatch.setattr(json_document, "_CHUNK_BYTES", 32)
    data = json.dumps([{"title": "A"}, {"title": "x" * 500, "more": [{}]}, {"title": "B"}])
    assert read(tmp_path, data) == ["A", ("p[2]", "cut off, or longer than 16 MiB"), "B"]


def test_a_claim_that_is_wrong_is_an_error_and_one_that_another_format_keeps_is_none(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="expected a JSON array of objects, got something that begins with"):
        read(tmp_path, '["A", "B"]', "p.json")
    with pytest.raises(CorpusError, match="expected JSON lines"):
        read(tmp_path, "A title in plain words\n", "p.jsonl")
    assert read(tmp_path, '{"title": "A"}\n{"title": "B"}\n', "p.json") == ["A", "B"]
    assert read(tmp_path, '[{"title": "A"}]', "p.csv") == ["A"]


@pytest.mark.parametrize(
    ("head", "depth"),
    [
        ('{"title": "[{"}', 0),
        ('[{"papers": [{}]}]', 1),
        ('{"papers": [{', 2),
        ('{"papers" : [', 2),
        ('{"a": "\\"papers\\": [{", "b": 1}', 0),
        ('{"a": {"b": {"works": [{', 4),
        ('{"papers": ["x"]}', 0),
        ('{"id": 1}\n{"papers": [{}]}', 0),
        ("", 0),
    ],
)
def test_where_records_lie(head: str, depth: int) -> None:
    assert find_records(head)[0] == depth


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('{}[]"\\ aé\n,:'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('{["\\a'), inner, max_size=3),
    max_leaves=8,
)


@untimed
@given(st.lists(st.dictionaries(st.text('x"\\]}'), values, max_size=3)), st.integers(1, 30), st.sampled_from([None, 2]))
def test_cut_at_any_place_the_objects_are_those_of_json_loads(records: list, size: int, indent: int | None) -> None:
    for whole in (records, {"papers": records}):
        text = json.dumps(whole, ensure_ascii=False, indent=indent)
        chunks = (text[start : start + size] for start in range(0, len(text), size))
        assert list(_values(chunks)) == records


@untimed
@given(st.text('{}[]"\\a,:', max_size=40), st.sampled_from(["", "[", '{"papers": [']))
def test_no_text_makes_the_splitter_fail(text: str, start: str) -> None:
    assert list(_values(iter([start + text]))) == list(_values(iter(start + text)))
