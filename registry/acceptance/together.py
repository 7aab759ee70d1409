"""Signing many lots of one item together (一并签字): what the page shows, every lot in full, so that nothing is signed unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.accepting import UNIT_IN_FULL
from registry.acceptance.models import LotResult, Signature
from registry.acceptance.points import judge
from registry.acceptance.signing import Ready, Refused, outlook
from registry.kernel.errors import Refusal
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Term, UnitProject
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import LotTemplate
from registry.works.models import Lot

PAGE = 100
"""So many lots at most are shown, and signed, at a time."""

GIVEN = select(func.count()).where(Signature.result_id == LotResult.id).correlate(LotResult).scalar_subquery()
MINE = exists().where(
    Signature.result_id == LotResult.id, Term.id == Signature.term_id, Term.person_id == bindparam("person"),
).correlate(LotResult)
DECIDED = exists().where(Signature.result_id == LotResult.id, Signature.decides).correlate(LotResult)
UNDECIDED = (
    select(Lot.id)
    .join(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
    .where(
        Lot.unit_project_id == bindparam("unit"), Lot.item_code == bindparam("code"), Lot.withdrawn_at.is_(None), ~DECIDED,
    )
    .order_by(MINE, GIVEN.desc(), Lot.serial, Lot.id).limit(PAGE)
)
"""An item's lots with a result and no conclusion: those the person has not signed and most others have come first."""


@dataclass(frozen=True, slots=True)
class SheetToSign:
    """A lot's result as it is put before the signer. `why` says what keeps it from being signed, None when nothing does."""

    lot: Lot
    result: LotResult
    template: LotTemplate
    duty: str
    deviations: int
    why: Refusal | None

    @property
    def value(self) -> str:
        """What the form sends for it: the lot, and the result that was seen."""
        return f"{self.lot.id}_{self.result.id}"


@dataclass(frozen=True, slots=True)
class SigningDesk:
    unit: UnitProject
    code: str
    item: str                          # 主体结构 / 混凝土结构 / 钢筋
    sheets: tuple[SheetToSign, ...]

    @property
    def ready(self) -> tuple[SheetToSign, ...]:
        return tuple(sheet for sheet in self.sheets if sheet.why is None)


def lots_to_sign(uow: UnitOfWork, unit_id: UUID, code: str) -> SigningDesk:
    """The lots of an item whose turn it is to be signed by the actor, with what keeps some of them from it."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_READ, unit.scope)
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, unit.scope)
    ready, refused = whose_turn(uow, unit_id, code)
    duties = {one.found.id: one.duty.label for one in ready}
    results = uow.session.scalars(
        select(LotResult).join(LotResult.lot)
        .options(selectinload(LotResult.lot).selectinload(Lot.participation), selectinload(LotResult.signatures))
        .where(LotResult.id.in_(duties)).order_by(Lot.serial, Lot.id)
    ).all()
    catalogue = standards.divisions(uow.session, uow.today)
    return SigningDesk(unit, code, catalogue.path(code) if code in catalogue else unit.name, tuple(
        sheet_of(uow, result, duties[result.id], refused.get(result.lot_id)) for result in results
    ))


def count_to_sign(uow: UnitOfWork, unit: UnitProject, code: str) -> int:
    """How many lots of an item wait for the actor's signature."""
    if uow.actor.person is None or not policy.allows(uow.actor, Permission.ACCEPTANCE_SIGN, unit.scope):
        return 0
    return len(whose_turn(uow, unit.id, code)[0])


def whose_turn(uow: UnitOfWork, unit_id: UUID, code: str) -> tuple[Sequence[Ready], Refused]:
    asked = {"unit": unit_id, "code": code, "person": uow.actor.person}
    return outlook(uow, uow.session.scalars(UNDECIDED, asked).all())


def sheet_of(uow: UnitOfWork, result: LotResult, duty: str, why: Refusal | None) -> SheetToSign:
    templates = standards.content_of(uow.session, kinds.LOT_TEMPLATES, result.template_edition_id)
    template = next(one for one in templates if one.key == result.template_key)
    return SheetToSign(result.lot, result, template, duty, deviations(template, result.checks), why)


def deviations(template: LotTemplate, checks: Sequence[dict[str, Any]]) -> int:
    """Count what was found outside the standard although the lot may pass: samples that failed, points beyond the limits."""
    measures = {check.key: check.measures for check in template.checks}
    return sum(int(kept["defects"]) for kept in checks) + sum(
        judge([Decimal(point) for point in kept["points"].get(measure.key, ())], measure).outside
        for kept in checks for measure in measures.get(kept["key"], ())
    )
