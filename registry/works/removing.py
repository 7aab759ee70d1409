"""退场: a batch, or what is left of it, goes from the site under a witness's eyes. What lots have used cannot go.

Sources: 建设工程质量管理条例 第三十七条; 北京市建设工程质量条例 第四十条 (退场 under the supervisor's eyes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.deciding import enter
from registry.materials.models import Batch, Disposition
from registry.materials.offices import DISPOSERS, REMOVAL_WITNESSES, batch_for
from registry.materials.standing import remaining
from registry.policy import Permission
from registry.projects.models import Term
from registry.projects.offices import office_of, own_office
from registry.works.models import Lot, LotBatch

NAMED = 5  # lots a refusal names


class OneWitness(Conflict):
    code = "material.witness-is-disposer"


class BatchInUse(Invalid):
    """Lots use the batch: what they have used is in the building."""

    code = "material.in-use"


@dataclass(frozen=True, slots=True)
class Removal:
    """The witness is of the supervision firm."""

    quantity: Decimal
    witness_term_id: UUID
    photo: UUID | SentFile
    reason: str


@dataclass(frozen=True, slots=True)
class Uses:
    """What lots use of a batch. `measured`: the quantities said, together; `unmeasured`: some lot said none."""

    lots: Sequence[str]
    measured: Decimal
    unmeasured: bool


def uses_of_batch(uow: UnitOfWork, batch_id: UUID) -> Uses:
    """Ask behind the lock on the batch: a use that comes later waits for it, and finds the removal."""
    rows = uow.session.execute(
        select(Lot.number, LotBatch.quantity).join(Lot, Lot.id == LotBatch.lot_id)
        .where(LotBatch.batch_id == batch_id, LotBatch.withdrawn_at.is_(None)).order_by(Lot.number, LotBatch.id)
    ).all()
    measured = sum((quantity for _number, quantity in rows if quantity is not None), Decimal(0))
    return Uses([number for number, _quantity in rows], measured, any(quantity is None for _number, quantity in rows))


def remove_batch(uow: UnitOfWork, batch_id: UUID, removal: Removal) -> Disposition:
    """Enter that a batch, or what is left of it, has gone from the site under a witness's eyes.

    Raises NotInOffice for either; OneWitness when both are one person; Invalid for more than is there; BatchInUse,
    naming the lots, for what they have used.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, batch.project_id, DISPOSERS, uow.today)
    witness = office_of(uow, removal.witness_term_id, batch.project_id, REMOVAL_WITNESSES, uow.today)
    refuse_own_witness(term, witness)
    photo = documents.take(uow, removal.photo, PICTURES)
    uow.get(Batch, batch_id, lock=True)
    refuse_too_much(uow, batch, removal.quantity)
    return enter(uow, "batch.removed", Disposition(
        id=uow.new_id(), batch_id=batch_id, kind=Disposition.Kind.REMOVED, reason=removal.reason,
        quantity=removal.quantity, witness_term_id=witness.id, witnessed_by=witness.person_name, photo_sha256=photo.sha256,
        term_id=term.id, disposed_by=term.person_name, disposed_at=uow.at,
    ))


def refuse_own_witness(term: Term, witness: Term) -> None:
    if term.person_id == witness.person_id:
        raise OneWitness(_("办理人和见证人都是{name}，应当是两个人。", name=term.person_name))


def refuse_too_much(uow: UnitOfWork, batch: Batch, quantity: Decimal) -> None:
    """Raise for more than is on the site. A use nobody measured leaves something behind, however little."""
    left = remaining(uow.session, [batch.id])[batch.id]
    if not 0 < quantity <= left:
        raise Invalid(
            _("退场数量应大于 0，且不超过在场的 {left} {unit}。", left=f"{left.normalize():f}", unit=batch.unit),
            field="quantity",
        )
    uses = uses_of_batch(uow, batch.id)
    free = left - uses.measured
    if quantity > free or (uses.unmeasured and quantity == free):
        said = "、".join(uses.lots[:NAMED]) + (_("等") if len(uses.lots) > NAMED else "")
        raise BatchInUse(
            _("检验批 {lots} 已登记使用该批材料，已使用的不能退场；可退场的{most}。", lots=said,
              most=_("少于 {free} {unit}", free=f"{max(free, Decimal(0)).normalize():f}", unit=batch.unit) if uses.unmeasured
              else _("不超过 {free} {unit}", free=f"{max(free, Decimal(0)).normalize():f}", unit=batch.unit)),
            field="quantity", remedy=_("登记有误的，请先在检验批页面撤销使用记录；已用于工程的，按不合格处理办理。"),
        )
