"""What the station does: record what it saw of an acceptance, receive a filing, order re-acceptance.

Source: 住房和城乡建设部令第5号; 住房和城乡建设部令第2号 第六、七、八条; 建质〔2013〕171号 第九条.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.completion import telling
from registry.completion.models import (
    ROUND_IN_FULL,
    CompletionFiling,
    OversightRecord,
    ReacceptanceOrder,
    Receipt,
    Round,
)
from registry.completion.standing import standing
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.notices.calendar import deadline
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.standards import handbook as standards

FILING_IN_FULL = (
    selectinload(CompletionFiling.round).options(*ROUND_IN_FULL), selectinload(CompletionFiling.receipt),
    selectinload(CompletionFiling.order),
)


class NotAccepted(Conflict):
    code = "completion.not-accepted"


class AlreadyRecorded(Conflict):
    code = "completion.already-recorded"


class AlreadyAnswered(Conflict):
    code = "completion.filing-answered"


class OrderTooLate(Conflict):
    code = "completion.order-too-late"


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether organisation, procedure, standards and result were as they must be, and what the station says of it."""

    organisation: bool
    procedure: bool
    standards: bool
    result: bool
    words: str


def record_oversight(uow: UnitOfWork, unit_id: UUID, seen: Seen) -> OversightRecord:
    """Record what the station saw of the acceptance. Marked late after the clock of the oversight report.

    Raises NotAccepted before acceptance, AlreadyRecorded, Invalid when a fault is found and not explained.
    """
    unit = uow.get(UnitProject, unit_id)
    now = standing(uow, unit.id)
    policy.require(uow.actor, Permission.STATION_RECORD, now.project.scope)
    uow.get(UnitProject, unit_id, lock=True)
    held = now.accepted_round
    if held is None or held.acceptance is None:
        raise NotAccepted(_("该单位工程尚未竣工验收合格。"))
    recorded = uow.session.scalar(select(OversightRecord).where(OversightRecord.round_id == held.id))
    if recorded is not None:
        raise AlreadyRecorded(_("验收监督情况已于 {day} 记录。", day=recorded.recorded_on))
    if not (seen.organisation and seen.procedure and seen.standards and seen.result) and not seen.words:
        raise Invalid(_("有不符合规定的，请写明情况。"), field="words")
    clocks = standards.completion_clocks(uow.session, now.project.region, uow.today).content
    record = OversightRecord(
        id=uow.new_id(), round_id=held.id, recorded_on=uow.today, recorded_at=uow.at, recorded_by_id=uow.actor.account,
        late=deadline(clocks.report, held.acceptance.accepted_on).is_past(uow.today), **asdict(seen),
    )
    uow.session.add(record)
    ledger.append(uow, "completion.overseen", record)
    notices.mark_done(uow, "completion.to-record", telling.page_of(now))
    return record


def receive_filing(uow: UnitOfWork, filing_id: UUID) -> Receipt:
    """Take a filing in, with the next number of the region and the year.

    Whoever has the next number keeps the region waiting until his transaction is down: numbers have no gaps.
    Raises AlreadyAnswered.
    """
    held = filed_round(uow, filing_id)
    region, year = held.unit.project.region, uow.today.year
    uow.lock(f"completion-receipt:{region}:{year}")
    last = uow.session.scalar(
        select(func.coalesce(func.max(Receipt.sequence), 0)).where(Receipt.region == region, Receipt.year == year)
    )
    sequence = (last or 0) + 1
    receipt = Receipt(
        id=uow.new_id(), filing_id=filing_id, region=region, year=year, sequence=sequence,
        number=f"JGBA-{region}-{year}-{sequence:05d}", received_on=uow.today, received_at=uow.at,
        received_by_id=uow.actor.account, station_id=uow.actor.organisation,
    )
    uow.session.add(receipt)
    ledger.append(uow, "completion.received", receipt)
    now = standing(uow, held.unit_project_id)
    notices.mark_done(uow, "completion.to-receive", telling.page_of(now))
    telling.of_receipt(uow, now, receipt.number)
    return receipt


def order_reacceptance(uow: UnitOfWork, filing_id: UUID, reasons: str, basis: str) -> ReacceptanceOrder:
    """Order that the use stops and acceptance is organised anew; the round stays, the next one begins afresh.

    Raises AlreadyAnswered when ordered before, OrderTooLate after the fifteen days.
    Source: 住房和城乡建设部令第2号 第八条; 建设工程质量管理条例 第四十九条.
    """
    filing = uow.get(CompletionFiling, filing_id, *FILING_IN_FULL)
    held = filing.round
    policy.require(uow.actor, Permission.STATION_RECORD, held.scope)
    uow.get(CompletionFiling, filing_id, lock=True)
    uow.get(UnitProject, held.unit_project_id, lock=True)
    if uow.session.scalar(select(ReacceptanceOrder.id).where(ReacceptanceOrder.filing_id == filing_id)):
        raise AlreadyAnswered(_("已经责令重新组织竣工验收。"))
    now = standing(uow, held.unit_project_id)
    clocks = standards.completion_clocks(uow.session, now.project.region, uow.today).content
    due = deadline(clocks.reacceptance, filing.submitted_on)
    if due.is_past(uow.today):
        raise OrderTooLate(
            _("收到备案文件已超过 {period}（至 {day}），不能再责令重新组织验收。", period=clocks.reacceptance, day=due.due_on),
            remedy=_("发现质量问题的，请按质量缺陷、投诉或者事故办理。"),
        )
    order = ReacceptanceOrder(
        id=uow.new_id(), filing_id=filing_id, reasons=reasons, basis=basis, ordered_on=uow.today, ordered_at=uow.at,
        ordered_by_id=uow.actor.account, due_on=due.due_on,
    )
    uow.session.add(order)
    ledger.append(uow, "completion.ordered", order)
    open_again(uow, held)
    notices.mark_done(uow, "completion.to-receive", telling.page_of(now))
    telling.of_order(uow, now)
    return order


def open_again(uow: UnitOfWork, held: Round) -> None:
    """Begin the next round, so that nobody takes the unit for accepted in the meantime."""
    following = Round(
        id=uow.new_id(), unit_project_id=held.unit_project_id, number=held.number + 1, opened_on=uow.today, opened_at=uow.at,
        opened_by_id=uow.actor.account,
    )
    uow.session.add(following)
    ledger.append(uow, "completion.opened", following)


def filed_round(uow: UnitOfWork, filing_id: UUID) -> Round:
    """The round of a filing that nobody has answered, with the filing locked."""
    held = uow.get(CompletionFiling, filing_id, *FILING_IN_FULL).round
    policy.require(uow.actor, Permission.STATION_RECORD, held.scope)
    uow.get(CompletionFiling, filing_id, lock=True)
    answered = uow.session.scalar(select(Receipt.number).where(Receipt.filing_id == filing_id))
    if answered is not None:
        raise AlreadyAnswered(_("该备案已收讫，备案号 {number}。", number=answered))
    if uow.session.scalar(select(ReacceptanceOrder.id).where(ReacceptanceOrder.filing_id == filing_id)):
        raise AlreadyAnswered(_("已经责令重新组织竣工验收，不能收讫。"))
    return held
