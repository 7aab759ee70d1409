"""Prefabricated components (预制构件), from the plant to the place where each is installed.

Source: 质量强国建设纲要（十四）; GB/T 51231-2016.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.materials.rules import Verdict
from registry.policy import Scope
from registry.projects.models import Project


class Component(Base):
    """预制构件: one piece with the plant's number, unique within the plant, and a code of ours for its QR."""

    __tablename__ = "component"
    __table_args__ = (
        UniqueConstraint("plant_id", "number"), Index("ix_component_project_id", "project_id", "number"),
        Index("ix_component_batch_id", "batch_id"), permanent("batch_id"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "code", "number", "kind", "plant_id", "plant_name", "batch_id", "term_id", "recorded_by", "recorded_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(24), unique=True)
    number: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(80))                    # 叠合板, 预制柱, 预制楼梯 …
    plant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    plant_name: Mapped[str]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))  # of its delivery, once it has arrived
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]

    project: Mapped[Project] = relationship(lazy="raise")
    steps: Mapped[list["ComponentStep"]] = relationship(lazy="raise", order_by="(ComponentStep.at, ComponentStep.id)")

    @property
    def scope(self) -> Scope:
        return self.project.scope


class ComponentStep(Base):
    """What happened to a component: checked at the plant by the resident supervisor, delivered, installed."""

    __tablename__ = "component_step"
    __table_args__ = (Index("ix_component_step_component_id", "component_id"), permanent())
    ledger_within: ClassVar = "component_id"
    ledger_facts: ClassVar = (
        "component_id", "step", "verdict", "remark", "unit_project_id", "item_code", "place", "part_id", "photo_sha256",
        "term_id", "by", "at",
    )

    class Step(StrEnum):
        RAW_MATERIAL = "raw-material"    # 原材料
        REINFORCEMENT = "reinforcement"  # 钢筋与预埋
        CONCEALED = "concealed"          # 隐蔽
        CONCRETE = "concrete"            # 混凝土
        RELEASE = "release"              # 构件出厂
        DELIVERED = "delivered"          # 进场
        INSTALLED = "installed"          # 安装

    id: Mapped[UUID] = mapped_column(primary_key=True)
    component_id: Mapped[UUID] = mapped_column(ForeignKey("component.id"))
    step: Mapped[Step]
    verdict: Mapped[Verdict]
    remark: Mapped[str] = mapped_column(default="")
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"))
    item_code: Mapped[str] = mapped_column(String(20), default="")
    place: Mapped[str] = mapped_column(default="")
    part_id: Mapped[UUID | None] = mapped_column(ForeignKey("part.id"))
    photo_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    by: Mapped[str]
    at: Mapped[datetime]
