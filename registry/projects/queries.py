"""What can be asked about projects. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import defer, joinedload, load_only, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from registry import policy
from registry.kernel.errors import Forbidden
from registry.kernel.finding import found_by
from registry.kernel.search import wanted
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission, Scope
from registry.projects.models import (
    PROJECT_PARTIES,
    TERM_IN_FULL,
    Part,
    Participation,
    Project,
    Term,
    UnitProject,
)
from registry.projects.rules import Gap, Span, gaps
from registry.standards import handbook as standards
from registry.standards.divisions import Division
from registry.standards.posts import Demand, Post
from registry.standards.rules import NATION

WHOLE = (
    selectinload(Project.units),
    selectinload(Project.participations).options(
        selectinload(Participation.organisation),
        selectinload(Participation.units),
        selectinload(Participation.terms).selectinload(Term.person),
    ),
)

NEWEST_FIRST = (Project.created_at.desc(), Project.number)
WITH_UNITS = (
    defer(Project.grams, raiseload=True), defer(Project.longitude, raiseload=True), defer(Project.latitude, raiseload=True),
    joinedload(Project.units),
)
FIRMS = (
    select(Participation)
    .where(Participation.project_id == bindparam("project"))
    .options(
        load_only(
            Participation.organisation_id, Participation.organisation_name, Participation.role, Participation.unit_numbers,
            Participation.since, Participation.until, Participation.created_at, raiseload=True,
        ),
        joinedload(Participation.terms).load_only(
            Term.person_id, Term.person_name, Term.post, Term.since, Term.until, Term.corrected_by_id, Term.created_at,
            raiseload=True,
        ),
    )
    .order_by(Participation.role, Participation.since, Participation.id)
)

PARTICIPATION_IN_FULL = (
    selectinload(Participation.terms), selectinload(Participation.units),
    selectinload(Participation.project).options(PROJECT_PARTIES),
)


def project(uow: UnitOfWork, project_id: UUID) -> Project:
    """A project with its units, firms and every term there ever was."""
    found = uow.get(Project, project_id, *WHOLE)
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    return found


def register(uow: UnitOfWork, project_id: UUID) -> Project:
    """A project with its units, firms and leaders' terms, and nothing personal: what a page lists. Two SELECTs."""
    found = uow.get(Project, project_id, *WITH_UNITS)
    firms = uow.session.scalars(FIRMS, {"project": project_id}).unique().all()
    set_committed_value(found, "participations", firms)  # selectinload would cost more than both SELECTs
    for its in found.units:
        set_committed_value(its, "project", found)
    for firm in firms:
        set_committed_value(firm, "units", [unit for unit in found.units if unit.number in firm.unit_numbers])
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    return found


def project_by_number(uow: UnitOfWork, number: str) -> Project:
    found = uow.session.scalar(select(Project.id).where(Project.number == number))
    return project(uow, found or UUID(int=0))


def unit(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    found = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    return found


def unit_to_edit(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    found = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PROJECT_EDIT, found.scope)
    return found


def term(uow: UnitOfWork, term_id: UUID) -> Term:
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    return found


def term_to_correct(uow: UnitOfWork, term_id: UUID) -> Term:
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of projects. `near`: none has all of what was typed, and these come nearest."""

    projects: Sequence[Project]
    total: int
    near: bool = False


def projects(uow: UnitOfWork, words: str, offset: int, limit: int) -> Listed:
    """The projects in reach, newest first; `words` narrows by name, address or number, a slip of the pen still finds."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    mine = select(Project).where(Project.within(policy.reach(uow.actor)))
    grams = wanted(words)
    exact = mine.where(Project.grams.contains(grams)) if grams else mine
    total = uow.session.scalar(select(func.count()).select_from(exact.subquery())) or 0
    if grams and not total:
        nearest = found_by(uow.session, mine.order_by(*NEWEST_FIRST), Project.grams, words, limit)
        return Listed(nearest, len(nearest), near=True)
    return Listed(uow.session.scalars(exact.order_by(*NEWEST_FIRST).offset(offset).limit(limit)).all(), total)


def project_to_edit(uow: UnitOfWork, project_id: UUID) -> Project:
    found = uow.get(Project, project_id, *WHOLE)
    policy.require(uow.actor, Permission.PROJECT_EDIT, found.scope)
    return found


def firm_to_appoint_for(uow: UnitOfWork, participation_id: UUID) -> Participation:
    """The part a firm takes in a project, for those who fill its posts."""
    found = uow.get(Participation, participation_id, *PARTICIPATION_IN_FULL)
    whole = found.project.scope
    policy.require(uow.actor, Permission.TERM_CHANGE, Scope(
        whole.region, whole.organisations, organisation=found.organisation_id, owner=whole.owner,
    ))
    return found


def firm_to_see_out(uow: UnitOfWork, participation_id: UUID) -> Participation:
    """The part a firm takes in a project, for those who enter that it leaves."""
    found = uow.get(Participation, participation_id, *PARTICIPATION_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, found.project.scope)
    return found


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms offer: (key, label) pairs from the standards in force."""

    categories: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    principal_roles: list[str]
    role_names: dict[str, str]
    post_names: dict[str, str]      # by role: what its leader is called


def choices(uow: UnitOfWork) -> Choices:
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    region = uow.actor.region or NATION
    roles = standards.roles(uow.session, region, uow.today)
    posts = standards.posts(uow.session, region, uow.today)
    return Choices(
        [(entry.label, entry.label) for entry in standards.project_categories(uow.session, uow.today)],
        [(role.key, role.label) for role in roles],
        [role.key for role in roles if role.principal],
        {role.key: role.label for role in roles},
        {post.role: post.label for post in reversed(posts)},
    )


def choices_to_register(uow: UnitOfWork) -> Choices:
    """The same, for those whose office it is to register projects at all. Raises Forbidden to the others."""
    if not policy.holds_anywhere(uow.actor, Permission.PROJECT_CREATE):
        raise Forbidden(
            _("您的账户没有登记项目的权限。"), remedy=_("项目由工程所在地的质量监督机构或建设单位的经办人登记。"),
        )
    return choices(uow)


def posts_of(uow: UnitOfWork, firm: Participation) -> list[tuple[str, str]]:
    """The posts a firm may fill in its role."""
    policy.require(uow.actor, Permission.PROJECT_READ, firm.project.scope)
    posts = standards.posts(uow.session, firm.project.region, uow.today)
    return [(post.key, post.label) for post in posts if post.role == firm.role]


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A stretch of days on which a post of a participating firm was held by nobody."""

    participation: Participation
    post: Post
    gap: Gap


def vacancies(uow: UnitOfWork, project_id: UUID) -> list[Vacancy]:
    """Every gap in office of the posts that must be held, from each firm's coming to its leaving or completion."""
    whole = project(uow, project_id)
    return vacancies_of(uow, whole)


def vacancies_of(uow: UnitOfWork, whole: Project) -> list[Vacancy]:
    """The same for a project in hand; needs its units, firms and terms loaded."""
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    found = []
    posts = [post for post in standards.posts(uow.session, whole.region, uow.today) if post.demand is not Demand.NEVER]
    completed_on = whole.completed_on
    for firm in whole.participations:
        for post in posts:
            if post.role == firm.role and firm.since <= uow.today:
                spans = [
                    Span(term.since, term.until)
                    for term in firm.terms
                    if term.post == post.key and term.corrected_by_id is None
                ]
                last_day = earliest(firm.until, completed_on)
                found += [Vacancy(firm, post, gap) for gap in gaps(spans, firm.since, last_day)]
    return found


def earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a unit project's tree: a division of the catalogue, or a part of the unit's own."""

    code: str
    name: str
    kind: str                 # division | subdivision | item | storey | axis | room
    below: str                # code of the node above, "" at the top
    own: bool


def tree(uow: UnitOfWork, unit_id: UUID, below: str = "") -> list[Node]:
    """The nodes directly below a code of a unit project's part tree ("" is the top), in the order of their codes."""
    found = unit(uow, unit_id)
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    catalogue = [as_node(d) for d in standards.divisions(uow.session, uow.today) if d.parent_code == below]
    own = own_nodes(uow, unit_id)
    return catalogue + [node for node in own if node.below == below]


def own_nodes(uow: UnitOfWork, unit_id: UUID) -> list[Node]:
    rows = uow.session.scalars(select(Part).where(Part.unit_project_id == unit_id).order_by(Part.code)).all()
    codes = {row.id: row.code for row in rows}
    return [
        Node(row.code, row.name, row.kind, codes[row.parent_id] if row.parent_id else row.below_code, own=True)
        for row in rows
    ]


def as_node(division: Division) -> Node:
    return Node(division.code, division.name, division.level.value, division.parent_code, own=False)


def path(uow: UnitOfWork, unit_id: UUID, code: str) -> list[Node]:
    """The nodes from the top of the tree down to `code`; empty when there is no such place."""
    found = unit(uow, unit_id)
    policy.require(uow.actor, Permission.PROJECT_READ, found.scope)
    nodes = {d.code: as_node(d) for d in standards.divisions(uow.session, uow.today)}
    nodes |= {node.code: node for node in own_nodes(uow, unit_id)}
    steps: list[Node] = []
    while code and code in nodes and len(steps) < 20:
        steps.insert(0, nodes[code])
        code = nodes[code].below
    return steps
