"""The seal of a manifest, the last key of its object: the sha256 of every byte that stands before that key.

So a flipped bit in the manifest, which holds the hashes of all other files, is found as well.
"""

from __future__ import annotations

import hashlib
import re

_SEAL = re.compile(rb',\n "sha256": "([0-9a-f]{64})"\n}\n')
_SEAL_BYTES = len(b',\n "sha256": ""\n}\n') + 64


def sealed(text: str) -> str:
    """An object in JSON, indented by one and with keys of its own, with the seal as its last key."""
    body = text.rstrip().removesuffix("}").rstrip()
    return f'{body},\n "sha256": "{_hash(body.encode())}"\n}}\n'


def is_whole(content: bytes) -> bool | None:
    """Whether content is as it was when it was sealed; None where it has no seal."""
    body, end = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    match = _SEAL.fullmatch(end)
    return None if match is None else match[1].decode() == _hash(body)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
