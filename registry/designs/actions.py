"""What is done with drawings once they are there: record a review, draw up a change, approve or refuse it, withdraw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.designs.authority import (
    firm_named,
    own_firms,
    owning_firm,
    refuse_absent,
    require_recording,
    unit_named,
)
from registry.designs.models import (
    CHANGE_IN_FULL,
    Decision,
    DesignApproval,
    DesignChange,
    DrawingReview,
    DrawingSet,
    Result,
    Reviewed,
)
from registry.designs.rules import triggers_met
from registry.designs.standing import kind_of, state_of_change
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS, PLANS
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, mark_done, notify
from registry.policy import Permission, Scope
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term, UnitProject
from registry.projects.offices import in_office, own_office
from registry.projects.queries import own_nodes
from registry.standards import handbook as standards
from registry.standards.drawings import ChangeKind, Office, ReviewTrigger
from registry.standards.handbook import InForce

PROJECT_WITH_UNITS = (PROJECT_PARTIES, selectinload(Project.units))
REVIEWERS = "drawing-review"      # key of the Role
CERTIFICATES = PAPERS | {"ofd"}
TO_APPROVE = "design-change.to-approve"
Row = TypeVar("Row", DrawingSet, DesignChange)


class CertificateTaken(Conflict):
    code = "drawing-review.number-taken"


class ChangeNumberTaken(Conflict):
    code = "design-change.number-taken"


class AlreadyDecided(Conflict):
    code = "design-change.already-decided"


@dataclass(frozen=True, slots=True)
class Certificate:
    """审查合格书, or a refusal: what the reviewers handed out for several sets and changes at once."""

    number: str
    organisation_name: str
    reviewers: tuple[str, ...]
    result: Result
    issued_on: date
    file: UUID | SentFile
    set_ids: tuple[UUID, ...] = ()
    change_ids: tuple[UUID, ...] = ()
    opinions: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """设计变更单 or 工程洽商 as drawn up. `triggers`: keys of what its maker says it touches."""

    kind: str
    number: str
    reason: str
    content: str
    parts: tuple[str, ...]
    asked_by: str
    participation_id: UUID
    effective_on: date
    file: UUID | SentFile
    unit_id: UUID | None = None
    set_id: UUID | None = None
    triggers: tuple[str, ...] = ()


def record_review(uow: UnitOfWork, project_id: UUID, certificate: Certificate) -> DrawingReview:
    """Put a review on record: certificate or refusal, for the sets and changes it names.

    Raises Forbidden unless the actor acts for the owner or for a drawing-review firm of the project; CertificateTaken
    for a number that is there; Invalid for nothing reviewed, a day before the delivery, a refusal without opinions.
    Source: 建设工程质量管理条例 第十一条; 建设工程勘察设计管理条例 第三十三条.
    """
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    if not own_firms(uow, project, (REVIEWERS,)):
        require_recording(uow, project, owning_firm(project))
    sets = named(uow, DrawingSet, project_id, certificate.set_ids)
    changes = named(uow, DesignChange, project_id, certificate.change_ids)
    refuse_wrong_review(uow, certificate, sets, changes)
    paper = documents.take(uow, certificate.file, CERTIFICATES)

    uow.lock(f"drawing reviews:{project_id}")
    refuse_taken(uow, project_id, certificate.number)
    review = DrawingReview(
        id=uow.new_id(), project_id=project_id, certificate_number=certificate.number.strip(),
        organisation_name=certificate.organisation_name.strip(), reviewers=list(certificate.reviewers),
        result=certificate.result, opinions=certificate.opinions.strip(), issued_on=certificate.issued_on,
        sha256=paper.sha256, recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(review)
    ledger.append(uow, "drawings.reviewed", review, files=documents.refs(uow, paper.sha256))
    covered = [
        *(Reviewed(id=uow.new_id(), review_id=review.id, set_id=one.id) for one in sets),
        *(Reviewed(id=uow.new_id(), review_id=review.id, change_id=one.id) for one in changes),
    ]
    uow.session.add_all(covered)
    ledger.append_many(uow, "drawings.review-covers", [ledger.Entry(one) for one in covered])
    if certificate.result is Result.UNQUALIFIED:
        tell_designers(uow, project, sets)
    return review


def named(uow: UnitOfWork, kind: type[Row], project_id: UUID, ids: Sequence[UUID]) -> list[Row]:
    """Return the records of the project by their ids; raises Invalid when one is another project's."""
    rows = list(uow.session.scalars(select(kind).where(kind.id.in_(ids), kind.project_id == project_id).order_by(kind.id)))
    if len(rows) != len(set(ids)):
        raise Invalid(_("所选图纸或变更不属于本工程。"), field="covered")
    return rows


def refuse_wrong_review(
    uow: UnitOfWork, certificate: Certificate, sets: Sequence[DrawingSet], changes: Sequence[DesignChange]
) -> None:
    if not sets and not changes:
        raise Invalid(_("请选择审查的图纸或变更。"), field="covered")
    if not (certificate.number.strip() and certificate.organisation_name.strip() and certificate.reviewers):
        raise Invalid(_("请填写审查合格书（意见书）编号、审查机构和审查人员。"), field="number")
    if certificate.issued_on > uow.today:
        raise Invalid(_("审查日期不得晚于今天。"), field="issued_on")
    early = [one for one in sets if certificate.issued_on < one.delivered_on]
    if early:
        raise Invalid(
            _("审查日期早于“{title}”的交付日期 {day}。", title=early[0].title, day=early[0].delivered_on), field="issued_on",
        )
    if certificate.result is Result.UNQUALIFIED and not certificate.opinions.strip():
        raise Invalid(_("审查不合格的，请写明审查意见。"), field="opinions")
    if any(change.withdrawn_at for change in changes):
        raise Invalid(_("已撤回的变更不能再审查。"), field="covered")


def refuse_taken(uow: UnitOfWork, project_id: UUID, number: str) -> None:
    taken = select(DrawingReview.id).where(
        DrawingReview.project_id == project_id, DrawingReview.certificate_number == number.strip(),
    )
    if uow.session.scalar(taken) is not None:
        raise CertificateTaken(_("编号“{number}”的审查已经登记。", number=number.strip()))


def tell_designers(uow: UnitOfWork, project: Project, sets: Sequence[DrawingSet]) -> None:
    people = uow.session.execute(
        select(Term.person_id, DrawingSet.id).join(DrawingSet, DrawingSet.designer_term_id == Term.id)
        .where(DrawingSet.id.in_([one.id for one in sets])).order_by(DrawingSet.id)
    )
    for person_id, set_id in people:
        notify(uow, person_id, Message(
            "drawings.review-failed", f"/drawing-sets/{set_id}",
            _("施工图审查不合格，请修改后交付下一版：{project}", project=project.name),
        ))


def record_change(uow: UnitOfWork, project_id: UUID, facts: ChangeFacts) -> DesignChange:
    """Put a design change or a consultation on record and ask those who must approve it.

    Whether it must be reviewed again is decided here, by the editions of the day, and stands with it.
    Raises Forbidden unless the actor acts for the firm that drew it up; ChangeNumberTaken; Invalid for unknown parts.
    Source: 建设工程勘察设计管理条例 第二十八条; 住房和城乡建设部令第13号 第十四条.
    """
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    firm = firm_named(project, facts.participation_id)
    require_recording(uow, project, firm)
    kinds = standards.change_kinds(uow.session, project.region, uow.today)
    kind = kind_named(kinds, facts.kind)
    unit = unit_named(project, facts.unit_id)
    refuse_wrong_change(uow, project, firm, kind, facts)
    rules = standards.review_triggers(uow.session, project.region, uow.today)
    met = touched(uow, unit, facts, rules)
    paper = documents.take(uow, facts.file, CERTIFICATES | PLANS)

    uow.lock(f"design changes:{project_id}")
    refuse_same_number(uow, project_id, facts.number)
    change = DesignChange(
        id=uow.new_id(), project_id=project_id, unit_project_id=unit.id if unit else None, kind=kind.key,
        number=facts.number.strip(), set_id=facts.set_id, reason=facts.reason.strip(), content=facts.content.strip(),
        parts=list(dict.fromkeys(facts.parts)), asked_by=facts.asked_by, participation_id=firm.id,
        triggers=[one.key for one in met], review_required=bool(met), edition_id=kinds.edition.id,
        triggers_edition_id=rules.edition.id, effective_on=facts.effective_on, sha256=paper.sha256,
        recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(change)
    ledger.append(uow, "design-change.recorded", change, files=documents.refs(uow, paper.sha256))
    ask_for_approval(uow, project, unit, change, kind)
    return change


def kind_named(kinds: InForce[tuple[ChangeKind, ...]], key: str) -> ChangeKind:
    for kind in kinds.content:
        if kind.key == key:
            return kind
    raise Invalid(_("请选择设计变更或工程洽商。"), field="kind")


def refuse_wrong_change(uow: UnitOfWork, project: Project, firm: Participation, kind: ChangeKind, facts: ChangeFacts) -> None:
    if firm.role not in kind.roles:
        raise Invalid(_("{kind}不由{firm}编制。", kind=kind.label, firm=firm.organisation_name), field="participation")
    refuse_absent(firm, uow.today, "participation")
    if not (facts.number.strip() and facts.reason.strip() and facts.content.strip()):
        raise Invalid(_("请填写变更编号、原因和内容。"), field="content")
    if facts.asked_by not in {role.key for role in standards.roles(uow.session, project.region, uow.today)}:
        raise Invalid(_("请选择提出单位。"), field="asked_by")
    if facts.set_id is not None:
        [drawings] = named(uow, DrawingSet, project.id, [facts.set_id])
        if drawings.unit_project_id and facts.unit_id and drawings.unit_project_id != facts.unit_id:
            raise Invalid(_("所选图纸不是该单位工程的。"), field="set")


def touched(
    uow: UnitOfWork, unit: UnitProject | None, facts: ChangeFacts, rules: InForce[tuple[ReviewTrigger, ...]]
) -> tuple[ReviewTrigger, ...]:
    """Return what the reviewers must look at again. Raises Invalid for parts or grounds that do not exist."""
    tree = standards.divisions(uow.session, uow.today)
    own = {node.code: node.below for node in own_nodes(uow, unit.id)} if unit else {}
    unknown = [code for code in facts.parts if code not in tree and code not in own]
    if unknown or not facts.parts:
        raise Invalid(
            _("没有编码为“{codes}”的部位。", codes="、".join(unknown)) if unknown else _("请填写变更涉及的部位编码。"),
            field="parts", remedy=_("填写分部分项编码（例如 0201）或该单位工程自设的部位编码。"),
        )
    if not set(facts.triggers) <= {one.key for one in rules.content}:
        raise Invalid(_("请从列出的审查内容中选择。"), field="triggers")
    codes = {in_catalogue(code, own) for code in facts.parts}
    return triggers_met(facts.triggers, codes, rules.content)


def in_catalogue(code: str, own: dict[str, str]) -> str:
    """Return the division of GB 50300 a unit's own part hangs below, "" for one that hangs below none."""
    for _step in range(20):
        if code not in own:
            break
        code = own[code]
    return code


def refuse_same_number(uow: UnitOfWork, project_id: UUID, number: str) -> None:
    taken = select(DesignChange.id).where(DesignChange.project_id == project_id, DesignChange.number == number.strip())
    if uow.session.scalar(taken) is not None:
        raise ChangeNumberTaken(_("编号“{number}”的变更已经登记。", number=number.strip()))


def ask_for_approval(
    uow: UnitOfWork, project: Project, unit: UnitProject | None, change: DesignChange, kind: ChangeKind
) -> None:
    posts = {post: office for office in reversed(kind.approvals) for post in office.posts}
    for term in in_office(uow.session, project.id, posts, uow.today, unit.number if unit else ""):
        notify(uow, term.person_id, Message(
            TO_APPROVE, approval_link(change.id, posts[term.post]),
            _("请会签{kind} {number}：{project}", kind=kind.label, number=change.number, project=project.name),
        ))


def approval_link(change_id: UUID, office: Office) -> str:
    return f"/design-changes/{change_id}#{office.key}"


def decide_change(uow: UnitOfWork, change_id: UUID, office: str, decision: Decision, opinion: str = "") -> DesignApproval:
    """Approve or refuse a change for one of the offices its edition names, as who holds that office today.

    Raises NotInOffice for whoever does not hold it today; NotFresh without a recent proof of identity; AlreadyDecided
    when that office has spoken, somebody has refused, or it was withdrawn; Invalid for a refusal without an opinion.
    """
    change = uow.get(DesignChange, change_id, *CHANGE_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.DESIGN_READ, change.scope)
    asked = office_asked(uow, change, office)
    unit = change.unit.number if change.unit else ""
    term = own_office(uow, change.project_id, asked.posts, uow.today, unit)
    whole = change.scope
    policy.require(uow.actor, Permission.DESIGN_APPROVE, Scope(whole.region, whole.organisations, person=term.person_id))
    policy.require_fresh(uow.actor)
    refuse_decided(change, asked)
    if decision is Decision.REFUSED and not opinion.strip():
        raise Invalid(_("不同意的，请写明意见。"), field="opinion")
    approval = DesignApproval(
        id=uow.new_id(), change_id=change_id, office=asked.key, term_id=term.id, person_name=term.person_name,
        post=term.post, decision=decision, opinion=opinion.strip(), signed_on=uow.today, signed_at=uow.at,
    )
    uow.session.add(approval)
    ledger.append(uow, f"design-change.{decision.value}", approval)
    mark_done(uow, TO_APPROVE, approval_link(change_id, asked))
    return approval


def office_asked(uow: UnitOfWork, change: DesignChange, key: str) -> Office:
    kind = kind_of(uow.session, change)
    office = kind.office(key) if kind else None
    if office is None:
        raise NotFound(_("没有找到所要的记录。"))
    return office


def refuse_decided(change: DesignChange, office: Office) -> None:
    if change.withdrawn_at is not None:
        raise AlreadyDecided(_("该变更已撤回，不能再会签。"))
    for one in change.approvals:
        if one.office == office.key:
            raise AlreadyDecided(
                _("{office}已由{name}于 {day} 会签。", office=office.label, name=one.person_name, day=one.signed_on)
            )
        if one.decision is Decision.REFUSED:
            raise AlreadyDecided(
                _("{name}已于 {day} 不同意该变更，不能再会签。", name=one.person_name, day=one.signed_on),
                remedy=_("请编制单位修改后以新的编号重新提出。"),
            )


def withdraw_change(uow: UnitOfWork, change_id: UUID, reason: str) -> DesignChange:
    """Withdraw a change before it came into force. It stays readable, with the reason.

    Raises Forbidden unless the actor acts for the firm that drew it up; AlreadyDecided once it is in force or withdrawn.
    """
    change = uow.get(DesignChange, change_id, *CHANGE_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.DESIGN_READ, change.scope)
    require_recording(uow, change.project, change.participation)
    if change.withdrawn_at is not None:
        raise AlreadyDecided(_("该变更已撤回。"))
    if state_of_change(uow.session, change, uow.today) is None:
        raise AlreadyDecided(_("该变更已经生效，不能撤回。"), remedy=_("需要改回的，请提出新的设计变更。"))
    if not reason.strip():
        raise Invalid(_("请写明撤回的原因。"), field="reason")
    change.withdrawn_at, change.withdrawn_reason = uow.at, reason.strip()
    ledger.append(uow, "design-change.withdrawn", change)
    return change
