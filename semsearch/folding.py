"""One paper for all its versions in an answer: which of those that were found are shown, pure functions on rows.

In: what was found, best first, and the first version of each row that is a version of another. Out: the shown ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from .retrieval import Found

_MORE = 10  # fetched beyond those wanted, so that few answers are asked for twice


def shown(rows: Sequence[int], firsts: Mapping[int, int], named: Collection[int] = ()) -> list[int]:
    """The positions in rows of those that are shown: a paper at the place of its best version, and there the one that
    was named, else the first of its versions if that is among rows, else the best one."""
    places: dict[int, int] = {}
    claims: dict[int, tuple[bool, bool]] = {}
    for position, row in enumerate(rows):
        first = firsts.get(row, row)
        claim = row in named, row == first
        if first not in places or claim > claims[first]:
            places[first], claims[first] = position, claim  # a key that is there keeps its place
    return list(places.values())


def folded(
    ask: Callable[[int], list[Found]], wanted: int, firsts: Mapping[int, int], named: Collection[int] = ()
) -> list[Found]:
    """The wanted best of an answer, each with no version of it beside it; fewer where there are no more.

    ask: the so many best of it, versions and all, of which any number begins as any other does. named: rows of papers
    that the question names, which stand for their versions.
    """
    if not firsts:
        return ask(wanted)
    depth = wanted + _MORE
    while True:
        found = ask(depth)
        positions = shown([each.row for each in found], firsts, named)
        if len(positions) >= wanted or len(found) < depth:
            return [found[position] for position in positions[:wanted]]
        depth += wanted - len(positions) + _MORE
