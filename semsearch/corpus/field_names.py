"""The names of fields as fields.FIELD_NAMES writes them. In: a name as people write it. Out: `citation_count`."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST_NAME = 64  # of those that are remembered

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def field_name(name: str) -> str:
    """name as FIELD_NAMES writes names."""
    return _known_name(name) if len(name) < _LONGEST_NAME else _written(name)


def _written(name: str) -> str:
    name = name.strip().replace("arXiv", "arxiv").replace("ArXiv", "arxiv")  # one word, whatever its capitals say
    return re.sub(r"[\s\-]+", "_", _CAMEL.sub("_", name)).lower()


_known_name = lru_cache(1 << 12)(_written)  # every record of a file has the same ones
