"""What comes before the first lot: how the site is managed, and a plan of lots the supervision has gone through.

Neither is ever edited. A record found wanting gives way to another one; a plan that changed is reviewed anew.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Participation, Project, UnitProject
from registry.works.verdicts import Verdict


class SiteCheck(Base):
    """施工现场质量管理检查记录: filled in by a contractor for his part of the project, judged by the chief supervisor.

    States: 待检查 (verdict empty) → 合格 | 不合格. After 不合格 another one may be filled in.
    Source: GB 50300-2013 3.0.1, 附录A.
    """

    __tablename__ = "site_check"
    __table_args__ = (
        Index("uq_site_check_standing", "participation_id", unique=True,
              postgresql_where=text("verdict IS DISTINCT FROM 'failed'")),
        CheckConstraint("(verdict IS NULL) = (checked_at IS NULL)", name="verdict_has_its_moment"),
        CheckConstraint("(verdict IS NULL) = (document_sha256 IS NULL)", name="printed_when_judged"),
        permanent("verdict", "conclusion", "checker_term_id", "checker_name", "checked_on", "checked_at", "document_sha256"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "participation_id", "edition_id", "answers", "self_check", "filler_term_id", "filler_name",
        "filled_on", "filled_at", "verdict", "conclusion", "checker_term_id", "checker_name", "checked_on", "checked_at",
        "document_sha256",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))  # the contractor
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))     # of the items, as they then stood
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)     # [{key, said, files: [sha256]}], in their order
    self_check: Mapped[str]                                          # 自检结果
    filler_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    filler_name: Mapped[str]                                         # as it was then, like all names here
    filled_on: Mapped[date]
    filled_at: Mapped[datetime]
    verdict: Mapped[Verdict | None]
    conclusion: Mapped[str | None]                                   # 检查结论
    checker_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))
    checker_name: Mapped[str | None]
    checked_on: Mapped[date | None]
    checked_at: Mapped[datetime | None]
    document_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))

    project: Mapped[Project] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        """Needs project → participations and `participation` loaded."""
        whole = self.project.scope
        return Scope(whole.region, whole.organisations, organisation=self.participation.organisation_id, owner=whole.owner)

    @property
    def files(self) -> list[str]:
        return [sha256 for answer in self.answers for sha256 in answer["files"]]


class PlanReview(Base):
    """审核检验批划分方案: what the supervision says of the lots of a unit project as they stand on that day.

    Source: GB 50300-2013 4.0.7.
    """

    __tablename__ = "plan_review"
    __table_args__ = (
        Index("ix_plan_review_unit_project_id", "unit_project_id", "reviewed_at"), permanent(),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "lots", "plan_sha256", "verdict", "words", "term_id", "reviewer_name", "reviewed_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    lots: Mapped[int]                                                # how many there were
    plan_sha256: Mapped[str] = mapped_column(String(64))             # of all lots then, see reviewing.PLAN
    verdict: Mapped[Verdict]
    words: Mapped[str]
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    reviewer_name: Mapped[str]
    reviewed_at: Mapped[datetime]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
