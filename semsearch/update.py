"""An index follows its corpus: papers added, replaced and removed, each time as one new generation.

In: a corpus, or names of papers, and an index. Out: what was done, and the generation that is live after it. What is
not changed keeps its vector; what is, is embedded by the encoder of the index.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

from .build import known_texts
from .corpus import BROKEN_FILE, EMPTY_FILE
from .embedding import Embedding
from .encoders import Encoder, encoder_of
from .encoders.identity import ENCODER_FILES
from .errors import CorpusError, QueryError, StoreError
from .indexing import NAMES_KEPT, Origin, embedded_texts, manifest_of, write_parts
from .progress import Progress, silent
from .selection import Selection
from .staged import Corpus, Reading, StagedCorpus, entries_of, named, staged
from .store import (
    EMBEDDED,
    FORMAT_VERSION,
    Building,
    Change,
    Counts,
    EmbeddedTexts,
    Generation,
    MergedPaper,
    PaperTable,
    Plan,
    Skipped,
    index_option,
    left_by_writers,
    open_live,
    updated,
    writing,
    wrong_hashes,
)
from .words import ANALYSER

_log = logging.getLogger(__name__)
_AT_ONCE = 500
_TALLIED = ("without_abstract", "without_title", "without_year", "cut", "not_english", "merged")


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did. generation: the live one; the one before if nothing was to be changed (`published`).

    skipped: records that were left out. merged: records that came in and are the same paper as another of them.
    unknown: names that are no paper's.
    """

    generation: Generation
    change: Change
    published: bool
    skipped: tuple[Skipped, ...] = ()
    unknown: tuple[str, ...] = ()
    merged: int = 0


def add_papers(
    corpus: Corpus,
    index: str | os.PathLike[str] = "index",
    *,
    format: str | None = None,
    page_date: str | None = None,
    require_abstract: bool = False,
    selection: Selection | None = None,
    strict: bool = False,
    keep: int = 1,
    encoder: Encoder | None = None,
    progress: Progress = silent,
) -> Update:
    """Add the papers of a corpus to an index.

    A record with the id of one that is there takes its place. One that is the same paper by its DOI, arXiv id or text
    joins the records of that paper, as in a build. What is there already, unchanged, stays as it is. The corpus is
    read as by `build_index`. keep, encoder: see `remove_papers`. Raises SemsearchError, and then the index is as it
    was.
    """
    reading = Reading(format, page_date, require_abstract, strict, selection)
    return _read_into(_plan_addition, "add", corpus, index, reading, keep, encoder, progress)


def sync_papers(
    corpus: Corpus,
    index: str | os.PathLike[str] = "index",
    *,
    format: str | None = None,
    page_date: str | None = None,
    require_abstract: bool = False,
    selection: Selection | None = None,
    strict: bool = False,
    keep: int = 1,
    encoder: Encoder | None = None,
    progress: Progress = silent,
) -> Update:
    """Make the papers of an index equal to those of a corpus, by their ids: as `build` would, but by what has changed.

    The corpus is read as by `build_index`. keep, encoder: see `remove_papers`. Raises SemsearchError, and then the
    index is as it was.
    """
    reading = Reading(format, page_date, require_abstract, strict, selection)
    return _read_into(_plan_sync, "sync", corpus, index, reading, keep, encoder, progress)


def remove_papers(
    names: Sequence[str],
    index: str | os.PathLike[str] = "index",
    *,
    strict: bool = True,
    keep: int = 1,
    encoder: Encoder | None = None,
    progress: Progress = silent,
) -> Update:
    """Remove papers from an index, by id, DOI, arXiv id or exact title.

    They are gone from the disk once no generation has them. strict: raise QueryError, and remove nothing, if a name is
    no paper's; else it is told. keep: how many generations before the new one stay. encoder: used in place of the
    index's own. Raises SemsearchError, and then the index is as it was.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    if not wanted or not all(isinstance(name, str) for name in wanted):
        raise QueryError("no ids of papers" if wanted else "nothing to remove, expected ids of papers")
    with _updating(index, "remove", encoder, keep, progress) as update:
        rows, unknown = update.table.rows_named(wanted)
        if unknown and strict:
            shown = ", ".join(repr(name[:60]) for name in unknown[:3]) + (", ..." if len(unknown) > 3 else "")
            raise QueryError(
                f"not in the index: {len(unknown)} of {len(wanted)} papers ({shown}); nothing was removed",
                "find their ids with `semsearch query`, or give a list of ids by --from, of which those are removed "
                "that are there",
            )
        for row in rows:
            update.plan.remove(row)
        unchanged = update.table.count - len(rows)
        if not unchanged:
            raise QueryError(
                f"no paper would be left of {len(rows)}, and an index has at least one", f"remove the folder {index}"
            )
        return replace(update.publish(Change("remove", removed=len(rows), unchanged=unchanged)), unknown=tuple(unknown))


@dataclass(frozen=True, slots=True)
class _Updating:
    """An update under way: what is live, its papers, and where the next generation is planned and made."""

    kind: str
    live: Generation
    table: PaperTable
    plan: Plan
    building: Building
    encoder: Callable[[], Encoder]
    keep: int
    progress: Progress

    def publish(self, change: Change, corpus: StagedCorpus | None = None) -> Update:
        """Write and publish what is planned, if that is anything."""
        skipped = corpus.skipped if corpus else ()
        if not self.plan:
            return Update(self.live, change, published=False, skipped=skipped)
        before = self.live.manifest
        identity = before.encoder
        self.building.share_encoder(self.live)
        with embedded_texts(self.building, identity) as kept:
            embedding = Embedding(self.encoder, kept, known_texts(self.building.index, identity))
            tally = self._write(embedding, identity.dimensions)
            left = self.kind != "sync" and embedding.left
        made = replace(change, embedded=embedding.encoded, reused=embedding.reused)
        renamed = len(corpus.staging.renamed) if corpus else 0
        if self.kind != "sync":
            renamed += before.counts.renamed
        counts = Counts(renamed=renamed, **tally)
        origin = Origin(self._names(corpus), skipped, corpus.renamed if corpus else before.renamed)
        self.plan.close()
        if corpus:
            corpus.staging.close()
        manifest = manifest_of(counts, made, identity, origin, before.encoder_note)
        generation = self.building.publish(manifest, self.keep, leave_embedded=left)
        if left:
            for folder in (folder for folder, count in left_by_writers(self.building.index) if count):
                with closing(EmbeddedTexts(folder / EMBEDDED, identity)) as texts:
                    texts.forget(embedding.done)
        _log.info("published %s: %s", generation.folder, made)
        return Update(generation, made, published=True, skipped=skipped)

    def _write(self, embedding: Embedding, dimensions: int) -> Counter[str]:
        """Write the parts. Papers that are only added go behind a copy of what is there, which takes a fifth of the
        time; otherwise all is written anew, so that nothing is left of what was replaced or removed."""
        manifest, table = self.live.manifest, self.table
        appended = self.plan.count("appended")
        alike = (manifest.format, manifest.lexical.analyser) == (FORMAT_VERSION, ANALYSER)
        alike = alike and manifest.counts.not_english is not None and manifest.counts.merged is not None
        if alike and not self.plan.count("replaced") and not self.plan.count("removed"):
            self.building.copy_parts(self.live)
            papers = self.plan.appended()
            tally = write_parts(papers, appended, embedding, dimensions, self.building, self.progress, table.count)
            embedding.reused += table.count
            before = {name: getattr(manifest.counts, name) for name in {*tally, *_TALLIED} - {"versions"}}
            tally.update(before)  # + would drop zeros; of versions all were counted
            return tally
        total = table.count - self.plan.count("removed") + appended
        return write_parts(self.plan.papers(table), total, embedding, dimensions, self.building, self.progress)

    def _names(self, corpus: StagedCorpus | None) -> tuple[str, ...]:
        if corpus is None:
            return self.live.manifest.corpus
        names = corpus.names if self.kind == "sync" else (*self.live.manifest.corpus, *corpus.names)
        return tuple(dict.fromkeys(names))[-NAMES_KEPT:]


@contextmanager
def _updating(
    index: str | os.PathLike[str], kind: str, encoder: Encoder | None, keep: int, progress: Progress
) -> Iterator[_Updating]:
    path = Path(index)
    open_live(path)  # before a folder is made where there is none
    with writing(path) as building, ExitStack() as stack:
        live = open_live(path)
        if wrong := wrong_hashes(live):
            raise StoreError(
                f"{live.folder / wrong[0]}: damaged (its sha256 is not the one in the manifest)",
                f"`semsearch rollback{index_option(path)}` to the generation before, or build the index again",
            )
        table = stack.enter_context(closing(PaperTable(live.papers, live.manifest.counts.papers)))
        plan = stack.enter_context(closing(Plan(building.plan)))
        load = cache(lambda: encoder or _encoder_of(live))
        yield _Updating(kind, live, table, plan, building, load, keep, progress)


def _encoder_of(generation: Generation) -> Encoder:
    carried = ENCODER_FILES if generation.manifest.encoder.engine == "onnx" else ()
    files = {name: (generation.encoder / name).read_bytes() for name in carried}
    return encoder_of(generation.manifest.encoder, files, generation.encoder)


def _read_into(
    planned: Callable[[Iterable[MergedPaper], PaperTable, Plan, Progress], Change], kind: str, corpus: Corpus,
    index: str | os.PathLike[str], reading: Reading, keep: int, encoder: Encoder | None, progress: Progress,
) -> Update:  # fmt: skip
    names = named(corpus)
    entries = entries_of(names, reading)
    with (
        _updating(index, kind, encoder, keep, progress) as update,
        staged(names, entries, reading, update.building.staging, progress) as read,
    ):
        change = planned(read.staging.papers(), update.table, update.plan, progress)
        if kind == "sync" and change.removed:
            _refuse_lost(read.skipped, change.removed)
        return replace(update.publish(replace(change, kind=kind), read), merged=read.merged)


def _refuse_lost(skipped: Sequence[Skipped], removed: int) -> None:
    """A file that is empty or broken is no word that its papers are to go."""
    for each in skipped:
        if each.reason in (BROKEN_FILE, EMPTY_FILE):
            raise CorpusError(
                f"{each.places[0]}: {each.reason}, and {removed} papers would be removed that did not come in",
                "mend or remove the file, or leave it out by naming those that are to be read",
            )


def _plan_addition(papers: Iterable[MergedPaper], table: PaperTable, plan: Plan, progress: Progress) -> Change:
    """Find what the papers that come in are in the table, and plan to append, to replace, or to leave each."""
    groups = _Groups()
    added = 0
    for number, merged in enumerate(papers):
        rows = table.same_papers(merged)
        if rows:
            groups.join(number, rows)
            plan.take(number, merged)
        else:
            plan.append(merged)
            added += 1
        if number % _AT_ONCE == 0:
            progress("comparing papers", number, None)
    replaced = removed = unchanged = 0
    coming: dict[int, list[MergedPaper]] = {}
    for number, merged in plan.taken():
        numbers, rows = groups.of(number)
        coming.setdefault(numbers[0], []).append(merged)
        if number != numbers[-1]:
            continue
        olds = table.merged(rows)
        result = _with_own_names(updated(olds, coming.pop(numbers[0])), rows, table)
        if result == olds[0] and len(rows) == 1:
            unchanged += 1
            continue
        replaced += 1
        plan.replace(rows[0], result)
        for row in rows[1:]:
            plan.remove(row)
            removed += 1
    return Change("add", added=added, replaced=replaced, removed=removed, unchanged=unchanged)


def _with_own_names(merged: MergedPaper, rows: Sequence[int], table: PaperTable) -> MergedPaper:
    """A paper that takes the place of rows, without further names that are ids of other papers."""
    others = {id for id, row in table.rows_by_id(merged.paper.aliases).items() if row not in rows}
    aliases = tuple(each for each in merged.paper.aliases if each not in others)
    return replace(merged, paper=replace(merged.paper, aliases=aliases)) if others else merged


def _plan_sync(papers: Iterable[MergedPaper], table: PaperTable, plan: Plan, progress: Progress) -> Change:
    """Plan to append what the table lacks, to replace what differs, and to remove what did not come in, all by id."""
    coming = iter(papers)
    counts = {"added": 0, "replaced": 0, "unchanged": 0}
    while batch := list(islice(coming, _AT_ONCE)):
        rows = table.rows_by_id([merged.paper.id for merged in batch])
        there = dict(zip(rows.values(), table.merged(list(rows.values())), strict=True))
        for merged in batch:
            row = rows.get(merged.paper.id)
            if row is None:
                plan.append(merged)
                counts["added"] += 1
            elif there[row] == merged:
                plan.keep(row)
                counts["unchanged"] += 1
            else:
                plan.replace(row, merged)
                counts["replaced"] += 1
        progress("comparing papers", sum(counts.values()), None)
    plan.remove_others(table.count)
    return Change("sync", removed=plan.count("removed"), **counts)


class _Groups:
    """Which of the papers that come in, by number, and which rows of the index are one paper."""

    def __init__(self) -> None:
        self._numbers: dict[int, list[int]] = {}  # of a group, by its first row
        self._rows: dict[int, list[int]] = {}
        self._group_of_row: dict[int, int] = {}
        self._group_of_number: dict[int, int] = {}

    def join(self, number: int, rows: Sequence[int]) -> None:
        """Paper number is the same as all of rows, and as what those are the same as."""
        all_rows, all_numbers = set(rows), {number}
        for group in {self._group_of_row[row] for row in rows if row in self._group_of_row}:
            all_rows.update(self._rows.pop(group))
            all_numbers.update(self._numbers.pop(group))
        group = min(all_rows)
        self._rows[group], self._numbers[group] = sorted(all_rows), sorted(all_numbers)
        self._group_of_row.update(dict.fromkeys(all_rows, group))
        self._group_of_number.update(dict.fromkeys(all_numbers, group))

    def of(self, number: int) -> tuple[list[int], list[int]]:
        """The numbers and the rows of the group that paper number is in, ascending."""
        group = self._group_of_number[number]
        return self._numbers[group], self._rows[group]
