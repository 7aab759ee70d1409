"""What can be asked about one lot: the whole chain, what a mark may say of it, what may be built into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.designs.queries import InForceDrawings, drawings_in_force
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch
from registry.materials.rules import Hold
from registry.materials.standing import holds
from registry.policy import Permission
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards.lots import KeyStep, steps_of
from registry.works.marking import DOERS
from registry.works.models import FirstSample, Lot, LotBatch, Mark, Verdict
from registry.works.planning import LOT_IN_FULL, require_planner
from registry.works.queries import barring, may_plan
from registry.works.standing import Blocker, lot_blockers


@dataclass(frozen=True, slots=True)
class UseShown:
    use: LotBatch
    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True)
class StepShown:
    """A key step of a lot, or the lot as a whole (`step` None), and the mark of it that stands."""

    step: KeyStep | None
    label: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class LotShown:
    """One lot with the whole chain: drawing, material, first sample, marks."""

    lot: Lot
    item: str
    path: str
    drawings: InForceDrawings
    uses: Sequence[UseShown]
    sample: FirstSample | None
    steps: Sequence[StepShown]
    past_marks: Sequence[Mark]
    blockers: Sequence[Blocker]
    may_plan: bool
    may_record: bool


def lot(uow: UnitOfWork, lot_id: UUID) -> Lot:
    """A lot, to be read by whoever may see the project."""
    found = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, found.scope)
    return found


def lot_to_edit(uow: UnitOfWork, lot_id: UUID) -> Lot:
    """A lot, to be put right by whoever plans."""
    found = lot(uow, lot_id)
    policy.require(uow.actor, Permission.WORK_READ, found.scope)
    require_planner(uow, found.unit, found.participation)
    return found


def lot_shown(uow: UnitOfWork, lot_id: UUID) -> LotShown:
    """A lot with all that bears on it, in a fixed number of SELECTs."""
    found = lot(uow, lot_id)
    marks = uow.session.scalars(select(Mark).where(Mark.lot_id == lot_id).order_by(Mark.made_at.desc(), Mark.id)).all()
    standing = {mark.step: mark for mark in marks if mark.superseded_at is None}
    tree = standards.divisions(uow.session, uow.today)
    known = found.item_code in tree
    steps = steps_of(standards.key_steps(uow.session, found.unit.project.region, uow.today).content, found.item_code)
    return LotShown(
        found, tree.find(found.item_code).name if known else found.item_code,
        tree.path(found.item_code) if known else found.item_code,
        drawings_in_force(uow, found.unit_project_id, found.item_code if known else "", uow.today), uses_of(uow, lot_id),
        uow.session.scalars(
            select(FirstSample).where(
                FirstSample.unit_project_id == found.unit_project_id, FirstSample.item_code == found.item_code,
            ).order_by(FirstSample.made_at.desc(), FirstSample.id).limit(1)
        ).one_or_none(),
        [*(StepShown(step, step.label, standing.get(step.key)) for step in steps),
         StepShown(None, _("检验批整体"), standing.get(""))],
        [mark for mark in marks if mark.superseded_at is not None],
        lot_blockers(uow.session, [lot_id], uow.today)[lot_id],
        may_plan(uow, found.unit), policy.allows(uow.actor, Permission.WORK_RECORD, found.scope),
    )


def uses_of(uow: UnitOfWork, lot_id: UUID) -> list[UseShown]:
    uses = uow.session.scalars(
        select(LotBatch).options(selectinload(LotBatch.batch))
        .where(LotBatch.lot_id == lot_id, LotBatch.withdrawn_at.is_(None)).order_by(LotBatch.recorded_at, LotBatch.id)
    ).all()
    held = holds(uow.session, [use.batch_id for use in uses])
    return [UseShown(use, held.get(use.batch_id, ())) for use in uses]


@dataclass(frozen=True, slots=True)
class ToMark:
    """What the form of a mark offers; the first doer is the one last named for the item."""

    lot: Lot
    item: str
    steps: Sequence[tuple[str, str]]
    step: str
    doers: Sequence[tuple[str, str]]
    blockers: Sequence[Blocker]


def lot_to_mark(uow: UnitOfWork, lot_id: UUID, step: str = "") -> ToMark:
    """What is offered to who marks a lot. The step not marked yet comes first."""
    found = lot(uow, lot_id)
    policy.require(uow.actor, Permission.WORK_RECORD, found.scope)
    tree = standards.divisions(uow.session, uow.today)
    known = steps_of(standards.key_steps(uow.session, found.unit.project.region, uow.today).content, found.item_code)
    steps = [*((one.key, one.label) for one in known), ("", _("检验批整体"))]
    done = set(uow.session.scalars(
        select(Mark.step).where(
            Mark.lot_id == lot_id, Mark.superseded_at.is_(None), Mark.verdict.is_distinct_from(Verdict.FAILED),
        ).order_by(Mark.step)
    ))
    wanted = step if step in dict(steps) else next((key for key, _label in steps if key not in done), "")
    return ToMark(
        found, tree.find(found.item_code).name if found.item_code in tree else found.item_code, steps, wanted,
        doers(uow, found), [one for one in barring(uow, [lot_id])[lot_id] if one.bars_work],
    )


def doers(uow: UnitOfWork, found: Lot) -> list[tuple[str, str]]:
    """Return (term, name and firm) of those who may have done the work today, last named for the item first."""
    terms = [
        term for term in in_office(uow.session, found.unit.project_id, DOERS, uow.today, found.unit.number)
        if term.person_id != uow.actor.person
    ]
    last = uow.session.scalar(
        select(Mark.doer_term_id).join(Lot, Lot.id == Mark.lot_id)
        .where(Lot.unit_project_id == found.unit_project_id, Lot.item_code == found.item_code)
        .order_by(Mark.made_at.desc(), Mark.id).limit(1)
    )
    ordered = sorted(terms, key=lambda term: (term.id != last, DOERS.index(term.post)))
    return [(str(term.id), f"{term.person_name} · {term.participation.organisation_name}") for term in ordered]


@dataclass(frozen=True, slots=True)
class ToUse:
    """A lot, and the batches of its project that may be built in: (id, label)."""

    lot: Lot
    batches: Sequence[tuple[str, str]]
    barred: int      # how many are left out because something bars their use


OFFERED = 200  # the batches that came last


def lot_to_supply(uow: UnitOfWork, lot_id: UUID) -> ToUse:
    """The batches of the project that nothing bars from use, the last to arrive first."""
    found = lot(uow, lot_id)
    policy.require(uow.actor, Permission.WORK_RECORD, found.scope)
    batches = uow.session.scalars(
        select(Batch).where(Batch.project_id == found.unit.project_id)
        .order_by(Batch.arrived_on.desc(), Batch.id).limit(OFFERED)
    ).all()
    held = holds(uow.session, [batch.id for batch in batches])
    free = [batch for batch in batches if not any(hold.bars_use for hold in held[batch.id])]
    return ToUse(found, [
        (str(batch.id), f"{batch.product} {batch.grade} · {batch.number}") for batch in free
    ], len(batches) - len(free))


def lot_of_use(uow: UnitOfWork, use_id: UUID) -> LotShown:
    """The lot a use of material belongs to."""
    return lot_shown(uow, uow.get(LotBatch, use_id).lot_id)
