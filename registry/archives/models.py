"""What the archive holds: files under the catalogue, what a project does not have, volumes, hand-overs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Participation, Project, UnitProject
from registry.standards.catalogues import Retention


class Lasting(StrEnum):
    """How a file can still be read in fifty years. The original is never touched, whatever this says."""

    ITSELF = "itself"    # 原件即 PDF/A 或 OFD
    TWIN = "twin"        # 原件旁存有 PDF/A 副本
    NONE = "none"        # 无法制作副本：DWG、视频、模型、非 PDF/A 的 PDF


class ArchiveFile(Base):
    """归档文件: one document under one heading of the catalogue. A better one supersedes it and says why."""

    __tablename__ = "archive_file"
    __table_args__ = (
        Index("ix_archive_file_project_code", "project_id", "code"),
        Index("uq_archive_file_superseded_once", "supersedes_id", unique=True,
              postgresql_where=text("supersedes_id IS NOT NULL")),
        permanent("lasting", "twin_sha256", "flaw", "examined_at"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "unit_project_id", "participation_id", "code", "edition_id", "title", "document_sha256",
        "dated_on", "retention", "secrecy", "supersedes_id", "reason", "filed_on", "filed_at", "filed_by_id",
        "lasting", "twin_sha256", "flaw", "examined_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    unit_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_project.id"))  # None: the whole project
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))       # 责任者
    code: Mapped[str] = mapped_column(String(20))                     # 归档目录编号: "C5-03"
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))          # of the catalogue
    title: Mapped[str] = mapped_column(String(200))                   # 题名
    name: Mapped[str] = mapped_column(String(120), default="")        # file name as given; "": made by the registry
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    dated_on: Mapped[date]                                            # 文件形成日期
    retention: Mapped[Retention]                                      # 保管期限
    secrecy: Mapped[str] = mapped_column(String(20))                  # key in archive-rules
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("archive_file.id"))
    reason: Mapped[str | None]                                        # why it supersedes
    filed_on: Mapped[date]
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    lasting: Mapped[Lasting | None]
    twin_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))       # PDF/A made of it
    flaw: Mapped[str | None]                                          # what the examination found wrong
    examined_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(lazy="raise")
    unit: Mapped[UnitProject | None] = relationship(lazy="raise")
    participation: Mapped[Participation] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        """Needs project → participations and `participation` loaded."""
        return scope_for(self.project, self.participation.organisation_id)


def scope_for(project: Project, organisation_id: UUID | None) -> Scope:
    """The project, as far as a file of that firm is concerned. Needs `participations` loaded."""
    whole = project.scope
    return Scope(whole.region, whole.organisations, organisation=organisation_id, owner=whole.owner)


class ArchiveAbsence(Base):
    """不产生: a document of the catalogue that this project does not have, and why."""

    __tablename__ = "archive_absence"
    __table_args__ = (
        Index("uq_archive_absence_standing", "project_id", "code", unique=True,
              postgresql_where=text("withdrawn_at IS NULL")),
        permanent("withdrawn_at", "withdrawn_by_id"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "code", "reason", "said_at", "said_by_id", "withdrawn_at", "withdrawn_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    said_at: Mapped[datetime]
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")


class Archive(Base):
    """档案. Frozen when assembled; a later change of leader or a new plaque asks for another one.

    `files` and `missing` are for pages. What binds is the manifest, a document that holds both: the event names
    it by its hash, so that the archive of a large project fits into the ledger too.
    """

    __tablename__ = "archive"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "number", "catalogue_sha256", "manifest_sha256", "assembled_on", "assembled_at",
        "assembled_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    number: Mapped[str] = mapped_column(String(80), unique=True)      # 案卷号
    catalogue_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    manifest_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    files: Mapped[list[Any]]                                          # [{place, name, sha256, size, media_type, dated}]
    missing: Mapped[list[Any]]                                        # what the catalogue asks for and nobody filed
    assembled_on: Mapped[date]
    assembled_at: Mapped[datetime]
    assembled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    project: Mapped[Project] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        return self.project.scope


class HandoverState(StrEnum):
    CHECKING = "checking"    # 四性检测中
    FAILED = "failed"        # 检测未通过
    SENT = "sent"            # 已移交，待接收
    RECEIVED = "received"    # 已接收
    RETURNED = "returned"    # 已退回


class Handover(Base):
    """移交. One way of a project's archive to the urban archive; what was returned is handed over anew.

    What binds is the manifest, written when the check has passed: every file with its hash, the findings, the gaps.
    """

    __tablename__ = "archive_handover"
    __table_args__ = (
        UniqueConstraint("project_id", "sequence"),
        Index("uq_archive_handover_open", "project_id", unique=True,
              postgresql_where=text("failed_at IS NULL AND received_at IS NULL AND returned_at IS NULL")),
        permanent("sent_at", "manifest_sha256", "catalogue_sha256", "papers", "size", "failed_at", "received_at",
                  "received_by_id", "receipt", "returned_at", "returned_by_id", "returned_reason"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "number", "begun_at", "begun_by_id", "sent_at", "manifest_sha256", "catalogue_sha256", "size",
        "failed_at", "received_at", "received_by_id", "receipt", "returned_at", "returned_by_id", "returned_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(80), unique=True)      # 移交编号
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime | None]                                  # checked, passed, and before the urban archive
    manifest_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    catalogue_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    papers: Mapped[dict[str, Any] | None]                             # name in the package → SHA-256: catalogue, proofs …
    size: Mapped[int | None] = mapped_column(BigInteger)              # bytes of all files
    failed_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    receipt: Mapped[str | None] = mapped_column(String(80))           # 接收编号, the urban archive's own
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    returned_reason: Mapped[str | None]

    project: Mapped[Project] = relationship(lazy="raise")
    check: Mapped["HandoverCheck"] = relationship(lazy="raise", viewonly=True)

    @property
    def scope(self) -> Scope:
        return self.project.scope

    @property
    def state(self) -> HandoverState:
        steps = (
            (self.returned_at, HandoverState.RETURNED), (self.received_at, HandoverState.RECEIVED),
            (self.failed_at, HandoverState.FAILED), (self.sent_at, HandoverState.SENT),
        )
        return next((state for at, state in steps if at is not None), HandoverState.CHECKING)


class HandoverCheck(Base):
    """How far the check of a hand-over has come: working notes, so that it goes on where it was interrupted."""

    __tablename__ = "archive_handover_check"

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("archive_handover.id"), primary_key=True)
    files: Mapped[list[Any]]                                          # [{place, code, title, sha256, size, …}]
    done: Mapped[int] = mapped_column(default=0)                      # files read so far
    done_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    total_bytes: Mapped[int] = mapped_column(BigInteger)
    findings: Mapped[list[Any]]                                       # [{nature, passed, text, files: […]}]
    waiting: Mapped[str | None]                                       # why it stands still, in words for people
    looked_at: Mapped[datetime]

    @property
    def percent(self) -> int:
        """Percent of the bytes that were read."""
        return 100 * self.done_bytes // self.total_bytes if self.total_bytes else 100
