"""What can be done with notices: send, open, mark done."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.models import Notice
from registry.policy import Permission


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice says. No personal data belongs in it: it may be seen over a shoulder.

    kind      what it asks for: "pledge.to-sign"
    link      the page on which to act, "/terms/<id>/pledge"; with the kind it stands for the matter
    due_on    the last day to act in time, where there is one
    """

    kind: str
    link: str
    title: str
    body: str = ""
    due_on: date | None = None


def notify(uow: UnitOfWork, person_id: UUID, message: Message) -> Notice:
    """Tell a person of a matter, once a day however often it is asked; return the day's notice.

    The act that calls this has asked policy whether it may happen at all. The notice goes into the same
    transaction: it is undone with the act, and there as soon as the act is.
    """
    policy.open_to_all(uow.actor)
    told = insert(Notice).values(
        id=uow.new_id(), person_id=person_id, kind=message.kind, link=message.link,
        title=message.title, body=message.body, day=uow.today, created_at=uow.at, due_on=message.due_on,
    )
    new = uow.session.scalar(
        told.on_conflict_do_nothing(index_elements=["person_id", "kind", "link", "day"]).returning(Notice.id)
    )
    notice = uow.session.scalars(
        select(Notice).where(
            Notice.person_id == person_id,
            Notice.kind == message.kind,
            Notice.link == message.link,
            Notice.day == uow.today,
        )
    ).one()
    if new is not None:
        ledger.append(uow, "notice.sent", notice)
    return notice


def open_notice(uow: UnitOfWork, notice_id: UUID) -> Notice:
    """Open a notice. The first time is kept for good and written into the ledger: it proves service.

    Raises NotFound unless the actor is the one it was sent to.
    """
    notice = uow.get(Notice, notice_id, lock=True)
    policy.require(uow.actor, Permission.NOTICE_READ, notice.scope)
    if notice.opened_at is None:
        notice.opened_at = uow.at
        ledger.append(uow, "notice.opened", notice)
    return notice


def mark_done(uow: UnitOfWork, kind: str, link: str, person_id: UUID | None = None) -> int:
    """Mark every waiting notice of that kind and link, or that person's alone, as done and return how many there were.

    Called by the act that the notices asked for, which has asked policy itself.
    """
    policy.open_to_all(uow.actor)
    waiting = update(Notice).where(Notice.kind == kind, Notice.link == link, Notice.done_at.is_(None))
    if person_id is not None:
        waiting = waiting.where(Notice.person_id == person_id)
    return len(uow.session.scalars(waiting.values(done_at=uow.at).returning(Notice.id)).all())
