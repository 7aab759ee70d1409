"""Who accepted a part of a unit project: its lots, the nodes above and below it, its work before it was covered.

For whoever traces a part years later. Each SELECT begins at the records of one unit project, never at all signatures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registry.acceptance.models import ConcealedWork, LotResult, NodeAcceptance, Signature
from registry.acceptance.queries import PAGE, unit_seen
from registry.acceptance.rules import Verdict
from registry.kernel.uow import UnitOfWork
from registry.standards.acceptance import AcceptanceLevel
from registry.works.models import Lot

MOST = PAGE * 5
SIGNED = (
    Signature.label, Signature.person_name, Signature.term_id, Signature.signed_on, Signature.verdict, Signature.decides,
)


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature. `what` is the lot, the node or the place of what was covered, `link` its page."""

    what: str
    level: AcceptanceLevel
    link: str
    label: str               # 专业监理工程师, as it was called then
    name: str                # as it was then
    term_id: UUID
    signed_on: date
    verdict: Verdict
    decides: bool


def signers_of(uow: UnitOfWork, unit_id: UUID, code: str, on: date) -> tuple[Signer, ...]:
    """Who accepted a part for work done on a day: the nodes first, then what was covered, then the lots.

    code   of a division, sub-division or item, "" for the whole unit; what lies below it and above it counts
    on     the day of the work: nobody accepted it before
    """
    above = signers_above_lots(uow, unit_id, code, on)
    rows = uow.session.execute(
        select(Lot.name, Lot.id, *SIGNED)
        .join(LotResult, LotResult.lot_id == Lot.id).join(Signature, Signature.result_id == LotResult.id)
        .where(Lot.unit_project_id == unit_id, Lot.item_code.startswith(code, autoescape=True), Signature.signed_on >= on)
        .order_by(Signature.signed_at, Signature.id).limit(MOST)
    )
    return (*above, *(signer(row[0], AcceptanceLevel.LOT, f"/lots/{row[1]}/acceptance", row) for row in rows))


def signers_above_lots(uow: UnitOfWork, unit_id: UUID, code: str, on: date) -> tuple[Signer, ...]:
    """The same without the lots."""
    unit_seen(uow, unit_id)
    above = [code[:length] for length in (0, 2, 4, 6) if length <= len(code)]
    nodes = uow.session.execute(
        select(NodeAcceptance.name, NodeAcceptance.level, NodeAcceptance.id, *SIGNED)
        .join(Signature, Signature.acceptance_id == NodeAcceptance.id)
        .where(
            NodeAcceptance.unit_project_id == unit_id, Signature.signed_on >= on,
            or_(NodeAcceptance.code.in_(above), NodeAcceptance.code.startswith(code, autoescape=True)),
        ).order_by(Signature.signed_at, Signature.id).limit(MOST)
    )
    covered = uow.session.execute(
        select(ConcealedWork.place, ConcealedWork.id, *SIGNED)
        .join(Signature, Signature.work_id == ConcealedWork.id)
        .where(
            ConcealedWork.unit_project_id == unit_id, Signature.signed_on >= on,
            ConcealedWork.item_code.startswith(code, autoescape=True),
        ).order_by(Signature.signed_at, Signature.id).limit(MOST)
    )
    return (
        *(signer(row[0], row[1], f"/acceptances/{row[2]}", row) for row in nodes),
        *(signer(row[0], AcceptanceLevel.CONCEALED, f"/concealed/{row[1]}", row) for row in covered),
    )


def signer(what: str, level: AcceptanceLevel, link: str, row: Sequence[Any]) -> Signer:
    """row   of a SELECT that ends with `SIGNED`"""
    return Signer(what, level, link, *row[-len(SIGNED):])
