"""Acceptance upward: item, sub-division, division, and the preliminary acceptance (竣工预验收) of a unit project.

Opened when nothing below is in the way, signed duty by duty. The five parties accept a unit project at its completion,
in the storey of that name, which alone prints 单位工程质量竣工验收记录.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.models import NodeAcceptance, Nonconformity, Signature
from registry.acceptance.reviewing import Answer, answers_kept, lines_asked, mistakes_in, totals_of
from registry.acceptance.rules import TREATMENTS, State, Totals, Verdict, next_duties
from registry.acceptance.sheets import SheetRefused
from registry.acceptance.signing import (
    PRINT,
    Blocked,
    Opinion,
    OthersFirst,
    Signed,
    already_signed,
    refuse_decided,
)
from registry.acceptance.standing import Node, UnitState, level_of, state_of_unit
from registry.accounts.holders import officers_near
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.jobs import enqueue
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, mark_done, notify
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Term, UnitProject
from registry.projects.offices import in_office, own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel, AcceptanceRole, Duty, role_for
from registry.works.models import Lot

UNIT_IN_FULL = (selectinload(UnitProject.project).options(PROJECT_PARTIES),)
TO_SIGN = "acceptance.to-sign"
OPENERS = ("site/quality-inspector", "site/technical-leader")
COUNTED = frozenset({AcceptanceLevel.SUBDIVISION, AcceptanceLevel.DIVISION, AcceptanceLevel.UNIT})
"""Levels whose form counts records, tests and what was looked at."""


class NotReady(Conflict):
    code = "acceptance.not-ready"


class AlreadyOpen(Conflict):
    code = "acceptance.already-open"


class UnitAccepted(Conflict):
    code = "acceptance.unit-accepted"


@dataclass(frozen=True, slots=True)
class Request:
    """What is put before those who accept.

    attendants   terms of those who attend without signing
    totals       of a sub-division and a division; a unit project's follow from its answers
    answers      to the lines of 核查 that are asked there, by their key
    """

    remarks: str = ""
    totals: Totals | None = None
    attendants: Sequence[UUID] = ()
    meets_at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


def lock_unit(uow: UnitOfWork, unit_id: UUID) -> None:
    """Let one act at a time judge the nodes of a unit project, or open something below them again."""
    uow.lock(f"acceptance {unit_id}")


def open_acceptance(uow: UnitOfWork, unit_id: UUID, code: str, request: Request) -> NodeAcceptance:
    """Put an item, a sub-division, a division or (code "") the unit project, for its 竣工预验收, up for acceptance.

    Raises NotReady, naming every child that has not passed; AlreadyOpen when it stands; SheetRefused when a line of
    核查 is missing or does not conform; Invalid when the counts do not pass or somebody who has to attend is not
    named. Tells those who sign, and the station from the division up. Source: GB 50300-2013 5.0.2~5.0.4, 6.0.2~6.0.6.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    roles = standards.acceptance_roles(uow.session, unit.project.region, uow.today)
    role = role_for(roles.content, level_of(code), code)
    term = own_office(
        uow, unit.project_id, [*OPENERS, *(post for duty in role.duties for post in duty.posts)], uow.today, unit.number,
    )
    lock_unit(uow, unit_id)
    state = state_of_unit(uow.session, unit_id, uow.today)
    node = state.node(code)
    refuse_unready(state, node)
    treatment = clear_the_way(uow, unit_id, node)
    children = children_kept(uow, state, node)
    acceptance = NodeAcceptance(
        id=uow.new_id(), unit_project_id=unit_id, level=node.level, code=code, name=node.name or unit.name,
        attempt=next_attempt(uow, unit_id, code), treatment_id=treatment.id if treatment else None,
        divisions_edition_id=divisions_edition(uow), roles_edition_id=roles.edition.id, children=children,
        children_sha256=hashlib.sha256(rfc8785.dumps(children)).hexdigest(), totals=totals_kept(uow, unit, state, node, request),
        remarks=request.remarks.strip(), attendants=attendants_kept(uow, unit, role, request.attendants),
        meets_at=request.meets_at, opened_term_id=term.id, opened_name=term.person_name, opened_at=uow.at,
    )
    uow.session.add(acceptance)
    ledger.append(uow, "acceptance.opened", acceptance)
    tell(uow, unit, acceptance, role)
    return acceptance


def refuse_unready(state: UnitState, node: Node) -> None:
    if node.own is State.REFUSED:
        raise NotReady(_("“{name}”经处理仍不能满足安全或重要使用功能要求，严禁验收。", name=node.name))
    if node.own is State.ABSENT:
        raise NotReady(_("“{name}”已声明不涉及，无须验收。", name=node.name))
    if not node.blockers and node.code in state.nodes:
        return
    named = "；".join(blocker.label for blocker in node.blockers) or _("没有划分检验批")
    raise NotReady(
        _("还不能验收，以下尚未通过：{named}。", named=named),
        remedy=_("请先完成下级验收；确不涉及的，声明不涉及并写明理由。"),
    )


def clear_the_way(uow: UnitOfWork, unit_id: UUID, node: Node) -> Nonconformity | None:
    """Let a stale acceptance fall, and return the treatment that a new attempt follows from.

    Raises AlreadyOpen when one stands that is not stale; NotReady when a treatment waits for the designer.
    """
    standing = standing_acceptance(uow, unit_id, node.code)
    if standing is not None and (node.own, node.state) == (State.PASSED, State.OPEN):
        let_parents_fall(uow, unit_id, node.code, _("其下增加了新的检验批"))
    elif standing is not None:
        raise AlreadyOpen(_("“{name}”已由{by}报验。", name=standing.name, by=standing.opened_name))
    treatment = uow.session.scalar(
        select(Nonconformity).where(
            Nonconformity.unit_project_id == unit_id, Nonconformity.lot_id.is_(None), Nonconformity.code == node.code,
        ).order_by(Nonconformity.recorded_at.desc(), Nonconformity.id.desc()).limit(1)
    )
    if treatment is not None and TREATMENTS[treatment.kind].designer and treatment.approved_at is None:
        raise NotReady(_("处理方案尚未经设计单位项目负责人认可。"))
    return treatment


def standing_acceptance(uow: UnitOfWork, unit_id: UUID, code: str) -> NodeAcceptance | None:
    return uow.session.scalar(select(NodeAcceptance).where(
        NodeAcceptance.unit_project_id == unit_id, NodeAcceptance.code == code, NodeAcceptance.fallen_at.is_(None),
    ))


def next_attempt(uow: UnitOfWork, unit_id: UUID, code: str) -> int:
    last = select(func.max(NodeAcceptance.attempt)).where(
        NodeAcceptance.unit_project_id == unit_id, NodeAcceptance.code == code,
    )
    return (uow.session.scalar(last) or 0) + 1


def divisions_edition(uow: UnitOfWork) -> UUID:
    return standards.in_force(uow.session, kinds.DIVISIONS, "000000", uow.today).edition.id


def children_kept(uow: UnitOfWork, state: UnitState, node: Node) -> list[dict[str, Any]]:
    """What the form lists: the lots of an item, the items of what is above it."""
    if node.level is AcceptanceLevel.ITEM:
        lots = uow.session.scalars(
            select(Lot).where(
                Lot.unit_project_id == state.unit_id, Lot.item_code == node.code, Lot.withdrawn_at.is_(None),
            ).order_by(Lot.serial, Lot.id)
        )
        return [
            {"number": lot.number, "name": lot.name, "place": lot.place,
             "capacity": f"{lot.capacity.normalize():f} {lot.capacity_unit}" if lot.capacity is not None else ""}
            for lot in lots
        ]
    below = [one for one in state.nodes.values() if one.code.startswith(node.code) and is_listed(node, one)]
    return [{"number": one.code, "name": one.name, "lots": one.lots} for one in sorted(below, key=lambda one: one.code)]


def is_listed(node: Node, one: Node) -> bool:
    wanted = AcceptanceLevel.DIVISION if node.level is AcceptanceLevel.UNIT else AcceptanceLevel.ITEM
    return one.level is wanted and one.state is State.PASSED


def totals_kept(uow: UnitOfWork, unit: UnitProject, state: UnitState, node: Node, request: Request) -> dict[str, Any]:
    """Return the counts of the form, and under "review" what was gone through line by line and by which edition."""
    if node.level not in COUNTED:
        return {}
    reviews = standards.unit_reviews(uow.session, unit.project.region, uow.today)
    lines = lines_asked(reviews.content, state, node.code)
    mistakes = mistakes_in(lines, request.answers)
    if mistakes:
        raise SheetRefused(mistakes)
    totals = totals_of(lines, request.answers) if node.level is AcceptanceLevel.UNIT else request.totals
    wrong = totals.wrong() if totals else _("请填写质量控制资料、安全和功能检验、观感质量的核查结果。")
    if totals is None or wrong:
        raise Invalid(wrong, field="records")
    review = {"edition": str(reviews.edition.id), "answers": answers_kept(lines, request.answers)}
    return asdict(totals) | ({"review": review} if lines else {})


def attendants_kept(
    uow: UnitOfWork, unit: UnitProject, role: AcceptanceRole, named: Sequence[UUID]
) -> list[dict[str, str]]:
    """Return who attends, one at least for each place the edition demands. Raises Invalid, naming what is missing."""
    posts = [post for duty in role.attending for post in duty.posts]
    terms = {term.id: term for term in in_office(uow.session, unit.project_id, posts, uow.today, unit.number)} if posts else {}
    chosen = [terms[one] for one in named if one in terms]
    missing = [duty.label for duty in role.attending if not any(term.post in duty.posts for term in chosen)]
    if missing:
        raise Invalid(
            _("须有以下人员参加验收：{who}。", who="、".join(missing)), field="attendants",
            remedy=_("请选择参加人员；尚未登记任职的，先由所在单位登记。"),
        )
    labels = {post: duty for duty in role.attending for post in duty.posts}
    return [
        {"duty": labels[term.post].key, "label": labels[term.post].label, "term": str(term.id), "name": term.person_name}
        for term in chosen
    ]


def tell(uow: UnitOfWork, unit: UnitProject, acceptance: NodeAcceptance, role: AcceptanceRole) -> None:
    """Tell those who are to sign, and the station from the division up, where and when."""
    posts = [post for duty in role.signing for post in duty.posts]
    people = [term.person_id for term in in_office(uow.session, unit.project_id, posts, uow.today, unit.number)]
    if acceptance.level in (AcceptanceLevel.DIVISION, AcceptanceLevel.UNIT):
        people += officers_near(uow.session, unit.project.region)
    when = acceptance.meets_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if acceptance.meets_at else ""
    message = Message(
        TO_SIGN, link_of(acceptance),
        _("待验收签字：{unit} {name}", unit=unit.name, name=acceptance.name), _("验收时间：{when}", when=when) if when else "",
    )
    for person in dict.fromkeys(people):
        notify(uow, person, message)


def sign_acceptance(uow: UnitOfWork, acceptance_id: UUID, opinion: Opinion) -> Signature:
    """Sign an acceptance in the first duty that is the actor's and still open; the deciding one last.

    Leaders prove who they are again. Raises NotInOffice, AlreadySigned, OthersFirst; Blocked when the conclusion
    would pass over a child opened again meanwhile, or over an objection.
    """
    known = uow.get(NodeAcceptance, acceptance_id, selectinload(NodeAcceptance.unit).options(*UNIT_IN_FULL))
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, known.unit.scope)
    lock_unit(uow, known.unit_project_id)
    acceptance = uow.get(
        NodeAcceptance, acceptance_id, selectinload(NodeAcceptance.signatures), selectinload(NodeAcceptance.unit), lock=True,
    )
    if acceptance.fallen_at is not None:
        raise Conflict(_("这次验收已失效：{why}", why=acceptance.fallen_reason))
    roles = standards.content_of(uow.session, kinds.ACCEPTANCE_ROLES, acceptance.roles_edition_id)
    role = role_for(roles, acceptance.level, acceptance.code)
    duty, term = duty_to_sign(uow, known.unit, role, acceptance.signatures)
    if term.leads:
        policy.require_fresh(uow.actor)
    if opinion.verdict is Verdict.FAILED and not opinion.words.strip():
        raise Invalid(_("请写明不合格之处和处理要求。"), field="words")
    if duty == role.deciding and opinion.verdict is Verdict.PASSED:
        refuse_over(uow, acceptance)
    signature = Signature(
        id=uow.new_id(), unit_project_id=acceptance.unit_project_id, result_id=None, acceptance_id=acceptance.id, work_id=None,
        duty=duty.key, label=duty.label, decides=duty == role.deciding, verdict=opinion.verdict,
        opinion=opinion.words.strip(), term_id=term.id, person_name=term.person_name, signed_on=uow.today, signed_at=uow.at,
    )
    ledger.enter(uow, "acceptance.decided" if signature.decides else "acceptance.signed", signature)
    mark_done(uow, TO_SIGN, link_of(acceptance), None if signature.decides else term.person_id)
    if signature.decides:
        enqueue(uow, PRINT, acceptance=str(acceptance.id))
    return signature


def link_of(acceptance: NodeAcceptance) -> str:
    return f"/acceptances/{acceptance.id}"


def duty_to_sign(
    uow: UnitOfWork, unit: UnitProject, role: AcceptanceRole, signatures: Sequence[Signature]
) -> tuple[Duty, Term]:
    """Return the duty the actor signs now, and his term. Used by all acts above the lot."""
    posts = [post for duty in role.signing for post in duty.posts]
    own_office(uow, unit.project_id, posts, uow.today, unit.number)  # refuses whoever holds none, naming the posts
    terms = in_office(uow.session, unit.project_id, posts, uow.today, unit.number)
    held = {term.post: term for term in terms if term.person_id == uow.actor.person}
    mine = [(duty, held[post]) for duty in role.signing for post in duty.posts if post in held]
    done = {one.duty: Signed(one.duty, one.person_name, one.verdict, said_at(one.signed_at)) for one in signatures}
    refuse_decided(role, done)
    turn = next_duties([duty.key for duty in role.signing], done)
    for duty, term in mine:
        if duty.key in turn:
            return duty, term
    for duty, _term in mine:
        if duty.key in done:
            raise already_signed(duty, done[duty.key])
    raise OthersFirst(_("还须先由{duties}签字。", duties="、".join(duty.label for duty in role.signing if duty.key in turn)))


def said_at(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def refuse_over(uow: UnitOfWork, acceptance: NodeAcceptance) -> None:
    """Raise Blocked when a child is open again, or somebody has objected."""
    against = [one for one in acceptance.signatures if one.verdict is Verdict.FAILED]
    if against:
        raise Blocked(_("{who}认为不合格：{why}", who=against[0].person_name, why=against[0].opinion))
    node = state_of_unit(uow.session, acceptance.unit_project_id, uow.today).node(acceptance.code)
    if node.blockers:
        raise Blocked(_("以下尚未通过：{named}。", named="；".join(blocker.label for blocker in node.blockers)))


def let_parents_fall(uow: UnitOfWork, unit_id: UUID, code: str, reason: str) -> list[NodeAcceptance]:
    """Let every acceptance above `code`, and of it, fall: something below has been opened again.

    Ask behind `lock_unit`. Raises UnitAccepted once the building has passed its completion: what is found then is
    a defect of a finished building.
    """
    accepted_on = uow.session.scalar(select(UnitProject.accepted_on).where(UnitProject.id == unit_id))
    if accepted_on is not None:
        raise UnitAccepted(
            _("单位工程已于 {day} 竣工验收合格，不能再退回检验批。", day=accepted_on), remedy=_("请按质量缺陷处理，并登记返修。"),
        )
    codes = [code[:length] for length in (0, 2, 4, 6) if length <= len(code)]
    standing = uow.session.scalars(
        select(NodeAcceptance).where(
            NodeAcceptance.unit_project_id == unit_id, NodeAcceptance.code.in_(codes), NodeAcceptance.fallen_at.is_(None),
        ).order_by(NodeAcceptance.code)
    ).all()
    for one in standing:
        one.fallen_at, one.fallen_reason = uow.at, reason
        mark_done(uow, TO_SIGN, link_of(one))
    ledger.append_many(uow, "acceptance.fell", [ledger.Entry(one) for one in standing])
    return list(standing)
