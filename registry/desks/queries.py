"""What the desks show. Every answer has been through policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.desks.events import LATEST_EVENTS
from registry.desks.finding import Found, found_on_sites
from registry.desks.progress import Line, progress
from registry.desks.signed import NOTHING_SIGNED, Count, Signed, counts_of, own_terms, signed
from registry.desks.waiting import Group, waiting
from registry.desks.words import about
from registry.kernel.codes import is_code, normalised
from registry.kernel.errors import NotFound
from registry.kernel.finding import found_by
from registry.kernel.search import wanted
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.notices.models import Notice
from registry.notices.queries import news
from registry.parties.models import Organisation, Person
from registry.plaques.models import Plaque
from registry.plaques.queries import Waiting, waiting_reports
from registry.pledges.models import Pledge
from registry.pledges.queries import board_of, to_authorise, to_file, to_sign
from registry.pledges.rules import PairState
from registry.pledges.standing import NOTHING, Papers, life_end, papers_of
from registry.policy import Permission
from registry.projects.crew import OnSite, own_posts
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Project, Term, UnitProject
from registry.projects.queries import Vacancy, projects, register, vacancies_of
from registry.standards import handbook as standards


@dataclass(frozen=True, slots=True)
class Home:
    """What waits for the actor, in the order it should be done."""

    on_site: Sequence[OnSite]              # the posts held on sites today
    to_sign: Sequence[Term]
    to_authorise: Sequence[Term]
    to_file: Sequence[Pledge]
    groups: Sequence[Group]                # of the construction process
    reports: Sequence[Waiting]             # of wrong plaques, unanswered
    notices: Sequence[Notice]
    projects: Sequence[Project]
    total: int


def home(uow: UnitOfWork) -> Home:
    """The actor's desk: where he stands, what to sign, what to file, what was told, which projects."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    files = policy.holds_anywhere(uow.actor, Permission.PLEDGE_FILE)
    authorises = policy.holds_anywhere(uow.actor, Permission.AUTHORISATION_SIGN)
    listed = projects(uow, "", 0, 10)
    return Home(
        own_posts(uow), to_sign(uow), to_authorise(uow) if authorises else [], to_file(uow, limit=10) if files else [],
        waiting(uow), waiting_reports(uow, limit=5), waiting_notices(uow), listed.projects, listed.total,
    )


FRAME = select(
    select(Organisation.name).where(Organisation.id == bindparam("organisation")).scalar_subquery(),
    select(func.count()).where(
        Notice.person_id == bindparam("person"), Notice.opened_at.is_(None),
    ).scalar_subquery(),
)


def around(uow: UnitOfWork) -> tuple[str, int]:
    """What the frame of every page says: the firm the actor acts for, and his unread notices. One SELECT."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    asked = {"organisation": uow.actor.organisation, "person": uow.actor.person}
    name, unread = uow.rows(FRAME, asked).one()
    return name or "", unread


def waiting_notices(uow: UnitOfWork) -> Sequence[Notice]:
    """The latest five notices that are news; none for an account without a person behind it."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    return news(uow, 5) if uow.actor.person else []


class Happened(NamedTuple):
    """One line of what the ledger holds about a project."""

    at: datetime
    kind: str
    event: UUID
    about: str                             # the unit project, firm, person and thing it names; "" where it names none


@dataclass(frozen=True, slots=True)
class ProjectDesk:
    """A project on one page."""

    project: Project
    firms: Sequence[Participation]         # in the order of the law
    done: tuple[int, int]                  # pairs on file of the principal parties, and how many there must be
    states: dict[UUID, PairState | None]   # by term, of those in office
    vacancies: Sequence[Vacancy]
    plaques: dict[UUID, str]               # the code of the standing one of each unit project that has one
    role_names: dict[str, str]
    post_names: dict[UUID, str]            # by term: what the post was called when it was taken up
    progress: Mapping[str, Line]           # by the key of the page each line leads to
    events: Sequence[Happened]             # the latest first


STANDING_PLAQUES = (
    select(Plaque.unit_project_id, Plaque.code).join(UnitProject)
    .where(UnitProject.project_id == bindparam("project"), Plaque.superseded_at.is_(None))
    .order_by(Plaque.issued_at)
)


def project_desk(uow: UnitOfWork, project_id: UUID) -> ProjectDesk:
    """Everything about one project that its page shows."""
    whole = register(uow, project_id)
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    roles = standards.roles(uow.session, whole.region, uow.today)
    standing = {unit: code for unit, code in uow.rows(STANDING_PLAQUES, {"project": project_id})}  # noqa: C416 — rows
    order = [role.key for role in roles]
    board = board_of(uow, whole)
    whole_firms = sorted(whole.participations, key=lambda firm: (place_in(order, firm.role), firm.since, firm.created_at))
    return ProjectDesk(
        whole, whole_firms, board.done, {place.term.id: place.seat.state for place in board.places if place.term},
        vacancies_of(uow, whole), standing,
        {role.key: role.label for role in roles}, {
            term.id: standards.post_held(uow.session, term.post, whole.region, term.since, uow.today).label
            for firm in whole.participations for term in firm.terms
        },
        progress(uow, whole), events_of(uow, whole),
    )


@dataclass(frozen=True, slots=True)
class Served:
    """An old project, as one meets it who held a post there and whose firm of today has no part in it: his own terms."""

    project: Project
    terms: Sequence[tuple[Term, str]]      # each with what the post was called


def project_page(uow: UnitOfWork, project_id: UUID) -> ProjectDesk | Served:
    """A project on one page; for who served there and moved on, his own part of it and nothing else.

    Raises NotFound for whoever has nothing to do with it.
    """
    try:
        return project_desk(uow, project_id)
    except NotFound:
        return served(uow, project_id)


def served(uow: UnitOfWork, project_id: UUID) -> Served:
    """The actor's own terms on a project. Raises NotFound where he held none. Source: 建质〔2014〕124号 第三条."""
    terms = uow.session.scalars(
        select(Term).join(Participation, Participation.id == Term.participation_id).options(*TERM_IN_FULL)
        .where(
            Participation.project_id == project_id, Term.person_id == uow.actor.person, Term.corrected_by_id.is_(None),
        ).order_by(Term.since.desc(), Term.id)
    ).all()
    if not terms:
        raise NotFound(_("没有找到所要的记录。"))
    for term in terms:
        policy.require(uow.actor, Permission.PROJECT_READ, term.scope)
    whole = terms[0].participation.project
    return Served(whole, [
        (term, standards.post_held(uow.session, term.post, whole.region, term.since, uow.today).label) for term in terms
    ])


def place_in(order: Sequence[str], role: str) -> int:
    return order.index(role) if role in order else len(order)


def events_of(uow: UnitOfWork, whole: Project) -> Sequence[Happened]:
    """What the ledger holds about the project: firms, terms, papers, plaques, archives. One SELECT."""
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    names = {unit.id: unit.name for unit in whole.units} | {firm.id: firm.organisation_name for firm in whole.participations}
    names |= {term.id: term.person_name for firm in whole.participations for term in firm.terms}
    return [
        Happened(at, kind, event, about(subject, body, names))
        for at, kind, event, subject, body in uow.rows(LATEST_EVENTS, {"project": whole.id})
    ]


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One thing a person answers for, until the end of the design working life."""

    term: Term
    post: str
    state: PairState
    papers: Papers
    units: Sequence[UnitProject]
    life_ends_on: date | None
    plaques: Sequence[Plaque]
    signed: Count                          # marks and acceptances he signed while in it


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """我的终身责任 and 我签过的: what a person answers for by his office, and what he put his name to."""

    rows: Sequence[Responsibility]
    signed: Signed


def own_record(uow: UnitOfWork, only: UUID | None = None) -> OwnRecord:
    """The actor's own record, whoever employed him then. only: the term whose signatures are listed, None for all."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    terms = own_terms(uow)
    counts = counts_of(uow, terms)
    return OwnRecord(answered_for(uow, [term for term in terms if term.leads], counts), signed(uow, terms, counts, only))


def responsibilities(uow: UnitOfWork) -> list[Responsibility]:
    """我的终身责任: every term the actor ever held as a leader, whoever employed him then, the latest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    terms = [term for term in own_terms(uow) if term.leads]
    return answered_for(uow, terms, counts_of(uow, terms))


def answered_for(uow: UnitOfWork, terms: Sequence[Term], counts: Mapping[UUID, Count]) -> list[Responsibility]:
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    papers = papers_of(uow.session, [term.id for term in terms])
    units = {unit.id for term in terms for unit in covered(term)}
    plaques = uow.session.scalars(
        select(Plaque).where(Plaque.unit_project_id.in_(units), Plaque.superseded_at.is_(None)).order_by(Plaque.issued_on)
    ).all()
    return [
        responsibility(uow, term, papers.get(term.id, NOTHING), plaques, counts.get(term.id, NOTHING_SIGNED)) for term in terms
    ]


def covered(term: Term) -> Sequence[UnitProject]:
    return term.participation.units or term.participation.project.units


def responsibility(
    uow: UnitOfWork, term: Term, papers: Papers, plaques: Sequence[Plaque], count: Count
) -> Responsibility:
    policy.require(uow.actor, Permission.PLEDGE_READ, term.scope)
    whole = term.participation.project
    units = covered(term)
    ends_on = life_end(units, whole.accepted_on)
    return Responsibility(
        term, standards.post_held(uow.session, term.post, whole.region, term.since, uow.today).label,
        papers.state(term, ends_on, uow.today), papers, units, ends_on,
        [plaque for plaque in plaques if plaque.unit_project_id in {unit.id for unit in units}], count,
    )


def term_to_reveal(uow: UnitOfWork, term_id: UUID) -> Term:
    """The term of a person whose whole number somebody is about to look at."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm, and the latest of its projects that the actor may see."""

    organisation: Organisation
    projects: Sequence[Project]


@dataclass(frozen=True, slots=True)
class Hits:
    """What one box found, by kind; each list holds what the actor may see."""

    words: str
    plaque: Plaque | None
    projects: Sequence[Project]
    organisations: Sequence[Firm]
    people: Sequence[Term]                 # terms of people of that name
    sites: Found                           # lots and batches of that number


MOST = 20
MOST_OF_A_FIRM = 5


def search(uow: UnitOfWork, words: str) -> Hits:
    """Look for a plaque code, a project, a firm or a person, all from one box; a slip of the pen still finds."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    typed = words.strip()
    if not wanted(typed):
        return Hits(typed, None, [], [], [], Found([], []))
    mine = select(Project).options(PROJECT_PARTIES).where(Project.within(policy.reach(uow.actor)))
    newest = mine.order_by(Project.created_at.desc(), Project.number)
    return Hits(
        typed, plaque_of(uow, typed), found_by(uow.session, newest, Project.grams, typed, MOST),
        firms_called(uow, typed), people_called(uow, typed),
        found_on_sites(uow, typed),
    )


def firms_called(uow: UnitOfWork, typed: str) -> list[Firm]:
    """Firms by name or code, the nearest first, each with its latest projects in reach."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    coded = uow.session.scalars(select(Organisation).where(Organisation.uscc == typed.upper())).all()
    named = select(Organisation).order_by(Organisation.name)
    firms = coded or found_by(uow.session, named, Organisation.grams, typed, MOST)
    taken_on = projects_of(uow, [firm.id for firm in firms])
    return [Firm(firm, taken_on.get(firm.id, [])) for firm in firms]


def projects_of(uow: UnitOfWork, firms: Sequence[UUID]) -> dict[UUID, list[Project]]:
    """The latest projects in reach of each firm, five at most."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    latest = func.row_number().over(
        partition_by=Participation.organisation_id, order_by=(Project.created_at.desc(), Project.number),
    )
    parts = (
        select(Participation.organisation_id, Project.id.label("project_id"), latest.label("nth"))
        .join(Project, Project.id == Participation.project_id).distinct()
        .where(Participation.organisation_id.in_(firms), Project.within(policy.reach(uow.actor))).subquery()
    )
    found: dict[UUID, list[Project]] = {}
    for firm, taken_on in uow.session.execute(
        select(parts.c.organisation_id, Project).join(parts, parts.c.project_id == Project.id)
        .options(PROJECT_PARTIES).where(parts.c.nth <= MOST_OF_A_FIRM).order_by(parts.c.organisation_id, parts.c.nth)
    ):
        if taken_on not in found.setdefault(firm, []):
            found[firm].append(taken_on)
    return found


def plaque_of(uow: UnitOfWork, typed: str) -> Plaque | None:
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    code = normalised(typed)
    return uow.session.scalar(select(Plaque).where(Plaque.code == code)) if is_code(code) else None


def people_called(uow: UnitOfWork, name: str) -> Sequence[Term]:
    """The terms, within reach, of people of exactly that name."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    return uow.session.scalars(
        select(Term).join(Person).join(Participation, Participation.id == Term.participation_id).join(Project)
        .options(selectinload(Term.participation).selectinload(Participation.project))
        .where(Person.name == name, Term.corrected_by_id.is_(None), Project.within(policy.reach(uow.actor)))
        .order_by(Term.since.desc(), Term.id).limit(MOST)
    ).all()
