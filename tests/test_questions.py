"""Questions files: JSON lines, `id<TAB>text`, plain lines; and what is wrong in them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from semsearch.errors import QueryError
from semsearch.questions import Question, count_questions, read_questions


def read(tmp_path: Path, data: str | bytes) -> list[tuple[str, str]]:
    path = tmp_path / "questions"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [(question.id, question.text) for question in read_questions(path)]


def test_plain_lines_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, "why tides?\n\n  what  moons? \r\n") == [("1", "why tides?"), ("3", "what moons?")]


def test_tabbed_lines_are_id_and_text(tmp_path: Path) -> None:
    assert read(tmp_path, "q1\twhy tides?\nq 2\twhat\tmoons?\n\tno id\n") == [
        ("q1", "why tides?"),
        ("q%202", "what moons?"),
        ("3", "no id"),
    ]


@pytest.mark.parametrize(
    ("record", "id"),
    [
        ('"id": "q1"', "q1"),
        ('"_id": "q1"', "q1"),
        ('"id": 7', "7"),
        ('"id": 0', "0"),
        ('"id": null, "_id": "q1"', "q1"),
        ('"id": "", "_id": "q1"', "q1"),
        ('"id": null', "1"),
        ('"id": "  "', "1"),
        ('"other": 1', "1"),
        ('"id": "q\\t1"', "q%091"),
    ],
)
def test_json_lines_have_an_id_or_get_their_number(tmp_path: Path, record: str, id: str) -> None:
    assert read(tmp_path, f'{{{record}, "text": "why\\ttides?"}}\n') == [(id, "why tides?")]


def test_a_mark_windows_line_ends_and_compound_letters_make_no_difference(tmp_path: Path) -> None:
    assert read(tmp_path, b'\xef\xbb\xbf{"id": "q1", "text": "cafe\\u0301"}\r\n') == [("q1", "caf\u00e9")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "questions: no question"),
        (" \n\n", "questions: no question"),
        ("q1\ttides\nmoons\n", "questions:2: expected id, tab, text"),
        ("q1\ttides\nq2\t \n", "questions:2: a question without text"),
        ("q1\t\nq2\tx\n", "questions:1: a question without text"),
        ("q1\t\r\nq2\tx\r\n", "questions:1: a question without text"),
        ('{"id": "q1"', "questions:1: expected a JSON object"),
        ('{"id": "q1"}', "questions:1: expected a question under `text`, got id"),
        ("{}", "questions:1: expected a question under `text`, got nothing"),
        ('{"text": ["a"]}', "questions:1: expected a question under `text`"),
        ('{"text": " "}', "questions:1: a question without text"),
        ("tides\n\u200b\n", "questions:2: a question without text"),
        (b"caf\xe9\n", "questions: expected text in UTF-8"),
    ],
)
def test_a_bad_file_is_an_error_that_says_where(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(tmp_path, data)
    assert message in caught.value.message


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(QueryError, match="cannot be read"):
            list(read_questions(path))


def test_questions_before_a_bad_line_are_given(tmp_path: Path) -> None:
    path = tmp_path / "questions"
    path.write_text('{"text": "tides"}\n{"text": 1}\n', encoding="utf-8")
    assert next(read_questions(path)) == Question("1", "tides")


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


def test_standard_input_is_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "\ufeffq1\tébb\n".encode())
    assert list(read_questions("-")) == [Question("q1", "ébb")]
    assert not sys.stdin.buffer.closed


@pytest.mark.parametrize(("data", "message"), [(b"", "no question"), (b"\xe9\n", "in UTF-8"), (b"{\n", "input:1")])
def test_bad_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch, data: bytes, message: str) -> None:
    give(monkeypatch, data)
    with pytest.raises(QueryError, match=f"standard input.*{message}|{message}"):
        list(read_questions("-"))


@pytest.mark.parametrize("header", ["id\ttext", "_id\ttext", "query-id\tquery", "QID\tQuestion"])
def test_a_header_of_a_tsv_is_no_question(tmp_path: Path, header: str) -> None:
    file = tmp_path / "q.tsv"
    file.write_text(f"{header}\nq1\twhy is the sea salt?\n", encoding="utf-8")
    assert [(question.id, question.text) for question in read_questions(file)] == [("q1", "why is the sea salt?")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"id": "1", "text": "a"}]\n', "JSON array"),
        ("id,text\n1,why?\n", "looks like CSV"),
        ("q1\ta\nq1\tb\n", "q.txt:2: the id q1 was given to another question before"),
    ],
)
def test_files_that_would_be_misread_are_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "q.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(QueryError, match=told):
        list(read_questions(file))


def test_an_indented_object_is_an_object(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "1", "text": "a"}\n  {"id": "2", "text": "b"}\n', encoding="utf-8")
    assert [question.id for question in read_questions(file)] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("one\n\n  \ntwo", 2),
        ("qid\tquery\na\tb\nc\td\n", 2),
        ("a\tb\n", 1),
        ('{"id": 1, "text": "x"}\n', 1),
        ("[1, 2]\n", None),
        ("", 0),
    ],
)
def test_questions_are_counted_for_an_estimate(tmp_path: Path, content: str, count: int | None) -> None:
    (tmp_path / "q").write_text(content)
    assert count_questions(tmp_path / "q") == count
    assert count_questions("-") is None
    assert count_questions(tmp_path / "none") is None


def test_an_interest_names_papers(tmp_path: Path) -> None:
    lines = ('{"id": "a", "text": "tides", "like": ["p1", "p2"], "unlike": "p3"}', '{"like": "p4", "text": null}')
    (tmp_path / "q.jsonl").write_text("\n".join(lines))
    assert list(read_questions(tmp_path / "q.jsonl")) == [
        Question("a", "tides", ("p1", "p2"), ("p3",)),
        Question("2", "", ("p4",)),
    ]
    assert [question.place for question in read_questions(tmp_path / "q.jsonl")] == [
        f"{tmp_path / 'q.jsonl'}:1",
        f"{tmp_path / 'q.jsonl'}:2",
    ]
