"""Results, acceptances, covered work, what did not pass, and who signed each of them.

Whoever writes here locks in one order: the unit project (`unit_lock`) where a parent is judged or made to fall,
then the lot and its batches (works.standing.lock_lots), then the record itself.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.acceptance.rules import TreatmentKind, Verdict
from registry.kernel.db import Base, permanent
from registry.projects.models import UnitProject
from registry.standards.acceptance import AcceptanceLevel
from registry.works.models import Lot


class LotResult(Base):
    """检验批质量验收记录, one attempt: what was looked at and found. Superseded by the next attempt."""

    __tablename__ = "lot_result"
    __table_args__ = (
        UniqueConstraint("lot_id", "attempt"),
        Index("uq_lot_result_standing", "lot_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        CheckConstraint("(superseded_at IS NULL) = (superseded_reason IS NULL)", name="superseded_for_a_reason"),
        permanent("superseded_at", "superseded_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "lot_id", "unit_project_id", "attempt", "treatment_id", "template_edition_id", "template_key", "sampling_edition_id",
        "roles_edition_id", "capacity", "checks", "conforms", "basis", "entered_term_id", "entered_name", "entered_at",
        "superseded_at", "superseded_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lot.id"))
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    attempt: Mapped[int]                                             # from 1
    treatment_id: Mapped[UUID | None] = mapped_column(ForeignKey("nonconformity.id"))  # that led to it
    template_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    template_key: Mapped[str] = mapped_column(String(40))
    sampling_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    roles_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    capacity: Mapped[str] = mapped_column(String(40))                # as the lot's was then, decimal
    checks: Mapped[list[Any]]                                        # [{key, least, actual, defects, record, points, why}]
    conforms: Mapped[bool]                                           # what the checks say, by the rules
    basis: Mapped[str] = mapped_column(default="")                   # 施工依据
    entered_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    entered_name: Mapped[str]
    entered_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    superseded_reason: Mapped[str | None]

    lot: Mapped[Lot] = relationship(lazy="raise")
    signatures: Mapped[list["Signature"]] = relationship(
        lazy="raise", order_by="(Signature.signed_at, Signature.id)", viewonly=True
    )


class NodeAcceptance(Base):
    """分项、分部(子分部)、单位工程质量验收, one attempt: what was put together, and what was said of it."""

    __tablename__ = "node_acceptance"
    __table_args__ = (
        UniqueConstraint("unit_project_id", "code", "attempt"),
        Index(
            "uq_node_acceptance_standing", "unit_project_id", "code", unique=True, postgresql_where=text("fallen_at IS NULL"),
        ),
        CheckConstraint("(level = 'unit') = (code = '')", name="only_the_unit_has_no_code"),
        CheckConstraint("(fallen_at IS NULL) = (fallen_reason IS NULL)", name="falls_for_a_reason"),
        permanent("fallen_at", "fallen_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "level", "code", "name", "attempt", "treatment_id", "divisions_edition_id", "roles_edition_id",
        "children_sha256", "totals", "remarks", "attendants", "meets_at", "opened_term_id", "opened_name", "opened_at",
        "fallen_at", "fallen_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    level: Mapped[AcceptanceLevel]
    code: Mapped[str] = mapped_column(String(20))                    # GB 50300 code, "" for the unit project itself
    name: Mapped[str]                                                # as it was called then
    attempt: Mapped[int]
    treatment_id: Mapped[UUID | None] = mapped_column(ForeignKey("nonconformity.id"))
    divisions_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    roles_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    children: Mapped[list[Any]]                                      # [{number, name, lots, capacity, place}]
    children_sha256: Mapped[str] = mapped_column(String(64))         # of their canonical JSON: they may outgrow an event
    totals: Mapped[dict[str, Any]]                                   # of a division and above: see rules.Totals
    remarks: Mapped[str] = mapped_column(default="")                 # 说明; 综合验收结论 proposed
    attendants: Mapped[list[Any]]                                    # [{duty, label, term, name}]
    meets_at: Mapped[datetime | None]                                # 验收时间, as told to all
    opened_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    opened_name: Mapped[str]
    opened_at: Mapped[datetime]
    fallen_at: Mapped[datetime | None]                               # withdrawn, not passed, or a child was opened again
    fallen_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    signatures: Mapped[list["Signature"]] = relationship(
        lazy="raise", order_by="(Signature.signed_at, Signature.id)", viewonly=True
    )


class ConcealedWork(Base):
    """隐蔽工程验收, one look: what is about to be covered, by which drawing, of what, and who was told."""

    __tablename__ = "concealed_work"
    __table_args__ = (
        UniqueConstraint("unit_project_id", "number"),
        Index("ix_concealed_work_lot_id", "lot_id"),
        CheckConstraint("(waived_at IS NULL) = (waived_reason IS NULL)", name="waived_for_a_reason"),
        permanent("waived_at", "waived_by_id", "waived_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "lot_id", "number", "previous_id", "item_code", "edition_id", "item_key", "roles_edition_id",
        "place", "drawings", "materials", "contents", "looked_at", "notice_until", "station_told", "entered_term_id",
        "entered_name", "entered_at", "waived_at", "waived_by_id", "waived_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lot.id"))
    number: Mapped[int]                                              # within the unit project, from 1
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("concealed_work.id"), unique=True)  # 复查 of
    item_code: Mapped[str] = mapped_column(String(20))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    item_key: Mapped[str] = mapped_column(String(40))                # in that edition
    roles_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    place: Mapped[str]                                               # 层、轴线、标高
    drawings: Mapped[str]                                            # 隐检依据: drawing and change numbers, clause
    materials: Mapped[str]                                           # 主要材料名称及规格型号
    contents: Mapped[str]                                            # 隐检内容
    looked_at: Mapped[datetime]                                      # 隐检时间, as told
    notice_until: Mapped[datetime]                                   # nothing is covered before
    station_told: Mapped[bool]
    entered_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    entered_name: Mapped[str]
    entered_at: Mapped[datetime]
    waived_at: Mapped[datetime | None]                               # the station will not come: need not wait for it
    waived_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    waived_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    photos: Mapped[list["ConcealedPhoto"]] = relationship(
        lazy="raise", order_by="(ConcealedPhoto.added_at, ConcealedPhoto.id)", viewonly=True
    )
    signatures: Mapped[list["Signature"]] = relationship(
        lazy="raise", order_by="(Signature.signed_at, Signature.id)", viewonly=True
    )


class ConcealedPhoto(Base):
    """影像资料, taken before the work was covered."""

    __tablename__ = "concealed_photo"
    __table_args__ = (UniqueConstraint("work_id", "sha256"), permanent())
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = ("work_id", "unit_project_id", "sha256", "caption", "added_name", "added_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_id: Mapped[UUID] = mapped_column(ForeignKey("concealed_work.id"))
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    caption: Mapped[str] = mapped_column(default="")
    added_name: Mapped[str]
    added_at: Mapped[datetime]


class Signature(Base):
    """签字: one duty of one attempt, by the person who held the post that day. The deciding one is the conclusion."""

    __tablename__ = "acceptance_signature"
    __table_args__ = (
        UniqueConstraint("result_id", "duty"),
        UniqueConstraint("acceptance_id", "duty"),
        UniqueConstraint("work_id", "duty"),
        CheckConstraint("num_nonnulls(result_id, acceptance_id, work_id) = 1", name="signs_one_thing"),
        Index("ix_acceptance_signature_term_id", "term_id"),
        permanent(),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "result_id", "acceptance_id", "work_id", "duty", "label", "decides", "verdict", "opinion",
        "term_id", "person_name", "signed_on", "signed_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    result_id: Mapped[UUID | None] = mapped_column(ForeignKey("lot_result.id"))
    acceptance_id: Mapped[UUID | None] = mapped_column(ForeignKey("node_acceptance.id"))
    work_id: Mapped[UUID | None] = mapped_column(ForeignKey("concealed_work.id"))
    duty: Mapped[str] = mapped_column(String(40))                    # key in the edition
    label: Mapped[str]                                               # 专业监理工程师, as it was called then
    decides: Mapped[bool]
    verdict: Mapped[Verdict]
    opinion: Mapped[str]
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    person_name: Mapped[str]                                         # as it was then
    signed_on: Mapped[date]
    signed_at: Mapped[datetime]


class Absence(Base):
    """不涉及: a sub-division or division of the catalogue that this unit project does not have, with the reason."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("uq_absence_standing", "unit_project_id", "code", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_for_a_reason"),
        permanent("withdrawn_at", "withdrawn_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "code", "name", "reason", "declared_term_id", "declared_name", "declared_at",
        "withdrawn_at", "withdrawn_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    reason: Mapped[str]
    declared_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    declared_name: Mapped[str]
    declared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]


class Nonconformity(Base):
    """不合格处理: what did not pass, what is done about it, on whose word."""

    __tablename__ = "nonconformity"
    __table_args__ = (
        Index("ix_nonconformity_lot_id", "lot_id"),
        Index("ix_nonconformity_unit_project_id", "unit_project_id", "code"),
        CheckConstraint("(approved_at IS NULL) = (approved_term_id IS NULL)", name="approved_by_somebody"),
        permanent("approved_at", "approved_term_id", "approved_name"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "lot_id", "code", "kind", "words", "paper_sha256", "paper_number", "issued_by",
        "recorded_term_id", "recorded_name", "recorded_at", "approved_at", "approved_term_id", "approved_name",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lot.id"))   # none: the node `code`
    code: Mapped[str] = mapped_column(String(20))                    # of the lot's item, or of the node
    kind: Mapped[TreatmentKind]
    words: Mapped[str]                                               # what is wrong, and what is done
    paper_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    paper_number: Mapped[str] = mapped_column(default="")
    issued_by: Mapped[str] = mapped_column(default="")               # 检测机构、设计单位
    recorded_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    recorded_name: Mapped[str]
    recorded_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]                             # by the design leader in office
    approved_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))
    approved_name: Mapped[str | None]


class AcceptancePaper(Base):
    """验收记录 as printed, once, when the last had signed. Never printed again."""

    __tablename__ = "acceptance_paper"
    __table_args__ = (
        CheckConstraint("num_nonnulls(result_id, acceptance_id, work_id) = 1", name="prints_one_thing"),
        permanent(),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "result_id", "acceptance_id", "work_id", "form", "number", "document_sha256", "printed_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    result_id: Mapped[UUID | None] = mapped_column(ForeignKey("lot_result.id"), unique=True)
    acceptance_id: Mapped[UUID | None] = mapped_column(ForeignKey("node_acceptance.id"), unique=True)
    work_id: Mapped[UUID | None] = mapped_column(ForeignKey("concealed_work.id"), unique=True)
    form: Mapped[str] = mapped_column(String(40))                    # name of the printed form
    number: Mapped[str] = mapped_column(String(80))
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    printed_at: Mapped[datetime]
