"""What a browser may send about the handbook."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField

from registry.kernel.text import _, later
from registry.standards.cells import choices_of, texts_of
from registry.standards.drafts import Head
from registry.standards.layout import JSON, Column, Layout
from registry.standards.revision import Fault, Faulty, TypedRow
from registry.standards.rules import Edition, Status
from registry.standards.shown import WORDS
from registry.web.fields import (
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    Needed,
    TickField,
    at_most,
    hidden_signs,
    seen,
)

CELL = re.compile(r"c([0-9]{1,5})\.([0-9]{1,2})")
SPARE_ROWS = 3
SHOWN_ROWS = 100
NOTHING: Mapping[int, TypedRow] = {}
LONG = 24  # signs in a line from which on a cell is given several lines


class Grid:
    """The rows of an edition as they stand in a form: cells `c3.1` (row, column), order `o3`, to be taken out `x3`.

    Of a long edition the page shows some rows only: those searched for, and every row that has been changed. Rows
    that are not on the page stay as the edition has them, unless the rows are a workbook's (`is_whole`).
    """

    def __init__(self, layout: Layout, rows: Sequence[TypedRow], known: Mapping[int, TypedRow] = NOTHING) -> None:
        self.layout = layout
        self.rows = [*rows]
        self.known = known             # the rows of the edition itself, by number
        self.wanted = ""               # the words searched for
        self.faults: dict[tuple[int, str], str] = {}

    @classmethod
    def of_content(cls, layout: Layout, content: JSON) -> "Grid":
        known = rows_of(layout, content)
        grid = cls(layout, [*known.values()], known)
        return grid if layout.is_single else grid.longer()

    @classmethod
    def sent(cls, layout: Layout, sent: Mapping[str, str], content: JSON) -> "Grid":
        """Gather what was typed. A name that is no cell of this kind is passed over."""
        found: dict[int, dict[str, str]] = {}
        for name, text in sent.items():
            cell = CELL.fullmatch(name)
            if cell and int(cell[2]) < len(layout.columns):
                column = layout.columns[int(cell[2])]
                found.setdefault(int(cell[1]), {})[column.name] = seen(text).replace("\r\n", "\n")
        known = {} if sent.get("whole") else rows_of(layout, content)
        typed = {n: TypedRow(n, found[n], sent.get(f"o{n}", ""), bool(sent.get(f"x{n}"))) for n in sorted(found)}
        grid = cls(layout, [*(known | typed).values()], known)
        grid.wanted = sent.get("find", "")[:100]
        return grid

    @property
    def is_whole(self) -> bool:
        return not self.known

    @property
    def is_long(self) -> bool:
        return not self.is_whole and len(self.rows) > SHOWN_ROWS

    def shown(self) -> Sequence[TypedRow]:
        """Return the rows that stand on the page."""
        if not self.is_long:
            return self.rows
        words = self.wanted.casefold().split()
        found = [row for row in self.rows if all(word in " ".join(row.texts.values()).casefold() for word in words)]
        numbers = {row.number for row in found[:SHOWN_ROWS]}
        return [row for row in self.rows if row.number in numbers or row != self.known.get(row.number)]

    def longer(self) -> "Grid":
        """Return the grid with some empty rows more."""
        last = max((row.number for row in self.rows), default=0)
        spare = [TypedRow(last + n, {}, str((last + n) * 10)) for n in range(1, SPARE_ROWS + 1)]
        self.rows += spare
        return self

    def renumbered(self) -> "Grid":
        """Return the grid in the order its rows stand in, so that rows can be put between any two of them again."""
        self.rows = [TypedRow(row.number, row.texts, row.order or str(n * 10), row.out) for n, row in enumerate(self.rows, 1)]
        return self

    def blame(self, faults: Sequence[Fault]) -> None:
        self.faults = {(fault.number, fault.column): fault.reason for fault in faults}

    def has_hidden_signs(self) -> bool:
        return any(hidden_signs(text) for row in self.rows for text in row.texts.values())

    def long(self) -> frozenset[str]:
        """Return the names of the columns whose cells need several lines."""
        return frozenset(
            column.name for column in self.layout.columns
            if any(len(text) > LONG or "\n" in text for row in self.rows if (text := row.texts.get(column.name, "")))
        )

    def choices(self) -> Mapping[str, tuple[str, ...]]:
        return {column.name: choices_of(column) for column in self.layout.columns}

    def columns(self) -> Sequence[Column]:
        return self.layout.columns


def rows_of(layout: Layout, content: JSON) -> dict[int, TypedRow]:
    """Return the rows of an edition by their number, as a page would send them untouched."""
    records = enumerate(layout.records(content), 1)
    return {n: TypedRow(n, texts_of(layout, record), "" if layout.is_single else str(n * 10)) for n, record in records}


class EditionForm(Form):
    """The head of a new edition; its rows are a Grid. It is shown against the present one before it may be published."""

    region = CodeField(later("施行地区（行政区划代码）"), [Needed(), at_most(6)])
    version = LineField(later("版本号"), [Needed(), at_most(40)])
    effective_from = DayField(later("施行日期"), [Needed()])
    title = LineField(later("名称"), [Needed(), at_most(100)])
    source = LineField(later("依据（文号或者标准号）"), [Needed(), at_most(200)])
    status = ChoiceField(later("性质"), [Needed()], choices=tuple(WORDS[Status].items()))
    note = LineField(later("说明"), [at_most(200)])
    sure = TickField(later("已核对上列变化，确认录入"))
    compared = HiddenField()
    workbook = FileField(later("填好的工作簿（.xlsx）"))

    @property
    def head(self) -> Head:
        """What was typed, once the form has found it whole."""
        return Head(
            region=self.region.data or "",
            version=self.version.data or "",
            effective_from=self.effective_from.data,  # type: ignore[arg-type]  # Needed() has seen to it
            title=self.title.data or "",
            source=self.source.data or "",
            status=Status(self.status.data),
            note=self.note.data or "",
        )

    def start_from(self, edition: Edition, region: str, today: date) -> None:
        """Begin with what the edition says; its version and note are its own."""
        self.region.data, self.effective_from.data = region, today
        self.title.data, self.source.data, self.status.data = edition.title, edition.source, edition.status.value

    def take(self, head: Mapping[str, str]) -> None:
        """Fill in what the first sheet of a workbook says; where it is to be in force is said here."""
        for field in (self.version, self.title, self.source, self.note):
            field.data = head.get(field.name, field.data or "")
        words = {str(word): value.value for value, word in WORDS[Status].items()}  # type: ignore[attr-defined]  # a Status
        self.status.data = words.get(head.get("status", ""), self.status.data)
        self.effective_from.process_formdata([head["effective_from"]] if head.get("effective_from") else [])

    def is_confirmed(self, rows: Sequence[TypedRow]) -> bool:
        """Whether the reader has ticked the very content whose changes were on the page."""
        return bool(self.sure.data) and self.compared.data == mark(self.head, rows)

    def show_compared(self, rows: Sequence[TypedRow]) -> None:
        self.compared.data, self.sure.data = mark(self.head, rows), False

    def blame_rows(self, no: Faulty) -> None:
        self.form_errors.append(_("内容有 {count} 处需要更正，见下列各行。", count=len(no.faults)))


def mark(head: Head, rows: Sequence[TypedRow]) -> str:
    told: list[Any] = [(row.number, sorted(row.texts.items()), row.order, row.out) for row in rows if not row.is_blank]
    return hashlib.sha256(repr((head, told)).encode()).hexdigest()
