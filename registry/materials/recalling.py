"""What can be done about defective materials: announce a recall, lift it, open and answer its notices.

A recall holds every batch it reaches at once, by rule and not by marking them: see `standing`.
Source: 质量强国建设纲要（十四）: 缺陷建材响应处理和质量追溯.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.materials.arriving import tidy_number
from registry.materials.models import Batch, Recall, RecallNotice
from registry.materials.offices import alone_among_acts
from registry.materials.reach import Sought, Target, reaches
from registry.materials.telling import BATCHES_NAMED, NOTICE_IN_PROJECT, send_notices
from registry.notices.actions import mark_done
from registry.parties.models import Organisation
from registry.policy import Permission
from registry.projects.models import Project


class AlreadyLifted(Conflict):
    code = "recall.already-lifted"


class AlreadyAnswered(Conflict):
    code = "recall.already-answered"


@dataclass(frozen=True, slots=True)
class Announcement:
    sought: Sought
    reason: str
    source: str        # 依据: the finding, the notice of a higher authority


def announce_recall(uow: UnitOfWork, announcement: Announcement) -> Recall:
    """Recall a batch, the goods of a firm, or a product, in the region of the actor's station.

    Every project touched gets a notice of its own to answer; its leaders are told by the job "materials.tell", one
    project at a time, so that a recall that touches a thousand projects is announced as quickly as one.

    Raises Invalid for a recall that names nothing or gives no reason.
    """
    region = uow.actor.region or "000000"
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, policy.Scope(region=region))
    sought = announcement.sought
    refuse_nothing(uow, announcement)
    alone_among_acts(uow)
    recall = Recall(
        id=uow.new_id(), region=region, number=next_number(uow, region), target=sought.target,
        batch_number=tidy_number(sought.batch_number), organisation_id=sought.organisation_id, kind=sought.kind,
        product=sought.product, arrived_since=sought.arrived_since, arrived_until=sought.arrived_until,
        reason=announcement.reason, source=announcement.source, station_id=uow.actor.organisation,
        announced_by_id=uow.actor.account, announced_at=uow.at,
    )
    uow.session.add(recall)
    ledger.append(uow, "recall.announced", recall)
    send_notices(uow, recall, touched(uow, sought, region))
    return recall


def refuse_nothing(uow: UnitOfWork, announcement: Announcement) -> None:
    sought = announcement.sought
    if not announcement.reason.strip() or not announcement.source.strip():
        raise Invalid(_("请写明召回的原因和依据。"), field="reason")
    if sought.target is Target.BATCH and not tidy_number(sought.batch_number):
        raise Invalid(_("请填写炉批号或出厂编号。"), field="batch_number")
    if sought.target is Target.PRODUCT and not sought.product:
        raise Invalid(_("请填写产品名称。"), field="product")
    if sought.target in {Target.PRODUCER, Target.SUPPLIER} and sought.organisation_id is None:
        raise Invalid(_("请填写单位的统一社会信用代码。"), field="uscc")
    if sought.organisation_id is not None:
        uow.get(Organisation, sought.organisation_id)


def next_number(uow: UnitOfWork, region: str) -> str:
    """Return ZH-370100-2026-003: numbers run through the year of a region, without gaps, for nobody else announces now."""
    start = f"ZH-{region}-{uow.today.year}-"
    count = uow.session.scalar(select(func.count()).select_from(Recall).where(Recall.number.startswith(start)))
    return f"{start}{(count or 0) + 1:03d}"


def touched(uow: UnitOfWork, sought: Sought, region: str) -> Mapping[UUID, Sequence[str]]:
    """Lock the batches a recall reaches: whoever is about to build one in waits, and then sees the recall.

    Returns the projects that have such batches, each with as many of the batches as a notice names.
    """
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    rows = uow.session.execute(
        select(Batch.id, Batch.project_id).join(Project, Project.id == Batch.project_id)
        .where(reaches(sought, region)).order_by(Batch.id).with_for_update(of=Batch)
    )
    for batch, project in rows:
        if len(found[project]) < BATCHES_NAMED:
            found[project].append(str(batch))
    return found


def lift_recall(uow: UnitOfWork, recall_id: UUID, reason: str) -> Recall:
    """End a recall that turned out unfounded or is done with. What it held is judged anew from then on."""
    recall = uow.get(Recall, recall_id, lock=True)
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, recall.scope)
    if not reason.strip():
        raise Invalid(_("请写明解除召回的理由。"), field="reason")
    if recall.lifted_at is not None:
        raise AlreadyLifted(_("召回 {number} 已经解除。", number=recall.number))
    recall.lifted_at, recall.lifted_by_id, recall.lifted_reason = uow.at, uow.actor.account, reason
    ledger.append(uow, "recall.lifted", recall)
    return recall


def open_recall_notice(uow: UnitOfWork, notice_id: UUID) -> RecallNotice:
    """Open a recall's notice. The first time one of the project's firms does so is the receipt, and kept for good."""
    notice = uow.get(RecallNotice, notice_id, NOTICE_IN_PROJECT, selectinload(RecallNotice.recall), lock=True)
    policy.require(uow.actor, Permission.MATERIAL_READ, notice.scope)
    if notice.opened_at is None and policy.allows(uow.actor, Permission.MATERIAL_RECORD, notice.scope):
        notice.opened_at, notice.opened_by_id = uow.at, uow.actor.account
        ledger.append(uow, "recall.notice-opened", notice)
    return notice


def answer_recall(uow: UnitOfWork, notice_id: UUID, answer: str) -> RecallNotice:
    """Say what a project has done about a recall. Raises AlreadyAnswered: an answer stands."""
    notice = uow.get(RecallNotice, notice_id, NOTICE_IN_PROJECT, selectinload(RecallNotice.recall), lock=True)
    policy.require(uow.actor, Permission.MATERIAL_RECORD, notice.scope)
    if not answer.strip():
        raise Invalid(_("请写明停用、隔离、退场和已用部位的处理情况。"), field="answer")
    if notice.answered_at is not None:
        raise AlreadyAnswered(_("本工程已经回复过这次召回。"), remedy=_("有新的情况，请联系质量监督机构。"))
    if notice.opened_at is None:
        notice.opened_at, notice.opened_by_id = uow.at, uow.actor.account
    notice.answered_at, notice.answered_by_id, notice.answer = uow.at, uow.actor.account, answer
    ledger.append(uow, "recall.answered", notice)
    mark_done(uow, "recall.to-answer", f"/recall-notices/{notice.id}")
    return notice
