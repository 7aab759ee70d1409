"""Signing lots (检验批): the act done more often than any other on the site, so it judges rows and loads no objects.

Two statements lock and read all that the signatures turn on, a third writes them with their events, however many lots
are signed together. Whoever decides locks the batches of the lots too and asks what bars them; the papers are printed
afterwards, once, in the background. Locks are taken by id: two who sign some of the same lots wait, and never deadlock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from registry import policy
from registry.acceptance.models import LotResult, Signature
from registry.acceptance.rules import VERDICT_NAMES, Verdict, next_duties
from registry.kernel.db import PLANNED_ONCE
from registry.kernel.errors import Conflict, Invalid, NotFound, Refusal
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
from registry.works.standing import LotWithdrawn, lock_lots, lot_blockers

PRINT = "acceptance.print"   # the kind of job that prints what has been signed
MAIN = frozenset({"contractor", "general-contractor"})
"""Roles whose people sign for a subcontractor's lots as well as for their own."""


Refused = dict[UUID, Refusal]
"""Why lots may not be signed, by lot."""


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


class ResultChanged(Conflict):
    code = "acceptance.result-changed"


class SomeRefused(Conflict):
    """Some of the lots to be signed together may not be, so none was. `refused` says why, `numbers` what they are called."""

    code = "acceptance.some-refused"

    def __init__(self, numbers: Mapping[UUID, str], refused: Refused) -> None:
        self.numbers, self.refused = numbers, refused
        super().__init__(
            _("所选 {all} 个检验批中有 {n} 个不能签字，全部未签：{which}", all=len(numbers), n=len(refused),
              which="；".join(f"{numbers[lot]} {no}" for lot, no in refused.items())),
            remedy=_("去掉不能签的，其余可以再次一并签字。"),
        )


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


@dataclass(frozen=True, slots=True)
class Ready:
    """A lot that the actor may sign now, and as whom."""

    found: Row[Any]
    duty: Duty
    office: Office
    decides: bool


PARTY = aliased(Participation)
FIRM = aliased(Participation)
OWN = aliased(Term)
LOTS = bindparam("lots", type_=ARRAY(Uuid()))
LOCK = select(Lot.id, PLANNED_ONCE).where(Lot.id == any_(LOTS)).order_by(Lot.id).with_for_update(of=Lot)
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
SITE = (
    select(Project.id, Project.region, PARTIES.label("parties"), OFFICES.label("offices"))
    .where(Project.id.in_(
        select(UnitProject.project_id).join(Lot, Lot.unit_project_id == UnitProject.id).where(Lot.id == any_(LOTS))
    ))
    .cte("site").prefix_with("MATERIALIZED")  # once for a project, not once for a lot
)
TO_SIGN = (
    select(
        LotResult.id, LotResult.conforms, LotResult.roles_edition_id, Lot.id.label("lot_id"), Lot.number.label("lot_number"),
        Lot.withdrawn_at, Lot.unit_project_id, Lot.item_code, Lot.participation_id, UnitProject.number,
        SITE.c.id.label("project_id"), SITE.c.region, SITE.c.parties, SITE.c.offices, SIGNATURES.label("signed"),
    )
    .select_from(Lot)
    .join(UnitProject, UnitProject.id == Lot.unit_project_id).join(SITE, SITE.c.id == UnitProject.project_id)
    .outerjoin(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
    .where(Lot.id == any_(LOTS)).order_by(Lot.id)
)


def sign_lot(uow: UnitOfWork, lot_id: UUID, opinion: Opinion) -> Signature:
    """Sign a lot's result in the first duty that is the actor's and still open.

    Raises NothingEntered before a result is; NotInOffice for whoever may not sign, naming the post that must;
    AlreadySigned, by whom and when; OthersFirst while those before have not; DoesNotConform and Blocked when it
    cannot pass. Source: GB 50300-2013 6.0.1, 附录E.
    """
    ready, refused = judge(uow, lock(uow, [lot_id]), opinion)
    refused |= refuse_blocked(uow, ready, opinion)
    for no in refused.values():
        raise no
    return write(uow, ready, opinion)[0]


def sign_lots(uow: UnitOfWork, seen: Mapping[UUID, UUID], words: str = "") -> list[Signature]:
    """Agree to the results of several lots at once, each in the first duty that is the actor's and still open: all, or none.

    seen     the result that was seen of each lot: what has been corrected since is not signed
    raises   SomeRefused, which names every lot that may not be signed and why, as `sign_lot` would have said it
    """
    if not seen:
        raise Invalid(_("请选择要签字的检验批。"), field="lots")
    agreed = Opinion(Verdict.PASSED, words)
    found = lock(uow, list(seen))
    policy.require_fresh(uow.actor)
    ready, refused = judge(uow, found, agreed)
    refused |= {
        one.found.lot_id: ResultChanged(_("检查结果在您查看之后已经更正，请重新查看。"))
        for one in ready if one.found.id != seen[one.found.lot_id]
    }
    refused |= refuse_blocked(uow, ready, agreed)
    if refused:
        raise SomeRefused({row.lot_id: row.lot_number for row in found}, refused)
    return write(uow, ready, agreed)


def outlook(uow: UnitOfWork, lot_ids: Sequence[UUID]) -> tuple[list[Ready], Refused]:
    """Say, without locks, for which of these lots it is the actor's turn, and what keeps some of those from passing."""
    ready, _others = judge(uow, to_sign(uow, lot_ids), Opinion(Verdict.PASSED))
    return ready, blocked(uow, ready)


def lock(uow: UnitOfWork, lot_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Lock lots, by id, and return all that a signature turns on. Raises NotFound when one of them is none."""
    uow.session.connection().execute(LOCK, {"lots": lot_ids})
    return to_sign(uow, lot_ids)


def to_sign(uow: UnitOfWork, lot_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    if not lot_ids:
        return []
    asked = {"lots": lot_ids, "person": uow.actor.person, "today": uow.today}
    found: list[Row[Any]] = list(uow.session.connection().execute(TO_SIGN, asked))
    if len(found) < len(set(lot_ids)):
        raise NotFound(_("没有找到所要的检验批。"))
    for region, parties in {(row.region, frozenset(row.parties)) for row in found}:
        policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, Scope(region, parties))
    return found


def judge(uow: UnitOfWork, found: Sequence[Row[Any]], opinion: Opinion) -> tuple[list[Ready], Refused]:
    """Say which lots the actor may sign so, and why not the others; what bars acceptance is asked afterwards."""
    ready: list[Ready] = []
    refused: Refused = {}
    strangers: dict[tuple[UUID, str, str], Conflict] = {}
    for row in found:
        try:
            role = role_of(uow, row)
            mine = duties_held(role, [office for office in offices_of(row) if fits_firm(office, row.participation_id)])
            if not mine:
                place = (row.project_id, row.number, role.key)
                strangers[place] = strangers.get(place) or who_may(uow, row, role)
                raise strangers[place]
            duty, office = duty_now(role, mine, signed_of(row.signed))
            decides = duty == role.deciding
            judge_opinion(opinion, decides=decides, conforms=row.conforms)
            ready.append(Ready(row, duty, office, decides))
        except Conflict as no:
            refused[row.lot_id] = no
    return ready, refused


def role_of(uow: UnitOfWork, found: Row[Any]) -> AcceptanceRole:
    """Return who signs a lot, by the edition of its result. Raises LotWithdrawn, NothingEntered."""
    if found.withdrawn_at is not None:
        raise LotWithdrawn(_("检验批 {number} 已撤销。", number=found.lot_number))
    if found.id is None:
        raise NothingEntered(_("该检验批还没有填写检查结果，不能签字。"), remedy=_("请先由专业工长或质量检查员填写检查结果。"))
    roles = standards.content_of(uow.session, kinds.ACCEPTANCE_ROLES, found.roles_edition_id)
    return role_for(roles, AcceptanceLevel.LOT, found.item_code)


def write(uow: UnitOfWork, ready: Sequence[Ready], opinion: Opinion) -> list[Signature]:
    """Write the signatures, each with its event; what is decided will be printed."""
    made = [
        Signature(
            id=uow.new_id(), unit_project_id=one.found.unit_project_id, result_id=one.found.id, acceptance_id=None, work_id=None,
            duty=one.duty.key, label=one.duty.label, decides=one.decides, verdict=opinion.verdict,
            opinion=opinion.words.strip(), term_id=one.office.term, person_name=one.office.name, signed_on=uow.today,
            signed_at=uow.at,
        )
        for one in ready
    ]
    for kind, decides in (("lot.signed", False), ("lot.decided", True)):
        entries = [ledger.Entry(signature) for signature in made if signature.decides is decides]
        if entries:
            ledger.enter_many(uow, kind, entries)
    for signature in made:
        if signature.decides:
            enqueue(uow, PRINT, result=str(signature.result_id))
    return made


def signed_of(rows: Sequence[Sequence[Any]] | None) -> tuple[Signed, ...]:
    return tuple(Signed(duty, name, Verdict(verdict), at) for duty, name, verdict, at in rows or ())


def offices_of(found: Row[Any]) -> list[Office]:
    """The posts the actor holds in this unit project: for the lot's own firm, or for one that answers for it too."""
    held = [
        (Office(post, UUID(term), name, UUID(firm), role), units)
        for post, term, name, firm, role, units in found.offices or ()
    ]
    return [office for office, units in held if not units or found.number in units]


def duty_now(
    role: AcceptanceRole, mine: Mapping[str, tuple[Duty, Office]], signed: Sequence[Signed]
) -> tuple[Duty, Office]:
    """Return the duty the actor signs now, of those that are his, and in which office."""
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


def who_may(uow: UnitOfWork, found: Row[Any], role: AcceptanceRole) -> Conflict:
    """Say who may sign instead of the actor: the posts, and those who hold them today."""
    posts = [post for duty in role.signing for post in duty.posts]
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


def refuse_blocked(uow: UnitOfWork, ready: Sequence[Ready], opinion: Opinion) -> Refused:
    """Lock the batches of lots about to pass against recall, then say what keeps any of them from acceptance."""
    if opinion.verdict is not Verdict.PASSED or not any(one.decides for one in ready):
        return {}
    lock_lots(uow, [one.found.lot_id for one in ready if one.decides])
    return blocked(uow, ready)


def blocked(uow: UnitOfWork, ready: Sequence[Ready]) -> Refused:
    deciding = [one.found.lot_id for one in ready if one.decides]
    found = lot_blockers(uow.session, deciding, uow.today)
    return {
        lot: Blocked(
            _("该检验批还不能验收：{why}。", why="；".join(blocker.label for blocker in blockers)),
            remedy=_("由{who}办理。", who="、".join(dict.fromkeys(blocker.acts for blocker in blockers if blocker.acts))),
        )
        for lot, blockers in found.items() if blockers
    }
