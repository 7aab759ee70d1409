"""Who holds a role for a firm: a small finder for the storeys above."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.models import Account, AccountState, Grant
from registry.kernel.actor import Role


def holders(session: Session, organisation_id: UUID, role: Role) -> list[UUID]:
    """The persons whose active accounts hold `role` for a firm today, in the order of their grants."""
    rows = session.scalars(
        select(Account.person_id).join(Grant, Grant.account_id == Account.id)
        .where(
            Account.organisation_id == organisation_id, Account.state == AccountState.ACTIVE,
            Account.person_id.is_not(None), Grant.role == role, Grant.until.is_(None),
        )
        .order_by(Grant.since, Grant.id)
    )
    return [person_id for person_id in rows if person_id is not None]


def has_account(session: Session, person_id: UUID) -> bool:
    """Whether a person has an active account with anybody."""
    return session.scalar(
        select(Account.id).where(Account.person_id == person_id, Account.state == AccountState.ACTIVE).limit(1)
    ) is not None
