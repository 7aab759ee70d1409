"""Materials: what arrived, who looked at it, what the laboratory found, who approved it, where it went.

A batch is never edited. Each step that follows is a record of its own; what state the batch is in follows
from its records (`standing`), and is stored nowhere.

Source: 建设工程质量管理条例 第二十九、三十一、三十七条; 住房和城乡建设部令第57号 第十八至二十一条; GB 55032-2022 3.4.1.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.materials.components import Component, ComponentStep
from registry.materials.recalls import Recall, RecallNotice
from registry.materials.rules import Verdict
from registry.policy import Scope
from registry.projects.models import Project
from registry.standards.materials import Paper

__all__ = [
    "Approval", "Batch", "BatchFile", "Component", "ComponentStep", "Disposition", "EntryInspection", "Recall",
    "RecallNotice", "ReportBatch", "ReportItem", "TestReport", "Verdict", "WitnessedSample",
]


class Batch(Base):
    """进场批: one delivery of one product from one heat (炉批号) or factory number. The QR on it carries `code`."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="holds_something"),
        Index("ix_batch_project_id_arrived_on", "project_id", "arrived_on", "id"),
        Index("ix_batch_number", "number"),
        Index("ix_batch_producer_id", "producer_id"),
        Index("ix_batch_supplier_id", "supplier_id"),
        Index("ix_batch_product", "product"),
        permanent(),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "participation_id", "code", "number", "kind", "kinds_id", "product", "grade", "quantity", "unit",
        "producer_id", "producer_name", "producer_licence", "supplier_id", "supplier_name", "arrived_on", "critical",
        "green", "certificate_number", "scanned", "term_id", "recorded_by", "recorded_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))  # of the firm that brought it
    code: Mapped[str] = mapped_column(String(24), unique=True)       # unguessable, for the QR
    number: Mapped[str] = mapped_column(String(80))                  # 炉批号/出厂编号, upper case, half width
    kind: Mapped[str] = mapped_column(String(40))                    # key in the edition below
    kinds_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))  # the material kinds as they stood then
    product: Mapped[str] = mapped_column(String(120))                # HRB400E 热轧带肋钢筋
    grade: Mapped[str] = mapped_column(String(80))                   # 牌号、规格、强度等级
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(String(12))                    # t, m³, 块 …
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    producer_name: Mapped[str]                                       # as it was called then
    producer_licence: Mapped[str] = mapped_column(String(60), default="")      # 生产许可证或备案编号
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    supplier_name: Mapped[str]
    arrived_on: Mapped[date]
    critical: Mapped[bool]                                           # 关键建材, as the edition had it then
    green: Mapped[bool]                                              # 绿色建材, likewise
    certificate_number: Mapped[str] = mapped_column(String(80), default="")    # 合格证（质量证明书）编号
    scanned: Mapped[str] = mapped_column(default="")                 # what the supplier's own code said, as it was read
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))     # who received it
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]

    project: Mapped[Project] = relationship(lazy="raise")
    files: Mapped[list["BatchFile"]] = relationship(lazy="raise", order_by="(BatchFile.kind, BatchFile.added_at)")

    @property
    def scope(self) -> Scope:
        """Needs project → participations loaded."""
        return self.project.scope


class BatchFile(Base):
    """What came with the delivery: 合格证, 型式检验报告, 3C, 出厂检验报告, the producer's pledge, a photo."""

    __tablename__ = "batch_file"
    __table_args__ = (Index("ix_batch_file_batch_id", "batch_id"), permanent())
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = ("batch_id", "kind", "document_sha256", "added_by_id", "added_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[Paper]
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    added_at: Mapped[datetime]


class EntryInspection(Base):
    """材料进场检验. A second one follows only where nothing but papers was missing."""

    __tablename__ = "entry_inspection"
    __table_args__ = (Index("ix_entry_inspection_batch_id", "batch_id"), permanent())
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = (
        "batch_id", "appearance", "dimension", "marks", "documents", "verdict", "remark", "term_id", "inspected_by",
        "inspected_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    appearance: Mapped[Verdict]                                      # 外观
    dimension: Mapped[Verdict]                                       # 规格尺寸
    marks: Mapped[Verdict]                                           # 标识
    documents: Mapped[Verdict]                                       # 质量证明文件
    verdict: Mapped[Verdict]
    remark: Mapped[str] = mapped_column(default="")
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    inspected_by: Mapped[str]
    inspected_at: Mapped[datetime]


class Disposition(Base):
    """不合格材料处置, and what is left over going out. 退场 with a witness; 降级 with design's consent; 复检 once."""

    __tablename__ = "disposition"
    __table_args__ = (
        CheckConstraint("kind <> 'removed' OR (witness_term_id IS NOT NULL AND photo_sha256 IS NOT NULL "
                        "AND quantity IS NOT NULL)", name="removal_is_witnessed"),
        CheckConstraint("kind <> 'downgraded' OR (consent_sha256 IS NOT NULL AND consent_term_id IS NOT NULL)",
                        name="downgrading_has_consent"),
        CheckConstraint("kind <> 'retest' OR test <> ''", name="retest_names_the_test"),
        CheckConstraint("witness_term_id IS NULL OR witness_term_id <> term_id", name="two_persons"),
        Index("ix_disposition_batch_id", "batch_id"),
        Index("uq_disposition_retest", "batch_id", "test", unique=True, postgresql_where=text("kind = 'retest'")),
        permanent(),
    )
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = (
        "batch_id", "kind", "reason", "test", "quantity", "new_grade", "witness_term_id", "witnessed_by",
        "photo_sha256", "consent_sha256", "consent_term_id", "consented_by", "term_id", "disposed_by", "disposed_at",
    )

    class Kind(StrEnum):
        REMOVED = "removed"          # 退场
        DOWNGRADED = "downgraded"    # 降级使用
        RETEST = "retest"            # 加倍取样复检

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[Kind]
    reason: Mapped[str]
    test: Mapped[str] = mapped_column(String(40), default="")        # 复检: of which test
    quantity: Mapped[Decimal | None]                                 # 退场: how much went
    new_grade: Mapped[str] = mapped_column(String(80), default="")   # 降级: as what it may be used
    witness_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))   # of the supervision firm or the owner
    witnessed_by: Mapped[str] = mapped_column(default="")
    photo_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    consent_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    consent_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))   # of the design firm
    consented_by: Mapped[str] = mapped_column(default="")
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    disposed_by: Mapped[str]
    disposed_at: Mapped[datetime]


class WitnessedSample(Base):
    """见证取样. The mark on the sample is used once and never again; who takes and who watches are two persons."""

    __tablename__ = "witnessed_sample"
    __table_args__ = (
        CheckConstraint("sampler_term_id <> witness_term_id", name="two_terms"),
        CheckConstraint("count > 0", name="holds_something"),
        Index("ix_witnessed_sample_batch_id", "batch_id"),
        permanent(),
    )
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = (
        "batch_id", "mark", "test", "count", "sampler_term_id", "sampled_by", "witness_term_id", "witnessed_by",
        "taken_at", "place", "photo_sha256", "retest_id", "recorded_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    mark: Mapped[str] = mapped_column(String(60), unique=True)       # 唯一性标识
    test: Mapped[str] = mapped_column(String(40))                    # which test it is for
    count: Mapped[int]                                               # pieces
    sampler_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    sampled_by: Mapped[str]
    witness_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    witnessed_by: Mapped[str]
    taken_at: Mapped[datetime]
    place: Mapped[str]
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    retest_id: Mapped[UUID | None] = mapped_column(ForeignKey("disposition.id"))  # the 复检 it is taken for
    recorded_at: Mapped[datetime]


class TestReport(Base):
    """检验检测报告. One not commissioned by the owner is kept, and is no evidence for acceptance (57号令 第二十一条)."""

    __test__ = False                                                 # no test case, whatever its name
    __tablename__ = "test_report"
    __table_args__ = (
        UniqueConstraint("laboratory_id", "number"),
        Index("ix_test_report_project_id", "project_id"),
        permanent(),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "number", "laboratory_id", "laboratory_name", "commissioner_id", "commissioner_name",
        "commissioned_by_owner", "test", "verdict", "represented_quantity", "issued_on", "document_sha256", "sample_id",
        "term_id", "recorded_by", "recorded_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    number: Mapped[str] = mapped_column(String(80))                  # unique per laboratory
    laboratory_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    laboratory_name: Mapped[str]
    commissioner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    commissioner_name: Mapped[str]
    commissioned_by_owner: Mapped[bool]                              # the commissioner was this project's owner then
    test: Mapped[str] = mapped_column(String(40))                    # key of the required test
    verdict: Mapped[Verdict]                                         # 结论
    represented_quantity: Mapped[Decimal]
    issued_on: Mapped[date]
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    sample_id: Mapped[UUID | None] = mapped_column(ForeignKey("witnessed_sample.id"), index=True)
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]

    items: Mapped[list["ReportItem"]] = relationship(lazy="raise", order_by="ReportItem.line")


class ReportItem(Base):
    """检测项目: one line of a report."""

    __tablename__ = "report_item"
    __table_args__ = (UniqueConstraint("report_id", "line"), permanent())
    ledger_within: ClassVar = "report_id"
    ledger_facts: ClassVar = ("report_id", "line", "name", "limit", "value", "verdict")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("test_report.id"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    limit: Mapped[str] = mapped_column(String(80))                   # 技术要求, as the report words it: "≥540"
    value: Mapped[str] = mapped_column(String(80))                   # 检测值
    verdict: Mapped[Verdict]


class ReportBatch(Base):
    """Which batches a report stands for."""

    __tablename__ = "report_batch"
    __table_args__ = (UniqueConstraint("report_id", "batch_id"), Index("ix_report_batch_batch_id", "batch_id"), permanent())
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = ("report_id", "batch_id")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("test_report.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))

    report: Mapped[TestReport] = relationship(lazy="raise")


class Approval(Base):
    """监理审查 (材料报审表): without a supervision engineer's signature no material is used."""

    __tablename__ = "material_approval"
    __table_args__ = (Index("ix_material_approval_batch_id", "batch_id"), permanent())
    ledger_within: ClassVar = "batch_id"
    ledger_facts: ClassVar = ("batch_id", "verdict", "opinion", "term_id", "approved_by", "approved_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    verdict: Mapped[Verdict]
    opinion: Mapped[str] = mapped_column(default="")
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]
