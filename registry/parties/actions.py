"""What can be done with organisations, people and qualifications."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.search import bigrams
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties import entering
from registry.parties.entering import (
    OrganisationFacts,
    PersonFacts,
    QualificationFacts,
    identity_place,
    phone_place,
)
from registry.parties.identifiers import check_mobile, check_uscc
from registry.parties.models import (
    Organisation,
    OrganisationStatus,
    Person,
    Qualification,
    RevealLog,
    RevealReason,
)
from registry.parties.rules import BECOMES, LONGEST_CHAIN, NEEDS_SUCCESSOR, STATUS_NAMES
from registry.policy import Permission, Scope

SHORTEST_EXPLANATION = 4


class StatusIsFinal(Conflict):
    code = "organisation.status-is-final"


class ChangedMeanwhile(Conflict):
    code = "party.changed-meanwhile"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What became of an organisation, from which day, and who takes over."""

    status: OrganisationStatus
    since: date
    reason: str
    successor_uscc: str = ""


@dataclass(frozen=True, slots=True)
class Reveal:
    """A look at a person's whole number. `what` is "identity" or "phone"."""

    what: str
    reason: RevealReason
    explanation: str


def register_organisation(uow: UnitOfWork, facts: OrganisationFacts) -> Organisation:
    """Register an organisation, or return the one registered with these very facts.

    Raises InvalidIdentifier (统一社会信用代码), PartyDiffers naming what is registered otherwise.
    """
    found = uow.session.scalar(select(Organisation).where(Organisation.uscc == check_uscc(facts.uscc).value))
    policy.require(uow.actor, Permission.PARTY_RECORD, found.scope if found else Scope(facts.region))
    return entering.enter_organisations(uow, [facts]).rows[0]


def register_person(uow: UnitOfWork, facts: PersonFacts, organisation_id: UUID | None = None) -> Person:
    """Register a person, or return the one with this identity number; a filer does so for the own firm.

    Raises InvalidIdentifier; PartyDiffers when the number is registered under another name.
    """
    policy.require(uow.actor, Permission.PARTY_RECORD, Scope(organisation=organisation_id))
    return entering.enter_person(uow, facts)


def add_qualification(
    uow: UnitOfWork, person_id: UUID, facts: QualificationFacts, organisation_id: UUID | None = None
) -> Qualification:
    """Note a 注册执业资格 as shown today: one row for each kind and number."""
    person = uow.get(Person, person_id)
    policy.require(uow.actor, Permission.PARTY_RECORD, Scope(person=person.id, organisation=organisation_id))
    known = uow.session.scalar(select(Qualification).where(
        Qualification.person_id == person_id,
        Qualification.kind == facts.kind, Qualification.number == facts.number,
    ))
    if known is not None:
        return known
    qualification = Qualification(id=uow.new_id(), person_id=person_id, recorded_at=uow.at, **asdict(facts))
    uow.session.add(qualification)
    ledger.append(uow, "qualification.recorded", qualification)
    return qualification


def withdraw_qualification(uow: UnitOfWork, qualification_id: UUID, on: date, reason: str) -> Qualification:
    """Note that a qualification was given up or taken away (注销、撤销、吊销). Only a station may."""
    qualification = uow.get(Qualification, qualification_id, lock=True)
    policy.require(uow.actor, Permission.PARTY_RECORD, Scope())
    if qualification.withdrawn_on is not None:
        raise Conflict(_("该执业资格已于 {day} 失效。", day=qualification.withdrawn_on))
    if on > uow.today:
        raise Invalid(_("失效日期不得晚于今天。"), field="on")
    qualification.withdrawn_on = on
    ledger.append(uow, "qualification.withdrawn", qualification, data={"reason": reason})
    return qualification


def edited(uow: UnitOfWork, organisation_id: UUID, version: int) -> Organisation:
    """Return an organisation that the actor may edit, locked, as it was when the form was opened."""
    organisation = uow.get(Organisation, organisation_id, lock=True)
    policy.require(uow.actor, Permission.PARTY_EDIT, organisation.scope)
    if organisation.version != version:
        raise ChangedMeanwhile(
            _("在您填写期间，他人已修改了该单位的信息。"), remedy=_("请重新打开页面，核对后再提交。")
        )
    return organisation


def rename_organisation(uow: UnitOfWork, organisation_id: UUID, name: str, version: int) -> Organisation:
    """Enter a new name (名称变更). Papers and plaques keep the name of their day."""
    organisation = edited(uow, organisation_id, version)
    before, organisation.name = organisation.name, required(name, "name")
    organisation.grams = bigrams(f"{organisation.name} {before} {organisation.uscc}")  # found by both
    ledger.append(uow, "organisation.renamed", organisation, data={"before": before})
    return organisation


def change_legal_representative(
    uow: UnitOfWork, organisation_id: UUID, name: str, version: int
) -> Organisation:
    """Enter a new 法定代表人. Papers signed by the one before stand as signed."""
    organisation = edited(uow, organisation_id, version)
    before, organisation.legal_representative = organisation.legal_representative, required(name, "name")
    ledger.append(uow, "organisation.legal-representative-changed", organisation, data={"before": before})
    return organisation


def required(text: str, field: str) -> str:
    tidy = " ".join(text.split())
    if not tidy:
        raise Invalid(_("此项不得为空。"), field=field)
    return tidy


def change_organisation_status(
    uow: UnitOfWork, organisation_id: UUID, change: StatusChange, version: int
) -> Organisation:
    """Enter what became of an organisation (注销、吊销、破产、合并、分立). Its people stay answerable.

    Raises StatusIsFinal; Invalid when a merger or division names no successor, or one that cannot be.
    Source: 建质〔2014〕124号 第十一、十二条 (单位撤销、注销的，仍追究相关人员).
    """
    organisation = edited(uow, organisation_id, version)
    if change.status not in BECOMES.get(organisation.status, frozenset()):
        raise StatusIsFinal(_(
            "该单位的状态是“{now}”，不能改为“{new}”。",
            now=STATUS_NAMES[organisation.status], new=STATUS_NAMES[change.status],
        ))
    if change.since > uow.today:
        raise Invalid(_("日期不得晚于今天。"), field="since")
    organisation.successor_id = successor_of(uow, organisation, change)
    organisation.status, organisation.status_since = change.status, change.since
    ledger.append(uow, "organisation.status-changed", organisation, data={"reason": change.reason})
    return organisation


def successor_of(uow: UnitOfWork, organisation: Organisation, change: StatusChange) -> UUID | None:
    """Return the successor's id. Raises Invalid when one is missing, unknown, or would close a circle."""
    if not change.successor_uscc:
        if change.status in NEEDS_SUCCESSOR:
            raise Invalid(_("合并、分立的，请填写承继单位的统一社会信用代码。"), field="successor_uscc")
        return None
    code = check_uscc(change.successor_uscc).value
    successor = uow.session.scalar(select(Organisation).where(Organisation.uscc == code))
    if successor is None:
        raise Invalid(
            _("承继单位 {code} 还没有登记。", code=code), field="successor_uscc", remedy=_("请先登记该单位。")
        )
    follow: Organisation | None = successor
    for _link in range(LONGEST_CHAIN):
        if follow is None:
            return successor.id
        if follow.id == organisation.id:
            raise Invalid(_("承继单位不能是本单位，也不能由本单位承继。"), field="successor_uscc")
        follow = uow.session.get(Organisation, follow.successor_id) if follow.successor_id else None
    raise Invalid(_("承继关系过长，请核对。"), field="successor_uscc")


def change_phone(uow: UnitOfWork, person_id: UUID, phone: str, organisation_id: UUID | None = None) -> Person:
    """Enter a new phone number, under seal. Raises InvalidIdentifier; NotFresh without a recent proof."""
    person = uow.get(Person, person_id, lock=True)
    policy.require(uow.actor, Permission.PARTY_EDIT, Scope(person=person.id, organisation=organisation_id))
    policy.require_fresh(uow.actor)
    number = check_mobile(phone).value
    entering.seal_phone(uow, person, number)
    ledger.append(uow, "person.phone-changed", person, personal={"phone": number})
    return person


def reveal_identity(uow: UnitOfWork, person_id: UUID, reveal: Reveal, scope: Scope) -> str:
    """Return a person's whole identity number or phone, and note for good who looked and why.

    scope    of the term or project by which the actor has to do with the person; the storey above knows it
    raises   NotFound or Forbidden by policy; NotFresh without a recent proof; Invalid without a reason
    """
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, scope)
    policy.require_fresh(uow.actor)
    if len("".join(reveal.explanation.split())) < SHORTEST_EXPLANATION:
        raise Invalid(
            _("请说明查看的具体事由，至少 {least} 个字。", least=SHORTEST_EXPLANATION), field="explanation"
        )
    person = uow.get(Person, person_id)
    number = opened(uow, person, reveal.what)
    log = RevealLog(
        id=uow.new_id(), at=uow.at, person_id=person_id, what=reveal.what, reason=reveal.reason,
        explanation=reveal.explanation.strip(), account_id=uow.actor.account,
    )
    uow.session.add(log)
    ledger.append(uow, "person.revealed", log)
    return number


def opened(uow: UnitOfWork, person: Person, what: str) -> str:
    if what == "identity":
        return uow.tools.vault.open(person.identity_sealed, identity_place(person.id))
    if what == "phone" and person.phone_sealed is not None:
        return uow.tools.vault.open(person.phone_sealed, phone_place(person.id))
    raise NotFound(_("没有登记此项信息。"))
