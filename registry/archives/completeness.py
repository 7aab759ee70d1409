"""How complete the archive of a project is, at this moment: the question of pages, gates and hand-overs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased, selectinload

from registry import policy
from registry.archives.collecting import Collected, collect
from registry.archives.filing import firm_of_role
from registry.archives.models import ArchiveAbsence, ArchiveFile
from registry.archives.rules import Firm, Line, Tally, asked_of, by_firm, earliest, stage_lines
from registry.archives.words import STAGES
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.catalogues import ArchiveDocument
from registry.standards.stages import Requirement, Stage, StageDocument

Held = Mapping[str, Counter[UUID | None]]
"""By code, how many documents there are of each unit project; under None those of the whole project."""
NONE: Counter[UUID | None] = Counter()


NEWER = aliased(ArchiveFile)
FILED = (
    select(ArchiveFile.code, ArchiveFile.unit_project_id, func.count())
    .outerjoin(NEWER, NEWER.supersedes_id == ArchiveFile.id)
    .where(ArchiveFile.project_id == bindparam("project"), NEWER.id.is_(None))
    .group_by(ArchiveFile.code, ArchiveFile.unit_project_id)
)
ABSENT = (
    select(ArchiveAbsence.code, ArchiveAbsence.reason)
    .where(ArchiveAbsence.project_id == bindparam("project"), ArchiveAbsence.withdrawn_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Every document of the catalogue, by stage, by who must act and by unit project, and what stands over all of it."""

    project: Project
    whole: Tally
    stages: tuple[Tally, ...]
    firms: tuple[Tally, ...]
    units: tuple[Tally, ...]
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


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the lines are made of: the catalogue, when each document is due and whose it is, and what is there."""

    project: Project
    catalogue: Sequence[ArchiveDocument]
    asked: dict[str, StageDocument]
    labels: dict[str, str]                 # role → its name, for a role that no firm holds
    filed: Held
    collected: Held
    absent: dict[str, str]
    papers: Sequence[Collected] = ()       # those that `collected` counts

    def of_unit(self, unit: UnitProject) -> Tally:
        """What a unit project has of its own, or together with the others."""
        return Tally(str(unit.id), unit.name, self.lines([unit]))

    def lines(self, units: Sequence[UnitProject]) -> tuple[Line, ...]:
        """Return a line for each document, or one for each firm where the unit projects have different ones."""
        firms = cache(lambda role: self.firms(role, units))
        return tuple(
            self.line(document, row, firm, its)
            for document in self.catalogue for row in (asked_of(document, self.asked),) for firm, its in firms(row.role)
        )

    def firms(self, role: str, units: Sequence[UnitProject]) -> list[tuple[Firm, list[UnitProject]]]:
        """Whose part it is, and in which of the unit projects."""
        found: dict[Firm, list[UnitProject]] = {}
        for unit in units:
            found.setdefault(self.firm(role, unit.number), []).append(unit)
        return list(found.items()) or [(self.firm(role, ""), [])]

    def firm(self, role: str, unit: str) -> Firm:
        found = firm_of_role(self.project.participations, role, unit)
        if found is None:
            return Firm(None, None, self.labels.get(role, role), role)
        return Firm(found.id, found.organisation_id, found.organisation_name, found.role)

    def line(self, document: ArchiveDocument, row: StageDocument, firm: Firm, units: Sequence[UnitProject]) -> Line:
        absence = self.absent.get(document.code, "")
        filed, collected = self.filed.get(document.code, NONE), self.collected.get(document.code, NONE)
        if not filed and not collected:
            return Line(document, row, firm, 0, 0, absence)
        places = [None, *(unit.id for unit in units)]
        counts = sum(filed[place] for place in places), sum(collected[place] for place in places)
        asked = any(counts) and row.need is Requirement.REQUIRED and not absence
        return Line(document, row, firm, *counts, absence, lacking(filed + collected, units) if asked else ())


def lacking(held: Counter[UUID | None], units: Sequence[UnitProject]) -> tuple[str, ...]:
    """Name the unit projects without a document. One of the whole project serves them all."""
    return () if held[None] else tuple(unit.name for unit in units if not held[unit.id])


def completeness(uow: UnitOfWork, project_id: UUID) -> Completeness:
    """Say of every document of the catalogue whether it is there, and who must bring it."""
    return completeness_of(uow, uow.get(Project, project_id, selectinload(Project.participations), selectinload(Project.units)))


def completeness_of(uow: UnitOfWork, project: Project) -> Completeness:
    """The same for a project in hand; needs its units and firms loaded."""
    policy.require(uow.actor, Permission.ARCHIVE_LIST, project.scope)
    shelf = shelf_of(uow, project)
    lines = shelf.lines(project.units)
    return Completeness(
        project, Tally("", project.name, lines),
        tuple(stage_lines(lines, stage, str(STAGES[stage])) for stage in Stage), by_firm(lines),
        tuple(shelf.of_unit(unit) for unit in project.units), shelf.papers,
    )


def shelf_of(uow: UnitOfWork, project: Project) -> Shelf:
    """What a project in hand has in its archive, and what it must have. Live, and never stored.

    A document counts when a file stands under its code or a storey below holds one, of the unit project or of the
    whole project; a project may state, with a reason, that it has none. A document is the project's when every unit
    project has it. As many SELECTs for many files as for few.
    """
    policy.require(uow.actor, Permission.ARCHIVE_LIST, project.scope)
    found = collect(uow, project.id)
    return Shelf(
        project, standards.archive_catalogue(uow.session, project.region, uow.today),
        earliest(standards.stage_documents(uow.session, project.region, uow.today).content),
        {role.key: role.label for role in standards.roles(uow.session, project.region, uow.today)},
        filed_by_code(uow, project.id), by_code((one.code, one.unit_id, 1) for one in found), absences(uow, project.id),
        found,
    )


def filed_by_code(uow: UnitOfWork, project_id: UUID) -> Held:
    """How many files stand under each code."""
    return by_code(uow.session.execute(FILED, {"project": project_id}).all())


def by_code(rows: Iterable[Sequence[Any]]) -> Held:
    held: dict[str, Counter[UUID | None]] = defaultdict(Counter)
    for code, unit, count in rows:
        held[code][unit] += count
    return held


def absences(uow: UnitOfWork, project_id: UUID) -> dict[str, str]:
    return dict(uow.session.execute(ABSENT, {"project": project_id}).all())
