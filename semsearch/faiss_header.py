"""The head of a FAISS index of 16-bit floats, byte for byte: all of the file but the codes of its vectors.

FAISS reads what a file says of itself, types and lengths, and believes it. So a head is written here, and compared
before FAISS sees any of it: no file of another type is ever opened.
"""

from __future__ import annotations

import struct

VECTORS_TYPE = "SQfp16"
CODE_BYTES = 2

# faiss/impl/index_write.cpp: fourcc, d, ntotal, two dummies, is_trained, metric; then of the quantizer: type (fp16),
# rangestat, its argument, d, code size, length of the training data (0); then the length of the codes in bytes.
_HEADER = struct.Struct("<4siqqqBiiifQQQQ")
_DUMMY = 1 << 20
_INNER_PRODUCT, _QT_FP16 = 0, 4
HEADER_BYTES = _HEADER.size
_LARGEST = 1 << 31  # of a count or of dimensions: no product of two such numbers is beyond the fields of a head


def header(count: int, dimensions: int) -> bytes:
    """The 81 bytes that FAISS writes before the codes of count vectors, byte for byte."""
    code_bytes = dimensions * CODE_BYTES
    return _HEADER.pack(
        b"IxSQ", dimensions, count, _DUMMY, _DUMMY, 1, _INNER_PRODUCT, _QT_FP16, 0, 0.0, dimensions, code_bytes, 0,
        count * code_bytes,
    )  # fmt: skip


def wrong_head(head: bytes, size_bytes: int, count: int, dimensions: int) -> str:
    """What is wrong with a file of that size and head for so many vectors; empty where nothing is."""
    size_expected = HEADER_BYTES + count * dimensions * CODE_BYTES
    known = 0 < dimensions < _LARGEST and count < _LARGEST
    same = known and head[:HEADER_BYTES] == header(count, dimensions)
    if same and size_bytes == size_expected:
        return ""
    return (
        f"expected {count} vectors of {dimensions} dimensions in {size_expected} bytes, "
        f"got {size_bytes} bytes{'' if same else ' with another header'}"
    )
