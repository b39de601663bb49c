"""The ACL Anthology's XML: ids of both kinds, volumes that share a file, months as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.corpus import BadRecord, read_papers


def read(tmp_path: Path, data: str) -> list:
    path = tmp_path / "a.xml"
    path.write_text(data, encoding="utf-8")
    return list(read_papers(path))


def collection(id: str, volume: str, paper: str, meta: str = "", inner: str = "") -> str:
    return (
        f'<?xml version="1.0"?><collection id="{id}"><volume id="{volume}"><meta><booktitle>B</booktitle>{meta}</meta>'
        f'<paper id="{paper}"><title>T</title>{inner}</paper></volume></collection>'
    )


@pytest.mark.parametrize(
    ("names", "id"),
    [
        (("2020.acl", "main", "12"), "2020.acl-main.12"),
        (("P18", "1", "1"), "P18-1001"),
        (("W18", "1", "2"), "W18-0102"),
        (("W18", "23", "14"), "W18-2314"),
        (("D19", "1", "5"), "D19-1005"),
        (("D19", "50", "5"), "D19-5005"),
        (("C69", "1", "1"), "C69-0101"),
        (("P18", "x", "1"), "P18-x.1"),
    ],
)
def test_ids(tmp_path: Path, names: tuple[str, str, str], id: str) -> None:
    (paper,) = read(tmp_path, collection(*names))
    assert (paper.id, paper.url) == (id, f"https://aclanthology.org/{id}")


def test_what_the_paper_says_of_itself_wins(tmp_path: Path) -> None:
    (paper,) = read(tmp_path, collection("P18", "1", "1", inner="<url hash='x'>P18-1999</url>"))
    assert (paper.id, paper.url) == ("P18-1999", "https://aclanthology.org/P18-1999")
    (paper,) = read(tmp_path, collection("P18", "1", "1", inner="<url>http://example.org/a.pdf</url>"))
    assert (paper.id, paper.url) == ("P18-1001", "http://example.org/a.pdf")


@pytest.mark.parametrize(
    ("month", "date"),
    [("July", "2020-07"), ("19--24 June", "2020-06"), ("July-August", "2020"), ("07", "2020-07"), ("", "2020")],
)
def test_months(tmp_path: Path, month: str, date: str) -> None:
    (paper,) = read(tmp_path, collection("2020.x", "1", "1", f"<month>{month}</month><year>2020</year>"))
    assert paper.date == date


def test_each_volume_has_its_own_title_and_editors_are_no_authors(tmp_path: Path) -> None:
    meta = "<meta><booktitle>{}</booktitle><editor><first>E</first><last>D</last></editor><year>{}</year></meta>"
    data = (
        "<collection id='2021.tide'>"
        f"<volume id='1'>{meta.format('One <fixed-case>T</fixed-case>ide', 2021)}<frontmatter><bibkey>f</bibkey>"
        "</frontmatter><paper id='1'><title>A</title><author><first>Ada</first><last>B</last><variant script='hani'>"
        "<first>阿</first><last>达</last></variant></author><editor><last>No</last></editor></paper></volume>"
        f"<volume id='2'>{meta.format('Two', 2022)}<paper id='1'><title>B</title></paper></volume>"
        "<volume id='3'><paper id='1'><title>C</title></paper></volume></collection>"
    )
    found = [(paper.id, paper.authors, paper.venue, paper.date) for paper in read(tmp_path, data)]
    assert found == [
        ("2021.tide-1.1", ("Ada B",), "One Tide", "2021"),
        ("2021.tide-2.1", (), "Two", "2022"),
        ("2021.tide-3.1", (), None, None),
    ]


def test_a_broken_volume_head_costs_its_fields_and_is_told(tmp_path: Path) -> None:
    data = collection("2021.tide", "1", "1").replace("</booktitle>", "")
    assert [(paper.id, paper.venue) for paper in read(tmp_path, data)] == [("2021.tide-1.1", None)]
    cut = collection("2021.tide", "1", "1").replace("</meta>", "")
    bad, paper = read(tmp_path, cut)
    assert isinstance(bad, BadRecord)
    assert bad.reason == "cut off"
    assert paper.id == "2021.tide-1.1"
