"""What can be asked about archives. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.actions import missing_of
from registry.archives.completeness import Completeness, completeness, completeness_of
from registry.archives.gathering import standing
from registry.archives.models import Archive, ArchiveFile, Handover, HandoverState
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.notices.calendar import Deadline, deadline
from registry.policy import Permission, reach
from registry.projects.models import Project
from registry.projects.queries import project, register
from registry.standards import handbook as standards
from registry.standards.catalogues import ArchiveDocument

__all__ = ["Archives", "Completeness", "archives", "completeness", "project"]
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Archives:
    """Everything the archive page of a project shows.

    volumes   the responsibility archive, the latest first; () for those who may not read it
    lacking   what the responsibility archive lacks at this moment; None for those who may not read it
    clock     the last day of hand-over; None before acceptance
    """

    project: Project
    whole: Completeness
    files: Sequence[ArchiveFile]
    volumes: Sequence[Archive]
    lacking: Sequence[str] | None
    handovers: Sequence[Handover]
    clock: Deadline | None

    @property
    def received(self) -> Handover | None:
        """The hand-over the urban archive took."""
        return next((one for one in self.handovers if one.state is HandoverState.RECEIVED), None)

    @property
    def on_its_way(self) -> bool:
        """Whether there is nothing to hand over now: it is being checked, before the urban archive, or there already."""
        return any(one.state in {HandoverState.CHECKING, HandoverState.SENT, HandoverState.RECEIVED} for one in self.handovers)

    @property
    def by_code(self) -> dict[str, list[ArchiveFile]]:
        found: dict[str, list[ArchiveFile]] = {}
        for file in self.files:
            found.setdefault(file.code, []).append(file)
        return found


def archives(uow: UnitOfWork, project_id: UUID) -> Archives:
    whole = register(uow, project_id)
    policy.require(uow.actor, Permission.ARCHIVE_LIST, whole.scope)
    found = completeness_of(uow, whole)
    volumes: Sequence[Archive] = ()
    lacking = None
    if policy.allows(uow.actor, Permission.ARCHIVE_READ, whole.scope):
        volumes = uow.session.scalars(
            select(Archive).where(Archive.project_id == project_id).order_by(Archive.assembled_at.desc(), Archive.id)
        ).all()
        present = {one.code for one in found.collected} | {"Q1-03"}    # that one is made with the volume
        lacking = [row["name"] for row in missing_of(uow, whole, present)]
    handovers = uow.session.scalars(
        select(Handover).options(selectinload(Handover.check)).where(Handover.project_id == project_id)
        .order_by(Handover.sequence.desc())
    ).all()
    return Archives(whole, found, standing(uow, project_id), volumes, lacking, handovers,
                    handover_clock(uow, whole))


def handover_clock(uow: UnitOfWork, whole: Project) -> Deadline | None:
    """By when the archive must be with the urban archive. Source: 建设部令第90号 第六条; local rules by region."""
    policy.require(uow.actor, Permission.ARCHIVE_LIST, whole.scope)
    if whole.completed_on is None:
        return None
    rule = standards.archive_handover(uow.session, whole.region, whole.completed_on).content
    return deadline(rule.period, whole.completed_on)


def catalogue(uow: UnitOfWork, whole: Project) -> Sequence[ArchiveDocument]:
    policy.require(uow.actor, Permission.ARCHIVE_LIST, whole.scope)
    return standards.archive_catalogue(uow.session, whole.region, uow.today)


FILE = (
    selectinload(ArchiveFile.project).options(selectinload(Project.participations), selectinload(Project.units)),
    selectinload(ArchiveFile.participation), selectinload(ArchiveFile.unit),
)


@dataclass(frozen=True, slots=True)
class Filed:
    """One file with its heading and every version of it, the newest first."""

    file: ArchiveFile
    document: ArchiveDocument | None
    versions: Sequence[ArchiveFile]
    readable: bool


def filed(uow: UnitOfWork, file_id: UUID) -> Filed:
    file = uow.get(ArchiveFile, file_id, *FILE)
    policy.require(uow.actor, Permission.ARCHIVE_LIST, file.project.scope)
    heading = next((row for row in catalogue(uow, file.project) if row.code == file.code), None)
    same = uow.session.scalars(
        select(ArchiveFile).where(ArchiveFile.project_id == file.project_id, ArchiveFile.code == file.code)
    ).all()
    return Filed(file, heading, versions(file, same), policy.allows(uow.actor, permission_to_read(uow, file), file.scope))


def versions(file: ArchiveFile, same: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """The chain a file stands in, the newest first."""
    by_id = {one.id: one for one in same}
    after = {one.supersedes_id: one for one in same}
    newest = file
    while newest.id in after:
        newest = after[newest.id]
    chain = [newest]
    while (older := by_id.get(chain[-1].supersedes_id) if chain[-1].supersedes_id else None) is not None:
        chain.append(older)
    return chain


def permission_to_read(uow: UnitOfWork, file: ArchiveFile) -> Permission:
    """Papers that hold whole identity numbers are read like signed papers."""
    rules = standards.archive_rules(uow.session, file.project.region, uow.today)
    return Permission.PAPER_READ if file.code in rules.identity_codes else Permission.DOCUMENT_READ


def file_content(uow: UnitOfWork, file_id: UUID, kind: str) -> Readable:
    """The original, or the PDF/A beside it ("twin")."""
    file = uow.get(ArchiveFile, file_id, *FILE)
    policy.require(uow.actor, Permission.ARCHIVE_LIST, file.project.scope)
    policy.require(uow.actor, permission_to_read(uow, file), file.scope)
    sha256 = {"original": file.document_sha256, "twin": file.twin_sha256}.get(kind)
    if sha256 is None:
        raise NotFound(_("没有找到所要的记录。"))
    return readable(uow, sha256, f"{file.code} {file.title}")


def handover(uow: UnitOfWork, handover_id: UUID) -> Handover:
    found = uow.get(
        Handover, handover_id, selectinload(Handover.check),
        selectinload(Handover.project).options(selectinload(Project.participations), selectinload(Project.units)),
    )
    policy.require(uow.actor, Permission.ARCHIVE_LIST, found.scope)
    return found


def handovers(uow: UnitOfWork) -> list[Handover]:
    """The hand-overs within reach, those that wait to be received first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.Scope(person=uow.actor.person))
    rows = uow.session.scalars(
        select(Handover).join(Project, Project.id == Handover.project_id).options(selectinload(Handover.project))
        .where(Project.within(reach(uow.actor)), Handover.sent_at.is_not(None))
        .order_by(Handover.sent_at.desc(), Handover.id).limit(LONGEST)
    ).all()
    return sorted(rows, key=lambda row: row.state is not HandoverState.SENT)
