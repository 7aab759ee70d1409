"""How a unit project stands: the tree of its lots and nodes, rolled up from their records, nothing of it stored.

Four SELECTs answer for a unit project however many lots it has, and for all of a project's together. Asking is no act of
its own: the caller's act or query has asked for the authority.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from registry.acceptance.models import Absence, LotResult, NodeAcceptance, Nonconformity, Signature
from registry.acceptance.rules import CLOSED, Child, NodeBlocker, State, TreatmentKind, Verdict, blockers_of
from registry.kernel.text import _
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceLevel
from registry.standards.divisions import Division, DivisionTree
from registry.works.models import Lot

NEWEST = date.max
LEVEL_OF = {0: AcceptanceLevel.UNIT, 2: AcceptanceLevel.DIVISION, 4: AcceptanceLevel.SUBDIVISION, 6: AcceptanceLevel.ITEM}
UNITS: BindParameter[Sequence[UUID]] = bindparam("units", type_=ARRAY(Uuid()))


def level_of(code: str) -> AcceptanceLevel:
    return LEVEL_OF[len(code)]


def lot_state() -> ColumnElement[str]:
    """The state of a lot, from its standing result, the conclusion on that, and what it was opened again for."""
    return case(
        (Signature.verdict == Verdict.PASSED, State.PASSED.value),
        (Signature.verdict == Verdict.FAILED, State.FAILED.value),
        (LotResult.id.is_not(None), State.SIGNING.value),
        (treated(TreatmentKind.FORBIDDEN), State.REFUSED.value),
        (treated(), State.FAILED.value),
        else_=State.OPEN.value,
    )


def treated(kind: TreatmentKind | None = None) -> ColumnElement[bool]:
    """Whether anything, or something of that kind, was done about a lot."""
    wanted = and_(Nonconformity.lot_id == Lot.id, Nonconformity.kind == kind if kind else literal(value=True))
    return select(Nonconformity.id).where(wanted).correlate(Lot).exists()


def lots_with_state() -> Select[*tuple[object, ...]]:
    """Every lot that stands, with its result and state; callers add conditions and columns."""
    return (
        select(Lot.id, Lot.item_code, lot_state().label("state"), LotResult.treatment_id)
        .outerjoin(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
        .outerjoin(Signature, (Signature.result_id == LotResult.id) & Signature.decides)
        .where(Lot.withdrawn_at.is_(None))
    )


def counted() -> Select[*tuple[Any, ...]]:
    states: Subquery = (
        lots_with_state().add_columns(Lot.unit_project_id).where(Lot.unit_project_id == any_(UNITS)).subquery()
    )
    key = (states.c.unit_project_id, states.c.item_code, states.c.state)
    return select(*key, func.count(), func.count(states.c.treatment_id)).group_by(*key).order_by(*key)


COUNTS = counted()
NODES = (
    select(
        NodeAcceptance.unit_project_id, NodeAcceptance.code, NodeAcceptance.id, Signature.verdict, NodeAcceptance.treatment_id,
    )
    .outerjoin(Signature, (Signature.acceptance_id == NodeAcceptance.id) & Signature.decides)
    .where(NodeAcceptance.unit_project_id == any_(UNITS), NodeAcceptance.fallen_at.is_(None)).order_by(NodeAcceptance.code)
)
REFUSED = (
    select(Nonconformity.unit_project_id, Nonconformity.code).distinct()
    .where(
        Nonconformity.unit_project_id == any_(UNITS), Nonconformity.lot_id.is_(None),
        Nonconformity.kind == TreatmentKind.FORBIDDEN,
    )
    .order_by(Nonconformity.code)
)
ABSENT = (
    select(Absence.unit_project_id, Absence.code)
    .where(Absence.unit_project_id == any_(UNITS), Absence.withdrawn_at.is_(None)).order_by(Absence.code)
)


@dataclass(slots=True)
class Node:
    """One place of the tree: the unit project, a division, a sub-division or an item.

    lots, passed, failed, signing   of the lots below it
    own                             state of its own acceptance, before its children are asked
    acceptance                      its standing attempt
    """

    code: str
    name: str
    level: AcceptanceLevel
    lots: int = 0
    passed: int = 0
    failed: int = 0
    signing: int = 0
    treated: int = 0
    own: State = State.OPEN
    acceptance: UUID | None = None
    state: State = State.OPEN
    blockers: tuple[NodeBlocker, ...] = ()


@dataclass(slots=True)
class UnitState:
    """The whole tree. `nodes` holds what has lots, records or a declaration, and all of the two upper levels."""

    unit_id: UUID
    tree: DivisionTree
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        return self.nodes[""]

    def children(self, code: str) -> list[Node]:
        """What lies directly below a node and counts: items with lots, and every sub-division and division."""
        return [self.nodes[one.code] for one in self.tree.children(code) if one.code in self.nodes]

    def node(self, code: str) -> Node:
        """Return a node, an empty one where nothing is recorded; raises NotFound for no code of the catalogue."""
        if code in self.nodes:
            return self.nodes[code]
        division = self.tree.find(code)
        return Node(division.code, division.name, level_of(code))


def state_of_unit(session: Session, unit_id: UUID, on: date = NEWEST) -> UnitState:
    """Return how a unit project stands, rolled up by code.

    on   the day by whose catalogue the tree is read; the newest unless said otherwise
    """
    return states_of_units(session, [unit_id], on)[unit_id]


def states_of_units(session: Session, unit_ids: Sequence[UUID], on: date = NEWEST) -> Mapping[UUID, UnitState]:
    """Return the same of several unit projects, read together."""
    asked = {"units": unit_ids}
    states = {unit_id: empty(unit_id, standards.divisions(session, on)) for unit_id in unit_ids}
    for unit_id, *counted_lots in session.execute(COUNTS, asked):
        count_lots(states[unit_id], *counted_lots)
    for unit_id, code, acceptance, verdict, treatment in session.execute(NODES, asked):
        node = placed(states[unit_id], code)
        node.acceptance = acceptance
        node.own = {None: State.SIGNING, Verdict.PASSED: State.PASSED, Verdict.FAILED: State.FAILED}[verdict]
        node.treated += treatment is not None
    for said, own in ((REFUSED, State.REFUSED), (ABSENT, State.ABSENT)):
        for unit_id, code in session.execute(said, asked):
            placed(states[unit_id], code).own = own
    for found in states.values():
        roll_up(found)
    return states


def empty(unit_id: UUID, tree: DivisionTree) -> UnitState:
    """Return the tree of a unit project in which nothing has happened: the two upper levels."""
    found = UnitState(unit_id, tree)
    found.nodes[""] = Node("", "", AcceptanceLevel.UNIT)
    for division in tree.upper:
        place(found, division)
    return found


def place(found: UnitState, division: Division) -> Node:
    node = Node(division.code, division.name, level_of(division.code))
    found.nodes[division.code] = node
    return node


def placed(found: UnitState, code: str) -> Node:
    """Return the node of a code, a new one for an item not met yet; a code no catalogue knows keeps its number."""
    if code in found.nodes:
        return found.nodes[code]
    return place(found, found.tree.find(code) if code in found.tree else Division(code, code))


def count_lots(found: UnitState, code: str, state: str, count: int, treated_count: int) -> None:
    placed(found, code)
    for length in (0, 2, 4, 6):
        node = found.nodes.get(code[:length])
        if node is not None and (length < 6 or node.level is AcceptanceLevel.ITEM):
            add(node, State(state), count, treated_count)


def add(node: Node, state: State, count: int, treated_count: int) -> None:
    node.lots += count
    node.treated += treated_count
    node.passed += count if state is State.PASSED else 0
    node.failed += count if state in (State.FAILED, State.REFUSED) else 0
    node.signing += count if state is State.SIGNING else 0


def roll_up(found: UnitState) -> None:
    """Give every node its state from the bottom up: nobody passes over a child that has not."""
    for code in sorted(found.nodes, key=lambda code: (-len(code), code)):
        node = found.nodes[code]
        node.blockers = () if node.own is State.ABSENT else blockers_of(children_of(found, code), node.level)
        node.state = node.own
        if node.own is State.PASSED and node.blockers:
            node.state = State.OPEN  # something was planned or opened again below it
        elif node.own is State.ABSENT and node.lots:
            node.state = State.OPEN  # it is there after all


def children_of(found: UnitState, code: str) -> list[Child]:
    """Return what a parent sees below it: for an item its lots, as many as there are of each state."""
    node = found.nodes[code]
    if node.level is AcceptanceLevel.ITEM:
        return lots_as_children(found, node)
    return [
        Child(one.code, f"{one.code} {one.name}", one.state, link_to(found.unit_id, one.code), one.lots, one.level,
              one.treated > 0)
        for one in found.children(code)
        if one.level is not AcceptanceLevel.ITEM or one.lots or one.acceptance
    ]


def lots_as_children(found: UnitState, node: Node) -> list[Child]:
    waiting = node.lots - node.passed - node.failed - node.signing
    groups: Mapping[State, int] = {
        State.PASSED: node.passed, State.FAILED: node.failed, State.SIGNING: node.signing, State.OPEN: waiting,
    }
    link = link_to(found.unit_id, node.code)
    return [
        Child(node.code, _("{count} 个检验批", count=count), state, link, count) for state, count in groups.items() if count
    ]


def link_to(unit_id: UUID, code: str) -> str:
    return f"/units/{unit_id}/acceptance?at={code}" if code else f"/units/{unit_id}/acceptance"


def closed_codes(found: UnitState) -> dict[AcceptanceLevel, int]:
    """Count, by level, the nodes that are done with."""
    counts: dict[AcceptanceLevel, int] = defaultdict(int)
    for node in found.nodes.values():
        counts[node.level] += node.state in CLOSED
    return dict(counts)
