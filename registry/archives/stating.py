"""Saying that a project has no document of a kind, and taking that back."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.filing import UnknownCode
from registry.archives.models import ArchiveAbsence, scope_for
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import Project
from registry.standards import handbook as standards


class SaidBefore(Conflict):
    code = "archive.absence-said-before"


def state_absence(uow: UnitOfWork, project_id: UUID, code: str, reason: str) -> ArchiveAbsence:
    """State that the project has no such document, and why; the owner and the station answer for it."""
    project = require_owner(uow, project_id)
    known = {row.code for row in standards.archive_catalogue(uow.session, project.region, uow.today)}
    if code not in known:
        raise UnknownCode(_("归档目录中没有“{code}”。", code=code[:20]), field="code")
    if not reason.strip():
        raise Invalid(_("请说明本工程不产生此文件的理由。"), field="reason")
    uow.lock(f"archive absence {project_id} {code}")
    if standing(uow, project_id, code) is not None:
        raise SaidBefore(_("{code} 已说明为本工程不产生。", code=code))
    absence = ArchiveAbsence(
        id=uow.new_id(), project_id=project_id, code=code, reason=reason.strip()[:200], said_at=uow.at,
        said_by_id=uow.actor.account,
    )
    uow.session.add(absence)
    ledger.append(uow, "archive-absence.stated", absence)
    return absence


def withdraw_absence(uow: UnitOfWork, project_id: UUID, code: str) -> None:
    """Take it back: the document is asked for again."""
    require_owner(uow, project_id)
    absence = standing(uow, project_id, code)
    if absence is None:
        raise NotFound(_("没有找到所要的记录。"))
    absence.withdrawn_at, absence.withdrawn_by_id = uow.at, uow.actor.account
    ledger.append(uow, "archive-absence.withdrawn", absence)


def require_owner(uow: UnitOfWork, project_id: UUID) -> Project:
    """Return the project for one who speaks for all of it: its owner's filer, or the station."""
    project = uow.get(Project, project_id, selectinload(Project.participations))
    policy.require(uow.actor, Permission.ARCHIVE_FILE, scope_for(project, None))
    return project


def standing(uow: UnitOfWork, project_id: UUID, code: str) -> ArchiveAbsence | None:
    return uow.session.scalar(
        select(ArchiveAbsence).where(
            ArchiveAbsence.project_id == project_id, ArchiveAbsence.code == code, ArchiveAbsence.withdrawn_at.is_(None),
        ).with_for_update()
    )
