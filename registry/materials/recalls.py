"""Recalls of defective materials (缺陷建材响应), and the projects told of them.

Source: 质量强国建设纲要（十四）: 缺陷建材响应处理和质量追溯.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Project


class Recall(Base):
    """缺陷建材召回: a batch, a producer or supplier, or a product may not be used any more, wherever it is.

    It reaches every batch that fits, also one that arrives later, in the region of the station that announced it.
    """

    __tablename__ = "recall"
    __table_args__ = (
        CheckConstraint("target <> 'batch' OR batch_number <> ''", name="names_the_batch"),
        CheckConstraint("target NOT IN ('producer', 'supplier') OR organisation_id IS NOT NULL", name="names_the_firm"),
        CheckConstraint("target <> 'product' OR product <> ''", name="names_the_product"),
        Index("ix_recall_open", "announced_at", postgresql_where=text("lifted_at IS NULL")),
        permanent("lifted_at", "lifted_by_id", "lifted_reason"),
    )
    ledger_facts: ClassVar = (
        "region", "number", "target", "batch_number", "organisation_id", "kind", "product", "arrived_since",
        "arrived_until", "reason", "source", "station_id", "announced_by_id", "announced_at", "lifted_at", "lifted_by_id",
        "lifted_reason",
    )

    class Target(StrEnum):
        BATCH = "batch"          # 炉批号
        PRODUCER = "producer"    # 生产单位
        SUPPLIER = "supplier"    # 供应单位
        PRODUCT = "product"      # 产品

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(String(6))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    target: Mapped[Target]
    batch_number: Mapped[str] = mapped_column(String(80), default="")
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # with a batch or product: its producer
    kind: Mapped[str] = mapped_column(String(40), default="")        # narrows a firm or product to one kind
    product: Mapped[str] = mapped_column(String(120), default="")
    arrived_since: Mapped[date | None]
    arrived_until: Mapped[date | None]
    reason: Mapped[str]
    source: Mapped[str]                                              # 依据: 抽检通报文号, 检测报告
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    announced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    announced_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    lifted_reason: Mapped[str | None]

    @property
    def scope(self) -> Scope:
        return Scope(region=self.region)


class RecallNotice(Base):
    """召回通知: one project told of one recall; when it was opened there, and what was done."""

    __tablename__ = "recall_notice"
    __table_args__ = (
        UniqueConstraint("recall_id", "project_id"), Index("ix_recall_notice_project_id", "project_id"),
        permanent("opened_at", "opened_by_id", "answered_at", "answered_by_id", "answer"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "recall_id", "project_id", "batch_ids", "sent_at", "opened_at", "opened_by_id", "answered_at", "answered_by_id", "answer",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("recall.id"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    batch_ids: Mapped[list[str]] = mapped_column(ARRAY(String))      # as far as known when it was sent, at most 100
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None]

    recall: Mapped[Recall] = relationship(lazy="raise")
    project: Mapped[Project] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        return self.project.scope
