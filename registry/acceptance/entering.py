"""Entering what was found on a lot: one attempt, judged by the template and the sampling tables of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.models import LotResult, Nonconformity, Signature
from registry.acceptance.points import MOST_POINTS
from registry.acceptance.rules import (
    TREATMENTS,
    CheckResult,
    Found,
    LotJudgement,
    TreatmentKind,
    Verdict,
    judge_lot,
)
from registry.acceptance.signing import MAIN, AlreadySigned
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Term, UnitProject
from registry.projects.offices import NotInOffice, own_office
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceLevel, LotTemplate, SamplingTables, role_for, template_for
from registry.standards.handbook import InForce
from registry.works.models import Lot
from registry.works.standing import lock_lots

LOT_IN_FULL = (
    selectinload(Lot.participation), selectinload(Lot.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES),
)


class TreatmentMissing(Conflict):
    code = "acceptance.treatment-missing"


class NeverAcceptable(Conflict):
    code = "acceptance.never"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was found, check by check, and 施工依据."""

    found: Sequence[Found]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a lot is judged by today: its template and the sampling tables, each with its edition."""

    templates: InForce[tuple[LotTemplate, ...]]
    tables: InForce[SamplingTables]
    template: LotTemplate
    capacity: Decimal


def sheet_of(uow: UnitOfWork, lot: Lot) -> Sheet:
    """Return by what a lot is judged today. Raises Invalid while its capacity is unknown."""
    region = lot.unit.project.region
    templates = standards.lot_templates(uow.session, region, uow.today)
    if lot.capacity is None:
        raise Invalid(_("该检验批没有登记容量，无法确定最小抽样数量。"), remedy=_("请先在检验批划分中登记检验批容量。"))
    return Sheet(
        templates, standards.sampling_tables(uow.session, region, uow.today),
        template_for(templates.content, lot.item_code), lot.capacity,
    )


def enter_result(uow: UnitOfWork, lot_id: UUID, entry: Entry) -> LotResult:
    """Enter what was found on a lot, as its next attempt.

    Until somebody has signed it a later entry takes its place. Raises AlreadySigned afterwards; TreatmentMissing
    after a refusal nothing was done about; NeverAcceptable when it was refused for good; NotInOffice unless the
    actor is foreman or quality inspector of the firm that builds the lot, or of the main contractor, today.
    """
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, lot.scope)
    sheet = sheet_of(uow, lot)
    roles = standards.acceptance_roles(uow.session, lot.unit.project.region, uow.today)
    term = builder_of(uow, lot, [
        post for duty in role_for(roles.content, AcceptanceLevel.LOT, lot.item_code).signing[:-1] for post in duty.posts
    ])
    lock_lots(uow, [lot_id])
    standing = uow.session.scalar(select(LotResult).where(LotResult.lot_id == lot_id, LotResult.superseded_at.is_(None)))
    treatment = last_treatment(uow, lot_id)
    if standing is not None:
        refuse_signed(uow, standing)
        supersede(uow, standing, _("签字前更正"))
        treatment = treatment if treatment and standing.treatment_id == treatment.id else None
    refuse_untreated(treatment)
    judgement = judge_lot(sheet.template, sheet.tables.content, sheet.capacity, found_by_key(sheet.template, entry.found))
    result = LotResult(
        id=uow.new_id(), lot_id=lot.id, unit_project_id=lot.unit_project_id, attempt=next_attempt(uow, lot_id),
        treatment_id=treatment.id if treatment else None,
        template_edition_id=sheet.templates.edition.id, template_key=sheet.template.key,
        sampling_edition_id=sheet.tables.edition.id, roles_edition_id=roles.edition.id, capacity=str(sheet.capacity.normalize()),
        checks=checks_of(judgement), conforms=judgement.passed or stands_as_found(treatment),
        basis=entry.basis.strip(), entered_term_id=term.id, entered_name=term.person_name, entered_at=uow.at,
    )
    uow.session.add(result)
    ledger.append(uow, "lot.entered", result)
    return result


def builder_of(uow: UnitOfWork, lot: Lot, posts: Sequence[str]) -> Term:
    """Return the actor's office by which he may enter for a lot: of the firm that builds it, or of the main contractor."""
    term = own_office(uow, lot.unit.project_id, posts, uow.today, lot.unit.number)
    if term.participation_id != lot.participation_id and term.participation.role not in MAIN:
        raise NotInOffice(_(
            "该检验批由{firm}施工，须由该单位或总包单位的人员填写。", firm=lot.participation.organisation_name,
        ))
    return term


def last_treatment(uow: UnitOfWork, lot_id: UUID) -> Nonconformity | None:
    return uow.session.scalar(
        select(Nonconformity).where(Nonconformity.lot_id == lot_id)
        .order_by(Nonconformity.recorded_at.desc(), Nonconformity.id.desc()).limit(1)
    )


def refuse_signed(uow: UnitOfWork, standing: LotResult) -> None:
    last = uow.session.scalar(
        select(Signature).where(Signature.result_id == standing.id).order_by(Signature.decides.desc(), Signature.signed_at.desc())
        .limit(1)
    )
    if last is None:
        return
    if last.decides and last.verdict is Verdict.FAILED:
        raise TreatmentMissing(
            _("{name}已判定不合格：{why}", name=last.person_name, why=last.opinion),
            remedy=_("请先登记不合格处理（返工、返修、检测鉴定等），处理后再重新填写。"),
        )
    raise AlreadySigned(_(
        "该检验批的检查结果已由{name}于 {day} 签字，不能再改。", name=last.person_name, day=day_in_china(last.signed_at),
    ))


def refuse_untreated(treatment: Nonconformity | None) -> None:
    """Raise when what was decided about the lot does not allow another attempt, or not yet."""
    if treatment is None:
        return
    if treatment.kind is TreatmentKind.FORBIDDEN:
        raise NeverAcceptable(_("该检验批经处理仍不能满足安全或重要使用功能要求，严禁验收（GB 50300-2013 5.0.8）。"))
    if TREATMENTS[treatment.kind].designer and treatment.approved_at is None:
        raise TreatmentMissing(
            _("处理方案（{kind}）尚未经设计单位项目负责人认可。", kind=TREATMENTS[treatment.kind].label),
            remedy=_("请设计单位项目负责人在处理记录上认可后再验收。"),
        )


def stands_as_found(treatment: Nonconformity | None) -> bool:
    """Whether a paper answers for what the checks do not: a test, or the designer's own reckoning."""
    return treatment is not None and TREATMENTS[treatment.kind].as_found


def supersede(uow: UnitOfWork, standing: LotResult, reason: str) -> None:
    standing.superseded_at, standing.superseded_reason = uow.at, reason
    ledger.append(uow, "lot.superseded", standing)


def next_attempt(uow: UnitOfWork, lot_id: UUID) -> int:
    return (uow.session.scalar(select(func.max(LotResult.attempt)).where(LotResult.lot_id == lot_id)) or 0) + 1


def found_by_key(template: LotTemplate, found: Sequence[Found]) -> Mapping[str, Found]:
    """Return what was found by the key of its check. Raises Invalid for counts and points that cannot be."""
    known = {check.key: check for check in template.checks}
    for one in found:
        if one.key not in known:
            raise Invalid(_("验收项目“{key}”不在本分项的检验批表内。", key=one.key))
        label = known[one.key].label
        if one.actual < 0 or not 0 <= one.defects <= one.actual:
            raise Invalid(_("“{label}”：不合格数应在 0 与实际抽样数量之间。", label=label))
        if any(len(points) > MOST_POINTS for points in one.points.values()):
            raise Invalid(_("“{label}”：一个检验批的实测点不能多于 {most} 个，请划分检验批。", label=label, most=MOST_POINTS))
    return {one.key: one for one in found}


def checks_of(judgement: LotJudgement) -> list[dict[str, Any]]:
    """What is kept of each check, as plain values: numbers as they were typed, without the words of the edition."""
    return [check_kept(result) for result in judgement.results]


def check_kept(result: CheckResult) -> dict[str, Any]:
    return {
        "key": result.check.key, "least": result.least, "actual": result.found.actual, "defects": result.found.defects,
        "record": result.found.record, "why": result.why,
        "points": {key: [str(point) for point in points] for key, points in result.found.points.items() if points},
    }
