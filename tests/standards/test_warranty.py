"""The day a warranty ends."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.standards.periods import months_after, years_after
from registry.standards.reading import Malformed
from registry.standards.warranty import (
    MonthDay,
    Season,
    Seasons,
    WarrantyRule,
    WarrantyUnit,
    warranty_end,
)

BEIJING = Seasons(
    heating=Season(MonthDay(11, 15), MonthDay(3, 15)), cooling=Season(MonthDay(6, 1), MonthDay(9, 30))
)
STARTS = "竣工验收合格之日"


def rule(unit: WarrantyUnit, amount: int | None = None) -> WarrantyRule:
    return WarrantyRule("key", "部位", unit, STARTS, "建设工程质量管理条例 第四十条", amount=amount)


@pytest.mark.parametrize(
    ("started", "years", "end"),
    [
        (date(2024, 5, 6), 5, date(2029, 5, 6)),
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_years_end_on_the_corresponding_day(started: date, years: int, end: date) -> None:
    assert warranty_end(rule(WarrantyUnit.YEAR, years), started).on == end


def test_the_structure_is_under_warranty_as_long_as_it_is_designed_to_live() -> None:
    end = warranty_end(rule(WarrantyUnit.DESIGN_LIFE), date(2024, 5, 6), design_life_years=50)
    assert (end.on, end.explanation) == (date(2074, 5, 6), "与设计使用年限（50 年）相同。")


def test_without_a_design_life_no_day_is_invented() -> None:
    end = warranty_end(rule(WarrantyUnit.DESIGN_LIFE), date(2024, 5, 6))
    assert end.on is None
    assert "尚未登记设计使用年限" in end.explanation


@pytest.mark.parametrize(
    ("accepted", "end"),
    [
        (date(2024, 5, 6), date(2026, 3, 15)),    # in summer: the two winters that follow
        (date(2024, 11, 15), date(2026, 3, 15)),  # on the first day: that winter is whole
        (date(2024, 11, 16), date(2027, 3, 15)),  # a day later: it is not
        (date(2025, 1, 10), date(2027, 3, 15)),   # in the middle of a winter
    ],
)
def test_heating_is_counted_in_whole_winters_and_not_in_years(accepted: date, end: date) -> None:
    assert warranty_end(rule(WarrantyUnit.HEATING_SEASON, 2), accepted, seasons=BEIJING).on == end


def test_cooling_is_counted_in_whole_summers() -> None:
    end = warranty_end(rule(WarrantyUnit.COOLING_SEASON, 2), date(2024, 5, 6), seasons=BEIJING)
    assert end.on == date(2025, 9, 30)


def test_where_nobody_has_entered_the_season_the_answer_says_so() -> None:
    end = warranty_end(rule(WarrantyUnit.HEATING_SEASON, 2), date(2024, 5, 6))
    assert end.on is None
    assert end.explanation == "2 个采暖期；本地区的采暖期起止日尚未登记。"


@pytest.mark.parametrize("unit", [WarrantyUnit.AGREED, WarrantyUnit.RESTART])
def test_what_the_contract_or_a_repair_decides_has_no_day_of_its_own(unit: WarrantyUnit) -> None:
    end = warranty_end(rule(unit), date(2024, 5, 6), 50, BEIJING)
    assert end.on is None
    assert STARTS in end.explanation


@settings(deadline=None)
@given(some.dates(date(2000, 1, 30), date(2200, 1, 1)), some.integers(1, 10))
def test_so_many_seasons_begin_and_end_between_acceptance_and_the_end(accepted: date, amount: int) -> None:
    end = warranty_end(rule(WarrantyUnit.HEATING_SEASON, amount), accepted, seasons=BEIJING).on
    assert end is not None
    winters = [
        BEIJING.heating.beginning_in(year)
        for year in range(accepted.year - 1, end.year + 1)
        if BEIJING.heating is not None
    ]
    assert len([1 for first, last in winters if accepted <= first and last <= end]) == amount


@settings(deadline=None)
@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.integers(1, 100))
def test_twelve_months_are_a_year(day: date, years: int) -> None:
    assert months_after(day, 12 * years) == years_after(day, years)


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert months_after(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert months_after(date(2025, 10, 31), 3) == date(2026, 1, 31)


def test_a_rule_in_years_names_how_many_and_one_by_contract_does_not() -> None:
    with pytest.raises(Malformed):
        rule(WarrantyUnit.YEAR)
    with pytest.raises(Malformed):
        rule(WarrantyUnit.AGREED, 2)


def test_a_season_begins_on_a_day_every_year_has() -> None:
    with pytest.raises(Malformed, match="2 月 29 日"):
        MonthDay(2, 29)
