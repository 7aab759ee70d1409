"""An edition as a workbook (.xlsx) and back: one sheet says what it is, one holds its rows.

Every cell is written as text and stays text: a note that begins with = is no formula. What comes back is judged by
kernel.workbook first (size, macros, bombs, links); here formulas, merged cells and unknown columns are refused too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from registry.kernel import workbook as reading
from registry.kernel.text import _, later
from registry.kernel.workbook import Cell, open_workbook
from registry.kernel.workbook_safety import WorkbookRefused
from registry.standards.cells import choices_of, texts_of
from registry.standards.layout import JSON, Column, Layout
from registry.standards.revision import MOST_ROWS, TypedRow
from registry.standards.rules import Edition
from registry.standards.shown import said

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 5 * 2**20
HEAD_SHEET, ROWS_SHEET = "版本信息", "内容"
HEAD = {
    "kind": later("类别"),
    "key": later("键"),
    "region": later("施行地区"),
    "version": later("版本号"),
    "effective_from": later("施行日期"),
    "title": later("名称"),
    "source": later("依据"),
    "status": later("性质"),
    "note": later("说明"),
}
"""The lines of the first sheet. Kind, key, region and version together say which edition it was made from."""
MUST, MAY = Font(bold=True, color="B42318"), Font(bold=True)
SHADE = PatternFill("solid", fgColor="DCE6F5")
WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What came back: the head as it stands in the file (possibly without some lines), and the rows."""

    head: Mapping[str, str]
    rows: Sequence[TypedRow]


def workbook_of(edition: Edition, layout: Layout, content: JSON) -> bytes:
    """Return an edition as a workbook; empty cells are what it leaves out."""
    book = Workbook()
    page = book.active
    page.title = HEAD_SHEET
    facts = {name: getattr(edition, name) for name in HEAD} | {"status": said(edition.status)}
    for line, (name, label) in enumerate(HEAD.items(), 1):
        write(page, line, 1, str(label)).font = MAY
        write(page, line, 2, str(facts[name]))
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 14, 80
    write_rows(book.create_sheet(ROWS_SHEET), layout, content)
    book.active = 1
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_rows(page: Worksheet, layout: Layout, content: JSON) -> None:
    for place, column in enumerate(layout.columns, 1):
        cell = write(page, 1, place, column.heading)
        cell.font, cell.fill = (MUST if column.required else MAY), SHADE
        letter = get_column_letter(place)
        page.column_dimensions[letter].number_format = "@"  # rows added below are texts too
        page.column_dimensions[letter].width = 40 if column.shape is str and not choices_of(column) else 22
        offer(page, letter, column)
    for line, record in enumerate(layout.records(content), 2):
        texts = texts_of(layout, record)
        for place, column in enumerate(layout.columns, 1):
            if texts[column.name]:
                write(page, line, place, texts[column.name])
    page.freeze_panes = "A2"


def write(page: Worksheet, line: int, place: int, text: str) -> Any:
    """Write a text as a text: openpyxl takes “=…” for a formula, and Excel would, once the cell is edited."""
    cell = page.cell(line, place, text)
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    cell.alignment = WRAPPED
    return cell


def offer(page: Worksheet, letter: str, column: Column) -> None:
    words = choices_of(column)
    listed = f'"{",".join(words)}"'
    if not words or len(listed) > 255:
        return
    rule = DataValidation("list", formula1=listed, allow_blank=True)
    rule.add(f"{letter}2:{letter}{MOST_ROWS}")
    page.add_data_validation(rule)


def read_workbook(path: Path, layout: Layout) -> FilledIn:
    """Return what a workbook holds for a kind. Nothing is judged yet but the file itself and its columns.

    raises   WorkbookRefused: not an honest .xlsx, too large, without the sheet, with merged cells, unknown, missing
             or repeated columns, or too many rows
    """
    if path.stat().st_size > MAX_FILE:
        raise refused(_("文件超过 5 MB。"))
    with open_workbook(path) as book:
        if ROWS_SHEET not in book.sheets:
            raise refused(_("文件中没有名为“{sheet}”的工作表，请先下载本版本的工作簿再填写。", sheet=ROWS_SHEET))
        for merge in book.merges(ROWS_SHEET)[:1]:
            raise refused(_("“{sheet}”第 {n} 行有合并单元格，请取消合并。", sheet=ROWS_SHEET, n=merge.top))
        rows = book.rows(ROWS_SHEET)
        _line, heads = next(rows, (0, {}))
        columns = columns_named(layout, heads)
        filled = [TypedRow(line, texts_in(line, cells, columns)) for line, cells in rows]
        nothing_said = [TypedRow(2, {})] if layout.is_single and not filled else []  # “no period” is an answer too
        return FilledIn(head_in(book), filled or nothing_said)


def read_head(path: Path) -> dict[str, str]:
    """Return what the first sheet of a workbook says, by English names. Raises WorkbookRefused."""
    if path.stat().st_size > MAX_FILE:
        raise refused(_("文件超过 5 MB。"))
    with open_workbook(path) as book:
        return head_in(book)


def refused(told: str) -> WorkbookRefused:
    return WorkbookRefused(told, field="workbook")


def columns_named(layout: Layout, heads: Mapping[int, Cell]) -> dict[int, Column]:
    """Return the columns by their place in the sheet, whatever their order."""
    known = {column.heading: column for column in layout.columns}
    named = {place: cell.text.strip() for place, cell in heads.items()}
    unknown = [name for name in named.values() if name not in known]
    if unknown:
        raise refused(_("不认识的列“{names}”；应当是：{known}。", names="、".join(unknown), known="、".join(known)))
    twice = sorted({name for name in named.values() if list(named.values()).count(name) > 1})
    if twice:
        raise refused(_("列“{names}”出现了不止一次。", names="、".join(twice)))
    missing = [name for name in known if name not in named.values()]
    if missing:
        raise refused(_("缺少列“{names}”。", names="、".join(missing)))
    return {place: known[name] for place, name in named.items()}


def texts_in(line: int, cells: Mapping[int, Cell], columns: Mapping[int, Column]) -> dict[str, str]:
    for place, cell in cells.items():
        heading = columns[place].heading if place in columns else get_column_letter(place)
        if place not in columns:
            raise refused(_("第 {n} 行 {column} 列没有表头。", n=line, column=heading))
        if cell.computed:
            raise refused(_("第 {n} 行“{column}”是公式，请改为文字。", n=line, column=heading))
        if cell.kind is reading.Kind.DATE or (cell.kind is reading.Kind.NUMBER and columns[place].shape is not int):
            raise refused(_("第 {n} 行“{column}”是数字或日期格式，请将单元格设为“文本”后重新填写。", n=line, column=heading))
    return {column.name: cells[place].text if place in cells else "" for place, column in columns.items()}


def head_in(book: reading.Workbook) -> dict[str, str]:
    """Return the lines of the first sheet that are there, by their English names."""
    if HEAD_SHEET not in book.sheets:
        return {}
    names = {str(label): name for name, label in HEAD.items()}
    lines = [(cells[1].text.strip(), cells[2].text.strip()) for _line, cells in book.rows(HEAD_SHEET) if {1, 2} <= set(cells)]
    return {names[label]: text for label, text in lines if label in names}
