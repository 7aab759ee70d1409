"""From the cells of a sheet to its rows: finding the header, filling merged cells, reading each column."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from registry.exchange.findings import Fault, Findings
from registry.exchange.mending import (
    Reader,
    Unreadable,
    is_blank,
    plain_number,
    refuse_unreadable,
    says_nothing,
    squeezed,
)
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.workbook import Cell, Kind, Merge, Row
from registry.parties.identifiers import Checked

REMEMBERED = 10_000
HEADER_WITHIN = 20
"""Titles and notes may stand above the header, but not more rows than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a sheet: its heading, the field it fills, how it is read and judged."""

    name: str                                  # as the template writes it, without the asterisk
    field: str
    read: Reader
    required: bool = False
    units: tuple[str, ...] = ()                # what may stand in brackets after it; the first is ours
    also: tuple[str, ...] = ()                 # other headings for the same
    open_ended: frozenset[str] = frozenset()   # words that mean: not yet
    check: Callable[[str], Checked] | None = None
    mask: Callable[[str], str] | None = None   # personal numbers are shown masked
    hint: str = ""                             # for the template

    @property
    def heading(self) -> str:
        return f"{self.name}({self.units[0]})" if self.units else self.name


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its columns (the project number first), and the maker of its rows."""

    name: str
    columns: tuple[Column, ...]
    make: Callable[[int, dict[str, Any], "Judge"], object]

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)


class Heading(NamedTuple):
    text: str
    unit: str


class Judge:
    """Notes what is found in one row."""

    def __init__(self, sheet: Sheet, line: int, project: str, findings: Findings) -> None:
        self.sheet = sheet
        self.line = line
        self.project = project
        self.findings = findings
        self.sound = True

    def refuse(self, column: Column, reason: str) -> None:
        self.sound = False
        self.findings.refuse(self.project, self.sheet.name, self.line, column.name, reason)

    def mend(self, column: Column, before: str, after: str, how: str = "") -> None:
        """Note a change. `how` says where the value before came from when that is what was mended."""
        if column.mask:
            before, after = column.mask(before), column.mask(after)
        self.findings.mend(self.sheet.name, self.line, column.name, how + before, after)

    def remark(self, column: Column, reason: str) -> None:
        self.findings.remark(self.sheet.name, self.line, column.name, reason)

    def check(self, column: Column, check: Callable[[str], Checked], value: str) -> str | None:
        """Return the checked form of `value`, or None after noting why it is refused."""
        try:
            checked = check(value)
        except Invalid as refusal:
            self.refuse(column, str(refusal))
            return None
        for warning in checked.warnings:
            self.remark(column, warning)
        return checked.value


def heading(text: str) -> Heading:
    """Return a heading without spaces, asterisks and brackets, and what stood in the brackets."""
    bare = squeezed(unicodedata.normalize("NFKC", text)).replace("*", "").rstrip(":")
    if bare.endswith(")") and "(" in bare:
        name, _bracket, unit = bare[:-1].partition("(")
        return Heading(name, unit.casefold())
    return Heading(bare, "")


@dataclass(slots=True)
class Header:
    """Where the columns of a sheet stand in this file."""

    line: int
    places: dict[int, Column]                  # number of the column in the file → our column
    faults: list[Fault] = field(default_factory=list)


def find_header(sheet: Sheet, rows: Iterator[Row]) -> Header:
    """Advance `rows` past the header and return it; a sheet without one is a header with a fault."""
    names = {heading(name).text: column for column in sheet.columns for name in (column.name, *column.also)}
    needed = [column for column in sheet.columns if column.required]
    for line, cells in rows:
        if line > HEADER_WITHIN:
            break
        found = {place: heading(cell.text) for place, cell in cells.items() if cell.kind is Kind.TEXT}
        known = {names[said.text] for said in found.values() if said.text in names}
        if 2 * sum(column in known for column in needed) >= len(needed):
            return _header(sheet, line, found, names)
    reason = _("前 {count} 行内没有找到表头，请使用模板，表头应含「{names}」。", count=HEADER_WITHIN,
               names="」「".join(column.name for column in needed))
    return Header(0, {}, [Fault(sheet.name, 0, "", reason)])


def _header(sheet: Sheet, line: int, found: Mapping[int, Heading], names: Mapping[str, Column]) -> Header:
    header = Header(line, {})
    for place, said in sorted(found.items()):
        column = names.get(said.text)
        if column is None:
            continue
        if column in header.places.values():
            header.faults.append(_fault(sheet, line, column, _("有两列使用这一表头，请删去一列。")))
        elif said.unit and column.units and said.unit not in column.units:
            reason = _("单位应为{right}，现为{wrong}，请换算后填写。", right=column.units[0], wrong=said.unit)
            header.faults.append(_fault(sheet, line, column, reason))
        header.places[place] = column
    for column in sheet.columns:
        if column.required and column not in header.places.values():
            header.faults.append(_fault(sheet, line, column, _("缺少这一列，请按模板补上。")))
    return header


def _fault(sheet: Sheet, line: int, column: Column, reason: str) -> Fault:
    where = _("第 {row} 行「{column}」：", row=line, column=column.name)
    return Fault(sheet.name, line, column.name, where + reason)


class Filler:
    """Gives the cells of a merged range the value of its first cell, as the reader of the sheet sees it."""

    def __init__(self, merges: list[Merge], header: Header) -> None:
        self._coming = [merge for merge in merges if merge.top > header.line]
        self._coming.reverse()
        self._places = header.places
        self._open: list[tuple[Merge, Cell]] = []

    def fill(self, line: int, cells: dict[int, Cell]) -> list[Merge]:
        """Fill `cells` in place from ranges that reach down to `line`; return those that join our columns."""
        self._open = [(merge, cell) for merge, cell in self._open if merge.bottom >= line]
        while self._coming and self._coming[-1].top <= line:
            merge = self._coming.pop()
            if merge.left in cells and merge.bottom >= line:
                self._open.append((merge, cells[merge.left]))
        for merge, cell in self._open:
            if merge.top < line and merge.left in self._places:
                cells[merge.left] = cell._replace(filled=True)
        return [merge for merge, _cell in self._open if self._joins_columns(merge)]

    def _joins_columns(self, merge: Merge) -> bool:
        return merge.left in self._places and any(merge.left < place <= merge.right for place in self._places)


def read_rows(
    sheet: Sheet, header: Header, rows: Iterator[Row], merges: list[Merge], findings: Findings
) -> Iterator[tuple[int, str, object]]:
    """Yield line, project number and value of every row that could be read; note what was found in all.

    Rows without anything in our columns are passed over. A row with a fault keeps its project out.
    """
    filler, understand = Filler(merges, header), remembering()
    for line, cells in rows:
        joined = filler.fill(line, cells)
        ours = {column.field: cells[place] for place, column in header.places.items() if place in cells}
        if all(cell.filled or is_blank(cell) for cell in ours.values()):
            continue
        judge = Judge(sheet, line, _project_of(sheet, ours), findings)
        for merge in joined:
            reason = _("合并单元格横跨数列，无法判断各列的值，请取消合并后分别填写。")
            judge.refuse(header.places[merge.left], reason)
        values = {column.field: _value(judge, column, ours.get(column.field), understand) for column in sheet.columns}
        made = sheet.make(line, values, judge) if judge.sound else None
        if judge.sound:
            yield line, judge.project, made
        else:
            findings.broken.add((sheet.name, judge.project))


def _project_of(sheet: Sheet, cells: Mapping[str, Cell]) -> str:
    """Return the project number of a row, "" when it has none that can be read."""
    number = sheet.columns[0]
    cell = cells.get(number.field)
    if cell is None or is_blank(cell):
        return ""
    try:
        refuse_unreadable(cell)
        return str(number.read(cell).value)
    except Unreadable:
        return ""


class Understood(NamedTuple):
    """What a cell says: its value, what it was changed into, why it is refused, what looks odd."""

    value: object = None
    after: str | None = None
    refusal: str = ""
    warnings: tuple[str, ...] = ()


Understand = Callable[[Column, Cell], Understood]


def understood(column: Column, cell: Cell) -> Understood:
    """Return what a cell that holds something says in a column."""
    if says_nothing(cell) or (column.open_ended and squeezed(cell.text) in column.open_ended):
        return Understood(refusal=_("不能为空。")) if column.required else Understood(after="")
    try:
        refuse_unreadable(cell)
        value, after = column.read(cell)
        if column.check is None or not isinstance(value, str):
            return Understood(value, after)
        checked = column.check(value)
    except Invalid as refusal:
        return Understood(refusal=str(refusal))
    changed = checked.value if checked.value != value else after
    return Understood(checked.value, changed, warnings=checked.warnings)


def remembering() -> Understand:
    """Return `understood` with a memory for one sheet, where most cells repeat. Personal numbers are not kept."""
    remembered = lru_cache(REMEMBERED)(understood)

    def understand(column: Column, cell: Cell) -> Understood:
        return understood(column, cell) if column.mask else remembered(column, cell)

    return understand


def _value(judge: Judge, column: Column, cell: Cell | None, understand: Understand) -> object:
    """Return the value of one cell, None when it is empty or refused; note mends and faults."""
    if cell is None or is_blank(cell):
        if column.required:
            judge.refuse(column, _("不能为空。"))
        return None
    said = understand(column, cell)
    if said.refusal:
        judge.refuse(column, said.refusal)
        return None
    for warning in said.warnings:
        judge.remark(column, warning)
    if said.after is not None or cell.computed or cell.filled:
        _note(judge, column, cell, said)
    return said.value


def _note(judge: Judge, column: Column, cell: Cell, said: Understood) -> None:
    """Note what was done to a cell: changed, filled from above, or taken from a formula or a number."""
    shown = cell.text
    if cell.kind is not Kind.TEXT:
        shown = f"{said.value}" if cell.kind is Kind.DATE else plain_number(cell.text)
    after = shown if said.after is None else said.after
    if cell.filled:
        judge.mend(column, "", after, _("（合并单元格）"))
    elif cell.computed:
        judge.mend(column, shown, after, _("（公式）"))
    else:
        judge.mend(column, shown, after, _("（数字）") if after == shown else "")
