"""Cells are read as the file holds them, whoever wrote the file."""

from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from registry.kernel.workbook import Cell, Kind, Merge, open_workbook
from registry.kernel.workbook_safety import WorkbookRefused
from tests.exchange import rosters


@pytest.fixture
def opened(tmp_path):
    """Returns the rows of a workbook's first sheet after `fill` has had its way with it."""
    def read(fill):
        book = Workbook()
        fill(book, book.active)
        book.save(tmp_path / "a.xlsx")
        with open_workbook(tmp_path / "a.xlsx") as found:
            return list(found.rows("Sheet")), found.merges("Sheet"), found.counts_from_1904
    return read


def test_numbers_keep_every_digit_the_file_has(opened):
    rows, _merges, _old = opened(lambda book, sheet: sheet.append([3701022403050101, 0.1, "文字"]))
    assert rows == [(1, {
        1: Cell(Kind.NUMBER, "3701022403050101"), 2: Cell(Kind.NUMBER, "0.1"), 3: Cell(Kind.TEXT, "文字"),
    })]


def test_dates_are_numbers_shown_as_dates(opened):
    days = [date(2024, 3, 5), datetime.combine(date(2024, 3, 5), time(12))]
    rows, _merges, _old = opened(lambda book, sheet: sheet.append(days))
    assert [cell.kind for cell in rows[0][1].values()] == [Kind.DATE, Kind.DATE]
    assert rows[0][1][1].text == "45356"


def test_the_dates_only_chinese_excel_knows_are_dates(opened):
    def fill(book, sheet):
        sheet.append([45356])
        sheet["A1"].number_format = 'yyyy"年"m"月"d"日"'
    assert opened(fill)[0][0][1][1].kind is Kind.DATE


def test_a_format_of_zeros_says_how_many_digits_are_shown(opened):
    def fill(book, sheet):
        sheet.append([1])
        sheet["A1"].number_format = "000"
    assert opened(fill)[0][0][1][1] == Cell(Kind.NUMBER, "1", width=3)


def test_rich_text_is_joined(opened):
    def fill(book, sheet):
        sheet["A1"] = CellRichText("海棠", TextBlock(InlineFont(b=True), "苑"), " 一期")
    assert opened(fill)[0][0][1][1].text == "海棠苑 一期"


def test_a_formula_never_calculated_has_no_text(opened):
    rows, _merges, _old = opened(lambda book, sheet: sheet.append(["=1+1"]))
    assert rows[0][1][1] == Cell(Kind.NUMBER, "", computed=True)


def test_booleans_and_errors_are_told_apart(opened):
    rows, _merges, _old = opened(lambda book, sheet: sheet.append([True, "#REF!"]))
    assert [cell.kind for cell in rows[0][1].values()] == [Kind.BOOLEAN, Kind.ERROR]


def test_rows_without_content_are_passed_over_and_numbers_kept(opened):
    def fill(book, sheet):
        sheet["A1"], sheet["A7"] = "头", "尾"
        sheet["A9"].number_format = "0.00"
    assert [line for line, _cells in opened(fill)[0]] == [1, 7]


def test_merged_ranges_come_from_top_to_bottom(opened):
    def fill(book, sheet):
        sheet["A1"] = "x"
        sheet.merge_cells("B9:B12")
        sheet.merge_cells("A2:C3")
    assert opened(fill)[1] == [Merge(2, 1, 3, 3), Merge(9, 2, 12, 2)]


def test_a_workbook_may_count_its_days_from_1904(opened):
    def fill(book, sheet):
        book.epoch = CALENDAR_MAC_1904
        sheet.append([date(2024, 3, 5)])
    rows, _merges, old = opened(fill)
    assert old
    assert rows[0][1][1].text == "43894"


def test_parts_with_prefixed_names_are_read_alike(tmp_path):
    """The Open XML SDK writes `<x:row>` where Excel writes `<row>`, and absolute targets."""
    sheet = (
        f'<x:worksheet xmlns:x="{rosters.MAIN}"><x:sheetData><x:row>'
        '<x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="A1:A2"/></x:mergeCells></x:worksheet>'
    )
    with open_workbook(rosters.package(tmp_path / "a.xlsx", {"s.xml": sheet})) as book:
        assert list(book.rows("工程")) == [(1, {1: Cell(Kind.TEXT, "甲"), 2: Cell(Kind.NUMBER, "2")})]
        assert book.merges("工程") == [Merge(1, 1, 2, 1)]


def test_shared_strings_are_read_without_their_phonetic_guide(tmp_path):
    sheet = (
        f'<worksheet xmlns="{rosters.MAIN}"><sheetData><row r="3"><c r="B3" t="s"><v>1</v></c>'
        '<c r="C3" t="s"><v>0</v></c></row></sheetData></worksheet>'
    )
    strings = (
        f'<sst xmlns="{rosters.MAIN}"><si><t>甲_x000D_乙</t></si>'
        '<si><r><t>海棠</t></r><r><t>苑</t></r><rPh sb="0" eb="1"><t>hai</t></rPh></si></sst>'
    )
    path = rosters.package(tmp_path / "a.xlsx", {"s.xml": sheet, "sharedStrings.xml": strings})
    with open_workbook(path) as book:
        assert list(book.rows("工程")) == [(3, {2: Cell(Kind.TEXT, "海棠苑"), 3: Cell(Kind.TEXT, "甲\r乙")})]


def test_entities_declared_among_the_shared_strings_are_refused(tmp_path):
    strings = f'<!DOCTYPE s [<!ENTITY a "ha">]><sst xmlns="{rosters.MAIN}"><si><t>&a;</t></si></sst>'
    path = rosters.package(tmp_path / "a.xlsx", {
        "s.xml": f'<worksheet xmlns="{rosters.MAIN}"/>', "sharedStrings.xml": strings,
    })
    with pytest.raises(WorkbookRefused, match="实体声明"), open_workbook(path):
        pass


def test_a_string_that_is_not_there_is_damage(tmp_path):
    rows = '<sheetData><row><c t="s"><v>7</v></c></row></sheetData>'
    sheet = f'<worksheet xmlns="{rosters.MAIN}">{rows}</worksheet>'
    path = rosters.package(tmp_path / "a.xlsx", {"s.xml": sheet})
    with pytest.raises(WorkbookRefused, match="损坏"), open_workbook(path) as book:
        list(book.rows("工程"))
