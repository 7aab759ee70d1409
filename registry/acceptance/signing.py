"""Signing a lot (检验批): the act done more often than any other on the site, so it judges a row and loads no objects.

Two statements lock and read all that a signature turns on, a third writes it with its event. Whoever decides locks
the batches of the lot too and asks what bars it; the paper is printed afterwards, once, in the background.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from registry import policy
from registry.acceptance.models import LotResult, Signature
from registry.acceptance.rules import VERDICT_NAMES, Verdict, next_duties
from registry.kernel.db import PLANNED_ONCE
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.jobs import enqueue
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission, Scope
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.offices import in_office, not_in_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel, AcceptanceRole, Duty, role_for
from registry.works.models import Lot
from registry.works.standing import lock_lots, lot_blockers

PRINT = "acceptance.print"   # the kind of job that prints what has been signed
MAIN = frozenset({"contractor", "general-contractor"})
"""Roles whose people sign for a subcontractor's lots as well as for their own."""


class NothingEntered(Conflict):
    code = "acceptance.nothing-entered"


class AlreadySigned(Conflict):
    code = "acceptance.already-signed"


class OthersFirst(Conflict):
    code = "acceptance.others-first"


class Blocked(Conflict):
    code = "acceptance.blocked"


class DoesNotConform(Conflict):
    code = "acceptance.does-not-conform"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a signer says. Whoever does not agree says why."""

    verdict: Verdict
    words: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """A post the actor holds today."""

    post: str
    term: UUID
    name: str
    firm: UUID        # participation
    role: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature already there."""

    duty: str
    name: str
    verdict: Verdict
    at: str


PARTY = aliased(Participation)
FIRM = aliased(Participation)
OWN = aliased(Term)
LOCK = select(Lot.id, PLANNED_ONCE).where(Lot.id == bindparam("lot")).with_for_update(of=Lot)
PARTIES = select(func.array_agg(PARTY.organisation_id)).where(PARTY.project_id == Project.id).correlate(Project).scalar_subquery()
OFFICES = (
    select(func.jsonb_agg(func.jsonb_build_array(
        OWN.post, OWN.id, OWN.person_name, FIRM.id, FIRM.role, FIRM.unit_numbers, type_=JSONB,
    )))
    .select_from(OWN).join(FIRM, FIRM.id == OWN.participation_id)
    .where(
        FIRM.project_id == Project.id, OWN.person_id == bindparam("person"), OWN.corrected_by_id.is_(None),
        OWN.since <= bindparam("today"), func.coalesce(OWN.until, bindparam("today")) >= bindparam("today"),
        FIRM.since <= bindparam("today"), func.coalesce(FIRM.until, bindparam("today")) >= bindparam("today"),
    )
    .correlate(Project).scalar_subquery()
)
SIGNATURES = (
    select(func.jsonb_agg(func.jsonb_build_array(
        Signature.duty, Signature.person_name, Signature.verdict, func.to_char(
            func.timezone("Asia/Shanghai", Signature.signed_at), "YYYY-MM-DD HH24:MI",
        ), type_=JSONB,
    )))
    .where(Signature.result_id == LotResult.id).correlate(LotResult).scalar_subquery()
)
TO_SIGN = (
    select(
        LotResult.id, LotResult.conforms, LotResult.roles_edition_id, Lot.unit_project_id, Lot.item_code, Lot.participation_id,
        UnitProject.number, Project.id.label("project_id"), Project.region, PARTIES.label("parties"),
        OFFICES.label("offices"), SIGNATURES.label("signed"),
    )
    .select_from(Lot)
    .join(UnitProject, UnitProject.id == Lot.unit_project_id).join(Project, Project.id == UnitProject.project_id)
    .outerjoin(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
    .where(Lot.id == bindparam("lot"))
)


def sign_lot(uow: UnitOfWork, lot_id: UUID, opinion: Opinion) -> Signature:
    """Sign a lot's result in the first duty that is the actor's and still open.

    Raises NothingEntered before a result is; NotInOffice for whoever may not sign, naming the post that must;
    AlreadySigned, by whom and when; OthersFirst while those before have not; DoesNotConform and Blocked when it
    cannot pass. Source: GB 50300-2013 6.0.1, 附录E.
    """
    uow.session.execute(LOCK, {"lot": lot_id})
    found = uow.session.execute(TO_SIGN, {"lot": lot_id, "person": uow.actor.person, "today": uow.today}).one_or_none()
    if found is None:
        raise NotFound(_("没有找到所要的检验批。"))
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, Scope(found.region, frozenset(found.parties)))
    if found.id is None:
        raise NothingEntered(_("该检验批还没有填写检查结果，不能签字。"), remedy=_("请先由专业工长或质量检查员填写检查结果。"))
    roles = standards.content_of(uow.session, kinds.ACCEPTANCE_ROLES, found.roles_edition_id)
    role = role_for(roles, AcceptanceLevel.LOT, found.item_code)
    signed = signed_of(found.signed)
    duty, office = duty_of(uow, role, found, signed)
    judge_opinion(opinion, decides=duty == role.deciding, conforms=found.conforms)
    if duty == role.deciding and opinion.verdict is Verdict.PASSED:
        refuse_blocked(uow, lot_id)
    signature = Signature(
        id=uow.new_id(), unit_project_id=found.unit_project_id, result_id=found.id, acceptance_id=None, work_id=None,
        duty=duty.key, label=duty.label, decides=duty == role.deciding, verdict=opinion.verdict,
        opinion=opinion.words.strip(), term_id=office.term, person_name=office.name, signed_on=uow.today, signed_at=uow.at,
    )
    ledger.enter(uow, "lot.decided" if signature.decides else "lot.signed", signature)
    if signature.decides:
        enqueue(uow, PRINT, result=str(found.id))
    return signature


def signed_of(rows: Sequence[Sequence[Any]] | None) -> tuple[Signed, ...]:
    return tuple(Signed(duty, name, Verdict(verdict), at) for duty, name, verdict, at in rows or ())


def offices_of(found: Row[Any]) -> list[Office]:
    """The posts the actor holds in this unit project: for the lot's own firm, or for one that answers for it too."""
    held = [
        (Office(post, UUID(term), name, UUID(firm), role), units)
        for post, term, name, firm, role, units in found.offices or ()
    ]
    return [office for office, units in held if not units or found.number in units]


def duty_of(
    uow: UnitOfWork, role: AcceptanceRole, found: Row[Any], signed: Sequence[Signed]
) -> tuple[Duty, Office]:
    """Return the duty the actor signs now, and in which office."""
    mine = duties_held(role, [office for office in offices_of(found) if fits_firm(office, found.participation_id)])
    if not mine:
        posts = [post for duty in role.signing for post in duty.posts]
        raise who_may(uow, found, posts, role)
    done = {one.duty: one for one in signed}
    refuse_decided(role, done)
    turn = next_duties([duty.key for duty in role.signing], done)
    for duty, office in mine.values():
        if duty.key in turn:
            return duty, office
    waiting = [duty.label for duty in role.signing if duty.key in turn]
    for duty, _office in mine.values():
        if duty.key in done:
            raise already_signed(duty, done[duty.key])
    raise OthersFirst(_("还须先由{duties}签字。", duties="、".join(waiting)))


def duties_held(role: AcceptanceRole, offices: Sequence[Office]) -> Mapping[str, tuple[Duty, Office]]:
    """Return the signing duties that somebody's offices allow, in the order of signing, each with its office."""
    held = {office.post: office for office in reversed(offices)}
    return {
        duty.key: (duty, held[post])
        for duty in role.signing for post in reversed(duty.posts) if post in held
    }


def fits_firm(office: Office, firm: UUID) -> bool:
    """Site posts of a contractor sign for their own firm's lots; the main contractor's for everybody's."""
    contractors = MAIN | {"subcontractor"}
    return office.role not in contractors or office.role in MAIN or office.firm == firm


def refuse_decided(role: AcceptanceRole, done: Mapping[str, Signed]) -> None:
    decided = done.get(role.deciding.key)
    if decided is not None:
        raise AlreadySigned(_(
            "{name}已于 {at} 作出结论：{verdict}。", name=decided.name, at=decided.at, verdict=VERDICT_NAMES[decided.verdict],
        ))


def already_signed(duty: Duty, by: Signed) -> AlreadySigned:
    return AlreadySigned(_("{duty}一栏已由{name}于 {at} 签字。", duty=duty.label, name=by.name, at=by.at))


def who_may(uow: UnitOfWork, found: Row[Any], posts: Sequence[str], role: AcceptanceRole) -> Conflict:
    """Say who may sign instead of the actor: the posts, and those who hold them today."""
    terms = in_office(uow.session, found.project_id, posts, uow.today, found.number)
    names = "、".join(dict.fromkeys(term.person_name for term in terms)) or _("（尚未登记）")
    no = not_in_office(uow, uow.actor.name, found.region, posts, uow.today)
    no.remedy = _("{label}须由{duties}签字，今日在岗：{names}。", label=role.label,
                  duties="、".join(duty.label for duty in role.signing), names=names)
    return no


def judge_opinion(opinion: Opinion, *, decides: bool, conforms: bool) -> None:
    """Raise unless the opinion can stand: a contractor presents only what conforms, a refusal has its reason."""
    if opinion.verdict is Verdict.FAILED and not opinion.words.strip():
        raise Invalid(_("请写明不合格之处和处理要求。"), field="words")
    if opinion.verdict is Verdict.PASSED and not conforms:
        raise DoesNotConform(
            _("检查结果不符合标准，不能签署合格。"),
            remedy=_("请退回施工单位处理后重新验收。") if decides else _("请登记不合格处理（返工、返修等），处理后重新填写。"),
        )
    if opinion.verdict is Verdict.FAILED and not decides:
        raise Invalid(_("施工单位自检不合格的，不签字报验；请登记不合格处理。"), field="verdict")


def refuse_blocked(uow: UnitOfWork, lot_id: UUID) -> None:
    """Lock the lot's batches against recall, then raise Blocked when anything keeps it from acceptance."""
    lock_lots(uow, [lot_id])
    blockers = lot_blockers(uow.session, [lot_id], uow.today).get(lot_id, ())
    if blockers:
        raise Blocked(
            _("该检验批还不能验收：{why}。", why="；".join(blocker.label for blocker in blockers)),
            remedy=_("由{who}办理。", who="、".join(dict.fromkeys(blocker.acts for blocker in blockers if blocker.acts))),
        )
