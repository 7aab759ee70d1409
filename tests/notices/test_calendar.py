"""Working days, with the days worked in exchange for holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.notices.calendar import (
    UnknownCalendar,
    add_working_days,
    deadline,
    is_working_day,
    working_days_between,
)
from registry.standards.periods import Period, PeriodUnit

KNOWN = some.dates(date(2014, 3, 1), date(2026, 6, 30))
FIVE_WORKING_DAYS = Period(5, PeriodUnit.WORKING_DAY)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # Spring Festival 2025: 28 January to 4 February off; Sunday 26 January and Saturday 8 February worked
        (date(2025, 1, 26), True),
        (date(2025, 1, 27), True),
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),
        (date(2025, 2, 9), False),
        # National Day 2025: 1 to 8 October off; Sunday 28 September and Saturday 11 October worked
        (date(2025, 9, 28), True),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),
        # Spring Festival 2026: 15 to 23 February off; Saturdays 14 and 28 February worked
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        # an ordinary week
        (date(2026, 3, 2), True),
        (date(2026, 3, 7), False),
    ],
)
def test_holidays_rest_and_the_weekends_given_for_them_work(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 2), date(2026, 3, 9)),      # Monday to Monday
        (date(2025, 1, 24), date(2025, 2, 7)),     # over Spring Festival, the worked Sunday counted
        (date(2025, 9, 26), date(2025, 10, 10)),   # over National Day
        (date(2026, 2, 13), date(2026, 2, 27)),    # over Spring Festival 2026
    ],
)
def test_five_working_days_skip_holidays_and_count_the_days_worked_for_them(start: date, end: date) -> None:
    assert deadline(FIVE_WORKING_DAYS, start).due_on == end


def test_a_notice_seven_working_days_before_acceptance_is_counted_backwards() -> None:
    assert add_working_days(date(2025, 10, 13), -7) == date(2025, 9, 26)


def test_the_day_of_the_event_does_not_count() -> None:
    assert add_working_days(date(2026, 3, 2), 1) == date(2026, 3, 3)
    assert add_working_days(date(2026, 3, 2), 0) == date(2026, 3, 2)


@settings(deadline=None)
@given(KNOWN, some.integers(1, 60))
def test_the_nth_working_day_is_a_working_day_with_n_of_them_since(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert end - start >= timedelta(days=count) or working_days_between(start, end) == (end - start).days


@settings(deadline=None)
@given(KNOWN, some.integers(1, 40), some.integers(1, 40))
def test_two_periods_one_after_the_other_are_one(start: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)


@settings(deadline=None)
@given(KNOWN, some.integers(1, 40))
def test_counting_back_undoes_counting_forward_from_a_working_day(start: date, count: int) -> None:
    begin = add_working_days(start, 1)
    assert add_working_days(add_working_days(begin, count), -count) == begin


def test_calendar_days_and_months_run_over_weekends() -> None:
    assert deadline(Period(15, PeriodUnit.DAY), date(2026, 2, 10)).due_on == date(2026, 2, 25)
    assert deadline(Period(3, PeriodUnit.MONTH), date(2025, 11, 30)).due_on == date(2026, 2, 28)


def test_where_no_days_are_set_there_is_no_deadline() -> None:
    found = deadline(None, date(2026, 3, 2))
    assert found.due_on is None
    assert not found.is_past(date(2099, 1, 1))


def test_a_deadline_is_past_on_the_day_after_it() -> None:
    found = deadline(FIVE_WORKING_DAYS, date(2026, 3, 2))
    assert not found.is_past(date(2026, 3, 9))
    assert found.is_past(date(2026, 3, 10))


def test_a_year_whose_holidays_are_not_announced_is_not_guessed() -> None:
    with pytest.raises(UnknownCalendar, match="2099 年"):
        is_working_day(date(2099, 1, 4))
    found = deadline(FIVE_WORKING_DAYS, date(2098, 12, 30))
    assert found.due_on is None
    assert "尚未公布" in found.explanation


def test_years_before_the_first_known_one_are_not_guessed_either() -> None:
    with pytest.raises(UnknownCalendar, match="1999 年"):
        working_days_between(date(1999, 12, 20), date(1999, 12, 31))
