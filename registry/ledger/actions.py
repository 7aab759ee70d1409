"""What can be done with the ledger: write an event."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Enum,
    Insert,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    inspect,
    literal_column,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeEngine

from registry.kernel.db import Base
from registry.kernel.uow import UnitOfWork
from registry.ledger.models import LedgerEvent, LedgerPending, LedgerSalt
from registry.ledger.private import refuse_personal_numbers
from registry.ledger.rules import SALT_BYTES, Content, FileRef, Place, commitment, event_body, written_alike

Record = TypeVar("Record", bound=Base)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Record]):
    """What `append` takes, for many at once."""

    record: Record
    data: Mapping[str, Any] | None = None
    files: Sequence[FileRef] = ()
    personal: Mapping[str, str] | None = None


Facts = dict[str, Any]


class Subject(NamedTuple):
    table: str
    id: UUID


EXACT = (Boolean, Date, DateTime, Enum, Integer, LargeBinary, String, Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid()))


def newest_events() -> Select[*tuple[Any, ...]]:
    """The last event about each of the records `ids` of `table`."""
    asked = select(func.unnest(IDS).label("id")).subquery()
    newest = (
        select(LedgerEvent.id, LedgerEvent.nth, LedgerEvent.previous_id)
        .where(LedgerEvent.subject_table == bindparam("table"), LedgerEvent.subject_id == asked.c.id)
        .order_by(LedgerEvent.nth.desc())
        .limit(1)
        .lateral()
    )
    return select(asked.c.id, newest).join(newest, true())


class Event(NamedTuple):
    """An event as it is written: the columns of `ledger_event`."""

    id: UUID
    at: datetime
    kind: str
    subject_table: str
    subject_id: UUID
    nth: int
    previous_id: UUID | None
    body: bytes


def given_rows(model: type[Base], name: str) -> Select[*tuple[Any, ...]]:
    """Select rows of a model out of one parameter, a JSON list (see `rows_of`), in its order."""
    table = cast("Table", model.__table__)
    rows = func.json_populate_recordset(
        literal_column(f"NULL::{table.name}"), sql_cast(bindparam(name, type_=Text()), JSON),
    ).table_valued(*table.columns, with_ordinality="ordinality", name=f"given_{name}")
    return select(*(rows.c[column.name] for column in table.columns)).order_by(rows.c.ordinality)


def write_events() -> Insert:
    """Write `events` and put them in the queue, in this order, by one statement."""
    written = insert(LedgerEvent).from_select(Event._fields, given_rows(LedgerEvent, "events")).returning(LedgerEvent.id)
    return insert(LedgerPending).from_select(["event_id"], select(written.cte("written").c.id))


NEWEST = newest_events()
WRITE = write_events()


def append(
    uow: UnitOfWork,
    kind: str,
    record: Base,
    *,
    data: Mapping[str, Any] | None = None,
    files: Sequence[FileRef] = (),
    personal: Mapping[str, str] | None = None,
) -> Event:
    """Write down, for good, that `kind` happened to `record` in this act.

    Call it last: the record is flushed, locked until the act ends, and noted as it stands in the database.

    record    a row with an `id`; the columns named in its `ledger_facts` go into the event verbatim
    data      anything else worth keeping, made of plain values; never personal data
    files     documents that belong to the act
    personal  values to commit to without telling them: {field: value}
    raises    EventTooLarge beyond 64 KiB; PersonalNumber when free text holds somebody's identity or phone number
    """
    return append_many(uow, kind, [Entry(record, data, files, personal)])[0]


def append_many(uow: UnitOfWork, kind: str, entries: Sequence[Entry[Any]]) -> list[Event]:
    """Do as `append` does for each entry in turn, in few statements however many there are."""
    session = uow.session
    born = {entry.record for entry in entries if inspect(entry.record).pending}
    session.flush()
    connection = session.connection()
    facts = facts_of([entry.record for entry in entries], born, connection)
    older = [subject_of(entry.record) for entry in entries if entry.record not in born]
    last = last_events(connection, older)
    events, salts = [], []
    for entry in entries:
        subject = subject_of(entry.record)
        place = last[subject] = next_place(uow.new_id(), subject, last.get(subject))
        kept = salts_for(place.id, entry)
        content = Content(facts[subject], entry.data, entry.files, commitments(entry, kept))
        events.append(event(uow, kind, place, content))
        salts += kept
    if events:
        connection.execute(WRITE, {"events": rows_of(event._asdict() for event in events)})
    if salts:
        connection.execute(insert(LedgerSalt), salts)
    return events


def enter(
    uow: UnitOfWork, kind: str, record: Base, *, data: Mapping[str, Any] | None = None, files: Sequence[FileRef] = (),
) -> Event:
    """Write a new record and, as its first event, that `kind` happened: both by one statement. See `enter_many`."""
    return enter_many(uow, kind, [Entry(record, data, files)])[0]


def enter_many(uow: UnitOfWork, kind: str, entries: Sequence[Entry[Any]]) -> list[Event]:
    """Write new records of one model and, as the first event of each, that `kind` happened: all by one statement.

    entries  records not in the session yet, with `data` and `files`; PostgreSQL must give all their facts back as it
             gets them
    raises   as `append` does; TypeError for a record that `append` would have to read back
    """
    records = [entry.record for entry in entries]
    model: type[Base] = type(records[0])
    made = [first_event(uow, kind, entry) for entry in entries]
    uow.session.flush()  # what the records refer to may be new as well
    uow.session.connection().execute(entry_of(model), {
        "events": rows_of(event._asdict() for event in made), "records": rows_of(inspect(record).dict for record in records),
    })
    for record in records:
        make_transient_to_detached(record)
        uow.session.add(record)
    return made


def first_event(uow: UnitOfWork, kind: str, entry: Entry[Any]) -> Event:
    record = entry.record
    facts = exact_facts(record)
    if facts is None:
        raise TypeError(f"{type(record).__name__} is not kept as it is given: add it, and append")
    [key] = inspect(type(record)).primary_key_from_instance(record)
    return event(uow, kind, Place(uow.new_id(), record.__tablename__, key), Content(facts, entry.data, entry.files))


@cache
def entry_of(model: type[Base]) -> Insert:
    """Write `records` of a model, and their `events`."""
    table = cast("Table", model.__table__)
    entered = insert(table).from_select(table.columns.keys(), given_rows(model, "records"))
    return write_events().add_cte(entered.cte("entered"))


def subject_of(record: Base) -> Subject:
    identity = inspect(record).identity
    if identity is None:
        raise TypeError(f"{record!r} was never added to the session, so nothing can have happened to it")
    return Subject(record.__tablename__, identity[0])


def facts_of(records: Sequence[Base], born: Set[Base], connection: Connection) -> dict[Subject, Facts]:
    """Return what the database holds of each record, and keep others from changing it until the act ends.

    Read back rather than taken from memory: what was rounded, defaulted or changed by another act since it
    was loaded is logged as it is. Only a record born in this act, all of whose facts PostgreSQL gives back
    exactly as it got them, need not be asked for.
    """
    found: dict[Subject, Facts] = {}
    wanted: dict[type[Base], set[UUID]] = defaultdict(set)
    for record in records:
        subject = subject_of(record)
        remembered = exact_facts(record) if record in born else None
        if remembered is None:
            wanted[type(record)].add(subject.id)
        else:
            found[subject] = remembered
    for model, ids in wanted.items():
        for row_id, *facts in connection.execute(locked_facts(model), {"ids": list(ids)}):
            found[Subject(model.__tablename__, row_id)] = dict(zip(model.ledger_facts, facts, strict=True))
    return found


def exact_facts(record: Base) -> Facts | None:
    """Return a new record's facts from memory, None when one of them may not be as the database keeps it."""
    state, kinds = inspect(record), exact_kinds(type(record))
    names = type(record).ledger_facts
    if len(kinds) < len(names) or state.expired_attributes.intersection(names):
        return None  # an expired one was filled by the database
    facts = {name: state.dict.get(name) for name in names}  # what was never set went in as NULL
    return facts if all(is_exact(value, kinds[name]) for name, value in facts.items()) else None


def is_exact(value: object, kind: type) -> bool:
    if kind is object:  # JSON
        return written_alike(value)
    return value is None or (type(value) is kind and getattr(value, "tzinfo", UTC) is not None)


@cache
def exact_kinds(model: type[Base]) -> dict[str, type]:
    """Return the Python type of each fact of a model that comes back from PostgreSQL as it went in.

    Numbers with a scale do not: they come back rounded. JSON does as long as no number in it has a fraction.
    """
    columns = {name: inspect(model).columns[name].type for name in model.ledger_facts}
    return {name: kind.python_type for name, kind in columns.items() if comes_back(kind)}


def comes_back(kind: TypeEngine[Any]) -> bool:
    """Say whether PostgreSQL gives back values of a type, or lists of them, exactly as it got them."""
    return isinstance(kind, JSON) or isinstance(kind.item_type if isinstance(kind, ARRAY) else kind, EXACT)


@cache
def locked_facts(model: type[Base]) -> Select[*tuple[Any, ...]]:
    key, columns = fact_columns(model)
    return select(key, *columns).where(key == any_(IDS)).order_by(key).with_for_update(key_share=True)


def fact_columns(model: type[Base]) -> tuple[ColumnElement[Any], list[ColumnElement[Any]]]:
    """Return a model's key and the columns its events tell of."""
    mapper = inspect(model)
    [key] = mapper.primary_key
    return key, [mapper.columns[name] for name in model.ledger_facts]


def last_events(connection: Connection, subjects: Sequence[Subject]) -> dict[Subject, Place]:
    """Return the last event of each record that has one. The records are locked, so it stays the last."""
    tables: dict[str, set[UUID]] = defaultdict(set)
    for subject in subjects:
        tables[subject.table].add(subject.id)
    last = {}
    for table, ids in tables.items():
        for subject_id, *place in connection.execute(NEWEST, {"ids": list(ids), "table": table}):
            event_id, nth, previous = place
            last[Subject(table, subject_id)] = Place(event_id, table, subject_id, nth, previous)
    return last


def next_place(event_id: UUID, subject: Subject, last: Place | None) -> Place:
    if last is None:
        return Place(event_id, *subject)
    return Place(event_id, *subject, nth=last.nth + 1, previous=last.id)


def salts_for(event_id: UUID, entry: Entry[Any]) -> list[dict[str, Any]]:
    return [{"event_id": event_id, "field": field, "salt": secrets.token_bytes(SALT_BYTES)}
            for field in entry.personal or {}]


def commitments(entry: Entry[Any], salts: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    values = entry.personal or {}
    return {salt["field"]: commitment(salt["salt"], values[salt["field"]]) for salt in salts}


def event(uow: UnitOfWork, kind: str, place: Place, content: Content) -> Event:
    refuse_personal_numbers({**content.record, **(content.data or {})}, uow.today)
    body = event_body(kind, uow.at, uow.actor, place, content)
    return Event(place.id, uow.at, kind, place.table, place.subject, place.nth, place.previous, body)


def rows_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as a JSON list that PostgreSQL reads back exactly: what JSON has no form for as its text, bytes in hex."""
    return json.dumps(list(rows), ensure_ascii=False, default=as_text)


def as_text(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
