"""The tree as the database keeps it: root and proofs of any size it ever had, in O(log n) rows."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import any_, func, select, tuple_
from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, NotFound
from registry.kernel.text import _
from registry.ledger.actions import IDS
from registry.ledger.merkle import (
    Frontier,
    Node,
    Span,
    consistency_spans,
    fold,
    inclusion_spans,
    perfect_nodes,
    span_hash,
)
from registry.ledger.models import LedgerLeaf, LedgerNode

READ_AT_ONCE = 10_000  # nodes of one SELECT: PostgreSQL takes 65,535 parameters, and a node is two


class LedgerDamaged(Conflict):
    """Part of the tree is gone."""

    code = "ledger.damaged"


class NotYetSequenced(NotFound):
    """The event waits for its place; it gets it within a second."""

    code = "ledger.not-yet-sequenced"


def tree_size(session: Session) -> int:
    last = session.scalar(select(func.max(LedgerLeaf.idx)))
    return 0 if last is None else last + 1


def leaf_index(session: Session, event_id: UUID) -> int:
    """Return the place of an event. Raises NotYetSequenced when it has none."""
    index = session.scalar(select(LedgerLeaf.idx).where(LedgerLeaf.event_id == event_id))
    if index is None:
        raise NotYetSequenced(_("该事件不存在，或尚未编入账本；新事件一般在一秒内编入。"))
    return index


def leaf_indexes(session: Session, event_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the places of those events that have one."""
    wanted = select(LedgerLeaf.event_id, LedgerLeaf.idx).where(LedgerLeaf.event_id == any_(IDS))
    return dict(session.execute(wanted, {"ids": list(event_ids)}).all())


def frontier(session: Session) -> Frontier:
    """Return the right edge of the present tree, ready to grow."""
    size = tree_size(session)
    nodes = list(perfect_nodes(0, size))
    kept = kept_hashes(session, nodes)
    return Frontier(size, [kept[node] for node in nodes])


def root_at(session: Session, size: int) -> bytes:
    nodes = list(perfect_nodes(0, size))
    kept = kept_hashes(session, nodes)
    return fold([kept[node] for node in nodes])


def inclusion_path_at(session: Session, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` lies in the tree of `size` leaves."""
    return hashes_of(session, inclusion_spans(index, size))


def inclusion_paths_at(session: Session, indexes: Collection[int], size: int) -> dict[int, list[bytes]]:
    """Return the proof of each of several leaves. Neighbours share most of their path: each node is read once."""
    spans = {index: inclusion_spans(index, size) for index in indexes}
    nodes = sorted({node for path in spans.values() for span in path for node in perfect_nodes(*span)})
    kept: dict[Node, bytes] = {}
    for start in range(0, len(nodes), READ_AT_ONCE):
        kept |= kept_hashes(session, nodes[start:start + READ_AT_ONCE])
    return {index: [span_hash(span, kept.__getitem__) for span in path] for index, path in spans.items()}


def consistency_path_at(session: Session, old_size: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `old_size` leaves is the beginning of the one of `size`."""
    return hashes_of(session, consistency_spans(old_size, size))


def hashes_of(session: Session, spans: list[Span]) -> list[bytes]:
    kept = kept_hashes(session, [node for span in spans for node in perfect_nodes(*span)])
    return [span_hash(span, kept.__getitem__) for span in spans]


def kept_hashes(session: Session, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Return the hashes kept for `nodes`. Raises LedgerDamaged when one is missing."""
    wanted = set(nodes)
    kept = stored_hashes(session, wanted)
    for node in sorted(wanted - kept.keys()):
        raise LedgerDamaged(
            _("账本第 {level} 层第 {index} 个节点缺失。", level=node.level, index=node.number),
            remedy=_("请运行 flask ledger audit 查明。"),
        )
    return kept


def stored_hashes(session: Session, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Return the hashes of those of `nodes` that are kept."""
    leaves = [node.number for node in nodes if node.level == 0]
    above = [node for node in nodes if node.level]
    kept: dict[Node, bytes] = {}
    if leaves:
        at_bottom = select(LedgerLeaf.idx, LedgerLeaf.leaf_hash).where(LedgerLeaf.idx.in_(leaves))
        kept |= {Node(0, number): found for number, found in session.execute(at_bottom)}
    if above:
        place = tuple_(LedgerNode.level, LedgerNode.idx)
        higher = select(LedgerNode.level, LedgerNode.idx, LedgerNode.hash).where(place.in_(above))
        kept |= {Node(level, number): found for level, number, found in session.execute(higher)}
    return kept
