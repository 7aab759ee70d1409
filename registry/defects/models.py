"""The trace report: an answer somebody asked for, kept as it was given."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Project


class TraceReport(Base):
    """责任追溯报告. What was asked, by whom, for what purpose, and the paper that answered."""

    __tablename__ = "trace_report"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "unit_project_id", "part_code", "done_on", "cause", "purpose", "document_sha256", "made_at",
        "made_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"))
    part_code: Mapped[str] = mapped_column(String(60), default="")
    done_on: Mapped[date]
    cause: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str]
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        return self.project.scope
