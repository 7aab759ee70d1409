"""Lots, what they were built of, who answers for them, and the first samples they wait for.

Whoever writes about a lot locks in one order, everywhere: the lots by id, then the batches they use by id
(see `standing.lock_lots`). A recall locks its batch alone and only then looks for the lots, so that one of the
two waits and the later one sees what the earlier one did.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent, undeletable
from registry.materials.models import Batch
from registry.policy import Scope
from registry.projects.models import Participation, Term, UnitProject
from registry.works.preparations import PlanReview, SiteCheck
from registry.works.verdicts import Verdict

__all__ = [
    "Check", "FirstSample", "Lot", "LotBatch", "Mark", "PlanReview", "SampleSignature", "SiteCheck", "Verdict",
]


class Lot(Base):
    """检验批, as planned: an item of GB 50300 in one place. Whether it passes is said by the storey above.

    Its place, name and capacity may be put right while nothing hangs on it; its number never changes.
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("unit_project_id", "number"),
        Index("ix_lot_unit_item", "unit_project_id", "item_code", "serial"),
        Index("ix_lot_number", "number"),
        Index("ix_lot_due", "unit_project_id", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        CheckConstraint("serial > 0", name="serial_counts_from_one"),
        CheckConstraint("capacity > 0", name="capacity_is_something"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_for_a_reason"),
        undeletable(),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "participation_id", "item_code", "serial", "number", "name", "place", "part_id", "capacity",
        "capacity_unit", "divisions_edition_id", "template_edition_id", "planned_at", "planned_by_id",
        "withdrawn_at", "withdrawn_by_id", "withdrawn_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"), index=True)  # the firm that builds it
    item_code: Mapped[str] = mapped_column(String(20))               # GB 50300 分项, e.g. "020102"
    serial: Mapped[int]                                              # within the item of the unit project, from 1
    number: Mapped[str] = mapped_column(String(40))                  # "02010201-007", see layout.number_of
    name: Mapped[str]                                                # 三层第2施工段钢筋检验批
    place: Mapped[str]                                               # 三层①~⑤/A~D轴
    storey: Mapped[int | None]                                       # 3; -1 below ground; none: the whole building
    part_id: Mapped[UUID | None] = mapped_column(ForeignKey("part.id"), index=True)
    capacity: Mapped[Decimal | None]                                 # 检验批容量
    capacity_unit: Mapped[str] = mapped_column(String(20), default="")
    divisions_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    template_edition_id: Mapped[UUID | None] = mapped_column(ForeignKey("standard_edition.id"))  # none: added by hand
    due_on: Mapped[date | None]                                      # 计划施工日, moved at will
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")
    uses: Mapped[list["LotBatch"]] = relationship(
        lazy="raise", order_by="(LotBatch.recorded_at, LotBatch.id)", viewonly=True
    )
    marks: Mapped[list["Mark"]] = relationship(
        lazy="raise", order_by="(Mark.made_at, Mark.id)", back_populates="lot"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def scope(self) -> Scope:
        """Needs unit → project → participations and `participation` loaded."""
        whole = self.unit.project.scope
        return Scope(
            whole.region, whole.organisations, organisation=self.participation.organisation_id, owner=whole.owner,
        )


class LotBatch(Base):
    """使用部位: a batch of material built into a lot."""

    __tablename__ = "lot_batch"
    __table_args__ = (
        Index("uq_lot_batch_standing", "lot_id", "batch_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_lot_batch_batch_lot", "batch_id", "lot_id"),
        CheckConstraint("quantity > 0", name="quantity_is_something"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_for_a_reason"),
        permanent("withdrawn_at", "withdrawn_by_id", "withdrawn_reason"),
    )
    ledger_within: ClassVar = "lot_id"
    ledger_facts: ClassVar = (
        "lot_id", "batch_id", "quantity", "recorded_at", "recorded_by_id",
        "withdrawn_at", "withdrawn_by_id", "withdrawn_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lot.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    quantity: Mapped[Decimal | None]                                 # in the batch's own unit
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str | None]

    lot: Mapped[Lot] = relationship(lazy="raise", viewonly=True)
    batch: Mapped[Batch] = relationship(lazy="raise")


class Check(StrEnum):
    """Of 三检: a step handed over to nobody has no 交接检."""

    PASSED = "passed"                  # 合格
    NOT_APPLICABLE = "not-applicable"  # 不涉及


class Mark(Base):
    """质量责任标识: who did a lot or one of its key steps, who checked it, who accepted it, when, where, with photos.

    Never edited: a wrong one is superseded for a reason, and another is made.
    """

    __tablename__ = "mark"
    __table_args__ = (
        Index("uq_mark_standing", "lot_id", "step", unique=True, postgresql_where=text("superseded_at IS NULL")),
        CheckConstraint("cardinality(photos) > 0", name="shows_something"),
        CheckConstraint("(verdict IS NULL) = (accepted_at IS NULL)", name="verdict_has_its_moment"),
        CheckConstraint("(superseded_at IS NULL) = (superseded_reason IS NULL)", name="superseded_for_a_reason"),
        permanent(
            "verdict", "verdict_words", "accepter_term_id", "accepter_name", "accepted_at",
            "superseded_at", "superseded_by_id", "superseded_reason",
        ),
    )
    ledger_within: ClassVar = "lot_id"
    ledger_facts: ClassVar = (
        "lot_id", "step", "edition_id", "code", "place", "done_on", "doer_term_id", "doer_name", "checker_term_id",
        "checker_name", "self_check", "mutual_check", "handover_check", "photos", "made_at", "made_by_id",
        "verdict", "verdict_words", "accepter_term_id", "accepter_name", "accepted_at",
        "superseded_at", "superseded_by_id", "superseded_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lot.id"), index=True)
    step: Mapped[str] = mapped_column(String(40), default="")        # key in the key-steps edition; "": the lot as a whole
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))  # of key steps, as it then stood
    code: Mapped[str] = mapped_column(String(32), unique=True)       # of its page, behind the QR at the element
    place: Mapped[str]
    done_on: Mapped[date]                                            # the day of the work, by which offices are judged
    doer_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), index=True)       # 班组长（操作）
    doer_name: Mapped[str]                                           # as it was then, like all names here
    checker_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), index=True)    # 质检员、工长
    checker_name: Mapped[str]
    self_check: Mapped[Check] = mapped_column(default=Check.PASSED)      # 自检
    mutual_check: Mapped[Check] = mapped_column(default=Check.PASSED)    # 互检
    handover_check: Mapped[Check] = mapped_column(default=Check.PASSED)  # 交接检
    photos: Mapped[list[str]] = mapped_column(ARRAY(String(64)))     # documents by hash, in the order taken
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[Verdict | None]                                  # of the supervision engineer, in an act of his own
    verdict_words: Mapped[str | None]
    accepter_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"), index=True)
    accepter_name: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    superseded_reason: Mapped[str | None]

    lot: Mapped[Lot] = relationship(lazy="raise", back_populates="marks")
    doer: Mapped[Term] = relationship(lazy="raise", foreign_keys=doer_term_id)
    checker: Mapped[Term] = relationship(lazy="raise", foreign_keys=checker_term_id)
    accepter: Mapped[Term | None] = relationship(lazy="raise", foreign_keys=accepter_term_id)

    @property
    def scope(self) -> Scope:
        return self.lot.scope


class FirstSample(Base):
    """样板: the first piece of an item of a unit project, judged before the rest is built like it.

    States: 待验 (verdict empty) → 合格 | 不合格. After 不合格 another one may be made.
    """

    __tablename__ = "first_sample"
    __table_args__ = (
        Index("uq_first_sample_standing", "unit_project_id", "item_code", unique=True,
              postgresql_where=text("verdict IS DISTINCT FROM 'failed'")),
        CheckConstraint("cardinality(photos) > 0", name="shows_something"),
        CheckConstraint("shown_until >= shown_from", name="shown_for_a_while"),
        CheckConstraint("(verdict IS NULL) = (settled_at IS NULL)", name="verdict_has_its_moment"),
        permanent("verdict", "settled_at"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "participation_id", "item_code", "edition_id", "sides", "place", "shown_from", "shown_until",
        "words", "photos", "videos", "made_at", "made_by_id", "verdict", "settled_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"), index=True)
    item_code: Mapped[str] = mapped_column(String(20))
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    sides: Mapped[list[str]] = mapped_column(ARRAY(String(20)))      # who judges it: see standards.lots.Side
    place: Mapped[str]                                               # 实体样板 stands here
    shown_from: Mapped[date]
    shown_until: Mapped[date | None]
    words: Mapped[str]                                               # what it shows: 做法、材料、工艺
    photos: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    videos: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[Verdict | None]
    settled_at: Mapped[datetime | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")
    signatures: Mapped[list["SampleSignature"]] = relationship(
        lazy="raise", order_by="(SampleSignature.signed_at, SampleSignature.id)", back_populates="sample"
    )

    @property
    def scope(self) -> Scope:
        """Needs unit → project → participations and `participation` loaded."""
        whole = self.unit.project.scope
        return Scope(
            whole.region, whole.organisations, organisation=self.participation.organisation_id, owner=whole.owner,
        )


class SampleSignature(Base):
    """What one side says of a first sample."""

    __tablename__ = "sample_signature"
    __table_args__ = (UniqueConstraint("sample_id", "side"), permanent())
    ledger_within: ClassVar = "sample_id"
    ledger_facts: ClassVar = ("sample_id", "side", "term_id", "signed_by", "verdict", "words", "signed_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("first_sample.id"))
    side: Mapped[str] = mapped_column(String(20))                    # contractor | supervision | owner | design
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), index=True)
    signed_by: Mapped[str]                                           # the name, as it was then
    verdict: Mapped[Verdict]
    words: Mapped[str]
    signed_at: Mapped[datetime]

    sample: Mapped[FirstSample] = relationship(lazy="raise", back_populates="signatures")
    term: Mapped[Term] = relationship(lazy="raise")
