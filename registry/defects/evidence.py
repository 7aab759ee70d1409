"""What the register holds about the part and the day asked about: lots, marks, materials, signatures, drawings.

The leaders answer by their office; here stand those who put their names to the work itself. The number of SELECTs
is the same for one lot and for two thousand.
Source: 质量强国建设纲要（十三）、（十四），专栏3 施工过程质量责任标识制度.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, cast, func, literal, or_, select, true

from registry import policy
from registry.acceptance.models import ConcealedWork, LotResult, Signature
from registry.acceptance.signers import SIGNED, Signer, signer, signers_above_lots
from registry.defects.queries import Answer
from registry.designs.queries import InForceDrawings, drawings_in_force
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, Disposition
from registry.materials.rules import Hold, ReportFact
from registry.materials.standing import holds, reports_of
from registry.policy import Permission
from registry.projects.models import Part, UnitProject
from registry.projects.queries import Node
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceLevel
from registry.works.models import FirstSample, Lot, LotBatch, Mark

MOST_LOTS = 200
MOST_CONCEALED = 50


@dataclass(frozen=True, slots=True)
class LotFound:
    """A lot of the part: who did, checked and accepted it, and how far from the day asked about.

    days_off   between that day and the nearest mark, else its result, else its plan; None for a lot without any day
    """

    lot: Lot
    item: str
    days_off: int | None
    worked_on: date | None
    marks: Sequence[Mark]
    signers: Sequence[Signer]


@dataclass(frozen=True, slots=True)
class Used:
    """A batch of material built into the lots shown, and what is known against it and for it."""

    batch: Batch
    lots: Sequence[str]                # their numbers
    holds: Sequence[Hold]
    reports: Sequence[ReportFact]
    dispositions: Sequence[Disposition]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is on record around one answer; every list may be empty, and the page says so."""

    on: date
    unit: UnitProject | None
    shown: Node | None                 # the part whose lots these are: the one asked about, or the nearest above it
    widened: bool                      # ... and so it is the nearest above it
    lots: Sequence[LotFound]           # the nearest to the day first, `MOST_LOTS` of them
    total: int
    code: str                          # of the division the part belongs to, "" for the whole unit
    materials: Sequence[Used]
    signers: Sequence[Signer]          # of the nodes and of what was covered
    concealed: Sequence[ConcealedWork]
    samples: Sequence[FirstSample]
    drawings: InForceDrawings | None   # None for the project as a whole: drawings are of units


def evidence(uow: UnitOfWork, found: Answer) -> Evidence:
    """What is on record about the part and the day of an answer. A part without lots takes those of the nearest above."""
    policy.require(uow.actor, Permission.DEFECT_TRACE, found.project.scope)
    on = found.question.done_on
    units = {unit.id: unit for unit in ([found.unit] if found.unit else found.project.units)}
    unit = next(iter(units.values())) if len(units) == 1 else None
    ways = ways_of(uow, unit, found.path)
    taken, total = narrowest(uow, list(units), [condition for _node, condition in ways])
    shown, condition = ways[taken]
    code = catalogue_code([shown] if shown else [], found.path)
    lots = lots_of(uow, list(units), condition, on)
    return Evidence(
        on, unit, shown, taken > 0 and total > 0, lots, total, code, used_in(uow, lots),
        signers_above_lots(uow, unit.id, code, on) if unit else (), concealed_of(uow, list(units), code, on),
        samples_of(uow, list(units), code, lots), drawings_in_force(uow, unit.id, found.question.part, on) if unit else None,
    )


def ways_of(
    uow: UnitOfWork, unit: UnitProject | None, path: Sequence[Node]
) -> list[tuple[Node | None, ColumnElement[bool]]]:
    """The part asked about and those above it, the narrowest first, each with the condition its lots meet."""
    if not path:
        return [(None, true())]
    own = own_ids(uow, unit) if unit and path[-1].own else {}
    return [
        (node, Lot.part_id.in_(own.get(node.code, [])) if node.own else Lot.item_code.startswith(node.code, autoescape=True))
        for node in reversed(path)
    ]


def own_ids(uow: UnitOfWork, unit: UnitProject) -> Mapping[str, Sequence[UUID]]:
    """The unit's own parts by code, each with the ids of itself and of all parts below it."""
    rows = uow.session.execute(
        select(Part.id, Part.code, Part.parent_id).where(Part.unit_project_id == unit.id).order_by(Part.code)
    ).all()
    above = {part: parent for part, _code, parent in rows}
    codes = {part: code for part, code, _parent in rows}
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    for part in above:
        here: UUID | None = part
        while here is not None:
            found[codes[here]].append(part)
            here = above[here]
    return found


def narrowest(uow: UnitOfWork, units: Sequence[UUID], conditions: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """Return which condition is the first that any lot meets, and how many do; (0, 0) when none does."""
    counts = uow.session.execute(
        select(*(func.count().filter(condition) for condition in conditions))
        .where(Lot.unit_project_id.in_(units), Lot.withdrawn_at.is_(None))
    ).one()
    return next(((number, count) for number, count in enumerate(counts) if count), (0, 0))


def catalogue_code(shown: Sequence[Node], path: Sequence[Node]) -> str:
    """The division the part shown belongs to, "" for the whole unit: what is accepted is accepted by division."""
    steps = [*path[:path.index(shown[0]) + 1]] if shown else []
    return next((node.code for node in reversed(steps) if not node.own), "")


def lots_of(uow: UnitOfWork, units: Sequence[UUID], condition: ColumnElement[bool], on: date) -> list[LotFound]:
    """The lots that meet a condition, the nearest to a day first, with their marks and signatures. Three SELECTs."""
    entered = cast(func.timezone("Asia/Shanghai", LotResult.entered_at), Date)
    asked = literal(on, Date)
    off = func.coalesce(nearest_mark(asked), func.abs(entered - asked), func.abs(Lot.due_on - asked))
    rows = uow.session.execute(
        select(Lot, off, entered)
        .outerjoin(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
        .where(Lot.unit_project_id.in_(units), Lot.withdrawn_at.is_(None), condition)
        .order_by(off.asc().nulls_last(), Lot.item_code, Lot.serial, Lot.id).limit(MOST_LOTS)
    ).all()
    ids = [lot.id for lot, _off, _entered in rows]
    marks, signers = marks_of(uow, ids), lot_signers(uow, ids)
    tree = standards.divisions(uow.session, uow.today)
    return [
        LotFound(
            lot, tree.find(lot.item_code).name if lot.item_code in tree else lot.item_code, days,
            worked_on(marks[lot.id], day, lot.due_on, on), marks[lot.id], signers[lot.id],
        )
        for lot, days, day in rows
    ]


def nearest_mark(asked: ColumnElement[date]) -> ScalarSelect[int]:
    return (
        select(func.min(func.abs(Mark.done_on - asked))).where(Mark.lot_id == Lot.id, Mark.superseded_at.is_(None))
        .correlate(Lot).scalar_subquery()
    )


def worked_on(marks: Iterable[Mark], entered: date | None, due: date | None, on: date) -> date | None:
    """The day of work nearest to the day asked about, as far as anything says."""
    return min((mark.done_on for mark in marks), key=lambda day: abs(day - on), default=entered or due)


def marks_of(uow: UnitOfWork, lots: Sequence[UUID]) -> Mapping[UUID, list[Mark]]:
    found: defaultdict[UUID, list[Mark]] = defaultdict(list)
    rows = uow.session.scalars(
        select(Mark).where(Mark.lot_id.in_(lots), Mark.superseded_at.is_(None)).order_by(Mark.done_on, Mark.made_at, Mark.id)
    )
    for mark in rows:
        found[mark.lot_id].append(mark)
    return found


def lot_signers(uow: UnitOfWork, lots: Sequence[UUID]) -> Mapping[UUID, list[Signer]]:
    """Who signed the standing results of lots."""
    found: defaultdict[UUID, list[Signer]] = defaultdict(list)
    rows = uow.session.execute(
        select(LotResult.lot_id, *SIGNED).join(Signature, Signature.result_id == LotResult.id)
        .where(LotResult.lot_id.in_(lots), LotResult.superseded_at.is_(None)).order_by(Signature.signed_at, Signature.id)
    )
    for row in rows:
        found[row[0]].append(signer("", AcceptanceLevel.LOT, f"/lots/{row[0]}/acceptance", row))
    return found


def used_in(uow: UnitOfWork, lots: Sequence[LotFound]) -> list[Used]:
    """The batches built into lots, the gravest held first, with reports and what was done about them."""
    numbers = {one.lot.id: one.lot.number for one in lots}
    built: defaultdict[UUID, list[str]] = defaultdict(list)
    batches: dict[UUID, Batch] = {}
    for lot_id, batch in uow.session.execute(
        select(LotBatch.lot_id, Batch).join(Batch, Batch.id == LotBatch.batch_id)
        .where(LotBatch.lot_id.in_(list(numbers)), LotBatch.withdrawn_at.is_(None))
        .order_by(Batch.arrived_on, Batch.id, LotBatch.recorded_at)
    ):
        batches[batch.id] = batch
        built[batch.id].append(numbers[lot_id])
    held, reports = holds(uow.session, batches), reports_of(uow.session, batches)
    treated: defaultdict[UUID, list[Disposition]] = defaultdict(list)
    for one in uow.session.scalars(
        select(Disposition).where(Disposition.batch_id.in_(list(batches))).order_by(Disposition.disposed_at, Disposition.id)
    ):
        treated[one.batch_id].append(one)
    used = [
        Used(batch, built[key], held.get(key, ()), reports.get(key, ()), treated[key]) for key, batch in batches.items()
    ]
    return sorted(used, key=lambda one: not one.holds)


def concealed_of(uow: UnitOfWork, units: Sequence[UUID], code: str, on: date) -> Sequence[ConcealedWork]:
    """What was covered below a division, the nearest to the day first."""
    looked = cast(func.timezone("Asia/Shanghai", ConcealedWork.looked_at), Date)
    return uow.session.scalars(
        select(ConcealedWork)
        .where(ConcealedWork.unit_project_id.in_(units), ConcealedWork.item_code.startswith(code, autoescape=True))
        .order_by(func.abs(looked - literal(on, Date)), ConcealedWork.number).limit(MOST_CONCEALED)
    ).all()


def samples_of(uow: UnitOfWork, units: Sequence[UUID], code: str, lots: Sequence[LotFound]) -> Sequence[FirstSample]:
    """The first samples of the items shown, and of those below the division."""
    items = sorted({one.lot.item_code for one in lots})
    return uow.session.scalars(
        select(FirstSample)
        .where(
            FirstSample.unit_project_id.in_(units),
            or_(FirstSample.item_code.in_(items), FirstSample.item_code.startswith(code, autoescape=True)),
        ).order_by(FirstSample.item_code, FirstSample.made_at, FirstSample.id).limit(MOST_CONCEALED)
    ).all()
