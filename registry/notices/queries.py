"""What can be asked about notices: one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.notices.models import Notice
from registry.policy import Permission, Scope


class Folder(StrEnum):
    WAITING = "waiting"    # what they ask for has not been done
    UNOPENED = "unopened"
    ALL = "all"


HOLDS: dict[Folder, ColumnElement[bool]] = {
    Folder.WAITING: Notice.done_at.is_(None),
    Folder.UNOPENED: Notice.opened_at.is_(None),
    Folder.ALL: true(),
}


@dataclass(frozen=True, slots=True)
class Inbox:
    notices: Sequence[Notice]      # the rows of one page, the newest first
    counts: dict[Folder, int]      # how many each folder holds


def inbox(uow: UnitOfWork, folder: Folder, offset: int = 0, size: int = 20) -> Inbox:
    """The actor's own notices; none for an account that stands for nobody in person."""
    if uow.actor.person is None:
        policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
        return Inbox([], dict.fromkeys(Folder, 0))
    policy.require(uow.actor, Permission.NOTICE_READ, Scope(person=uow.actor.person))
    own = Notice.person_id == uow.actor.person
    tally = uow.session.execute(
        select(*(func.count().filter(held).label(name) for name, held in HOLDS.items())).where(own)
    ).one()
    notices = uow.session.scalars(
        select(Notice)
        .where(own, HOLDS[folder])
        .order_by(Notice.created_at.desc(), Notice.id)
        .offset(offset)
        .limit(size)
    ).all()
    return Inbox(notices, {name: getattr(tally, name) for name in HOLDS})


NEW = timedelta(days=30)


def news(uow: UnitOfWork, most: int) -> Sequence[Notice]:
    """The latest of the actor's notices that wait: not opened and of the last thirty days, or with a last day to come.

    What is older stays in the inbox; a matter still open is told by the desk itself and by reminders.
    """
    policy.require(uow.actor, Permission.NOTICE_READ, Scope(person=uow.actor.person))
    new = and_(HOLDS[Folder.UNOPENED], Notice.created_at > uow.at - NEW)
    return uow.session.scalars(
        select(Notice)
        .where(Notice.person_id == uow.actor.person, HOLDS[Folder.WAITING], or_(new, Notice.due_on >= uow.today))
        .order_by(Notice.created_at.desc(), Notice.id).limit(most)
    ).all()


def unread_count(uow: UnitOfWork) -> int:
    """How many notices the actor has not opened yet, for the bell; 0 for whoever has no inbox."""
    if uow.actor.person is None:
        return 0
    policy.require(uow.actor, Permission.NOTICE_READ, Scope(person=uow.actor.person))
    own = Notice.person_id == uow.actor.person
    return uow.session.scalar(select(func.count()).where(own, HOLDS[Folder.UNOPENED])) or 0
