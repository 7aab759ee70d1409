"""The audit's second part: every event, and its place behind the event before it about the same record."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from registry.ledger.audit_records import Latest, RecordCheck
from registry.ledger.findings import Report
from registry.ledger.models import LedgerEvent, LedgerLeaf, LedgerPending
from registry.ledger.rules import FileRef, Said, plain, read_body

BATCH = 500
EventRow = Row[*tuple[Any, ...]]
BODY_SAYS: dict[str, Callable[[Said], object]] = {
    "id": lambda said: said.id,
    "at": lambda said: said.at,
    "kind": lambda said: said.kind,
    "subject_table": lambda said: said.table,
    "subject_id": lambda said: said.subject,
    "nth": lambda said: said.nth,
    "previous_id": lambda said: said.previous,
}
"""Column of an event → what the body says in its stead."""


def check_events(
    session: Session, report: Report, records: RecordCheck, check_file: Callable[[FileRef], None]
) -> None:
    """Check events record by record; hand on what they say in the end to `records`, files to `check_file`."""
    columns = [getattr(LedgerEvent, name) for name in BODY_SAYS]
    rows = session.execute(
        select(*columns, LedgerEvent.body, LedgerLeaf.idx, LedgerPending.number)
        .outerjoin(LedgerLeaf, LedgerLeaf.event_id == LedgerEvent.id)
        .outerjoin(LedgerPending, LedgerPending.event_id == LedgerEvent.id)
        .order_by(LedgerEvent.subject_table, LedgerEvent.subject_id, LedgerEvent.nth),
        execution_options={"yield_per": BATCH},
    )
    for (table, subject), events in groupby(rows, lambda row: (row.subject_table, row.subject_id)):
        latest = Latest(table, subject)
        for said in chained(events, report):
            report.events += 1
            if said is not None:
                latest.learn(said)
                for file in said.files:
                    check_file(file)
        records.take(latest)
    records.finish()


def chained(events: Iterator[EventRow], report: Report) -> Iterator[Said | None]:
    """Yield what each event about one record says, having checked it and its place in the chain."""
    before: EventRow | None = None
    for nth, row in enumerate(events):
        said = read_body(row.body)
        check_event(row, said, report)
        check_chain(row, before, nth, report)
        yield said
        before = row


def check_event(row: EventRow, said: Said | None, report: Report) -> None:
    if said is None:
        report.note("event.unreadable", "ledger_event", row.id, "body", None, row.body[:80])
        return
    for column, says in BODY_SAYS.items():
        found = plain(row._mapping[column])
        if found != says(said):
            report.note("event.differs", "ledger_event", row.id, column, says(said), found)


def check_chain(row: EventRow, before: EventRow | None, nth: int, report: Report) -> None:
    previous = before.id if before else None
    if row.nth != nth:
        report.note("chain.broken", "ledger_event", row.id, "nth", nth, row.nth)
    if row.previous_id != previous:
        report.note("chain.broken", "ledger_event", row.id, "previous_id", previous, row.previous_id)
    if row.idx is None and row.number is None:
        report.note("event.unplaced", "ledger_event", row.id, "", "ledger_leaf")
    if row.idx is not None and row.number is not None:
        report.note("event.placed-twice", "ledger_pending", row.id, "number", None, row.number)
    if before and before.idx is not None and row.idx is not None and before.idx > row.idx:
        report.note("chain.reordered", "ledger_leaf", row.idx, "idx", f"> {before.idx}", row.idx)
