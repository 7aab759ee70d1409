"""What those in reach can ask about plaques. What anybody with the code in hand may ask: public.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.errors import Forbidden
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.plaques.actions import NotFiled, TooSoon, lines, require_moment
from registry.plaques.models import Mounting, Plaque, PlaqueScan, WrongPlaqueReport
from registry.pledges.queries import Board, board
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.projects.queries import project

PLAQUE_IN_FULL = (
    selectinload(Plaque.mountings),
    selectinload(Plaque.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES, selectinload(Project.units)),
)


def plaque(uow: UnitOfWork, plaque_id: UUID) -> Plaque:
    found = uow.get(Plaque, plaque_id, *PLAQUE_IN_FULL)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    return found


def plaque_to_mount(uow: UnitOfWork, plaque_id: UUID) -> Plaque:
    found = uow.get(Plaque, plaque_id, *PLAQUE_IN_FULL)
    policy.require(uow.actor, Permission.PLAQUE_MOUNT, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class UnitPlaques:
    """A unit project, its plaques from the latest to the first, and why none can be made now (or "")."""

    project: Project
    unit: UnitProject
    plaques: Sequence[Plaque]
    obstacle: str
    may_issue: bool


def plaques_of(uow: UnitOfWork, project_id: UUID) -> list[UnitPlaques]:
    """Every unit project of a project with its plaques."""
    whole = project(uow, project_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, whole.scope)
    rows = uow.session.scalars(
        select(Plaque).options(*PLAQUE_IN_FULL)
        .where(Plaque.unit_project_id.in_([unit.id for unit in whole.units]))
        .order_by(Plaque.issued_at.desc(), Plaque.id)
    ).all()
    seats = board(uow, project_id)
    may_issue = policy.allows(uow.actor, Permission.PLAQUE_ISSUE, whole.scope)
    return [
        UnitPlaques(
            whole, unit, [row for row in rows if row.unit_project_id == unit.id], obstacle(uow, seats, unit), may_issue,
        )
        for unit in whole.units
    ]


def obstacle(uow: UnitOfWork, seats: Board, unit: UnitProject) -> str:
    """Why no plaque can be made for a unit project today, or ""."""
    try:
        require_moment(uow, unit, seats.project)
        lines(seats, unit.id)
    except (NotFiled, TooSoon) as no:
        return str(no)
    return ""


def artwork(uow: UnitOfWork, plaque_id: UUID, kind: str) -> Readable:
    """The artwork of a plaque at true size, kind "pdf" or "svg"."""
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    title = _("永久性标牌-{unit}", unit=found.facts["unit"]["name"])
    return readable(uow, found.pdf_sha256 if kind == "pdf" else found.svg_sha256, title)


def photo(uow: UnitOfWork, mounting_id: UUID) -> Readable:
    """The photo of a plaque where it hangs."""
    mounting = uow.get(Mounting, mounting_id)
    found = plaque(uow, mounting.plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    return readable(uow, mounting.photo_sha256, _("标牌安装照片-{day}", day=mounting.mounted_on))


@dataclass(frozen=True, slots=True)
class Shown:
    """A plaque as those in reach see it."""

    plaque: Plaque
    reports: Sequence[WrongPlaqueReport]   # empty for those who cannot put it right
    last_scan: PlaqueScan | None


def shown(uow: UnitOfWork, plaque_id: UUID) -> Shown:
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    reports = wrong_reports(uow, plaque_id) if policy.allows(uow.actor, Permission.PLAQUE_ISSUE, found.scope) else []
    return Shown(found, reports, uow.session.scalar(
        select(PlaqueScan).where(PlaqueScan.plaque_id == plaque_id).order_by(PlaqueScan.day.desc()).limit(1)
    ))


def reported(uow: UnitOfWork, report_id: UUID) -> Shown:
    """The plaque that a passer-by's report is about."""
    found = uow.get(WrongPlaqueReport, report_id)
    return shown(uow, found.plaque_id)


def unit_of(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    """The unit project a plaque is to be made for."""
    found = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, found.scope)
    return found


def wrong_reports(uow: UnitOfWork, plaque_id: UUID) -> Sequence[WrongPlaqueReport]:
    """What passers-by said is wrong with a plaque, the latest first. For those who can put it right."""
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, found.scope)
    return uow.session.scalars(
        select(WrongPlaqueReport).where(WrongPlaqueReport.plaque_id == plaque_id)
        .order_by(WrongPlaqueReport.reported_at.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A passer-by's report that nobody has answered, and its plaque."""

    report: WrongPlaqueReport
    plaque: Plaque


@dataclass(frozen=True, slots=True)
class Watch:
    """What of the plaques in reach a station should look into; each list with the oldest first."""

    reported: Sequence[Waiting]
    unmounted: Sequence[Plaque]
    unscanned: Sequence[Plaque]


MOST_WATCHED = 50
A_YEAR = timedelta(days=365)


def watch(uow: UnitOfWork) -> Watch:
    """Plaques reported, not put up yet, or up and not scanned for a year. For those who can put it right."""
    if not policy.holds_anywhere(uow.actor, Permission.PLAQUE_ISSUE):
        raise Forbidden(_("您的账户没有办理此事的权限。"))
    mounted = exists().where(Mounting.plaque_id == Plaque.id)
    scanned = exists().where(PlaqueScan.plaque_id == Plaque.id, PlaqueScan.day > uow.today - A_YEAR)
    return Watch(
        waiting_reports(uow, MOST_WATCHED), standing(uow, ~mounted),
        standing(uow, mounted & ~scanned & (Plaque.issued_on <= uow.today - A_YEAR)),
    )


def waiting_reports(uow: UnitOfWork, limit: int) -> list[Waiting]:
    """The unanswered reports in reach, the oldest first; none for those who cannot answer them."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    if not policy.holds_anywhere(uow.actor, Permission.PLAQUE_ISSUE):
        return []
    rows = uow.session.execute(
        select(WrongPlaqueReport, Plaque).join(Plaque, Plaque.id == WrongPlaqueReport.plaque_id)
        .join(UnitProject, UnitProject.id == Plaque.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .options(*PLAQUE_IN_FULL)
        .where(WrongPlaqueReport.answered_at.is_(None), Project.within(policy.reach(uow.actor)))
        .order_by(WrongPlaqueReport.reported_at, WrongPlaqueReport.id).limit(limit)
    )
    return [Waiting(report, held) for report, held in rows if policy.allows(uow.actor, Permission.PLAQUE_ISSUE, held.scope)]


def standing(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[Plaque]:
    """The plaques in force, in reach, of which `condition` holds."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    rows = uow.session.scalars(
        select(Plaque).join(UnitProject, UnitProject.id == Plaque.unit_project_id)
        .join(Project, Project.id == UnitProject.project_id).options(*PLAQUE_IN_FULL)
        .where(Plaque.superseded_at.is_(None), condition, Project.within(policy.reach(uow.actor)))
        .order_by(Plaque.issued_at, Plaque.id).limit(MOST_WATCHED)
    )
    return [held for held in rows if policy.allows(uow.actor, Permission.PLAQUE_ISSUE, held.scope)]


def report_to_reveal(uow: UnitOfWork, report_id: UUID) -> Waiting:
    """The report whose sender somebody is about to look at."""
    report = uow.get(WrongPlaqueReport, report_id)
    found = uow.get(Plaque, report.plaque_id, *PLAQUE_IN_FULL)
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, found.scope)
    return Waiting(report, found)
