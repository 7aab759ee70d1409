"""What the worker does for accounts: sweeps away what nobody can use any more. Events of the doors are kept for good."""

from sqlalchemy import delete, or_

from registry.accounts.models import AccountSession, Brake, Invitation
from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import Handler, Periodic
from registry.kernel.sweeping import EVERY, KEPT
from registry.kernel.uow import Units


def sweep(units: Units) -> None:
    """Delete sessions, wrong guesses and invitations that have been of no use for KEPT."""
    with units.writing(SYSTEM) as uow:
        before = uow.at - KEPT
        uow.session.execute(delete(AccountSession).where(AccountSession.last_seen_at < before))
        uow.session.execute(delete(Brake).where(Brake.failed_at < before))
        uow.session.execute(delete(Invitation).where(
            or_(Invitation.expires_at < before, Invitation.used_at < before)
        ))


HANDLERS: dict[str, Handler] = {}
PERIODIC = (Periodic(EVERY, sweep),)
