"""Where a unit project stands: everything its conditions and its page turn on, read once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, Select, Uuid, any_, bindparam, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from registry import policy
from registry.archives.models import Archive
from registry.completion.models import (
    ROUND_ALONE,
    Certificate,
    Dwelling,
    DwellingCheck,
    Ending,
    Report,
    ReportKind,
    ResidentialPaper,
    Round,
    Statement,
)
from registry.completion.rules import LEADERS, REPORT_ROLES
from registry.kernel.uow import UnitOfWork
from registry.plaques.models import Plaque
from registry.pledges.queries import Board, board_of
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.queries import Vacancy, register, vacancies_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit project on one day, with its project whole."""

    uow: UnitOfWork
    project: Project
    unit: UnitProject
    board: Board
    vacancies: Sequence[Vacancy]
    rounds: Sequence[Round]                    # the first one first
    certificates: Sequence[Certificate]        # in force
    dwellings: Sequence[Dwelling]              # not struck off
    statements: Mapping[str, Statement]        # by rule, the last one
    papers: Sequence[ResidentialPaper]
    plaques: Sequence[Plaque]                  # in force
    archives: Sequence[Archive]
    together: Sequence[UUID]                   # the unit projects that are looked at together, this one among them
    shared: dict[str, Any]                     # what is asked once for all of them

    def cure(self, permission: Permission, form: str, page: str) -> str:
        """Return the link to mend something by: the form for those who may fill it in, the page it is on for others."""
        return form if policy.allows(self.uow.actor, permission, self.project.scope) else page

    @property
    def today(self) -> date:
        return self.uow.today

    @property
    def round(self) -> Round | None:
        """The round under way, or else the last one."""
        return self.rounds[-1] if self.rounds else None

    @property
    def open_round(self) -> Round | None:
        return self.round if self.round is not None and self.round.ended_at is None else None

    @property
    def accepted_round(self) -> Round | None:
        """The round by which the unit stands accepted today; none once re-acceptance was ordered."""
        held = next((one for one in reversed(self.rounds) if one.ended_as is Ending.ACCEPTED), None)
        return None if held is None or ordered_anew(held) else held

    @property
    def to_be_accepted_anew(self) -> bool:
        """Whether the last acceptance was set aside by an order and none has followed."""
        return self.accepted_round is None and any(ordered_anew(one) for one in self.rounds)

    def firms(self, role: str) -> list[Participation]:
        """The firms in a role that work on this unit and have not left."""
        return [
            firm for firm in self.project.participations
            if firm.role == role and covers(firm, self.unit.number) and (firm.until is None or firm.until >= self.today)
        ]

    def holders(self, post: str) -> list[tuple[Participation, Term]]:
        """Who holds a leader's post for this unit today."""
        return [
            (firm, term) for firm in self.project.participations if covers(firm, self.unit.number)
            for term in firm.terms if term.post == post and term.covers(self.today)
        ]

    def report_of(self, kind: ReportKind, firm: Participation) -> Report | None:
        reports = self.open_round.reports if self.open_round else self.round.reports if self.round else []
        return next((one for one in reports if one.kind == kind and one.participation_id == firm.id), None)

    def due_reports(self, kind: ReportKind) -> list[Participation]:
        """The firms that must give a report of that kind and have not."""
        return [firm for firm in self.reporters(kind) if self.report_of(kind, firm) is None]

    def reporters(self, kind: ReportKind) -> list[Participation]:
        """The firms that give a report of that kind: all in the first of its roles that takes part."""
        return next((firms for role in REPORT_ROLES[kind] if (firms := self.firms(role))), [])

    def due_opinions(self) -> list[Participation]:
        """The firms whose leader has not signed his opinion in the round under way."""
        given = {one.participation_id for one in self.open_round.opinions} if self.open_round else set()
        return [firm for role in LEADERS for firm in self.firms(role) if firm.id not in given]


def ordered_anew(held: Round) -> bool:
    return held.filing is not None and held.filing.order is not None


def covers(firm: Participation, number: str) -> bool:
    return not firm.unit_numbers or number in firm.unit_numbers


def standing(uow: UnitOfWork, unit_id: UUID) -> Standing:
    """Where one unit project stands."""
    unit = uow.get(UnitProject, unit_id)
    return standings(uow, register(uow, unit.project_id), [unit_id])[0]


UNITS: BindParameter[Sequence[UUID]] = bindparam("units", type_=ARRAY(Uuid()))
ROUNDS = (
    select(Round).options(*ROUND_ALONE).where(Round.unit_project_id == any_(UNITS)).order_by(Round.number)
)
CERTIFICATES = (
    select(Certificate).options(selectinload(Certificate.signatures))
    .where(Certificate.unit_project_id == any_(UNITS), Certificate.withdrawn_at.is_(None)).order_by(Certificate.drawn_up_at)
)
DWELLINGS = (
    select(Dwelling).options(selectinload(Dwelling.checks).selectinload(DwellingCheck.signatures))
    .where(Dwelling.unit_project_id == any_(UNITS), Dwelling.struck_off_at.is_(None)).order_by(Dwelling.number)
)
STATEMENTS = (
    select(Statement).where(Statement.unit_project_id == any_(UNITS)).order_by(Statement.stated_at, Statement.id)
)
PAPERS = (
    select(ResidentialPaper).where(ResidentialPaper.unit_project_id == any_(UNITS))
    .order_by(ResidentialPaper.issued_at, ResidentialPaper.id)
)
PLAQUES = (
    select(Plaque).options(selectinload(Plaque.mountings))
    .where(Plaque.unit_project_id == any_(UNITS), Plaque.superseded_at.is_(None)).order_by(Plaque.issued_at)
)
ARCHIVES = select(Archive).where(Archive.project_id == bindparam("project")).order_by(Archive.assembled_at)


def standings(uow: UnitOfWork, whole: Project, unit_ids: Sequence[UUID] = ()) -> list[Standing]:
    """Where the unit projects of a project stand, all of them or those named. As many SELECTs for many as for one.

    whole   as `projects.queries.register` reads it
    """
    policy.require(uow.actor, Permission.COMPLETION_READ, whole.scope)
    units = [unit for unit in whole.units if not unit_ids or unit.id in unit_ids]
    ids = [unit.id for unit in units]
    asked = {"units": ids, "project": whole.id}
    board, vacancies = board_of(uow, whole), vacancies_of(uow, whole)
    rounds = by_unit(uow, ROUNDS, asked)
    certificates, dwellings, statements = (by_unit(uow, kind, asked) for kind in (CERTIFICATES, DWELLINGS, STATEMENTS))
    papers, plaques = by_unit(uow, PAPERS, asked), by_unit(uow, PLAQUES, asked)
    archives, shared = uow.session.scalars(ARCHIVES, asked).all(), dict[str, Any]()
    for unit in units:
        for held in rounds[unit.id]:
            set_committed_value(held, "unit", unit)
    return [
        Standing(
            uow, whole, unit, board, vacancies, rounds[unit.id], certificates[unit.id], dwellings[unit.id],
            {row.rule: row for row in statements[unit.id]}, papers[unit.id], plaques[unit.id], archives, ids, shared,
        )
        for unit in units
    ]


def by_unit(uow: UnitOfWork, kind: Select[Any], asked: Mapping[str, object]) -> Mapping[UUID, list[Any]]:
    """The records of one kind, by the unit project they belong to, each in its order."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in uow.session.scalars(kind, asked):
        found[row.unit_project_id].append(row)
    return found
