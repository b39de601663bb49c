"""The papers that the page is tested with: some plain ones, and a few that a page could be harmed or fooled by."""

from __future__ import annotations

from typing import Any

HARMFUL = (
    '<script>window.harmed = "script"</script> Thunder <img/src=x onerror="window.harmed=1"> is heard after lightning '
    '<svg onload="window.harmed=2"> & not before. The delay tells the distance.'
)
WIDE = "The letter 𝛼 and the sign 🜁 stand before the harbour. Boats in the harbour wait for the tide."

_PLAIN = [
    ("glacier", "How glaciers move downhill", "Ice flows under its own weight. A glacier slides on water."),
    ("tides", "Tides in a narrow harbour", "The moon raises the sea. A narrow mouth delays the tide in a harbour."),
    ("bees", "Dances of honey bees", "A bee that has found flowers dances in the hive. The angle tells the way."),
    ("bread", "Why bread rises", "Yeast turns sugar into gas. The gas is held by the dough, which rises."),
    ("owls", "How owls hear in the dark", "An owl finds mice by sound alone. Its ears stand at different heights."),
    ("rust", "Rust on iron bridges", "Iron rusts where water and air meet. Paint keeps both away from the bridge."),
    ("kites", "Kites that stay up in weak wind", "A long tail steadies a kite. A light frame lifts it in weak wind."),
    ("clocks", "Clocks that keep time at sea", "A pendulum fails on a ship. A spring with a balance does well at sea."),
]  # fmt: skip
_VENUES = ("Annals of Weather", "Proceedings of Quiet Things", "Letters on Motion")
_AUTHORS = ("Ada Weaver", "Ben Miller", "Cleo Fisher", "Dan O'Hara", "Eva Smith")
_GIVEN = ("Alma", "Boris", "Carla", "David", "Elias", "Frida", "Gustav", "Hanna")
_FAMILY = ("Moss", "Reed", "Fern", "Thorn", "Birch")


def page_papers() -> list[dict[str, Any]]:
    """Some forty papers of 1951 to 1990."""
    papers = [
        {
            "id": f"{name}-{turn}" if turn else name,
            "title": f"{title}, part {turn + 1}" if turn else title,
            "abstract": abstract,
            "authors": [
                _AUTHORS[(place + turn) % 5], _AUTHORS[(place + turn + 2) % 5], f"{_GIVEN[place]} {_FAMILY[turn]}",
            ],
            "venue": _VENUES[(place + turn) % 3],
            "date": str(1951 + turn * 8 + place),
            "categories": ["nature" if place in (0, 1, 2, 4) else "craft"],
            "doi": f"10.5555/{name}.{turn}",
        }
        for turn in range(5)
        for place, (name, title, abstract) in enumerate(_PLAIN)
    ]  # fmt: skip
    return [
        *papers,
        {
            "id": "storm/1", "title": "Thunder and lightning <svg onload=window.harmed=5>", "abstract": HARMFUL,
            "date": "1980-06", "authors": ["<img/src=x onerror=window.harmed=3>"],
            "venue": "<script>window.harmed=4</script>",
            "url": "javascript:window.harmed=6", "categories": ["storms"],
        },
        {
            "id": "wide", "title": "𝛼 and the harbour", "abstract": WIDE, "date": "1985-03-04",
            "organization": "Sea Club",
        },
        {"id": "bare", "title": "A paper of which little is known"},
    ]  # fmt: skip
