"""What can be asked about responsibility archives. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.models import Archive
from registry.archives.package import Opener, Packed
from registry.documents.queries import content
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project
from registry.projects.queries import project


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


@dataclass(frozen=True, slots=True)
class Package:
    """What a download is made of."""

    name: str
    files: Sequence[Packed]
    opened: Opener
    info: dict[str, str]


def package(uow: UnitOfWork, archive_id: UUID) -> Package:
    """One archive as the files of a package. It holds whole identity numbers: raises NotFresh like assembling it."""
    found = uow.get(Archive, archive_id, selectinload(Archive.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.ARCHIVE_READ, found.scope)
    policy.require_fresh(uow.actor)
    return Package(
        f"{found.number}.zip", [Packed(file["place"], file["sha256"]) for file in found.files], partial(content, uow),
        {
            "Source-Organization": uow.tools.base_url, "External-Identifier": found.number,
            "External-Description": found.project.name, "Bagging-Date": found.assembled_on.isoformat(),
        },
    )
