"""How a leader signs in completion: in office that day, his name drawn or typed, a one-time code used up."""

from dataclasses import dataclass
from typing import Any

from registry.accounts import actions as accounts
from registry.documents import actions as documents
from registry.kernel.uow import UnitOfWork
from registry.pledges.actions import Signing, require_signature
from registry.projects.models import Term


@dataclass(frozen=True, slots=True)
class Given:
    """A signature just given, ready to go into a record."""

    term: Term
    drawing_sha256: str | None
    evidence: dict[str, Any]

    def columns(self, uow: UnitOfWork) -> dict[str, Any]:
        """The columns of `Signed`."""
        return {
            "term_id": self.term.id, "person_name": self.term.person_name, "post": self.term.post,
            "drawing_sha256": self.drawing_sha256, "evidence": self.evidence, "signed_on": uow.today, "signed_at": uow.at,
        }


def sign_as(uow: UnitOfWork, term: Term, signing: Signing) -> Given:
    """Prove that the actor holds `term` and means it; use the code up.

    Raises Invalid for a missing or foreign name, WrongCode for a wrong code. The caller has found the term in office.
    """
    require_signature(term.person_name, signing)
    evidence = accounts.confirm_identity(uow, signing.code)
    drawing = None
    if signing.drawing is not None and not signing.typed_name:
        drawing = documents.deposit(uow, signing.drawing, "image/png")
    return Given(term, drawing, {
        "method": evidence.method, "at": evidence.at.isoformat(), "account": str(evidence.account),
        "session": evidence.session, "hand": "drawn" if drawing else "typed",
    })
