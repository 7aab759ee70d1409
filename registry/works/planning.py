"""Laying a unit project out into lots: preview, make, put right, withdraw.

Who plans: the contractor's filer, technical leader or project leader. A subcontractor plans his own lots, the contractor
everybody's; the supervision goes through the plan (see `reviewing`). Source: GB 50300-2013 4.0.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission, Scope
from registry.projects.models import PROJECT_PARTIES, Part, Participation, UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.lots import LotLayout
from registry.standards.rules import NATION
from registry.works.layout import (
    MOST,
    POURS,
    STOREYS,
    Building,
    PlannedLot,
    layout,
    number_of,
    numbered,
    storey_named,
)
from registry.works.models import Lot, LotBatch, Mark
from registry.works.standing import lock_lots

BUILDERS = ("contractor", "general-contractor", "subcontractor")
LEADING = ("contractor", "general-contractor")
PLANNERS = ("site/technical-leader", "project-manager", "epc-manager")
DESKS = frozenset({Role.FIRM_FILER})
"""Roles that plan without a post on the site."""
UNIT_IN_FULL = (selectinload(UnitProject.project).options(PROJECT_PARTIES),)
LOT_IN_FULL = (
    selectinload(Lot.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES),
    selectinload(Lot.participation),
)


class TooManyLots(Invalid):
    code = "lot.too-many"


class LotInUse(Conflict):
    code = "lot.in-use"


class LotChanged(Conflict):
    code = "lot.changed"


@dataclass(frozen=True, slots=True)
class LayoutWish:
    """What somebody asks to have laid out.

    layouts   keys of the layouts (trades) chosen
    pours     施工段 on each storey
    """

    participation_id: UUID
    layouts: tuple[str, ...]
    storeys_above: int
    storeys_below: int
    pours: int = 1


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot added by hand."""

    participation_id: UUID
    item_code: str
    place: str
    name: str = ""
    capacity: Decimal | None = None
    capacity_unit: str = ""
    part_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LotEdit:
    """What may be put right about a lot."""

    place: str
    name: str
    capacity: Decimal | None
    capacity_unit: str
    due_on: date | None


def preview_lots(uow: UnitOfWork, unit_id: UUID, wish: LayoutWish) -> list[PlannedLot]:
    """Return the lots that `generate_lots` would make, those left out that are there already. Writes nothing."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    require_planner(uow, unit, builder(unit, wish.participation_id))
    return missing(uow, unit, planned(uow, unit, wish))


def generate_lots(uow: UnitOfWork, unit_id: UUID, wish: LayoutWish) -> list[Lot]:
    """Lay a unit project out into lots for the firm that builds them; what stands there already stays as it is.

    Raises TooManyLots beyond 5,000, Invalid for storeys or layouts that cannot be, Conflict when nothing is left to make.
    Source: GB 50300-2013 4.0.5、4.0.7.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    firm = builder(unit, wish.participation_id)
    require_planner(uow, unit, firm)
    uow.lock(f"lots of {unit_id}")
    wanted = missing(uow, unit, planned(uow, unit, wish))
    if not wanted:
        raise Conflict(_("所选专业的检验批已经全部划分。"), remedy=_("可选择其他专业，或逐个增加检验批。"))
    region = unit.project.region
    template = standards.lot_layouts(uow.session, region, uow.today).edition.id
    made = [
        Lot(
            id=uow.new_id(), unit_project_id=unit_id, participation_id=firm.id, item_code=each.item_code, serial=serial,
            number=number_of(each.item_code, serial), name=each.name, place=each.place, storey=each.storey,
            part_id=each.part_id, capacity_unit=each.capacity_unit, divisions_edition_id=divisions_edition(uow),
            template_edition_id=template, planned_at=uow.at, planned_by_id=uow.actor.account,
        )
        for serial, each in numbered(wanted, last_serials(uow, unit_id))
    ]
    uow.session.add_all(made)
    ledger.append_many(uow, "lot.planned", [ledger.Entry(lot) for lot in made])
    return made


def add_lot(uow: UnitOfWork, unit_id: UUID, new: NewLot) -> Lot:
    """Add one lot by hand, with the next number of its item. Raises Invalid for a code that is no item."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    firm = builder(unit, new.participation_id)
    require_planner(uow, unit, firm)
    item = item_name(uow, new.item_code)
    refuse_foreign_part(uow, unit_id, new.part_id)
    uow.lock(f"lots of {unit_id}")
    serial = last_serials(uow, unit_id).get(new.item_code, 0) + 1
    lot = Lot(
        id=uow.new_id(), unit_project_id=unit_id, participation_id=firm.id, item_code=new.item_code, serial=serial,
        number=number_of(new.item_code, serial), name=new.name or _("{place}{item}检验批", place=new.place, item=item),
        place=new.place, storey=None, part_id=new.part_id, capacity=new.capacity, capacity_unit=new.capacity_unit,
        divisions_edition_id=divisions_edition(uow), planned_at=uow.at, planned_by_id=uow.actor.account,
    )
    uow.session.add(lot)
    ledger.append(uow, "lot.planned", lot)
    return lot


def edit_lot(uow: UnitOfWork, lot_id: UUID, edit: LotEdit, version: int) -> Lot:
    """Put a lot's name, place, capacity or planned day right.

    Once something hangs on the lot only the planned day may move: raises LotInUse. Raises LotChanged when the lot is
    no longer the `version` that was looked at.
    """
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    require_planner(uow, lot.unit, lot.participation)
    lock_lots(uow, [lot_id])
    uow.session.refresh(lot, ["version"])
    if lot.version != version:
        raise LotChanged(_("检验批 {number} 刚被别人改过，请核对后再改。", number=lot.number))
    before = (lot.place, lot.name, lot.capacity, lot.capacity_unit)
    lot.due_on = edit.due_on
    if before == (edit.place, edit.name, edit.capacity, edit.capacity_unit):
        return lot
    refuse_in_use(uow, lot)
    lot.place, lot.name, lot.capacity, lot.capacity_unit = edit.place, edit.name, edit.capacity, edit.capacity_unit
    ledger.append(uow, "lot.put-right", lot)
    return lot


def schedule_lots(uow: UnitOfWork, unit_id: UUID, lot_ids: Sequence[UUID], due_on: date | None) -> int:
    """Set the planned day of lots, so that they head the list on that day. Returns how many were moved."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    require_planner(uow, unit, None)
    lots = uow.session.scalars(
        select(Lot).where(Lot.unit_project_id == unit_id, Lot.id.in_(list(lot_ids)), Lot.withdrawn_at.is_(None))
        .order_by(Lot.id).with_for_update()
    ).all()
    for lot in lots:
        lot.due_on = due_on
    return len(lots)


def withdraw_lot(uow: UnitOfWork, lot_id: UUID, reason: str) -> Lot:
    """Take a lot out of the plan, for a reason; its number is never used again. Raises LotInUse."""
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    require_planner(uow, lot.unit, lot.participation)
    lock_lots(uow, [lot_id])
    refuse_in_use(uow, lot)
    lot.withdrawn_at, lot.withdrawn_by_id, lot.withdrawn_reason = uow.at, uow.actor.account, reason
    ledger.append(uow, "lot.withdrawn", lot)
    return lot


def require_planner(uow: UnitOfWork, unit: UnitProject, firm: Participation | None) -> None:
    """Raise unless the actor may plan lots for that firm; `None` for the unit project as a whole.

    A leading contractor plans for every firm that builds. Of the people of a site only the technical leader plans.
    """
    whole = unit.project.scope
    leads = any(
        one.role in LEADING and one.organisation_id == uow.actor.organisation for one in unit.project.participations
    )
    builds = any(
        one.role in BUILDERS and one.organisation_id == uow.actor.organisation for one in unit.project.participations
    )
    own = firm.organisation_id if firm is not None and not leads else uow.actor.organisation if builds else None
    scope = Scope(whole.region, whole.organisations, organisation=own, owner=whole.owner)
    policy.require(uow.actor, Permission.WORK_PLAN, scope)
    if uow.actor != SYSTEM and not uow.actor.roles & DESKS:
        own_office(uow, unit.project_id, PLANNERS, uow.today, unit.number)


def builder(unit: UnitProject, participation_id: UUID) -> Participation:
    """Return the firm that is to build the lots. Raises Invalid for one that does not build here, or no longer."""
    for one in unit.project.participations:
        here = not one.unit_numbers or unit.number in one.unit_numbers
        if one.id == participation_id and one.role in BUILDERS and here and one.until is None:
            return one
    raise Invalid(_("检验批应属于本单位工程的施工单位或分包单位。"), field="participation_id")


def planned(uow: UnitOfWork, unit: UnitProject, wish: LayoutWish) -> list[PlannedLot]:
    if not (1 <= wish.storeys_above <= STOREYS and 0 <= wish.storeys_below <= POURS and 1 <= wish.pours <= POURS):
        raise Invalid(_("层数或施工段数不对：地上 1 至 200 层，地下 0 至 20 层，施工段 1 至 20。"), field="storeys_above")
    building = Building(wish.storeys_above, wish.storeys_below, wish.pours, parts_by_storey(uow, unit.id))
    lots = layout(chosen(uow, unit, wish.layouts), standards.divisions(uow.session, uow.today), building)
    if len(lots) > MOST:
        raise TooManyLots(
            _("一次最多划分 {most} 个检验批，所选的会有 {count} 个。请分专业划分。", most=MOST, count=len(lots)), field="layouts",
        )
    return lots


def chosen(uow: UnitOfWork, unit: UnitProject, keys: Sequence[str]) -> list[LotLayout]:
    offered = standards.lot_layouts(uow.session, unit.project.region, uow.today).content
    found = [each for each in offered if each.key in keys]
    if not found or len(found) < len(set(keys)):
        raise Invalid(_("请选择要划分的专业。"), field="layouts")
    return found


def missing(uow: UnitOfWork, unit: UnitProject, lots: Sequence[PlannedLot]) -> list[PlannedLot]:
    """Return those of the planned lots whose item has none in that place yet."""
    there = set(uow.session.execute(
        select(Lot.item_code, Lot.place).where(Lot.unit_project_id == unit.id, Lot.withdrawn_at.is_(None))
        .order_by(Lot.item_code, Lot.place)
    ).all())
    return [each for each in lots if (each.item_code, each.place) not in there]


def parts_by_storey(uow: UnitOfWork, unit_id: UUID) -> dict[int, UUID]:
    rows = uow.session.execute(
        select(Part.id, Part.name, Part.code).where(Part.unit_project_id == unit_id, Part.kind == "storey").order_by(Part.id)
    )
    named = [(storey_named(row.name) or storey_named(row.code), row.id) for row in rows]
    return {storey: part for storey, part in named if storey is not None}


def last_serials(uow: UnitOfWork, unit_id: UUID) -> dict[str, int]:
    """Return the last serial in use of each item of a unit project, withdrawn lots counted."""
    rows = uow.session.execute(
        select(Lot.item_code, func.max(Lot.serial)).where(Lot.unit_project_id == unit_id)
        .group_by(Lot.item_code).order_by(Lot.item_code)
    )
    return dict(rows.all())


def divisions_edition(uow: UnitOfWork) -> UUID:
    return standards.in_force(uow.session, kinds.DIVISIONS, NATION, uow.today).edition.id


def item_name(uow: UnitOfWork, code: str) -> str:
    tree = standards.divisions(uow.session, uow.today)
    if len(code) != 6 or code not in tree:
        raise Invalid(_("“{code}”不是六位的分项编码。", code=code), field="item_code")
    return tree.find(code).name


def refuse_foreign_part(uow: UnitOfWork, unit_id: UUID, part_id: UUID | None) -> None:
    if part_id is not None and uow.get(Part, part_id).unit_project_id != unit_id:
        raise Invalid(_("所选部位不属于本单位工程。"), field="part_id")


def refuse_in_use(uow: UnitOfWork, lot: Lot) -> None:
    """Raise LotInUse when a mark or a use of material hangs on the lot. Ask behind its lock."""
    hangs = uow.session.scalar(select(or_(
        exists().where(Mark.lot_id == lot.id, Mark.superseded_at.is_(None)),
        exists().where(LotBatch.lot_id == lot.id, LotBatch.withdrawn_at.is_(None)),
    )))
    if hangs:
        raise LotInUse(
            _("检验批 {number} 已有责任标识或材料使用记录，不能更改或撤销。", number=lot.number),
            remedy=_("请先撤销这些记录，再更改检验批。"),
        )
