"""What an import asks of the registry, and what it would add to it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable
from registry.exchange.consistency import Catalogue
from registry.exchange.export import tables_of
from registry.exchange.models import RosterFile
from registry.exchange.planning import Held, Identity
from registry.exchange.rows import ProjectRoster
from registry.exchange.template import MEDIA_TYPE, filled, template
from registry.kernel.actor import Actor
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.entering import IDENTITY_COLUMN, organisations_by_code, people_by_key
from registry.parties.models import Person
from registry.policy import Permission, Scope
from registry.projects.models import Participation, Project, Term
from registry.standards import handbook
from registry.standards.rules import NATION

WHOLE = (
    selectinload(Project.units),
    selectinload(Project.participations).options(
        selectinload(Participation.organisation), selectinload(Participation.terms),
    ),
)
TERMS_WITH_PEOPLE = (
    selectinload(Project.participations).selectinload(Participation.terms).selectinload(Term.person)
)


def own_scope(actor: Actor) -> Scope:
    """Return what one must be allowed to import to send rosters at all: the own region or buildings."""
    return Scope(actor.region, owner=actor.organisation)


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
        uow.today,
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


def require_sending(uow: UnitOfWork) -> None:
    """Raise Forbidden unless it is the actor's office to send rosters at all: that there are some is no secret."""
    if not policy.allows(uow.actor, Permission.ROSTER_IMPORT, own_scope(uow.actor)):
        raise Forbidden(
            _("您的账户没有导入花名册的权限。"), remedy=_("花名册由质量监督机构或建设单位的经办人导入。"),
        )


def require_import(uow: UnitOfWork, roster: ProjectRoster, known: Held) -> None:
    policy.require(uow.actor, Permission.ROSTER_IMPORT, scope_of(uow.actor, roster, known))


def template_workbook(uow: UnitOfWork) -> Readable:
    """Return the empty roster, with the roles and posts of the actor's region to choose from."""
    require_sending(uow)
    return readable(_("花名册模板"), template(catalogue(uow, uow.actor.region or NATION)))


def sent_rosters(uow: UnitOfWork) -> Sequence[RosterFile]:
    """Return the rosters that the actor's own account has sent, latest first."""
    require_sending(uow)
    return uow.session.scalars(
        select(RosterFile).where(RosterFile.account_id == uow.actor.account)
        .order_by(RosterFile.created_at.desc(), RosterFile.id).limit(20)
    ).all()


def sent_roster(uow: UnitOfWork, roster_id: UUID, *, lock: bool = False) -> RosterFile:
    """Return a roster that the actor's own account has sent. Another's is not found."""
    require_sending(uow)
    roster = uow.get(RosterFile, roster_id, lock=lock)
    if roster.account_id != uow.actor.account:
        raise NotFound(_("没有找到所要的记录。"))
    return roster


def project_workbook(uow: UnitOfWork, project_id: UUID) -> Readable:
    """Return a project as a roster. Identity numbers and phones are masked: a file goes from hand to hand."""
    project = uow.get(Project, project_id, *WHOLE, TERMS_WITH_PEOPLE)
    policy.require(uow.actor, Permission.PROJECT_READ, project.scope)
    content = filled(tables_of(project, catalogue(uow, project.region)))
    return readable(_("花名册-{number}", number=project.number), content)


def readable(title: str, content: bytes) -> Readable:
    """Return a workbook ready to be sent under a title."""

    def opened(start: int, length: int | None) -> AbstractContextManager[BinaryIO]:
        return closing(BytesIO(content[start:None if length is None else start + length]))

    return Readable(f"{title}.xlsx", MEDIA_TYPE, len(content), sha256(content).hexdigest(), opened)
