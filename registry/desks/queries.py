"""What the desks show. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.search import bigrams
from registry.kernel.uow import UnitOfWork
from registry.ledger.models import LedgerEvent
from registry.notices.models import Notice
from registry.notices.queries import Folder, inbox
from registry.parties.models import Organisation, Person
from registry.plaques.codes import is_code, normalised
from registry.plaques.models import Plaque
from registry.pledges.models import Pledge
from registry.pledges.queries import Board, board_of, to_authorise, to_file, to_sign
from registry.pledges.rules import PairState
from registry.pledges.standing import NOTHING, Papers, life_end, papers_of
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Project, Term, UnitProject
from registry.projects.queries import Vacancy, projects, register, vacancies_of
from registry.standards import handbook as standards


@dataclass(frozen=True, slots=True)
class Home:
    """What waits for the actor, in the order it should be done."""

    to_sign: Sequence[Term]
    to_authorise: Sequence[Term]
    to_file: Sequence[Pledge]
    notices: Sequence[Notice]
    projects: Sequence[Project]
    total: int


def home(uow: UnitOfWork) -> Home:
    """The actor's desk: what to sign, what to file, what was told, which projects."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    files = policy.holds_anywhere(uow.actor, Permission.PLEDGE_FILE)
    authorises = policy.holds_anywhere(uow.actor, Permission.AUTHORISATION_SIGN)
    listed = projects(uow, "", 0, 10)
    return Home(
        to_sign(uow), to_authorise(uow) if authorises else [], to_file(uow, limit=10) if files else [],
        waiting_notices(uow), listed.projects, listed.total,
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
    name, unread = uow.session.execute(FRAME, asked).one()
    return name or "", unread


def waiting_notices(uow: UnitOfWork) -> Sequence[Notice]:
    """The latest five notices whose matter waits; none for an account without a person behind it."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    return inbox(uow, Folder.WAITING, 0, 5).notices if uow.actor.person else []


class Happened(NamedTuple):
    """One line of what the ledger holds about a project."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class ProjectDesk:
    """A project on one page."""

    project: Project
    firms: Sequence[Participation]         # in the order of the law
    board: Board
    vacancies: Sequence[Vacancy]
    plaques: dict[UUID, str]               # the code of the standing one of each unit project that has one
    role_names: dict[str, str]
    post_names: dict[str, str]
    events: Sequence[Happened]             # the latest first


STANDING_PLAQUES = (
    select(Plaque.unit_project_id, Plaque.code).join(UnitProject)
    .where(UnitProject.project_id == bindparam("project"), Plaque.superseded_at.is_(None))
    .order_by(Plaque.issued_at)
)
LATEST_EVENTS = (
    select(LedgerEvent.at, LedgerEvent.kind)
    .where(
        LedgerEvent.subject_table.in_(("project", "participation", "term")),
        LedgerEvent.subject_id == any_(bindparam("subjects", type_=ARRAY(Uuid()))),
    )
    .order_by(LedgerEvent.at.desc(), LedgerEvent.id).limit(20)
)


def project_desk(uow: UnitOfWork, project_id: UUID) -> ProjectDesk:
    """Everything about one project that its page shows."""
    whole = register(uow, project_id)
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    roles = standards.roles(uow.session, whole.region, uow.today)
    posts = standards.posts(uow.session, whole.region, uow.today)
    plaques = uow.session.execute(STANDING_PLAQUES, {"project": project_id})
    order = [role.key for role in roles]
    whole_firms = sorted(whole.participations, key=lambda firm: (place_in(order, firm.role), firm.since, firm.created_at))
    return ProjectDesk(
        whole, whole_firms, board_of(uow, whole), vacancies_of(uow, whole), {unit: code for unit, code in plaques},
        {role.key: role.label for role in roles}, {post.key: post.label for post in posts}, events_of(uow, whole),
    )


def place_in(order: Sequence[str], role: str) -> int:
    return order.index(role) if role in order else len(order)


def events_of(uow: UnitOfWork, whole: Project) -> Sequence[Happened]:
    """What the ledger holds about the project, its firms and its terms."""
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    subjects = [whole.id, *(firm.id for firm in whole.participations)]
    subjects += [term.id for firm in whole.participations for term in firm.terms]
    return [Happened(*row) for row in uow.session.execute(LATEST_EVENTS, {"subjects": subjects})]


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


def responsibilities(uow: UnitOfWork) -> list[Responsibility]:
    """我的终身责任: every term the actor ever held, whoever employed him then, the latest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    terms = uow.session.scalars(
        select(Term).options(*TERM_IN_FULL)
        .where(Term.person_id == uow.actor.person, Term.corrected_by_id.is_(None))
        .order_by(Term.since.desc(), Term.id)
    ).all()
    papers = papers_of(uow.session, [term.id for term in terms])
    units = {unit.id for term in terms for unit in covered(term)}
    plaques = uow.session.scalars(
        select(Plaque).where(Plaque.unit_project_id.in_(units), Plaque.superseded_at.is_(None)).order_by(Plaque.issued_on)
    ).all()
    return [responsibility(uow, term, papers.get(term.id, NOTHING), plaques) for term in terms]


def covered(term: Term) -> Sequence[UnitProject]:
    return term.participation.units or term.participation.project.units


def responsibility(uow: UnitOfWork, term: Term, papers: Papers, plaques: Sequence[Plaque]) -> Responsibility:
    policy.require(uow.actor, Permission.PLEDGE_READ, term.scope)
    whole = term.participation.project
    units = covered(term)
    ends_on = life_end(units, whole.accepted_on)
    return Responsibility(
        term, standards.post(uow.session, term.post, whole.region, uow.today).label,
        papers.state(term, ends_on, uow.today), papers, units, ends_on,
        [plaque for plaque in plaques if plaque.unit_project_id in {unit.id for unit in units}],
    )


def term_to_reveal(uow: UnitOfWork, term_id: UUID) -> Term:
    """The term of a person whose whole number somebody is about to look at."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class Hits:
    """What one box found, by kind; each list holds what the actor may see."""

    words: str
    plaque: Plaque | None
    projects: Sequence[Project]
    organisations: Sequence[Organisation]
    people: Sequence[Term]                 # terms of people of that name


MOST = 20


def search(uow: UnitOfWork, words: str) -> Hits:
    """Look for a plaque code, a project, a firm or a person, all from one box."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    typed = words.strip()
    grams = bigrams(typed)
    if not grams:
        return Hits(typed, None, [], [], [])
    within = Project.within(policy.reach(uow.actor))
    organisations = uow.session.scalars(
        select(Organisation).where((Organisation.grams.contains(grams)) | (Organisation.uscc == typed.upper()))
        .order_by(Organisation.name).limit(MOST)
    ).all()
    found = uow.session.scalars(
        select(Project).options(PROJECT_PARTIES).where(within, Project.grams.contains(grams))
        .order_by(Project.created_at.desc(), Project.number).limit(MOST)
    ).all()
    return Hits(typed, plaque_of(uow, typed), found, organisations, people_called(uow, typed))


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
