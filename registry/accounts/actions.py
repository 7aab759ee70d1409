"""What can be done with accounts and their grants, and the proof of identity that signing asks for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts import brakes
from registry.accounts.events import Place, note
from registry.accounts.logins import check_login
from registry.accounts.models import Account, AccountSession, AccountState, BrakeKind, Grant
from registry.accounts.proof import Evidence, Method, login_key, prove_code, prove_password, totp_place
from registry.accounts.rules import ADMINISTRATORS, FIRM, IN_PERSON, REGIONAL, may_give, role_name
from registry.accounts.sessions import end_all
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.identifiers import check_region
from registry.parties.models import Organisation
from registry.policy import ANYWHERE, Permission, Scope

ACCOUNT_IN_FULL = (
    selectinload(Account.grants), selectinload(Account.organisation), selectinload(Account.person),
)


class LoginTaken(Conflict):
    code = "account.login-taken"


class AlreadyHasAccount(Conflict):
    code = "account.exists"


class RolesApart(Conflict):
    code = "grant.roles-apart"


class MayNotGive(Forbidden):
    code = "grant.may-not-give"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What an account is opened with.

    password_hash   of registry.accounts.passwords.hashed, "" when no password is set yet
    totp_secret     base32, "" when the second factor is bound at the first sign-in
    given_by        the account that invited this one, None when the actor opens it
    """

    login: str
    name: str
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    region: str = ""
    password_hash: str = ""
    totp_secret: str = ""
    given_by: UUID | None = None


def open_account(uow: UnitOfWork, facts: AccountFacts) -> Account:
    """Open an account with its first grants.

    Raises LoginTaken, AlreadyHasAccount (one per person and organisation), MayNotGive, RolesApart, Invalid.
    """
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, scope_of(uow, facts.organisation_id, facts.region))
    require_giving(uow, facts.roles)
    return enter_account(uow, facts)


def scope_of(uow: UnitOfWork, organisation_id: UUID | None, region: str) -> Scope:
    """The scope of an account to be: its region, or that of its firm."""
    if organisation_id is None:
        return Scope(region)
    return Scope(region or uow.get(Organisation, organisation_id).region, organisation=organisation_id)


def require_giving(uow: UnitOfWork, roles: Iterable[Role]) -> None:
    for role in sorted(roles):
        if uow.actor != SYSTEM and not may_give(uow.actor.roles, role):
            raise MayNotGive(
                _("您不能授予“{role}”这一角色。", role=role_name(role)), remedy=_("请联系系统的安全管理员。")
            )


def enter_account(uow: UnitOfWork, facts: AccountFacts) -> Account:
    """Write an account and its grants. The authority has been asked for, by whoever invites perhaps."""
    login = check_login(facts.login)
    uow.lock(f"login:{login}")
    if uow.session.scalar(select(Account.id).where(Account.login == login)):
        raise LoginTaken(_("登录名“{login}”已有人使用，请换一个。", login=login))
    refuse_second_account(uow, facts)
    key = uow.new_id()
    account = Account(
        id=key, person_id=facts.person_id, organisation_id=facts.organisation_id, name=facts.name,
        login=login, password_hash=facts.password_hash, created_at=uow.at,
        state=AccountState.ACTIVE, grants=[],
        totp_sealed=uow.tools.vault.seal(facts.totp_secret, totp_place(key)) if facts.totp_secret else None,
    )
    uow.session.add(account)
    uow.session.flush()
    ledger.append(uow, "account.opened", account)
    note(uow, "account.opened", key)
    given_by = facts.given_by or uow.actor.account
    for role in sorted(facts.roles):
        enter_grant(uow, account, role, facts.region if role in REGIONAL else "", given_by)
    return account


def refuse_second_account(uow: UnitOfWork, facts: AccountFacts) -> None:
    if facts.person_id is None or facts.organisation_id is None:
        return
    if uow.session.scalar(select(Account.id).where(
        Account.person_id == facts.person_id, Account.organisation_id == facts.organisation_id
    )):
        raise AlreadyHasAccount(
            _("{name}在本单位已有账户。", name=facts.name),
            remedy=_("请直接登录；忘记密码请联系本单位经办人。"),
        )


def grant_role(uow: UnitOfWork, account_id: UUID, role: Role, region: str = "") -> Grant:
    """Give a role to an account; for a role of a station, with the region it looks after.

    Raises MayNotGive, also to those who would give to themselves; RolesApart; Invalid.
    """
    account = uow.get(Account, account_id, *ACCOUNT_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, account.scope)
    if region:
        there = Scope(region, organisation=account.organisation_id)
        policy.require(uow.actor, Permission.ACCOUNT_MANAGE, there)
    require_other(uow, account)
    require_giving(uow, {role})
    return enter_grant(uow, account, role, region, uow.actor.account)


def require_other(uow: UnitOfWork, account: Account) -> None:
    if uow.actor.account == account.id:
        raise MayNotGive(_("不能变更自己的授权。"), remedy=_("请由另一位管理员办理。"))


def enter_grant(uow: UnitOfWork, account: Account, role: Role, region: str, given_by: UUID | None) -> Grant:
    require_place(account, role, region)
    require_apart(uow, account, role)
    grant = Grant(
        id=uow.new_id(), account_id=account.id, role=role, since=uow.at, granted_by_id=given_by,
        region=check_region(region).value if region else "",
    )
    account.grants.append(grant)
    uow.session.flush()
    ledger.append(uow, "grant.given", grant)
    note(uow, "grant.given", account.id, role=role, region=region)
    return grant


def require_place(account: Account, role: Role, region: str) -> None:
    """Raise unless a station's role names the one region of the account, a firm's role has a firm, a signer's a person."""
    standing = account.standing_grants
    if any(grant.role is role for grant in standing):
        raise Conflict(_("此账户已有“{role}”这一角色。", role=role_name(role)))
    if role in REGIONAL and not region:
        raise Invalid(_("“{role}”须指明负责的行政区划。", role=role_name(role)), field="region")
    if role not in REGIONAL and region:
        raise Invalid(_("“{role}”不按行政区划授权。", role=role_name(role)), field="region")
    if any(grant.region not in {"", region} for grant in standing) and region:
        raise Invalid(
            _("一个账户只负责一个行政区划。"), field="region", remedy=_("请另开账户，或先终止原有授权。")
        )
    if role in FIRM and account.organisation_id is None:
        raise Invalid(_("“{role}”只能授予属于某一单位的账户。", role=role_name(role)), field="role")
    if role in IN_PERSON and account.person_id is None:
        raise Invalid(
            _("“{role}”须由本人签字，只能授予已核对身份的账户。", role=role_name(role)), field="role",
            remedy=_("请另发邀请链接，由本人填写姓名和证件号码开户。"),
        )


def require_apart(uow: UnitOfWork, account: Account, role: Role) -> None:
    """Raise RolesApart when this account, or its person elsewhere, is another of the three administrators."""
    if role not in ADMINISTRATORS:
        return
    same = Account.id == account.id
    if account.person_id is not None:
        same |= Account.person_id == account.person_id
        uow.lock(f"administrators:{account.person_id}")
    held = uow.session.scalars(
        select(Grant.role).join(Account, Account.id == Grant.account_id).where(same, Grant.until.is_(None))
    )
    if ADMINISTRATORS & set(held):
        raise RolesApart(_("系统管理员、安全管理员、审计管理员应由不同的人担任。"))


def end_grant(uow: UnitOfWork, grant_id: UUID) -> Grant:
    """End a grant. The account's next request is already without it."""
    account = uow.get(Account, uow.get(Grant, grant_id).account_id, *ACCOUNT_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, account.scope)
    require_other(uow, account)
    grant = next(grant for grant in account.grants if grant.id == grant_id)
    require_giving(uow, {grant.role})
    if grant.until is not None:
        raise Conflict(_("该授权已经终止。"))
    grant.until, grant.ended_by_id = uow.at, uow.actor.account
    ledger.append(uow, "grant.ended", grant)
    note(uow, "grant.ended", account.id, role=grant.role)
    return grant


def disable_account(uow: UnitOfWork, account_id: UUID) -> Account:
    """Let an account in no more, and end its sessions this instant."""
    account = managed(uow, account_id)
    require_other(uow, account)
    if account.state is AccountState.DISABLED:
        raise Conflict(_("该账户已经停用。"))
    account.state = AccountState.DISABLED
    end_all(uow, account.id)
    ledger.append(uow, "account.disabled", account)
    note(uow, "account.disabled", account.id)
    return account


def enable_account(uow: UnitOfWork, account_id: UUID) -> Account:
    account = managed(uow, account_id)
    require_other(uow, account)
    if account.state is AccountState.ACTIVE:
        raise Conflict(_("该账户没有停用。"))
    account.state = AccountState.ACTIVE
    ledger.append(uow, "account.enabled", account)
    note(uow, "account.enabled", account.id)
    return account


def managed(uow: UnitOfWork, account_id: UUID) -> Account:
    """Return an account that the actor may manage, locked: none with more power than the actor could give."""
    account = uow.get(Account, account_id, *ACCOUNT_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ACCOUNT_MANAGE, account.scope)
    require_giving(uow, {grant.role for grant in account.standing_grants})
    return account


def end_sessions(uow: UnitOfWork, account_id: UUID) -> None:
    """End every session of an account."""
    account = managed(uow, account_id)
    end_all(uow, account.id)
    note(uow, "sessions.ended", account.id)


def unlock_account(uow: UnitOfWork, account_id: UUID) -> None:
    """Forget the wrong passwords and codes, so that the person need not wait."""
    account = managed(uow, account_id)
    brakes.release(uow, BrakeKind.LOGIN, login_key(uow, account.login))
    brakes.release(uow, BrakeKind.CODE, str(account.id))
    note(uow, "account.unlocked", account.id)


def reset_second_factor(uow: UnitOfWork, account_id: UUID, reason: str) -> None:
    """Take a lost second factor off, so that a new one is bound at the next sign-in. The password stays.

    Only the security administrator may: whoever replaces a signer's second factor could sign in their name.
    """
    account = uow.get(Account, account_id, *ACCOUNT_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ACCOUNT_RESET, account.scope)
    policy.require_fresh(uow.actor)
    require_other(uow, account)
    account.totp_sealed = account.totp_offered = None
    end_all(uow, account.id)
    ledger.append(uow, "account.second-factor-reset", account, data={"reason": reason})
    note(uow, "second-factor.reset", account.id, reason=reason)


def confirm_identity(uow: UnitOfWork, code: str) -> Evidence:
    """Prove by the second factor that the actor is the account's owner, here and now; use the code up.

    Returns the evidence that belongs into the record being signed. A wrong code counts even though the act
    that asked for it is undone.

    Raises WrongCode (field "code"), TooManyGuesses, NoSecondFactor.
    """
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    account = uow.get(Account, uow.actor.account, lock=True)
    method = prove_code(uow, account, code)
    return confirmed(uow, account, method)


def confirm_by_password(uow: UnitOfWork, password: str) -> Evidence:
    """The same for accounts that have no second factor. Raises WrongPassword, TooManyGuesses."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    account = uow.get(Account, uow.actor.account)
    if account.totp_sealed is not None:
        raise Forbidden(_("请用动态验证码验证身份。"))
    prove_password(uow, account, account.login, password)
    return confirmed(uow, account, Method.PASSWORD)


def confirmed(uow: UnitOfWork, account: Account, method: Method) -> Evidence:
    if uow.actor.session is not None:
        uow.get(AccountSession, uow.actor.session).confirmed_at = uow.at
    note(uow, "identity.confirmed", account.id, method=method)
    return Evidence(method, uow.at, account.id, str(uow.actor.session or ""))


def note_denial(uow: UnitOfWork, endpoint: str, place: Place) -> None:
    """Note that a door was found closed."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    note(uow, "denied", uow.actor.account, place, endpoint=endpoint)
