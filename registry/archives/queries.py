"""What can be asked about responsibility archives. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.archives.completeness import Completeness, completeness
from registry.archives.models import Archive
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Project
from registry.projects.queries import project

__all__ = ["Archives", "Completeness", "archives", "completeness"]


@dataclass(frozen=True, slots=True)
class Archives:
    project: Project
    assembled: Sequence[Archive]   # the latest first


def archives(uow: UnitOfWork, project_id: UUID) -> Archives:
    """Every assembling of a project's archive."""
    whole = project(uow, project_id)
    policy.require(uow.actor, Permission.ARCHIVE_READ, whole.scope)
    rows = uow.session.scalars(
        select(Archive).where(Archive.project_id == project_id).order_by(Archive.assembled_at.desc(), Archive.id)
    ).all()
    return Archives(whole, rows)
