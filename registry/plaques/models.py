"""Plaque, its mounting, and what the public says about it."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import UnitProject


class Plaque(Base):
    """标牌 as data: what is engraved, frozen on the day it was issued."""

    __tablename__ = "plaque"
    __table_args__ = (
        Index("uq_plaque_standing", "unit_project_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        permanent("superseded_at", "superseded_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "code", "facts", "pdf_sha256", "svg_sha256", "issued_on", "issued_at",
        "superseded_at", "superseded_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)       # ≥ 100 random bits without look-alikes
    facts: Mapped[dict[str, Any]]                                    # what is engraved
    pdf_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    svg_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    superseded_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    mountings: Mapped[list["Mounting"]] = relationship(
        lazy="raise", order_by="Mounting.mounted_on", back_populates="plaque"
    )

    @property
    def scope(self) -> Scope:
        """Needs unit → project → participations loaded."""
        return self.unit.project.scope


class Mounting(Base):
    """安装: where and when a plaque went up, by whom, with a photo. Put up again, it gets another record."""

    __tablename__ = "plaque_mounting"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "plaque_id"
    ledger_facts: ClassVar = (
        "plaque_id", "place", "mounted_on", "mounted_by", "photo_sha256", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plaque_id: Mapped[UUID] = mapped_column(ForeignKey("plaque.id"), index=True)
    place: Mapped[str]
    mounted_on: Mapped[date]
    mounted_by: Mapped[str]                                          # the firm or crew, as told
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    plaque: Mapped[Plaque] = relationship(lazy="raise", back_populates="mountings")


class WrongPlaqueReport(Base):
    """标牌有误: what a passer-by says is wrong with a plaque. Shown to the station, never to the public."""

    __tablename__ = "wrong_plaque_report"
    __table_args__ = (permanent("answered_at", "answered_by_id", "answer"),)
    ledger_within: ClassVar = "plaque_id"
    ledger_facts: ClassVar = ("plaque_id", "kind", "reported_at", "answered_at", "answered_by_id", "answer")
    ledger_personal: ClassVar = {"words": ("words", "")}             # a passer-by may have named somebody

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plaque_id: Mapped[UUID] = mapped_column(ForeignKey("plaque.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))                    # missing | damaged | differs | elsewhere | other
    words: Mapped[str] = mapped_column(default="")
    contact_sealed: Mapped[bytes | None]                             # vault place: "wrong_plaque_report/contact/<id>"
    reported_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None]


class PlaqueScan(Base):
    """How often a plaque's page was opened on a day: a heartbeat, with nothing about who looked."""

    __tablename__ = "plaque_scan"

    plaque_id: Mapped[UUID] = mapped_column(ForeignKey("plaque.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    scans: Mapped[int]
    last_at: Mapped[datetime]                                        # of the last one counted; one a minute is enough
