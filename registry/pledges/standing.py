"""What stands: small finders that actions and queries share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.orm import Session

from registry.kernel.uow import UnitOfWork
from registry.pledges.models import Authorisation, ChangeOfLeader, Filing, Method, Pledge
from registry.pledges.rules import First, Pair, PairState, Paper, Successor, first, state_of
from registry.projects.models import Project, Term, UnitProject
from registry.standards import handbook as standards
from registry.standards.periods import years_after
from registry.standards.posts import Post


@dataclass(frozen=True, slots=True)
class Dates:
    """What a board tells of the papers that stand for one term: who has signed, on which day, and when it went on file."""

    authorisation: Paper | None
    pledge: Paper | None
    filed_on: date | None

    @property
    def both_signed(self) -> bool:
        return self.authorisation is not None and self.pledge is not None

    def state(self, term: Term, life_ends_on: date | None, today: date) -> PairState:
        return state_of(Pair(self.authorisation, self.pledge, self.filed_on, term.until, life_ends_on), today)


UNDATED = Dates(None, None, None)


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers that stand for one term, and its place on file."""

    authorisation: Authorisation | None
    pledge: Pledge | None
    filing: Filing | None

    def state(self, term: Term, life_ends_on: date | None, today: date) -> PairState:
        filed_on = self.filing.filed_on if self.filing else None
        return Dates(as_rule(self.authorisation), as_rule(self.pledge), filed_on).state(term, life_ends_on, today)

    @property
    def signed(self) -> list[Authorisation | Pledge]:
        return [paper for paper in (self.authorisation, self.pledge) if paper is not None]


NOTHING = Papers(None, None, None)


def as_rule(paper: Authorisation | Pledge | None) -> Paper | None:
    return dated(paper.signed_on, paper.method, paper.original_seen_at) if paper else None


STANDING = (
    select(Term.id, Authorisation, Pledge, Filing)
    .outerjoin(Authorisation, (Authorisation.term_id == Term.id) & Authorisation.withdrawn_at.is_(None))
    .outerjoin(Pledge, (Pledge.term_id == Term.id) & Pledge.withdrawn_at.is_(None))
    .outerjoin(Filing, Filing.pledge_id == Pledge.id)
    .where(Term.id == any_(bindparam("terms", type_=ARRAY(Uuid()))))
    .order_by(Term.id)
)


TAKEN_OVER = select(ChangeOfLeader.refile_by).where(ChangeOfLeader.incoming_term_id == bindparam("term"))


def papers_of(session: Session, terms: Iterable[UUID]) -> Mapping[UUID, Papers]:
    """Return the standing papers of many terms in one SELECT; a term without any has NOTHING."""
    rows = session.execute(STANDING, {"terms": list(terms)})
    return {term_id: Papers(authorisation, pledge, filing) for term_id, authorisation, pledge, filing in rows}


DATES = (
    select(
        Term.id,
        Authorisation.signed_on, Authorisation.method, Authorisation.original_seen_at,
        Pledge.signed_on, Pledge.method, Pledge.original_seen_at, Filing.filed_on,
    )
    .outerjoin(Authorisation, (Authorisation.term_id == Term.id) & Authorisation.withdrawn_at.is_(None))
    .outerjoin(Pledge, (Pledge.term_id == Term.id) & Pledge.withdrawn_at.is_(None))
    .outerjoin(Filing, Filing.pledge_id == Pledge.id)
    .where(Term.id == any_(bindparam("terms", type_=ARRAY(Uuid()))))
    .order_by(Term.id)
)


def dates_of(uow: UnitOfWork, terms: Iterable[UUID]) -> Mapping[UUID, Dates]:
    """Return what the standing papers of many terms say of dates, in one SELECT; a term without any has UNDATED."""
    rows = uow.rows(DATES, {"terms": list(terms)})
    return {row[0]: Dates(dated(*row[1:4]), dated(*row[4:7]), row[7]) for row in rows}


def dated(signed_on: date | None, method: Method | None, original_seen_at: datetime | None) -> Paper | None:
    return Paper(signed_on, method is Method.PAPER, original_seen_at is not None) if signed_on else None


def papers_of_one(session: Session, term_id: UUID) -> Papers:
    return papers_of(session, [term_id]).get(term_id, NOTHING)


def taking_up(session: Session, term: Term) -> First | Successor:
    """Whether the holder was the first in the post, or took over from somebody, and by when he signs."""
    change = session.connection().execute(TAKEN_OVER, {"term": term.id}).one_or_none()
    if change is not None:
        return Successor(change.refile_by)
    return first(term.participation.project.started_on, term.since)


def post_of(session: Session, term: Term) -> Post:
    """The post as the standards had it when the term began; a later edition may know it no more."""
    return standards.post(session, term.post, term.participation.project.region, term.since)


def post_then(session: Session, whole: Project, term: Term, today: date) -> Post:
    """A post as it stood on the day its holder took it up; never raises, for the past stays readable."""
    return standards.post_held(session, term.post, whole.region, term.since, today)


def accepted_on(unit: UnitProject, project_accepted_on: date | None) -> date | None:
    return unit.accepted_on or project_accepted_on


def life_end(units: Iterable[UnitProject], project_accepted_on: date | None) -> date | None:
    """The last day of the design working life over all units; None while any is not accepted yet."""
    ends = [end_of_life(accepted_on(unit, project_accepted_on), unit.design_life_years) for unit in units]
    if not ends or any(end is None for end in ends):
        return None
    return max(end for end in ends if end is not None)


def end_of_life(accepted: date | None, years: int) -> date | None:
    """The last day of the design working life; None before acceptance."""
    return years_after(accepted, years) if accepted else None
