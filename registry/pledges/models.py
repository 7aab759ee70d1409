"""Authorisation, pledge, filing, change of leader."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import Term


class Method(StrEnum):
    PLATFORM = "platform"    # read, re-authenticated, drawn signature
    PAPER = "paper"          # signed on paper, scanned; an officer has seen the original


class Signed:
    """What an authorisation and a pledge have in common: a paper, signed once, standing until withdrawn."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    number: Mapped[str] = mapped_column(String(80), unique=True)          # 文书编号
    method: Mapped[Method]
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    wording_sha256: Mapped[str] = mapped_column(String(64))               # of the wording's content, as signed
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    signed_on: Mapped[date]
    signed_at: Mapped[datetime]                                           # when the registry received it
    signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: on paper, by one unknown to us
    late: Mapped[bool]                                                    # 补签
    evidence: Mapped[dict[str, Any]]                                      # how the signer was known (no personal data)
    original_seen_at: Mapped[datetime | None]                             # paper only: an officer saw the original
    original_seen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]


SIGNED_FACTS = (
    "term_id", "number", "method", "wording_id", "wording_sha256", "document_sha256", "signed_on", "signed_at",
    "signed_by_id", "late", "evidence", "original_seen_at", "original_seen_by_id", "withdrawn_at", "withdrawn_reason",
)
ONCE = permanent("original_seen_at", "original_seen_by_id", "withdrawn_at", "withdrawn_reason")


class Authorisation(Signed, Base):
    """法定代表人授权书. At most one stands for a term; the database itself holds that line."""

    __tablename__ = "authorisation"
    __table_args__ = (
        Index("uq_authorisation_standing", "term_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        ONCE,
    )
    ledger_within: ClassVar = "term_id"
    ledger_facts: ClassVar = SIGNED_FACTS

    term: Mapped[Term] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        return self.term.scope


class Pledge(Signed, Base):
    """工程质量终身责任承诺书. At most one stands for a term; the database itself holds that line."""

    __tablename__ = "pledge"
    __table_args__ = (
        Index("uq_pledge_standing", "term_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        ONCE,
    )
    ledger_within: ClassVar = "term_id"
    ledger_facts: ClassVar = SIGNED_FACTS

    term: Mapped[Term] = relationship(lazy="raise")

    @property
    def scope(self) -> Scope:
        return self.term.scope


class Filing(Base):
    """备案: the station has taken the pair of one term on file, with a number and a date."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("region", "year", "sequence"),
        Index("uq_filing_pledge_id", "pledge_id", unique=True),
        permanent(),
    )
    ledger_within: ClassVar = "term_id"
    ledger_facts: ClassVar = (
        "term_id", "pledge_id", "authorisation_id", "region", "year", "sequence", "number", "filed_on", "filed_at",
        "filed_by_id", "station_id", "late",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), index=True)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    authorisation_id: Mapped[UUID] = mapped_column(ForeignKey("authorisation.id"))
    region: Mapped[str] = mapped_column(String(6))
    year: Mapped[int]
    sequence: Mapped[int]                                                 # without gaps within region and year
    number: Mapped[str] = mapped_column(String(60), unique=True)          # ZR-<region>-<year>-<sequence>
    filed_on: Mapped[date]
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    late: Mapped[bool]                                                    # after the change clock had run out

    term: Mapped[Term] = relationship(lazy="raise")


class Return(Base):
    """退回: the station did not take a pair on file, and said why and what would be right."""

    __tablename__ = "filing_return"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "term_id"
    ledger_facts: ClassVar = (
        "term_id", "pledge_id", "authorisation_id", "reason", "returned_on", "returned_at", "returned_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), index=True)
    pledge_id: Mapped[UUID | None] = mapped_column(ForeignKey("pledge.id"))
    authorisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("authorisation.id"))
    reason: Mapped[str]
    returned_on: Mapped[date]
    returned_at: Mapped[datetime]
    returned_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class ChangeOfLeader(Base):
    """变更项目负责人: why and when one leader handed over to another, with the hand-over statement."""

    __tablename__ = "change_of_leader"
    __table_args__ = (permanent(),)
    ledger_within: ClassVar = "incoming_term_id"
    ledger_facts: ClassVar = (
        "outgoing_term_id", "incoming_term_id", "reason", "basis", "effective_on", "refile_by", "clock_id",
        "document_sha256", "recorded_on", "recorded_at", "recorded_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    outgoing_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), unique=True)
    incoming_term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"), unique=True)
    reason: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")                        # 变更手续文号
    effective_on: Mapped[date]
    refile_by: Mapped[date | None]                                        # the clock's end, None where no rule sets one
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("standard_edition.id"))
    document_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    recorded_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    outgoing: Mapped[Term] = relationship(lazy="raise", foreign_keys=[outgoing_term_id])
    incoming: Mapped[Term] = relationship(lazy="raise", foreign_keys=[incoming_term_id])
