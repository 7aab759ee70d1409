"""What people do with their own account: password, second factor, recovery codes, sessions."""

from uuid import UUID

from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts import passwords
from registry.accounts.actions import ACCOUNT_IN_FULL
from registry.accounts.events import Place, note
from registry.accounts.invitations import own_words
from registry.accounts.models import Account, AccountSession
from registry.accounts.proof import prove_password
from registry.accounts.sessions import Admission, Step, bind, end_all, offer, renew_recovery_codes, start
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import ANYWHERE, Permission


def own_account(uow: UnitOfWork) -> Account:
    """Return the actor's own account, locked."""
    policy.require(uow.actor, Permission.ACCOUNT_OWN, ANYWHERE)
    return uow.get(Account, uow.actor.account, *ACCOUNT_IN_FULL, lock=True)


def change_password(uow: UnitOfWork, old: str, new: str, place: Place) -> Admission:
    """Set a new password, end every session, and open one anew for this browser.

    Raises WrongPassword, TooManyGuesses, WeakPassword; NotFresh unless a second factor was proved just now.
    """
    account = own_account(uow)
    policy.require_fresh(uow.actor)
    prove_password(uow, account, account.login, old)
    passwords.require_strong(new, own_words(account.login, account.name, account.organisation))
    account.password_hash = passwords.hashed(new)
    end_all(uow, account.id)
    note(uow, "password.changed", account.id, place)
    return start(uow, account, place, Step.IN)


def begin_second_factor(uow: UnitOfWork) -> None:
    """Offer a new second factor. The old one, if any, counts until the new one's first right code."""
    account = own_account(uow)
    policy.require_fresh(uow.actor)
    offer(uow, account)


def bind_second_factor(uow: UnitOfWork, code: str, place: Place) -> list[str]:
    """Bind the second factor on offer, end other sessions, return the recovery codes. Raises WrongCode."""
    account = own_account(uow)
    policy.require_fresh(uow.actor)
    codes = bind(uow, account, code, place)
    end_all(uow, account.id, spare=uow.actor.session)
    return codes


def replace_recovery_codes(uow: UnitOfWork) -> list[str]:
    """Return ten new recovery codes; those left from before are worth nothing any more."""
    account = own_account(uow)
    policy.require_fresh(uow.actor)
    note(uow, "recovery-codes.renewed", account.id)
    return renew_recovery_codes(uow, account)


def end_session(uow: UnitOfWork, session_id: UUID) -> None:
    """End one of one's own sessions."""
    account = own_account(uow)
    held = uow.get(AccountSession, session_id, selectinload(AccountSession.account))
    if held.account_id != account.id:
        raise NotFound(_("没有找到所要的记录。"))
    held.ended_at = held.ended_at or uow.at
    note(uow, "session.ended", account.id)


def end_other_sessions(uow: UnitOfWork) -> None:
    account = own_account(uow)
    end_all(uow, account.id, spare=uow.actor.session)
    note(uow, "sessions.ended", account.id)
