"""The law of acceptance: when a lot passes, what a parent waits for, and what may follow work that did not pass.

Source: GB 50300-2013 5.0.1~5.0.8, 附录D; GB 55032-2022 第4章.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from babel.support import LazyProxy

from registry.acceptance.points import Measured, judge
from registry.acceptance.sampling import least_sample, may_fail
from registry.kernel.text import _, later
from registry.standards.acceptance import AcceptanceLevel, Check, CheckRank, LotTemplate, SamplingTables


class Verdict(StrEnum):
    PASSED = "passed"      # 合格; 同意隐蔽
    FAILED = "failed"      # 不合格; 不同意，修改后复查


VERDICT_NAMES: dict[Verdict, LazyProxy] = {Verdict.PASSED: later("合格"), Verdict.FAILED: later("不合格")}
COVER_NAMES: dict[Verdict, LazyProxy] = {
    Verdict.PASSED: later("同意隐蔽"), Verdict.FAILED: later("不同意，修改后复查"),
}


class State(StrEnum):
    """Of a node of the tree, from its records."""

    OPEN = "open"              # 未验收
    SIGNING = "signing"        # 已报验，待签字
    PASSED = "passed"          # 合格
    FAILED = "failed"          # 不合格，待处理
    REFUSED = "refused"        # 严禁验收
    ABSENT = "absent"          # 不涉及


STATE_NAMES: dict[State, LazyProxy] = {
    State.OPEN: later("未验收"), State.SIGNING: later("待签字"), State.PASSED: later("验收合格"),
    State.FAILED: later("不合格待处理"), State.REFUSED: later("严禁验收"), State.ABSENT: later("不涉及"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one check, as it was typed in.

    actual     实际抽样数量
    defects    of those looked at, how many did not conform
    record     检查记录
    points     measured values by the measure's key
    """

    key: str
    actual: int
    defects: int = 0
    record: str = ""
    points: Mapping[str, Sequence[Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    check: Check
    least: int
    found: Found
    measured: Mapping[str, Measured]
    why: str                  # why it does not pass, "" when it does

    @property
    def passed(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class LotJudgement:
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        return tuple(result for result in self.results if not result.passed)


def judge_lot(
    template: LotTemplate, tables: SamplingTables, capacity: Decimal, found: Mapping[str, Found]
) -> LotJudgement:
    """Judge what was found on a lot: dominant items all pass, general items by their sample.

    found     by the check's key; a check nobody looked at does not pass
    returns   one result for each check of the template, in its order
    source    GB 50300-2013 5.0.1, 3.0.9, 附录D
    """
    return LotJudgement(tuple(
        judge_check(check, tables, capacity, found.get(check.key, Found(check.key, 0))) for check in template.checks
    ))


def judge_check(check: Check, tables: SamplingTables, capacity: Decimal, found: Found) -> CheckResult:
    least = least_sample(check, tables, capacity)
    measured = {
        measure.key: judge(found.points[measure.key], measure) for measure in check.measures if found.points.get(measure.key)
    }
    why = why_not(check, tables, least, found) or why_points(check, measured)
    return CheckResult(check, least, found, measured, why)


def why_not(check: Check, tables: SamplingTables, least: int, found: Found) -> str:
    """Say why the counts of one check do not pass, "" when they do."""
    if not found.actual and not found.record:
        return _("没有检查记录。")
    if found.actual < least:
        return _("实际抽样 {actual}，少于最小抽样数量 {least}。", actual=found.actual, least=least)
    if check.rank is CheckRank.DOMINANT and found.defects:
        return _("主控项目有 {n} 处不合格；主控项目必须全部合格。", n=found.defects)
    allowed = may_fail(tables.single, found.actual)
    if found.defects > allowed:
        return _(
            "一般项目 {n} 个样本中 {bad} 个不合格，允许不超过 {allowed} 个。",
            n=found.actual, bad=found.defects, allowed=allowed,
        )
    return ""


def why_points(check: Check, measured: Mapping[str, Measured]) -> str:
    """Say which measure fails and why; where a check has measures, at least one of them is measured."""
    if check.measures and not measured:
        return _("没有实测点。")
    labels = {measure.key: measure.label for measure in check.measures}
    failed = [f"{labels[key]}：{one.why}" for key, one in measured.items() if not one.passed]
    return "；".join(failed)


@dataclass(frozen=True, slots=True)
class Child:
    """What a parent sees of one node directly below it."""

    code: str
    label: str
    state: State
    link: str
    lots: int = 0
    level: AcceptanceLevel = AcceptanceLevel.LOT
    by_treatment: bool = False   # passed after 返工、返修、加固 or a test


@dataclass(frozen=True, slots=True)
class NodeBlocker:
    """One thing a node waits for, who mends it and where."""

    label: str
    link: str
    acts: str = ""


CLOSED = frozenset({State.PASSED, State.ABSENT})


def blockers_of(children: Sequence[Child], level: AcceptanceLevel) -> tuple[NodeBlocker, ...]:
    """Return what keeps a node from passing: each child that has not passed, by name.

    A node without children is kept too: with nothing planned below it, it is declared 不涉及 and not passed.
    source   GB 50300-2013 5.0.2~5.0.4
    """
    waiting = [
        NodeBlocker(_("{label}：{state}", label=child.label, state=missing_word(child)), child.link)
        for child in children if child.state not in CLOSED
    ]
    if not any(child.state is State.PASSED for child in children) and not waiting:
        waiting.append(NodeBlocker(nothing_below(level), ""))
    return tuple(waiting)


def missing_word(child: Child) -> str:
    if child.state is State.OPEN and not child.lots and child.level in (AcceptanceLevel.SUBDIVISION, AcceptanceLevel.DIVISION):
        return _("没有划分检验批，也未声明不涉及")
    return str(STATE_NAMES[child.state])


def nothing_below(level: AcceptanceLevel) -> str:
    if level is AcceptanceLevel.ITEM:
        return _("没有已验收的检验批")
    return _("下级全部未涉及，本级应声明不涉及")


class TreatmentKind(StrEnum):
    REWORK = "rework"                  # 返工
    REPAIR = "repair"                  # 返修
    TESTED = "tested"                  # 有资质的检测机构检测鉴定，达到设计要求
    RECKONED = "reckoned"              # 原设计单位核算认可
    STRENGTHENED = "strengthened"      # 加固，按技术处理方案
    CONCESSION = "concession"          # 让步: 按技术处理方案和协商文件
    FORBIDDEN = "forbidden"            # 严禁验收


@dataclass(frozen=True, slots=True)
class Treatment:
    """What may follow work that did not pass.

    levels     where it may be chosen
    paper      what has to be handed in, "" when nothing
    designer   the design leader in office has to approve
    as_found   the new attempt may pass although checks fail: the paper answers for it
    article    where the standard says so
    """

    kind: TreatmentKind
    label: LazyProxy
    levels: frozenset[AcceptanceLevel]
    paper: LazyProxy | None
    designer: bool
    as_found: bool
    article: str


LOW = frozenset({AcceptanceLevel.LOT, AcceptanceLevel.CONCEALED})
HIGH = frozenset({AcceptanceLevel.ITEM, AcceptanceLevel.SUBDIVISION, AcceptanceLevel.DIVISION, AcceptanceLevel.UNIT})
TREATMENTS: dict[TreatmentKind, Treatment] = {
    one.kind: one for one in (
        Treatment(TreatmentKind.REWORK, later("返工"), LOW | HIGH, None, designer=False, as_found=False,
                  article="GB 50300-2013 5.0.6 第1款"),
        Treatment(TreatmentKind.REPAIR, later("返修"), LOW | HIGH, None, designer=False, as_found=False,
                  article="GB 50300-2013 5.0.6 第1款"),
        Treatment(TreatmentKind.TESTED, later("检测鉴定达到设计要求"), frozenset({AcceptanceLevel.LOT}),
                  later("有资质检测机构的检测鉴定报告"), designer=False, as_found=True,
                  article="GB 50300-2013 5.0.6 第2款、5.0.7"),
        Treatment(TreatmentKind.RECKONED, later("原设计单位核算认可"), frozenset({AcceptanceLevel.LOT}),
                  later("检测鉴定报告和设计核算书"), designer=True, as_found=True, article="GB 50300-2013 5.0.6 第3款"),
        Treatment(TreatmentKind.STRENGTHENED, later("加固处理"), HIGH | {AcceptanceLevel.LOT}, later("加固技术处理方案"),
                  designer=True, as_found=False, article="GB 50300-2013 5.0.6 第4款"),
        Treatment(TreatmentKind.CONCESSION, later("让步验收（按技术处理方案和协商文件）"),
                  frozenset({AcceptanceLevel.ITEM, AcceptanceLevel.SUBDIVISION, AcceptanceLevel.DIVISION}),
                  later("技术处理方案和协商文件"), designer=True, as_found=True, article="GB 50300-2013 5.0.6 第4款"),
        Treatment(TreatmentKind.FORBIDDEN, later("严禁验收"), LOW | HIGH, None, designer=False, as_found=False,
                  article="GB 50300-2013 5.0.8"),
    )
}


def treatments_at(level: AcceptanceLevel) -> tuple[Treatment, ...]:
    return tuple(one for one in TREATMENTS.values() if level in one.levels)


def next_duties(signing: Sequence[str], signed: Collection[str]) -> tuple[str, ...]:
    """Return whose turn it is: all who have not signed, the last of the row only when it alone is left.

    signing   keys of the duties that sign, the deciding one last
    """
    *others, deciding = signing
    waiting = tuple(key for key in others if key not in signed)
    return waiting or ((deciding,) if deciding not in signed else ())


@dataclass(frozen=True, slots=True)
class Totals:
    """质量控制资料, 安全和功能检验, 观感质量: what the form of a division and of a unit project counts.

    of the records so many, conforming so many; tests checked, conforming; sampled anew; of the points looked at
    so many good or fair. None of the conforming ones may be more than there are.
    """

    records: int
    records_right: int
    tests: int
    tests_right: int
    sampled: int
    sampled_right: int
    looked: int
    looked_right: int

    def wrong(self) -> str:
        """Say what keeps these counts from passing, "" when nothing does."""
        pairs = (
            (_("质量控制资料"), self.records, self.records_right),
            (_("安全和功能检验资料"), self.tests, self.tests_right),
            (_("主要功能抽查"), self.sampled, self.sampled_right),
            (_("观感质量"), self.looked, self.looked_right),
        )
        for label, whole, right in pairs:
            if right < 0 or right > whole:
                return _("{label}：符合的项数不能多于总项数。", label=label)
            if right < whole:
                return _("{label}：{whole} 项中有 {n} 项不符合，不能验收。", label=label, whole=whole, n=whole - right)
        if not (self.records and self.looked):
            return _("请填写质量控制资料和观感质量的核查项数。")
        return ""
