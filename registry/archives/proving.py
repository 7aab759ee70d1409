"""The proofs that travel with a package: of every file, the event that names it and its place in the signed ledger.

Whoever opens the package in fifty years checks them with nothing but the ledger's public key.
Source: c2sp.org/tlog-proof; RFC 6962; DA/T 70-2018 真实性.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, bindparam, select
from sqlalchemy.types import ARRAY, Uuid

from registry import policy
from registry.archives.pieces import Piece
from registry.kernel.uow import UnitOfWork
from registry.ledger.models import LedgerEvent
from registry.ledger.queries import inclusion_proofs

RECORDS = bindparam("records", type_=ARRAY(Uuid()))


@dataclass(frozen=True, slots=True)
class Named:
    """The event that names a file by its hash."""

    event_id: UUID
    body: bytes


def proofs_of(uow: UnitOfWork, pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield a line of JSON for each file: its place, its hash, the event that names it, and the proof of the event.

    raises  NotYetSequenced while the ledger has not signed all of the events; a file no event names has no line
    """
    policy.open_to_all(uow.actor)
    named = events_naming(uow, pieces)
    proofs = inclusion_proofs(uow, {one.event_id for one in named.values()})
    for piece in pieces:
        event = named.get(piece.place)
        if event is not None:
            line = {"place": piece.place, "sha256": piece.sha256, "event": event.body.decode(), "proof": proofs[event.event_id]}
            yield json.dumps(line, ensure_ascii=False) + "\n"


def unnamed(uow: UnitOfWork, pieces: Sequence[Piece]) -> list[str]:
    """Return the places of the files no event of the ledger names. It must be empty."""
    named = events_naming(uow, pieces)
    return [piece.place for piece in pieces if piece.place not in named]


def events_naming(uow: UnitOfWork, pieces: Sequence[Piece]) -> Mapping[str, Named]:
    """Return the first event that names each file, by the file's place. One SELECT."""
    policy.open_to_all(uow.actor)
    rows = uow.session.execute(
        select(LedgerEvent.id, LedgerEvent.subject_table, LedgerEvent.subject_id, LedgerEvent.body)
        .where(
            LedgerEvent.subject_table.in_({piece.record_table for piece in pieces}), LedgerEvent.subject_id == any_(RECORDS),
        ).order_by(LedgerEvent.subject_table, LedgerEvent.subject_id, LedgerEvent.nth),
        {"records": sorted({UUID(piece.record_id) for piece in pieces})},
    )
    events: dict[tuple[str, str], list[Named]] = {}
    for event_id, table, record, body in rows:
        events.setdefault((table, str(record)), []).append(Named(event_id, body))
    found = {}
    for piece in pieces:
        about = events.get((piece.record_table, piece.record_id), [])
        event = next((one for one in about if piece.sha256.encode() in one.body), None)
        if event is not None:
            found[piece.place] = event
    return found
