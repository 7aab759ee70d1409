"""The sheet of a lot as people fill it in: on the page with Tab from point to point, or in a workbook.

A mistake names its place and spoils nothing else: what was typed stays, all mistakes are told at once.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from registry.acceptance.points import PointRefused, limits_said, read_point
from registry.acceptance.rules import Found
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.workbook import Cell, Kind, open_workbook
from registry.kernel.workbook_safety import WorkbookRefused
from registry.standards.acceptance import Check, LotTemplate, Measure

SHEET = "实测点"
FIRST_POINT = 5     # the column of the first point, from 1
COLUMNS = 20        # points a workbook has room for to begin with; more columns may be added
Sent = Mapping[str, Sequence[str]]


class SheetRefused(Invalid):
    """The sheet holds mistakes. `mistakes`: field → what is wrong and what would be right."""

    code = "acceptance.sheet-refused"

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__(_("有 {n} 处需要更正。", n=len(mistakes)))
        self.mistakes = mistakes


def field_of(kind: str, check: Check, measure: Measure | None = None) -> str:
    """Return the name of a field: "actual-placed", "point-tolerance-axis"."""
    return "-".join((kind, check.key, measure.key) if measure else (kind, check.key))


def read_sheet(template: LotTemplate, sent: Sent) -> list[Found]:
    """Return what was typed into a sheet. Raises SheetRefused with every mistake in it.

    sent   by the field's name, the points of one measure in their order; a count left empty is that of the points
    """
    mistakes: dict[str, str] = {}
    found = [read_check(check, sent, mistakes) for check in template.checks]
    if mistakes:
        raise SheetRefused(mistakes)
    return found


def typed_before(checks: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return a result that is kept (`LotResult.checks`) as it was typed, by the field's name: to be put right."""
    typed: dict[str, list[str]] = {}
    for kept in checks:
        for kind in ("actual", "defects", "record"):
            typed[f"{kind}-{kept['key']}"] = [str(kept[kind])]
        for measure, points in kept["points"].items():
            typed[f"point-{kept['key']}-{measure}"] = points
    return typed


def read_check(check: Check, sent: Sent, mistakes: dict[str, str]) -> Found:
    points = {measure.key: read_points(check, measure, sent, mistakes) for measure in check.measures}
    measured = max((len(values) for values in points.values()), default=0)
    record = " ".join("".join(sent.get(field_of("record", check), ())).split())[:500]
    return Found(
        check.key, read_count(field_of("actual", check), sent, measured, mistakes),
        read_count(field_of("defects", check), sent, 0, mistakes), record, points,
    )


def read_points(check: Check, measure: Measure, sent: Sent, mistakes: dict[str, str]) -> list[Decimal]:
    """Return the measured points of one measure; a point that was not measured leaves nothing."""
    name = field_of("point", check, measure)
    values = []
    for number, typed in enumerate(sent.get(name, ()), start=1):
        try:
            value = read_point(typed, measure)
        except PointRefused as no:
            mistakes.setdefault(name, _("{label}第 {n} 点：{why}", label=measure.label, n=number, why=no))
            continue
        if value is not None:
            values.append(value)
    return values


def read_count(name: str, sent: Sent, otherwise: int, mistakes: dict[str, str]) -> int:
    typed = "".join("".join(sent.get(name, ())).split())
    if not typed:
        return otherwise
    if not typed.isdecimal() or len(typed) > 6:
        mistakes[name] = _("“{typed}”不是个数，请填写整数。", typed=typed[:20])
        return 0
    return int(typed)


def blank_workbook(template: LotTemplate) -> bytes:
    """Return a workbook with one row for each measure of a template, to be filled in on the site."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append([_("验收项目"), _("实测项目"), _("单位"), _("允许偏差"), *range(1, COLUMNS + 1)])
    for check, measure in measures_of(template):
        sheet.append([check.label, measure.label, measure.unit, limits_said(measure)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in (("A", 28), ("B", 34), ("C", 8), ("D", 14)):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "E2"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def measures_of(template: LotTemplate) -> Iterator[tuple[Check, Measure]]:
    for check in template.checks:
        for measure in check.measures:
            yield check, measure


def read_workbook(path: Path, template: LotTemplate) -> dict[str, list[str]]:
    """Return the points of a workbook by the field they belong into, as they were typed.

    raises   WorkbookRefused for a file that is no safe workbook or lacks the sheet; SheetRefused, naming row and
             column, for formulas, errors, dates, what is no measured value, and measures the template does not have
    """
    named = {(check.label, measure.label): (check, measure) for check, measure in measures_of(template)}
    found: dict[str, list[str]] = {}
    mistakes: dict[str, str] = {}
    with open_workbook(path) as book:
        if SHEET not in book.sheets:
            raise WorkbookRefused(_("工作簿中没有“{sheet}”工作表，请使用下载的模板。", sheet=SHEET))
        for row, cells in book.rows(SHEET):
            if row == 1:
                continue
            label = tuple(cells[column].text.strip() if column in cells else "" for column in (1, 2))
            if label not in named:
                mistakes[f"row-{row}"] = _("第 {row} 行：“{name}”不在本检验批的实测项目中。", row=row, name=" ".join(label))
                continue
            check, measure = named[label]
            found[field_of("point", check, measure)] = [
                point_cell((row, column), cells.get(column), measure, mistakes)
                for column in range(FIRST_POINT, max(cells, default=0) + 1)
            ]
    if mistakes:
        raise SheetRefused(mistakes)
    return found


def point_cell(place: tuple[int, int], cell: Cell | None, measure: Measure, mistakes: dict[str, str]) -> str:
    """Return what stands in a cell; note, by its row and column, what is no measured value."""
    if cell is None:
        return ""
    row, column = place
    name = f"cell-{row}-{column}"
    if cell.computed:
        mistakes[name] = _("第 {row} 行第 {column} 列是公式，请填写实测的数字。", row=row, column=column)
    elif cell.kind not in (Kind.TEXT, Kind.NUMBER):
        mistakes[name] = _("第 {row} 行第 {column} 列“{text}”不是数字。", row=row, column=column, text=cell.text[:20])
    else:
        try:
            read_point(cell.text, measure)
        except PointRefused as no:
            mistakes[name] = _("第 {row} 行第 {column} 列：{why}", row=row, column=column, why=no)
    return cell.text
