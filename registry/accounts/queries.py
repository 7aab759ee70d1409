"""What pages show of accounts."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.actions import ACCOUNT_IN_FULL
from registry.accounts.invitations import Asked, asks, standing
from registry.accounts.logins import normal_login
from registry.accounts.models import Account, AccountEvent, AccountSession, Grant, Invitation, RecoveryCode
from registry.accounts.proof import totp_place
from registry.accounts.rules import REGIONAL, USUAL, SessionRules, givable
from registry.accounts.second_factor import enrolment_picture, in_groups, next_code
from registry.accounts.sessions import half_session, offered_secret
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.identifiers import check_uscc
from registry.parties.models import Organisation
from registry.policy import ANYWHERE, Permission, region_prefix


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor on offer, as a picture to scan and as letters to type."""

    picture: str    # data URI
    letters: str


@dataclass(frozen=True, slots=True)
class Own:
    """One's own account, on one page."""

    account: Account
    sessions: list[AccountSession]
    recovery_codes_left: int
    events: list[AccountEvent]


@dataclass(frozen=True, slots=True)
class Invited:
    invitation: Invitation
    asks: Asked


@dataclass(frozen=True, slots=True)
class Managed:
    """An account as its administrators see it."""

    account: Account
    sessions: list[AccountSession]
    events: list[AccountEvent]
    grantable: list[Role]

    @property
    def asks_region(self) -> bool:
        """Whether any of the roles to give needs a region."""
        return not REGIONAL.isdisjoint(self.grantable)


def waiting_for_code(uow: UnitOfWork, half_token: str) -> Account:
    """Return the account whose password is proved and whose second factor is not. Raises SignInExpired."""
    policy.open_to_all(uow.actor)
    return half_session(uow, half_token).account


def code_for_demo(uow: UnitOfWork, half_token: str) -> str:
    """Return the next code that will be taken. The view asks for it in demo mode alone."""
    policy.open_to_all(uow.actor)
    return code_of(uow, half_session(uow, half_token).account)


def own_code_for_demo(uow: UnitOfWork) -> str:
    """The same for the page that confirms who one is."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    return code_of(uow, uow.get(Account, uow.actor.account))


def code_of(uow: UnitOfWork, account: Account) -> str:
    sealed = account.totp_sealed or account.totp_offered
    if sealed is None:
        return ""
    last = account.totp_last_step if account.totp_sealed else 0
    return next_code(uow.tools.vault.open(sealed, totp_place(account.id)), uow.at, last)


def enrolment_on_the_way_in(uow: UnitOfWork, half_token: str) -> Enrolment:
    """Return what is to be scanned by whoever has proved the password and must bind a second factor."""
    policy.open_to_all(uow.actor)
    return enrolment_of(uow, half_session(uow, half_token).account)


def own_enrolment(uow: UnitOfWork) -> Enrolment:
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    return enrolment_of(uow, uow.get(Account, uow.actor.account))


def enrolment_of(uow: UnitOfWork, account: Account) -> Enrolment:
    secret = offered_secret(uow, account)
    return Enrolment(enrolment_picture(secret, account.login), in_groups(secret))


def holds_second_factor(uow: UnitOfWork) -> bool:
    """Whether the actor proves who they are by a code, and not by the password again."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    return uow.get(Account, uow.actor.account).totp_sealed is not None


def own(uow: UnitOfWork) -> Own:
    """Return the actor's own account with its live sessions and what happened of late."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    account = uow.get(Account, uow.actor.account, *ACCOUNT_IN_FULL)
    left = uow.session.scalar(
        select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    )
    return Own(account, live_sessions(uow, account.id), left or 0, latest_events(uow, account.id))


def live_sessions(uow: UnitOfWork, account_id: UUID, rules: SessionRules = USUAL) -> list[AccountSession]:
    return list(uow.session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id, AccountSession.ended_at.is_(None),
            AccountSession.opened_at > uow.at - rules.absolute,
            AccountSession.last_seen_at > uow.at - rules.idle,
        )
        .order_by(AccountSession.last_seen_at.desc(), AccountSession.id)
    ))


def latest_events(uow: UnitOfWork, account_id: UUID) -> list[AccountEvent]:
    return list(uow.session.scalars(
        select(AccountEvent).where(AccountEvent.account_id == account_id)
        .order_by(AccountEvent.at.desc(), AccountEvent.id).limit(20)
    ))


def invited(uow: UnitOfWork, token: str) -> Invited:
    """Return what a link invites to and what it asks for. Raises InvitationOver. Its holder may ask."""
    policy.open_to_all(uow.actor)
    invitation = standing(uow, token)
    return Invited(invitation, asks(invitation))


def accounts_in_reach(uow: UnitOfWork, words: str, offset: int, limit: int) -> tuple[list[Account], int]:
    """Return the accounts that the actor manages, by name, and how many there are in all."""
    found = select(Account).where(managed_by(uow), or_(
        Account.login.contains(words.lower(), autoescape=True), Account.name.contains(words, autoescape=True),
    ))
    total = uow.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = found.options(*ACCOUNT_IN_FULL).order_by(Account.name, Account.login).offset(offset).limit(limit)
    return list(uow.session.scalars(page)), total


def managed_by(uow: UnitOfWork) -> ColumnElement[bool]:
    """The condition by which a list shows only accounts that ACCOUNT_MANAGE covers."""
    actor = uow.actor
    if actor == SYSTEM or Role.SECURITY_ADMIN in actor.roles:
        return true()
    ways: list[ColumnElement[bool]] = []
    if Role.FIRM_FILER in actor.roles and actor.organisation:
        ways.append(Account.organisation_id == actor.organisation)
    if Role.STATION_HEAD in actor.roles and actor.region:
        prefix = region_prefix(actor.region)
        ways += [
            exists().where(
                Grant.account_id == Account.id, Grant.until.is_(None), Grant.region != "",
                Grant.region.startswith(prefix, autoescape=True),
            ),
            exists().where(
                Organisation.id == Account.organisation_id,
                Organisation.region.startswith(prefix, autoescape=True),
            ),
        ]
    if not ways:
        policy.require(actor, Permission.ACCOUNT_MANAGE, ANYWHERE)
    return or_(*ways)


def account_of_login(uow: UnitOfWork, login: str) -> Account:
    """Return the account of that login. Raises NotFound."""
    found = uow.session.scalar(
        select(Account).where(Account.login == normal_login(login)).options(*ACCOUNT_IN_FULL)
    )
    if found is None:
        raise NotFound(_("没有登录名为“{login}”的账户。", login=login))
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, found.scope)
    return found


def code_of_login(uow: UnitOfWork, login: str) -> str:
    """Return the next code that will be taken of an account. For the operator, on demo data alone."""
    found = account_of_login(uow, login)
    policy.require(uow.actor, Permission.ACCOUNT_RESET, found.scope)
    return code_of(uow, found)


def account(uow: UnitOfWork, account_id: UUID) -> Managed:
    """Return an account that the actor may manage, with the roles the actor may give."""
    found = uow.get(Account, account_id, *ACCOUNT_IN_FULL)
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, found.scope)
    held = {grant.role for grant in found.standing_grants}
    grantable = [role for role in givable(uow.actor.roles) if role not in held]
    return Managed(found, live_sessions(uow, found.id), latest_events(uow, found.id), grantable)


def roles_to_give(uow: UnitOfWork) -> list[Role]:
    """Return the roles that the actor may give, in the order they are declared."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    roles = givable(uow.actor.roles)
    if not roles:
        policy.require(uow.actor, Permission.ACCOUNT_MANAGE, ANYWHERE)
    return roles


def firm_invited_for(uow: UnitOfWork, uscc: str) -> UUID | None:
    """Return the firm whose code was given, the actor's own when none was. Raises Invalid."""
    policy.require(uow.actor, Permission.PARTY_READ, ANYWHERE)
    if not uscc:
        return uow.actor.organisation
    code = check_uscc(uscc).value
    firm = uow.session.scalar(select(Organisation.id).where(Organisation.uscc == code))
    if firm is None:
        raise Invalid(
            _("统一社会信用代码 {code} 还没有登记。", code=code), field="uscc", remedy=_("请先登记该单位。")
        )
    return firm


def invitations_in_reach(uow: UnitOfWork) -> list[Invitation]:
    """Return the links not yet used that the actor has given out, the newest first."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    return list(uow.session.scalars(
        select(Invitation)
        .where(
            Invitation.created_by_id == uow.actor.account, Invitation.used_at.is_(None),
            Invitation.expires_at > uow.at,
        )
        .options(selectinload(Invitation.organisation))
        .order_by(Invitation.created_at.desc(), Invitation.id).limit(50)
    ))
