"""What the storeys below hold already and the archive need not be given twice: one function per storey.

Nothing is copied. Each function reads columns, never whole records: a project has thousands of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, bindparam, select

from registry import policy
from registry.acceptance.models import AcceptancePaper, NodeAcceptance
from registry.archives.models import Archive
from registry.designs.models import DesignChange, DrawingReview, DrawingSet, DrawingSheet, SchemeArgument
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.materials.models import Batch, BatchFile, TestReport, WitnessedSample
from registry.plaques.models import Mounting, Plaque
from registry.pledges.models import Authorisation, ChangeOfLeader, Pledge
from registry.projects.models import Participation, Term, UnitProject
from registry.works.models import Lot, Mark, SiteCheck, Verdict

AS_BUILT = {
    "architecture": "D-01", "structure": "D-02", "steel": "D-03", "curtain-wall": "D-04", "interior": "D-05",
    "plumbing": "D-06", "electrical": "D-07", "intelligent": "D-08", "hvac": "D-09", "site-plan": "D-10",
}
"""竣工图 by discipline."""
CHANGES = {"design-change": "C2-06", "consultation": "C2-07"}
ARGUED = "C2-03"           # 危险性较大分部分项工程施工方案 and what experts said of it
PAPERS = {
    "hidden_record": ("C5-01",), "lot_record": ("C7-01",), "item_record": ("C7-02",), "division_record": ("C7-03",),
    "unit_review": ("C8-01", "C8-03", "C8-04", "C8-05"),
}
"""Where the printed records of acceptance belong, by their form. 竣工预验收 is printed with its tables of 核查."""
ENERGY = "C7-04"           # 建筑节能分部工程质量验收记录
ENERGY_DIVISION = "09"     # 建筑节能 in GB 50300
Asked = Mapping[str, object]
PROJECT: BindParameter[UUID] = bindparam("project", type_=Uuid())


@dataclass(frozen=True, slots=True)
class Collected:
    """A document another storey holds: where it belongs in the catalogue, whose it is, of which day.

    record   the table and id of the record that names its hash, and whose event in the ledger therefore proves it
    """

    code: str
    title: str
    sha256: str
    dated_on: date
    record: tuple[str, UUID]
    participation_id: UUID | None = None
    unit_id: UUID | None = None


def collect(uow: UnitOfWork, project_id: UUID) -> list[Collected]:
    """Everything the storeys below hold for the archive of a project. The caller's query has asked policy."""
    policy.open_to_all(uow.actor)
    uow.session.flush()  # nothing below is read through the mapper, which would see to it
    storeys = (of_pledges, of_plaques, of_volumes, of_designs, of_materials, of_works, of_acceptance)
    return [one for storey in storeys for one in storey(uow, {"project": project_id})]


SIGNED = tuple(
    select(Term.person_name, Participation.id, kind.document_sha256, kind.signed_on, kind.id)
    .join(Term, Term.id == kind.term_id).join(Participation, Participation.id == Term.participation_id)
    .where(Participation.project_id == PROJECT, kind.withdrawn_at.is_(None))
    .order_by(kind.signed_on, kind.id)
    for kind in (Authorisation, Pledge)
)
HANDED_OVER = (
    select(Term.person_name, Participation.id, ChangeOfLeader.document_sha256, ChangeOfLeader.recorded_on, ChangeOfLeader.id)
    .join(Term, Term.id == ChangeOfLeader.incoming_term_id)
    .join(Participation, Participation.id == Term.participation_id)
    .where(Participation.project_id == PROJECT).order_by(ChangeOfLeader.recorded_on, ChangeOfLeader.id)
)


def of_pledges(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """Authorisations, pledges and papers of a change of leader. Source: 建质〔2014〕124号 第十条（二）（三）."""
    headings = (("Q1-01", _("法定代表人授权书"), Authorisation), ("Q1-02", _("工程质量终身责任承诺书"), Pledge))
    for statement, (code, title, kind) in zip(SIGNED, headings, strict=True):
        for person, firm_id, sha256, day, record in uow.rows(statement, asked):
            yield Collected(code, _("{title}（{person}）", title=title, person=person), sha256, day,
                            (kind.__tablename__, record), firm_id)
    for person, firm_id, sha256, day, record in uow.rows(HANDED_OVER, asked):
        yield Collected("Q1-04", _("项目负责人变更表（{person}接任）", person=person), sha256, day,
                        (ChangeOfLeader.__tablename__, record), firm_id)


PLAQUES = (
    select(UnitProject.name, UnitProject.id, Plaque.pdf_sha256, Plaque.issued_on, Plaque.id)
    .join(UnitProject, UnitProject.id == Plaque.unit_project_id)
    .where(UnitProject.project_id == PROJECT, Plaque.superseded_at.is_(None)).order_by(UnitProject.number)
)
MOUNTED = (
    select(UnitProject.name, UnitProject.id, Mounting.photo_sha256, Mounting.mounted_on, Mounting.id)
    .join(Plaque, Plaque.id == Mounting.plaque_id).join(UnitProject, UnitProject.id == Plaque.unit_project_id)
    .where(UnitProject.project_id == PROJECT).order_by(Mounting.mounted_on, Mounting.id)
)


def of_plaques(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """Plaques that stand and the photographs of where they hang."""
    for name, unit_id, sha256, day, record in uow.rows(PLAQUES, asked):
        yield Collected("Q1-05", _("永久性标牌样图（{unit}）", unit=name), sha256, day, (Plaque.__tablename__, record), None,
                        unit_id)
    for name, unit_id, sha256, day, record in uow.rows(MOUNTED, asked):
        yield Collected("Q1-05", _("永久性标牌安装照片（{unit}）", unit=name), sha256, day,
                        (Mounting.__tablename__, record), None, unit_id)


LATEST = (
    select(Archive.id, Archive.files).where(Archive.project_id == PROJECT)
    .order_by(Archive.assembled_at.desc(), Archive.id).limit(1)
)


def of_volumes(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """质量终身责任信息表, from the volume assembled last: the one table with whole identity numbers."""
    for record, files in uow.rows(LATEST, asked):
        for file in files:
            if file["heading"] == "Q1-03":
                yield Collected("Q1-03", file["title"], file["sha256"], date.fromisoformat(file["dated"]),
                                (Archive.__tablename__, record))


REVIEWS = (
    select(DrawingReview.certificate_number, DrawingReview.sha256, DrawingReview.issued_on, DrawingReview.id)
    .where(DrawingReview.project_id == PROJECT).order_by(DrawingReview.issued_on, DrawingReview.id)
)
CHANGED = (
    select(DesignChange.kind, DesignChange.number, DesignChange.sha256, DesignChange.effective_on, DesignChange.id,
           DesignChange.participation_id, DesignChange.unit_project_id)
    .where(DesignChange.project_id == PROJECT, DesignChange.withdrawn_at.is_(None))
    .order_by(DesignChange.effective_on, DesignChange.id)
)
SCHEMES = (
    select(SchemeArgument.subject, SchemeArgument.report_sha256, SchemeArgument.closed_on, SchemeArgument.id,
           SchemeArgument.participation_id, SchemeArgument.unit_project_id)
    .where(SchemeArgument.project_id == PROJECT)
)
DRAWN = (
    select(DrawingSet.discipline, DrawingSheet.number, DrawingSheet.title, DrawingSheet.sha256, DrawingSet.delivered_on,
           DrawingSheet.id, DrawingSet.participation_id, DrawingSet.unit_project_id)
    .join(DrawingSheet, DrawingSheet.set_id == DrawingSet.id)
    .where(DrawingSet.project_id == PROJECT, DrawingSet.stage == "as-built", DrawingSet.id.not_in(
        select(DrawingSet.supersedes_id).where(DrawingSet.supersedes_id.is_not(None)),
    ))
    .order_by(DrawingSheet.number, DrawingSheet.kind)
)


def of_designs(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """Reviews, changes, experts' reports, and the drawings of what was really built."""
    for number, sha256, day, record in uow.rows(REVIEWS, asked):
        yield Collected("A3-07", _("施工图设计文件审查（{number}）", number=number), sha256, day,
                        (DrawingReview.__tablename__, record))
    for kind, number, sha256, day, record, firm_id, unit_id in uow.rows(CHANGED, asked):
        code = CHANGES.get(kind, "C2-06")
        title = _("设计变更通知单（{number}）", number=number)
        if code == "C2-07":
            title = _("工程洽商记录（{number}）", number=number)
        yield Collected(code, title, sha256, day, (DesignChange.__tablename__, record), firm_id, unit_id)
    for subject, report, closed_on, record, firm_id, unit_id in uow.rows(SCHEMES, asked):
        if report and closed_on:
            yield Collected(ARGUED, _("专家论证报告（{subject}）", subject=subject), report, closed_on,
                            (SchemeArgument.__tablename__, record), firm_id, unit_id)
    for discipline, number, title, sha256, day, record, firm_id, unit_id in uow.rows(DRAWN, asked):
        if discipline in AS_BUILT:
            yield Collected(AS_BUILT[discipline], f"{number} {title}", sha256, day, (DrawingSheet.__tablename__, record),
                            firm_id, unit_id)


CERTIFIED = (
    select(Batch.product, Batch.number, BatchFile.document_sha256, Batch.arrived_on, BatchFile.id, Batch.participation_id)
    .join(Batch, Batch.id == BatchFile.batch_id).where(Batch.project_id == PROJECT)
    .order_by(Batch.arrived_on, BatchFile.id)
)
TESTED = (
    select(TestReport.number, TestReport.document_sha256, TestReport.issued_on, TestReport.id)
    .where(TestReport.project_id == PROJECT).order_by(TestReport.issued_on, TestReport.id)
)
SAMPLED = (
    select(WitnessedSample.place, WitnessedSample.photo_sha256, WitnessedSample.taken_at, WitnessedSample.id)
    .join(Batch, Batch.id == WitnessedSample.batch_id).where(Batch.project_id == PROJECT)
    .order_by(WitnessedSample.taken_at, WitnessedSample.id)
)


def of_materials(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """Certificates that came with deliveries, test reports, and witnessed samples."""
    for product, number, sha256, day, record, firm_id in uow.rows(CERTIFIED, asked):
        yield Collected("C4-01", _("{product} {number} 质量证明文件", product=product, number=number), sha256, day,
                        (BatchFile.__tablename__, record), firm_id)
    for number, sha256, day, record in uow.rows(TESTED, asked):
        yield Collected("C4-05", _("检验报告（{number}）", number=number), sha256, day, (TestReport.__tablename__, record))
    for place, sha256, at, record in uow.rows(SAMPLED, asked):
        yield Collected("B3-04", _("见证取样照片（{place}）", place=place), sha256, day_in_china(at),
                        (WitnessedSample.__tablename__, record))


CHECKED = (
    select(SiteCheck.document_sha256, SiteCheck.checked_on, SiteCheck.id, SiteCheck.participation_id,
           Participation.organisation_name)
    .join(Participation, Participation.id == SiteCheck.participation_id)
    .where(SiteCheck.project_id == PROJECT, SiteCheck.verdict == Verdict.PASSED)
    .order_by(SiteCheck.checked_at, SiteCheck.id)
)
MARKED = (
    select(Lot.name, Mark.photos, Mark.done_on, Mark.id, Lot.participation_id, Lot.unit_project_id)
    .join(Lot, Lot.id == Mark.lot_id).join(UnitProject, UnitProject.id == Lot.unit_project_id)
    .where(UnitProject.project_id == PROJECT, Mark.superseded_at.is_(None)).order_by(Mark.done_on, Mark.id)
)


def of_works(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """How the site was managed, and the photographs of quality marks (质量责任标识)."""
    for sha256, day, record, firm_id, firm in uow.rows(CHECKED, asked):
        if sha256 and day:
            yield Collected("C1-02", _("施工现场质量管理检查记录（{firm}）", firm=firm), sha256, day,
                            (SiteCheck.__tablename__, record), firm_id)
    for name, photos, day, record, firm_id, unit_id in uow.rows(MARKED, asked):
        for number, sha256 in enumerate(photos, 1):
            yield Collected("C5-02", _("{lot}质量责任标识照片 {number}", lot=name, number=number), sha256, day,
                            (Mark.__tablename__, record), firm_id, unit_id)


PRINTED = (
    select(AcceptancePaper.form, NodeAcceptance.code, AcceptancePaper.number, AcceptancePaper.document_sha256,
           AcceptancePaper.printed_at, AcceptancePaper.id, AcceptancePaper.unit_project_id)
    .join(UnitProject, UnitProject.id == AcceptancePaper.unit_project_id)
    .outerjoin(NodeAcceptance, NodeAcceptance.id == AcceptancePaper.acceptance_id)
    .where(UnitProject.project_id == PROJECT).order_by(AcceptancePaper.printed_at, AcceptancePaper.id)
)


def of_acceptance(uow: UnitOfWork, asked: Asked) -> Iterator[Collected]:
    """The printed records of concealed work, lots, items, divisions and the preliminary acceptance of unit projects."""
    for form, node, number, sha256, at, record, unit_id in uow.rows(PRINTED, asked):
        for code in (ENERGY,) if form == "division_record" and node.startswith(ENERGY_DIVISION) else PAPERS[form]:
            yield Collected(code, _("验收记录（{number}）", number=number), sha256, day_in_china(at),
                            (AcceptancePaper.__tablename__, record), None, unit_id)
