"""What can be asked about many lots at once: which to plan for a day, and into which a batch went or may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch
from registry.materials.offices import REMOVAL_WITNESSES, batch_for
from registry.materials.queries import Chain, chain, people
from registry.materials.rules import Hold
from registry.materials.standing import holds
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.standards import handbook as standards
from registry.works.models import Lot, LotBatch, Mark, Verdict
from registry.works.planning import UNIT_IN_FULL, require_planner
from registry.works.queries import PLANNED, STANDING
from registry.works.removing import Uses, uses_of_batch

OFFERED = 200
"""Lots a page offers; words narrow them down."""


@dataclass(frozen=True, slots=True)
class ToSchedule:
    """The lots of a unit project nobody has marked yet: (id, label), in the order they are built."""

    unit: UnitProject
    lots: Sequence[tuple[str, str]]
    total: int


def lots_to_schedule(uow: UnitOfWork, unit_id: UUID, below: str = "", words: str = "") -> ToSchedule:
    """The lots whose day may be planned, as far as they are below a code and bear the words.

    below    a code of GB 50300, "" for the whole unit project
    raises   Forbidden or NotInOffice for who does not plan
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, unit.scope)
    require_planner(uow, unit, None)
    within = [
        Lot.unit_project_id == unit_id, PLANNED, Mark.id.is_(None), Lot.item_code.startswith(below, autoescape=True),
        *bearing(words),
    ]
    total = uow.session.scalar(select(func.count()).select_from(Lot).outerjoin(Mark, STANDING).where(*within)) or 0
    found = uow.session.scalars(
        select(Lot).outerjoin(Mark, STANDING).where(*within)
        .order_by(Lot.storey, Lot.item_code, Lot.serial, Lot.id).limit(OFFERED)
    )
    return ToSchedule(unit, labelled(uow, found), total)


@dataclass(frozen=True, slots=True)
class Spread:
    """A batch from the side of the works: what bars it, the lots it is built into, and those it may still go into."""

    batch: Batch
    holds: Sequence[Hold]
    uses: Sequence[LotBatch]
    lots: Sequence[tuple[str, str]]
    total: int
    may_record: bool

    @property
    def barred(self) -> Sequence[Hold]:
        return [hold for hold in self.holds if hold.bars_use]


def batch_spread(uow: UnitOfWork, batch_id: UUID, words: str = "", needs: Permission = Permission.WORK_READ) -> Spread:
    """Where a batch is built in, and into which lots it may still go: those not accepted yet, the next due first.

    needs   what the actor is about to do
    """
    batch = batch_for(uow, batch_id, needs)
    uses = uow.session.scalars(
        select(LotBatch).options(selectinload(LotBatch.lot).selectinload(Lot.unit))
        .where(LotBatch.batch_id == batch_id, LotBatch.withdrawn_at.is_(None)).order_by(LotBatch.recorded_at, LotBatch.id)
    ).all()
    within = [
        UnitProject.project_id == batch.project_id, PLANNED, Mark.verdict.is_distinct_from(Verdict.PASSED),
        Lot.id.not_in([use.lot_id for use in uses]), *bearing(words),
    ]
    source = select(Lot).join(UnitProject, UnitProject.id == Lot.unit_project_id).outerjoin(Mark, STANDING).where(*within)
    total = uow.session.scalar(select(func.count()).select_from(source.subquery())) or 0
    found = uow.session.scalars(
        source.options(selectinload(Lot.unit))
        .order_by(
            func.abs(Lot.due_on - uow.today).nulls_last(), UnitProject.number, Lot.storey, Lot.item_code, Lot.serial, Lot.id,
        ).limit(OFFERED)
    ).all()
    several = len({lot.unit_project_id for lot in found}) > 1
    labels = labelled(uow, found)
    if several:
        labels = [(key, f"{lot.unit.name} {label}") for lot, (key, label) in zip(found, labels, strict=True)]
    return Spread(
        batch, holds(uow.session, [batch_id])[batch_id], uses, labels, total,
        policy.allows(uow.actor, Permission.WORK_RECORD, batch.scope),
    )


@dataclass(frozen=True, slots=True)
class ToRemove:
    """A batch that is to leave the site: its chain, who may witness it, what lots have used of it, what may still go."""

    chain: Chain
    witnesses: Sequence[tuple[str, str]]
    uses: Uses
    free: Decimal


def batch_to_remove(uow: UnitOfWork, batch_id: UUID) -> ToRemove:
    found = chain(uow, batch_id, Permission.MATERIAL_RECORD)
    policy.require(uow.actor, Permission.MATERIAL_RECORD, found.batch.scope)
    uses = uses_of_batch(uow, batch_id)
    return ToRemove(
        found, people(uow, found.batch.project_id, REMOVAL_WITNESSES), uses, max(found.left - uses.measured, Decimal(0)),
    )


def bearing(words: str) -> list[ColumnElement[bool]]:
    """Return the condition that a lot's number, name or place bears the words; none without words."""
    if not words:
        return []
    return [or_(*(column.contains(words, autoescape=True) for column in (Lot.place, Lot.number, Lot.name)))]


def labelled(uow: UnitOfWork, lots: Iterable[Lot]) -> list[tuple[str, str]]:
    """Return (id, label) of lots: number, item, place and the day they are planned for."""
    tree = standards.divisions(uow.session, uow.today)
    return [
        (str(lot.id), " ".join(word for word in (
            lot.number, tree.find(lot.item_code).name if lot.item_code in tree else "", lot.place,
            f"（{lot.due_on}）" if lot.due_on else "",
        ) if word)) for lot in lots
    ]
