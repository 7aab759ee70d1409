"""What can be done with a trace: keep it as a report."""

from registry import policy
from registry.defects.evidence import evidence
from registry.defects.models import TraceReport
from registry.defects.queries import Answer, Answerable, Question, answer
from registry.defects.telling import told
from registry.defects.words import cause_words, why_words
from registry.documents import actions as documents
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.pledges.words import state_words
from registry.policy import Permission


def report_trace(uow: UnitOfWork, question: Question, purpose: str) -> TraceReport:
    """Print the answer to a question as a report and keep it, with who asked and what for.

    Raises what `answer` raises; Invalid without a purpose.
    """
    found = answer(uow, question)
    policy.require(uow.actor, Permission.DEFECT_TRACE, found.project.scope)
    if not purpose.strip():
        raise Invalid(_("请写明追溯的用途。"), field="purpose")
    paper = uow.tools.printer.pdf("trace_report", report_facts(uow, found, purpose))
    report = TraceReport(
        id=uow.new_id(), project_id=found.project.id, unit_project_id=found.unit.id if found.unit else None,
        part_code=question.part, done_on=question.done_on, cause=question.cause, purpose=purpose.strip(),
        document_sha256=documents.deposit(uow, paper, "application/pdf"), made_at=uow.at, made_by_id=uow.actor.account,
    )
    uow.session.add(report)
    order = {"order_edition": str(found.line.id), "order_sha256": found.line.content_sha256}
    ledger.append(uow, "trace.reported", report, data=order, files=documents.refs(uow, report.document_sha256))
    return report


def report_facts(uow: UnitOfWork, found: Answer, purpose: str) -> dict[str, object]:
    """What the printer is given: plain values only."""
    return {
        "project": found.project.name, "project_number": found.project.number, "address": found.project.address,
        "unit": found.unit.name if found.unit else _("整个项目"),
        "part": " / ".join(node.name for node in found.path) or _("未指明"), "part_code": found.question.part,
        "done_on": found.question.done_on, "cause": cause_words(found.question.cause), "purpose": purpose.strip(),
        "asked_by": uow.actor.name, "asked_at": uow.at.isoformat(timespec="seconds"),
        "persons": [person_facts(person) for person in found.persons],
        "note": _("各方的排列依标准手册“{title}”（{version}）。", title=found.line.title, version=found.line.version),
        "earlier": [person_facts(person) for person in found.earlier],
    } | told(uow, evidence(uow, found))


def person_facts(person: Answerable) -> dict[str, object]:
    pledge, filing = person.papers.pledge, person.papers.filing
    return {
        "rank": person.rank, "person": person.term.person_name, "post": person.post.label,
        "organisation": person.participation.organisation_name, "why": reason_of(person), "article": person.post.article,
        "since": person.term.since, "until": person.term.until,
        "qualification": person.term.qualification_kind, "certificate": person.term.qualification_number,
        "state": state_words(person.state), "pledge_number": pledge.number if pledge else "",
        "signed_on": pledge.signed_on if pledge else None, "filing_number": filing.number if filing else "",
        "filed_on": filing.filed_on if filing else None, "document_sha256": pledge.document_sha256 if pledge else "",
        "life_ends_on": person.life_ends_on,
    }


def reason_of(person: Answerable) -> str:
    return why_words(person.why, person.post.answers_for, boundary=person.boundary)
