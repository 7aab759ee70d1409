"""Whether batches may be used and accepted: their records read together, and judged by the rules.

Nothing here is stored. Eight SELECTs answer for one batch and for ten thousand. The storeys above ask before they use
or accept; asking is no act of its own, so these functions ask no authority: the caller's act or query has.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, func, select
from sqlalchemy.orm import Session

from registry.materials.models import (
    Approval,
    Batch,
    BatchFile,
    Disposition,
    EntryInspection,
    Recall,
    ReportBatch,
    TestReport,
    WitnessedSample,
)
from registry.materials.reach import falls_under
from registry.materials.rules import BatchFacts, Hold, HoldKey, ReportFact, Verdict, judge
from registry.projects.models import Project
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.materials import MaterialKind, Paper

IDS = bindparam("ids", type_=ARRAY(Uuid()))


@dataclass(slots=True)
class Gathered:
    """What was found of one batch, while it is being read together."""

    papers: set[Paper] = field(default_factory=set)
    inspection: Verdict | None = None
    reports: list[ReportFact] = field(default_factory=list)
    approval: tuple[Verdict, datetime] | None = None
    removed: Decimal = Decimal(0)
    downgraded_at: datetime | None = None
    recalls: list[str] = field(default_factory=list)


def holds(session: Session, batch_ids: Collection[UUID]) -> dict[UUID, tuple[Hold, ...]]:
    """Return for each of the batches why it may not be used or accepted; () for one that nothing holds.

    `Hold.bars_use` tells what bars the use from what only bars acceptance (a 28-day strength still to come).
    """
    ids = sorted(set(batch_ids))
    if not ids:
        return {}
    heads = session.execute(HEADS, {"ids": ids}).all()
    found = gather(session, ids)
    return {head.id: judge(facts_of(session, head, found[head.id])) for head in heads}


def project_holds(session: Session, project_id: UUID) -> dict[UUID, tuple[Hold, ...]]:
    """Return the batches of a project that are held, with the reasons. One that has left the site whole holds nothing up."""
    ids = session.scalars(select(Batch.id).where(Batch.project_id == project_id).order_by(Batch.id)).all()
    return {
        batch: reasons for batch, reasons in holds(session, ids).items() if any(one.key is not HoldKey.REMOVED for one in reasons)
    }


def remaining(session: Session, batch_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return how much of each batch came and has not left the site again, in the batch's own unit."""
    gone = (
        select(func.coalesce(func.sum(Disposition.quantity), 0))
        .where(Disposition.batch_id == Batch.id, Disposition.kind == Disposition.Kind.REMOVED).scalar_subquery()
    )
    rows = session.execute(
        select(Batch.id, Batch.quantity - gone).where(Batch.id == any_(IDS)).order_by(Batch.id), {"ids": list(batch_ids)}
    )
    return {row[0]: row[1] for row in rows}


HEADS = (
    select(Batch.id, Batch.kind, Batch.kinds_id, Batch.quantity, Batch.arrived_on, Project.region)
    .join(Project, Project.id == Batch.project_id).where(Batch.id == any_(IDS)).order_by(Batch.id)
)
PAPERS = select(BatchFile.batch_id, BatchFile.kind).where(BatchFile.batch_id == any_(IDS)).order_by(BatchFile.id)
INSPECTIONS = (
    select(EntryInspection.batch_id, EntryInspection.verdict).where(EntryInspection.batch_id == any_(IDS))
    .order_by(EntryInspection.inspected_at, EntryInspection.id)
)
APPROVALS = (
    select(Approval.batch_id, Approval.verdict, Approval.approved_at).where(Approval.batch_id == any_(IDS))
    .order_by(Approval.approved_at, Approval.id)
)
DISPOSITIONS = (
    select(Disposition.batch_id, Disposition.kind, Disposition.quantity, Disposition.disposed_at)
    .where(Disposition.batch_id == any_(IDS)).order_by(Disposition.disposed_at, Disposition.id)
)
REPORTS = (
    select(
        ReportBatch.batch_id, TestReport.id, TestReport.number, TestReport.test, TestReport.verdict,
        TestReport.commissioned_by_owner, TestReport.recorded_at, TestReport.represented_quantity,
        WitnessedSample.id.is_not(None).label("witnessed"), WitnessedSample.retest_id.is_not(None).label("retest"),
    )
    .join(TestReport, TestReport.id == ReportBatch.report_id)
    .outerjoin(WitnessedSample, WitnessedSample.id == TestReport.sample_id)
    .where(ReportBatch.batch_id == any_(IDS)).order_by(TestReport.recorded_at, TestReport.id)
)


RECALLS = (
    select(Batch.id, Recall.number)
    .join(Project, Project.id == Batch.project_id)
    .join(Recall, falls_under())
    .where(Batch.id == any_(IDS), Recall.lifted_at.is_(None)).order_by(Recall.announced_at, Recall.id)
)


def gather(session: Session, ids: list[UUID]) -> Mapping[UUID, Gathered]:
    """Read what there is of the batches, the oldest first, so that the last word stands."""
    found: defaultdict[UUID, Gathered] = defaultdict(Gathered)
    for batch, paper in session.execute(PAPERS, {"ids": ids}):
        found[batch].papers.add(paper)
    for batch, verdict in session.execute(INSPECTIONS, {"ids": ids}):
        found[batch].inspection = verdict
    for batch, reports in reports_of(session, ids).items():
        found[batch].reports = reports
    for batch, verdict, at in session.execute(APPROVALS, {"ids": ids}):
        found[batch].approval = verdict, at
    for batch, kind, quantity, at in session.execute(DISPOSITIONS, {"ids": ids}):
        if kind == Disposition.Kind.REMOVED and quantity is not None:
            found[batch].removed += quantity
        if kind == Disposition.Kind.DOWNGRADED:
            found[batch].downgraded_at = at
    for batch, numbers in recalled(session, ids).items():
        found[batch].recalls = numbers
    return found


def reports_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[ReportFact]]:
    """Return what reports say of batches, the oldest first."""
    found: defaultdict[UUID, list[ReportFact]] = defaultdict(list)
    for row in session.execute(REPORTS, {"ids": list(ids)}):
        found[row.batch_id].append(ReportFact(
            row.id, row.number, row.test, row.verdict, row.commissioned_by_owner, row.witnessed, row.retest,
            row.recorded_at, row.represented_quantity,
        ))
    return found


def recalled(session: Session, ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return the batches that fall under recalls not lifted, with the numbers of the recalls."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for batch, number in session.execute(RECALLS, {"ids": list(ids)}):
        found[batch].append(number)
    return found


def facts_of(session: Session, head: Row[*tuple[Any, ...]], found: Gathered) -> BatchFacts:
    return BatchFacts(
        id=head.id, kind=kind_of(session, head.kinds_id, head.kind), quantity=head.quantity,
        papers=frozenset(found.papers),
        pledge_required=head.kind in standards.producer_pledges(session, head.region, head.arrived_on).kinds,
        inspection=found.inspection, reports=tuple(found.reports),
        approval=found.approval[0] if found.approval else None, approved_at=found.approval[1] if found.approval else None,
        removed=found.removed, downgraded_at=found.downgraded_at, recalls=tuple(found.recalls),
    )


def kind_of(session: Session, edition_id: UUID, key: str) -> MaterialKind:
    """Return the kind of a batch as the edition it points to has it."""
    known = standards.content_of(session, kinds.MATERIAL_KINDS, edition_id)
    return next(kind for kind in known if kind.key == key)
