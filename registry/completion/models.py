"""Round, report, notice of the meeting, opinion, acceptance, what the station says, filing, receipt, order."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.types import String

from registry.completion.housing import Dwelling, DwellingCheck, DwellingSignature, ResidentialPaper
from registry.completion.signed import SIGNED_FACTS, Signed
from registry.completion.warranties import Certificate, CertificateSignature
from registry.kernel.db import Base, permanent
from registry.policy import Scope
from registry.projects.models import PROJECT_PARTIES, Project, Term, UnitProject


class Ending(StrEnum):
    """How a round ended."""

    ACCEPTED = "accepted"      # 各方同意验收合格
    DISAGREED = "disagreed"    # 有一方不同意,协商后重新组织
    WITHDRAWN = "withdrawn"    # 建设单位撤回


class ReportKind(StrEnum):
    """The four reports before acceptance. Source: GB 55032-2022; 建质〔2013〕171号 第五条."""

    CONTRACTOR = "contractor-report"              # 工程竣工报告
    SUPERVISION = "supervision-assessment"        # 工程质量评估报告
    SURVEY = "survey-report"                      # 勘察质量检查报告
    DESIGN = "design-report"                      # 设计质量检查报告


class Stance(StrEnum):
    """What a signed statement says of a condition."""

    MET = "met"
    UNMET = "unmet"
    NOT_APPLICABLE = "not-applicable"


class Round(Base):
    """竣工验收轮次 of one unit project. A round that failed stays; the next one begins anew."""

    __tablename__ = "completion_round"
    __table_args__ = (
        UniqueConstraint("unit_project_id", "number"),
        Index("uq_completion_round_open", "unit_project_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        permanent("ended_at", "ended_as", "ended_reason"),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "number", "opened_on", "opened_at", "opened_by_id", "ended_at", "ended_as", "ended_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    number: Mapped[int]                                               # 1, 2, … within the unit project
    opened_on: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[Ending | None]
    ended_reason: Mapped[str | None]

    unit: Mapped[UnitProject] = relationship(lazy="raise")
    reports: Mapped[list["Report"]] = relationship(lazy="raise", order_by="(Report.signed_at, Report.id)", viewonly=True)
    notices: Mapped[list["MeetingNotice"]] = relationship(
        lazy="raise", order_by="(MeetingNotice.notified_at, MeetingNotice.id)", viewonly=True
    )
    opinions: Mapped[list["Opinion"]] = relationship(lazy="raise", order_by="(Opinion.signed_at, Opinion.id)", viewonly=True)
    acceptance: Mapped["Acceptance | None"] = relationship(lazy="raise", viewonly=True)
    oversight: Mapped["OversightRecord | None"] = relationship(lazy="raise", viewonly=True)
    filings: Mapped[list["CompletionFiling"]] = relationship(
        lazy="raise", order_by="(CompletionFiling.submitted_at, CompletionFiling.id)", viewonly=True
    )

    @property
    def notice(self) -> "MeetingNotice | None":
        """The notice in force: the last one that was not withdrawn."""
        return next((one for one in reversed(self.notices) if one.withdrawn_at is None), None)

    @property
    def filing(self) -> "CompletionFiling | None":
        return self.filings[-1] if self.filings else None

    @property
    def scope(self) -> Scope:
        """Needs unit → project → participations loaded."""
        return self.unit.project.scope


class Report(Signed, Base):
    """One of the four reports, by one firm, with the file it uploaded where there is one."""

    __tablename__ = "completion_report"
    __table_args__ = (UniqueConstraint("round_id", "kind", "participation_id"), permanent())
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = (
        "round_id", "kind", "participation_id", "conclusion", "approved_by", "document_sha256", "paper_sha256", *SIGNED_FACTS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    kind: Mapped[ReportKind]
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))
    conclusion: Mapped[str]
    approved_by: Mapped[str]                                          # 单位有关负责人, who approved it too
    document_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))  # as uploaded
    paper_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))            # as printed and signed


class MeetingNotice(Base):
    """竣工验收通知: when, where and by whom acceptance is held, told to the station in time."""

    __tablename__ = "completion_notice"
    __table_args__ = (
        Index("ix_completion_notice_meeting_id", "meeting_id"),
        Index("ix_completion_notice_round_id", "round_id"),
        permanent("withdrawn_at", "withdrawn_reason"),
    )
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = (
        "round_id", "meeting_id", "meets_on", "meets_at", "place", "members", "clock_id", "earliest_on", "notified_on",
        "notified_at", "notified_by_id", "withdrawn_at", "withdrawn_reason",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    meeting_id: Mapped[UUID]                                          # shared by units taken together in one meeting
    meets_on: Mapped[date]
    meets_at: Mapped[str] = mapped_column(String(5))                  # "09:30", China Standard Time
    place: Mapped[str]
    members: Mapped[str]                                              # 验收组名单, one a line
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    earliest_on: Mapped[date]                                         # what the clock allowed
    notified_on: Mapped[date]
    notified_at: Mapped[datetime]
    notified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]


class Opinion(Signed, Base):
    """验收意见 of one leader, signed at the meeting. Each gives one a round."""

    __tablename__ = "completion_opinion"
    __table_args__ = (UniqueConstraint("round_id", "term_id"), permanent())
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = ("round_id", "participation_id", "agrees", "opinion", "warning", *SIGNED_FACTS)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))
    agrees: Mapped[bool]
    opinion: Mapped[str]
    warning: Mapped[str] = mapped_column(default="")                  # the signer's pair is not on file


class Acceptance(Base):
    """竣工验收合格: all have agreed; the day is that of the last signature."""

    __tablename__ = "completion_acceptance"
    __table_args__ = (UniqueConstraint("round_id"), permanent())
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = (
        "round_id", "accepted_on", "concluded_at", "report_sha256", "record_sha256", "clock_id", "file_by", "gates",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    accepted_on: Mapped[date]
    concluded_at: Mapped[datetime]
    report_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))   # 竣工验收报告
    record_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))   # 单位工程质量竣工验收记录
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("standard_edition.id"))
    file_by: Mapped[date | None]                                     # the last day to file in time
    gates: Mapped[list[Any]]                                          # how every condition stood: [rule, state]


class OversightRecord(Base):
    """竣工验收监督记录: what the station saw of the organisation, the procedure, the standards and the result."""

    __tablename__ = "completion_oversight"
    __table_args__ = (UniqueConstraint("round_id"), permanent())
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = (
        "round_id", "organisation", "procedure", "standards", "result", "words", "recorded_on", "recorded_at",
        "recorded_by_id", "late",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    organisation: Mapped[bool]                                        # 组织形式符合规定
    procedure: Mapped[bool]                                           # 验收程序符合规定
    standards: Mapped[bool]                                           # 执行验收标准符合规定
    result: Mapped[bool]                                              # 验收结论与实体、资料相符
    words: Mapped[str]
    recorded_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    late: Mapped[bool]


class CompletionFiling(Base):
    """竣工验收备案 as the owner hands it in. Answered by a receipt or by an order."""

    __tablename__ = "completion_filing"
    __table_args__ = (UniqueConstraint("round_id"), permanent())
    ledger_within: ClassVar = "round_id"
    ledger_facts: ClassVar = (
        "round_id", "content", "scale", "contract_price", "form_sha256", "submitted_on", "submitted_at", "submitted_by_id",
        "late",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("completion_round.id"))
    content: Mapped[str]                                              # 本次备案内容
    scale: Mapped[str]                                                # 本次备案规模
    contract_price: Mapped[str]                                       # 合同价格, as in the contract
    form_sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))     # 备案表
    submitted_on: Mapped[date]
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    late: Mapped[bool]                                                # after the fifteen days

    round: Mapped[Round] = relationship(lazy="raise", viewonly=True)
    receipt: Mapped["Receipt | None"] = relationship("registry.completion.models.Receipt", lazy="raise", viewonly=True)
    order: Mapped["ReacceptanceOrder | None"] = relationship(lazy="raise", viewonly=True)


class Receipt(Base):
    """竣工验收备案收讫, with a number without gaps within region and year."""

    __tablename__ = "completion_receipt"
    __table_args__ = (UniqueConstraint("region", "year", "sequence"), UniqueConstraint("filing_id"), permanent())
    ledger_within: ClassVar = "filing_id"
    ledger_facts: ClassVar = (
        "filing_id", "region", "year", "sequence", "number", "received_on", "received_at", "received_by_id", "station_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("completion_filing.id"))
    region: Mapped[str] = mapped_column(String(6))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(60), unique=True)      # JGBA-<region>-<year>-<sequence>
    received_on: Mapped[date]
    received_at: Mapped[datetime]
    received_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))


class ReacceptanceOrder(Base):
    """责令停止使用、重新组织竣工验收, with the reasons."""

    __tablename__ = "completion_order"
    __table_args__ = (UniqueConstraint("filing_id"), permanent())
    ledger_within: ClassVar = "filing_id"
    ledger_facts: ClassVar = ("filing_id", "reasons", "basis", "ordered_on", "ordered_at", "ordered_by_id", "due_on")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("completion_filing.id"))
    reasons: Mapped[str]
    basis: Mapped[str]                                                # the article that was broken
    ordered_on: Mapped[date]
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date | None]                                       # until when such an order may be given


class Statement(Base):
    """书面确认: what the one answerable says of a condition the registry holds no records of. The last one counts."""

    __tablename__ = "completion_statement"
    __table_args__ = (Index("ix_completion_statement_unit_project_id", "unit_project_id", "rule"), permanent())
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = (
        "unit_project_id", "rule", "stance", "number", "words", "document_sha256", "term_id", "stated_by", "stated_on",
        "stated_at", "stated_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"))
    rule: Mapped[str] = mapped_column(String(60))                     # key of the gate
    stance: Mapped[Stance]
    number: Mapped[str] = mapped_column(default="")                   # 文号
    words: Mapped[str]
    document_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    term_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))         # None: an officer, or the owner's filer
    stated_by: Mapped[str]                                            # the name, as it was then
    stated_on: Mapped[date]
    stated_at: Mapped[datetime]
    stated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    term: Mapped[Term | None] = relationship(lazy="raise")


__all__ = [
    "Acceptance", "Certificate", "CertificateSignature", "CompletionFiling", "Dwelling", "DwellingCheck", "DwellingSignature",
    "Ending", "MeetingNotice", "Opinion", "OversightRecord", "ReacceptanceOrder", "Receipt", "Report", "ReportKind",
    "ResidentialPaper", "Round", "Stance", "Statement",
]

UNIT_IN_FULL = (
    selectinload(UnitProject.project).options(PROJECT_PARTIES, selectinload(Project.units)),
)
ROUND_ALONE = (
    selectinload(Round.reports), selectinload(Round.notices), selectinload(Round.opinions),
    joinedload(Round.acceptance), joinedload(Round.oversight),
    selectinload(Round.filings).options(joinedload(CompletionFiling.receipt), joinedload(CompletionFiling.order)),
)
"""A round with everything that was done in it, for those who have its unit project in hand."""
ROUND_IN_FULL = (selectinload(Round.unit).options(*UNIT_IN_FULL), *ROUND_ALONE)
