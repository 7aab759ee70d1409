"""The words on the papers: plain values for the printer, taken from a term and its surroundings."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.models import Person
from registry.projects.models import Term, UnitProject
from registry.standards.handbook import InForce
from registry.standards.posts import Post
from registry.standards.rules import Edition
from registry.standards.wording import Wording


@dataclass(frozen=True, slots=True)
class Paperwork:
    """Everything one paper is printed from."""

    term: Term
    post: Post
    wording: Wording
    edition: Edition
    number: str                # "" on a form still to be signed by hand
    signed_on: date | None
    signature: str = ""        # drawn, as a PNG data URI; "" leaves room for ink
    typed_name: str = ""       # typed instead of drawn
    late: bool = False
    evidence: str = ""         # how the signer was known


def units_of(term: Term) -> list[UnitProject]:
    """The unit projects a term covers: those of its firm's scope, or all of the project."""
    return list(term.participation.units or term.participation.project.units)


def blanks(term: Term, post: Post) -> dict[str, str]:
    """What fills the blanks of a wording."""
    firm = term.participation
    units = units_of(term)
    return {
        "project": firm.project.name,
        "organisation": firm.organisation_name,
        "legal_representative": firm.organisation.legal_representative,
        "person": term.person_name,
        "post": post.label,
        "scope": "、".join(unit.name for unit in units) if firm.units else _("全部单位工程"),
        "design_life": life_words(units),
    }


def life_words(units: list[UnitProject]) -> str:
    """The design working life in words; each unit project has its own."""
    years = {unit.design_life_years for unit in units}
    if len(years) == 1:
        return _("{years} 年", years=years.pop())
    return "、".join(_("{unit} {years} 年", unit=unit.name, years=unit.design_life_years) for unit in units)


def identity_of(uow: UnitOfWork, term: Term) -> str:
    """The whole identity number. It belongs on the authorisation and the pledge (44号 附件) and nowhere public."""
    return uow.tools.vault.open(term.person.identity_sealed, f"person/identity/{term.person_id}")


def number_of(prefix: str, term: Term, paper_id: UUID) -> str:
    """文书编号: the kind of paper, the project, and eight characters of a random id."""
    return f"{prefix}-{term.participation.project.number}-{paper_id.hex[:8].upper()}"


def signed_facts(uow: UnitOfWork, paperwork: Paperwork) -> dict[str, object]:
    """What an authorisation or a pledge is printed from, in the order of the wording's own form."""
    term, wording = paperwork.term, paperwork.wording
    values = blanks(term, paperwork.post) | {
        "identity_number": identity_of(uow, term), "qualification": term.qualification_kind,
        "qualification_number": term.qualification_number,
    }
    return {
        "number": paperwork.number,
        "wording_title": wording.title,
        "wording_version": f"{paperwork.edition.title} {paperwork.edition.version}",
        "wording_sha256": paperwork.edition.content_sha256,
        "fields": [{"label": field.label, "value": values.get(field.key, "")} for field in wording.fields],
        "paragraphs": list(wording.filled(values)),
        "closing": closing_of(wording, values),
        "signature": paperwork.signature,
        "typed_name": paperwork.typed_name,
        "signed_on": paperwork.signed_on or "",
        "late": paperwork.late,
        "evidence": paperwork.evidence,
        "verify_url": "",
    }


@dataclass(frozen=True, slots=True)
class Handover:
    """Everything the change form and its hand-over statement are printed from."""

    outgoing: Term
    successor: Person
    post: Post
    change: InForce[Wording]
    handover: InForce[Wording]
    number: str
    effective_on: date
    reason: str
    basis: str
    qualification: str
    certificate: str
    statement: list[str]


def handover_facts(uow: UnitOfWork, given: Handover) -> dict[str, object]:
    """What the change form and the hand-over statement are printed from, in the order of their wordings."""
    term = given.outgoing
    values = blanks(term, given.post) | {
        "predecessor": term.person_name, "successor": given.successor.name, "reason": given.reason, "basis": given.basis,
        "effective_on": _("{d.year}年{d.month}月{d.day}日", d=given.effective_on),
    }
    return {
        "number": given.number,
        "wording_title": given.change.content.title,
        "wording_version": f"{given.change.edition.title} {given.change.edition.version}",
        "wording_sha256": given.change.edition.content_sha256,
        "fields": [{"label": f.label, "value": values.get(f.key, "")} for f in given.change.content.fields],
        "leaders": [
            {
                "label": _("变更前"), "person": term.person_name, "identity_number": identity_of(uow, term),
                "qualification": term.qualification_kind, "certificate": term.qualification_number,
                "since": term.since, "until": given.effective_on,
            },
            {
                "label": _("变更后"), "person": given.successor.name,
                "identity_number": uow.tools.vault.open(
                    given.successor.identity_sealed, f"person/identity/{given.successor.id}"),
                "qualification": given.qualification, "certificate": given.certificate,
                "since": given.effective_on, "until": None,
            },
        ],
        "effective_on": given.effective_on,
        "paragraphs": list(given.change.content.filled(values)),
        "closing": closing_of(given.change.content, values),
        "handover_title": given.handover.content.title,
        "handover_paragraphs": list(given.handover.content.filled(values)),
        "statement": given.statement,
        "handover_closing": closing_of(given.handover.content, values),
        "signed_on": "", "evidence": "", "verify_url": "",
    }


def closing_of(wording: Wording, values: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": field.key, "label": field.label, "value": values.get(field.key, "")} for field in wording.closing]
