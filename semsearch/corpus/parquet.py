"""Parquet, as data frames and Hugging Face's datasets are saved: columns with the field names of fields.py.

Read in batches of rows, and of each row group only the columns that a paper can have. In: a file that can be read
from any place, not a pipe. pyarrow is an extra, since few corpora need it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import CorpusError
from ..limits import EXPANSION, EXPANSION_FROM_BYTES
from .decode import decode
from .entry import BadRecord, Entry, Format, ReadOptions
from .field_names import field_name
from .fields import ALL_NAMES
from .json_lines import entry_from_value
from .shapes import SIGNS
from .sources import OpenSource

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch, Scalar
    from pyarrow.parquet import ParquetFile

MAGIC = b"PAR1"

_ROWS = 16  # of a batch: of the longest texts that are read 256 MiB; larger ones are no faster
_BUFFER_BYTES = 1 << 20  # of a column, read and unpacked at a time
_DAMAGED = "damaged Parquet data"
_PER_DAY, _PER_SECOND = 86_400, {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_UNUSUAL = re.compile(r"binary|map<")  # types of which Python's values are not those of JSON
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
            yield BadRecord(place, _TOO_DENSE, count=about.num_rows)
        else:
            yield from _rows(file, group, columns, source.name, first)
        first += about.num_rows


def _columns(file: ParquetFile) -> list[str]:
    """Those of known names; of a source whose records have a shape of their own, all but numbers in lists and bytes.

    Each name once: what pyarrow reads by a name is all columns of it.
    """
    from pyarrow import types

    schema = file.schema_arrow
    if SIGNS.isdisjoint(schema.names):
        return [name for name in dict.fromkeys(schema.names) if field_name(name) in ALL_NAMES]
    wanted = (
        each.name
        for each in schema
        if field_name(each.name) in ALL_NAMES
        or not (types.is_binary(each.type) or (types.is_list(each.type) and types.is_primitive(each.type.value_type)))
    )
    return list(dict.fromkeys(wanted))


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


def _records(batch: RecordBatch) -> Iterator[dict[str, Any]]:
    """The rows; of columns of one name the first that has a value counts."""
    names = batch.schema.names
    for row in zip(*map(_values, batch.columns), strict=True):
        record: dict[str, Any] = {}
        for name, value in zip(names, row, strict=True):
            if record.get(name) is None:
                record[name] = value
        yield record


def _values(column: Array) -> list[Any]:
    """The values as Python has them: bytes, which Spark and Hive write where others write texts, as text, maps as
    objects. One that Python has not, as a date in the year 50000, is None."""
    from pyarrow import ArrowException

    try:
        values = column.to_pylist()
    except (ArrowException, ValueError, OverflowError, KeyError):
        values = [_value(each) for each in column]
    return [_plain(value) for value in values] if _UNUSUAL.search(str(column.type)) else values


def _value(scalar: Scalar) -> Any:
    """Of a time in nanoseconds, or of a zone that nobody knows, the day in UTC."""
    from pyarrow import ArrowException, types

    try:
        if types.is_timestamp(scalar.type) and scalar.is_valid:
            days = scalar.value // (_PER_DAY * _PER_SECOND[scalar.type.unit])
            return (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()
        return scalar.as_py()
    except (ArrowException, ValueError, OverflowError, KeyError):
        return None


def _plain(value: Any) -> Any:
    """value with texts where it has bytes, and objects where it has maps, which are lists of pairs."""
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, list):
        is_map = value and all(isinstance(each, tuple) for each in value)
        return {_plain(name): _plain(each) for name, each in value} if is_map else [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def _rows(file: ParquetFile, group: int, columns: list[str], name: str, first: int) -> Iterator[Entry]:
    """The entries of one row group, whose first row has the number first; what is damaged costs the rest of it."""
    import pyarrow

    number, unpacked = first, 0
    end = first + file.metadata.row_group(group).num_rows
    packed = sum(size for size, _ in _sizes(file.metadata.row_group(group)))
    try:
        for read in file.iter_batches(_ROWS, row_groups=[group], columns=columns, use_threads=False):
            batch = _decoded(read)
            unpacked += batch.nbytes
            if _grows(packed, unpacked):  # a value that stands there once may be that of every row
                yield BadRecord(f"{name}: record {number}", _TOO_DENSE, count=end - number)
                return
            for row in _records(batch):
                yield entry_from_value(row, f"{name}: record {number}")
                number += 1
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError):
        yield BadRecord(f"{name}: record {number}", _DAMAGED, count=max(1, end - number))


PARQUET = Format("parquet", (".parquet", ".pq"), "Parquet", lambda head: False, _read, MAGIC)
