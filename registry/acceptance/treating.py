"""What is done about work that did not pass (不合格处理), and what a unit project does not have (不涉及)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from registry import policy
from registry.acceptance.accepting import UNIT_IN_FULL, let_parents_fall, lock_unit, standing_acceptance
from registry.acceptance.entering import LOT_IN_FULL, supersede
from registry.acceptance.models import Absence, LotResult, Nonconformity
from registry.acceptance.rules import TREATMENTS, Treatment, TreatmentKind
from registry.acceptance.standing import level_of
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import Term, UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceLevel
from registry.works.models import Lot
from registry.works.standing import lock_lots

RECORDERS = (
    "site/supervision-engineer", "site/quality-inspector", "site/technical-leader", "site/foreman", "chief-supervisor",
    "project-manager", "epc-manager",
)
DESIGNER = ("design-leader", "epc-manager")
ONLY_SUPERVISION = ("site/supervision-engineer", "chief-supervisor")


@dataclass(frozen=True, slots=True)
class Finding:
    """What did not pass and what is done: a paper with its number and who issued it, where the standard asks for one."""

    kind: TreatmentKind
    words: str
    paper: UUID | SentFile | None = None
    paper_number: str = ""
    issued_by: str = ""


def treat_lot(uow: UnitOfWork, lot_id: UUID, finding: Finding) -> Nonconformity:
    """Write down what is done about a lot that did not pass, or no longer does; its standing result is superseded.

    Every acceptance above it falls. Raises UnitAccepted once the unit project has passed; Invalid without the paper
    the standard asks for. Source: GB 50300-2013 5.0.6~5.0.8.
    """
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, lot.scope)
    treatment = treatment_of(finding, AcceptanceLevel.LOT)
    term = recorder_of(uow, lot.unit, treatment)
    lock_unit(uow, lot.unit_project_id)
    lock_lots(uow, [lot_id])
    standing = uow.session.scalar(select(LotResult).where(LotResult.lot_id == lot_id, LotResult.superseded_at.is_(None)))
    if standing is None:
        raise Conflict(_("该检验批没有检查结果，无须登记不合格处理。"))
    reason = _("{kind}：{words}", kind=treatment.label, words=finding.words.strip())
    record = written(uow, lot.unit, lot, lot.item_code, finding, term)
    supersede(uow, standing, reason)
    let_parents_fall(uow, lot.unit_project_id, lot.item_code, _("检验批 {number} {reason}", number=lot.number, reason=reason))
    return record


def treat_node(uow: UnitOfWork, unit_id: UUID, code: str, finding: Finding) -> Nonconformity:
    """Write down what is done about an item, a sub-division, a division or the unit project that did not pass."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    treatment = treatment_of(finding, level_of(code))
    term = recorder_of(uow, unit, treatment)
    lock_unit(uow, unit_id)
    if standing_acceptance(uow, unit_id, code) is None:
        raise Conflict(_("该部位没有进行中的验收，无须登记不合格处理。"))
    record = written(uow, unit, None, code, finding, term)
    let_parents_fall(uow, unit_id, code, _("{kind}：{words}", kind=treatment.label, words=finding.words.strip()))
    return record


def treatment_of(finding: Finding, level: AcceptanceLevel) -> Treatment:
    """Return the treatment chosen. Raises Invalid when it is none for this level, or lacks its reason or paper."""
    treatment = TREATMENTS[finding.kind]
    if level not in treatment.levels:
        raise Invalid(
            _("“{kind}”不适用于这一级验收（{article}）。", kind=treatment.label, article=treatment.article), field="kind",
        )
    if not finding.words.strip():
        raise Invalid(_("请写明不合格情况和处理办法。"), field="words")
    if treatment.paper is not None and (finding.paper is None or not finding.issued_by.strip()):
        raise Invalid(
            _("“{kind}”须附{paper}，并写明出具单位。", kind=treatment.label, paper=treatment.paper), field="paper",
        )
    return treatment


def recorder_of(uow: UnitOfWork, unit: UnitProject, treatment: Treatment) -> Term:
    """Return the actor's office; work is refused for good by the supervision alone."""
    posts = ONLY_SUPERVISION if treatment.kind is TreatmentKind.FORBIDDEN else RECORDERS
    return own_office(uow, unit.project_id, posts, uow.today, unit.number)


def written(
    uow: UnitOfWork, unit: UnitProject, lot: Lot | None, code: str, finding: Finding, term: Term
) -> Nonconformity:
    paper = documents.take(uow, finding.paper, PAPERS) if finding.paper is not None else None
    record = Nonconformity(
        id=uow.new_id(), unit_project_id=unit.id, lot_id=lot.id if lot else None, code=code, kind=finding.kind,
        words=finding.words.strip(), paper_sha256=paper.sha256 if paper else None, paper_number=finding.paper_number.strip(),
        issued_by=finding.issued_by.strip(), recorded_term_id=term.id, recorded_name=term.person_name, recorded_at=uow.at,
    )
    uow.session.add(record)
    ledger.append(uow, "acceptance.treated", record, files=documents.refs(uow, paper.sha256) if paper else ())
    return record


def approve_treatment(uow: UnitOfWork, record_id: UUID) -> Nonconformity:
    """The design leader in office approves a treatment: the building stays safe and usable by it.

    Raises Conflict when it needs no approval or has one; NotInOffice for anybody else.
    """
    record = uow.get(Nonconformity, record_id, lock=True)
    unit = uow.get(UnitProject, record.unit_project_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, unit.scope)
    if not TREATMENTS[record.kind].designer:
        raise Conflict(_("这项处理无须设计单位认可。"))
    if record.approved_at is not None:
        raise Conflict(_("已由{name}认可。", name=record.approved_name))
    term = own_office(uow, unit.project_id, DESIGNER[:1], uow.today, unit.number)
    policy.require_fresh(uow.actor)
    record.approved_at, record.approved_term_id, record.approved_name = uow.at, term.id, term.person_name
    ledger.append(uow, "acceptance.treatment-approved", record)
    return record


def declare_absent(uow: UnitOfWork, unit_id: UUID, codes: Sequence[str], reason: str) -> list[Absence]:
    """Declare that a unit project does not have these divisions or sub-divisions (不涉及), with the reason.

    Raises Invalid without a reason, or for one that has lots; NotFound for no code of the catalogue. What is declared
    already stays as it is.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    term = own_office(uow, unit.project_id, RECORDERS, uow.today, unit.number)
    if not reason.strip():
        raise Invalid(_("请写明不涉及的理由。"), field="reason")
    if not codes:
        raise Invalid(_("请选择不涉及的分部或子分部。"), field="codes")
    lock_unit(uow, unit_id)
    tree = standards.divisions(uow.session, uow.today)
    refuse_planned(uow, unit_id, codes)
    known = set(uow.session.scalars(
        select(Absence.code).where(Absence.unit_project_id == unit_id, Absence.withdrawn_at.is_(None)).order_by(Absence.code)
    ))
    made = []
    for code in dict.fromkeys(codes):
        division = tree.find(code)
        if level_of(code) not in (AcceptanceLevel.DIVISION, AcceptanceLevel.SUBDIVISION):
            raise Invalid(_("只声明分部和子分部；没有划分检验批的分项无须声明。"), field="codes")
        if code not in known:
            made.append(Absence(
                id=uow.new_id(), unit_project_id=unit_id, code=code, name=division.name, reason=reason.strip(),
                declared_term_id=term.id, declared_name=term.person_name, declared_at=uow.at,
            ))
    uow.session.add_all(made)
    ledger.append_many(uow, "acceptance.declared-absent", [ledger.Entry(one) for one in made])
    return made


def refuse_planned(uow: UnitOfWork, unit_id: UUID, codes: Sequence[str]) -> None:
    for code in codes:
        count = uow.session.scalar(select(func.count()).where(
            Lot.unit_project_id == unit_id, Lot.item_code.startswith(code, autoescape=True), Lot.withdrawn_at.is_(None),
        ))
        if count:
            raise Invalid(_("{code} 已划分 {count} 个检验批，不能声明不涉及。", code=code, count=count), field="codes")


def withdraw_absence(uow: UnitOfWork, unit_id: UUID, code: str, reason: str) -> Absence:
    """Take a declaration back: the unit project has it after all. What was passed above it falls."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    own_office(uow, unit.project_id, RECORDERS, uow.today, unit.number)
    lock_unit(uow, unit_id)
    standing = uow.session.scalar(select(Absence).where(
        Absence.unit_project_id == unit_id, Absence.code == code, Absence.withdrawn_at.is_(None),
    ))
    if standing is None:
        raise NotFound(_("没有找到所要的记录。"))
    standing.withdrawn_at, standing.withdrawn_reason = uow.at, reason.strip() or _("实际涉及")
    ledger.append(uow, "acceptance.absence-withdrawn", standing)
    let_parents_fall(uow, unit_id, code, _("{code} 撤回不涉及声明", code=code))
    return standing


