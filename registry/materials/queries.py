"""What can be asked about materials. Every answer has been through policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.codes import normalised
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.models import (
    Approval,
    Batch,
    BatchFile,
    Component,
    Disposition,
    EntryInspection,
    ReportBatch,
    TestReport,
    WitnessedSample,
)
from registry.materials.offices import (
    APPROVERS,
    BATCH_IN_PROJECT,
    CLERKS,
    COMPONENT_IN_PROJECT,
    DISPOSERS,
    INSPECTORS,
    PLANT_SUPERVISORS,
    REPORTERS,
    SAMPLERS,
    WITNESSES,
    project_for,
)
from registry.materials.rules import Hold, state_word
from registry.materials.standing import holds, kind_of, remaining
from registry.parties.models import Organisation
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, Term
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards.materials import MaterialKind

LAST_USED = 6


def posts_held(uow: UnitOfWork, project_id: UUID) -> frozenset[str]:
    """The posts the actor holds on this project today, of those that have to do with materials."""
    posts = {*CLERKS, *SAMPLERS, *WITNESSES, *APPROVERS, *DISPOSERS, *PLANT_SUPERVISORS}
    return frozenset(
        term.post for term in in_office(uow.session, project_id, posts, uow.today) if term.person_id == uow.actor.person
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """One batch from arrival to what is left, with what holds it and what the actor may do next."""

    batch: Batch
    kind: MaterialKind
    holds: Sequence[Hold]
    inspections: Sequence[EntryInspection]
    samples: Sequence[WitnessedSample]
    reports: Sequence[TestReport]
    approvals: Sequence[Approval]
    dispositions: Sequence[Disposition]
    components: Sequence[Component]
    left: Decimal                           # what came and has not gone from the site again
    posts: frozenset[str]

    @property
    def state(self) -> str:
        return state_word(self.holds)

    @property
    def may_inspect(self) -> bool:
        return bool(self.posts & set(INSPECTORS))

    @property
    def may_sample(self) -> bool:
        return bool(self.posts & {*SAMPLERS, *WITNESSES})

    @property
    def may_report(self) -> bool:
        return bool(self.posts & set(REPORTERS))

    @property
    def may_approve(self) -> bool:
        return bool(self.posts & set(APPROVERS))

    @property
    def may_dispose(self) -> bool:
        return bool(self.posts & set(DISPOSERS))

    @property
    def may_receive(self) -> bool:
        return bool(self.posts & set(CLERKS))

    def label_of(self, test: str) -> str:
        found = self.kind.test(test)
        return found.label if found else test


def chain(uow: UnitOfWork, batch_id: UUID, needs: Permission = Permission.MATERIAL_READ) -> Chain:
    """A batch with every record there is of it, the oldest first. `needs`: what the actor is about to do with it."""
    batch = uow.get(Batch, batch_id, BATCH_IN_PROJECT, selectinload(Batch.files))
    policy.require(uow.actor, needs, batch.scope)
    session = uow.session
    return Chain(
        batch, kind_of(session, batch.kinds_id, batch.kind), holds(session, [batch_id])[batch_id],
        session.scalars(select(EntryInspection).where(EntryInspection.batch_id == batch_id)
                        .order_by(EntryInspection.inspected_at, EntryInspection.id)).all(),
        session.scalars(select(WitnessedSample).where(WitnessedSample.batch_id == batch_id)
                        .order_by(WitnessedSample.taken_at, WitnessedSample.id)).all(),
        session.scalars(select(TestReport).join(ReportBatch, ReportBatch.report_id == TestReport.id)
                        .options(selectinload(TestReport.items)).where(ReportBatch.batch_id == batch_id)
                        .order_by(TestReport.recorded_at, TestReport.id)).all(),
        session.scalars(select(Approval).where(Approval.batch_id == batch_id)
                        .order_by(Approval.approved_at, Approval.id)).all(),
        session.scalars(select(Disposition).where(Disposition.batch_id == batch_id)
                        .order_by(Disposition.disposed_at, Disposition.id)).all(),
        session.scalars(select(Component).where(Component.batch_id == batch_id).order_by(Component.number)).all(),
        remaining(session, [batch_id])[batch_id], posts_held(uow, batch.project_id),
    )


def behind_code(uow: UnitOfWork, code: str) -> Batch | Component:
    """Return the batch or component whose label carries a code. Raises NotFound for another tenant's as for none."""
    wanted = normalised(code)
    found = uow.session.scalar(select(Batch).options(BATCH_IN_PROJECT).where(Batch.code == wanted)) or uow.session.scalar(
        select(Component).options(COMPONENT_IN_PROJECT).where(Component.code == wanted))
    if found is None:
        raise NotFound(_("没有找到所要的记录。"))
    policy.require(uow.actor, Permission.MATERIAL_READ, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class Receiving:
    """What the arrival page offers: kinds, and what came last, to be taken over with one tap."""

    project: Project
    kinds: Sequence[MaterialKind]
    last: Sequence[Batch]

    def alike(self, said: Mapping[str, str]) -> Batch | None:
        """Return the delivery a code reminds of: of the same product, or from the same producer."""
        return next((
            one for one in self.last
            if one.product == said.get("product") or one.producer_name == said.get("producer_name")
        ), None)


def batch_like(uow: UnitOfWork, code: str) -> Batch | None:
    """The delivery whose label of ours carries a code, wherever the actor may see it; None for any other code."""
    try:
        found = behind_code(uow, code)
    except NotFound:
        return None
    policy.require(uow.actor, Permission.MATERIAL_READ, found.scope)
    return found if isinstance(found, Batch) else None


def receiving(uow: UnitOfWork, project_id: UUID) -> Receiving:
    project = project_for(uow, project_id, Permission.MATERIAL_RECORD)
    newest = (
        select(func.max(Batch.recorded_at)).where(Batch.project_id == project_id)
        .group_by(Batch.kind, Batch.product, Batch.grade, Batch.producer_id, Batch.supplier_id)
        .order_by(func.max(Batch.recorded_at).desc()).limit(LAST_USED)
    )
    last = uow.session.scalars(
        select(Batch).where(Batch.project_id == project_id, Batch.recorded_at.in_(newest))
        .order_by(Batch.recorded_at.desc(), Batch.id).limit(LAST_USED)
    ).all()
    return Receiving(project, standards.material_kinds(uow.session, project.region, uow.today).content, last)


def people(uow: UnitOfWork, project_id: UUID, posts: Sequence[str]) -> list[tuple[str, str]]:
    """(term, name and firm) of those in office today, to choose from; the actor himself first."""
    project_for(uow, project_id, Permission.MATERIAL_READ)
    terms = in_office(uow.session, project_id, posts, uow.today)
    ordered = sorted(terms, key=lambda term: term.person_id != uow.actor.person)
    return [(str(term.id), said(term)) for term in ordered]


def said(term: Term) -> str:
    return f"{term.person_name}（{term.participation.organisation_name}）"


@dataclass(frozen=True, slots=True)
class Failed:
    """不合格项目台账: one failed inspection or report."""

    batch: Batch
    what: str
    number: str
    found_at: datetime
    holds: Sequence[Hold]

    @property
    def state(self) -> str:
        return state_word(self.holds)


def failed_ledger(uow: UnitOfWork, project_id: UUID) -> tuple[Project, list[Failed]]:
    """The failed inspections and reports of a project, the latest first. Source: 57号令 第二十六条."""
    project = project_for(uow, project_id, Permission.MATERIAL_READ)
    reports = uow.session.execute(
        select(Batch, TestReport).join(ReportBatch, ReportBatch.batch_id == Batch.id)
        .join(TestReport, TestReport.id == ReportBatch.report_id)
        .where(Batch.project_id == project_id, TestReport.verdict == "failed")
        .order_by(TestReport.recorded_at.desc(), TestReport.id, Batch.id)
    ).all()
    looks = uow.session.execute(
        select(Batch, EntryInspection).join(EntryInspection, EntryInspection.batch_id == Batch.id)
        .where(Batch.project_id == project_id, EntryInspection.verdict == "failed")
        .order_by(EntryInspection.inspected_at.desc(), EntryInspection.id)
    ).all()
    standing = holds(uow.session, [row[0].id for row in (*reports, *looks)])
    rows = [Failed(batch, test_label(uow, batch, report.test), report.number, report.recorded_at, standing[batch.id])
            for batch, report in reports]
    rows += [Failed(batch, _("进场检验：{remark}", remark=look.remark), "", look.inspected_at, standing[batch.id])
             for batch, look in looks]
    return project, sorted(rows, key=lambda row: row.found_at, reverse=True)


def test_label(uow: UnitOfWork, batch: Batch, test: str) -> str:
    found = kind_of(uow.session, batch.kinds_id, batch.kind).test(test)
    return found.label if found else test


def paper(uow: UnitOfWork, batch_id: UUID, sha256: str) -> Readable:
    """A paper or photo that belongs to a batch, to be looked at. Raises NotFound for any other hash."""
    batch = uow.get(Batch, batch_id, BATCH_IN_PROJECT)
    policy.require(uow.actor, Permission.MATERIAL_READ, batch.scope)
    of_batch = (
        select(BatchFile.document_sha256).where(BatchFile.batch_id == batch_id),
        select(WitnessedSample.photo_sha256).where(WitnessedSample.batch_id == batch_id),
        select(Disposition.photo_sha256).where(Disposition.batch_id == batch_id),
        select(Disposition.consent_sha256).where(Disposition.batch_id == batch_id),
        select(TestReport.document_sha256).join(ReportBatch, ReportBatch.report_id == TestReport.id)
        .where(ReportBatch.batch_id == batch_id),
    )
    if not any(sha256 in uow.session.scalars(each).all() for each in of_batch):
        raise NotFound(_("没有找到所要的记录。"))
    return readable(uow, sha256, f"{batch.product}-{batch.number}")


def commissioners(uow: UnitOfWork, project_id: UUID) -> list[tuple[str, str]]:
    """The firms that may stand on a report as its commissioner; the owner first, for only his counts."""
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.MATERIAL_READ, project.scope)
    firms = sorted(project.participations, key=lambda firm: (firm.role != "owner", firm.organisation_name))
    return list(dict.fromkeys((str(firm.organisation_id), firm.organisation_name) for firm in firms))


def codes_of(uow: UnitOfWork, batch: Batch) -> tuple[str, str]:
    """The 统一社会信用代码 of a batch's producer and supplier."""
    policy.require(uow.actor, Permission.PARTY_READ, policy.ANYWHERE)
    return uow.get(Organisation, batch.producer_id).uscc, uow.get(Organisation, batch.supplier_id).uscc


def alike(uow: UnitOfWork, batch: Batch, limit: int = 30) -> list[tuple[str, str]]:
    """The batches one report may stand for together with this one: of the same kind, the latest first. Needs its project."""
    policy.require(uow.actor, Permission.MATERIAL_READ, batch.scope)
    found = uow.session.scalars(
        select(Batch).where(Batch.project_id == batch.project_id, Batch.kind == batch.kind)
        .order_by((Batch.id == batch.id).desc(), Batch.arrived_on.desc(), Batch.id).limit(limit)
    )
    return [(str(one.id), f"{one.number} {one.product} {one.grade}") for one in found]
