"""Documents, and files on their way to becoming one."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, permanent


def key_of(sha256: str) -> str:
    """Return the name under which the object store keeps the bytes with this hash."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class Document(Base):
    """文件: bytes kept for good. What they were called is known by whoever handed them in, not here."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_in_hex"),
        CheckConstraint("size >= 0", name="size_is_no_debt"),
        permanent(),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


class UploadState(StrEnum):
    RECEIVING = "receiving"   # 接收中
    COMPLETE = "complete"     # 已收齐，待办理引用
    REFUSED = "refused"       # 未予接收


class Upload(Base):
    """A file on its way. Its bytes lie in staging while it is received, in the object store once complete."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("received BETWEEN 0 AND size", name="received_within_size"),
        CheckConstraint("state <> 'complete' OR (sha256 IS NOT NULL AND media_type IS NOT NULL)",
                        name="complete_is_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(index=True)  # accounts lie above; None: the system
    name: Mapped[str] = mapped_column(String(120))               # as given, cleaned
    declared_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)                # bytes, as announced
    received: Mapped[int] = mapped_column(BigInteger)            # bytes, in order from the first
    state: Mapped[UploadState] = mapped_column(index=True)
    kind: Mapped[str | None]
    media_type: Mapped[str | None]                               # as found
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # once all of it is here
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see inspection.Finding
    reason: Mapped[str | None]                                   # why it was refused, in words for people
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
