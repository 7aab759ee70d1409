"""What can mean only one thing is mended; what can mean two, or has lost digits, is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange import mending
from registry.exchange.mending import Days, Read, Unreadable
from registry.kernel.workbook import Cell, Kind

days = Days()


def text(written):
    return Cell(Kind.TEXT, written)


def number(written, **more):
    return Cell(Kind.NUMBER, written, **more)


@pytest.mark.parametrize("written", [
    "2024.3.5", "2024年3月5日", "2024/03/05", "20240305", "2024-3-5", " 2024-03-05 ", "２０２４．３．５",
    "2024年3月5号", "2024-03-05 00:00:00", "2024-03-05T08:30:00Z", "2024 年 3 月 5 日", "45356", "2024、3、5",
])
def test_a_day_written_any_usual_way_is_that_day_and_says_so(written):
    assert days(text(written)) == Read(date(2024, 3, 5), "2024-03-05")


def test_a_day_written_as_it_should_be_is_not_mended():
    assert days(text("2024-03-05")) == Read(date(2024, 3, 5), None)
    assert days(Cell(Kind.DATE, "45356")) == Read(date(2024, 3, 5), None)
    assert days(Cell(Kind.DATE, "45356.75")) == Read(date(2024, 3, 5), None)


def test_a_bare_serial_number_is_a_day_and_says_so():
    assert days(number("45356")) == Read(date(2024, 3, 5), "2024-03-05")
    assert days(number("20240305")) == Read(date(2024, 3, 5), "2024-03-05")
    assert Days(counts_from_1904=True)(number("43894")).value == date(2024, 3, 5)


@pytest.mark.parametrize("written", [
    "2024.3", "24.3.5", "05/03/2024", "2024年", "明天", "0", "12", "2024-13-05", "1000000",
    "二〇二四年三月五日",
])
def test_half_a_day_is_refused(written):
    with pytest.raises(Unreadable):
        days(text(written))
    if written.replace(".", "").isdecimal() and written.count(".") < 2:
        with pytest.raises(Unreadable):
            days(number(written))


def test_a_day_the_calendar_lacks_is_refused_by_name():
    with pytest.raises(Unreadable, match="2023-2-29 这一天"):
        days(text("2023.2.29"))
    with pytest.raises(Unreadable, match="1949 至 2200"):
        days(text("1924-03-05"))


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_every_day_survives_every_usual_writing(day):
    for written in (f"{day}", f"{day:%Y/%m/%d}", f"{day.year}.{day.month}.{day.day}",
                    f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"):
        assert days(text(written)).value == day
    serial = str((day - date(1899, 12, 30)).days)
    assert days(number(serial)).value == days(Cell(Kind.DATE, serial)).value == day


@pytest.mark.parametrize(("written", "meant"), [
    ("张　三", "张三"), ("张 三", "张三"), ("\u00a0张三\u200b", "张三"), ("John  Smith", "John Smith"),
    ("买买提•艾力", "买买提·艾力"), ("𠮷田 一郎", "𠮷田一郎"),
])
def test_names_are_tidied(written, meant):
    assert mending.person_name(text(written)) == Read(meant, meant)


def test_a_name_with_digits_is_in_the_wrong_column():
    with pytest.raises(Unreadable, match="填错了列"):
        mending.person_name(text("11010519491231002X"))


def test_brackets_in_the_name_of_a_firm_are_those_of_the_licence():
    assert mending.firm_name(text("海城建设(集团)有限公司")).value == "海城建设（集团）有限公司"
    assert mending.firm_name(text("海城建设（集团）有限公司")).mended is None


@pytest.mark.parametrize(("cell", "meant"), [
    (text("１１０１０５"), "110105"), (text("1101 05"), "110105"), (text("'110105"), "110105"),
    (text("110105.0"), "110105"), (number("110105"), "110105"), (number("110105.0"), "110105"),
    (number("1.10105E5"), "110105"), (text("鲁Ａ－１"), "鲁A-1"), (number("7", width=3), "007"),
])
def test_codes_are_mended(cell, meant):
    assert mending.code()(cell) == Read(meant, meant)


def test_a_clean_code_is_left_alone():
    assert mending.code()(text("（鲁）JZ安许证字〔2021〕1")) == Read("（鲁）JZ安许证字〔2021〕1", None)


@pytest.mark.parametrize("cell", [
    number("110105194912310000"), number("1.1010519491231e+17"), number("110105194912310021"),
    number("3701022403050100"), text("1.10105E+17"), number("12.5"), number("-3"), Cell(Kind.DATE, "45292"),
])
def test_a_code_that_has_lost_digits_is_refused(cell):
    with pytest.raises(Unreadable, match="文本"):
        mending.code()(cell)


def test_sixteen_digits_that_a_number_still_holds_are_kept():
    assert mending.code()(number("3701022403050101")).value == "3701022403050101"


def test_the_number_of_a_unit_gets_its_zero_back():
    assert mending.unit_number(number("1")) == Read("01", "01")
    assert mending.unit_number(number("12")) == Read("12", "12")
    assert mending.unit_number(text("1")) == Read("1", None)


def test_the_number_of_a_document_is_in_upper_case():
    assert mending.document_number(text("11010519491231002x")).value == "11010519491231002X"
    assert mending.document_number(text("11010519491231002X")).mended is None


@pytest.mark.parametrize(("cell", "value", "mended"), [
    (text("12,345.6"), "12345.6", "12345.6"), (text("12345.6㎡"), "12345.6", "12345.6"),
    (text("１２"), "12", "12"), (number("12345.6"), "12345.6", None), (text("12345.6"), "12345.6", None),
    (number("0.30000000000000004"), "0.3", None),
])
def test_amounts_lose_their_unit_and_commas(cell, value, mended):
    assert mending.amount("m2")(cell) == Read(Decimal(value), mended)


@pytest.mark.parametrize("written", ["-1", "约100", "1,23", "12万", "NaN", "Infinity", "1/2"])
def test_an_amount_that_is_no_plain_number_is_refused(written):
    with pytest.raises(Unreadable):
        mending.amount("m2")(text(written))


def test_counts_are_whole():
    assert mending.count("年")(text("50年")) == Read(50, "50")
    assert mending.count("年")(number("50.0")) == Read(50, None)
    with pytest.raises(Unreadable, match="整数"):
        mending.count()(number("1.5"))


def test_a_place_outside_china_is_two_numbers_swapped():
    assert mending.degrees(73, 136)(text("117.05°")).value == Decimal("117.05")
    with pytest.raises(Unreadable, match="颠倒"):
        mending.degrees(73, 136)(text("36.66"))


@pytest.mark.parametrize(("cell", "said"), [
    (Cell(Kind.ERROR, "#REF!"), "#REF!"), (number("", computed=True), "没有计算结果"),
    (Cell(Kind.BOOLEAN, "1"), "逻辑值"),
])
def test_cells_that_hold_no_answer_are_refused(cell, said):
    with pytest.raises(Unreadable, match=said):
        mending.refuse_unreadable(cell)
