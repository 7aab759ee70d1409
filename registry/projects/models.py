"""Project, unit project, part, participation, term."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    and_,
    any_,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, foreign, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent, undeletable
from registry.parties.models import Organisation, Person
from registry.policy import Reach, Scope


class Project(Base):
    """工程项目. Its number is ours or the city's, and never used again for another."""

    __tablename__ = "project"
    __table_args__ = (
        Index("ix_project_region_number", "region", "number"),
        Index("ix_project_grams", "grams", postgresql_using="gin"),
        undeletable(),
    )
    ledger_facts: ClassVar = (
        "number", "name", "address", "region", "category", "structure", "area", "cost", "duration_days",
        "permit_number", "oversight_number", "started_on", "accepted_on", "longitude", "latitude", "created_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)     # 项目编号
    name: Mapped[str]
    address: Mapped[str]
    region: Mapped[str] = mapped_column(String(6))                   # GB/T 2260
    category: Mapped[str]                                            # 工程类别
    structure: Mapped[str] = mapped_column(default="")               # 结构类型
    area: Mapped[Decimal | None]                                     # 建筑面积, m²
    cost: Mapped[Decimal | None]                                     # 工程造价, 万元
    duration_days: Mapped[int | None]                                # 合同工期, calendar days
    permit_number: Mapped[str] = mapped_column(default="")           # 施工许可证编号
    oversight_number: Mapped[str] = mapped_column(default="")        # 质量监督注册号
    started_on: Mapped[date | None]                                  # 开工日期
    accepted_on: Mapped[date | None]                                 # 竣工验收合格日期
    longitude: Mapped[Decimal | None]                                # CGCS2000, degrees
    latitude: Mapped[Decimal | None]
    grams: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, deferred=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    units: Mapped[list["UnitProject"]] = relationship(
        lazy="raise", order_by="UnitProject.number", back_populates="project"
    )
    participations: Mapped[list["Participation"]] = relationship(
        lazy="raise", order_by="(Participation.role, Participation.since, Participation.id)", back_populates="project"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def scope(self) -> Scope:
        """Needs `participations` loaded."""
        return Scope(
            self.region,
            frozenset(p.organisation_id for p in self.participations),
            owner=next((p.organisation_id for p in self.participations if p.role == "owner"), None),
        )

    @staticmethod
    def ledger_owner(_key: ColumnElement[UUID]) -> Select[UUID]:
        """The firm `scope` calls the owner."""
        return (
            select(Participation.organisation_id)
            .where(Participation.project_id == _key, Participation.role == "owner")
            .order_by(Participation.since, Participation.id).limit(1)
        )

    @property
    def completed_on(self) -> date | None:
        """The day on which nothing was left to be accepted. Needs `units` loaded."""
        if self.accepted_on is not None:
            return self.accepted_on
        days = [unit.accepted_on for unit in self.units]
        accepted = [day for day in days if day is not None]
        return max(accepted) if accepted and len(accepted) == len(days) else None

    @classmethod
    def within(cls, reach: Reach) -> ColumnElement[bool]:
        """The condition by which a list shows only projects in reach."""
        if reach.everything:
            return true()
        ways: list[ColumnElement[bool]] = []
        if reach.region is not None:
            ways.append(cls.region.startswith(reach.region, autoescape=True))
        if reach.organisation is not None:
            ways.append(cls.id.in_(
                select(Participation.project_id).where(Participation.organisation_id == reach.organisation)
            ))
        if reach.person is not None:
            ways.append(cls.id.in_(
                select(Participation.project_id).join(Term).where(Term.person_id == reach.person)
            ))
        return or_(*ways) if ways else false()


class UnitProject(Base):
    """单位工程. The design working life belongs here and comes from the design documents."""

    __tablename__ = "unit_project"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("design_life_years > 0", name="lives"),
        undeletable(),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "number", "name", "storeys_above", "storeys_below", "area", "structure",
        "design_life_years", "design_life_basis", "accepted_on", "created_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    number: Mapped[str] = mapped_column(String(40))                  # 单位工程编号, e.g. "01"
    name: Mapped[str]
    storeys_above: Mapped[int | None]
    storeys_below: Mapped[int | None]
    area: Mapped[Decimal | None]                                     # m²
    structure: Mapped[str] = mapped_column(default="")
    design_life_years: Mapped[int]                                   # 设计使用年限 = 设计工作年限
    design_life_basis: Mapped[str] = mapped_column(default="")       # 设计文件依据
    accepted_on: Mapped[date | None]                                 # 竣工验收合格日期, if it differs from the project's
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    project: Mapped[Project] = relationship(lazy="raise", back_populates="units")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def scope(self) -> Scope:
        return self.project.scope


class Part(Base):
    """部位. A node of a unit project's own: a storey, an axis, a room, or an item the catalogue lacks.

    Divisions, sub-divisions and items of GB 50300 need no row here: they are addressed by their code in the
    catalogue edition. A row hangs below another row, or below a catalogue code, or at the top.
    """

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("unit_project_id", "code"),
        CheckConstraint("parent_id IS NULL OR below_code = ''", name="hangs_in_one_place"),
        permanent(),
    )
    ledger_within: ClassVar = "unit_project_id"
    ledger_facts: ClassVar = ("unit_project_id", "code", "name", "kind", "parent_id", "below_code", "created_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_project_id: Mapped[UUID] = mapped_column(ForeignKey("unit_project.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))                    # storey | axis | room | item
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("part.id"))
    below_code: Mapped[str] = mapped_column(String(20), default="")  # GB 50300 code, e.g. "0201"
    created_at: Mapped[datetime]


class Participation(Base):
    """参建: one firm in one role on one project. Any number of firms may share a role (联合体、标段)."""

    __tablename__ = "participation"
    __table_args__ = (
        Index("ix_participation_project_id", "project_id"),
        Index("ix_participation_organisation_id", "organisation_id"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_starts"),
        permanent("until", "ended_reason"),
    )
    ledger_within: ClassVar = "project_id"
    ledger_facts: ClassVar = (
        "project_id", "organisation_id", "role", "organisation_name", "legal_representative", "licence_number",
        "unit_numbers", "since", "until", "ended_reason", "created_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(40))                    # key in the standards' posts edition
    organisation_name: Mapped[str]                                   # as it was called then
    legal_representative: Mapped[str]                                # as it was then
    licence_number: Mapped[str] = mapped_column(default="")          # 资质证书编号
    unit_numbers: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)  # 承担范围; none: the whole project
    since: Mapped[date]
    until: Mapped[date | None]                                       # last day
    ended_reason: Mapped[str | None]
    created_at: Mapped[datetime]

    project: Mapped[Project] = relationship(lazy="raise", back_populates="participations")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    units: Mapped[list[UnitProject]] = relationship(                 # those that `unit_numbers` names
        lazy="raise", viewonly=True, order_by=UnitProject.number, primaryjoin=lambda: and_(
            foreign(UnitProject.project_id) == Participation.project_id,
            UnitProject.number == any_(Participation.unit_numbers),
        ),
    )
    terms: Mapped[list["Term"]] = relationship(                      # of those who lead and answer for life
        lazy="raise", order_by="(Term.since, Term.id)", viewonly=True,
        primaryjoin=lambda: and_(Participation.id == foreign(Term.participation_id), Term.leads),
    )
    staff: Mapped[list["Term"]] = relationship(                      # of those who work and check on the site
        lazy="raise", order_by="(Term.post, Term.since, Term.id)", viewonly=True,
        primaryjoin=lambda: and_(Participation.id == foreign(Term.participation_id), ~Term.leads),
    )


class Term(Base):
    """任职: one person holding one post for one participating firm, from `since` to `until`, both inclusive.

    A leader answers for life and signs a pledge; the posts on the site, whose keys begin with "site/", do not.
    Covers the units its participation covers. On a day of change both the outgoing and the incoming
    leader are in office: two terms may share that one day and no more, unless the post allows several holders.
    """

    __tablename__ = "term"
    __table_args__ = (
        Index("ix_term_participation_id", "participation_id"),
        Index("ix_term_person_id", "person_id"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_starts"),
        CheckConstraint("leads = (left(post, 5) <> 'site/')", name="leads_or_works_on_the_site"),
        permanent("until", "ended_reason", "corrected_by_id", "corrected_reason"),
    )
    ledger_within: ClassVar = "participation_id"
    ledger_facts: ClassVar = (
        "participation_id", "person_id", "person_name", "post", "shared", "qualification_kind",
        "qualification_number", "since", "until", "ended_reason", "corrected_by_id", "corrected_reason", "created_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("participation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]                                         # as it was then
    post: Mapped[str] = mapped_column(String(40))                    # key in the standards' posts or site-posts
    leads: Mapped[bool] = mapped_column(default=True, server_default=true())  # and so pledges
    shared: Mapped[bool] = mapped_column(default=False)              # the post may have several holders at once
    qualification_kind: Mapped[str] = mapped_column(default="")      # 注册执业资格, as shown then
    qualification_number: Mapped[str] = mapped_column(default="")    # 注册执业证号
    since: Mapped[date]
    until: Mapped[date | None]                                       # last day in office
    ended_reason: Mapped[str | None]
    corrected_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("term.id"))
    corrected_reason: Mapped[str | None]
    created_at: Mapped[datetime]

    participation: Mapped[Participation] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    def covers(self, day: date) -> bool:
        return self.corrected_by_id is None and self.since <= day and (self.until is None or day <= self.until)

    @property
    def scope(self) -> Scope:
        """Needs participation → project → participations loaded."""
        whole = self.participation.project.scope
        return Scope(
            whole.region, whole.organisations, person=self.person_id,
            organisation=self.participation.organisation_id, owner=whole.owner,
        )


TERMS_DO_NOT_OVERLAP_SQL = """
CREATE FUNCTION terms_do_not_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.corrected_by_id IS NOT NULL OR NEW.shared THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('term:' || NEW.participation_id::text || NEW.post, 0));
    IF EXISTS (
        SELECT 1 FROM term AS other
        WHERE other.participation_id = NEW.participation_id AND other.post = NEW.post AND other.id <> NEW.id
          AND other.corrected_by_id IS NULL
          AND daterange(other.since, other.until, '[)') && daterange(NEW.since, NEW.until, '[)')
    ) THEN
        RAISE EXCEPTION 'two terms of one post overlap' USING ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'ex_term_overlap', TABLE = 'term';
    END IF;
    RETURN NULL;
END $$
"""
TERMS_DO_NOT_OVERLAP_TRIGGER_SQL = """
CREATE CONSTRAINT TRIGGER term_overlap AFTER INSERT OR UPDATE ON term
DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION terms_do_not_overlap()
"""

PROJECT_PARTIES = selectinload(Project.participations)
TERM_IN_FULL = (
    joinedload(Term.person, innerjoin=True),
    joinedload(Term.participation, innerjoin=True).options(
        joinedload(Participation.organisation, innerjoin=True),
        selectinload(Participation.units),
        joinedload(Participation.project, innerjoin=True).options(PROJECT_PARTIES, selectinload(Project.units)),
    ),
)
