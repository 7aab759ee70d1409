"""Dwellings (户): their acceptance one by one, and the two papers their buyers are given.

Source: 建质〔2009〕291号; 建房〔1998〕102号; 建质〔2013〕171号 第五条（九）.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.completion.signed import SIGNED_FACTS, Signed
from registry.kernel.db import Base, permanent
from registry.projects.models import UnitProject

SIDES = {
    "contractor": ("project-manager", "epc-manager", "site/technical-leader", "site/quality-inspector"),
    "supervision": ("chief-supervisor", "site/supervision-engineer"),
    "owner": ("owner-leader", "site/owner-engineer"),
}
"""Who signs for a dwelling → posts whose holder may, the first that fits."""


class PaperKind(StrEnum):
    GUARANTEE = "residential-guarantee"   # 住宅质量保证书
    MANUAL = "residential-manual"         # 住宅使用说明书


class Dwelling(Base):
    """户. Entered by a list; one that was entered wrongly is struck off, with a reason."""

    __tablename__ = "dwelling"
    __table_args__ = (
        Index("uq_dwelling_standing", "unit_project_id", "number", unique=True, postgresql_where=text("struck_off_at IS NULL")),
        permanent("struck_off_at", "struck_off_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "number", "area", "layout", "entered_at", "entered_by_id", "struck_off_at", "struck_off_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    number: Mapped[str] = mapped_column(String(40))                   # 1-101
    area: Mapped[Decimal | None]                                      # m²
    layout: Mapped[str] = mapped_column(default="")                   # 户型
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    struck_off_at: Mapped[datetime | None]
    struck_off_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    checks: Mapped[list["DwellingCheck"]] = relationship(
        lazy="raise", order_by="(DwellingCheck.checked_at, DwellingCheck.id)", viewonly=True
    )

    @property
    def check(self) -> "DwellingCheck | None":
        """The last check, which counts; those before it stay."""
        return self.checks[-1] if self.checks else None

    @property
    def accepted(self) -> bool:
        return self.check is not None and self.check.passed and not self.check.unsigned


class DwellingCheck(Base):
    """分户验收: what was found at each checkpoint of one dwelling."""

    __tablename__ = "dwelling_check"
    __table_args__ = (Index("ix_dwelling_check_dwelling_id", "dwelling_id"), permanent())
    ledger_within: ClassVar = "dwelling_id"
    ledger_facts: ClassVar = (
        "dwelling_id", "findings", "passed", "words", "photo_sha256", "checks_id", "term_id", "person_name", "checked_on",
        "checked_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dwelling_id: Mapped[UUID] = mapped_column(ForeignKey("dwelling.id"))
    findings: Mapped[list[Any]]                                       # [[key of the checkpoint, met or unmet]]
    passed: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    photo_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    checks_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))      # who recorded it
    person_name: Mapped[str]
    checked_on: Mapped[date]
    checked_at: Mapped[datetime]

    signatures: Mapped[list["DwellingSignature"]] = relationship(
        lazy="raise", order_by="DwellingSignature.signed_at", viewonly=True
    )

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The sides that have not signed yet."""
        signed = {one.side for one in self.signatures}
        return tuple(side for side in SIDES if side not in signed)


class DwellingSignature(Signed, Base):
    """One side's signature under the acceptance of a dwelling."""

    __tablename__ = "dwelling_signature"
    __table_args__ = (UniqueConstraint("check_id", "side"), permanent())
    ledger_within: ClassVar = "check_id"
    ledger_facts: ClassVar = ("check_id", "side", *SIGNED_FACTS)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("dwelling_check.id"))
    side: Mapped[str] = mapped_column(String(20))                     # contractor | supervision | owner


class ResidentialPaper(Base):
    """住宅质量保证书 or 住宅使用说明书 of a unit project, or of one dwelling. The last one of a kind counts."""

    __tablename__ = "residential_paper"
    __table_args__ = (Index("ix_residential_paper_unit_project_id", "unit_project_id"), permanent())
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "dwelling_id", "kind", "answers", "wording_id", "paper_sha256", "issued_on",
        "issued_at", "issued_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    dwelling_id: Mapped[UUID | None] = mapped_column(ForeignKey("dwelling.id"))
    kind: Mapped[PaperKind]
    answers: Mapped[list[Any]]                                        # [[key of the field, text]]
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    paper_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
