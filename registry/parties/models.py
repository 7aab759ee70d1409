"""Organisations, persons, and the qualifications persons hold."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent, undeletable
from registry.policy import Scope


class OrganisationStatus(StrEnum):
    EXISTING = "existing"            # 存续
    DEREGISTERED = "deregistered"    # 注销
    REVOKED = "revoked"              # 吊销
    BANKRUPT = "bankrupt"            # 破产
    MERGED = "merged"                # 合并
    DIVIDED = "divided"              # 分立


class Organisation(Base):
    """单位, one row per 统一社会信用代码. What became of it is a status, never a deletion."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('merged', 'divided') OR successor_id IS NOT NULL", name="names_its_successor"
        ),
        Index("ix_organisation_grams", "grams", postgresql_using="gin"),
        undeletable(),
    )
    ledger_facts: ClassVar = (
        "uscc", "name", "legal_representative", "region", "status", "status_since", "successor_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str]
    legal_representative: Mapped[str]                      # as registered; the person may have an account
    region: Mapped[str] = mapped_column(String(6), default="")
    status: Mapped[OrganisationStatus] = mapped_column(default=OrganisationStatus.EXISTING)
    status_since: Mapped[date | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    grams: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, deferred=True)  # bigrams of the name, for search
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    successor: Mapped["Organisation | None"] = relationship(lazy="raise", remote_side="Organisation.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def scope(self) -> Scope:
        return Scope(self.region, frozenset({self.id}), organisation=self.id)


class IdentityKind(StrEnum):
    CITIZEN = "citizen"                      # 居民身份证
    RESIDENCE_PERMIT = "residence-permit"    # 港澳台居民居住证
    PASSPORT = "passport"                    # 护照
    FOREIGN_PERMANENT = "foreign-permanent"  # 外国人永久居留身份证
    HKM_TRAVEL = "hkm-travel"                # 港澳居民来往内地通行证
    TAIWAN_TRAVEL = "taiwan-travel"          # 台湾居民来往大陆通行证


class Person(Base):
    """自然人. The identity number is sealed; its blind index finds it again and keeps it unique."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("identity_kind", "identity_index"), undeletable())
    ledger_facts: ClassVar = ("name", "identity_kind", "identity_mask")
    ledger_personal: ClassVar = {
        "identity": ("identity_sealed", "person/identity/{id}"), "phone": ("phone_sealed", "person/phone/{id}"),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    identity_kind: Mapped[IdentityKind]
    identity_sealed: Mapped[bytes]           # vault place: "person/identity/<id>"
    identity_index: Mapped[bytes]            # vault column: "person/identity"
    identity_mask: Mapped[str]               # e.g. "1****************X", safe to show
    phone_sealed: Mapped[bytes | None]       # vault place: "person/phone/<id>"
    phone_mask: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    qualifications: Mapped[list["Qualification"]] = relationship(
        lazy="raise", order_by="Qualification.recorded_at", back_populates="person"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def scope(self) -> Scope:
        return Scope(person=self.id)


class Qualification(Base):
    """注册执业资格 as it was shown to us on a day; a renewal or a transfer brings a new row."""

    __tablename__ = "qualification"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "number"),
        permanent("withdrawn_on"),
    )
    ledger_facts: ClassVar = (
        "person_id", "kind", "number", "valid_from", "valid_until", "withdrawn_on", "recorded_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]                        # e.g. 一级注册建造师(建筑工程)
    number: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    withdrawn_on: Mapped[date | None]        # 注销、撤销或吊销之日
    recorded_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise", back_populates="qualifications")


class RevealReason(StrEnum):
    """Why a whole identity number or phone may be looked at."""

    ARCHIVE = "archive"            # 编制或移交责任档案
    VERIFICATION = "verification"  # 核对签字人身份
    CONTACT = "contact"            # 联系本人
    TRACE = "trace"                # 质量问题追溯
    INQUIRY = "inquiry"            # 配合有权机关调查


class RevealLog(Base):
    """查看记录: one look at one person's whole number. The number itself is not here."""

    __tablename__ = "reveal_log"
    __table_args__ = (Index("ix_reveal_log_person_id_at", "person_id", "at"), permanent())
    ledger_facts: ClassVar = ("at", "person_id", "what", "reason", "explanation", "account_id")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str] = mapped_column(String(20))           # identity | phone
    reason: Mapped[RevealReason]
    explanation: Mapped[str]
    account_id: Mapped[UUID | None]                         # who looked (accounts lie above)

    person: Mapped[Person] = relationship(lazy="raise")
