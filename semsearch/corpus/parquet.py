"""Parquet, as data frames and Hugging Face's datasets are saved: columns with the field names of fields.py.

Read in batches of rows, and of each row group only the columns that a paper can have. In: a file that can be read
from any place, not a pipe. pyarrow is an extra, since few corpora need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import CorpusError
from ..limits import EXPANSION, EXPANSION_FROM_BYTES
from .entry import BadRecord, Entry, Format, ReadOptions
from .field_names import field_name
from .fields import ALL_NAMES
from .json_lines import entry_from_value
from .shapes import SIGNS
from .sources import OpenSource

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

MAGIC = b"PAR1"

_ROWS = 16  # of a batch: of the longest texts that are read 256 MiB; larger ones are no faster
_BUFFER_BYTES = 1 << 20  # of a column, read and unpacked at a time
_DAMAGED = "damaged Parquet data"
_TOO_DENSE = f"rows that grow to more than {EXPANSION} times their size"


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    if not source.stream.seekable():
        raise CorpusError(
            f"{source.name}: Parquet cannot be read from a pipe or out of gzip or zstd, since its table of contents"
            " stands at its end",
            "save it to a file without compressing it, and name that: inside, it is compressed already",
        )
    file = _opened(source)
    columns = _columns(file)
    if not columns:
        raise CorpusError(
            f"{source.name}: expected a column with titles or abstracts, got {', '.join(file.schema_arrow.names[:8])}",
            "rename the columns: docs/formats.md has the names that are known",
        )
    first = 1
    for group in range(file.num_row_groups):
        about = file.metadata.row_group(group)
        place = f"{source.name}: row group {group + 1}"
        if any(_grows(*sizes) for sizes in _sizes(about)):
            yield BadRecord(place, _TOO_DENSE)
        else:
            yield from _rows(file, group, columns, source.name, first)
        first += about.num_rows


def _columns(file: ParquetFile) -> list[str]:
    """Those of known names; of a source whose records have a shape of their own, all but numbers in lists and bytes."""
    from pyarrow import types

    schema = file.schema_arrow
    if SIGNS.isdisjoint(schema.names):
        return [name for name in schema.names if field_name(name) in ALL_NAMES]
    return [
        each.name
        for each in schema
        if not types.is_binary(each.type)
        and not (types.is_list(each.type) and types.is_primitive(each.type.value_type))
    ]


def _opened(source: OpenSource) -> ParquetFile:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise CorpusError(f"{source.name}: Parquet needs pyarrow", "pip install 'semsearch[parquet]'") from error
    source.stream.seek(0)
    try:
        return ParquetFile(source.stream, buffer_size=_BUFFER_BYTES, pre_buffer=False)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise CorpusError(
            f"{source.name}: {_DAMAGED}: its table of contents cannot be read", "fetch or write the file again"
        ) from error


def _sizes(group: Any) -> list[tuple[int, int]]:
    """The bytes of each column of a row group, packed and unpacked, as the table of contents states them."""
    columns = map(group.column, range(group.num_columns))
    return [(column.total_compressed_size, column.total_uncompressed_size) for column in columns]


def _grows(packed: int, unpacked: int) -> bool:
    return unpacked > max(EXPANSION_FROM_BYTES, EXPANSION * packed)


def _decoded(batch: RecordBatch) -> RecordBatch:
    """batch with the values of each row, also where it has a table of values and refers to them."""
    from pyarrow import RecordBatch, types

    columns = [each.dictionary_decode() if types.is_dictionary(each.type) else each for each in batch.columns]
    return RecordBatch.from_arrays(columns, names=batch.schema.names)


def _rows(file: ParquetFile, group: int, columns: list[str], name: str, first: int) -> Iterator[Entry]:
    """The entries of one row group, whose first row has the number first; what is damaged costs the rest of it."""
    import pyarrow

    number, unpacked = first, 0
    packed = sum(size for size, _ in _sizes(file.metadata.row_group(group)))
    try:
        for read in file.iter_batches(_ROWS, row_groups=[group], columns=columns, use_threads=False):
            batch = _decoded(read)
            unpacked += batch.nbytes
            if _grows(packed, unpacked):  # a value that stands there once may be that of every row
                yield BadRecord(f"{name}: record {number}", _TOO_DENSE)
                return
            for row in batch.to_pylist():
                yield entry_from_value(row, f"{name}: record {number}")
                number += 1
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError):
        yield BadRecord(f"{name}: record {number}", _DAMAGED)


PARQUET = Format("parquet", (".parquet", ".pq"), "Parquet", lambda head: False, _read, MAGIC)
