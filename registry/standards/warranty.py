"""Minimum warranty periods and the day each of them ends.

Source: 建设工程质量管理条例 第四十条; 民用建筑节能条例 第二十三条; counting by 民法典 第二百零一、二百零二条.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.periods import years_after
from registry.standards.reading import Malformed
from registry.standards.rules import Status


class WarrantyUnit(StrEnum):
    DESIGN_LIFE = "design-life"          # 设计文件规定的合理使用年限
    YEAR = "year"
    HEATING_SEASON = "heating-season"    # 采暖期, not years
    COOLING_SEASON = "cooling-season"    # 供冷期
    AGREED = "agreed"                    # by contract
    RESTART = "restart"                  # the original period begins again


class WarrantyClock(StrEnum):
    """Between whom the period runs."""

    CONTRACTOR = "contractor"   # 施工单位 → 建设单位
    BUYER = "buyer"             # 建设单位 → 购房人、所有权人
    RETENTION = "retention"     # 缺陷责任期 (保证金): not a warranty period


@dataclass(frozen=True, slots=True)
class WarrantyRule:
    key: str                         # "roof-waterproofing"
    part: str                        # 屋面防水工程
    unit: WarrantyUnit
    starts: str                      # 竣工验收合格之日
    source: str
    clock: WarrantyClock = WarrantyClock.CONTRACTOR
    amount: int | None = None        # years or seasons; None where the unit needs no number
    status: Status = Status.LAW
    note: str = ""

    def __post_init__(self) -> None:
        counted = self.unit in {WarrantyUnit.YEAR, WarrantyUnit.HEATING_SEASON, WarrantyUnit.COOLING_SEASON}
        if counted != (self.amount is not None):
            raise Malformed(_("“{part}”的保修期限单位与数量不相符。", part=self.part))


@dataclass(frozen=True, slots=True)
class MonthDay:
    month: int
    day: int

    def __post_init__(self) -> None:
        try:
            date(2023, self.month, self.day)  # a common year: 29 February comes round too rarely
        except ValueError:
            told = _("{month} 月 {day} 日不是每年都有的日子。", month=self.month, day=self.day)
            raise Malformed(told) from None

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Season:
    """First and last day of a season, the last one in the next year if the season runs over New Year."""

    first: MonthDay
    last: MonthDay

    def beginning_in(self, year: int) -> tuple[date, date]:
        begins = self.first.in_year(year)
        ends = self.last.in_year(year)
        return begins, ends if ends >= begins else self.last.in_year(year + 1)

    def since(self, day: date) -> Iterator[tuple[date, date]]:
        """Yield the seasons that begin on `day` or after it."""
        for year in range(day.year, date.max.year - 1):
            begins, ends = self.beginning_in(year)
            if begins >= day:
                yield begins, ends


@dataclass(frozen=True, slots=True)
class Seasons:
    """The local heating and cooling seasons; None where there is none or nobody has entered it."""

    heating: Season | None
    cooling: Season | None


NO_SEASONS = Seasons(None, None)


@dataclass(frozen=True, slots=True)
class WarrantyEnd:
    """The last day under warranty, or None with the reason why no day can be named."""

    on: date | None
    explanation: str


def warranty_end(
    rule: WarrantyRule, started_on: date, design_life_years: int | None = None, seasons: Seasons = NO_SEASONS
) -> WarrantyEnd:
    """Return the last day of the warranty a rule grants.

    started_on          the day the rule's clock starts on, mostly 竣工验收合格之日 (China Standard Time)
    design_life_years   of the unit project, from its design documents; None when not yet known
    seasons             of the place the building stands in
    returns             a day, or no day and an explanation: an answer to be shown either way
    source              建设工程质量管理条例 第四十条; that only whole seasons count is our reading
    """
    if rule.unit is WarrantyUnit.DESIGN_LIFE:
        return after_design_life(started_on, design_life_years)
    if rule.unit is WarrantyUnit.HEATING_SEASON:
        return after_seasons(rule, started_on, seasons.heating, _("采暖期"))
    if rule.unit is WarrantyUnit.COOLING_SEASON:
        return after_seasons(rule, started_on, seasons.cooling, _("供冷期"))
    if rule.unit is WarrantyUnit.YEAR:
        return after_years(rule, started_on)
    if rule.unit is WarrantyUnit.RESTART:
        return WarrantyEnd(None, _("自{starts}起，按该部位原保修期限重新计算。", starts=rule.starts))
    return WarrantyEnd(None, _("由合同约定，自{starts}起。", starts=rule.starts))


def after_design_life(started_on: date, years: int | None) -> WarrantyEnd:
    if years is None:
        return WarrantyEnd(None, _("与设计使用年限相同；尚未登记设计使用年限。"))
    return WarrantyEnd(years_after(started_on, years), _("与设计使用年限（{n} 年）相同。", n=years))


def after_years(rule: WarrantyRule, started_on: date) -> WarrantyEnd:
    told = _("{n} 年，自{starts}起。", n=rule.amount, starts=rule.starts)
    return WarrantyEnd(years_after(started_on, rule.amount or 0), told)


def after_seasons(rule: WarrantyRule, started_on: date, season: Season | None, name: str) -> WarrantyEnd:
    amount = rule.amount or 0
    if season is None:
        return WarrantyEnd(None, _("{n} 个{season}；本地区的{season}起止日尚未登记。", n=amount, season=name))
    to_come = season.since(started_on)
    begins, ends = [next(to_come) for _nth in range(amount)][-1]
    told = _("{n} 个完整{season}，最后一个于 {begins} 开始。", n=amount, season=name, begins=begins)
    return WarrantyEnd(ends, told)
