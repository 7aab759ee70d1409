"""Use of material (使用部位): which batches are built into which lots. From the lot and from the batch alike.

A held or removed batch is refused. The lot is locked first and the batch after it (see `standing`), so that a recall
either comes first and is read here, or waits and then finds the use.
"""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, func, select

from registry import policy
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.materials.models import Batch
from registry.materials.offices import batch_for
from registry.materials.standing import holds, remaining
from registry.policy import Permission
from registry.projects.offices import own_office
from registry.works.models import Lot, LotBatch, Mark, Verdict
from registry.works.planning import LOT_IN_FULL
from registry.works.standing import BatchHeld, lock_batches, lock_lots

USERS = (
    "site/materials-clerk", "site/foreman", "site/quality-inspector", "site/crew-leader", "site/technical-leader",
    "site/subcontract-leader", "project-manager",
)
"""Posts whose holder may say what was built in where."""


NOTHING = Decimal(0)


class AlreadyUsed(Conflict):
    code = "lot-batch.already-used"


class UseSettled(Conflict):
    code = "lot-batch.settled"


def use_batch(uow: UnitOfWork, lot_id: UUID, batch_id: UUID, quantity: Decimal | None = None) -> LotBatch:
    """Record that a batch of material is built into a lot.

    quantity   in the batch's own unit, None when nobody measured it
    raises     BatchHeld while anything bars the use of the batch, NotFound for a batch of another project,
               AlreadyUsed, NotInOffice, LotWithdrawn, Invalid for more than is left of the batch
    source     建设工程质量管理条例 第二十九、三十七条
    """
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, lot.scope)
    own_office(uow, lot.unit.project_id, USERS, uow.today, lot.unit.number)
    batch = uow.get(Batch, batch_id)
    if batch.project_id != lot.unit.project_id:
        raise NotFound(_("本工程没有这一批材料。"))
    lock_lots(uow, [lot_id])
    lock_batches(uow, [batch_id])
    refuse_barred_batch(uow, batch)
    if quantity is not None:
        refuse_more_than_left(uow, batch, quantity)
    if uow.session.scalar(standing_use(lot_id, batch_id)):
        raise AlreadyUsed(_("该批材料已登记用于检验批 {number}。", number=lot.number))
    use = LotBatch(
        id=uow.new_id(), lot_id=lot_id, batch_id=batch_id, quantity=quantity, recorded_at=uow.at,
        recorded_by_id=uow.actor.account,
    )
    uow.session.add(use)
    ledger.append(uow, "lot-batch.used", use)
    return use


def use_in_lots(uow: UnitOfWork, batch_id: UUID, lot_ids: Collection[UUID], quantity: Decimal | None = None) -> list[LotBatch]:
    """Record that a batch is built into several lots: into all of them or, when one refuses, into none.

    quantity   in each of them, in the batch's own unit, None when nobody measured it
    raises     what `use_batch` raises
    """
    batch = batch_for(uow, batch_id, Permission.WORK_RECORD)
    ids = sorted(set(lot_ids))
    if quantity is not None and quantity * len(ids) > batch.quantity:
        raise Invalid(
            _("{count} 个检验批的用量合计超过该批的 {whole} {unit}。", count=len(ids), whole=f"{batch.quantity.normalize():f}",
              unit=batch.unit),
            field="quantity",
        )
    lock_lots(uow, ids)  # all before the first batch: see the order in `standing`
    return [use_batch(uow, lot_id, batch_id, quantity) for lot_id in ids]


def withdraw_use(uow: UnitOfWork, use_id: UUID, reason: str) -> LotBatch:
    """Take back a use that was recorded by mistake. Raises UseSettled once the lot's own mark is accepted."""
    use = uow.get(LotBatch, use_id)
    lot = uow.get(Lot, use.lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, lot.scope)
    own_office(uow, lot.unit.project_id, USERS, uow.today, lot.unit.number)
    lock_lots(uow, [lot.id])
    uow.get(LotBatch, use_id, lock=True)
    if use.withdrawn_at is not None:
        raise UseSettled(_("该使用记录已经撤销。"))
    accepted = select(Mark.id).where(
        Mark.lot_id == lot.id, Mark.superseded_at.is_(None), Mark.verdict == Verdict.PASSED,
    ).limit(1)
    if uow.session.scalar(accepted):
        raise UseSettled(
            _("检验批 {number} 的责任标识已经验收，材料使用记录不能撤销。", number=lot.number),
            remedy=_("确有错误的，请先由监理撤销责任标识。"),
        )
    use.withdrawn_at, use.withdrawn_by_id, use.withdrawn_reason = uow.at, uow.actor.account, reason
    ledger.append(uow, "lot-batch.withdrawn", use)
    return use


def standing_use(lot_id: UUID, batch_id: UUID) -> Select[UUID]:
    return select(LotBatch.id).where(
        LotBatch.lot_id == lot_id, LotBatch.batch_id == batch_id, LotBatch.withdrawn_at.is_(None),
    )


def refuse_more_than_left(uow: UnitOfWork, batch: Batch, quantity: Decimal) -> None:
    """Raise Invalid for more than came, less what has gone from the site and what other lots have taken.

    Two uses at once share the lock on the batch: this one they take in turn, and wait for nothing behind it.
    """
    uow.lock(f"uses of batch {batch.id}")
    used = uow.session.scalar(select(func.coalesce(func.sum(LotBatch.quantity), 0)).where(
        LotBatch.batch_id == batch.id, LotBatch.withdrawn_at.is_(None),
    )) or NOTHING
    left = remaining(uow.session, [batch.id])[batch.id] - used
    if not 0 < quantity <= left:
        raise Invalid(
            _("用量应大于 0，且不超过该批剩余的 {left} {unit}（进场 {whole}）。", left=f"{max(left, NOTHING).normalize():f}",
              unit=batch.unit, whole=f"{batch.quantity.normalize():f}"),
            field="quantity",
        )


def refuse_barred_batch(uow: UnitOfWork, batch: Batch) -> None:
    for hold in holds(uow.session, [batch.id]).get(batch.id, ()):
        if hold.bars_use:
            raise BatchHeld(
                _("材料 {product}（{number}）不得使用：{why}。", product=batch.product, number=batch.number, why=hold.label),
                remedy=hold.acts,
            )
