"""Who came and who went, as the public may know it: names, posts, firms and days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.pledges.models import ChangeOfLeader
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term
from registry.standards import handbook as standards

Held = dict[UUID, tuple[Participation, Term]]


@dataclass(frozen=True, slots=True)
class Change:
    """A leader who came (`incoming`), went (`outgoing`), or handed over to another (both)."""

    on: date
    post: str
    organisation: str
    outgoing: str
    incoming: str


def changes_of(uow: UnitOfWork, project: Project, unit_id: UUID) -> list[Change]:
    """What became of the leaders of one unit project after the first, the latest first.

    Only a recorded hand-over is told as one: two people may share a post, and one may have left long before
    the next came. `project` is loaded whole.
    """
    policy.require(uow.actor, Permission.PROJECT_READ, project.scope)
    held: Held = {
        term.id: (firm, term) for firm in project.participations
        if not firm.units or unit_id in {unit.id for unit in firm.units} for term in firm.terms
    }
    predecessors = hand_overs(uow, held)
    found = [
        Change(on, standards.post_held(uow.session, term.post, project.region, term.since, uow.today).short,
               firm.organisation_name, outgoing, incoming)
        for firm, term, on, outgoing, incoming in moves(held, predecessors)
    ]
    return sorted(found, key=lambda change: (-change.on.toordinal(), change.organisation, change.post, change.incoming))


def hand_overs(uow: UnitOfWork, held: Held) -> dict[UUID, UUID]:
    """The recorded hand-overs among these terms: the incoming one's, and whose place he took."""
    rows = uow.session.scalars(
        select(ChangeOfLeader)
        .where(or_(ChangeOfLeader.incoming_term_id.in_(held), ChangeOfLeader.outgoing_term_id.in_(held)))
        .order_by(ChangeOfLeader.effective_on, ChangeOfLeader.id)
    )
    return {standing(held, row.incoming_term_id): standing(held, row.outgoing_term_id) for row in rows}


def standing(held: Held, term_id: UUID) -> UUID:
    """The term that stands in place of one that was corrected."""
    for _step in held:
        corrected_by = held[term_id][1].corrected_by_id
        if corrected_by is None:
            break
        term_id = corrected_by
    return term_id


def moves(held: Held, predecessors: dict[UUID, UUID]) -> Iterator[tuple[Participation, Term, date, str, str]]:
    """Yield every coming and going: firm, term, day, who went, who came."""
    terms = [(firm, term) for firm, term in held.values() if term.corrected_by_id is None]
    begun: dict[str, date] = {}
    for firm, term in terms:
        begun[firm.role] = min(term.since, begun.get(firm.role, term.since))
    gone = set(predecessors.values())
    for firm, term in terms:
        if term.id in predecessors:
            yield firm, term, term.since, held[predecessors[term.id]][1].person_name, term.person_name
        elif term.since > begun[firm.role]:
            yield firm, term, term.since, "", term.person_name
        if term.until is not None and term.id not in gone:
            yield firm, term, term.until, term.person_name, ""
