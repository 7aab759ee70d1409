"""What waits for a signature, and what is appointed: the two lists people open in the morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from registry import policy
from registry.acceptance.models import ConcealedWork, LotResult, NodeAcceptance, Signature
from registry.acceptance.rules import next_duties
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel, AcceptanceRole, role_for
from registry.works.models import Lot

PAGE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody's signature."""

    label: str
    link: str
    unit: str
    project: str
    since: datetime


def waiting_for_me(uow: UnitOfWork, project_id: UUID | None = None) -> tuple[Waiting, ...]:
    """What waits for a signature of the actor, oldest first: lots, work about to be covered, nodes.

    A lot waits for whoever holds a duty that is still open, and for the deciding one when the others have signed.
    """
    policy.open_to_all(uow.actor)
    if uow.actor.person is None:
        return ()
    return tuple(sorted(
        (*lots_waiting(uow, project_id), *nodes_waiting(uow, project_id), *concealed_waiting(uow, project_id)),
        key=lambda one: one.since,
    ))


def own_terms(uow: UnitOfWork, project_id: UUID | None) -> Sequence[Any]:
    """(project, units, post) of the offices the actor holds today."""
    asked = (
        select(Participation.project_id, Participation.unit_numbers, Term.post)
        .join(Participation, Participation.id == Term.participation_id)
        .where(
            Term.person_id == uow.actor.person, Term.corrected_by_id.is_(None), Term.since <= uow.today,
            or_(Term.until.is_(None), Term.until >= uow.today),
        ).order_by(Term.since, Term.id)
    )
    return uow.session.execute(asked.where(Participation.project_id == project_id) if project_id else asked).all()


def holds(terms: Sequence[Any], project: UUID, number: str, posts: Sequence[str]) -> bool:
    return any(
        where == project and post in posts and (not units or number in units) for where, units, post in terms
    )


SIGNED_DUTIES = func.coalesce(func.array_agg(Signature.duty).filter(Signature.duty.is_not(None)), [])


def lots_waiting(uow: UnitOfWork, project_id: UUID | None) -> list[Waiting]:
    terms = own_terms(uow, project_id)
    projects = {one[0] for one in terms}
    rows = uow.session.execute(
        select(
            Lot.id, Lot.number, Lot.name, Lot.item_code, UnitProject.name, UnitProject.number, Project.id, Project.name,
            LotResult.entered_at, LotResult.roles_edition_id, SIGNED_DUTIES.label("signed"),
        )
        .join(LotResult, (LotResult.lot_id == Lot.id) & LotResult.superseded_at.is_(None))
        .join(UnitProject, UnitProject.id == Lot.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .outerjoin(Signature, Signature.result_id == LotResult.id)
        .where(Project.id.in_(projects), LotResult.conforms, Lot.withdrawn_at.is_(None))
        .group_by(Lot.id, UnitProject.id, Project.id, LotResult.id)
        .having(~func.coalesce(func.bool_or(Signature.decides), False))
        .order_by(LotResult.entered_at, Lot.id).limit(PAGE * 5)
    ).all() if projects else ()
    found = []
    for lot, number, name, item, unit, unit_number, project, project_name, at, edition, signed in rows:
        role = role_at(uow, edition, AcceptanceLevel.LOT, item)
        if awaited(role, signed, terms, project, unit_number):
            found.append(Waiting(f"{number} {name}", f"/lots/{lot}/acceptance", unit, project_name, at))
    return found


def nodes_waiting(uow: UnitOfWork, project_id: UUID | None) -> list[Waiting]:
    terms = own_terms(uow, project_id)
    projects = {one[0] for one in terms}
    rows = uow.session.execute(
        select(
            NodeAcceptance.id, NodeAcceptance.name, NodeAcceptance.level, NodeAcceptance.code, UnitProject.name,
            UnitProject.number, Project.id, Project.name, NodeAcceptance.opened_at, NodeAcceptance.roles_edition_id,
            SIGNED_DUTIES.label("signed"),
        )
        .join(UnitProject, UnitProject.id == NodeAcceptance.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .outerjoin(Signature, Signature.acceptance_id == NodeAcceptance.id)
        .where(Project.id.in_(projects), NodeAcceptance.fallen_at.is_(None))
        .group_by(NodeAcceptance.id, UnitProject.id, Project.id)
        .having(~func.coalesce(func.bool_or(Signature.decides), False))
        .order_by(NodeAcceptance.opened_at, NodeAcceptance.id)
    ).all() if projects else ()
    return [
        Waiting(f"{code} {name}".strip(), f"/acceptances/{one}", unit, project_name, at)
        for one, name, level, code, unit, number, project, project_name, at, edition, signed in rows
        if awaited(role_at(uow, edition, level, code), signed, terms, project, number)
    ]


def concealed_waiting(uow: UnitOfWork, project_id: UUID | None) -> list[Waiting]:
    terms = own_terms(uow, project_id)
    projects = {one[0] for one in terms}
    rows = uow.session.execute(
        select(
            ConcealedWork.id, ConcealedWork.place, ConcealedWork.item_code, UnitProject.name, UnitProject.number, Project.id,
            Project.name, ConcealedWork.entered_at, ConcealedWork.roles_edition_id, SIGNED_DUTIES.label("signed"),
        )
        .join(UnitProject, UnitProject.id == ConcealedWork.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .outerjoin(Signature, Signature.work_id == ConcealedWork.id)
        .where(Project.id.in_(projects))
        .group_by(ConcealedWork.id, UnitProject.id, Project.id)
        .having(~func.coalesce(func.bool_or(Signature.decides), False))
        .order_by(ConcealedWork.entered_at, ConcealedWork.id)
    ).all() if projects else ()
    return [
        Waiting(_("隐蔽：{place}", place=place), f"/concealed/{one}", unit, project_name, at)
        for one, place, code, unit, number, project, project_name, at, edition, signed in rows
        if awaited(role_at(uow, edition, AcceptanceLevel.CONCEALED, code), signed, terms, project, number)
    ]


def awaited(role: AcceptanceRole, signed: Sequence[str], terms: Sequence[Any], project: UUID, number: str) -> bool:
    turn = next_duties([duty.key for duty in role.signing], signed)
    posts = [post for duty in role.signing if duty.key in turn for post in duty.posts]
    return holds(terms, project, number, posts)


def role_at(uow: UnitOfWork, edition: UUID, level: AcceptanceLevel, code: str) -> AcceptanceRole:
    roles = standards.content_of(uow.session, kinds.ACCEPTANCE_ROLES, edition)
    return role_for(roles, level, code)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One appointment: an acceptance from the division up, or work about to be covered."""

    at: datetime
    label: str
    project: str
    unit: str
    link: str


def meetings(uow: UnitOfWork) -> tuple[Meeting, ...]:
    """What is appointed from today on, within the actor's reach, the next first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    reach = Project.within(policy.reach(uow.actor))
    nodes = uow.session.execute(
        select(NodeAcceptance.meets_at, NodeAcceptance.name, Project.name, UnitProject.name, NodeAcceptance.id)
        .join(UnitProject, UnitProject.id == NodeAcceptance.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .where(NodeAcceptance.meets_at >= uow.at, NodeAcceptance.fallen_at.is_(None), reach)
        .order_by(NodeAcceptance.meets_at, NodeAcceptance.id).limit(PAGE)
    )
    covered = uow.session.execute(
        select(ConcealedWork.looked_at, ConcealedWork.place, Project.name, UnitProject.name, ConcealedWork.id)
        .join(UnitProject, UnitProject.id == ConcealedWork.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .where(ConcealedWork.looked_at >= uow.at, ConcealedWork.waived_at.is_(None), reach)
        .order_by(ConcealedWork.looked_at, ConcealedWork.id).limit(PAGE)
    )
    found = [
        Meeting(at, _("{name} 验收", name=name), project, unit, f"/acceptances/{one}")
        for at, name, project, unit, one in nodes if at is not None
    ]
    found += [Meeting(at, _("隐蔽：{place}", place=place), project, unit, f"/concealed/{one}")
              for at, place, project, unit, one in covered]
    return tuple(sorted(found, key=lambda one: one.at))
