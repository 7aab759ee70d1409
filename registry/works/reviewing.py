"""审核检验批划分方案: the contractor lays the lots out, the supervision goes through them. Any change is reviewed anew.

Source: GB 50300-2013 4.0.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from registry import policy
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import in_office, own_office
from registry.standards import handbook as standards
from registry.works.models import Lot, PlanReview, Verdict
from registry.works.planning import UNIT_IN_FULL

REVIEWERS = ("chief-supervisor", "site/supervision-engineer")
SAID = func.concat_ws(chr(31), Lot.number, Lot.item_code, Lot.name, Lot.place, func.coalesce(func.trim_scale(Lot.capacity), 0))
PLAN = select(
    func.count(), func.encode(func.sha256(func.convert_to(
        func.coalesce(func.string_agg(SAID, aggregate_order_by(literal(chr(30)), Lot.number)), ""), "UTF8",
    )), "hex"),
)
"""How many lots stand, and the hash of what is planned of each: number, item, name, place, capacity."""


class NothingPlanned(Conflict):
    code = "plan.nothing-planned"


class PlanReviewed(Conflict):
    code = "plan.reviewed"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """How a plan stands. `current`: nothing has changed since the last review."""

    review: PlanReview | None
    current: bool
    may_review: bool

    @property
    def passed(self) -> bool:
        return self.review is not None and self.current and self.review.verdict is Verdict.PASSED


def plan_of(uow: UnitOfWork, unit_id: UUID) -> tuple[int, str]:
    return tuple(uow.session.execute(PLAN.where(Lot.unit_project_id == unit_id, Lot.withdrawn_at.is_(None))).one())


def last_review(uow: UnitOfWork, unit_id: UUID) -> PlanReview | None:
    return uow.session.scalar(
        select(PlanReview).where(PlanReview.unit_project_id == unit_id)
        .order_by(PlanReview.reviewed_at.desc(), PlanReview.id.desc()).limit(1)
    )


def plan_standing(uow: UnitOfWork, unit: UnitProject) -> PlanStanding:
    """How the plan of a unit project stands. Needs its project with the participations."""
    policy.require(uow.actor, Permission.WORK_READ, unit.scope)
    count, sha256 = plan_of(uow, unit.id)
    last = last_review(uow, unit.id)
    current = last is not None and last.plan_sha256 == sha256
    reviews = bool(count) and not current and any(
        term.person_id == uow.actor.person
        for term in in_office(uow.session, unit.project_id, REVIEWERS, uow.today, unit.number)
    )
    return PlanStanding(last, current, reviews)


@dataclass(frozen=True, slots=True)
class PlanShown:
    """What the one who reviews a plan sees: how many lots each item of GB 50300 has, and how the plan stands."""

    unit: UnitProject
    rows: Sequence[tuple[str, str, int]]     # code, path and number of lots
    standing: PlanStanding


def plan_to_review(uow: UnitOfWork, unit_id: UUID) -> PlanShown:
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, unit.scope)
    tree = standards.divisions(uow.session, uow.today)
    counted = uow.session.execute(
        select(Lot.item_code, func.count()).where(Lot.unit_project_id == unit_id, Lot.withdrawn_at.is_(None))
        .group_by(Lot.item_code).order_by(Lot.item_code)
    ).all()
    return PlanShown(
        unit, [(code, tree.path(code) if code in tree else code, count) for code, count in counted], plan_standing(uow, unit),
    )


def review_plan(uow: UnitOfWork, unit_id: UUID, verdict: Verdict, words: str = "") -> PlanReview:
    """Say, for the supervision, whether the lots of a unit project as they stand now are rightly laid out.

    Raises NotInOffice; NothingPlanned; PlanReviewed when nothing has changed since the last word; Invalid for a
    refusal without a word why. Source: GB 50300-2013 4.0.7.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, unit.scope)
    term = own_office(uow, unit.project_id, REVIEWERS, uow.today, unit.number)
    if verdict is Verdict.FAILED and not words.strip():
        raise Invalid(_("不同意的，请写明要怎样调整。"), field="words")
    uow.lock(f"lots of {unit_id}")
    count, sha256 = plan_of(uow, unit_id)
    if not count:
        raise NothingPlanned(_("该单位工程还没有划分检验批。"), remedy=_("由施工单位先划分检验批。"))
    last = last_review(uow, unit_id)
    if last is not None and last.plan_sha256 == sha256:
        raise PlanReviewed(
            _("{name}已审核现在的划分方案。", name=last.reviewer_name), remedy=_("施工单位调整检验批后再次审核。"),
        )
    review = PlanReview(
        id=uow.new_id(), unit_project_id=unit_id, lots=count, plan_sha256=sha256, verdict=verdict, words=words.strip(),
        term_id=term.id, reviewer_name=term.person_name, reviewed_at=uow.at,
    )
    uow.session.add(review)
    ledger.append(uow, "plan.approved" if verdict is Verdict.PASSED else "plan.refused", review)
    return review
