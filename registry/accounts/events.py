"""What happened at the doors, in a table that nobody edits."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry.accounts.models import AccountEvent
from registry.kernel.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request came from: the client's address as the trusted proxies report it, and its browser."""

    address: str = ""
    agent: str = ""


NOWHERE = Place()


def note(uow: UnitOfWork, kind: str, account_id: UUID | None, place: Place = NOWHERE, **detail: Any) -> None:
    """Write one line of the account log. `detail` holds no password, code, token or number of a person."""
    uow.session.add(AccountEvent(
        id=uow.new_id(), at=uow.at, kind=kind, account_id=account_id, by_id=uow.actor.account,
        address=place.address[:60], detail=detail,
    ))
