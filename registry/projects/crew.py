"""Who is on the site: every post there by firm, what it answers for, who holds it and who has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import accounts_of, invited_to
from registry.accounts.models import AccountState
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission, Scope
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Project, Term
from registry.projects.staffing import FIRM_WITH_STAFF, accounts_scope_of, scope_of
from registry.standards import handbook as standards
from registry.standards.posts import SITE


@dataclass(frozen=True, slots=True)
class Duty:
    """A post on the site and what its holder answers for."""

    key: str
    label: str
    answers_for: str
    article: str


@dataclass(frozen=True, slots=True)
class Held:
    """A post of one firm, who is in it, and who was."""

    duty: Duty
    present: Sequence[Term]
    past: Sequence[Term]           # those who have left, and entries that were wrong, the latest first


@dataclass(frozen=True, slots=True)
class FirmOnSite:
    """One firm's people on the site."""

    participation: Participation
    role: str                      # what its role is called
    posts: Sequence[Held]
    scope: Scope                   # on whose behalf its posts are filled
    accounts_scope: Scope          # and its people invited

    @property
    def empty(self) -> list[str]:
        return [held.duty.label for held in self.posts if not held.present]

    @property
    def past(self) -> list[tuple[Duty, Term]]:
        return [(held.duty, term) for held in self.posts for term in held.past]


@dataclass(frozen=True, slots=True)
class SiteStaff:
    project: Project
    firms: Sequence[FirmOnSite]
    accounts: dict[tuple[UUID, UUID], AccountState]    # by (person, firm)
    invited: set[tuple[UUID, UUID]]


ON_SITE = (
    selectinload(Participation.staff), selectinload(Participation.organisation),
    selectinload(Participation.project).options(PROJECT_PARTIES),
)


def site_staff(uow: UnitOfWork, project_id: UUID) -> SiteStaff:
    """The people on the site of a project, firm by firm in the order of the law, those who have left included."""
    whole = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    roles = {role.key: role.label for role in standards.roles(uow.session, whole.region, uow.today)}
    firms = uow.session.scalars(
        select(Participation).options(*ON_SITE).where(Participation.project_id == project_id)
        .order_by(Participation.since, Participation.id)
    ).all()
    shown = [firm_on_site(uow, firm, roles.get(firm.role, firm.role)) for firm in firms]
    people = {term.person_id for firm in firms for term in firm.staff}
    order = list(roles)
    return SiteStaff(
        whole,
        sorted((firm for firm in shown if firm.posts), key=lambda firm: place_in(order, firm.participation.role)),
        accounts_of(uow.session, people), invited_to(uow.session, people, uow.at),
    )


def place_in(order: Sequence[str], role: str) -> int:
    return order.index(role) if role in order else len(order)


def firm_on_site(uow: UnitOfWork, firm: Participation, role: str) -> FirmOnSite:
    """A firm with the posts its role has today, and those its people held that today's standards know no more."""
    duties = {duty.key: duty for duty in duties_of(uow, firm)} if firm.until is None or firm.until >= uow.today else {}
    for term in firm.staff:
        if term.post not in duties:
            post = standards.post_held(uow.session, term.post, firm.project.region, term.since, uow.today)
            duties[term.post] = Duty(term.post, post.label, post.answers_for, post.article)
    return FirmOnSite(
        firm, role, [held(duty, firm.staff, uow.today) for duty in duties.values()], scope_of(firm), accounts_scope_of(firm),
    )


def duties_of(uow: UnitOfWork, firm: Participation) -> list[Duty]:
    """The posts on the site that a firm's role has today."""
    policy.require(uow.actor, Permission.PROJECT_READ, firm.project.scope)
    return [
        Duty(post.key, post.label, post.duties, post.article)
        for post in standards.site_posts(uow.session, firm.project.region, uow.today) if firm.role in post.roles
    ]


def held(duty: Duty, staff: Sequence[Term], today: date) -> Held:
    terms = [term for term in staff if term.post == duty.key]
    present = [term for term in terms if term.corrected_by_id is None and (term.until is None or term.until >= today)]
    return Held(duty, present, [term for term in reversed(terms) if term not in present])


def firm_to_staff(uow: UnitOfWork, participation_id: UUID) -> Participation:
    """The part a firm takes in a project, for those who fill its posts on the site."""
    firm = uow.get(Participation, participation_id, *FIRM_WITH_STAFF)
    policy.require(uow.actor, Permission.TERM_CHANGE, scope_of(firm))
    return firm


def staff_to_release(uow: UnitOfWork, term_id: UUID) -> tuple[Term, str]:
    """A term on the site for those who enter that it ends, and what its post is called."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.TERM_CHANGE, term.scope)
    return term, label_of(uow, term)


def staff_to_correct(uow: UnitOfWork, term_id: UUID) -> tuple[Term, str]:
    """A term on the site for those who put it right, and what its post is called."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, term.scope)
    return term, label_of(uow, term)


def label_of(uow: UnitOfWork, term: Term) -> str:
    return standards.post_held(uow.session, term.post, term.participation.project.region, term.since, uow.today).label


@dataclass(frozen=True, slots=True)
class OnSite:
    """A post the actor holds on a site today."""

    term: Term
    duty: Duty


def own_posts(uow: UnitOfWork) -> list[OnSite]:
    """The posts on sites that the actor holds today, the latest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    if uow.actor.person is None:
        return []
    terms = uow.session.scalars(
        select(Term).join(Participation, Participation.id == Term.participation_id)
        .options(selectinload(Term.participation).selectinload(Participation.project).options(PROJECT_PARTIES))
        .where(
            Term.person_id == uow.actor.person, Term.post.startswith(SITE), Term.corrected_by_id.is_(None),
            Participation.organisation_id == uow.actor.organisation,
            Term.since <= uow.today, (Term.until.is_(None)) | (Term.until >= uow.today),
            (Participation.until.is_(None)) | (Participation.until >= uow.today),
        )
        .order_by(Term.since.desc(), Term.id)
    )
    return [OnSite(term, duty_of(uow, term)) for term in terms]


def duty_of(uow: UnitOfWork, term: Term) -> Duty:
    post = standards.post_held(uow.session, term.post, term.participation.project.region, term.since, uow.today)
    return Duty(term.post, post.label, post.answers_for, post.article)
