"""What can be asked about responsibility. Every answer has been through policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.defects.models import TraceReport
from registry.defects.tracing import Duty, Traced, forerunners, place, trace
from registry.documents.queries import Readable, readable
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.models import Organisation
from registry.pledges.models import ChangeOfLeader
from registry.pledges.rules import PairState
from registry.pledges.standing import NOTHING, Papers, life_end, papers_of
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term, UnitProject
from registry.projects.queries import Node, own_nodes, path
from registry.standards import handbook as standards
from registry.standards.posts import Post
from registry.standards.rules import Edition
from registry.standards.trace_order import Cause, Order, Reason, order_for


@dataclass(frozen=True, slots=True)
class Question:
    """Who answers for this part of this unit, for work done on that day?"""

    project_id: UUID
    done_on: date
    unit: str = ""                 # unit project number, "" for the whole project
    part: str = ""                 # code in the unit's part tree, "" when unknown
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True)
class Answerable:
    """One person in the answer, with the proof."""

    rank: int
    term: Term
    participation: Participation
    organisation: Organisation
    successor: Organisation | None
    post: Post
    papers: Papers
    state: PairState
    why: Reason
    boundary: bool
    change_in: ChangeOfLeader | None
    change_out: ChangeOfLeader | None
    life_ends_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to a question; `persons` may be empty, and that is an answer."""

    question: Question
    project: Project
    unit: UnitProject | None
    path: Sequence[Node]           # from the top of the part tree down to the part
    order: Sequence[str]           # names of the project's roles, in the order the cause and the part suggest
    persons: Sequence[Answerable]
    earlier: Sequence[Answerable]  # survey and design leaders who had left before the day
    first_day: date | None         # of any term of the project: where the register begins
    last_day: date | None          # after which nobody is in office, None while somebody is
    line: Edition                  # of the handbook: what the order rests on


def answer(uow: UnitOfWork, question: Question) -> Answer:
    """Answer a question by the register as it stands. Five SELECTs, then the pure rule.

    Raises NotFound for a project out of reach, Invalid for a unit or a part that the project does not have.
    """
    project = uow.get(Project, question.project_id, PROJECT_PARTIES, selectinload(Project.units))
    policy.require(uow.actor, Permission.DEFECT_TRACE, project.scope)
    unit = unit_called(project, question.unit)
    where = part_path(uow, unit, question.part)
    terms = terms_of(uow, project.id)
    duties = [duty_of(term) for term in terms]
    catalogue_code = next((node.code for node in reversed(where) if not node.own), "")
    line = standards.trace_order(uow.session, project.region, uow.today)
    order = order_for(line.content, question.cause, catalogue_code)
    answering = trace(duties, id_of(unit), question.done_on, order)
    gone = forerunners(duties, id_of(unit), question.done_on)
    teller = Teller(uow, project, unit, {term.id: term for term in terms})
    teller.fetch([t.duty.term for t in answering] + [d.term for d in gone])
    return Answer(
        question, project, unit, where, roles_in_order(uow, project, order),
        [teller.tell(rank, traced) for rank, traced in enumerate(answering, 1)],
        [teller.tell(0, Traced(duty, Reason.MADE_THE_DOCUMENTS, boundary=False)) for duty in gone],
        min((term.since for term in terms), default=None), last_day_of(terms), line.edition,
    )


def unit_called(project: Project, number: str) -> UnitProject | None:
    if not number:
        return None
    for unit in project.units:
        if unit.number == number:
            return unit
    raise Invalid(
        _("本项目没有编号为 {number} 的单位工程。", number=number), field="unit",
        remedy=_("可选：{numbers}。", numbers="、".join(unit.number for unit in project.units)),
    )


def id_of(unit: UnitProject | None) -> UUID | None:
    return unit.id if unit is not None else None


def part_path(uow: UnitOfWork, unit: UnitProject | None, code: str) -> list[Node]:
    """The place asked about. A catalogue code is the same in every unit; a part of its own needs its unit."""
    if not code:
        return []
    divisions = standards.divisions(uow.session, uow.today)
    if code in divisions:
        chain = (*divisions.ancestors(code), divisions.find(code))
        return [Node(d.code, d.name, d.level.value, d.parent_code, own=False) for d in chain]
    own = {node.code: node for node in own_nodes(uow, unit.id)} if unit else {}
    if unit is None or code not in own:
        raise Invalid(_("没有编码为 {code} 的部位。", code=code), field="part", remedy=_("请从部位树中选择。"))
    return path(uow, unit.id, code)


def terms_of(uow: UnitOfWork, project_id: UUID) -> Sequence[Term]:
    """Every term of a project that has not been corrected away."""
    return uow.session.scalars(
        select(Term).join(Participation).options(
            selectinload(Term.participation).options(
                selectinload(Participation.organisation).selectinload(Organisation.successor),
                selectinload(Participation.units),
            ),
        )
        .where(Participation.project_id == project_id, Term.leads, Term.corrected_by_id.is_(None))
        .order_by(Term.since, Term.id)
    ).all()


def duty_of(term: Term) -> Duty:
    firm = term.participation
    return Duty(term.id, firm.role, term.post, frozenset(unit.id for unit in firm.units), term.since, term.until)


def roles_in_order(uow: UnitOfWork, project: Project, order: Order) -> list[str]:
    """The roles taking part in the project as the standards call them, in the order that the answer follows."""
    policy.require(uow.actor, Permission.DEFECT_TRACE, project.scope)
    names = {role.key: role.label for role in standards.roles(uow.session, project.region, uow.today)}
    present = {firm.role for firm in project.participations}
    return [names.get(role, role) for role in sorted(present, key=lambda role: (place(order, role), role))]


def last_day_of(terms: Iterable[Term]) -> date | None:
    ends = [term.until for term in terms]
    if not ends or any(end is None for end in ends):
        return None
    return max(end for end in ends if end is not None)


class Teller:
    """Turns duties back into the people, papers and firms behind them."""

    def __init__(self, uow: UnitOfWork, project: Project, unit: UnitProject | None, terms: dict[UUID, Term]) -> None:
        self.uow = uow
        self.project = project
        self.unit = unit
        self.terms = terms

    def fetch(self, wanted: list[UUID]) -> None:
        """Fetch the papers and changes of the terms that will be told of."""
        self.papers = papers_of(self.uow.session, wanted)
        changes = self.uow.session.scalars(
            select(ChangeOfLeader)
            .where(ChangeOfLeader.outgoing_term_id.in_(wanted) | ChangeOfLeader.incoming_term_id.in_(wanted))
            .order_by(ChangeOfLeader.recorded_at)
        ).all()
        self.into = {change.incoming_term_id: change for change in changes}
        self.out_of = {change.outgoing_term_id: change for change in changes}

    def tell(self, rank: int, traced: Traced) -> Answerable:
        term = self.terms[traced.duty.term]
        firm = term.participation
        papers = self.papers.get(term.id, NOTHING)
        taken_on = firm.units or self.project.units
        accepted = self.project.accepted_on
        return Answerable(
            rank, term, firm, firm.organisation, firm.organisation.successor, self.post_of(term), papers,
            papers.state(term, life_end(taken_on, accepted), self.uow.today), traced.why, traced.boundary,
            self.into.get(term.id), self.out_of.get(term.id), life_end([self.unit] if self.unit else taken_on, accepted),
        )

    def post_of(self, term: Term) -> Post:
        """The post as the standards had it when he took it up; a later edition may know it no more."""
        return standards.post_held(self.uow.session, term.post, self.project.region, term.since, self.uow.today)


def trace_report(uow: UnitOfWork, report_id: UUID) -> Readable:
    """A trace report made before, to be read again."""
    report = uow.get(TraceReport, report_id, selectinload(TraceReport.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.DEFECT_TRACE, report.scope)
    title = _("责任追溯报告-{number}-{day}", number=report.project.number, day=report.done_on)
    return readable(uow, report.document_sha256, title)


def project_id_of(uow: UnitOfWork, number: str) -> UUID:
    """The project of that number, if the actor may trace it."""
    found = uow.session.scalar(select(Project).options(PROJECT_PARTIES).where(Project.number == number))
    if found is None:
        raise NotFound(_("没有编号为 {number} 的项目。", number=number))
    policy.require(uow.actor, Permission.DEFECT_TRACE, found.scope)
    return found.id


@dataclass(frozen=True, slots=True)
class Span:
    """One term on the picture of terms; `holds` when it covers the day asked about."""

    since: date
    until: date | None
    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Ground:
    """What one can ask about in a project: its units, the tree below the part at hand, and the days on record."""

    project: Project
    path: Sequence[Node]
    below: Sequence[Node]
    since: date
    until: date
    rows: Sequence[Row]


def rows_of(uow: UnitOfWork, project: Project, unit: UnitProject | None, on: date | None) -> list[Row]:
    """The terms of a project by post, to be drawn along the years."""
    policy.require(uow.actor, Permission.DEFECT_TRACE, project.scope)
    by_post: dict[str, list[Term]] = {post.key: [] for post in standards.posts(uow.session, project.region, uow.today)}
    for term in terms_of(uow, project.id):
        if duty_of(term).reaches(id_of(unit)):
            by_post.setdefault(term.post, []).append(term)
    return [
        Row(standards.post_held(uow.session, key, project.region, terms[0].since, uow.today).label, [
            Span(term.since, term.until, term.person_name, on is not None and term.covers(on)) for term in terms
        ])
        for key, terms in by_post.items() if terms
    ]


def ground(uow: UnitOfWork, project_id: UUID, unit: str, part: str, on: date | None = None) -> Ground:
    """The choices for the next question. A unit or part that does not exist is passed over here."""
    project = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units))
    policy.require(uow.actor, Permission.DEFECT_TRACE, project.scope)
    here = next((each for each in project.units if each.number == unit), None)
    divisions = standards.divisions(uow.session, uow.today)
    own = own_nodes(uow, here.id) if here else []
    known = part in divisions or part in {node.code for node in own}
    below = part if known else ""
    nodes = [Node(d.code, d.name, d.level.value, d.parent_code, own=False) for d in divisions.children(below)]
    since = uow.session.scalar(
        select(Term.since).join(Participation).where(Participation.project_id == project_id, Term.leads)
        .order_by(Term.since).limit(1)
    )
    return Ground(
        project, part_path(uow, here, part) if known else [], [*nodes, *(node for node in own if node.below == below)],
        since or project.started_on or uow.today, uow.today, rows_of(uow, project, here, on),
    )
