"""What keeps a batch of material from being used or accepted. Pure.

A batch may be used when it was inspected and found good, every required paper is there, every required test
has a report that counts and none that failed, and a supervision engineer has approved it. A report that was not
commissioned by the owner never counts. A failed test stays failed, unless the batch is used as something less,
or a re-test with twice the samples, which the product standard must permit, has passed: once.

Sources: 建设工程质量管理条例 第二十九、三十一、三十七条; 住房和城乡建设部令第57号 第二十一条; GB 55032-2022 3.4.1;
product standards by the edition of material kinds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from registry.kernel.text import _, later
from registry.standards.materials import MaterialKind, Paper, RequiredTest, Retest


class Verdict(StrEnum):
    PASSED = "passed"    # 合格
    FAILED = "failed"    # 不合格


class HoldKey(StrEnum):
    """Why a batch is held, the gravest first."""

    RECALLED = "recalled"                  # 已召回
    REMOVED = "removed"                    # 已退场
    FAILED_INSPECTION = "failed-inspection"  # 进场检验不合格
    FAILED_REPORT = "failed-report"        # 检验报告不合格
    REFUSED = "refused"                    # 监理审查未通过
    INSPECTION = "inspection"              # 待进场检验
    PAPER = "paper"                        # 缺质量证明文件
    REPORT = "report"                      # 缺检验报告
    APPROVAL = "approval"                  # 待监理审查


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why a batch may not go on. `link` is the page on which to mend it, `acts` who must."""

    key: HoldKey
    label: str
    link: str
    acts: str
    bars_use: bool = True        # False: it may be built in and not yet be accepted, as concrete before its 28 days
    test: str = ""


PAPERS = {
    Paper.CERTIFICATE: later("产品合格证"),
    Paper.TYPE_TEST: later("型式检验报告"),
    Paper.CCC: later("强制性产品认证证书"),
    Paper.FACTORY_TEST: later("出厂检验报告"),
    Paper.PLEDGE: later("生产单位质量承诺书"),
    Paper.PHOTO: later("进场照片"),
}
STATES = {
    HoldKey.RECALLED: later("已召回"),
    HoldKey.REMOVED: later("已退场"),
    HoldKey.FAILED_INSPECTION: later("检验不合格"),
    HoldKey.FAILED_REPORT: later("报告不合格"),
    HoldKey.REFUSED: later("审查未通过"),
    HoldKey.INSPECTION: later("待检验"),
    HoldKey.PAPER: later("缺证明文件"),
    HoldKey.REPORT: later("缺检验报告"),
    HoldKey.APPROVAL: later("待审查"),
}
CLEAR = later("可使用")
EVERYTHING = Decimal("Infinity")
FAILURES = frozenset({HoldKey.FAILED_INSPECTION, HoldKey.FAILED_REPORT, HoldKey.REFUSED})


def state_word(holds: Sequence[Hold]) -> str:
    """Return the state of a batch in one word: that of its gravest hold."""
    return str(STATES[holds[0].key]) if holds else str(CLEAR)


@dataclass(frozen=True, slots=True)
class ReportFact:
    """What a report says of one batch."""

    id: UUID
    number: str
    test: str
    verdict: Verdict
    commissioned_by_owner: bool
    witnessed: bool              # its sample was taken under a witness's eyes
    retest: bool                 # its sample was taken for a re-test
    recorded_at: datetime
    represented_quantity: Decimal

    def counts(self, kind: MaterialKind) -> bool:
        """Whether the report is acceptance evidence. Source: 57号令 第十八、二十一条; GB 55032-2022 3.4.1."""
        return self.commissioned_by_owner and (self.witnessed or not kind.witnessed)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """Everything a batch's standing turns on."""

    id: UUID
    kind: MaterialKind
    quantity: Decimal
    papers: frozenset[Paper]
    pledge_required: bool
    inspection: Verdict | None               # of the last inspection
    reports: tuple[ReportFact, ...]          # oldest first
    approval: Verdict | None                 # the last word of the supervision firm
    approved_at: datetime | None
    removed: Decimal                         # how much has left the site under a witness's eyes
    downgraded_at: datetime | None           # used as something less, with design's consent, since then
    recalls: tuple[str, ...]                 # numbers of the recalls it falls under


def judge(facts: BatchFacts) -> tuple[Hold, ...]:
    """Return why a batch may not be used or accepted, the gravest reason first; empty when nothing holds it.

    A batch that has left the site whole can be in no building: what was wrong with it is over, and only its use is barred.
    """
    link = f"/batches/{facts.id}"
    if facts.removed >= facts.quantity:
        return (Hold(HoldKey.REMOVED, _("该批材料已全部退场"), link, _("施工单位：不得登记使用")),)
    found = [*recall_holds(facts, link), *inspection_holds(facts, link), *paper_holds(facts, link),
             *report_holds(facts, link), *approval_holds(facts, link)]
    return tuple(sorted(found, key=lambda hold: list(HoldKey).index(hold.key)))


def recall_holds(facts: BatchFacts, link: str) -> Iterator[Hold]:
    for number in facts.recalls:
        yield Hold(HoldKey.RECALLED, _("该批材料已被召回（{number}）", number=number), link, _("施工单位：隔离并退场；监理见证"))


def inspection_holds(facts: BatchFacts, link: str) -> Iterator[Hold]:
    if facts.inspection is None:
        yield Hold(HoldKey.INSPECTION, _("尚未进场检验"), link, _("材料员或质检员"))
    elif facts.inspection is Verdict.FAILED and facts.downgraded_at is None:
        yield Hold(HoldKey.FAILED_INSPECTION, _("进场检验不合格"), link, _("施工单位：退场，或经设计同意降级"))


def paper_holds(facts: BatchFacts, link: str) -> Iterator[Hold]:
    wanted = [*facts.kind.papers, *([Paper.PLEDGE] if facts.pledge_required else [])]
    missing = [str(PAPERS[paper]) for paper in wanted if paper not in facts.papers]
    if missing:
        yield Hold(HoldKey.PAPER, _("缺{papers}", papers="、".join(missing)), link, _("材料员"))


def report_holds(facts: BatchFacts, link: str) -> Iterator[Hold]:
    """What the reports hold. Any failed report holds, whoever commissioned it: bad news counts from every side."""
    for test in facts.kind.tests:
        own = [report for report in facts.reports if report.test == test.key]
        failed = standing_failure(own, facts.kind)
        if failed and not downgraded_since(facts, failed):
            yield failure_hold(test, failed, link)
        elif not failed and (lacking := facts.quantity - covered(own, facts.kind)) > 0:
            yield missing_hold(test, own, lacking, link)
    known = {test.key for test in facts.kind.tests}
    for report in facts.reports:
        if report.test not in known and report.verdict is Verdict.FAILED and not downgraded_since(facts, report):
            yield Hold(HoldKey.FAILED_REPORT, _("检验报告 {number} 不合格", number=report.number), link,
                       _("施工单位：退场，或经设计同意降级"))


def covered(reports: Sequence[ReportFact], kind: MaterialKind) -> Decimal:
    """Return how much the reports that passed and count stand for together. A kind without a size of lot: everything."""
    good = [report.represented_quantity for report in reports if report.verdict is Verdict.PASSED and report.counts(kind)]
    return EVERYTHING if good and kind.lot_size is None else sum(good, Decimal(0))


def standing_failure(reports: Sequence[ReportFact], kind: MaterialKind) -> ReportFact | None:
    """Return the failed report that still stands: none when the one permitted re-test has passed and counts."""
    failed = [report for report in reports if report.verdict is Verdict.FAILED]
    if not failed:
        return None
    retested = [report for report in reports if report.retest]
    if retested and all(report.verdict is Verdict.PASSED for report in retested) and retested[-1].counts(kind):
        return None
    return failed[-1]


def downgraded_since(facts: BatchFacts, failed: ReportFact) -> bool:
    return facts.downgraded_at is not None and failed.recorded_at <= facts.downgraded_at


def failure_hold(test: RequiredTest, failed: ReportFact, link: str) -> Hold:
    ways = _("施工单位：退场，或经设计同意降级")
    if test.retest is Retest.DOUBLE_ONCE and not failed.retest:
        ways = _("施工单位：退场，或加倍取样复检一次，或经设计同意降级")
    return Hold(HoldKey.FAILED_REPORT, _("{test}不合格（报告 {number}）", test=test.label, number=failed.number), link, ways,
                test=test.key)


def missing_hold(test: RequiredTest, own: Sequence[ReportFact], lacking: Decimal, link: str) -> Hold:
    label = _("缺{test}检验报告（尚有 {lacking} 未代表）", test=test.label, lacking=f"{lacking.normalize():f}")
    if any(not report.commissioned_by_owner for report in own):
        label = _("{test}报告非建设单位委托，不作为验收资料", test=test.label)
    elif own and not any(report.witnessed for report in own):
        label = _("{test}报告没有见证取样记录，不作为验收资料", test=test.label)
    return Hold(HoldKey.REPORT, label, link, _("取样员送检，见证人见证；建设单位委托检测"), not test.after_use, test.key)


def approval_holds(facts: BatchFacts, link: str) -> Iterator[Hold]:
    if facts.approval is Verdict.FAILED:
        yield Hold(HoldKey.REFUSED, _("监理审查未通过"), link, _("施工单位：按审查意见处理后重新报审"))
    elif facts.approval is None or overtaken(facts):
        yield Hold(HoldKey.APPROVAL, _("尚未经监理工程师审查签字"), link, _("专业监理工程师"))


def overtaken(facts: BatchFacts) -> bool:
    """Whether something failed after the approval was given: it must be given again."""
    return any(
        report.verdict is Verdict.FAILED and facts.approved_at is not None and report.recorded_at > facts.approved_at
        for report in facts.reports
    )


def blocks_approval(holds: Iterable[Hold]) -> list[Hold]:
    """Return what must be mended before a supervision engineer may approve."""
    return [hold for hold in holds if hold.bars_use and hold.key not in {HoldKey.APPROVAL, HoldKey.REFUSED}]
