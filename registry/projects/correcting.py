"""Corrections: what was entered wrongly is put right with a reason, and what was written before stays to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.models import Person
from registry.policy import Permission
from registry.projects.actions import (
    TermFacts,
    new_term,
    post_for,
    refuse_overlap,
    require_acceptance_day,
    within,
)
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Term, UnitProject


@dataclass(frozen=True, slots=True)
class Correction:
    """How a term should have been entered: the same person and post, other days or papers."""

    since: date
    until: date | None
    qualification_kind: str
    qualification_number: str
    reason: str


def amend_unit(
    uow: UnitOfWork, unit_id: UUID, version: int, reason: str, changes: Mapping[str, object]
) -> UnitProject:
    """Correct or complete a unit project's particulars. The ledger keeps what was written before.

    Raises Conflict when somebody else changed the unit since `version` was read.
    """
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES), lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    if unit.version != version:
        raise Conflict(_("在您填写期间，他人已修改了此单位工程。"), remedy=_("请重新打开页面，核对后再提交。"))
    for name, value in changes.items():
        setattr(unit, name, value)
    ledger.append(uow, "unit-project.amended", unit, data={"reason": reason, "changed": sorted(changes)})
    return unit


def correct_acceptance(uow: UnitOfWork, unit_id: UUID, accepted_on: date, reason: str) -> UnitProject:
    """Put a wrongly entered day of 竣工验收合格 right. Raises Conflict when there is none yet."""
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES), lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    before = unit.accepted_on
    if before is None:
        raise Conflict(_("该单位工程尚未登记竣工验收合格日期。"))
    require_acceptance_day(uow, unit, accepted_on)
    unit.accepted_on = accepted_on
    ledger.append(uow, "unit-project.acceptance-corrected", unit, data={"reason": reason, "before": before})
    return unit


def correct_term(uow: UnitOfWork, term_id: UUID, facts: TermFacts, reason: str) -> Term:
    """Replace a wrongly entered term by a right one. The wrong one stays, marked, with the reason."""
    wrong = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, wrong.scope)
    if wrong.corrected_by_id is not None:
        raise Conflict(_("该任期已经更正过。"))
    taking_part = uow.get(
        Participation, wrong.participation_id, selectinload(Participation.terms),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )
    post = post_for(uow, taking_part, facts)
    facts = within(uow, taking_part, facts)
    for other in taking_part.terms if post.sole else ():
        if other.id != wrong.id:
            refuse_overlap(other, facts)
    right = new_term(uow, taking_part, uow.get(Person, facts.person_id), facts, post)
    uow.session.execute(text("SET CONSTRAINTS term_overlap DEFERRED"))  # both stand until the wrong one is marked
    uow.session.add(right)
    ledger.append(uow, "term.opened", right, data={"corrects": str(wrong.id), "reason": reason})
    wrong.corrected_by_id, wrong.corrected_reason = right.id, reason
    ledger.append(uow, "term.corrected", wrong)
    uow.session.execute(text("SET CONSTRAINTS term_overlap IMMEDIATE"))
    return right


def correct_dates(uow: UnitOfWork, term_id: UUID, correction: Correction) -> Term:
    """Correct the days or the qualification of a term; another person is a change of leader, never a correction."""
    wrong = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, wrong.scope)
    return correct_term(uow, term_id, TermFacts(
        wrong.person_id, wrong.post, correction.since, correction.until,
        correction.qualification_kind, correction.qualification_number,
    ), correction.reason)
