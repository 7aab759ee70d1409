"""Drawing sets, their reviews and changes, the days they were handed out; what experts argued; what a design aims at."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import PROJECT_PARTIES, Participation, Project, UnitProject


class DrawingSet(Base):
    """图纸（一个专业、一个阶段的一版）. What goes from version to version is its line: unit, discipline, stage."""

    __tablename__ = "drawing_set"
    __table_args__ = (
        UniqueConstraint(
            "project_id", "unit_project_id", "discipline", "stage", "version", postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("version > 0", name="versions_count_from_one"),
        CheckConstraint("(version = 1) = (supersedes_id IS NULL)", name="follows_the_version_before"),
        permanent(),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "unit_project_id", "discipline", "stage", "version", "title", "number", "participation_id",
        "designer_term_id", "designer_name", "delivered_on", "supersedes_id", "review_required", "edition_id", "note",
        "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"), index=True)  # None: all units
    discipline: Mapped[str] = mapped_column(String(40))              # key in the drawing-disciplines edition
    stage: Mapped[str] = mapped_column(String(40))                   # key in the drawing-stages edition
    version: Mapped[int]
    title: Mapped[str]
    number: Mapped[str] = mapped_column(String(60))                  # 设计编号（图号）
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))
    designer_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))  # its leader on the day; None: nobody
    designer_name: Mapped[str] = mapped_column(default="")           # as it was then
    delivered_on: Mapped[date]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("drawing_set.id"))
    review_required: Mapped[bool]                                    # as the edition of the day had it
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))  # of the drawing-stages
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")
    unit: Mapped[UnitProject | None] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")
    sheets: Mapped[list["DrawingSheet"]] = relationship(lazy="raise", order_by="(DrawingSheet.number, DrawingSheet.kind)")
    reviewed: Mapped[list["Reviewed"]] = relationship(lazy="raise", viewonly=True)
    issues: Mapped[list["DrawingIssue"]] = relationship(
        lazy="raise", order_by="(DrawingIssue.issued_on, DrawingIssue.id)", viewonly=True,
    )

    @property
    def scope(self) -> Scope:
        """Needs project → participations loaded."""
        return self.project.scope


class DrawingSheet(Base):
    """一张图：编号、图名、文件，原样保存."""

    __tablename__ = "drawing_sheet"
    __table_args__ = (UniqueConstraint("set_id", "number", "kind"), permanent())
    ledger_within: ClassVar = "set_id"
    ledger_facts: ClassVar = ("set_id", "number", "title", "kind", "sha256")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    set_id: Mapped[UUID] = mapped_column(ForeignKey("drawing_set.id"))
    number: Mapped[str] = mapped_column(String(60))                  # 图号, e.g. 结施-05
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))                    # of file: pdf | ofd | drawing | model | image
    file_name: Mapped[str] = mapped_column(String(120))              # as given
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))


class Result(StrEnum):
    QUALIFIED = "qualified"        # 合格
    UNQUALIFIED = "unqualified"    # 不合格


class DrawingReview(Base):
    """施工图设计文件审查: one certificate (审查合格书) or one refusal, for one or several sets or changes."""

    __tablename__ = "drawing_review"
    __table_args__ = (UniqueConstraint("project_id", "certificate_number"), permanent())
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "certificate_number", "organisation_name", "reviewers", "result", "opinions", "issued_on",
        "sha256", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    certificate_number: Mapped[str] = mapped_column(String(80))
    organisation_name: Mapped[str]                                   # 审查机构
    reviewers: Mapped[list[str]] = mapped_column(ARRAY(String))      # 审查人员, as they signed
    result: Mapped[Result]
    opinions: Mapped[str] = mapped_column(default="")                # 审查意见
    issued_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")
    covered: Mapped[list["Reviewed"]] = relationship(lazy="raise", back_populates="review")


class Reviewed(Base):
    """What one certificate is about: a drawing set or a change."""

    __tablename__ = "drawing_reviewed"
    __table_args__ = (
        CheckConstraint("(set_id IS NULL) <> (change_id IS NULL)", name="one_thing"),
        UniqueConstraint("review_id", "set_id"),
        UniqueConstraint("review_id", "change_id"),
        permanent(),
    )
    ledger_within: ClassVar = "review_id"
    ledger_facts: ClassVar = ("review_id", "set_id", "change_id")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("drawing_review.id"))
    set_id: Mapped[UUID | None] = mapped_column(ForeignKey("drawing_set.id"), index=True)
    change_id: Mapped[UUID | None] = mapped_column(ForeignKey("design_change.id"), index=True)

    review: Mapped[DrawingReview] = relationship(lazy="raise", back_populates="covered")


class DrawingIssue(Base):
    """图纸发放: a set handed to the builders. Where no review had found it 合格 by then, that stands here for good."""

    __tablename__ = "drawing_issue"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "set_id"
    ledger_facts: ClassVar = (
        "set_id", "participation_id", "issued_on", "before_review", "explanation", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    set_id: Mapped[UUID] = mapped_column(ForeignKey("drawing_set.id"), index=True)
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))  # who received it
    issued_on: Mapped[date]
    before_review: Mapped[bool]                                      # 未经审查合格即使用
    explanation: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    participation: Mapped[Participation] = relationship(lazy="raise")


class DesignChange(Base):
    """设计变更、工程洽商. Built only once everybody the edition names has approved, and reviewed again where it says so."""

    __tablename__ = "design_change"
    __table_args__ = (UniqueConstraint("project_id", "number"), permanent("withdrawn_at", "withdrawn_reason"))
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "unit_project_id", "kind", "number", "set_id", "reason", "content", "parts", "asked_by",
        "participation_id", "triggers", "review_required", "edition_id", "triggers_edition_id", "effective_on", "sha256",
        "withdrawn_at", "withdrawn_reason", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"), index=True)  # None: all units
    kind: Mapped[str] = mapped_column(String(40))                    # key in the change-kinds edition
    number: Mapped[str] = mapped_column(String(60))
    set_id: Mapped[UUID | None] = mapped_column(ForeignKey("drawing_set.id"))  # the drawings it changes
    reason: Mapped[str]
    content: Mapped[str]
    parts: Mapped[list[str]] = mapped_column(ARRAY(String))          # codes of GB 50300 or of the unit's own parts
    asked_by: Mapped[str] = mapped_column(String(40))                # key of the Role that asked for it
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))  # who drew it up
    triggers: Mapped[list[str]] = mapped_column(ARRAY(String))       # keys of what it touches that reviewers look at
    review_required: Mapped[bool]                                    # by the editions of the day
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))           # of the change-kinds
    triggers_edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))  # of the review-triggers
    effective_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")
    unit: Mapped[UnitProject | None] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")
    drawings: Mapped[DrawingSet | None] = relationship(lazy="raise")
    approvals: Mapped[list["DesignApproval"]] = relationship(
        lazy="raise", order_by="(DesignApproval.signed_at, DesignApproval.id)", viewonly=True,
    )
    reviewed: Mapped[list[Reviewed]] = relationship(lazy="raise", viewonly=True)

    @property
    def scope(self) -> Scope:
        """Needs project → participations loaded."""
        return self.project.scope


class Decision(StrEnum):
    APPROVED = "approved"    # 同意
    REFUSED = "refused"      # 不同意


class DesignApproval(Base):
    """会签: one office's word on a change, by who held it that day."""

    __tablename__ = "design_approval"
    __table_args__ = (UniqueConstraint("change_id", "office"), permanent())
    ledger_within: ClassVar = "change_id"
    ledger_facts: ClassVar = (
        "change_id", "office", "term_id", "person_name", "post", "decision", "opinion", "signed_on", "signed_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(ForeignKey("design_change.id"))
    office: Mapped[str] = mapped_column(String(40))                  # key of the edition's approval
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    person_name: Mapped[str]                                         # as it was then
    post: Mapped[str] = mapped_column(String(40))
    decision: Mapped[Decision]
    opinion: Mapped[str] = mapped_column(default="")
    signed_on: Mapped[date]
    signed_at: Mapped[datetime]


class Conclusion(StrEnum):
    PASSED = "passed"            # 通过
    REVISED = "revised"          # 修改后通过
    REJECTED = "rejected"        # 不通过


class SchemeArgument(Base):
    """方案审查论证. Closed with a conclusion once every opinion has its answer, and not before."""

    __tablename__ = "scheme_argument"
    __table_args__ = (
        CheckConstraint("(conclusion IS NULL) = (closed_on IS NULL)", name="closed_with_a_conclusion"),
        permanent("conclusion", "closed_on", "closed_at", "closed_by_id", "report_sha256"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "unit_project_id", "kind", "subject", "participation_id", "held_on", "edition_id", "recorded_at",
        "recorded_by_id", "conclusion", "closed_on", "closed_at", "closed_by_id", "report_sha256",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"))
    kind: Mapped[str] = mapped_column(String(40))                    # key in the argument-kinds edition
    subject: Mapped[str]
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))  # who called the experts
    held_on: Mapped[date]
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    conclusion: Mapped[Conclusion | None]
    closed_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    report_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))  # 论证报告, as signed

    project: Mapped[Project] = relationship(lazy="raise")
    unit: Mapped[UnitProject | None] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")
    experts: Mapped[list["ArgumentExpert"]] = relationship(lazy="raise", order_by="ArgumentExpert.place")
    opinions: Mapped[list["ArgumentOpinion"]] = relationship(lazy="raise", order_by="ArgumentOpinion.number")

    @property
    def scope(self) -> Scope:
        """Needs project → participations loaded."""
        return self.project.scope

    @property
    def unanswered(self) -> list["ArgumentOpinion"]:
        return [opinion for opinion in self.opinions if opinion.answer is None]


class ArgumentExpert(Base):
    """论证专家, with the title and field he was called for."""

    __tablename__ = "argument_expert"
    __table_args__ = (UniqueConstraint("argument_id", "place"), permanent())
    ledger_within: ClassVar = "argument_id"
    ledger_facts: ClassVar = ("argument_id", "place", "name", "title", "field", "organisation")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    argument_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_argument.id"))
    place: Mapped[int]                                               # in the list, from 1
    name: Mapped[str]
    title: Mapped[str]                                               # 职称
    field: Mapped[str]                                               # 专业
    organisation: Mapped[str] = mapped_column(default="")            # 工作单位


class ArgumentOpinion(Base):
    """专家意见 and its answer."""

    __tablename__ = "argument_opinion"
    __table_args__ = (
        UniqueConstraint("argument_id", "number"), permanent("answer", "answered_at", "answered_by_id"),
    )
    ledger_within: ClassVar = "argument_id"
    ledger_facts: ClassVar = (
        "argument_id", "number", "expert_name", "words", "recorded_at", "answer", "answered_at", "answered_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    argument_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_argument.id"))
    number: Mapped[int]                                              # from 1
    expert_name: Mapped[str] = mapped_column(default="")             # "": of all of them
    words: Mapped[str]
    recorded_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class DesignTarget(Base):
    """设计目标 of one unit project, as the design documents state it. A new one supersedes."""

    __tablename__ = "design_target"
    __table_args__ = (
        Index("uq_design_target_standing", "unit_project_id", "kind", unique=True,
              postgresql_where=text("superseded_at IS NULL")),
        permanent("superseded_at"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "kind", "value", "basis", "set_on", "superseded_at", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))                    # key in the target-kinds edition
    value: Mapped[str] = mapped_column(String(40))                   # one of its choices, or a number
    basis: Mapped[str]                                               # 依据: the design document or the approval
    set_on: Mapped[date]
    superseded_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


Index("ix_design_change_project_id_effective_on", DesignChange.project_id, DesignChange.effective_on)

SET_IN_FULL = (
    selectinload(DrawingSet.project).options(PROJECT_PARTIES, selectinload(Project.units)),
    selectinload(DrawingSet.unit), selectinload(DrawingSet.participation), selectinload(DrawingSet.sheets),
    selectinload(DrawingSet.reviewed).selectinload(Reviewed.review),
    selectinload(DrawingSet.issues).selectinload(DrawingIssue.participation),
)
CHANGE_IN_FULL = (
    selectinload(DesignChange.project).options(PROJECT_PARTIES, selectinload(Project.units)),
    selectinload(DesignChange.unit), selectinload(DesignChange.participation), selectinload(DesignChange.drawings),
    selectinload(DesignChange.approvals), selectinload(DesignChange.reviewed).selectinload(Reviewed.review),
)
ARGUMENT_IN_FULL = (
    selectinload(SchemeArgument.project).options(PROJECT_PARTIES, selectinload(Project.units)),
    selectinload(SchemeArgument.unit), selectinload(SchemeArgument.participation),
    selectinload(SchemeArgument.experts), selectinload(SchemeArgument.opinions),
)
