"""Pure rules of completion: how a condition stands, who signs, how short a warranty may be.

Source: 建设工程质量管理条例 第十六、四十条; 建质〔2013〕171号 第五、六条; GB 55032-2022.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.completion.models import ReportKind
from registry.kernel.text import _, later
from registry.notices.calendar import Deadline, deadline
from registry.standards.completion import Moment
from registry.standards.periods import Period
from registry.standards.warranty import WarrantyClock, WarrantyRule, WarrantyUnit


class State(StrEnum):
    """How a condition stands."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


STATE_WORDS = {
    State.MET: later("已满足"), State.NOT_MET: later("未满足"), State.NOT_APPLICABLE: later("不适用"),
    State.UNKNOWN: later("待确认"),
}
MOMENT_WORDS = {
    Moment.REGISTRATION: later("办理质量监督手续"), Moment.ACCEPTANCE: later("组织竣工验收"),
    Moment.FILING: later("办理竣工验收备案"), Moment.HANDOVER: later("交付与档案移交"),
}
REPORT_WORDS = {
    ReportKind.CONTRACTOR: later("工程竣工报告"), ReportKind.SUPERVISION: later("工程质量评估报告"),
    ReportKind.SURVEY: later("勘察质量检查报告"), ReportKind.DESIGN: later("设计质量检查报告"),
}
REPORTS = {
    ReportKind.CONTRACTOR: ("project-manager", "epc-manager"), ReportKind.SUPERVISION: ("chief-supervisor",),
    ReportKind.SURVEY: ("survey-leader",), ReportKind.DESIGN: ("design-leader",),
}
"""Report → posts whose holder signs it."""
REPORT_ROLES = {
    ReportKind.CONTRACTOR: ("contractor", "general-contractor"), ReportKind.SUPERVISION: ("supervision",),
    ReportKind.SURVEY: ("survey",), ReportKind.DESIGN: ("design",),
}
"""Report → roles whose every firm gives one; of the first role that takes part at all."""
LEADERS = {
    "owner": "owner-leader", "survey": "survey-leader", "design": "design-leader", "contractor": "project-manager",
    "supervision": "chief-supervisor", "general-contractor": "epc-manager",
}
"""Role → post whose holder signs at the meeting."""
PASSED = frozenset({State.MET, State.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one condition is answered: its state, what is missing in words and counts, and where it is mended."""

    state: State
    missing: tuple[str, ...] = ()
    link: str = ""


def met(*said: str) -> Answer:
    return Answer(State.MET, said)


def lacking(missing: Iterable[str], link: str = "") -> Answer:
    """Met when nothing is missing."""
    found = tuple(missing)
    return Answer(State.NOT_MET, found, link) if found else Answer(State.MET)


def not_applicable(why: str) -> Answer:
    return Answer(State.NOT_APPLICABLE, (why,))


def unknown(why: str, link: str = "") -> Answer:
    return Answer(State.UNKNOWN, (why,), link)


def earliest_meeting(notified_on: date, period: Period) -> Deadline:
    """Return the first day a meeting may be held on that the station is told of on `notified_on`.

    source   建质〔2013〕171号 第六条: 7 个工作日前; the day of telling does not count (民法典 第二百零一条)
    """
    return deadline(period, notified_on)


UNIT_WORDS = {
    WarrantyUnit.DESIGN_LIFE: later("设计使用年限"), WarrantyUnit.YEAR: later("年"),
    WarrantyUnit.HEATING_SEASON: later("个采暖期"), WarrantyUnit.COOLING_SEASON: later("个供冷期"),
    WarrantyUnit.AGREED: later("年（约定）"),
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The period agreed for one part. `amount` None: as long as the design working life, or not part of the work."""

    key: str
    part: str
    unit: WarrantyUnit
    amount: int | None
    source: str

    def __str__(self) -> str:
        if self.unit is WarrantyUnit.DESIGN_LIFE:
            return _("设计文件规定的合理使用年限")
        return f"{self.amount} {UNIT_WORDS[self.unit]}"


def agreed_periods(rules: Iterable[WarrantyRule], amounts: Mapping[str, int | None]) -> tuple[list[Agreed], list[str]]:
    """Return the periods of a certificate, and a sentence for each that is shorter than the law allows.

    amounts   by the rule's key: years or seasons; what is not named gets the minimum, and 0 says that the work
              has no such part
    source    建设工程质量管理条例 第四十条; 民用建筑节能条例 第二十三条
    """
    periods, short = [], []
    for rule in rules:
        if rule.clock is not WarrantyClock.CONTRACTOR or rule.unit is WarrantyUnit.RESTART:
            continue
        amount = amounts.get(rule.key, rule.amount)
        if amount == 0 or (rule.unit is WarrantyUnit.AGREED and amount is None):
            continue
        if rule.amount is not None and (amount is None or amount < rule.amount):
            short.append(_("{part}的保修期不得少于 {minimum} {unit}（{source}）。", part=rule.part, minimum=rule.amount,
                           unit=UNIT_WORDS[rule.unit], source=rule.source))
        counted = None if rule.unit is WarrantyUnit.DESIGN_LIFE else amount
        periods.append(Agreed(rule.key, rule.part, rule.unit, counted, rule.source))
    return periods, short
