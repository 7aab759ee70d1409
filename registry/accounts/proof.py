"""How a person proves who they are: what they know, and what they hold. Every wrong answer counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy import select

from registry.accounts import brakes, passwords
from registry.accounts.events import NOWHERE, Place, note
from registry.accounts.models import Account, AccountState, BrakeKind, RecoveryCode
from registry.accounts.second_factor import recovery_hash, step_of
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork


class Method(StrEnum):
    TOTP = "totp"                      # 动态验证码
    RECOVERY_CODE = "recovery-code"    # 恢复码
    PASSWORD = "password"              # noqa: S105 — 密码, the name of the method


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the signer of a record was known to be the one. Goes into the record; holds nothing secret.

    session   the id (not the token) of the session in which it was proved
    """

    method: Method
    at: datetime
    account: UUID
    session: str


class WrongPassword(Invalid):
    code = "account.wrong-password"


class WrongCode(Invalid):
    code = "account.wrong-code"


class NoSecondFactor(Conflict):
    code = "account.no-second-factor"


def login_key(uow: UnitOfWork, login: str) -> str:
    """Return what the brake of a login is called: people type passwords into the field for the login."""
    return uow.tools.vault.index("account/login", login).hex()


def prove_password(
    uow: UnitOfWork, account: Account | None, login: str, password: str, place: Place = NOWHERE
) -> Account:
    """Return the account when the password is its own. Same words and same time whether or not it exists.

    Raises WrongPassword, TooManyGuesses.
    """
    key = login_key(uow, login)
    brakes.refuse_while_braked(uow, BrakeKind.LOGIN, key)
    if place.address:
        brakes.refuse_while_braked(uow, BrakeKind.ADDRESS, place.address)
    fits = passwords.fits(account.password_hash if account else "", password)
    if account is None or not fits or account.state is not AccountState.ACTIVE:
        count_wrong_password(uow, account, key, place)
        raise WrongPassword(_("登录名或密码不正确。"), field="password")
    brakes.release(uow, BrakeKind.LOGIN, key)
    return account


def count_wrong_password(uow: UnitOfWork, account: Account | None, key: str, place: Place) -> None:
    brakes.count_when_refused(uow, BrakeKind.LOGIN, key)
    if place.address:
        brakes.count_when_refused(uow, BrakeKind.ADDRESS, place.address)
    about = account.id if account else None
    noted = partial(note, kind="password.wrong", account_id=about, place=place, login=key[:16])
    uow.after_refusal.append(noted)


def prove_code(uow: UnitOfWork, account: Account, code: str, place: Place = NOWHERE) -> Method:
    """Check a code of the second factor, or a recovery code, and use it up. `account` is locked.

    Raises WrongCode, TooManyGuesses, NoSecondFactor.
    """
    key = str(account.id)
    braked = brakes.refuse_while_braked(uow, BrakeKind.CODE, key)
    if account.totp_sealed is None:
        raise NoSecondFactor(_("您的账户还没有绑定动态验证码。"), remedy=_("请在“我的账户”中绑定后再办理。"))
    secret = uow.tools.vault.open(account.totp_sealed, totp_place(account.id))
    method = method_of(uow, account, secret, code)
    if method is None:
        count_wrong_code(uow, account.id, place)
        raise WrongCode(_("验证码不正确或已经用过，请等待下一个验证码。"), field="code")
    if braked:
        brakes.release(uow, BrakeKind.CODE, key)
    return method


def method_of(uow: UnitOfWork, account: Account, secret: str, code: str) -> Method | None:
    """Use `code` up and return what it was, None when it was wrong."""
    step = step_of(secret, code, uow.at, account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        return Method.TOTP
    recovery = uow.session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None),
            RecoveryCode.code_sha256 == recovery_hash(account.id, code),
        )
    )
    if recovery is None:
        return None
    recovery.used_at = uow.at
    return Method.RECOVERY_CODE


def count_wrong_code(uow: UnitOfWork, account_id: UUID, place: Place = NOWHERE) -> None:
    brakes.count_when_refused(uow, BrakeKind.CODE, str(account_id))
    uow.after_refusal.append(partial(note, kind="code.wrong", account_id=account_id, place=place))


def totp_place(account_id: UUID) -> str:
    return f"account/totp/{account_id}"
