"""The one act of a desk: to look at a whole number, which is written down."""

from uuid import UUID

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.parties.actions import Reveal, reveal_identity
from registry.parties.models import RevealReason
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Term


def reveal(uow: UnitOfWork, term_id: UUID, what: str, reason: str, explanation: str) -> str:
    """Return the whole identity number or phone of the person in a term, and note who looked and why.

    Raises NotFresh unless the actor has just proved again who he is.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, term.scope)
    return reveal_identity(uow, term.person_id, Reveal(what, RevealReason(reason), explanation), term.scope)
