"""How complete the archive of a project is, at this moment: the question of pages, gates and hand-overs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from registry import policy
from registry.archives.collecting import Collected, collect
from registry.archives.filing import firm_of_role
from registry.archives.models import ArchiveAbsence, ArchiveFile
from registry.archives.rules import Firm, Line, Tally, asked_of, by_firm, earliest, stage_lines
from registry.archives.words import STAGES
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Project
from registry.standards import handbook as standards
from registry.standards.stages import Stage


@dataclass(frozen=True, slots=True)
class Completeness:
    """Every document of the catalogue, by stage and by who must act, and what stands over all of it."""

    project: Project
    whole: Tally
    stages: tuple[Tally, ...]
    firms: tuple[Tally, ...]
    collected: Sequence[Collected]

    @property
    def required(self) -> int:
        return self.whole.required

    @property
    def present(self) -> int:
        return self.whole.present

    @property
    def missing(self) -> tuple[Line, ...]:
        return self.whole.missing

    @property
    def percent(self) -> int:
        return self.whole.percent


def completeness(uow: UnitOfWork, project_id: UUID) -> Completeness:
    """Say of every document of the catalogue whether it is there, and who must bring it. Live, and never stored.

    A document counts when a file stands under its code or a storey below holds one; a project may state, with a
    reason, that it has none. Seven SELECTs and one for each storey, however many files there are.
    """
    project = uow.get(Project, project_id, selectinload(Project.participations), selectinload(Project.units))
    policy.require(uow.actor, Permission.ARCHIVE_LIST, project.scope)
    found = collect(uow, project_id)
    held, filed, absent = Counter(one.code for one in found), filed_by_code(uow, project_id), absences(uow, project_id)
    asked = earliest(standards.stage_documents(uow.session, project.region, uow.today).content)
    labels = {role.key: role.label for role in standards.roles(uow.session, project.region, uow.today)}
    lines = tuple(
        Line(document, row, firm_for(project, row.role, labels), filed.get(document.code, 0), held[document.code],
             absent.get(document.code, ""))
        for document in standards.archive_catalogue(uow.session, project.region, uow.today)
        for row in (asked_of(document, asked),)
    )
    return Completeness(
        project, Tally("", project.name, lines),
        tuple(stage_lines(lines, stage, str(STAGES[stage])) for stage in Stage), by_firm(lines), found,
    )


def firm_for(project: Project, role: str, labels: dict[str, str]) -> Firm:
    found = firm_of_role(project.participations, role, "")
    if found is None:
        return Firm(None, None, labels.get(role, role), role)
    return Firm(found.id, found.organisation_id, found.organisation_name, found.role)


def filed_by_code(uow: UnitOfWork, project_id: UUID) -> dict[str, int]:
    """How many files stand under each code."""
    newer = aliased(ArchiveFile)
    rows = uow.session.execute(
        select(ArchiveFile.code, func.count())
        .outerjoin(newer, newer.supersedes_id == ArchiveFile.id)
        .where(ArchiveFile.project_id == project_id, newer.id.is_(None)).group_by(ArchiveFile.code)
    )
    return dict(rows.all())


def absences(uow: UnitOfWork, project_id: UUID) -> dict[str, str]:
    rows = uow.session.execute(
        select(ArchiveAbsence.code, ArchiveAbsence.reason)
        .where(ArchiveAbsence.project_id == project_id, ArchiveAbsence.withdrawn_at.is_(None))
    )
    return dict(rows.all())
