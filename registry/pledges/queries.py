"""What can be asked about pledges. Every answer has been through policy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.pledges.models import Authorisation, ChangeOfLeader, Filing, Pledge, Return
from registry.pledges.papers import Paperwork, blanks, signed_facts, units_of
from registry.pledges.rules import ON_FILE, Obstacle, PairState, Seat, done, obstacles
from registry.pledges.standing import (
    UNDATED,
    Dates,
    Papers,
    dates_of,
    life_end,
    papers_of_one,
    post_of,
    post_then,
)
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Participation, Project, Term
from registry.projects.queries import project
from registry.standards import handbook as standards
from registry.standards.catalogues import Gate
from registry.standards.posts import Demand, Post, Role


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the board: a seat, and the records behind it."""

    seat: Seat
    post: Post
    participation: Participation | None
    term: Term | None
    papers: Dates
    departed: bool = False        # the firm has left and another holds its role; the past stays shown


@dataclass(frozen=True, slots=True)
class GateState:
    """A step the authority refuses while pairs are missing, and what is missing. Source: 建办质〔2014〕44号."""

    gate: Gate
    obstacles: Sequence[Obstacle]


@dataclass(frozen=True, slots=True)
class Board:
    """Who must pledge for a project, how far each has come, and what still keeps it from registration."""

    project: Project
    places: Sequence[Place]
    gates: Sequence[GateState]

    @property
    def done(self) -> tuple[int, int]:
        """(on file, all) among the five principal parties."""
        return done(place.seat for place in self.places if place.seat.principal)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """What keeps the first gate, registration for oversight, shut."""
        return self.gates[0].obstacles

    @property
    def open(self) -> bool:
        """Whether the gate "may be registered for oversight" is open."""
        return not self.obstacles

    def place_of(self, term_id: UUID) -> Place | None:
        return next((place for place in self.places if place.term and place.term.id == term_id), None)


def board(uow: UnitOfWork, project_id: UUID) -> Board:
    """The "5 of 5" board of a project as it stands today."""
    whole = project(uow, project_id)
    return board_of(uow, whole)


def board_of(uow: UnitOfWork, whole: Project) -> Board:
    """The board of a project that is loaded whole."""
    policy.require(uow.actor, Permission.PLEDGE_READ, whole.scope)
    roles = {role.key: role for role in standards.roles(uow.session, whole.region, uow.today)}
    terms = [term for firm in whole.participations for term in firm.terms if term.corrected_by_id is None]
    papers = dates_of(uow, [term.id for term in terms])
    present = {firm.role for firm in whole.participations}
    places = [
        place
        for post in posts_on_board(uow, whole, terms)
        if post.is_demanded(present) or post.role in present
        for place in places_for(uow, whole, post, roles.get(post.role, Role(post.role, post.role, principal=False)), papers)
    ]
    demanded = [place.seat for place in places if place.post.is_demanded(present) and not place.departed]
    return Board(whole, places, [
        GateState(gate, obstacles(demanded, gate.needs)) for gate in standards.gates(uow.session, whole.region, uow.today)
    ])


def posts_on_board(uow: UnitOfWork, whole: Project, terms: Sequence[Term]) -> list[Post]:
    """Today's posts, and those abolished since that somebody took up: he answers for what he took up."""
    policy.require(uow.actor, Permission.PLEDGE_READ, whole.scope)
    known = {post.key: post for post in standards.posts(uow.session, whole.region, uow.today)}
    for term in terms:
        if term.post not in known and (then := post_then(uow.session, whole, term, uow.today)).role:
            known[term.post] = then
    return list(known.values())


def places_for(
    uow: UnitOfWork, whole: Project, post: Post, role: Role, papers: Mapping[UUID, Dates]
) -> Iterator[Place]:
    """One place for each firm in the post's role, or an empty one when no firm has come yet."""
    firms = [firm for firm in whole.participations if firm.role == post.role]
    if not firms and post.demand is Demand.ALWAYS:
        yield Place(Seat(post.key, post.label, role.label, role.principal, "", "", None), post, None, None, UNDATED)
    remaining = any(firm.until is None or firm.until >= uow.today for firm in firms)
    for firm in firms:
        term = present_holder(firm, post, uow)
        then = post_then(uow.session, whole, term, uow.today) if term else post
        held = papers.get(term.id, UNDATED) if term else UNDATED
        state = held.state(term, life_end(firm.units or whole.units, whole.accepted_on), uow.today) if term else None
        departed = remaining and firm.until is not None and firm.until < uow.today and state not in ON_FILE
        seat = Seat(
            then.key, then.label, role.label, role.principal and not departed, firm.organisation_name,
            term.person_name if term else "", state,
        )
        yield Place(seat, then, firm, term, held, departed)


def present_holder(firm: Participation, post: Post, uow: UnitOfWork) -> Term | None:
    """The last to take up the post; he keeps the seat after the firm has left, so that the past stays shown."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    held = [term for term in firm.terms if term.post == post.key and term.corrected_by_id is None]
    return max(held, key=lambda term: (term.since, term.created_at), default=None)


@dataclass(frozen=True, slots=True)
class Desk:
    """A term with everything its signing page shows."""

    term: Term
    post: Post
    papers: Papers
    state: PairState
    title: str
    paragraphs: Sequence[str]
    change: ChangeOfLeader | None
    returned: Sequence[Return]


def pledge_to_sign(uow: UnitOfWork, term_id: UUID) -> Desk:
    """The promise the actor is about to sign, in the wording in force today."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_SIGN, found.scope)
    return desk(uow, found, post_of(uow.session, found).wording)


def authorisation_to_sign(uow: UnitOfWork, term_id: UUID) -> Desk:
    """The letter the legal representative is about to sign."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.AUTHORISATION_SIGN, found.scope)
    return desk(uow, found, "authorisation")


def pair(uow: UnitOfWork, term_id: UUID) -> Desk:
    """One term's papers, its place on file, and how it came about."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_READ, found.scope)
    refuse_site(found)
    return desk(uow, found, post_held_in(uow, found).wording)


def post_held_in(uow: UnitOfWork, found: Term) -> Post:
    """The same for a term in hand: its holder asks too, whatever firm employs him now. Needs `TERM_IN_FULL`."""
    policy.require(uow.actor, Permission.PLEDGE_READ, found.scope)
    return standards.post_held(uow.session, found.post, found.participation.project.region, found.since, uow.today)


def desk(uow: UnitOfWork, found: Term, wording_key: str) -> Desk:
    """What the pages of a term show. `wording_key` "" where no edition knows the post any more: nothing to sign, all to read."""
    project_of = found.participation.project
    post = post_held_in(uow, found)
    wording = standards.wording(uow.session, wording_key, project_of.region, uow.today).content if wording_key else None
    papers = papers_of_one(uow.session, found.id)
    return Desk(
        found, post, papers, papers.state(found, life_end(units_of(found), project_of.accepted_on), uow.today),
        wording.title if wording else _("工程质量终身责任承诺书"), wording.filled(blanks(found, post)) if wording else (),
        uow.session.scalar(select(ChangeOfLeader).where(ChangeOfLeader.incoming_term_id == found.id)),
        uow.session.scalars(select(Return).where(Return.term_id == found.id).order_by(Return.returned_at)).all(),
    )


def term_to_record(uow: UnitOfWork, term_id: UUID) -> Desk:
    """The term whose paper, signed by hand, somebody is about to scan in."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_RECORD, found.scope)
    return desk(uow, found, post_of(uow.session, found).wording)


def refuse_site(found: Term) -> None:
    """Raise NotFound for a term on the site: no pledge goes with it."""
    if not found.leads:
        raise NotFound(_("没有找到所要的记录。"), remedy=_("现场岗位不签承诺书，请在“人员”页查看。"))


def term_to_change(uow: UnitOfWork, term_id: UUID) -> Desk:
    """The term whose holder is about to hand over."""
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.TERM_CHANGE, found.scope)
    return desk(uow, found, post_of(uow.session, found).wording)


def project_of(uow: UnitOfWork, term_id: UUID) -> UUID:
    found = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_READ, found.scope)
    return found.participation.project_id


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A signed paper and the term it belongs to."""

    term: Term
    number: str
    document: Readable


def paper(uow: UnitOfWork, kind: str, paper_id: UUID) -> SignedPaper:
    """A signed paper, to be read. kind: authorisation | pledge | change. It holds whole identity numbers.

    Raises Forbidden for the other parties of the project: they see that it was signed, and its hash.
    """
    found: Authorisation | Pledge | ChangeOfLeader
    if kind == "authorisation":
        found = uow.get(Authorisation, paper_id, selectinload(Authorisation.term).options(*TERM_IN_FULL))
        term, label = found.term, _("法定代表人授权书")
    elif kind == "pledge":
        found = uow.get(Pledge, paper_id, selectinload(Pledge.term).options(*TERM_IN_FULL))
        term, label = found.term, _("工程质量终身责任承诺书")
    elif kind == "change":
        found = uow.get(ChangeOfLeader, paper_id, selectinload(ChangeOfLeader.incoming).options(*TERM_IN_FULL))
        term, label = found.incoming, _("项目负责人变更表")
    else:
        raise NotFound(_("没有找到所要的记录。"))
    policy.require(uow.actor, Permission.PAPER_READ, term.scope)
    title = f"{label}-{term.person_name}-{term.participation.project.number}"
    number = "" if isinstance(found, ChangeOfLeader) else found.number
    return SignedPaper(term, number, readable(uow, found.document_sha256, title))


@dataclass(frozen=True, slots=True)
class Blank:
    """A form to be signed by hand: made when asked for, kept nowhere."""

    name: str
    pdf: bytes


def blank(uow: UnitOfWork, term_id: UUID, kind: str) -> Blank:
    """The authorisation or pledge of a term, filled in and unsigned, to be printed and signed by hand."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_RECORD, term.scope)
    post = post_of(uow.session, term)
    key = post.wording if kind == "pledge" else "authorisation"
    wording = standards.wording(uow.session, key, term.participation.project.region, uow.today)
    facts = signed_facts(uow, Paperwork(term, post, wording.content, wording.edition, "", None))
    return Blank(f"{wording.content.title}-{term.person_name}.pdf", uow.tools.printer.pdf(kind, facts))


def to_sign(uow: UnitOfWork) -> list[Term]:
    """The actor's own terms whose pledge is still to be signed, the oldest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    signed = select(Pledge.term_id).where(Pledge.withdrawn_at.is_(None))
    return list(uow.session.scalars(
        select(Term).options(*TERM_IN_FULL)
        .where(
            Term.person_id == uow.actor.person, Term.leads, Term.corrected_by_id.is_(None), Term.id.not_in(signed),
        )
        .order_by(Term.since, Term.id)
    ))


def to_authorise(uow: UnitOfWork) -> list[Term]:
    """The terms for the actor's firm whose authorisation is still to be signed, the oldest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    signed = select(Authorisation.term_id).where(Authorisation.withdrawn_at.is_(None))
    return list(uow.session.scalars(
        select(Term).join(Participation).options(*TERM_IN_FULL)
        .where(
            Participation.organisation_id == uow.actor.organisation, Term.leads, Term.corrected_by_id.is_(None),
            Term.id.not_in(signed),
        )
        .order_by(Term.since, Term.id).limit(200)
    ))


def filing_queue(uow: UnitOfWork) -> list[Pledge]:
    """The station's queue. Raises Forbidden for those who never file."""
    if not policy.holds_anywhere(uow.actor, Permission.PLEDGE_FILE):
        raise Forbidden(_("只有质量监督机构办理备案。"))
    return to_file(uow)


def to_file(uow: UnitOfWork, limit: int = 100) -> list[Pledge]:
    """The pairs in reach that are complete and wait for the station, the oldest first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    return list(uow.session.scalars(
        select(Pledge).join(Term).join(Participation).join(Project)
        .join(Authorisation, (Authorisation.term_id == Pledge.term_id) & Authorisation.withdrawn_at.is_(None))
        .outerjoin(Filing, Filing.pledge_id == Pledge.id)
        .options(selectinload(Pledge.term).options(*TERM_IN_FULL))
        .where(Pledge.withdrawn_at.is_(None), Filing.id.is_(None), Project.within(policy.reach(uow.actor)))
        .order_by(Pledge.signed_at, Pledge.id).limit(limit)
    ))
