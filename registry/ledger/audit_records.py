"""The audit's third part: every record as it is today against the last event about it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, any_, exists, inspect, select
from sqlalchemy.orm import Session

from registry.kernel.db import Base
from registry.kernel.errors import Unavailable
from registry.kernel.ports import Vault
from registry.ledger.actions import IDS, fact_columns
from registry.ledger.findings import Report
from registry.ledger.models import LedgerEvent, LedgerSalt
from registry.ledger.rules import Said, commitment, plain

BATCH = 500
RecordRow = Row[*tuple[Any, ...]]
Salts = dict[tuple[UUID, str], bytes]


@dataclass(slots=True)
class Latest:
    """What the events about one record say of it in the end."""

    table: str
    subject: UUID
    record: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, tuple[UUID, str]] = field(default_factory=dict)  # field → (event, commitment in hex)

    def learn(self, said: Said) -> None:
        self.record = dict(said.record)
        self.personal |= {name: (UUID(said.id), value) for name, value in said.personal.items()}


def recorded_models() -> dict[str, type[Base]]:
    """Return the models whose rows the ledger speaks of, by table."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return {model.__tablename__: model for model in models if model.ledger_facts}


class RecordCheck:
    """Collects the last word on each record and compares it with the row, some hundred rows at a time."""

    def __init__(self, session: Session, vault: Vault, report: Report) -> None:
        self.session = session
        self.vault = vault
        self.report = report
        self.models = recorded_models()
        self.waiting: list[Latest] = []

    def take(self, latest: Latest) -> None:
        """Compare `latest` soon. They must come table by table."""
        if self.waiting and (self.waiting[0].table != latest.table or len(self.waiting) == BATCH):
            self.finish()
        self.waiting.append(latest)

    def finish(self) -> None:
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        self.report.records += len(waiting)
        model = self.models.get(waiting[0].table)
        if model is None:
            for latest in waiting:
                self.report.note("record.unknown", latest.table, latest.subject)
            return
        rows = self.rows(model, [latest.subject for latest in waiting])
        salts = self.salts(waiting)
        for latest in waiting:
            row = rows.get(latest.subject)
            if row is None:
                self.report.note("record.missing", latest.table, latest.subject, "", latest.subject)
                continue
            self.compare_facts(model, latest, row)
            self.compare_personal(model, latest, row, salts)

    def rows(self, model: type[Base], ids: list[UUID]) -> dict[UUID, RecordRow]:
        key, facts = fact_columns(model)
        sealed = [inspect(model).columns[column] for column, _place in model.ledger_personal.values()]
        rows = self.session.execute(select(key, *facts, *sealed).where(key == any_(IDS)), {"ids": ids})
        return {row[0]: row for row in rows}

    def salts(self, waiting: list[Latest]) -> Salts:
        events = [event for latest in waiting for event, _value in latest.personal.values()]
        salts = self.session.execute(
            select(LedgerSalt.event_id, LedgerSalt.field, LedgerSalt.salt)
            .where(LedgerSalt.event_id == any_(IDS)), {"ids": events}
        )
        return {(event, name): salt for event, name, salt in salts}

    def compare_facts(self, model: type[Base], latest: Latest, row: RecordRow) -> None:
        facts = row[1 : 1 + len(model.ledger_facts)]
        for column, found in zip(model.ledger_facts, map(plain, facts), strict=True):
            expected = latest.record.get(column, found)  # a column younger than the event says nothing
            if found != expected:
                self.report.note("record.differs", latest.table, latest.subject, column, expected, found)

    def compare_personal(self, model: type[Base], latest: Latest, row: RecordRow, salts: Salts) -> None:
        """Compare sealed values with the commitments. An erased salt or value leaves nothing to compare."""
        sealed = dict(zip(model.ledger_personal, row[1 + len(model.ledger_facts) :], strict=True))
        for name in sorted(sealed.keys() & latest.personal.keys()):
            event, expected = latest.personal[name]
            column, place = model.ledger_personal[name]
            if (event, name) not in salts or sealed[name] is None:
                self.report.erased += 1
                continue
            found = self.committed(salts[event, name], sealed[name], place.format(id=latest.subject))
            if found != expected:
                self.report.note("personal.differs", latest.table, latest.subject, column, expected, found)

    def committed(self, salt: bytes, kept: bytes | str, place: str) -> str:
        """Return the commitment to a value as it is kept, "" when it is sealed and does not open where it lies."""
        try:
            return commitment(salt, kept if isinstance(kept, str) else self.vault.open(kept, place)).hex()
        except Unavailable:
            return ""


def check_unspoken(session: Session, report: Report) -> None:
    """Find rows of recorded tables that no event speaks of."""
    for table, model in sorted(recorded_models().items()):
        key, _facts = fact_columns(model)
        spoken = exists().where(LedgerEvent.subject_table == table, LedgerEvent.subject_id == key)
        unspoken = select(key).where(~spoken).order_by(key)
        for row_id in session.scalars(unspoken, execution_options={"yield_per": BATCH}):
            report.note("record.unspoken", table, row_id, "", "ledger_event")
