"""The list of what arrived on a site: filtered, sorted, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, Recall, RecallNotice
from registry.materials.offices import CLERKS, REPORTERS, project_for
from registry.materials.queries import posts_held
from registry.materials.rules import FAILURES, Hold, HoldKey, state_word
from registry.materials.standing import holds, kind_of
from registry.policy import Permission
from registry.projects.models import Project
from registry.standards import handbook as standards

SORTS: dict[str, ColumnElement[Any]] = {
    "arrived": Batch.arrived_on.expression, "product": Batch.product.expression, "number": Batch.number.expression,
    "quantity": Batch.quantity.expression, "producer": Batch.producer_name.expression,
}
LATEST = "-arrived"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which batches a list shows, in which order.

    flag     "key" for 关键建材, "green" for 绿色建材, "" for all
    state    "free", "held", "report", "failed", "removed" or "" for all
    sort     a name of `SORTS`, with "-" before it for last first
    """

    kind: str = ""
    producer: UUID | None = None
    supplier: UUID | None = None
    flag: str = ""
    state: str = ""
    word: str = ""
    sort: str = LATEST
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Row:
    batch: Batch
    kind: str
    holds: Sequence[Hold]

    @property
    def state(self) -> str:
        return state_word(self.holds)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a project's batches, what can be filtered by, and what the actor may do."""

    project: Project
    rows: Sequence[Row]
    total: int
    kinds: Sequence[tuple[str, str]]
    producers: Sequence[tuple[str, str]]
    suppliers: Sequence[tuple[str, str]]
    notices: Sequence[RecallNotice]         # recalls not answered yet
    posts: frozenset[str]                   # which the actor holds here today

    @property
    def may_receive(self) -> bool:
        return bool(self.posts & set(CLERKS))

    @property
    def may_report(self) -> bool:
        return bool(self.posts & set(REPORTERS))


def batches(uow: UnitOfWork, project_id: UUID, wanted: Wanted) -> Listed:
    """One page of the batches of a project."""
    project = project_for(uow, project_id, Permission.MATERIAL_READ)
    within, order = conditions(project_id, wanted), ordering(wanted.sort)
    if wanted.state:
        ids = uow.session.scalars(select(Batch.id).where(*within).order_by(*order)).all()
        standing = holds(uow.session, ids)
        chosen = [batch for batch in ids if in_state(standing[batch], wanted.state)]
        total, within = len(chosen), [Batch.id.in_(chosen[wanted.offset:wanted.offset + wanted.limit])]
        offset = 0
    else:
        total, offset = uow.session.scalar(select(func.count()).select_from(Batch).where(*within)) or 0, wanted.offset
    found = uow.session.scalars(
        select(Batch).where(*within).order_by(*order).offset(offset).limit(wanted.limit)
    ).all()
    standing = holds(uow.session, [batch.id for batch in found])
    rows = [Row(batch, kind_of(uow.session, batch.kinds_id, batch.kind).label, standing[batch.id]) for batch in found]
    return Listed(
        project, rows, total, kinds_here(uow, project), firms_here(uow, project_id, Batch.producer_id, Batch.producer_name),
        firms_here(uow, project_id, Batch.supplier_id, Batch.supplier_name), open_notices(uow, project_id),
        posts_held(uow, project_id),
    )


def ordering(sort: str) -> list[ColumnElement[Any]]:
    column = SORTS[sort.removeprefix("-")]
    return [column.desc() if sort.startswith("-") else column, Batch.id.expression]


def conditions(project_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    within: list[ColumnElement[bool]] = [Batch.project_id == project_id]
    if wanted.kind:
        within.append(Batch.kind == wanted.kind)
    if wanted.producer:
        within.append(Batch.producer_id == wanted.producer)
    if wanted.supplier:
        within.append(Batch.supplier_id == wanted.supplier)
    if wanted.flag:
        within.append((Batch.critical if wanted.flag == "key" else Batch.green).is_(True))
    if wanted.word:
        within.append(or_(
            Batch.number.startswith(wanted.word.upper(), autoescape=True), Batch.product.contains(wanted.word, autoescape=True),
        ))
    return within


def in_state(found: Sequence[Hold], state: str) -> bool:
    keys = {hold.key for hold in found}
    return {
        "failed": bool(keys & FAILURES), "removed": HoldKey.REMOVED in keys, "report": HoldKey.REPORT in keys,
        "held": bool(keys - {HoldKey.REMOVED}),
    }.get(state, not keys)


def kinds_here(uow: UnitOfWork, project: Project) -> list[tuple[str, str]]:
    known = {kind.key: kind.label for kind in standards.material_kinds(uow.session, project.region, uow.today).content}
    used = uow.session.scalars(select(Batch.kind).where(Batch.project_id == project.id).distinct().order_by(Batch.kind))
    return [(key, known.get(key, key)) for key in used]


def firms_here(
    uow: UnitOfWork, project_id: UUID, key: ColumnElement[UUID] | Any, name: ColumnElement[str] | Any
) -> list[tuple[str, str]]:
    """The firms that stand in one column of a project's batches, by name."""
    rows = uow.session.execute(
        select(key, func.max(name)).where(Batch.project_id == project_id).group_by(key).order_by(func.max(name), key)
    )
    return [(str(firm), said) for firm, said in rows]


def open_notices(uow: UnitOfWork, project_id: UUID) -> Sequence[RecallNotice]:
    return uow.session.scalars(
        select(RecallNotice).join(Recall).options(selectinload(RecallNotice.recall))
        .where(RecallNotice.project_id == project_id, RecallNotice.answered_at.is_(None), Recall.lifted_at.is_(None))
        .order_by(RecallNotice.sent_at, RecallNotice.id)
    ).all()
