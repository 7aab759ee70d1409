"""Who holds a role for a firm: a small finder for the storeys above."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.models import Account, AccountState, Grant, Invitation, Purpose
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


def officers_near(session: Session, region: str) -> list[UUID]:
    """The persons who act for the station nearest to a region: the county's, else the city's, else the province's."""
    chain = dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000"))
    rows = session.execute(
        select(Grant.region, Account.person_id).join(Account, Account.id == Grant.account_id)
        .where(
            Grant.role.in_((Role.OFFICER, Role.STATION_HEAD)), Grant.until.is_(None), Grant.region.in_(chain),
            Account.state == AccountState.ACTIVE, Account.person_id.is_not(None),
        )
        .order_by(Grant.since, Grant.id)
    ).all()
    by_place = ([person for place, person in rows if place == near and person is not None] for near in chain)
    return list(dict.fromkeys(next((people for people in by_place if people), [])))


def has_account(session: Session, person_id: UUID) -> bool:
    """Whether a person has an active account with anybody."""
    return session.scalar(
        select(Account.id).where(Account.person_id == person_id, Account.state == AccountState.ACTIVE).limit(1)
    ) is not None


def accounts_of(session: Session, people: Collection[UUID]) -> dict[tuple[UUID, UUID], AccountState]:
    """The accounts that people have with firms, by (person, firm), in whatever state. One SELECT."""
    rows = session.execute(
        select(Account.person_id, Account.organisation_id, Account.state)
        .where(Account.person_id.in_(people), Account.organisation_id.is_not(None))
        .order_by(Account.created_at, Account.id)
    )
    return {(person, firm): state for person, firm, state in rows if person is not None and firm is not None}


def invited_to(session: Session, people: Collection[UUID], at: datetime) -> set[tuple[UUID, UUID]]:
    """Whose link to join which firm is out and good at `at`, as (person, firm). One SELECT."""
    rows = session.execute(
        select(Invitation.person_id, Invitation.organisation_id)
        .where(
            Invitation.purpose == Purpose.JOIN, Invitation.person_id.in_(people), Invitation.organisation_id.is_not(None),
            Invitation.used_at.is_(None), Invitation.expires_at > at,
        )
        .order_by(Invitation.created_at, Invitation.id)
    )
    return {(person, firm) for person, firm in rows if person is not None and firm is not None}
