"""Sign-in, step by step, and the sessions it opens. Each step that proves more gets a session of its own."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.functions import array_agg
from sqlalchemy.types import String

from registry import policy
from registry.accounts import passwords
from registry.accounts.events import Place, note
from registry.accounts.logins import normal_login
from registry.accounts.models import Account, AccountSession, AccountState, Grant, RecoveryCode
from registry.accounts.proof import WrongCode, count_wrong_code, prove_code, prove_password, totp_place
from registry.accounts.rules import NOTED_EVERY, USUAL, SessionRules, needs_second_factor
from registry.accounts.second_factor import (
    RECOVERY_CODES,
    new_recovery_code,
    new_secret,
    recovery_hash,
    step_of,
)
from registry.kernel.actor import NOBODY, Actor, Role
from registry.kernel.errors import Forbidden
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, Units
from registry.policy import ANYWHERE, Permission


class SignInExpired(Forbidden):
    code = "account.sign-in-expired"


class Step(StrEnum):
    """What comes after a step of signing in."""

    SECOND_FACTOR = "second-factor"
    ENROLMENT = "enrolment"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Admission:
    """The token of a session, for the browser alone, and what comes next."""

    token: str
    step: Step


def sign_in(uow: UnitOfWork, login: str, password: str, place: Place) -> Admission:
    """Prove the password. Opens a session, or half of one where a second factor follows.

    Raises WrongPassword, TooManyGuesses.
    """
    policy.open_to_all(uow.actor)
    known = normal_login(login)
    found = uow.session.scalar(select(Account).where(Account.login == known))
    proved = prove_password(uow, found, known, password, place)  # slow, so nobody's row is locked meanwhile
    account = uow.get(Account, proved.id, selectinload(Account.grants), lock=True)
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    return admit_by_password(uow, account, place)


def admit_by_password(uow: UnitOfWork, account: Account, place: Place) -> Admission:
    """Go on from a proved password. `account` has its grants loaded."""
    note(uow, "password.right", account.id, place)
    if account.totp_sealed is not None:
        return start(uow, account, place, Step.SECOND_FACTOR)
    if needs_second_factor({grant.role for grant in account.standing_grants}):
        offer(uow, account)
        return start(uow, account, place, Step.ENROLMENT)
    return start(uow, account, place, Step.IN)


def start(uow: UnitOfWork, account: Account, place: Place, step: Step) -> Admission:
    token = secrets.token_urlsafe(32)
    opened = uow.at if step is Step.IN else None
    uow.session.add(AccountSession(
        id=uow.new_id(), token_sha256=token_hash(token), account_id=account.id, created_at=uow.at,
        last_seen_at=uow.at, opened_at=opened, confirmed_at=opened,
        address=place.address[:60], agent=place.agent[:200],
    ))
    if step is Step.IN:
        note(uow, "session.opened", account.id, place)
    return Admission(token, step)


def token_hash(token: str) -> bytes:
    """A token is 256 random bits: one round of SHA-256 keeps it safe in the table."""
    return hashlib.sha256(token.encode()).digest()


def half_session(uow: UnitOfWork, token: str, rules: SessionRules = USUAL) -> AccountSession:
    """Return the session that waits for its second factor. Raises SignInExpired."""
    half = uow.session.scalar(
        select(AccountSession)
        .where(
            AccountSession.token_sha256 == token_hash(token),
            AccountSession.opened_at.is_(None), AccountSession.ended_at.is_(None),
        )
        .options(joinedload(AccountSession.account).selectinload(Account.grants))
    )
    usable = half is not None and half.account.state is AccountState.ACTIVE
    if half is None or not usable or not rules.live(uow.at, half.last_seen_at, None):
        raise SignInExpired(_("登录已超时，请重新登录。"))
    return half


def pass_second_factor(uow: UnitOfWork, half_token: str, code: str, place: Place) -> Admission:
    """Prove the second factor and open the session in full, under a new token.

    Raises WrongCode, TooManyGuesses, SignInExpired.
    """
    policy.open_to_all(uow.actor)
    half = half_session(uow, half_token)
    account = uow.get(Account, half.account_id, lock=True)
    method = prove_code(uow, account, code, place)
    half.ended_at = uow.at
    note(uow, "code.right", account.id, place, method=method)
    return start(uow, account, place, Step.IN)


def take_second_factor(
    uow: UnitOfWork, half_token: str, code: str, place: Place
) -> tuple[Admission, list[str]]:
    """Bind the second factor that was offered on the way in. Returns the session and the recovery codes.

    Raises WrongCode, SignInExpired.
    """
    policy.open_to_all(uow.actor)
    half = half_session(uow, half_token)
    codes = bind(uow, uow.get(Account, half.account_id, lock=True), code, place)
    half.ended_at = uow.at
    return start(uow, half.account, place, Step.IN), codes


def offer(uow: UnitOfWork, account: Account) -> None:
    """Put a new secret by, to be bound by its first right code."""
    account.totp_offered = uow.tools.vault.seal(new_secret(), totp_place(account.id))


def offered_secret(uow: UnitOfWork, account: Account) -> str:
    if account.totp_offered is None:
        raise SignInExpired(_("绑定已超时，请重新开始。"))
    return uow.tools.vault.open(account.totp_offered, totp_place(account.id))


def bind(uow: UnitOfWork, account: Account, code: str, place: Place) -> list[str]:
    """Make the offered secret the account's own, and return its recovery codes. `account` is locked."""
    step = step_of(offered_secret(uow, account), code, uow.at, 0)
    if step is None:
        count_wrong_code(uow, account.id, place)
        raise WrongCode(_("验证码不正确，请核对手机时间后再试。"), field="code")
    account.totp_sealed, account.totp_offered, account.totp_last_step = account.totp_offered, None, step
    note(uow, "second-factor.bound", account.id, place)
    return renew_recovery_codes(uow, account)


def renew_recovery_codes(uow: UnitOfWork, account: Account) -> list[str]:
    """Spend whatever codes are left and return ten new ones, which are shown this once."""
    uow.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
        .values(used_at=uow.at)
    )
    codes = [new_recovery_code() for _code in range(RECOVERY_CODES)]
    for code in codes:
        uow.session.add(RecoveryCode(
            id=uow.new_id(), account_id=account.id, created_at=uow.at,
            code_sha256=recovery_hash(account.id, code),
        ))
    return codes


def sign_out(uow: UnitOfWork) -> None:
    """End the session this act was asked for in."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    if uow.actor.session is not None:
        uow.get(AccountSession, uow.actor.session).ended_at = uow.at
        note(uow, "session.ended", uow.actor.account)


def end_all(uow: UnitOfWork, account_id: UUID, spare: UUID | None = None) -> None:
    """End every session of an account but the one to `spare`. Asks no authority: its callers do."""
    uow.session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == account_id, AccountSession.ended_at.is_(None),
            AccountSession.id.is_distinct_from(spare),
        )
        .values(ended_at=uow.at)
    )


STANDING_ROLES = (
    select(array_agg(Grant.role, type_=ARRAY(String)))
    .where(Grant.account_id == Account.id, Grant.until.is_(None))
    .correlate(Account).scalar_subquery()
)
STANDING_REGION = (
    select(Grant.region)
    .where(Grant.account_id == Account.id, Grant.until.is_(None), Grant.region != "")
    .order_by(Grant.since).limit(1)
    .correlate(Account).scalar_subquery()
)
HOLDER = (
    select(
        AccountSession.id, AccountSession.account_id, AccountSession.last_seen_at, AccountSession.opened_at,
        AccountSession.confirmed_at, Account.person_id, Account.organisation_id, Account.name,
        STANDING_ROLES.label("roles"), STANDING_REGION.label("region"),
    )
    .join(Account, Account.id == AccountSession.account_id)
    .where(
        AccountSession.token_sha256 == bindparam("token"), AccountSession.ended_at.is_(None),
        AccountSession.opened_at.is_not(None), Account.state == AccountState.ACTIVE,
    )
)


def recognise(units: Units, token: str, rules: SessionRules = USUAL) -> Actor:
    """Return who holds the session of `token`, or NOBODY: one SELECT, and one UPDATE a minute."""
    with units.reading(NOBODY) as uow:
        held = uow.rows(HOLDER, {"token": token_hash(token)}).one_or_none()
        at = uow.at
    if held is None or not rules.live(at, held.last_seen_at, held.opened_at):
        return NOBODY
    if at - held.last_seen_at >= NOTED_EVERY:
        with units.writing(NOBODY) as uow:
            uow.session.execute(
                update(AccountSession).where(AccountSession.id == held.id).values(last_seen_at=at)
            )
    return Actor(
        account=held.account_id, person=held.person_id, organisation=held.organisation_id, name=held.name,
        region=held.region or "", roles=frozenset(Role(role) for role in held.roles or ()),
        fresh=rules.is_fresh(at, held.confirmed_at), session=held.id,
    )
