"""Where a material went: from a batch, a firm or a product to every lot, part, building and leader; and back.

One SELECT gives the places with the leaders in office on the day of use. It begins at the index of what is sought and
ends at the rows found: how many projects there are besides does not matter.

Source: 质量强国建设纲要（十四）: 缺陷建材响应处理和质量追溯; 建质〔2014〕124号 第二条 (the leaders).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, any_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch
from registry.materials.reach import Sought, Target, reaches
from registry.materials.rules import Hold
from registry.materials.seeking import sought_by
from registry.materials.standing import holds
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Part, Participation, Project, Term, UnitProject
from registry.standards import handbook as standards
from registry.works.models import Lot, LotBatch

PAGE = 200
"""Rows a page shows; the command gives them all."""


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who led for a firm on the day of use."""

    post: str
    name: str
    firm: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one batch went. A batch not built in anywhere has a row of its own, without lot and unit."""

    batch_id: UUID
    batch_number: str
    product: str
    grade: str
    quantity: Decimal
    unit: str
    producer: str
    supplier: str
    arrived_on: date
    project_id: UUID
    project_number: str
    project: str
    unit_id: UUID | None
    building: str
    lot_id: UUID | None
    lot_number: str
    lot: str
    item_code: str
    place: str
    part_id: UUID | None
    part: str
    used: Decimal | None
    used_on: date | None
    leaders: tuple[Answerable, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a search found: the rows of one page, and how much there is in all."""

    sought: Sought
    places: Sequence[Place]
    batches: int
    uses: int
    lots: int
    parts: int
    buildings: int
    projects: int


def open_search(uow: UnitOfWork) -> None:
    """Raise Forbidden unless the actor announces recalls: only then may he look across projects."""
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, policy.Scope(region=uow.actor.region))


def search_words(uow: UnitOfWork, target: str, word: str, uscc: str, offset: int, limit: int = PAGE) -> Reached:
    """Return where went what somebody typed: a batch, a firm or a product. Raises Invalid where nothing is named."""
    return search_places(uow, sought_by(uow, Target(target), word, uscc), offset, limit)


def search_places(uow: UnitOfWork, sought: Sought, offset: int = 0, limit: int | None = PAGE) -> Reached:
    """Return where what is sought went, within the actor's reach, in the order of projects, buildings and lots.

    Raises Forbidden unless the actor announces recalls.
    """
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, policy.Scope(region=uow.actor.region))
    within = Project.within(policy.reach(uow.actor)) & reaches(sought)
    rows = uow.session.execute(places(within).offset(offset).limit(limit))
    batches, projects, uses, lots, parts, buildings = uow.session.execute(totals(within)).one()
    return Reached(sought, [place_of(row) for row in rows], batches, uses, lots, parts, buildings, projects)


def places(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    used_on = cast(func.timezone("Asia/Shanghai", LotBatch.recorded_at), Date)
    day = func.coalesce(used_on, Batch.arrived_on)
    return (
        select(
            Batch.id, Batch.number, Batch.product, Batch.grade, Batch.quantity, Batch.unit, Batch.producer_name,
            Batch.supplier_name, Batch.arrived_on, Project.id, Project.number, Project.name, UnitProject.id,
            func.coalesce(UnitProject.name, ""), Lot.id, func.coalesce(Lot.number, ""), func.coalesce(Lot.name, ""),
            func.coalesce(Lot.item_code, ""), func.coalesce(Lot.place, ""), Part.id, func.coalesce(Part.name, ""),
            LotBatch.quantity, used_on, leaders_on(day),
        )
        .select_from(Batch)
        .join(Project, Project.id == Batch.project_id)
        .outerjoin(LotBatch, (LotBatch.batch_id == Batch.id) & LotBatch.withdrawn_at.is_(None))
        .outerjoin(Lot, Lot.id == LotBatch.lot_id)
        .outerjoin(UnitProject, UnitProject.id == Lot.unit_project_id)
        .outerjoin(Part, Part.id == Lot.part_id)
        .where(within)
        .order_by(Project.number, UnitProject.number, Lot.number, Batch.number, Batch.id)
    )


def leaders_on(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The leaders of the project in office on a day, over the building concerned, as one JSON list."""
    said = func.json_build_array(Term.post, Term.person_name, Participation.organisation_name)
    return (
        select(func.json_agg(aggregate_order_by(said, Participation.role, Term.since, Term.id)))
        .select_from(Participation).join(Term, Term.participation_id == Participation.id)
        .where(
            Participation.project_id == Batch.project_id, Term.leads, Term.corrected_by_id.is_(None), Term.since <= day,
            or_(Term.until.is_(None), Term.until >= day),
            or_(Participation.unit_numbers == [], UnitProject.number.is_(None),
                UnitProject.number == any_(Participation.unit_numbers)),
        )
        .correlate(Batch, UnitProject, LotBatch).scalar_subquery()
    )


def totals(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            func.count(Batch.id.distinct()), func.count(Batch.project_id.distinct()), func.count(LotBatch.id),
            func.count(Lot.id.distinct()), func.count(Lot.part_id.distinct()), func.count(Lot.unit_project_id.distinct()),
        )
        .select_from(Batch).join(Project, Project.id == Batch.project_id)
        .outerjoin(LotBatch, (LotBatch.batch_id == Batch.id) & LotBatch.withdrawn_at.is_(None))
        .outerjoin(Lot, Lot.id == LotBatch.lot_id)
        .where(within)
    )


def place_of(row: Sequence[Any]) -> Place:
    *facts, leaders = row
    return Place(*(*facts, tuple(Answerable(*one) for one in leaders or ())))


@dataclass(frozen=True, slots=True)
class Below:
    """What of a building is asked about: all below a GB 50300 code, "" for the whole, narrowed to a part of it."""

    code: str = ""
    part_id: UUID | None = None


WHOLE = Below()


def batches_below(
    uow: UnitOfWork, unit_id: UUID, below: Below = WHOLE, offset: int = 0, limit: int | None = None
) -> Sequence[Place]:
    """Go back: which batches are in a building, below a GB 50300 code, in a part of it."""
    unit = uow.get(UnitProject, unit_id)
    project = uow.get(Project, unit.project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.MATERIAL_READ, project.scope)
    found = uow.session.execute(places(built_in(unit_id, below)).offset(offset).limit(limit))
    return [place_of(row) for row in found]


def built_in(unit_id: UUID, below: Below) -> ColumnElement[bool]:
    within = [Lot.unit_project_id == unit_id, Lot.withdrawn_at.is_(None)]
    if below.code:
        within.append(Lot.item_code.startswith(below.code, autoescape=True))
    if below.part_id is not None:
        within.append(Lot.part_id == below.part_id)
    return and_(*within)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One page of what is built into a building or a part of it; `holds` by batch, () for one that nothing holds."""

    unit: UnitProject
    below: Below
    places: Sequence[Place]
    holds: Mapping[UUID, Sequence[Hold]]
    batches: int
    uses: int
    divisions: Sequence[tuple[str, str]]     # what can be chosen: those that have lots
    parts: Sequence[tuple[UUID, str]]


def built_into(uow: UnitOfWork, unit_id: UUID, below: Below, offset: int, limit: int = PAGE) -> BuiltIn:
    """From a building, a division of it or a part, back to every batch that was built in there."""
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.MATERIAL_READ, unit.scope)
    rows = batches_below(uow, unit_id, below, offset, limit)
    batches, _projects, uses, *_rest = uow.session.execute(totals(built_in(unit_id, below))).one()
    tree = standards.divisions(uow.session, uow.today)
    four = func.left(Lot.item_code, 4)
    codes = uow.session.scalars(select(four).where(built_in(unit_id, WHOLE)).group_by(four).order_by(four)).all()
    chosen = sorted({*codes, *(code[:2] for code in codes), *([below.code] if below.code else [])})
    parts = uow.session.execute(
        select(Part.id, Part.name).where(Part.id.in_(select(Lot.part_id).where(built_in(unit_id, WHOLE))))
        .order_by(Part.code, Part.id)
    )
    return BuiltIn(
        unit, below, rows, holds(uow.session, {row.batch_id for row in rows}), batches, uses,
        [(code, f"{code} {tree.path(code)}" if code in tree else code) for code in chosen],
        [(part, name) for part, name in parts],
    )
