"""Twelve papers of our own invention, which every format's file in tests/formats tells of, in this order.

They have what readers stumble over: accents, Greek, other scripts, formulae, quotation marks, names with particles,
long lists of authors, dates of which a part is known, and fields that are missing. Where a format can only say
something of its own (a PMID where the others have an id), OWN has what is read then, a value for each paper.
"""

from __future__ import annotations

from typing import Any

from semsearch.paper import Paper

TWELVE: tuple[Paper, ...] = (
    Paper(
        id="brook2021tides",
        title="Slow Tides: Learning the Level of the Sea from Street Photographs",
        abstract="Tide gauges are few, but people photograph harbours every day. We train a small network that reads "
        "the level of the water from steps, piles and walls. Over two years it errs by 6 cm on average, "
        "about 10% of the tide.",
        authors=("Ada Brook", "Ben Chen", "Carla de Souza"),
        venue="Journal of Invented Oceans",
        date="2021-03-14",
        doi="10.5555/ocean.2021.0314",
        arxiv_id="2103.00001",
        url="https://example.org/papers/slow-tides",
        categories=("cs.CV", "physics.ao-ph"),
        keywords=("tide gauges", "photographs", "regression"),
        citations=17,
        comments=3,
    ),
    Paper(
        id="astrom2019helix",
        title="Why does the α-helix of sea-silk melt at 61 °C?",
        abstract="Sea-silk keeps its shape up to 61 °C and loses it within one degree. We follow the α-helix and the "
        "β-sheet by Raman scattering, and find that both go at once (p < 0.01), which speaks against two steps.",
        authors=("Zoë Åström", "José Muñoz-Peña", "Łukasz Żak", "Françoise Lefèvre"),
        author_count=4,
        venue="Letters on Fibres",
        date="2019-11",
        doi="10.5555/fibre-2019.77",
        keywords=("Raman scattering", "silk"),
        citations=4,
    ),
    Paper(
        id="vanderberg1998dikes",
        title='Dikes & ditches: a history of the polders\' "quiet" water',
        abstract='What the farmers called "quiet" water was the work of 200 mills. From the accounts of three towns '
        "we count mills, ditches & sluices, and show that the cost per hectare fell by a third between 1650 and 1700.",
        authors=("Ludwig van der Berg", "John Miller Jr"),
        venue="Annals of Wet Land",
        date="1998",
    ),
    Paper(
        id="wang2022characters",
        title="手书汉字的笔顺 and what it tells of the writer's hand",
        abstract="The order of strokes (笔顺) in written characters differs between left and right hands. From 1,200 "
        "pages we tell the hand with an accuracy of 93.5 %. Η μέθοδος works for Greek as well.",
        authors=("王小明", "Ελένη Παππά", "Иван Петров"),
        venue="Trans. on Scripts and Pens",
        date="2022-07-01",
        arxiv_id="2207.00022",
        categories=("cs.CL",),
        keywords=("handwriting", "笔顺"),
        comments=12,
    ),
    Paper(
        id="many2020survey",
        title="A survey of surveys of snow",
        abstract="Fourteen groups measured the same field of snow on one day. Their depths differ by up to 30 cm. We "
        "say what each did, and what all should do.",
        authors=(
            "Anna Berg",
            "Boris Cole",
            "Cleo Dunn",
            "David Ek",
            "Eva Frost",
            "Finn Gray",
            "Gina Hall",
            "Hugo Ivers",
            "Ida Jung",
            "Jan Kroll",
            "Kira Lund",
            "Leo Moss",
            "Mia North",
            "Nils Oberg",
        ),
        venue="Proceedings of the 4th Workshop on Cold Matters",
        date="2020-02-29",
        doi="10.5555/cold.4.001",
        url="https://example.org/cold/4/1",
        keywords=("snow depth", "comparison of methods"),
        citations=120,
    ),
    Paper(
        id="noabstract2018",
        title="Erratum: The cost of one more sensor",
        authors=("Ruth Quill",),
        venue="Sensors in Theory",
        date="2018-05",
        doi="10.5555/st.2018.9",
    ),
    Paper(
        id="nobody-report",
        title="Guidelines for the naming of lakes",
        abstract="A lake has one name in each language that is spoken at its shore. Which of them is put on the map is "
        "decided by the council of the shore that is longest.",
        organization="Office of Invented Lakes",
        date="2015-12-31",
        keywords=("toponyms",),
    ),
    Paper(
        id="undated-kim",
        title="BERT-like models on an abacus: int1 arithmetic in wood and brass",
        abstract="We compute the attention of a BERT-like model with 12 layers by hand. One token takes nine days. The "
        "softmax is the slowest part, as is known of machines.",
        authors=("Kim Min-Jun", "Siobhán O'Brien"),
        author_count=2,
        arxiv_id="cs/0112017",
        categories=("cs.AR", "cs.LG", "math.HO"),
    ),
    Paper(
        id="oneil2023bounds",
        title="Bounds of order O(n log n) for sorting by the scent of roses",
        abstract="Bees sort n flowers with O(n log n) visits, if the scent of a rose falls off as 1/r. We prove that "
        "no bee does it with fewer, whatever ε > 0 she allows for error.",
        authors=("Cathal O'Neil", "Mária Kovács"),
        author_count=2,
        venue="Symposium on Bees and Bounds",
        date="2023-06-09",
        doi="10.5555/bees(2023)12:3",
        arxiv_id="2306.01234",
        url="https://arxiv.org/abs/2306.01234",
        categories=("cs.DS", "math.CO"),
        keywords=("lower bounds", "bees"),
        comments=1,
    ),
    Paper(
        id="garcia2016trial",
        title="Honey against hiccups: a randomised trial",
        abstract="OBJECTIVE: To tell whether honey stops hiccups. METHODS: 80 adults took honey or water. RESULTS: "
        "Hiccups ended within five minutes in 31 of 40 and in 12 of 40. CONCLUSION: Honey helps.",
        authors=("María García", "Paul Weiß", "Anne-Marie D'Arcy"),
        venue="Journal of Small Complaints",
        date="2016-09",
        doi="10.5555/jsc.16.9.80",
        keywords=("Hiccup", "Honey", "Randomized Controlled Trials as Topic"),
        citations=0,
    ),
    Paper(
        id="short2024",
        title="Q",
        abstract="The letter Q, alone: 1 page, 1 figure; nothing else (as promised).",
        authors=("Plato",),
        date="2024-01-02",
        url="https://example.org/q",
    ),
    Paper(
        id="library2025",
        title="semsearch_formats: reading C:/papers and /home/papers alike",
        abstract="A path may be written in many ways; we read all of them, tabs and semicolons too. 100 % of our "
        "files_with_underscores came back, and 5 $ were saved.",
        authors=("Dana Evers", "Emil van Fleet"),
        venue="Notes on Tools, Second Series",
        date="2025-10-05",
        doi="10.5555/tools_2025",
        categories=("cs.SE",),
        keywords=("file formats", "paths"),
        citations=2,
        comments=40,
        aliases=("evers-formats", "tools:2025"),
    ),
)

ARXIV_IDS = (
    "2103.00001", "1911.00002", "math/9801003", "2207.00022", "2002.00005", "1805.00006",
    "1512.00007", "cs/0112017", "2306.01234", "1609.00010", "2401.00011", "2510.00012",
)  # fmt: skip
"""Of sources that have a paper only if arXiv has it; where a paper has one above, it is the same."""

DAYS = (
    "2021-03-14", "2019-11-08", "1998-01-19", "2022-07-01", "2020-02-29", "2018-05-02",
    "2015-12-31", "2001-12-11", "2023-06-09", "2016-09-30", "2024-01-02", "2025-10-05",
)  # fmt: skip
"""Of sources that always know the day."""

_OF_ARXIV = {"id": ARXIV_IDS, "arxiv_id": ARXIV_IDS}
_SHAS = tuple(f"{number:x}" * 40 for number in range(12))
_ANTHOLOGY_IDS = tuple(f"2025.invent-v{number}.1" for number in range(1, 13))

OWN: dict[str, dict[str, tuple[Any, ...]]] = {
    "hf-html": _OF_ARXIV | {"url": tuple(f"https://huggingface.co/papers/{id}" for id in ARXIV_IDS)},
    "arxiv-snapshot": _OF_ARXIV | {"date": DAYS},
    "arxiv-atom": _OF_ARXIV
    | {"date": DAYS, "url": tuple(f"http://arxiv.org/abs/{id}v{n % 3 + 1}" for n, id in enumerate(ARXIV_IDS))},
    "pubmed": {"id": tuple(str(90000001 + number) for number in range(12))},
    "openalex": {
        "id": tuple(f"W{4200000001 + number}" for number in range(12)),
        "date": tuple(date and date + "-01-01"[len(date) - 4 :] for date in (paper.date for paper in TWELVE)),
    },
    "semantic-scholar": {
        "id": _SHAS,
        "date": tuple(date and date[: 10 if len(date) == 10 else 4] for date in (paper.date for paper in TWELVE)),
        "url": tuple(f"https://www.semanticscholar.org/paper/{sha}" for sha in _SHAS),
    },
    "acl-anthology": {
        "id": _ANTHOLOGY_IDS,
        "date": tuple(paper.date and paper.date[:7] for paper in TWELVE),
        "url": tuple(f"https://aclanthology.org/{id}" for id in _ANTHOLOGY_IDS),
    },
    "nbib": {"id": tuple(str(31000001 + number) for number in range(12))},
}
"""For each format the fields that its row in docs/formats.md calls `own`, with what is read, a value a paper."""
