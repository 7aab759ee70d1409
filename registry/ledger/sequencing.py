"""Giving events their places in the tree, and signing the tree.

One sequencer at a time, under an advisory lock, takes waiting events in the order they were written and
gives them places without gaps. Leaves, nodes and the emptied queue are one transaction: a sequencer that is
killed has done a batch wholly or not at all. An event and the one before it about the same record are
written one after the other, so the tree never shows them the wrong way round.
"""

from uuid import UUID

from sqlalchemy import LargeBinary, any_, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from registry.kernel.actor import SYSTEM
from registry.kernel.ports import LedgerRewound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, Units
from registry.ledger.actions import IDS
from registry.ledger.models import LedgerCheckpoint, LedgerEvent, LedgerLeaf, LedgerNode, LedgerPending
from registry.ledger.tree import consistency_path_at, frontier, root_at, tree_size

BATCH = 1000
LEAF_PREFIX = b"\x00"


def sequence(units: Units) -> int:
    """Give every waiting event its place. Return how many there were."""
    done = 0
    while True:
        with units.writing(SYSTEM) as uow:
            placed = sequence_batch(uow)
        done += placed
        if placed < BATCH:
            return done


def sequence_batch(uow: UnitOfWork) -> int:
    """Give the events that have waited longest, at most BATCH, their places."""
    session = uow.session
    if session.scalar(select(LedgerPending.event_id).limit(1)) is None:
        return 0
    uow.lock("ledger sequencer")
    waiting = longest_waiting(session)
    tree = frontier(session)
    leaves, nodes = [], []
    for event_id, leaf in waiting:
        leaves.append({"idx": tree.size, "event_id": event_id, "leaf_hash": leaf})
        nodes += [{"level": node.level, "idx": node.number, "hash": made} for node, made in tree.push(leaf)]
    if leaves:
        session.execute(insert(LedgerLeaf), leaves)
    if nodes:
        session.execute(insert(LedgerNode), nodes)
    placed = [event_id for event_id, _leaf in waiting]
    session.execute(delete(LedgerPending).where(LedgerPending.event_id == any_(IDS)), {"ids": placed})
    return len(waiting)


def longest_waiting(session: Session) -> list[tuple[UUID, bytes]]:
    """Return events that wait, with their leaf hashes (merkle.leaf_hash, computed where the bytes are)."""
    leaf = func.sha256(literal(LEAF_PREFIX).concat(LedgerEvent.body), type_=LargeBinary)
    rows = session.execute(
        select(LedgerEvent.id, leaf)
        .join(LedgerPending, LedgerPending.event_id == LedgerEvent.id)
        .order_by(LedgerPending.number)
        .limit(BATCH)
    )
    return [(event_id, found) for event_id, found in rows]


def checkpoint(units: Units) -> LedgerCheckpoint:
    """Sign the present tree and keep the signed checkpoint; when it is signed already, return that one.

    raises  LedgerRewound when the tree does not continue what was signed before
    """
    with units.writing(SYSTEM) as uow:
        uow.lock("ledger checkpoint")
        session, signer = uow.session, uow.tools.signer
        size = tree_size(session)
        kept = last_checkpoint(session)
        require_continuation(session, size, kept)
        root = root_at(session, size)
        last = signer.last()
        if kept and kept.size == size and last == (size, root):
            return kept
        path = consistency_path_at(session, last[0], size) if last and last[0] <= size else []
        note = signer.sign(size, root, path)
        if kept and kept.size == size:  # signed and kept, but the signer has forgotten: now it knows again
            return kept
        made = LedgerCheckpoint(size=size, root=root, note=note, at=uow.at)
        session.add(made)
        return made


def require_continuation(session: Session, size: int, kept: LedgerCheckpoint | None) -> None:
    """Raise LedgerRewound unless the tree continues the checkpoint kept last, whatever the signer knows."""
    if kept and (kept.size > size or root_at(session, kept.size) != kept.root):
        raise LedgerRewound(
            _("账本与第 {size} 条处的检查点不符。", size=kept.size),
            remedy=_("请运行 flask ledger audit 查明。"),
        )


def last_checkpoint(session: Session) -> LedgerCheckpoint | None:
    return session.scalar(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1))
