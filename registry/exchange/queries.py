"""What an import asks of the registry, and what it would add to it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.exchange.consistency import Catalogue
from registry.exchange.planning import Held, Identity
from registry.exchange.rows import ProjectRoster
from registry.kernel.actor import Actor
from registry.kernel.uow import UnitOfWork
from registry.parties.entering import IDENTITY_COLUMN, organisations_by_code, people_by_key
from registry.parties.models import Person
from registry.policy import Permission, Scope
from registry.projects.models import Participation, Project
from registry.standards import handbook

WHOLE = (
    selectinload(Project.units),
    selectinload(Project.participations).options(
        selectinload(Participation.organisation), selectinload(Participation.units),
        selectinload(Participation.terms),
    ),
)


def catalogue(uow: UnitOfWork, region: str) -> Catalogue:
    """Return the roles and posts of a region. The law is open to everyone who may import."""
    return Catalogue(
        handbook.roles(uow.session, region, uow.today), handbook.posts(uow.session, region, uow.today)
    )


def held(uow: UnitOfWork, rosters: Sequence[ProjectRoster]) -> Held:
    """Return what the registry holds of all that `rosters` name. Asks no authority: `require_import` does."""
    numbers = [roster.project.number for roster in rosters]
    projects = uow.session.scalars(
        select(Project).where(Project.number.in_(numbers)).options(*WHOLE).order_by(Project.number)
    )
    codes = {firm.row.uscc for roster in rosters for firm in roster.firms}
    return Held(
        {project.number: project for project in projects},
        organisations_by_code(uow, codes),
        people(uow, rosters),
    )


def people(uow: UnitOfWork, rosters: Sequence[ProjectRoster]) -> dict[Identity, Person]:
    """Return the registered people among the leaders of some rosters, found by blind index."""
    leaders = (leader for roster in rosters for firm in roster.firms for leader in firm.leaders)
    identities = {(leader.identity_kind, leader.identity_number) for leader in leaders}
    keys = {
        (kind, uow.tools.vault.index(IDENTITY_COLUMN, number)): (kind, number) for kind, number in identities
    }
    return {keys[key]: person for key, person in people_by_key(uow, keys).items()} if keys else {}


def scope_of(actor: Actor, roster: ProjectRoster, known: Held) -> Scope:
    """Return the facts that the authority to import a project turns on.

    A project in the registry is judged by what the registry holds of it, a new one by what the roster says.
    Where several owners build together, each may act as the owner.
    """
    project = known.projects.get(roster.project.number)
    if project is not None:
        return project.scope
    firms = [
        (firm.row.role, known.organisations[firm.row.uscc].id)
        for firm in roster.firms if firm.row.uscc in known.organisations
    ]
    owners = [organisation for role, organisation in firms if role == "owner"]
    owner = actor.organisation if actor.organisation in owners else next(iter(owners), None)
    return Scope(roster.project.region, frozenset(organisation for _role, organisation in firms), owner=owner)


def require_import(uow: UnitOfWork, roster: ProjectRoster, known: Held) -> None:
    policy.require(uow.actor, Permission.ROSTER_IMPORT, scope_of(uow.actor, roster, known))
