"""The words on the papers: plain values for the printer, taken from a term and its surroundings."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.projects.models import Term, UnitProject
from registry.standards.rules import Edition
from registry.standards.posts import Post
from registry.standards.wording import Wording


@dataclass(frozen=True, slots=True)
class Paperwork:
    """Everything one paper is printed from."""

    term: Term
    post: Post
    wording: Wording
    edition: Edition
    number: str
    signed_on: date
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
        "legal_representative": firm.legal_representative,
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
