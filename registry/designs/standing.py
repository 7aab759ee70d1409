"""From records to the plain facts the rules judge by, and small finders that actions and queries share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.designs.models import (
    CHANGE_IN_FULL,
    SET_IN_FULL,
    Decision,
    DesignChange,
    DrawingSet,
    Result,
    Reviewed,
)
from registry.designs.rules import Verdict, Waiting, Word, change_state, review_state
from registry.projects.models import Project
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.drawings import ChangeKind


@dataclass(frozen=True, slots=True)
class InLine:
    """A drawing set as the rule sees it (see rules.Version)."""

    record: DrawingSet

    @property
    def line(self) -> tuple[str, ...]:
        one = self.record
        return (one.unit.number if one.unit else "", one.discipline, one.stage)

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def delivered_on(self) -> date:
        return self.record.delivered_on

    @property
    def review_required(self) -> bool:
        return self.record.review_required

    @property
    def verdicts(self) -> Sequence[Verdict]:
        return verdicts(self.record.reviewed)


def verdicts(reviewed: Iterable[Reviewed]) -> list[Verdict]:
    return [Verdict(one.review.result is Result.QUALIFIED, one.review.issued_on) for one in reviewed]


def review_of(record: DrawingSet | DesignChange, on: date) -> Waiting | None:
    return review_state(record.review_required, verdicts(record.reviewed), on)


def kind_of(session: Session, change: DesignChange) -> ChangeKind | None:
    """Return what the edition of its day says of a change's kind."""
    rows = standards.content_of(session, kinds.CHANGE_KINDS, change.edition_id)
    return next((row for row in rows if row.key == change.kind), None)


def state_of_change(session: Session, change: DesignChange, on: date) -> Waiting | None:
    """Return why a change was not in force on a day, None when it was."""
    kind = kind_of(session, change)
    words = [Word(one.office, one.decision is Decision.APPROVED, one.signed_on) for one in change.approvals]
    wanted = [office.key for office in kind.approvals] if kind else []
    return change_state(wanted, words, change.effective_on, review_of(change, on), on)


def sets_of(session: Session, project_id: UUID, units: Collection[UUID | None] | None = None) -> Sequence[DrawingSet]:
    """Return every version of every set of a project, or of some of its units (None: those of all units), in full."""
    query = select(DrawingSet).options(*SET_IN_FULL).where(DrawingSet.project_id == project_id)
    if units is not None:
        query = query.where(or_(
            DrawingSet.unit_project_id.in_([unit for unit in units if unit]), DrawingSet.unit_project_id.is_(None),
        ))
    return session.scalars(query.order_by(DrawingSet.recorded_at, DrawingSet.id)).all()


def changes_of(session: Session, project_id: UUID, unit_id: UUID | None = None) -> Sequence[DesignChange]:
    """Return the changes of a project that stand, or those that reach one of its units, in full, newest first."""
    query = select(DesignChange).options(*CHANGE_IN_FULL).where(
        DesignChange.project_id == project_id, DesignChange.withdrawn_at.is_(None),
    )
    if unit_id is not None:
        query = query.where(or_(DesignChange.unit_project_id == unit_id, DesignChange.unit_project_id.is_(None)))
    return session.scalars(query.order_by(DesignChange.effective_on.desc(), DesignChange.number)).all()


def newest_of_line(session: Session, project: Project, unit_id: UUID | None, discipline: str, stage: str) -> DrawingSet | None:
    """Return the latest version of one line of drawings, None before the first."""
    return session.scalars(
        select(DrawingSet)
        .where(
            DrawingSet.project_id == project.id, DrawingSet.discipline == discipline, DrawingSet.stage == stage,
            DrawingSet.unit_project_id.is_not_distinct_from(unit_id),
        )
        .order_by(DrawingSet.version.desc()).limit(1)
    ).first()
