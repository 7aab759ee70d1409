"""Who may put what on record: the firm whose work it is, by its filer or by who leads it today."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import policy
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission, Scope
from registry.projects.models import Participation, Project, Term, UnitProject


class WrongFirm(Invalid):
    code = "design.wrong-firm"


def leaders_on(session: Session, firms: Collection[UUID], day: date) -> dict[UUID, Term]:
    """Return who led each firm's part in the project on a day, the latest to come; a firm without one is left out."""
    rows = session.scalars(
        select(Term)
        .where(
            Term.participation_id.in_(firms), Term.leads, Term.corrected_by_id.is_(None), Term.since <= day,
            or_(Term.until.is_(None), Term.until >= day),
        )
        .order_by(Term.since, Term.id)
    )
    return {term.participation_id: term for term in rows}


def firm_named(project: Project, participation_id: UUID) -> Participation:
    """Return a firm of the project. Needs `participations` loaded; raises WrongFirm for another's."""
    for firm in project.participations:
        if firm.id == participation_id:
            return firm
    raise WrongFirm(_("所选单位不是本工程的参建单位。"), field="participation")


def owning_firm(project: Project) -> Participation:
    """Return the owner's part in the project; every project has one."""
    return next(firm for firm in project.participations if firm.role == "owner")


def scope_of(project: Project, firm: Participation, leader: Term | None) -> Scope:
    """The scope of what is one firm's own act: its filers', and its leader's of today."""
    whole = project.scope
    return Scope(
        whole.region, whole.organisations, person=leader.person_id if leader else None, organisation=firm.organisation_id,
    )


def require_recording(uow: UnitOfWork, project: Project, firm: Participation) -> None:
    """Raise Forbidden unless the actor acts for that firm, NotFound for whoever is nothing to the project."""
    leader = leaders_on(uow.session, [firm.id], uow.today).get(firm.id)
    policy.require(uow.actor, Permission.DESIGN_RECORD, scope_of(project, firm, leader))


def own_firms(uow: UnitOfWork, project: Project, roles: Collection[str] = ()) -> list[Participation]:
    """Return the firms of the project the actor may record for, in those roles (none: in any)."""
    here = [
        firm for firm in project.participations
        if (not roles or firm.role in roles) and (firm.until is None or firm.until >= uow.today)
    ]
    leaders = leaders_on(uow.session, [firm.id for firm in here], uow.today)
    return [
        firm for firm in here
        if policy.allows(uow.actor, Permission.DESIGN_RECORD, scope_of(project, firm, leaders.get(firm.id)))
    ]


def refuse_absent(firm: Participation, day: date, field: str) -> None:
    """Raise WrongFirm when the firm took no part in the project on a day."""
    if day < firm.since or (firm.until is not None and day > firm.until):
        raise WrongFirm(
            _("{firm}在 {day} 不是本工程的参建单位。", firm=firm.organisation_name, day=day),
            field=field, remedy=_("请核对日期；参建起止登记有误的，请先更正。"),
        )


def unit_named(project: Project, unit_id: UUID | None) -> UnitProject | None:
    """Return a unit project of the project, None for all of them. Needs `units` loaded."""
    if unit_id is None:
        return None
    for unit in project.units:
        if unit.id == unit_id:
            return unit
    raise Invalid(_("所选单位工程不属于本工程。"), field="unit")
