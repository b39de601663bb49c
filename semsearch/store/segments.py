"""What tantivy's meta.json says of a keyword index, looked at before tantivy does.

In: the file, read. Out: what does not fit: other fields than ours, other files than the manifest's, another count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

SEGMENT_FILES = ("fast", "fieldnorm", "idx", "pos", "store", "term")
"""The endings of the files that tantivy writes for each segment; a seventh, of what was deleted, we never have."""

_SEGMENT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FIELDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("text", "text", {"record": "freq", "fieldnorms": True, "tokenizer": "english"}),
    ("row", "u64", {"indexed": True, "fast": True}),
)
"""name, type, and the options that a search depends on; see semsearch.lexical. A later tantivy may add some."""


def wrong_segments(content: bytes, names: Collection[str], count: int) -> str:
    """What is wrong with a meta.json for files of those names and so many papers; empty where nothing is."""
    try:
        values = json.loads(content.decode("utf-8"))
        fields = [(each["name"], each["type"], _indexing(each["options"])) for each in values["schema"]]
        segments = {str(each["segment_id"]): each["max_doc"] for each in values["segments"]}
        deleted = any(each["deletes"] is not None for each in values["segments"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return f"expected what tantivy writes of its segments ({type(error).__name__}: {error})"
    if len(fields) != len(_FIELDS) or any(
        (name, kind) != (found_name, found_kind) or not expected.items() <= found.items()
        for (name, kind, expected), (found_name, found_kind, found) in zip(_FIELDS, fields, strict=True)
    ):
        return f"expected the fields {' and '.join(name for name, *_ in _FIELDS)} as semsearch makes them, got others"
    if deleted or len(segments) != len(values["segments"]) or not all(map(_SEGMENT.fullmatch, segments)):
        return "expected segments without deleted papers, got others"
    expected_names = {f"{id.replace('-', '')}.{ending}" for id in segments for ending in SEGMENT_FILES}
    if expected_names != set(names):
        other = sorted(expected_names.symmetric_difference(names))
        return f"names other files than the manifest ({', '.join(other[:3])})"
    if not all(type(size) is int and size > 0 for size in segments.values()) or sum(segments.values()) != count:
        return f"expected {count} papers in its segments, got {', '.join(map(str, segments.values()))}"[:200]
    return ""


def _indexing(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a field, those of its indexing among them."""
    indexing = options.get("indexing")
    return {**options, **(indexing if isinstance(indexing, dict) else {})}
