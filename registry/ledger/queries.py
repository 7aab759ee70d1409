"""What the ledger tells: to anyone that an event lies in the signed tree, to the entitled what it says."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, inspect, literal, select

from registry import policy
from registry.kernel.db import Base
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger.audit_records import recorded_models
from registry.ledger.models import LedgerCheckpoint, LedgerEvent
from registry.ledger.proofs import Proof, write_proof
from registry.ledger.rules import Said, read_body
from registry.ledger.sequencing import last_checkpoint
from registry.ledger.tree import (
    NotYetSequenced,
    inclusion_path_at,
    inclusion_paths_at,
    leaf_index,
    leaf_indexes,
)
from registry.policy import Permission, Scope


def latest_checkpoint(uow: UnitOfWork) -> LedgerCheckpoint | None:
    """Return the tree signed last. It names nobody."""
    policy.open_to_all(uow.actor)
    return last_checkpoint(uow.session)


def checkpoint_note(uow: UnitOfWork) -> str:
    """Return the signed note of the last checkpoint. NotFound before the first."""
    policy.open_to_all(uow.actor)
    kept = last_checkpoint(uow.session)
    if kept is None:
        raise NotFound(_("账本尚无检查点。"))
    return kept.note


def inclusion_proof(uow: UnitOfWork, event_id: UUID) -> str:
    """Return the proof that an event lies in the last signed tree (c2sp.org/tlog-proof@v1).

    It holds hashes and a signature, and whoever asks must know the event's id.

    raises  NotYetSequenced until the event is in a signed tree, half a minute at most
    """
    policy.open_to_all(uow.actor)
    index = leaf_index(uow.session, event_id)
    kept = last_checkpoint(uow.session)
    if kept is None or kept.size <= index:
        raise NotYetSequenced(_("该事件已编入账本，尚未签入检查点；一般在半分钟内签入。"))
    return write_proof(Proof(index, tuple(inclusion_path_at(uow.session, index, kept.size)), kept.note))


def inclusion_proofs(uow: UnitOfWork, event_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the proof of each of many events, all of them in the tree signed last. As many SELECTs for many as for few.

    raises  NotYetSequenced until all of them are in a signed tree, half a minute at most
    """
    policy.open_to_all(uow.actor)
    kept = last_checkpoint(uow.session)
    places = leaf_indexes(uow.session, event_ids)
    late = [one for one in event_ids if kept is None or places.get(one, kept.size) >= kept.size]
    if kept is None or late:
        raise NotYetSequenced(_("{count} 个事件尚未签入检查点；一般在半分钟内签入。", count=len(late)))
    paths = inclusion_paths_at(uow.session, set(places.values()), kept.size)
    return {
        event_id: write_proof(Proof(index, tuple(paths[index]), kept.note)) for event_id, index in places.items()
    }


def event_body(uow: UnitOfWork, event_id: UUID) -> bytes:
    """Return the exact bytes of an event, from which its leaf in the tree is made."""
    event = uow.get(LedgerEvent, event_id)
    policy.require(uow.actor, Permission.LEDGER_READ, scope_of(uow, read_body(event.body)))
    return event.body


def scope_of(uow: UnitOfWork, said: Said | None) -> Scope:
    """Return what authority over an event turns on: who acted, for whom, the region its record lies in and its owner."""
    if said is None:
        return policy.ANYWHERE
    organisation = UUID(said.organisation) if said.organisation else None
    return Scope(
        region=str(said.record.get("region") or region_around(uow, said.table, UUID(said.subject))),
        organisations=frozenset({organisation} if organisation else ()),
        person=UUID(said.person) if said.person else None,
        organisation=organisation,
        owner=owner_around(uow, said.table, UUID(said.subject)),
    )


def region_around(uow: UnitOfWork, table: str, record_id: UUID) -> str:
    """Return the region of the record that this one lies within, however far up; "" when it lies in none."""
    for model, key in around(table, record_id):
        columns = inspect(model).columns
        if "region" in columns:
            return uow.session.scalar(select(columns["region"]).where(columns["id"] == key)) or ""
    return ""


def owner_around(uow: UnitOfWork, table: str, record_id: UUID) -> UUID | None:
    """Return the firm to whom what the ledger says of a record belongs: of all of a project, its 建设单位."""
    for model, key in around(table, record_id):
        owner = model.ledger_owner(key)
        if owner is not None:
            return uow.session.scalar(owner)
    return None


def around(table: str, record_id: UUID) -> Iterator[tuple[type[Base], ColumnElement[UUID]]]:
    """Yield the model of a record and its id, then of what it lies within, and so on up; the ids are subqueries."""
    models = recorded_models()
    model, key = models.get(table), select(literal(record_id)).scalar_subquery()
    while model is not None:
        yield model, key
        if not model.ledger_within:
            return
        columns = inspect(model).columns
        column = columns[model.ledger_within]
        key = select(column).where(columns["id"] == key).scalar_subquery()
        [reference] = column.foreign_keys
        model = models.get(reference.column.table.name)
