"""One assembling of a project's responsibility archive: which files, in which order, on which day."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Project


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
