"""What a person has put his name to on sites: his marks and his signatures of acceptance, by the post he held.

It is his own whoever employs him now; the pages of the records open while his present firm is a party to the project.
Source: 建质〔2014〕124号 第三条; 质量强国建设纲要专栏3 施工过程质量责任标识制度.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from registry import policy
from registry.acceptance.models import ConcealedWork, LotResult, NodeAcceptance, Signature
from registry.kernel.text import later
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Term, UnitProject
from registry.standards import handbook as standards
from registry.works.models import Lot, Mark

MOST = 100
MARKS = "marks"
PARTS: Mapping[str, tuple[LazyProxy, InstrumentedAttribute[Any]]] = {
    "doer": (later("责任标识：施作"), Mark.doer_term_id), "checker": (later("责任标识：检查"), Mark.checker_term_id),
    "accepter": (later("责任标识：验收"), Mark.accepter_term_id),
}
LINKS = {MARKS: "/marks/{}", "lots": "/lots/{}/acceptance", "acceptances": "/acceptances/{}", "concealed": "/concealed/{}"}


@dataclass(frozen=True, slots=True)
class Count:
    """How much somebody signed in one term."""

    marks: int
    acceptances: int

    @property
    def all(self) -> int:
        return self.marks + self.acceptances


NOTHING_SIGNED = Count(0, 0)


@dataclass(frozen=True, slots=True)
class Held:
    """A term on a site, what its post was called, and how much was signed in it."""

    term: Term
    post: str
    count: Count


@dataclass(frozen=True, slots=True)
class Line:
    """One mark or signature. `link` is "" for a project the actor's firm has no part in any more."""

    term: Term
    on: date
    what: str
    capacity: str
    unit: str
    link: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The terms on sites, and the latest of what was signed in all terms or in one."""

    held: Sequence[Held]
    lines: Sequence[Line]
    only: Term | None
    total: int


def own_terms(uow: UnitOfWork) -> Sequence[Term]:
    """Every term the actor ever held, on sites and as a leader, the latest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    if uow.actor.person is None:
        return []
    return uow.session.scalars(
        select(Term).options(*TERM_IN_FULL).where(Term.person_id == uow.actor.person, Term.corrected_by_id.is_(None))
        .order_by(Term.since.desc(), Term.id)
    ).all()


def signed(uow: UnitOfWork, terms: Sequence[Term], counts: Mapping[UUID, Count], only: UUID | None) -> Signed:
    """What the actor signed, the latest first. only: one of his terms; another's is passed over."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    mine = {term.id: term for term in terms if term.person_id == uow.actor.person}
    chosen = mine.get(only) if only else None
    asked = [chosen.id] if chosen else list(mine)
    every = everything(asked).subquery()
    rows = uow.session.execute(select(every).order_by(every.c.on.desc(), every.c.record).limit(MOST)).all()
    return Signed(
        [Held(term, post_of(uow, term), counts.get(term.id, NOTHING_SIGNED)) for term in mine.values() if not term.leads],
        [line(uow, mine[row.term], row) for row in rows], chosen,
        sum(counts[term].all for term in asked if term in counts),
    )


def post_of(uow: UnitOfWork, term: Term) -> str:
    return standards.post_held(uow.session, term.post, term.participation.project.region, term.since, uow.today).label


def counts_of(uow: UnitOfWork, terms: Sequence[Term]) -> dict[UUID, Count]:
    """How much was signed in each term. One SELECT."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    every = everything([term.id for term in terms]).subquery()
    is_mark = every.c.place == MARKS
    rows = uow.session.execute(
        select(every.c.term, func.count().filter(is_mark), func.count().filter(~is_mark)).group_by(every.c.term)
        .order_by(every.c.term)
    )
    return {term: Count(marks, acceptances) for term, marks, acceptances in rows}


def everything(terms: Sequence[UUID]) -> CompoundSelect[Any]:
    """Every mark and signature of some terms: (term, on, capacity, place, record, what, unit); place: a key of `LINKS`."""
    lot = Lot.number + " " + Lot.place
    return union_all(
        *(
            entry(held, Mark.done_on, literal(part), MARKS, Mark.id, lot)
            .join(Lot, Lot.id == Mark.lot_id).join(UnitProject, UnitProject.id == Lot.unit_project_id)
            .where(held.in_(terms), Mark.superseded_at.is_(None))
            for part, (_label, held) in PARTS.items()
        ),
        signature("lots", Lot.id, lot).join(LotResult, LotResult.id == Signature.result_id)
        .join(Lot, Lot.id == LotResult.lot_id).where(Signature.term_id.in_(terms)),
        signature("acceptances", NodeAcceptance.id, NodeAcceptance.code + " " + NodeAcceptance.name)
        .join(NodeAcceptance, NodeAcceptance.id == Signature.acceptance_id).where(Signature.term_id.in_(terms)),
        signature("concealed", ConcealedWork.id, ConcealedWork.place)
        .join(ConcealedWork, ConcealedWork.id == Signature.work_id).where(Signature.term_id.in_(terms)),
    )


def signature(place: str, record: Any, what: Any) -> Select[Any]:
    return entry(Signature.term_id, Signature.signed_on, Signature.label, place, record, what).join(
        UnitProject, UnitProject.id == Signature.unit_project_id)


def entry(held: Any, on: Any, capacity: Any, place: str, record: Any, what: Any) -> Select[Any]:
    return select(
        held.label("term"), on.label("on"), capacity.label("capacity"), literal(place).label("place"),
        record.label("record"), what.label("what"), UnitProject.name.label("unit"),
    ).select_from(held.class_)


def line(uow: UnitOfWork, term: Term, row: Any) -> Line:
    here = policy.allows(uow.actor, Permission.WORK_READ, term.participation.project.scope)
    capacity = str(PARTS[row.capacity][0]) if row.place == MARKS else row.capacity
    return Line(term, row.on, row.what, capacity, row.unit, LINKS[row.place].format(row.record) if here else "")
