"""Account, grant, session, recovery code, invitation, brake, event."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from registry.kernel.actor import Role
from registry.kernel.db import Base, permanent
from registry.parties.models import Organisation, Person
from registry.policy import Scope


class AccountState(StrEnum):
    ACTIVE = "active"        # 正常
    DISABLED = "disabled"    # 停用


class Account(Base):
    """账户: a person acting for an organisation. People of a station may have neither on our books."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)
    ledger_facts: ClassVar = ("person_id", "organisation_id", "state")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]                                            # as pages greet the person
    login: Mapped[str] = mapped_column(String(60), unique=True)  # NFKC, lower case
    password_hash: Mapped[str] = mapped_column(default="")       # argon2id; "" lets nobody in
    totp_sealed: Mapped[bytes | None]                            # vault place: "account/totp/<id>"
    totp_offered: Mapped[bytes | None]                           # the same place, until the first right code
    totp_last_step: Mapped[int] = mapped_column(default=0)       # in 30 s; codes up to it are spent
    state: Mapped[AccountState] = mapped_column(default=AccountState.ACTIVE)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    person: Mapped[Person | None] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    grants: Mapped[list["Grant"]] = relationship(
        lazy="raise", order_by="(Grant.since, Grant.id)", foreign_keys="Grant.account_id"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def standing_grants(self) -> list["Grant"]:
        """Needs `grants` loaded."""
        return [grant for grant in self.grants if grant.until is None]

    @property
    def scope(self) -> Scope:
        """Needs `grants` and `organisation` loaded. A station's people lie in their station's region."""
        regions = [grant.region for grant in self.standing_grants if grant.region]
        firm = self.organisation
        return Scope(
            (regions or [firm.region if firm else ""])[0],
            frozenset({firm.id}) if firm else frozenset(),
            person=self.person_id,
            organisation=self.organisation_id,
        )


class Grant(Base):
    """授权: one role given to one account. It is ended, never changed."""

    __tablename__ = "account_grant"
    __table_args__ = (
        Index(
            "uq_account_grant_standing", "account_id", "role", unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        permanent("until", "ended_by_id"),
    )
    ledger_facts: ClassVar = (
        "account_id", "role", "region", "since", "until", "granted_by_id", "ended_by_id",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role]
    region: Mapped[str] = mapped_column(String(6), default="")            # GB/T 2260; "" for firms
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # None: the operator
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class AccountSession(Base):
    """会话. The browser holds a random token, we hold its hash; a row that has ended lets nobody in."""

    __tablename__ = "account_session"
    __table_args__ = (
        Index("ix_account_session_live", "account_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("confirmed_at IS NULL OR opened_at IS NOT NULL", name="confirmed_when_opened"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_sha256: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]       # None: the password is proved, the second factor is not
    confirmed_at: Mapped[datetime | None]    # the last time the person proved who they are
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(60), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    account: Mapped[Account] = relationship(lazy="raise")


class RecoveryCode(Base):
    """恢复码: lets its owner in once when the second factor is lost."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    code_sha256: Mapped[bytes]               # of account id and an 80-bit random code
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Purpose(StrEnum):
    JOIN = "join"          # 开户
    RECOVER = "recover"    # 重设密码


class Invitation(Base):
    """邀请: a link that lets one person open an account, or set a new password, once."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("purpose <> 'recover' OR account_id IS NOT NULL", name="recovers_an_account"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_sha256: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[Purpose]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    login: Mapped[str] = mapped_column(String(60), default="")   # "": the invited person chooses
    roles: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    region: Mapped[str] = mapped_column(String(6), default="")
    target: Mapped[str] = mapped_column(default="")              # path to go to once signed in
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    account: Mapped[Account | None] = relationship(lazy="raise", foreign_keys=[account_id])

    @property
    def scope(self) -> Scope:
        """Needs `organisation` loaded."""
        own = self.organisation.region if self.organisation else ""
        return Scope(self.region or own, organisation=self.organisation_id)


class BrakeKind(StrEnum):
    LOGIN = "login"          # wrong passwords for one login, whether or not it exists
    ADDRESS = "address"      # wrong passwords from one address
    CODE = "code"            # wrong codes for one account or invitation


class Brake(Base):
    """Wrong guesses so far at one thing. The database counts, so that every worker counts alike."""

    __tablename__ = "brake"

    kind: Mapped[BrakeKind] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)   # an id, an address or a keyed hash
    failures: Mapped[int]
    failed_at: Mapped[datetime]


class AccountEvent(Base):
    """账户日志: what happened at the doors. Kept for good; at least six months is the law's minimum."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id_at", "account_id", "at"), permanent())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))   # whose account it is about
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))        # who did it, when not they
    address: Mapped[str] = mapped_column(String(60), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
