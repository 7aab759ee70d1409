"""What can be asked about lots: the units of a project, a unit's lots by level, one lot with all that bears on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, cast, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from registry import policy
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term, UnitProject
from registry.projects.offices import NotInOffice, in_office
from registry.standards import handbook as standards
from registry.standards.lots import LotLayout
from registry.works.marking import ACCEPTERS, CHECKERS
from registry.works.models import FirstSample, Lot, Mark, Verdict
from registry.works.planning import BUILDERS, UNIT_IN_FULL, require_planner
from registry.works.reviewing import PlanStanding, plan_standing
from registry.works.site_checks import lacking_firms
from registry.works.standing import Blocker, BlockerKey, lot_blockers

STANDING = and_(Mark.lot_id == Lot.id, Mark.step == "", Mark.superseded_at.is_(None))
"""Joins a lot with the one mark of it as a whole that stands."""
PLANNED = Lot.withdrawn_at.is_(None)
DEEPEST = 6  # digits of an item's code


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the lots of a unit project, or of one division of it, have come."""

    lots: int
    marked: int      # with a mark that stands
    accepted: int    # whose mark the supervision engineer has accepted
    waiting: int     # whose mark waits for him

    @property
    def open(self) -> int:
        return self.lots - self.marked


NONE_YET = Progress(0, 0, 0, 0)
COUNTS = (
    func.count(), func.count(Mark.id), func.count().filter(Mark.verdict == Verdict.PASSED),
    func.count().filter(Mark.id.is_not(None), Mark.verdict.is_(None)),
)


@dataclass(frozen=True, slots=True)
class UnitWorks:
    """A unit project and how far its works have come."""

    unit: UnitProject
    progress: Progress
    samples: int     # first samples that passed
    waiting: int     # first samples somebody must judge


@dataclass(frozen=True, slots=True)
class ProjectWorks:
    project: Project
    units: Sequence[UnitWorks]
    unprepared: Sequence[str]            # contractors without 施工现场质量管理检查


def project_works(uow: UnitOfWork, project_id: UUID) -> ProjectWorks:
    """The unit projects of a project, each with its progress: as many SELECTs however many lots."""
    project = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units))
    policy.require(uow.actor, Permission.WORK_READ, project.scope)
    ids = [unit.id for unit in project.units]
    counted = {
        unit: Progress(*counts) for unit, *counts in uow.session.execute(
            select(Lot.unit_project_id, *COUNTS).outerjoin(Mark, STANDING).where(Lot.unit_project_id.in_(ids), PLANNED)
            .group_by(Lot.unit_project_id).order_by(Lot.unit_project_id)
        )
    }
    samples = {
        unit: (passed, waiting) for unit, passed, waiting in uow.session.execute(
            select(
                FirstSample.unit_project_id, func.count().filter(FirstSample.verdict == Verdict.PASSED),
                func.count().filter(FirstSample.verdict.is_(None)),
            ).where(FirstSample.unit_project_id.in_(ids)).group_by(FirstSample.unit_project_id)
            .order_by(FirstSample.unit_project_id)
        )
    }
    return ProjectWorks(project, [
        UnitWorks(unit, counted.get(unit.id, NONE_YET), *samples.get(unit.id, (0, 0))) for unit in project.units
    ], lacking_firms(uow, project))


class Which(StrEnum):
    """Which lots of a unit project a list shows."""

    ALL = "all"            # 全部
    TODAY = "today"        # 今日
    MINE = "mine"          # 我办过的
    WAITING = "waiting"    # 待我办理
    BLOCKED = "blocked"    # 受阻


@dataclass(frozen=True, slots=True)
class Level:
    """One division below the present one."""

    code: str
    name: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot in a list, with its mark as a whole, if one stands, and what bars work on it."""

    lot: Lot
    item: str
    mark: Mark | None
    blockers: Sequence[Blocker]
    waiting: Mark | None = None      # of a key step, not judged yet


@dataclass(frozen=True, slots=True)
class LotsWanted:
    """What a list was asked for. `below` is a code of GB 50300, "" for the whole; `words` are looked for in the place."""

    which: Which
    below: str
    words: str
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class UnitLots:
    """A page of a unit project's lots: either the levels below a division, or the lots themselves."""

    unit: UnitProject
    path: Sequence[tuple[str, str]]      # code and name, down to where one is
    progress: Progress
    levels: Sequence[Level]
    rows: Sequence[LotRow]
    total: int
    may_plan: bool
    may_mark: bool
    plan: PlanStanding
    unprepared: Sequence[str]            # contractors without 施工现场质量管理检查


def unit_lots(uow: UnitOfWork, unit_id: UUID, wanted: LotsWanted) -> UnitLots:
    """The lots of a unit project: by level while nothing is filtered, in a list below an item or under a filter."""
    unit = unit_read(uow, unit_id)
    tree = standards.divisions(uow.session, uow.today)
    below = wanted.below if wanted.below in tree else ""
    way = [(one.code, one.name) for one in (*tree.ancestors(below), tree.find(below))] if below else []
    listed = wanted.which is not Which.ALL or bool(wanted.words) or len(below) == DEEPEST
    rows, total = lots_listed(uow, unit, wanted, below) if listed else ([], 0)
    return UnitLots(
        unit, way, counted(uow, unit_id, below), [] if listed else levels(uow, unit_id, below), rows, total,
        may_plan(uow, unit), bool(held_by_actor(uow, unit) & set(CHECKERS)), plan_standing(uow, unit),
        lacking_firms(uow, unit.project, unit.number),
    )


def unit_read(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, unit.scope)
    return unit


def counted(uow: UnitOfWork, unit_id: UUID, below: str) -> Progress:
    return Progress(*uow.session.execute(
        select(*COUNTS).select_from(Lot).outerjoin(Mark, STANDING)
        .where(Lot.unit_project_id == unit_id, PLANNED, Lot.item_code.startswith(below, autoescape=True))
    ).one())


def levels(uow: UnitOfWork, unit_id: UUID, below: str) -> list[Level]:
    """The divisions right below a code that have lots, each with its progress."""
    tree = standards.divisions(uow.session, uow.today)
    code = func.left(Lot.item_code, len(below) + 2)
    rows = uow.session.execute(
        select(code, *COUNTS).select_from(Lot).outerjoin(Mark, STANDING)
        .where(Lot.unit_project_id == unit_id, PLANNED, Lot.item_code.startswith(below, autoescape=True))
        .group_by(code).order_by(code)
    )
    return [Level(key, tree.find(key).name if key in tree else key, Progress(*counts)) for key, *counts in rows]


def lots_listed(uow: UnitOfWork, unit: UnitProject, wanted: LotsWanted, below: str) -> tuple[list[LotRow], int]:
    conditions = [
        Lot.unit_project_id == unit.id, PLANNED, Lot.item_code.startswith(below, autoescape=True),
        *which_ones(uow, unit, wanted.which),
    ]
    if wanted.words:
        conditions.append(or_(
            Lot.place.contains(wanted.words, autoescape=True), Lot.number.contains(wanted.words, autoescape=True),
            Lot.name.contains(wanted.words, autoescape=True),
        ))
    total = uow.session.scalar(select(func.count()).select_from(Lot).outerjoin(Mark, STANDING).where(*conditions)) or 0
    due_today = cast(Lot.due_on.is_distinct_from(uow.today), Integer)
    found = uow.session.execute(
        select(Lot, Mark).outerjoin(Mark, STANDING).where(*conditions)
        .order_by(due_today, Lot.storey, Lot.item_code, Lot.serial, Lot.id).offset(wanted.offset).limit(wanted.limit)
    ).all()
    tree = standards.divisions(uow.session, uow.today)
    ids = [lot.id for lot, _mark in found]
    barred, undecided = barring(uow, ids), steps_waiting(uow, ids)
    return [
        LotRow(
            lot, tree.find(lot.item_code).name if lot.item_code in tree else lot.item_code, mark, barred.get(lot.id, ()),
            undecided.get(lot.id),
        )
        for lot, mark in found
    ], total


def steps_waiting(uow: UnitOfWork, lot_ids: Sequence[UUID]) -> dict[UUID, Mark]:
    """The oldest mark of a key step that waits for the supervision engineer, by lot."""
    marks = uow.session.scalars(
        select(Mark).where(Mark.lot_id.in_(lot_ids), Mark.step != "", Mark.superseded_at.is_(None), Mark.verdict.is_(None))
        .order_by(Mark.made_at.desc(), Mark.id)
    )
    return {mark.lot_id: mark for mark in marks}


def barring(uow: UnitOfWork, lot_ids: Sequence[UUID]) -> dict[UUID, tuple[Blocker, ...]]:
    """What bars lots from being worked on or accepted, but for marks that are simply still to come."""
    found = lot_blockers(uow.session, lot_ids, uow.today)
    return {lot: tuple(one for one in all_ if one.key is not BlockerKey.KEY_STEP) for lot, all_ in found.items()}


def which_ones(uow: UnitOfWork, unit: UnitProject, which: Which) -> list[ColumnElement[bool]]:
    """Return the conditions for a filter; they may ask the standing mark, joined as `STANDING`."""
    if which is Which.TODAY:
        overdue = and_(Lot.due_on < uow.today, Mark.id.is_(None))
        return [or_(Lot.due_on == uow.today, Mark.done_on == uow.today, overdue)]
    if which is Which.MINE:
        own = aliased(Mark)
        terms = select(Term.id).where(Term.person_id == uow.actor.person).scalar_subquery()
        return [Lot.id.in_(select(own.lot_id).where(
            or_(own.doer_term_id.in_(terms), own.checker_term_id.in_(terms), own.accepter_term_id.in_(terms))))]
    if which is Which.WAITING:
        return [or_(*waiting_for(uow, unit))]
    if which is Which.BLOCKED:
        ids = uow.session.scalars(select(Lot.id).where(Lot.unit_project_id == unit.id, PLANNED).order_by(Lot.id)).all()
        return [Lot.id.in_([lot for lot, why in barring(uow, ids).items() if why])]
    return []


def waiting_for(uow: UnitOfWork, unit: UnitProject) -> list[ColumnElement[bool]]:
    """What waits for the actor, by the posts held today: marks to accept, or lots to mark and to mark again."""
    held = held_by_actor(uow, unit)
    another = aliased(Mark)
    undecided = select(another.lot_id).where(another.superseded_at.is_(None), another.verdict.is_(None))
    refused = select(another.lot_id).where(another.superseded_at.is_(None), another.verdict == Verdict.FAILED)
    ways: list[ColumnElement[bool]] = [Lot.id.in_([])]
    if held & set(ACCEPTERS):
        ways.append(Lot.id.in_(undecided))
    if held & set(CHECKERS):
        ways += [and_(Lot.due_on <= uow.today, Mark.id.is_(None)), Lot.id.in_(refused)]
    return ways


def held_by_actor(uow: UnitOfWork, unit: UnitProject) -> set[str]:
    """The posts that check or accept which the actor holds here today."""
    policy.require(uow.actor, Permission.WORK_READ, unit.scope)
    terms = in_office(uow.session, unit.project_id, (*CHECKERS, *ACCEPTERS), uow.today, unit.number)
    return {term.post for term in terms if term.person_id == uow.actor.person}


def may_plan(uow: UnitOfWork, unit: UnitProject) -> bool:
    """Whether the page offers planning; the act itself asks again, for the firm the lots are to belong to."""
    try:
        require_planner(uow, unit, None)
    except (Forbidden, NotFound, NotInOffice):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Planning:
    """What a form to plan by offers: firms that build, trades that fit the structure (chosen first), items."""

    unit: UnitProject
    firms: Sequence[Participation]
    layouts: Sequence[LotLayout]
    fitting: frozenset[str]
    items: Sequence[tuple[str, str]]


def planning(uow: UnitOfWork, unit_id: UUID) -> Planning:
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, unit.scope)
    require_planner(uow, unit, None)
    layouts = standards.lot_layouts(uow.session, unit.project.region, uow.today).content
    structure = next((
        kind.key for kind in standards.structure_kinds(uow.session, uow.today)
        if unit.structure in (kind.key, kind.label, *kind.synonyms)
    ), "")
    tree = standards.divisions(uow.session, uow.today)
    return Planning(
        unit,
        [one for one in unit.project.participations
         if one.role in BUILDERS and one.until is None and (not one.unit_numbers or unit.number in one.unit_numbers)],
        layouts, frozenset(each.key for each in layouts if each.fits(structure)),
        [(one.code, f"{one.code} {tree.path(one.code)}") for one in tree if len(one.code) == DEEPEST],
    )
