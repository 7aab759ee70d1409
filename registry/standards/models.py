"""The edition: one row per version of a piece of law."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.standards.rules import Edition, Status


class StandardEdition(Base):
    """标准手册的一个版本. Never edited and never deleted: what was signed under it points to it."""

    __tablename__ = "standard_edition"
    __table_args__ = (
        UniqueConstraint("kind", "key", "region", "version"),
        Index("ix_standard_edition_lookup", "kind", "key", "region", "effective_from"),
        CheckConstraint("region ~ '^[0-9]{6}$'", name="region_is_six_digits"),
        permanent(),
    )
    ledger_facts: ClassVar = (
        "kind", "key", "region", "version", "effective_from", "title", "source", "status", "note",
        "content_sha256",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    region: Mapped[str]
    version: Mapped[str]
    effective_from: Mapped[date]
    title: Mapped[str]
    source: Mapped[str]
    status: Mapped[Status]
    note: Mapped[str]                                    # what a reader must know about it
    content: Mapped[Any] = mapped_column(JSONB, deferred=True)
    content_sha256: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]                      # account; None: shipped with the registry

    @property
    def scope(self) -> Scope:
        return Scope(region=self.region)

    @property
    def head(self) -> Edition:
        return Edition(
            id=self.id, kind=self.kind, key=self.key, region=self.region, version=self.version,
            effective_from=self.effective_from, title=self.title, source=self.source, status=self.status,
            note=self.note, content_sha256=self.content_sha256, entered_at=self.entered_at,
        )
