"""工程质量保修书: the contractor's warranty, signed by both sides before acceptance.

Source: 建设工程质量管理条例 第三十九、四十条; 民用建筑节能条例 第二十三条.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.completion.signed import SIGNED_FACTS, Signed
from registry.kernel.db import Base, permanent
from registry.projects.models import UnitProject

CONTRACTOR, OWNER = "contractor", "owner"
SIDES = {CONTRACTOR: ("project-manager", "epc-manager"), OWNER: ("owner-leader",)}
"""Side of the certificate → posts whose holder signs for it."""


class Certificate(Base):
    """工程质量保修书 of one unit project. One stands at a time; it counts once both sides have signed."""

    __tablename__ = "warranty_certificate"
    __table_args__ = (
        Index(
            "uq_warranty_certificate_standing", "unit_project_id", "participation_id", unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("defect_months BETWEEN 1 AND 24", name="defects_for_two_years_at_most"),
        permanent("paper_sha256", "withdrawn_at", "withdrawn_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "participation_id", "scope_words", "periods", "defect_months", "other", "wording_id", "rules_id",
        "drawn_up_on", "drawn_up_at", "drawn_up_by_id", "paper_sha256", "withdrawn_at", "withdrawn_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))   # the contractor's
    scope_words: Mapped[str]                                          # 质量保修范围和内容
    periods: Mapped[list[Any]]                                        # [{key, part, unit, amount, source}]
    defect_months: Mapped[int]                                        # 缺陷责任期, which is no warranty period
    other: Mapped[str] = mapped_column(default="")                    # 双方约定的其他事项
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    rules_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))        # what the periods were judged by
    drawn_up_on: Mapped[date]
    drawn_up_at: Mapped[datetime]
    drawn_up_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    paper_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))  # once both have signed
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    signatures: Mapped[list["CertificateSignature"]] = relationship(
        lazy="raise", order_by="CertificateSignature.signed_at", viewonly=True
    )

    def signed_by(self, side: str) -> "CertificateSignature | None":
        return next((one for one in self.signatures if one.side == side), None)


class CertificateSignature(Signed, Base):
    """One side's signature under a certificate."""

    __tablename__ = "warranty_signature"
    __table_args__ = (UniqueConstraint("certificate_id", "side"), permanent())
    ledger_within: ClassVar = "certificate_id"
    ledger_facts: ClassVar = ("certificate_id", "side", *SIGNED_FACTS)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("warranty_certificate.id"))
    side: Mapped[str] = mapped_column(String(20))                     # contractor | owner
