"""Periods of the law and the clocks made of them.

How a period is counted on the Chinese working calendar is the business of `notices.calendar`.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


class PeriodUnit(StrEnum):
    WORKING_DAY = "working-day"  # 工作日, 调休 included
    DAY = "day"                  # 日
    MONTH = "month"              # 月


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, working days or months, counted from the day after the event."""

    amount: int
    unit: PeriodUnit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise Malformed(_("期限至少是 1。"))

    def __str__(self) -> str:
        words = {
            PeriodUnit.WORKING_DAY: _("{n} 个工作日", n=self.amount),
            PeriodUnit.DAY: _("{n} 日", n=self.amount),
            PeriodUnit.MONTH: _("{n} 个月", n=self.amount),
        }
        return words[self.unit]


@dataclass(frozen=True, slots=True)
class ChangeClock:
    """How soon after a change of leader the new authorisation and pledge must be filed.

    `period` is None where the law sets no number of days (the national rule).
    Source: 建质〔2014〕124号 第八条; local rules.
    """

    period: Period | None


class PlaqueMoment(StrEnum):
    AFTER_ACCEPTANCE = "after-acceptance"    # 竣工验收合格后
    BEFORE_ACCEPTANCE = "before-acceptance"  # 竣工验收前
    BEFORE_DELIVERY = "before-delivery"      # 交付使用前


@dataclass(frozen=True, slots=True)
class PlaqueTiming:
    """By when the permanent plaque must be in place. `period` counts after acceptance, None: no days set."""

    moment: PlaqueMoment
    period: Period | None = None
    place: str = ""  # where on the building, if the local rule says so

    def __str__(self) -> str:
        if self.moment is PlaqueMoment.BEFORE_ACCEPTANCE:
            return _("竣工验收前设置")
        if self.moment is PlaqueMoment.BEFORE_DELIVERY:
            return _("交付使用前设置")
        if self.period is None:
            return _("竣工验收合格后设置（未规定天数）")
        return _("竣工验收合格之日起 {period}内设置", period=self.period)


@dataclass(frozen=True, slots=True)
class ArchiveHandover:
    """How soon after acceptance the archive goes to the urban archive (城建档案管理机构)."""

    period: Period


def years_after(day: date, years: int) -> date:
    """Return the corresponding day so many years on, the month's last day where there is none.

    source   民法典 第二百零二条
    """
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def months_after(day: date, months: int) -> date:
    """Return the corresponding day so many months on, the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
