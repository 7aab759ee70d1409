"""What keeps lots from being built on, marked or accepted; and the locks by which that stays true while one signs.

Nothing here is stored. The same few SELECTs answer for one lot and for two thousand. Asking is no act of its own:
the caller's act or query has asked for the authority.

Locks are taken in one order, everywhere: lots by id, then the lock that keeps recalls out (shared, see
materials.offices.between_recalls), then the batches they use by id (shared). A recall waits for that lock alone, and
who holds or removes one batch locks that batch alone; either looks for the lots afterwards. So one of the two waits,
never both: when the recall was first, the signer reads the hold behind the lock and is refused; when the signature
was first, the recall finds the lot.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, or_, select
from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch
from registry.materials.offices import between_recalls
from registry.materials.rules import Hold
from registry.materials.standing import holds
from registry.projects.models import Participation, Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.lots import KeyStep, SampleRule, sample_rule_of, steps_of
from registry.standards.site_management import Before
from registry.works.models import FirstSample, Lot, LotBatch, Mark, SiteCheck, Verdict

IDS = bindparam("ids", type_=ARRAY(Uuid()))


class BlockerKey(StrEnum):
    """What may keep a lot from acceptance."""

    BATCH = "batch"                # 所用材料受控
    FIRST_SAMPLE = "first-sample"  # 样板未通过
    KEY_STEP = "key-step"          # 关键环节无责任标识
    SITE_CHECK = "site-check"      # 施工现场质量管理未检查合格，只在当地规定为前提时


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in a lot's way. `link` is the page on which to mend it, `acts` who must.

    bars_work   the lot may not even be built on; otherwise it only may not be accepted yet
    """

    key: BlockerKey
    label: str
    link: str
    acts: str
    bars_work: bool = False


class BatchHeld(Conflict):
    code = "lot.batch-held"


class FirstSampleWaits(Conflict):
    code = "lot.first-sample-waits"


class SiteUnprepared(Conflict):
    code = "lot.site-unprepared"


class LotWithdrawn(Conflict):
    code = "lot.withdrawn"


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What a lot's blockers turn on."""

    id: UUID
    unit_id: UUID
    item_code: str
    region: str
    project_id: UUID


@dataclass(frozen=True, slots=True)
class Judged:
    """A mark or a first sample, as far as blockers turn on it."""

    id: UUID
    verdict: Verdict | None


LOTS = (
    select(Lot.id, Lot.unit_project_id, Lot.item_code, Project.region, Project.id)
    .join(UnitProject, UnitProject.id == Lot.unit_project_id).join(Project, Project.id == UnitProject.project_id)
    .where(Lot.id == any_(IDS)).order_by(Lot.id)
)
USES = (
    select(LotBatch.lot_id, LotBatch.batch_id, Batch.number, Batch.product)
    .join(Batch, Batch.id == LotBatch.batch_id)
    .where(LotBatch.lot_id == any_(IDS), LotBatch.withdrawn_at.is_(None)).order_by(LotBatch.lot_id, LotBatch.batch_id)
)
MARKS = (
    select(Mark.lot_id, Mark.step, Mark.id, Mark.verdict)
    .where(Mark.lot_id == any_(IDS), Mark.step != "", Mark.superseded_at.is_(None)).order_by(Mark.lot_id, Mark.step)
)
SAMPLES = (
    select(FirstSample.unit_project_id, FirstSample.item_code, FirstSample.id, FirstSample.verdict)
    .where(
        FirstSample.unit_project_id == any_(bindparam("units", type_=ARRAY(Uuid()))),
        or_(FirstSample.verdict.is_(None), FirstSample.verdict == Verdict.PASSED),
    )
    .order_by(FirstSample.id)
)
PREPARED = (
    select(Lot.id)
    .join(UnitProject, UnitProject.id == Lot.unit_project_id)
    .join(SiteCheck, SiteCheck.project_id == UnitProject.project_id)
    .join(Participation, Participation.id == SiteCheck.participation_id)
    .where(
        Lot.id == any_(IDS), SiteCheck.verdict == Verdict.PASSED,
        or_(Participation.unit_numbers == [], UnitProject.number == any_(Participation.unit_numbers)),
    ).order_by(Lot.id)
)
"""Lots of unit projects whose contractor's record of how the site is managed has passed."""
LOTS_LOCKED = select(Lot.id, Lot.withdrawn_at, Lot.number).where(Lot.id == any_(IDS)).order_by(Lot.id).with_for_update(of=Lot)
BATCHES_LOCKED = select(Batch.id).where(Batch.id == any_(IDS)).order_by(Batch.id).with_for_update(of=Batch, read=True)


def lot_blockers(session: Session, lot_ids: Collection[UUID], on: date) -> dict[UUID, tuple[Blocker, ...]]:
    """Return for each of the lots what keeps it from acceptance on a day; () for one that nothing keeps.

    on   the day by whose editions key steps and first samples are demanded
    """
    ids = sorted(set(lot_ids))
    if not ids:
        return {}
    lots = [LotFacts(*row) for row in session.execute(LOTS, {"ids": ids})]
    batches = batch_blockers(session, ids)
    marks = {(row.lot_id, row.step): Judged(row.id, row.verdict) for row in session.execute(MARKS, {"ids": ids})}
    units = sorted({lot.unit_id for lot in lots})
    samples = {
        (row.unit_project_id, row.item_code): Judged(row.id, row.verdict)
        for row in session.execute(SAMPLES, {"units": units})
    }
    steps = {lot.region: standards.key_steps(session, lot.region, on).content for lot in lots}
    rules = {lot.region: standards.first_sample_rules(session, lot.region, on).content for lot in lots}
    unprepared = lots_unprepared(session, lots, on)
    return {
        lot.id: (
            *batches.get(lot.id, ()), *((site_blocker(lot),) if lot.id in unprepared else ()),
            *sample_blockers(lot, rules[lot.region], samples.get((lot.unit_id, lot.item_code))),
            *step_blockers(lot, steps[lot.region], marks),
        )
        for lot in lots
    }


def lots_unprepared(session: Session, lots: Sequence[LotFacts], on: date) -> set[UUID]:
    """Return the lots without a passed 施工现场质量管理检查, of those whose region makes it a condition."""
    strict = {
        region for region in {lot.region for lot in lots}
        if standards.site_rule(session, region, on).before_lots is Before.REFUSE
    }
    asked = {lot.id for lot in lots if lot.region in strict}
    return asked - set(session.scalars(PREPARED, {"ids": sorted(asked)})) if asked else asked


def site_blocker(lot: LotFacts) -> Blocker:
    return Blocker(
        BlockerKey.SITE_CHECK, _("施工现场质量管理尚未检查合格"), f"/projects/{lot.project_id}/site-checks",
        _("施工单位项目负责人填写，总监理工程师检查"), bars_work=True,
    )


def batch_blockers(session: Session, lot_ids: Sequence[UUID]) -> dict[UUID, list[Blocker]]:
    """Return what holds the batches built into lots, by lot."""
    used = session.execute(USES, {"ids": lot_ids}).all()
    held = holds(session, {row.batch_id for row in used})
    found: dict[UUID, list[Blocker]] = defaultdict(list)
    for row in used:
        found[row.lot_id] += [held_by(hold, row.product, row.number) for hold in held.get(row.batch_id, ())]
    return found


def held_by(hold: Hold, product: str, number: str) -> Blocker:
    label = _("材料 {product}（{number}）：{why}", product=product, number=number, why=hold.label)
    return Blocker(BlockerKey.BATCH, label, hold.link, hold.acts, bars_work=hold.bars_use)


def sample_blockers(lot: LotFacts, rules: Sequence[SampleRule], sample: Judged | None) -> Iterable[Blocker]:
    rule = sample_rule_of(rules, lot.item_code)
    if rule is None or not rule.holds_lots:
        return
    if sample is None:
        yield Blocker(
            BlockerKey.FIRST_SAMPLE, _("“{item}”尚未做样板", item=rule.label),
            f"/units/{lot.unit_id}/first-samples/new?item={lot.item_code}", _("施工单位"), bars_work=True,
        )
    elif sample.verdict is None:
        yield Blocker(
            BlockerKey.FIRST_SAMPLE, _("“{item}”的样板待验收", item=rule.label),
            f"/first-samples/{sample.id}", _("监理、建设单位"), bars_work=True,
        )


def step_blockers(
    lot: LotFacts, steps: Sequence[KeyStep], marks: Mapping[tuple[UUID, str], Judged]
) -> Iterable[Blocker]:
    for step in steps_of(steps, lot.item_code):
        mark = marks.get((lot.id, step.key))
        if step.demanded and (mark is None or mark.verdict is not Verdict.PASSED):
            yield step_blocker(lot, step, mark)


def step_blocker(lot: LotFacts, step: KeyStep, mark: Judged | None) -> Blocker:
    if mark is None:
        return Blocker(
            BlockerKey.KEY_STEP, _("“{step}”没有责任标识", step=step.label), f"/lots/{lot.id}/mark?step={step.key}",
            _("施工单位质检员或工长"),
        )
    if mark.verdict is Verdict.FAILED:
        return Blocker(
            BlockerKey.KEY_STEP, _("“{step}”验收不合格", step=step.label), f"/marks/{mark.id}",
            _("施工单位：返工后重新标识"),
        )
    return Blocker(BlockerKey.KEY_STEP, _("“{step}”待监理验收", step=step.label), f"/marks/{mark.id}", _("专业监理工程师"))


def lock_lots(uow: UnitOfWork, lot_ids: Collection[UUID]) -> None:
    """Lock lots, and the batches built into them against recall, until the act ends. See the order above.

    Raises NotFound for a lot that is none, LotWithdrawn for one that was withdrawn.
    """
    ids = sorted(set(lot_ids))
    rows = uow.session.execute(LOTS_LOCKED, {"ids": ids}).all()
    if len(rows) < len(ids):
        raise NotFound(_("没有找到所要的检验批。"))
    for row in rows:
        if row.withdrawn_at is not None:
            raise LotWithdrawn(_("检验批 {number} 已撤销。", number=row.number))
    between_recalls(uow)
    used = {row.batch_id for row in uow.session.execute(USES, {"ids": ids})}
    lock_batches(uow, used)


def lock_batches(uow: UnitOfWork, batch_ids: Collection[UUID]) -> None:
    """Keep batches as they are until the act ends: shared, so that many lots may be signed at once."""
    if batch_ids:
        uow.session.execute(BATCHES_LOCKED, {"ids": sorted(batch_ids)}).all()


def refuse_held(session: Session, lot_id: UUID) -> None:
    """Raise BatchHeld when a batch in the lot may not be built in. Ask behind the lock of `lock_lots`."""
    for blocker in batch_blockers(session, [lot_id]).get(lot_id, []):
        if blocker.bars_work:
            raise BatchHeld(blocker.label, remedy=blocker.acts)


REFUSALS = {
    BlockerKey.BATCH: BatchHeld, BlockerKey.FIRST_SAMPLE: FirstSampleWaits, BlockerKey.SITE_CHECK: SiteUnprepared,
}
"""Of what bars work itself."""


def refuse_barred(session: Session, lot_id: UUID, on: date) -> None:
    """Raise the refusal of `REFUSALS` when work on the lot may not go on. Ask behind the lock of `lock_lots`."""
    for blocker in lot_blockers(session, [lot_id], on)[lot_id]:
        if blocker.bars_work:
            raise REFUSALS[blocker.key](blocker.label, remedy=blocker.acts)
