"""Invitations: a single-use link by which one person opens an account, or sets a new password."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts import brakes, passwords
from registry.accounts.actions import (
    ACCOUNT_IN_FULL,
    AccountFacts,
    enter_account,
    managed,
    require_giving,
    scope_of,
)
from registry.accounts.events import Place, note
from registry.accounts.logins import check_login
from registry.accounts.models import Account, BrakeKind, Invitation, Purpose
from registry.accounts.proof import WrongCode
from registry.accounts.rules import IN_PERSON, INVITED_FOR, RECOVERED_WITHIN
from registry.accounts.sessions import Admission, admit_by_password, end_all, token_hash
from registry.kernel.actor import Role
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.entering import PersonFacts, enter_person, identity_place
from registry.parties.identifiers import compact
from registry.parties.models import IdentityKind, Organisation, Person
from registry.policy import Permission


class InvitationOver(NotFound):
    """Unknown, used or expired: which of them is nobody's business."""

    code = "invitation.over"


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """Whom to invite, for which firm, as what.

    login     "" lets the invited person choose
    target    path to go to once signed in, e.g. "/terms/…/pledge"
    lasts     until the link expires, at most INVITED_FOR
    """

    name: str
    roles: frozenset[Role]
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    region: str = ""
    login: str = ""
    target: str = ""
    lasts: timedelta = INVITED_FOR


@dataclass(frozen=True, slots=True)
class Link:
    """A link to hand to one person. Only its hash is kept, so it cannot be shown again."""

    invitation: Invitation
    url: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an invited person fills in. `identity` is asked for as `asks()` says."""

    password: str
    login: str = ""
    name: str = ""
    identity_kind: str = ""
    identity: str = ""


def invite(uow: UnitOfWork, facts: InvitationFacts) -> Link:
    """Invite a person to open an account. Raises MayNotGive, Invalid."""
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, scope_of(uow, facts.organisation_id, facts.region))
    require_giving(uow, facts.roles)
    if facts.target and not facts.target.startswith("/"):
        raise Invalid(_("邀请的去向应是本站的路径。"), field="target")
    return issue(uow, Invitation(
        purpose=Purpose.JOIN, person_id=facts.person_id, organisation_id=facts.organisation_id,
        name=facts.name, login=check_login(facts.login) if facts.login else "", roles=sorted(facts.roles),
        region=facts.region, target=facts.target, expires_at=uow.at + min(facts.lasts, INVITED_FOR),
    ))


def issue_recovery(uow: UnitOfWork, account_id: UUID) -> Link:
    """Make a link by which the account's owner sets a new password. The second factor is still asked for."""
    account = managed(uow, account_id)
    note(uow, "recovery.issued", account.id)
    return issue(uow, Invitation(
        purpose=Purpose.RECOVER, account_id=account.id, person_id=account.person_id, name=account.name,
        organisation_id=account.organisation_id, roles=[], expires_at=uow.at + RECOVERED_WITHIN,
    ))


def issue(uow: UnitOfWork, invitation: Invitation) -> Link:
    token = secrets.token_urlsafe(24)
    invitation.id, invitation.token_sha256 = uow.new_id(), token_hash(token)
    invitation.created_at, invitation.created_by_id = uow.at, uow.actor.account
    uow.session.add(invitation)
    uow.session.flush()
    note(uow, "invitation.issued", invitation.account_id, invitation=str(invitation.id))
    return Link(invitation, f"{uow.tools.base_url}/invitations/{token}")


class Asked(StrEnum):
    """What an invited person must show beside the link, which may have been forwarded or overseen."""

    NOTHING = "nothing"
    TAIL = "tail"      # the last six characters of the identity number we know
    WHOLE = "whole"    # name and identity number: the role is for a person known as such


def standing(uow: UnitOfWork, token: str) -> Invitation:
    """Return the invitation that a link stands for. Raises InvitationOver."""
    invitation = uow.session.scalar(
        select(Invitation)
        .where(Invitation.token_sha256 == token_hash(token))
        .options(selectinload(Invitation.organisation), selectinload(Invitation.person))
    )
    if invitation is None or invitation.used_at is not None or uow.at >= invitation.expires_at:
        raise InvitationOver(
            _("邀请链接无效、已经用过或已经过期。"), remedy=_("请向发出邀请的人索取新的链接。")
        )
    return invitation


def asks(invitation: Invitation) -> Asked:
    if invitation.person_id is not None:
        return Asked.TAIL
    if IN_PERSON.isdisjoint(invitation.roles):
        return Asked.NOTHING
    return Asked.WHOLE


def accept(uow: UnitOfWork, token: str, given: Acceptance, place: Place) -> Admission:
    """Use a link up: open the account or set the new password, and go on as after a proved password.

    Raises InvitationOver, WrongCode, TooManyGuesses, WeakPassword, LoginTaken, AlreadyHasAccount, Invalid.
    """
    policy.open_to_all(uow.actor)
    uow.lock(f"invitation:{token_hash(token).hex()}")
    invitation = standing(uow, token)
    require_known(uow, invitation, given, place)
    invitation.used_at = uow.at
    if invitation.purpose is Purpose.RECOVER:
        return admit_by_password(uow, recover(uow, invitation, given, place), place)
    return admit_by_password(uow, join(uow, invitation, given), place)


def require_known(uow: UnitOfWork, invitation: Invitation, given: Acceptance, place: Place) -> None:
    """Raise WrongCode unless the end of the identity number is the invited person's."""
    if asks(invitation) is not Asked.TAIL:
        return
    brakes.refuse_while_braked(uow, BrakeKind.CODE, str(invitation.id))
    person = uow.get(Person, invitation.person_id)
    number = uow.tools.vault.open(person.identity_sealed, identity_place(person.id))
    if not compare_digest(number[-6:].encode(), compact(given.identity).encode()):
        brakes.count_when_refused(uow, BrakeKind.CODE, str(invitation.id))
        noted = partial(note, kind="invitation.wrong-identity", account_id=None, place=place)
        uow.after_refusal.append(noted)
        raise WrongCode(
            _("证件号码后六位与登记的不一致。"), field="identity", remedy=_("请核对，或联系发出邀请的人。")
        )


def join(uow: UnitOfWork, invitation: Invitation, given: Acceptance) -> Account:
    login = invitation.login or check_login(given.login)
    person = person_joining(uow, invitation, given)
    name = person.name if person else given.name or invitation.name
    passwords.require_strong(given.password, own_words(login, name, invitation.organisation))
    account = enter_account(uow, AccountFacts(
        login=login, name=name, person_id=person.id if person else None, region=invitation.region,
        organisation_id=invitation.organisation_id, roles=frozenset(Role(role) for role in invitation.roles),
        password_hash=passwords.hashed(given.password), given_by=invitation.created_by_id,
    ))
    invitation.account_id = account.id
    return account


def person_joining(uow: UnitOfWork, invitation: Invitation, given: Acceptance) -> Person | None:
    asked = asks(invitation)
    if asked is Asked.TAIL:
        return uow.get(Person, invitation.person_id)
    if asked is Asked.NOTHING:
        return None
    firm = invitation.organisation
    if firm and Role.LEGAL_REPRESENTATIVE in invitation.roles and given.name != firm.legal_representative:
        raise Invalid(
            _("登记的法定代表人是{name}，与填写的姓名不一致。", name=firm.legal_representative), field="name",
            remedy=_("法定代表人已变更的，请先由本单位经办人更新单位信息。"),
        )
    kind = IdentityKind(given.identity_kind or IdentityKind.CITIZEN)
    return enter_person(uow, PersonFacts(given.name, kind, given.identity))


def recover(uow: UnitOfWork, invitation: Invitation, given: Acceptance, place: Place) -> Account:
    account = uow.get(Account, invitation.account_id, *ACCOUNT_IN_FULL, lock=True)
    passwords.require_strong(given.password, own_words(account.login, account.name, account.organisation))
    account.password_hash = passwords.hashed(given.password)
    end_all(uow, account.id)
    note(uow, "password.recovered", account.id, place)
    return account


def own_words(login: str, name: str, firm: Organisation | None) -> list[str]:
    return [login, name, *([firm.name, firm.uscc] if firm else [])]
