"""What can be done with the ledger: write an event."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, inspect, literal, select, true
from sqlalchemy.orm import Session

from registry.kernel.db import Base
from registry.kernel.uow import UnitOfWork
from registry.ledger.models import LedgerEvent, LedgerPending, LedgerSalt
from registry.ledger.rules import SALT_BYTES, Content, FileRef, Place, commitment, event_body


@dataclass(frozen=True, slots=True)
class Entry:
    """What `append` takes, for many at once."""

    record: Base
    data: Mapping[str, Any] | None = None
    files: Sequence[FileRef] = ()
    personal: Mapping[str, str] | None = None


class Subject(NamedTuple):
    table: str
    id: UUID


def append(
    uow: UnitOfWork,
    kind: str,
    record: Base,
    *,
    data: Mapping[str, Any] | None = None,
    files: Sequence[FileRef] = (),
    personal: Mapping[str, str] | None = None,
) -> LedgerEvent:
    """Write down, for good, that `kind` happened to `record` in this act.

    Call it last: the record is flushed, locked until the act ends, and noted as it stands in the database.

    record    a row with an `id`; the columns named in its `ledger_facts` go into the event verbatim
    data      anything else worth keeping, made of plain values; never personal data
    files     documents that belong to the act
    personal  values to commit to without telling them: {field: value}
    raises    EventTooLarge beyond 64 KiB
    """
    return append_many(uow, kind, [Entry(record, data, files, personal)])[0]


def append_many(uow: UnitOfWork, kind: str, entries: Sequence[Entry]) -> list[LedgerEvent]:
    """Do as `append` does for each entry in turn, in few statements however many there are."""
    session = uow.session
    session.flush()
    subjects = [subject_of(entry.record) for entry in entries]
    facts = facts_as_kept(session, entries)
    last = last_events(session, subjects)
    events, salts = [], []
    for entry, subject in zip(entries, subjects, strict=True):
        place = next_place(uow.new_id(), subject, last.get(subject))
        last[subject] = place
        kept = [LedgerSalt(event_id=place.id, field=field, salt=secrets.token_bytes(SALT_BYTES))
                for field in entry.personal or {}]
        content = Content(facts[subject], entry.data, entry.files, commitments(entry, kept))
        events.append(event(uow, kind, place, content))
        salts += kept
    session.add_all(events)
    session.flush()
    session.add_all([*salts, *(LedgerPending(event_id=made.id) for made in events)])
    session.flush()
    return events


def subject_of(record: Base) -> Subject:
    identity = inspect(record).identity
    if identity is None:
        raise TypeError(f"{record!r} was never added to the session, so nothing can have happened to it")
    return Subject(record.__tablename__, identity[0])


def facts_as_kept(session: Session, entries: Sequence[Entry]) -> dict[Subject, dict[str, Any]]:
    """Return what the database holds of each record, and keep others from changing it until the act ends.

    Read back rather than taken from memory: what was rounded, defaulted or changed by another act since it
    was loaded is logged as it is.
    """
    wanted: dict[type[Base], set[UUID]] = defaultdict(set)
    for entry in entries:
        wanted[type(entry.record)].add(subject_of(entry.record).id)
    found = {}
    for kind, ids in wanted.items():
        key, columns = fact_columns(kind)
        rows = session.execute(
            select(key, *columns).where(key == any_(array(ids))).order_by(key).with_for_update(key_share=True)
        )
        for row_id, *facts in rows:
            found[Subject(kind.__tablename__, row_id)] = dict(zip(kind.ledger_facts, facts, strict=True))
    return found


def fact_columns(kind: type[Base]) -> tuple[ColumnElement[Any], list[ColumnElement[Any]]]:
    """Return a model's key and the columns its events tell of."""
    mapper = inspect(kind)
    [key] = mapper.primary_key
    return key, [mapper.columns[name] for name in kind.ledger_facts]


def last_events(session: Session, subjects: Sequence[Subject]) -> dict[Subject, Place]:
    """Return the last event of each record that has one. The records are locked, so it stays the last."""
    tables: dict[str, set[UUID]] = defaultdict(set)
    for subject in subjects:
        tables[subject.table].add(subject.id)
    last = {}
    for table, ids in tables.items():
        asked = select(func.unnest(array(ids)).label("id")).subquery()
        newest = (
            select(LedgerEvent.id, LedgerEvent.nth, LedgerEvent.previous_id)
            .where(LedgerEvent.subject_table == table, LedgerEvent.subject_id == asked.c.id)
            .order_by(LedgerEvent.nth.desc())
            .limit(1)
            .lateral()
        )
        for subject_id, *place in session.execute(select(asked.c.id, newest).join(newest, true())):
            event_id, nth, previous = place
            last[Subject(table, subject_id)] = Place(event_id, table, subject_id, nth, previous)
    return last


def array(ids: Collection[UUID]) -> ColumnElement[list[UUID]]:
    return literal(list(ids), ARRAY(Uuid()))


def next_place(event_id: UUID, subject: Subject, last: Place | None) -> Place:
    if last is None:
        return Place(event_id, *subject)
    return Place(event_id, *subject, nth=last.nth + 1, previous=last.id)


def commitments(entry: Entry, salts: Sequence[LedgerSalt]) -> dict[str, bytes]:
    values = entry.personal or {}
    return {salt.field: commitment(salt.salt, values[salt.field]) for salt in salts}


def event(uow: UnitOfWork, kind: str, place: Place, content: Content) -> LedgerEvent:
    return LedgerEvent(
        id=place.id, at=uow.at, kind=kind, subject_table=place.table, subject_id=place.subject,
        nth=place.nth, previous_id=place.previous, body=event_body(kind, uow.at, uow.actor, place, content),
    )
