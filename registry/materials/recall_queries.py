"""What can be asked about recalls: by the station that announced them, and by the projects they reach."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, Recall, RecallNotice
from registry.materials.reach import falls_under
from registry.materials.telling import BATCHES_NAMED, NOTICE_IN_PROJECT
from registry.policy import Permission
from registry.projects.models import Project


def recalls(uow: UnitOfWork, limit: int = 100) -> Sequence[tuple[Recall, int, int, int]]:
    """The recalls of the actor's region, the latest first, each with its notices: sent, opened, answered."""
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, policy.Scope(region=uow.actor.region))
    prefix = policy.region_prefix(uow.actor.region) if uow.actor.region else ""
    rows = uow.session.execute(
        select(Recall, func.count(RecallNotice.id), func.count(RecallNotice.opened_at), func.count(RecallNotice.answered_at))
        .outerjoin(RecallNotice, RecallNotice.recall_id == Recall.id).where(Recall.region.startswith(prefix))
        .group_by(Recall.id).order_by(Recall.announced_at.desc(), Recall.id).limit(limit)
    )
    return [(recall, sent, opened, answered) for recall, sent, opened, answered in rows]


def receipts(uow: UnitOfWork, recall_id: UUID) -> tuple[Recall, Sequence[RecallNotice]]:
    """One recall with the projects told: who has opened it, who has answered what. Those without an answer first."""
    recall = uow.get(Recall, recall_id)
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, recall.scope)
    notices = uow.session.scalars(
        select(RecallNotice).options(selectinload(RecallNotice.project))
        .where(RecallNotice.recall_id == recall_id)
        .order_by(RecallNotice.answered_at.is_not(None), RecallNotice.opened_at.is_not(None), RecallNotice.id)
    ).all()
    return recall, notices


def notice_to_answer(uow: UnitOfWork, notice_id: UUID) -> tuple[RecallNotice, Sequence[Batch]]:
    """A recall's notice with the batches of the project it reaches: also those that arrived after it was sent."""
    notice = uow.get(RecallNotice, notice_id, NOTICE_IN_PROJECT, selectinload(RecallNotice.recall))
    policy.require(uow.actor, Permission.MATERIAL_READ, notice.scope)
    reached = uow.session.scalars(
        select(Batch).join(Project, Project.id == Batch.project_id).join(Recall, falls_under())
        .where(Recall.id == notice.recall_id, Batch.project_id == notice.project_id)
        .order_by(Batch.arrived_on, Batch.id).limit(BATCHES_NAMED)
    ).all()
    return notice, reached
