"""What the ledger holds about a project: every record that belongs to it, by one statement.

Of the tables that grow with the work itself only those records are asked about that something happened to lately: the
others cannot be among the latest events.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    Subquery,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

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
from registry.kernel.db import Base
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
LONGEST_LIST = 20


def records() -> CompoundSelect[Any]:
    """(table, id) of every record of the project `:project`."""
    firms = select(Participation.id).where(Participation.project_id == ASKED)
    terms = select(Term.id).where(Term.participation_id.in_(firms))
    units = select(UnitProject.id).where(UnitProject.project_id == ASKED)
    plaques = select(Plaque.id).where(Plaque.unit_project_id.in_(units))
    return union_all(
        named(Project).where(Project.id == ASKED),
        named(UnitProject).where(UnitProject.project_id == ASKED),
        named(Participation).where(Participation.project_id == ASKED),
        named(Term).where(Term.participation_id.in_(firms)),
        *(named(paper).where(paper.term_id.in_(terms)) for paper in (Authorisation, Pledge, Filing, Return)),
        named(ChangeOfLeader).where(ChangeOfLeader.incoming_term_id.in_(terms)),
        named(Plaque).where(Plaque.unit_project_id.in_(units)),
        named(Mounting).where(Mounting.plaque_id.in_(plaques)),
        named(Archive).where(Archive.project_id == ASKED),
        *(built.select() for built in (*of_designs(), *of_materials(), *of_works(), *of_completion(), *of_archives())),
    )


def of_designs() -> Iterator[Subquery]:
    sets = select(DrawingSet.id).where(DrawingSet.project_id == ASKED)
    changes = select(DesignChange.id).where(DesignChange.project_id == ASKED)
    for owned in (DrawingSet, DrawingReview, DesignChange, SchemeArgument):
        yield newest(owned, owned.__table__.c.project_id == ASKED)
    yield newest(DrawingIssue, DrawingIssue.set_id.in_(sets))
    yield newest(DesignApproval, DesignApproval.change_id.in_(changes))


def of_materials() -> Iterator[Subquery]:
    batches = select(Batch.id).where(Batch.project_id == ASKED)
    for owned in (Batch, TestReport, RecallNotice):
        yield newest(owned, owned.__table__.c.project_id == ASKED)
    for step in (EntryInspection, WitnessedSample, Approval, Disposition):
        yield newest(step, step.__table__.c.batch_id.in_(batches))


def of_works() -> Iterator[Subquery]:
    units = select(UnitProject.id).where(UnitProject.project_id == ASKED)
    lots = select(Lot.id).where(Lot.unit_project_id.in_(units))
    samples = select(FirstSample.id).where(FirstSample.unit_project_id.in_(units))
    results = select(LotResult.id).where(LotResult.unit_project_id.in_(units))
    nodes = select(NodeAcceptance.id).where(NodeAcceptance.unit_project_id.in_(units))
    covered = select(ConcealedWork.id).where(ConcealedWork.unit_project_id.in_(units))
    yield newest(SiteCheck, SiteCheck.project_id == ASKED)
    for owned in (Lot, PlanReview, FirstSample, LotResult, NodeAcceptance, ConcealedWork, Nonconformity, Absence):
        yield newest(owned, owned.__table__.c.unit_project_id.in_(units))
    yield newest(LotBatch, LotBatch.lot_id.in_(lots))
    yield newest(Mark, Mark.lot_id.in_(lots))
    yield newest(SampleSignature, SampleSignature.sample_id.in_(samples))
    for signs, signed in (("result_id", results), ("acceptance_id", nodes), ("work_id", covered)):
        yield newest(AcceptanceSignature, AcceptanceSignature.__table__.c[signs].in_(signed))


def of_completion() -> Iterator[Subquery]:
    units = select(UnitProject.id).where(UnitProject.project_id == ASKED)
    rounds = select(Round.id).where(Round.unit_project_id.in_(units))
    filings = select(CompletionFiling.id).where(CompletionFiling.round_id.in_(rounds))
    for owned in (Round, Statement, Certificate):
        yield newest(owned, owned.__table__.c.unit_project_id.in_(units))
    for step in (Report, MeetingNotice, Opinion, Acceptance, OversightRecord, CompletionFiling):
        yield newest(step, step.__table__.c.round_id.in_(rounds))
    for said in (Receipt, ReacceptanceOrder):
        yield newest(said, said.__table__.c.filing_id.in_(filings))


def of_archives() -> Iterator[Subquery]:
    for owned in (ArchiveFile, ArchiveAbsence, Handover):
        yield newest(owned, owned.__table__.c.project_id == ASKED)


def newest(model: type[Base], within: ColumnElement[bool]) -> Subquery:
    """The records of a table something last happened to, by the latest of their own moments (GREATEST passes over NULL)."""
    table = model.__table__
    moments = [column for column in table.c if isinstance(column.type, DateTime)]
    return named(model).where(within).order_by(func.greatest(*moments).desc(), table.c.id).limit(LONGEST_LIST).subquery()


def named(model: type[Base]) -> Select[Any]:
    return select(literal(model.__tablename__).label("subject_table"), model.__table__.c.id.label("subject_id"))


def latest() -> Select[datetime, str, UUID]:
    """The newest events about a project, and where each can be proved."""
    ours = records().subquery()
    about = and_(LedgerEvent.subject_table == ours.c.subject_table, LedgerEvent.subject_id == ours.c.subject_id)
    return (
        select(LedgerEvent.at, LedgerEvent.kind, LedgerEvent.id).join(ours, about)
        .order_by(LedgerEvent.at.desc(), LedgerEvent.id).limit(LONGEST_LIST)
    )


LATEST_EVENTS = latest()
