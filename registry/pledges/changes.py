"""Change of leader (变更项目负责人): the old term ends, the new one begins, and the clock for the new pair starts.

Source: 建质〔2014〕124号 第八条; regional clocks, e.g. 济建质安站字〔2014〕23号 (5 working days).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import holders
from registry.documents import actions as documents
from registry.kernel.actor import Role
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.notices.calendar import deadline
from registry.parties.entering import PersonFacts, enter_person
from registry.parties.models import IdentityKind, Person
from registry.pledges.models import ChangeOfLeader
from registry.pledges.papers import Handover, handover_facts, number_of
from registry.pledges.standing import accepted_on, papers_of_one, post_of
from registry.policy import Permission
from registry.projects.actions import AlreadyEnded, TermFacts, close_term, enter_term
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Term
from registry.standards import handbook as standards
from registry.standards.handbook import InForce
from registry.standards.periods import ChangeClock


@dataclass(frozen=True, slots=True)
class Succession:
    """Who takes over, from which day, and why."""

    person_id: UUID
    effective_on: date
    reason: str
    basis: str = ""                    # 变更手续文号
    qualification_kind: str = ""
    qualification_number: str = ""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A successor as a form describes him: perhaps somebody the registry does not know yet."""

    name: str
    identity_kind: str
    identity_number: str
    phone: str
    qualification_kind: str
    qualification_number: str
    effective_on: date
    reason: str
    basis: str


def hand_over(uow: UnitOfWork, term_id: UUID, newcomer: Newcomer) -> ChangeOfLeader:
    """Change the leader to somebody described by his papers, entering the person if need be.

    Raises what `enter_person` and `change_leader` raise.
    """
    outgoing = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.TERM_CHANGE, outgoing.scope)
    person = enter_person(uow, PersonFacts(
        newcomer.name, IdentityKind(newcomer.identity_kind), newcomer.identity_number, newcomer.phone,
    ))
    return change_leader(uow, term_id, Succession(
        person.id, newcomer.effective_on, newcomer.reason, newcomer.basis,
        newcomer.qualification_kind, newcomer.qualification_number,
    ))


def change_leader(uow: UnitOfWork, term_id: UUID, succession: Succession) -> ChangeOfLeader:
    """Let one leader hand over to another on a day, with a statement of what had been done until then.

    On the effective day both are in office. The outgoing leader's pledge stays in force for his own term;
    the incoming one needs a new authorisation and a new pledge, filed by the end of the region's clock.

    Raises AlreadyEnded when the term is over; Invalid for a day before the term or in the future, for a successor
    who is the same person, or who shows no qualification where the post demands one.
    """
    outgoing = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.TERM_CHANGE, outgoing.scope)
    refuse_wrong(uow, outgoing, succession)
    require_qualification(uow, outgoing, succession)
    successor = uow.get(Person, succession.person_id)
    clock = standards.change_clock(uow.session, outgoing.participation.project.region, uow.today)
    paper = uow.tools.printer.pdf("change_of_leader", paper_facts(uow, outgoing, successor, succession))

    refuse_wrong(uow, uow.get(Term, term_id, lock=True), succession)  # as it stands now that nobody else can change it
    taking_part = uow.get(
        Participation, outgoing.participation_id, selectinload(Participation.terms),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )
    ending = next(term for term in taking_part.terms if term.id == term_id)
    close_term(uow, ending, succession.effective_on, succession.reason)
    incoming = enter_term(uow, taking_part, successor, TermFacts(
        successor.id, outgoing.post, succession.effective_on,
        qualification_kind=succession.qualification_kind, qualification_number=succession.qualification_number,
    ))
    change = ChangeOfLeader(
        id=uow.new_id(), outgoing_term_id=term_id, incoming_term_id=incoming.id, reason=succession.reason,
        basis=succession.basis, effective_on=succession.effective_on, refile_by=refile_by(clock, succession.effective_on),
        clock_id=clock.edition.id, document_sha256=documents.deposit(uow, paper, "application/pdf"),
        recorded_on=uow.today, recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(change)
    ledger.append(uow, "leader.changed", change, files=documents.refs(uow, change.document_sha256))
    tell(uow, taking_part, incoming, change)
    return change


def tell(uow: UnitOfWork, taking_part: Participation, incoming: Term, change: ChangeOfLeader) -> None:
    """Tell the successor, and whoever signs for the firm, that a new pair is due."""
    post = standards.post(uow.session, incoming.post, taking_part.project.region, incoming.since)
    said = _("{name}自 {day} 起担任{project}的{post}。", name=incoming.person_name, day=change.effective_on,
             project=taking_part.project.name, post=post.label)
    notices.notify(uow, incoming.person_id, notices.Message(
        "pledge.to-sign", f"/terms/{incoming.id}/pledge", _("请签署工程质量终身责任承诺书"), said, change.refile_by,
    ))
    for person_id in holders(uow.session, taking_part.organisation_id, Role.LEGAL_REPRESENTATIVE):
        notices.notify(uow, person_id, notices.Message(
            "authorisation.to-sign", f"/terms/{incoming.id}/authorisation", _("请签署法定代表人授权书"), said,
            change.refile_by,
        ))


def paper_facts(
    uow: UnitOfWork, outgoing: Term, successor: Person, succession: Succession
) -> dict[str, object]:
    region = outgoing.participation.project.region
    return handover_facts(uow, Handover(
        outgoing, successor, standards.post(uow.session, outgoing.post, region, uow.today),
        standards.wording(uow.session, "change", region, uow.today),
        standards.wording(uow.session, "hand-over", region, uow.today),
        number_of("BG", outgoing, uow.new_id()), succession.effective_on, succession.reason, succession.basis,
        succession.qualification_kind, succession.qualification_number,
        statement_lines(uow, outgoing, succession.effective_on),
    ))


def refuse_wrong(uow: UnitOfWork, outgoing: Term, succession: Succession) -> None:
    if outgoing.until is not None or outgoing.corrected_by_id is not None:
        raise AlreadyEnded(_("该任期已经结束，不能再办理变更。"))
    if succession.person_id == outgoing.person_id:
        raise Invalid(_("继任人不能是原负责人本人。"), field="identity_number")
    if succession.effective_on < outgoing.since:
        raise Invalid(_("变更生效日期不得早于原任职日期 {day}。", day=outgoing.since), field="effective_on")
    if succession.effective_on > uow.today:
        raise Invalid(_("变更生效日期不得晚于今天。"), field="effective_on")
    if not succession.reason.strip():
        raise Invalid(_("请写明变更原因。"), field="reason")


def require_qualification(uow: UnitOfWork, outgoing: Term, succession: Succession) -> None:
    """Refuse here and now what could be signed, and then never be taken on file."""
    if post_of(uow.session, outgoing).qualification_required and not (
        succession.qualification_kind and succession.qualification_number
    ):
        raise Invalid(
            _("该职务须有注册执业资格，请填写资格名称和证号；否则继任人签署后也不能备案。"),
            field="qualification_number" if succession.qualification_kind else "qualification_kind",
        )


def refile_by(clock: InForce[ChangeClock], effective_on: date) -> date | None:
    """The last day for filing the new pair, None where the region's rule sets no number of days."""
    return deadline(clock.content.period, effective_on).due_on


def statement_lines(uow: UnitOfWork, outgoing: Term, day: date) -> list[str]:
    """交接说明, filled from the records: what stood on the day of the hand-over."""
    firm = outgoing.participation
    project = firm.project
    papers = papers_of_one(uow.session, outgoing.id)
    lines = [
        _("原负责人{name}自 {since} 至 {until} 任职，共 {days} 天。", name=outgoing.person_name,
          since=outgoing.since, until=day, days=(day - outgoing.since).days + 1),
        _("承诺书：{state}。", state=_("{number}，备案号 {filing}", number=papers.pledge.number,
          filing=papers.filing.number) if papers.pledge and papers.filing else _("截至交接日尚未备案")),
        _("开工日期：{day}。", day=project.started_on or _("尚未开工")),
    ]
    for unit in firm.units or project.units:
        accepted = accepted_on(unit, project.accepted_on)
        done = _("竣工验收合格 {day}", day=accepted) if accepted and accepted <= day else _("截至交接日尚未竣工验收")
        lines.append(_("单位工程 {number} {name}：{state}。", number=unit.number, name=unit.name, state=done))
    lines += [
        _("同日在任：{firm} {name}（{post}）。", firm=term.participation.organisation_name, name=term.person_name,
          post=standards.post(uow.session, term.post, project.region, uow.today).label)
        for term in others_in_office(uow, outgoing, day)
    ]
    return lines


def others_in_office(uow: UnitOfWork, outgoing: Term, day: date) -> list[Term]:
    """The other leaders of the project in office on that day, in the order of their coming."""
    rows = uow.session.scalars(
        select(Term).join(Participation).options(selectinload(Term.participation))
        .where(
            Participation.project_id == outgoing.participation.project_id, Term.id != outgoing.id, Term.leads,
        )
        .order_by(Term.since, Term.id)
    )
    return [term for term in rows if term.covers(day)]
