"""Who is told when a material fails or is recalled: the leaders in office, and those who act for their firms."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import holders
from registry.kernel.actor import Role
from registry.kernel.jobs import enqueue
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.ledger.actions import Entry
from registry.materials.models import Batch, Recall, RecallNotice, TestReport
from registry.materials.offices import BATCH_IN_PROJECT
from registry.materials.reach import falls_under
from registry.notices.actions import Message, notify
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project
from registry.projects.offices import in_office

TOLD = ("owner-leader", "project-manager", "chief-supervisor", "site/supervision-engineer", "site/materials-clerk")
FAILED, ARRIVED = "material.failed", "recall.arrived"
"""What asks for a disposition of a batch."""
ROLES_TOLD = frozenset({"owner", "contractor", "general-contractor"})
BATCHES_NAMED = 100
NOTICE_IN_PROJECT = selectinload(RecallNotice.project).options(PROJECT_PARTIES)


def link_of(batch_id: UUID) -> str:
    return f"/batches/{batch_id}"


def tell(uow: UnitOfWork, project: Project, message: Message) -> int:
    """Send a notice to everybody of a project whom materials concern, once each; return how many. Needs the firms loaded."""
    people: dict[UUID, None] = {}
    for term in in_office(uow.session, project.id, TOLD, uow.today):
        people[term.person_id] = None
    for firm in project.participations:
        if firm.role in ROLES_TOLD and (firm.until is None or firm.until >= uow.today):
            people |= dict.fromkeys(holders(uow.session, firm.organisation_id, Role.FIRM_FILER))
    for person in people:
        notify(uow, person, message)
    return len(people)


def tell_of_failure(uow: UnitOfWork, project: Project, report: TestReport, batch: Batch) -> int:
    return tell(uow, project, Message(
        FAILED, link_of(batch.id),
        _("材料检验不合格：{product} {number}", product=batch.product, number=batch.number),
        _("{project}：报告 {report} 不合格，所代表的进场批及使用它的检验批已暂停。请退场、降级或按标准复检。",
          project=project.name, report=report.number),
    ))


def send_notices(uow: UnitOfWork, recall: Recall, projects: Mapping[UUID, Sequence[str]]) -> None:
    """Send each project a recall's notice to answer, naming batches; its leaders are told by the job "materials.tell"."""
    notices = [
        RecallNotice(id=uow.new_id(), recall_id=recall.id, project_id=project, batch_ids=list(batches), sent_at=uow.at)
        for project, batches in projects.items()
    ]
    uow.session.add_all(notices)
    ledger.append_many(uow, "recall.notice-sent", [Entry(notice) for notice in notices])
    for notice in notices:
        enqueue(uow, "materials.tell", notice_id=str(notice.id))


def tell_project(uow: UnitOfWork, notice_id: UUID) -> int:
    """Tell the leaders and clerks of one project of a recall. Called by the worker; return how many were told."""
    notice = uow.get(RecallNotice, notice_id, NOTICE_IN_PROJECT, selectinload(RecallNotice.recall))
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, notice.scope)
    return tell(uow, notice.project, Message(
        "recall.to-answer", f"/recall-notices/{notice.id}", _("缺陷材料召回：{number}", number=notice.recall.number),
        _("{project}使用或存有被召回的材料。请立即停止使用、隔离封存，并回复处理情况。", project=notice.project.name),
    ))


def warn_of_recalls(uow: UnitOfWork, batch: Batch) -> None:
    """Have the project told that a batch which has just arrived is recalled already.

    A project that has no notice of the recall yet gets one to answer. The leaders of owner and contractor hear of the
    batch itself by the job "materials.tell-arrival". Ask behind `between_recalls`, so that no recall is missed.
    """
    recalls = uow.session.scalars(
        select(Recall).join(Batch, Batch.id == batch.id).join(Project, Project.id == Batch.project_id)
        .where(falls_under(), Recall.lifted_at.is_(None)).order_by(Recall.announced_at, Recall.id)
    ).all()
    if not recalls:
        return
    uow.lock(f"recall notices {batch.project_id}")
    told = set(uow.session.scalars(select(RecallNotice.recall_id).where(RecallNotice.project_id == batch.project_id)))
    for recall in recalls:
        if recall.id not in told:
            send_notices(uow, recall, {batch.project_id: [str(batch.id)]})
    enqueue(uow, "materials.tell-arrival", batch_id=str(batch.id), numbers="、".join(recall.number for recall in recalls))


def tell_of_arrival(uow: UnitOfWork, batch_id: UUID, numbers: str) -> int:
    """Tell a project that a recalled batch has arrived. Called by the worker; return how many were told."""
    batch = uow.get(Batch, batch_id, BATCH_IN_PROJECT)
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, batch.scope)
    return tell(uow, batch.project, Message(
        ARRIVED, link_of(batch.id),
        _("被召回的材料进场：{product} {number}", product=batch.product, number=batch.number),
        _("{project}今日登记进场的这批材料已被召回（{recalls}）。请立即隔离封存并办理退场，不得使用。",
          project=batch.project.name, recalls=numbers),
    ))
