"""Changing the keys of the vault: what old keys have sealed is sealed anew with the newest.

Sealed columns are known by their names: `<what>_sealed`, sealed for the place "<table>/<what>/<id>". Rows of
permanent tables cannot be sealed anew; for as long as they stand, the key that sealed them must stay in the ring.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, select, update

from registry.adapters.vault import KeyRing, key_of
from registry.kernel.actor import SYSTEM
from registry.kernel.uow import UnitOfWork, Units
from registry.rooms import whole_schema

SEALED = "_sealed"
BATCH = 500  # rows in one transaction
Batch = Sequence[Row[UUID, bytes]]


@dataclass(slots=True)
class Outcome:
    """resealed: how many values; still_needed: how many values each older key must stay for, by its name."""

    resealed: int = 0
    still_needed: Counter[str] = field(default_factory=Counter)


def reseal(units: Units, ring: KeyRing) -> Outcome:
    """Go through every sealed column. Safe to repeat, to interrupt, and to run while people work."""
    outcome = Outcome()
    for column in sealed_columns():
        act = count_old if "write_once" in column.table.info else seal_anew
        last: UUID | None = None
        while True:
            with units.writing(SYSTEM) as uow:
                batch = next_batch(uow, column, last)
                act(uow, column, [row for row in batch if not ring.sealed_by_newest(row[1])], ring, outcome)
            if not batch:
                break
            last = batch[-1][0]
    return outcome


def sealed_columns() -> list[Column[Any]]:
    return [column for table in whole_schema().sorted_tables for column in table.columns if column.name.endswith(SEALED)]


def next_batch(uow: UnitOfWork, column: Column[Any], last: UUID | None) -> Batch:
    key = column.table.c.id
    wanted = select(key, column).where(column.is_not(None)).order_by(key).limit(BATCH).with_for_update()
    return uow.session.execute(wanted.where(key > last) if last else wanted).all()


def seal_anew(uow: UnitOfWork, column: Column[Any], rows: Batch, ring: KeyRing, outcome: Outcome) -> None:
    table = column.table
    what = column.name.removesuffix(SEALED)
    for key, sealed in rows:
        renewed = ring.reseal(sealed, f"{table.name}/{what}/{key}")
        uow.session.execute(update(table).where(table.c.id == key).values({column: renewed}))
    outcome.resealed += len(rows)


def count_old(_uow: UnitOfWork, _column: Column[Any], rows: Batch, _ring: KeyRing, outcome: Outcome) -> None:
    outcome.still_needed.update(key_of(sealed) for _key, sealed in rows)
