"""The audit's first part: the tree, from its leaves up to what was signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Row, literal, or_, select
from sqlalchemy.orm import Session

from registry.kernel.ports import CheckpointSigner
from registry.ledger.findings import Report
from registry.ledger.merkle import Frontier, Node, leaf_hash
from registry.ledger.models import LedgerCheckpoint, LedgerEvent, LedgerLeaf, LedgerNode
from registry.ledger.notes import Checkpoint, Malformed, open_note, parse_checkpoint
from registry.ledger.tree import stored_hashes

BATCH = 500


def check_tree(session: Session, signer: CheckpointSigner, report: Report) -> None:
    """Build the tree again from its leaves; compare leaves with events, the tree with what was kept of it."""
    check = TreeCheck(session, signer, report, signed(session))
    check.step()
    rows = session.execute(
        select(LedgerLeaf.idx, LedgerLeaf.event_id, LedgerLeaf.leaf_hash, LedgerEvent.body)
        .outerjoin(LedgerEvent, LedgerEvent.id == LedgerLeaf.event_id)
        .order_by(LedgerLeaf.idx),
        execution_options={"yield_per": BATCH},
    )
    for batch in rows.partitions():
        check.grow(batch)
    check.finish()
    report.size, report.root = check.tree.size, check.tree.root()


def signed(session: Session) -> Iterator[LedgerCheckpoint]:
    query = select(LedgerCheckpoint).order_by(LedgerCheckpoint.size)
    yield from session.scalars(query, execution_options={"yield_per": BATCH})


@dataclass
class TreeCheck:
    """A tree that grows leaf by leaf and is compared with what was kept and signed on the way."""

    session: Session
    signer: CheckpointSigner
    report: Report
    checkpoints: Iterator[LedgerCheckpoint]
    tree: Frontier = field(default_factory=Frontier)
    whole: bool = True   # no leaf was missing so far; after that, nothing above the leaves can be built again
    agreed: bool = True  # every checkpoint so far; the first that differs says what is to be said

    def __post_init__(self) -> None:
        self.ahead = next(self.checkpoints, None)
        self.remembered = self.signer.last()
        if self.remembered is None and self.ahead is not None:
            self.report.note("signer.forgot", "signer", self.signer.origin, "state")

    def grow(self, leaves: Sequence[Row[*tuple[Any, ...]]]) -> None:
        made: list[tuple[Node, bytes]] = []
        for idx, event_id, leaf, body in leaves:
            self.check_leaf(idx, event_id, leaf, body)
            if self.whole:
                made += self.tree.push(leaf)
                self.step()
        self.check_nodes(made)

    def check_leaf(self, idx: int, event_id: object, leaf: bytes, body: bytes | None) -> None:
        if self.whole and idx != self.tree.size:
            self.whole = False
            self.report.note("leaf.missing", "ledger_leaf", self.tree.size, "idx", self.tree.size, idx)
        if body is None:
            self.report.note("event.missing", "ledger_event", event_id, "", leaf)
            return
        if leaf_hash(body) != leaf:
            self.report.note("leaf.differs", "ledger_event", event_id, "body", leaf, leaf_hash(body))

    def step(self) -> None:
        """Compare the tree, as large as it is now, with what was signed at this size."""
        size = self.tree.size
        if self.remembered and self.remembered[0] == size and self.remembered[1] != self.tree.root():
            self.signer_differs(self.tree.root())
        while self.ahead and self.ahead.size <= size:
            self.check_checkpoint(self.ahead, self.tree.root() if self.ahead.size == size else b"")
            self.ahead = next(self.checkpoints, None)

    def check_checkpoint(self, kept: LedgerCheckpoint, root: bytes) -> None:
        self.report.checkpoints += 1
        said = opened(kept.note, self.signer.verifier_key)
        if said != Checkpoint(self.signer.origin, kept.size, kept.root):
            found = said.root if said else None
            self.report.note("checkpoint.unsigned", "ledger_checkpoint", kept.size, "note", kept.root, found)
        if self.agreed and kept.root != root:
            self.agreed = False
            self.report.note("checkpoint.differs", "ledger_checkpoint", kept.size, "root", kept.root, root)

    def check_nodes(self, made: Sequence[tuple[Node, bytes]]) -> None:
        kept = stored_hashes(self.session, [node for node, _hash in made])
        for node, expected in made:
            row = f"({node.level}, {node.number})"
            if node not in kept:
                self.report.note("node.missing", "ledger_node", row, "hash", expected)
            elif kept[node] != expected:
                self.report.note("node.differs", "ledger_node", row, "hash", expected, kept[node])

    def finish(self) -> None:
        """Look for what lies beyond the last leaf."""
        size = self.tree.size
        if not self.whole:
            return
        if self.remembered and self.remembered[0] > size:
            self.signer_differs(None)
        if self.ahead:
            self.report.note("leaf.missing", "ledger_leaf", size, "idx", self.ahead.size - 1, size - 1)
        self.check_no_more_nodes(size)

    def check_no_more_nodes(self, size: int) -> None:
        beyond = or_(
            ~LedgerNode.level.between(1, 62),
            LedgerNode.idx < 0,
            LedgerNode.idx >= literal(size, BigInteger).bitwise_rshift(LedgerNode.level),
        )
        query = select(LedgerNode).where(beyond).order_by(LedgerNode.level, LedgerNode.idx)
        for node in self.session.scalars(query, execution_options={"yield_per": BATCH}):
            row = f"({node.level}, {node.idx})"
            self.report.note("node.extra", "ledger_node", row, "hash", None, node.hash)

    def signer_differs(self, found: bytes | None) -> None:
        size, root = self.remembered or (0, b"")
        self.report.note("signer.differs", "ledger_leaf", f"0–{size - 1}", "root", root, found)


def opened(note: str, verifier_key: str) -> Checkpoint | None:
    """Return what a signed checkpoint says, None when it is not signed as it should be."""
    try:
        return parse_checkpoint(open_note(note, verifier_key).text)
    except Malformed:
        return None
