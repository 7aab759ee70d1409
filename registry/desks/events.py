"""What the ledger holds about a project: every record that belongs to it, by one statement.

Of the tables that grow with the work itself only those records are asked about that something happened to lately: the
others cannot be among the latest events.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import QueryableAttribute

from registry.acceptance.models import Absence, ConcealedWork, LotResult, NodeAcceptance, Nonconformity
from registry.acceptance.models import Signature as AcceptanceSignature
from registry.archives.models import Archive, ArchiveAbsence, ArchiveFile, Handover
from registry.completion.models import (
    Acceptance,
    Certificate,
    CompletionFiling,
    MeetingNotice,
    Opinion,
    OversightRecord,
    ReacceptanceOrder,
    Receipt,
    Report,
    Round,
    Statement,
)
from registry.designs.models import (
    DesignApproval,
    DesignChange,
    DrawingIssue,
    DrawingReview,
    DrawingSet,
    SchemeArgument,
)
from registry.ledger.models import LedgerEvent
from registry.materials.models import (
    Approval,
    Batch,
    Disposition,
    EntryInspection,
    RecallNotice,
    TestReport,
    WitnessedSample,
)
from registry.plaques.models import Mounting, Plaque
from registry.pledges.models import Authorisation, ChangeOfLeader, Filing, Pledge, Return
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.works.models import FirstSample, Lot, LotBatch, Mark, PlanReview, SampleSignature, SiteCheck

ASKED = bindparam("project", type_=Uuid())
LONGEST_LIST: ColumnElement[int] = literal_column("20")


def within(column: QueryableAttribute[UUID], *owner: ColumnElement[bool]) -> CTE:
    """The keys of the project's records of one table, found once however often they are asked for."""
    return select(column).where(*owner).cte(f"of_{column.class_.__tablename__}")


FIRMS = within(Participation.id, Participation.project_id == ASKED)
TERMS = within(Term.id, Term.participation_id.in_(select(FIRMS)))
UNITS = within(UnitProject.id, UnitProject.project_id == ASKED)
PLAQUES = within(Plaque.id, Plaque.unit_project_id.in_(select(UNITS)))
SETS = within(DrawingSet.id, DrawingSet.project_id == ASKED)
CHANGES = within(DesignChange.id, DesignChange.project_id == ASKED)
BATCHES = within(Batch.id, Batch.project_id == ASKED)
LOTS = within(Lot.id, Lot.unit_project_id.in_(select(UNITS)))
SAMPLES = within(FirstSample.id, FirstSample.unit_project_id.in_(select(UNITS)))
RESULTS = within(LotResult.id, LotResult.unit_project_id.in_(select(UNITS)))
NODES = within(NodeAcceptance.id, NodeAcceptance.unit_project_id.in_(select(UNITS)))
COVERED = within(ConcealedWork.id, ConcealedWork.unit_project_id.in_(select(UNITS)))
ROUNDS = within(Round.id, Round.unit_project_id.in_(select(UNITS)))
FILINGS = within(CompletionFiling.id, CompletionFiling.round_id.in_(select(ROUNDS)))

FEW = (
    *((paper.term_id, TERMS) for paper in (Authorisation, Pledge, Filing, Return)),
    (ChangeOfLeader.incoming_term_id, TERMS), (Plaque.unit_project_id, UNITS), (Mounting.plaque_id, PLAQUES),
)
"""(column that leads to the project, by way of what) of what a project has few of: all of them are asked about."""

MANY = (
    (DrawingIssue.set_id, SETS), (DesignApproval.change_id, CHANGES),
    *((step.batch_id, BATCHES) for step in (EntryInspection, WitnessedSample, Approval, Disposition)),
    *((owned.unit_project_id, UNITS) for owned in (
        Lot, PlanReview, FirstSample, LotResult, NodeAcceptance, ConcealedWork, Nonconformity, Absence, Round, Statement,
        Certificate)),
    (LotBatch.lot_id, LOTS), (Mark.lot_id, LOTS), (SampleSignature.sample_id, SAMPLES),
    (AcceptanceSignature.result_id, RESULTS), (AcceptanceSignature.acceptance_id, NODES), (AcceptanceSignature.work_id, COVERED),
    *((step.round_id, ROUNDS) for step in (Report, MeetingNotice, Opinion, Acceptance, OversightRecord, CompletionFiling)),
    (Receipt.filing_id, FILINGS), (ReacceptanceOrder.filing_id, FILINGS),
)
OWNED = (
    DrawingSet, DrawingReview, DesignChange, SchemeArgument, Batch, TestReport, RecallNotice, SiteCheck,
    ArchiveFile, ArchiveAbsence, Handover,
)
"""What names its project itself, and grows with the work as well."""


def records() -> CompoundSelect[Any]:
    """(table, id) of every record of the project `:project` that can be among the latest."""
    return union_all(
        named(Project).where(Project.id == ASKED),
        *(named(owned).where(owned.project_id == ASKED) for owned in (UnitProject, Participation, Archive)),
        named(Term).where(Term.participation_id.in_(select(FIRMS))),
        *(named(column.class_).where(column.in_(select(way))) for column, way in FEW),
        *(newest(column.class_, column.in_(select(way))) for column, way in MANY),
        *(newest(owned, owned.project_id == ASKED) for owned in OWNED),
    )


def newest(model: Any, condition: ColumnElement[bool]) -> Select[Any]:
    """The records of a table something last happened to, by the latest of their own moments (GREATEST passes over NULL)."""
    table = model.__table__
    moments = [column for column in table.c if isinstance(column.type, DateTime)]
    return named(model).where(condition).order_by(func.greatest(*moments).desc(), table.c.id).limit(LONGEST_LIST)


def named(model: Any) -> Select[Any]:
    return select(literal_column(f"'{model.__tablename__}'").label("subject_table"), model.__table__.c.id.label("subject_id"))


def latest() -> Select[datetime, str, UUID, UUID, bytes]:
    """The newest events about a project, with what each is about and tells. A program's check of a file is none of them."""
    ours = records().subquery("ours")
    about = and_(LedgerEvent.subject_table == ours.c.subject_table, LedgerEvent.subject_id == ours.c.subject_id)
    return (
        select(LedgerEvent.at, LedgerEvent.kind, LedgerEvent.id, LedgerEvent.subject_id, LedgerEvent.body).join(ours, about)
        .where(LedgerEvent.kind != "archive-file.examined")
        .order_by(LedgerEvent.at.desc(), LedgerEvent.id).limit(LONGEST_LIST)
    )


LATEST_EVENTS = latest()
