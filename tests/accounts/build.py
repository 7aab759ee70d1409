"""Accounts and sessions for tests, made by lawful acts. Other storeys' tests use these too."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pyotp

from registry.accounts.actions import AccountFacts, open_account
from registry.accounts.events import Place
from registry.accounts.models import Account
from registry.accounts.passwords import hashed
from registry.accounts.sessions import Admission, pass_second_factor, recognise, sign_in
from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.uow import Units

PASSWORD = "一句别人猜不到的话 2026"
HASHED = hashed(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HERE = Place("192.0.2.7", "Firefox")


@dataclass(frozen=True, slots=True)
class Someone:
    """An account to be: by default a firm's filer without a second factor."""

    login: str = "someone"
    name: str = "王经办"
    roles: frozenset[Role] = field(default_factory=frozenset)
    region: str = ""
    person: UUID | None = None
    organisation: UUID | None = None
    secret: str = SECRET


def account(units: Units, who: Someone = Someone()) -> Account:
    with units.writing(SYSTEM) as uow:
        return open_account(uow, AccountFacts(
            who.login, who.name, who.person, who.organisation, who.roles, who.region, HASHED, who.secret,
        ))


def officer(
    units: Units, role: Role = Role.OFFICER, region: str = "370100", login: str = "officer"
) -> Account:
    return account(units, Someone(login, "李监督", frozenset({role}), region))


def administrator(units: Units, role: Role, login: str = "") -> Account:
    return account(units, Someone(login or role.value, "管理员", frozenset({role})))


def code(at: datetime, steps: int = 0) -> str:
    """The code that the test accounts' authenticator shows, `steps` times 30 seconds later."""
    return pyotp.TOTP(SECRET).at(at + timedelta(seconds=30 * steps))


def let_in(units: Units, login: str, secret: str = SECRET) -> Admission:
    """Sign in with password and second factor."""
    with units.writing(Actor()) as uow:
        half = sign_in(uow, login, PASSWORD, HERE)
    if half.step != "second-factor":
        return half
    with units.writing(Actor()) as uow:
        return pass_second_factor(uow, half.token, pyotp.TOTP(secret).at(uow.at), HERE)


def actor(units: Units, login: str) -> Actor:
    """Sign in and return the actor that the door would recognise."""
    return recognise(units, let_in(units, login).token)


def fresh_login() -> str:
    return f"user-{uuid4().hex[:8]}"


def code_of(secret: str, at: datetime) -> str:
    """The code of any authenticator."""
    return pyotp.TOTP(secret).at(at)
