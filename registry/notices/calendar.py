"""The Chinese working calendar, 调休 included: which days count, and when a period runs out.

The State Council announces each year's holidays late in the year before. Beyond the last year announced
nobody knows, so nothing here guesses: it says that it does not know.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import is_workday

from registry.kernel.errors import Unavailable
from registry.kernel.text import _
from registry.standards.periods import Period, PeriodUnit, months_after

ONE_DAY = timedelta(days=1)


class UnknownCalendar(Unavailable):
    """The holidays of that year have not been announced, or this release does not carry them yet."""

    code = "calendar.unknown-year"

    def __init__(self, year: int) -> None:
        super().__init__(
            _("{year} 年的放假调休安排尚未公布，无法推算工作日。", year=year),
            remedy=_("安排公布后更新本系统即可推算。"),
        )
        self.year = year


def is_working_day(day: date) -> bool:
    """Say whether people work on that day: weekends worked for a holiday count, holidays do not.

    raises   UnknownCalendar for a year whose holidays are not known
    source   国务院办公厅 年度部分节假日安排的通知
    """
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        raise UnknownCalendar(day.year) from None


def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`, or before it for a negative count.

    The day itself never counts (民法典 第二百零一条); zero returns it as it is.
    raises   UnknownCalendar when the way there leads through a year that is not known
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Return how many working days lie after `first`, up to and with `last`; 0 when `last` is not later."""
    return sum(is_working_day(first + n * ONE_DAY) for n in range(1, (last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something is in time, or None with the reason why no day can be named."""

    due_on: date | None
    explanation: str

    def is_past(self, today: date) -> bool:
        return self.due_on is not None and today > self.due_on


def deadline(period: Period | None, start: date) -> Deadline:
    """Return when a period that is set off by an event on `start` runs out.

    period   None where the rule sets no days
    returns  a day, or no day and an explanation: an answer to be shown either way. A last day that is a
             holiday is not moved: reminding early does no harm
    source   民法典 第二百零一、二百零二条
    """
    if period is None:
        return Deadline(None, _("未规定期限。"))
    counted = _("自 {start} 的次日起 {period}", start=start, period=period)
    if period.unit is PeriodUnit.DAY:
        return Deadline(start + period.amount * ONE_DAY, counted)
    if period.unit is PeriodUnit.MONTH:
        return Deadline(months_after(start, period.amount), counted)
    try:
        return Deadline(add_working_days(start, period.amount), counted)
    except UnknownCalendar as unknown:
        return Deadline(None, _("{counted}；{why}", counted=counted, why=unknown))
