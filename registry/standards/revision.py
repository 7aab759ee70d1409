"""From typed rows to the content of an edition, and what that changes in the edition it is based on. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.cells import record_of, texts_of
from registry.standards.comparison import Change, Line, Piece, compared
from registry.standards.layout import JSON, Column, Layout, Record
from registry.standards.reading import Malformed, read

MOST_ROWS = 5_000
TOLD_FAULTS = 50


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One row as somebody typed it. `number` is what he knows it by: in the grid, or in the workbook."""

    number: int
    texts: dict[str, str]            # by the name of the column
    order: str = ""                  # where it goes; rows without stay behind the one before them
    out: bool = False                # to be taken out

    @property
    def is_blank(self) -> bool:
        return not any(text.strip() for text in self.texts.values())


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell, or with a row as a whole (`column` is "")."""

    number: int
    column: str
    heading: str
    reason: str

    def __str__(self) -> str:
        if not self.column:
            return _("第 {number} 行：{reason}", number=self.number, reason=self.reason)
        return _("第 {number} 行“{heading}”：{reason}", number=self.number, heading=self.heading, reason=self.reason)


class Faulty(Malformed):
    """Rows that cannot be taken as they are. `faults` names each of them, the first fifty."""

    code = "standard.faulty-rows"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("；".join(str(fault) for fault in faults[:3]))
        self.faults = faults[:TOLD_FAULTS]


class Empty(Malformed):
    code = "standard.empty"


@dataclass(slots=True)
class Reader:
    """Reads typed rows one by one and gathers what is wrong with them."""

    layout: Layout
    known: dict[str, Record]                              # the rows of the edition it is based on, by key
    faults: list[Fault] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)    # number of the row by its key

    def record(self, row: TypedRow) -> Record:
        record, wrong = record_of(self.layout, row.texts)
        headings = {column.name: column.heading for column in self.layout.columns}
        self.faults += [Fault(row.number, name, headings[name], reason) for name, reason in wrong.items()]
        if wrong:
            return record
        try:
            whole = read(self.layout.shape, record, "")
        except Malformed as no:
            self.faults.append(Fault(row.number, "", "", str(no)))
            return record
        key = self.layout.key_of(record)
        if key in self.seen:
            told = _("与第 {other} 行重复（{key}）。", other=self.seen[key], key=key)
            self.faults.append(Fault(row.number, "", "", told))
        self.seen[key] = row.number
        before = self.known.get(key)
        # What means the same stays as it was written, so that nothing but a real change changes the hash.
        return before if before is not None and read(self.layout.shape, before, "") == whole else record


def content_typed(layout: Layout, rows: Sequence[TypedRow], base: JSON) -> JSON:
    """Return the content that the rows make, as JSON.

    base     the content of the edition it is based on, None for none: rows that mean the same are kept as they
             stand there
    raises   Faulty, naming row and column of every mistake; Empty when no row is left
    """
    kept = [row for row in rows if layout.is_single or not (row.out or row.is_blank)]
    if not kept:
        raise Empty(_("至少要有一行内容。"))
    if layout.is_single and len(kept) > 1:
        raise Malformed(_("这一类内容只应有一行，现有 {count} 行。", count=len(kept)))
    if len(kept) > MOST_ROWS:
        raise Malformed(_("内容超过 {most} 行。", most=MOST_ROWS))
    reader = Reader(layout, known_rows(layout, base))
    places = list(ordered(kept, reader.faults))
    records = [reader.record(row) for row in places]
    if reader.faults:
        raise Faulty(sorted(reader.faults, key=lambda fault: fault.number))
    return layout.content(records)


def known_rows(layout: Layout, base: JSON) -> dict[str, Record]:
    return {layout.key_of(record): record for record in layout.records(base)} if base is not None else {}


def ordered(rows: Iterable[TypedRow], faults: list[Fault]) -> Iterator[TypedRow]:
    """Yield the rows by their `order`; a row without one stays behind the row before it."""
    places: list[tuple[float, int, TypedRow]] = []
    last = 0.0
    for place, row in enumerate(rows):
        try:
            last = float(row.order) if row.order.strip() else last
        except ValueError:
            faults.append(Fault(row.number, "", "", _("次序应当是数字，例如 15。")))
        places.append((last, place, row))
    yield from (row for _order, _place, row in sorted(places, key=lambda found: found[:2]))


class Fate(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class CellChange:
    heading: str
    lines: Sequence[Line]            # old and new woven into one, sign by sign


@dataclass(frozen=True, slots=True)
class RowChange:
    fate: Fate
    title: str
    cells: Sequence[CellChange]


@dataclass(frozen=True, slots=True)
class Changes:
    """What one edition changes in another."""

    rows: Sequence[RowChange]
    same: int                        # rows left as they were

    def count(self, fate: str) -> int:
        return sum(row.fate == fate for row in self.rows)


def changes(layout: Layout, old: JSON, new: JSON) -> Changes:
    """Compare two contents row by row: rows are one and the same when their keys are.

    Rows come in the order of the new content, those taken out last.
    """
    before = {layout.key_of(record): texts_of(layout, record) for record in layout.records(old)}
    after = {layout.key_of(record): texts_of(layout, record) for record in layout.records(new)}
    moved = moved_keys([key for key in before if key in after], [key for key in after if key in before])
    rows = [found for key, texts in after.items() if (found := row_change(layout, before.get(key), texts, key in moved))]
    rows += [
        RowChange(Fate.REMOVED, title_of(layout, texts), cell_changes(layout, texts, {}))
        for key, texts in before.items() if key not in after
    ]
    return Changes(rows, len(after) - sum(row.fate is not Fate.REMOVED for row in rows))


def row_change(layout: Layout, old: dict[str, str] | None, new: dict[str, str], moved: object) -> RowChange | None:
    title = title_of(layout, new)
    if old is None:
        return RowChange(Fate.ADDED, title, cell_changes(layout, {}, new))
    if old != new:
        return RowChange(Fate.CHANGED, title, cell_changes(layout, old, new))
    return RowChange(Fate.MOVED, title, ()) if moved else None


def cell_changes(layout: Layout, old: dict[str, str], new: dict[str, str]) -> list[CellChange]:
    return [
        CellChange(column.heading, woven(column, before, after))
        for column in layout.columns
        if (before := old.get(column.name, "")) != (after := new.get(column.name, ""))
    ]


def woven(column: Column, before: str, after: str) -> Sequence[Line]:
    """Text is compared sign by sign; a number, a day or a word out of a few changes as a whole."""
    if column.shape is str or column.is_list:
        return compared(before.split("\n"), after.split("\n"))
    both = (Piece(Change.REMOVED, before), Piece(Change.ADDED, after))
    return [tuple(piece for piece in both if piece.text)]


def title_of(layout: Layout, texts: dict[str, str]) -> str:
    """Return what a row is called in a list of changes: its first two cells that hold something."""
    if layout.is_single:
        return ""
    return " ".join([text.split("\n")[0] for column in layout.columns if (text := texts[column.name])][:2])


def moved_keys(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the keys that stand in another place among the others."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    staying = {key for block in blocks for key in new[block.b:block.b + block.size]}
    return set(new) - staying
