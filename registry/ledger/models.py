"""The tables of the ledger. All but the queue and the salts are permanent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, permanent
from registry.ledger.rules import LARGEST_BODY, SALT_BYTES

HASH = LargeBinary(32)


class LedgerEvent(Base):
    """One act upon one record. `body` is the truth; the other columns repeat some of it, to find it by."""

    __tablename__ = "ledger_event"
    __table_args__ = (
        UniqueConstraint("subject_table", "subject_id", "nth"),
        CheckConstraint(f"octet_length(body) <= {LARGEST_BODY}", name="body_is_small"),
        CheckConstraint("(nth = 0) = (previous_id IS NULL)", name="follows_the_one_before"),
        permanent(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    subject_table: Mapped[str]
    subject_id: Mapped[UUID]
    nth: Mapped[int]                                 # how many events about the same record came before
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_event.id"), unique=True)
    body: Mapped[bytes]                              # canonical JSON, see rules.event_body


class LedgerPending(Base):
    """An event that waits for its place in the tree. `number` only orders the waiting ones; it has gaps."""

    __tablename__ = "ledger_pending"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 — SQLAlchemy's own attribute

    event_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_event.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)


class LedgerLeaf(Base):
    """The place of an event in the tree: dense, from 0."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (
        CheckConstraint("octet_length(leaf_hash) = 32", name="is_a_hash"),
        permanent(),
    )

    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_event.id"), unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(HASH)


class LedgerNode(Base):
    """The hash of a perfect subtree above the leaves, kept so that roots and proofs cost O(log n)."""

    __tablename__ = "ledger_node"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="is_a_hash"),
        permanent(),
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # 1: two leaves
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(HASH)


class LedgerSalt(Base):
    """What ties a commitment in an event to the value. Once it is deleted, the commitment tells nothing."""

    __tablename__ = "ledger_salt"
    __table_args__ = (CheckConstraint(f"octet_length(salt) = {SALT_BYTES}", name="is_long_enough"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_event.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[bytes]


class LedgerCheckpoint(Base):
    """A tree as it was signed and shown to the world."""

    __tablename__ = "ledger_checkpoint"
    __table_args__ = (permanent(),)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(HASH)
    note: Mapped[str]                                # C2SP signed-note
    at: Mapped[datetime]
