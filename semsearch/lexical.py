"""Keywords in tantivy: written paper by paper into a folder, opened read only, searched by BM25.

In: titles and abstracts, a row each. On disk: one field of all terms of a paper (words.py), and its row. Out: scores.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .errors import StoreError
from .store import files
from .words import Unit, analyser, joined, spelled

if TYPE_CHECKING:
    import tantivy
    from tantivy import Query

    from .bm25 import Statistics

FloatArray = npt.NDArray[np.float32]
RowArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TOGETHER = 0.5
"""What counts a term of a question's compound written together, gpt4 of GPT-4, where one of its words counts 1; see
docs/relevance.md."""

_TEXT, _ROW, _TOKENIZER = "text", "row", "english"
_HEAP_BYTES = 64_000_000
_REBUILD = "build the index again"
_REFUSED = re.compile(r"(?:\bos error |\bOs \{ code: )(\d+)")  # as Rust writes what errno said
_ROWS_AT_ONCE = 500  # a query with more terms than this takes ten times as long
_LOOK_UP_COST = 4.0  # of a row that is looked up, where a hit that is fetched costs 1
_FIRST_HITS = 300  # fewer of them are not fetched faster


def _schema() -> tantivy.Schema:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder().add_text_field(_TEXT, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.add_unsigned_field(_ROW, indexed=True, fast=True).build()


@contextmanager
def _panics(folder: Path) -> Iterator[None]:
    """tantivy's own errors, and the panics of Rust, which are no Exception, as StoreErrors."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | StoreError | MemoryError):
            raise
        raise StoreError(f"{folder}: the keyword index fails ({error})", _REBUILD) from error


@contextmanager
def _writes(folder: Path) -> Iterator[None]:
    """What the system refused tantivy, such as room on a disk, as the OSError that it was."""
    try:
        with _panics(folder):
            yield
    except StoreError as error:
        if refused := _REFUSED.search(error.message):
            number = int(refused[1])
            raise OSError(number, os.strerror(number), str(folder)) from error
        raise


class LexicalWriter:
    """Appends papers to a folder, which is whole once `seal` has returned. Holds at most 64 MB of terms."""

    def __init__(self, folder: Path, count: int = 0) -> None:
        """count: how many papers the folder has already; 0 for one that is to be made."""
        from tantivy import Index

        if not count:
            files.make_folder(folder)
        self.count = count
        self._folder = folder
        with _writes(folder):
            index = Index.open(str(folder)) if count else Index(_schema(), str(folder), reuse=False)
            index.register_tokenizer(_TOKENIZER, analyser())
            self._writer = index.writer(_HEAP_BYTES, num_threads=1)

    def append(self, papers: Sequence[tuple[str, str]]) -> None:
        """Add rows in order: the title and the abstract of each."""
        from tantivy import Document

        with _writes(self._folder):
            for title, abstract in papers:
                document = Document()
                document.add_unsigned(_ROW, self.count)
                for text in map(spelled, (title, abstract)):
                    document.add_text(_TEXT, text)
                    if together := joined(text):
                        document.add_text(_TEXT, " ".join(together))
                self._writer.add_document(document)
                self.count += 1

    def seal(self) -> None:
        """Commit, and wait until all is written."""
        with _writes(self._folder):
            self._writer.commit()
            self._writer.wait_merging_threads()
        named = json.loads((self._folder / "meta.json").read_bytes())["segments"]
        live = {segment["segment_id"].replace("-", "") for segment in named}
        for path in self._folder.iterdir():  # locks, a list of files, and segments that were merged into others
            if path.name != "meta.json" and path.name.partition(".")[0] not in live:
                files.remove(path)
        for path in self._folder.glob("*.term"):  # tantivy makes meta.json for its owner alone, and the rest for all
            shutil.copymode(path, self._folder / "meta.json")


class Lexical:
    """The keyword index of a sealed generation, memory-mapped; several threads may ask it."""

    def __init__(self, folder: Path, names: Sequence[str], count: int) -> None:
        """Open the files of those names in folder, expected to hold count papers. StoreError where they do not."""
        self.count = count
        self._folder = folder
        links = _temporary_folder()  # tantivy takes a lock file in the folder that it opens
        try:
            for name in names:
                _link(folder / name, links / name)
            with _panics(folder):
                from tantivy import Index

                index = Index.open(str(links))
                index.register_tokenizer(_TOKENIZER, analyser())
                index.config_reader("manual")
                self._schema = index.schema
                self._searcher = index.searcher()
                found = self._searcher.num_docs
        finally:
            shutil.rmtree(links, ignore_errors=True)
        if found != count:
            raise StoreError(f"{folder}: expected {count} papers, got {found}", _REBUILD)

    def search(self, asked: Sequence[Unit], depth: int, allowed: Mask | None = None) -> tuple[FloatArray, RowArray]:
        """The best depth rows that match any unit, best first, as BM25 scores (n,) and rows (n,); fewer if fewer match.

        allowed: (count,) which rows may be found, all of them where it is None; with it, the answer may be longer.
        """
        if not asked or depth < 1 or not self.count:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        with _panics(self._folder):
            query = self._query(asked)
            if allowed is None:
                return self._hits(query, depth)
            found = self._masked(query, depth, allowed)
        if found is not None:
            return found
        rows = np.flatnonzero(allowed)
        scores = self.scores(asked, rows)
        best = np.argsort(-scores, kind="stable")[: np.count_nonzero(scores)]
        return scores[best], rows[best]

    def scores(self, asked: Sequence[Unit], rows: RowArray) -> FloatArray:
        """The BM25 score of each of rows, (n,), which are different ones; 0 where no unit matches."""
        found = np.zeros(len(rows), dtype=np.float32)
        if not asked:
            return found
        order = np.argsort(rows)
        with _panics(self._folder):
            query = self._query(asked)
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                some = order[start : start + _ROWS_AT_ONCE]
                scores, at = self._hits(self._among(query, rows[some]), len(some))
                found[some[np.searchsorted(rows[some], at)]] = scores
        return found

    def statistics(self, terms: Iterable[str]) -> Statistics:
        """What scores papers as if they were in it, for bm25.py; terms: those of some papers."""
        from .bm25 import Statistics

        with _panics(self._folder):
            known = next((term for term in terms if self._having(term)), None)
            if known is None:  # a term of any paper does; slower, as it walks all terms
                known = next((term for term, _ in self._searcher.terms_with_prefix(_TEXT, "", limit=1)), None)
            return Statistics(self.count, self._average_length(known) if known else 1.0, self._having)

    def _having(self, term: str) -> int:
        return int(self._searcher.doc_freq(_TEXT, term))

    def _average_length(self, term: str) -> float:
        """As tantivy tells it only where it explains a score."""
        query = self._term(term, 1)
        (_, address), *_ = self._searcher.search(query, 1, count=False).hits
        told = json.loads(query.explain(self._searcher, address).to_json())
        left = [told]
        while left:
            each = left.pop()
            if each["description"].startswith("avgdl"):
                return float(each["value"])
            left += each.get("details", [])
        raise StoreError(f"{self._folder}: the average length of a paper is not told", _REBUILD)

    def rarity(self, unit: Unit) -> float:
        """How much a word tells of a paper that has it: its weight in BM25, log(1 + (n - df + 0.5) / (df + 0.5))."""
        with _panics(self._folder):
            papers = self._having(unit.terms[0])
        return math.log(1 + (self.count - papers + 0.5) / (papers + 0.5))

    def knows(self, unit: Unit) -> bool:
        """Whether any paper has one of its terms."""
        with _panics(self._folder):
            return any(map(self._having, unit.terms))

    def having_all(self, asked: Sequence[Unit], depth: int) -> RowArray:
        """The rows of papers that have each of some units, apart or together, (n,): the best depth by BM25."""
        from tantivy import Occur, Query

        with _panics(self._folder):
            each = [(Occur.Must, self._whole(unit)) for unit in asked]
            return self._hits(Query.boolean_query(each), depth)[1]

    def rows(self) -> RowArray:
        """The row of every paper that is in it, in no order."""
        from tantivy import Query

        with _panics(self._folder):
            return self._hits(Query.all_query(), self.count)[1]

    def _masked(self, query: Query, depth: int, allowed: Mask) -> tuple[FloatArray, RowArray] | None:
        """Ask for more hits until depth of them are allowed ones; None where the allowed rows are looked up faster."""
        total = int(allowed.sum())
        wanted = max(_FIRST_HITS, 2 * depth * self.count // max(1, total) + depth)
        while total * _LOOK_UP_COST > min(wanted, self.count):
            scores, rows = self._hits(query, wanted)
            kept = np.flatnonzero(allowed[rows])
            if len(kept) >= depth or len(rows) < wanted:
                return scores[kept], rows[kept]
            wanted = int(wanted * min(8.0, 1.5 * depth / max(1, len(kept)))) + 1  # as they were met till now, and half
        return None

    def _hits(self, query: Query, depth: int) -> tuple[FloatArray, RowArray]:
        hits = self._searcher.search(query, min(depth, self.count), count=False).hits
        rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        found = np.array(rows, np.int64)
        if found.size and int(found.max()) >= self.count:
            raise StoreError(f"{self._folder}: a keyword hit is row {found.max()} of {self.count} papers", _REBUILD)
        return np.array([score for score, _ in hits], np.float32), found

    def _among(self, query: Query, rows: RowArray) -> Query:
        """Of query's matches those of rows; a set of terms would be the natural way, and takes ten times as long."""
        from tantivy import Occur, Query

        each = [(Occur.Should, Query.term_query(self._schema, _ROW, row, "basic")) for row in rows.tolist()]
        few = Query.const_score_query(Query.boolean_query(each), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, few)])

    def _query(self, asked: Sequence[Unit]) -> Query:
        """The sum of the terms: tantivy leaves out papers that cannot be among the best of such a query alone."""
        from tantivy import Occur, Query

        weights = [(term, float(unit.times)) for unit in asked for term in unit.apart]
        weights += [(term, unit.times * TOGETHER) for unit in asked for term in unit.together]
        return Query.boolean_query([(Occur.Should, self._term(*each)) for each in weights])

    def _whole(self, unit: Unit) -> Query:
        from tantivy import Occur, Query

        every = Query.boolean_query([(Occur.Must, self._term(term, 1)) for term in unit.apart])
        any_of = [every, *(self._term(term, 1) for term in unit.together)]
        return Query.boolean_query([(Occur.Should, query) for query in any_of])

    def _term(self, term: str, weight: float) -> Query:
        from tantivy import Query

        query = Query.term_query(self._schema, _TEXT, term, "freq")
        return query if weight == 1 else Query.boost_query(query, weight)


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="semsearch-"))
    except OSError as error:
        raise StoreError(
            f"no temporary folder can be made, and keywords are opened in one ({error.strerror or error})",
            "set TMPDIR to a folder that can be written",
        ) from error


def _link(source: Path, target: Path) -> None:
    """target as another name of source: a symbolic link, where the system does not give those a hard link or a copy."""
    for make in (os.symlink, os.link, shutil.copyfile):
        try:
            make(source.resolve(), target)
        except OSError:
            continue
        return
    raise StoreError(f"{source}: cannot be linked or copied to {target.parent}", "make room in the temporary folder")
