"""The four reports before acceptance, and the statements that answer what the registry cannot see.

Source: GB 55032-2022; 建质〔2013〕171号 第五条.
"""

from dataclasses import dataclass
from uuid import UUID

from registry import policy
from registry.archives.filing import FileFacts, file_document
from registry.completion import papers, telling
from registry.completion.models import UNIT_IN_FULL, Ending, Report, ReportKind, Round, Stance, Statement
from registry.completion.rules import REPORT_WORDS, REPORTS
from registry.completion.signing import sign_as
from registry.completion.standing import Standing, standing
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.pledges.actions import Signing
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.completion import CompletionGate

ARCHIVED_AS = {
    ReportKind.SURVEY: "E1-01", ReportKind.DESIGN: "E1-02", ReportKind.CONTRACTOR: "E1-03", ReportKind.SUPERVISION: "E1-04",
}
"""Where the archive catalogue keeps each report."""


class AlreadyAccepted(Conflict):
    code = "completion.already-accepted"


class AlreadyReported(Conflict):
    code = "completion.already-reported"


class OutOfTurn(Conflict):
    code = "completion.out-of-turn"


class NotToBeStated(Conflict):
    code = "completion.not-to-be-stated"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report says. `approved_by`: 单位有关负责人, who has approved it too."""

    conclusion: str
    approved_by: str
    file: UUID | SentFile | None = None


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What is stated of a condition, with the number of a paper and the paper itself where there are any."""

    stance: Stance
    words: str
    number: str = ""
    file: UUID | SentFile | None = None


def submit_report(uow: UnitOfWork, unit_id: UUID, kind: ReportKind, facts: ReportFacts, signing: Signing) -> Report:
    """Sign and hand in one of the four reports. The contractor's opens the round; the others follow it.

    Raises NotInOffice unless the actor leads the firm that gives this report today; AlreadyReported for a second one
    of the same firm; OutOfTurn before the contractor's; AlreadyAccepted when nothing is left to be accepted.
    Source: 建质〔2013〕171号 第五条（二）至（四）、第六条.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    term = own_office(uow, unit.project_id, REPORTS[kind], uow.today, unit.number)
    uow.get(UnitProject, unit_id, lock=True)
    now = standing(uow, unit_id)
    held = round_for(uow, now, kind)
    firm = term.participation
    if any(one.kind is kind and one.participation_id == firm.id for one in held.reports):
        raise AlreadyReported(_("{firm}已提交{report}。", firm=firm.organisation_name, report=REPORT_WORDS[kind]))
    given = sign_as(uow, term, signing)
    kept = documents.take(uow, facts.file, PAPERS).sha256 if facts.file is not None else None
    report = Report(
        id=uow.new_id(), round_id=held.id, kind=kind, participation_id=firm.id, conclusion=facts.conclusion,
        approved_by=facts.approved_by, document_sha256=kept, **given.columns(uow),
    )
    printed = papers.report_paper(now, report, firm, held.number)
    report.paper_sha256 = documents.deposit(uow, uow.tools.printer.pdf("completion_report", printed), "application/pdf")
    uow.session.add(report)
    ledger.append(uow, "completion.reported", report, files=documents.refs(uow, *filter(None, (report.paper_sha256, kept))))
    file_document(uow, unit.project_id, FileFacts(
        ARCHIVED_AS[kind], _("{unit}{report}", unit=unit.name, report=REPORT_WORDS[kind]), report.paper_sha256, uow.today,
        firm.id, unit.id,
    ))
    telling.after_report(uow, now, kind)
    return report


def round_for(uow: UnitOfWork, now: Standing, kind: ReportKind) -> Round:
    """The round under way; the contractor's report opens one. Needs the unit locked."""
    if now.open_round is not None:
        held = now.open_round
        if kind is ReportKind.SUPERVISION and now.due_reports(ReportKind.CONTRACTOR):
            raise OutOfTurn(_("施工单位尚未提交工程竣工报告。"), remedy=_("请先由施工单位项目经理签署工程竣工报告。"))
        return held
    if now.unit.accepted_on is not None and not now.to_be_accepted_anew:
        raise AlreadyAccepted(_("该单位工程已于 {day} 竣工验收合格。", day=now.unit.accepted_on))
    if kind is not ReportKind.CONTRACTOR:
        raise OutOfTurn(_("施工单位尚未提交工程竣工报告。"), remedy=_("请先由施工单位项目经理签署工程竣工报告。"))
    return open_round(uow, now)


def open_round(uow: UnitOfWork, now: Standing) -> Round:
    held = Round(
        id=uow.new_id(), unit_project_id=now.unit.id, number=len(now.rounds) + 1, opened_on=uow.today, opened_at=uow.at,
        opened_by_id=uow.actor.account, reports=[], notices=[], opinions=[], filings=[],
    )
    uow.session.add(held)
    ledger.append(uow, "completion.opened", held)
    return held


def end_round(uow: UnitOfWork, held: Round, ending: Ending, reason: str) -> None:
    """Close a round for good. The caller has locked it and asked policy."""
    held.ended_at, held.ended_as, held.ended_reason = uow.at, ending, reason
    ledger.append(uow, f"completion.{ending.value}", held)


def state_condition(uow: UnitOfWork, unit_id: UUID, rule: str, facts: StatementFacts) -> Statement:
    """Answer a condition by a signed statement of the one who answers for it; the last one counts, all stay.

    The station states its own conditions, the owner's filer the owner's, a leader those of his post.
    Raises NotFound for a rule that is none, NotToBeStated for one the registry itself answers, NotInOffice.
    Source: 建质〔2013〕171号 第五条.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    gate = gate_to_state(uow, unit, rule)
    term_id = require_speaker(uow, unit, gate)
    if gate.residential and facts.stance is Stance.MET:
        raise Invalid(_("住宅工程应当逐户办理，不能以书面确认代替。"), field="stance")
    kept = documents.take(uow, facts.file, PAPERS).sha256 if facts.file is not None else None
    said = Statement(
        id=uow.new_id(), unit_project_id=unit_id, rule=rule, stance=facts.stance, number=facts.number, words=facts.words,
        document_sha256=kept, term_id=term_id, stated_by=uow.actor.name, stated_on=uow.today, stated_at=uow.at,
        stated_by_id=uow.actor.account,
    )
    uow.session.add(said)
    ledger.append(uow, "completion.stated", said, files=documents.refs(uow, kept) if kept else ())
    notices.mark_done(uow, "completion.to-state", f"/units/{unit_id}/completion/statements/{rule}")
    return said


def gate_to_state(uow: UnitOfWork, unit: UnitProject, rule: str) -> CompletionGate:
    policy.require(uow.actor, Permission.COMPLETION_READ, unit.scope)
    for gate in standards.completion_gates(uow.session, unit.project.region, uow.today):
        if gate.key == rule:
            if not gate.stated:
                raise NotToBeStated(_("“{label}”由系统按登记的记录核查，不能书面确认。", label=gate.label))
            return gate
    raise NotFound(_("没有找到所要的记录。"))


def require_speaker(uow: UnitOfWork, unit: UnitProject, gate: CompletionGate) -> UUID | None:
    """Return the term by which the actor may speak, None for an office or the owner's filer; raise where he may not."""
    if gate.acts == "station":
        policy.require(uow.actor, Permission.STATION_RECORD, unit.scope)
        return None
    if gate.acts == "owner":
        policy.require(uow.actor, Permission.COMPLETION_FILE, unit.scope)
        return None
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    return own_office(uow, unit.project_id, (gate.acts,), uow.today, unit.number).id
