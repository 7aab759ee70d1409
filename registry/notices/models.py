"""The notice, and its opening as proof of service."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from registry.kernel.db import Base, permanent
from registry.policy import Scope


class Notice(Base):
    """通知. A person is told of one matter at most once a day; the moment of opening is the 服务回执."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "link", "day"),
        Index("ix_notice_inbox", "person_id", "created_at"),
        Index("ix_notice_waiting", "kind", "link", postgresql_where=text("done_at IS NULL")),
        CheckConstraint(r"link ~ '^/([^/\\]|$)'", name="leads_to_a_page_of_ours"),
        permanent("opened_at", "done_at"),
    )
    ledger_facts: ClassVar = ("person_id", "kind", "link", "title", "day", "due_on", "opened_at")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(60))            # what it asks for: "pledge.to-sign"
    link: Mapped[str] = mapped_column(String(200))           # the page on which to act: "/terms/<id>/pledge"
    title: Mapped[str]
    body: Mapped[str]
    day: Mapped[date]                                        # the day it was sent (China Standard Time)
    created_at: Mapped[datetime]
    due_on: Mapped[date | None]                              # last day to act in time
    opened_at: Mapped[datetime | None]                       # first time the recipient opened it
    done_at: Mapped[datetime | None]                         # when the act it asks for was done, by whomever

    @property
    def scope(self) -> Scope:
        return Scope(person=self.person_id)

    def is_overdue(self, today: date) -> bool:
        return self.done_at is None and self.due_on is not None and today > self.due_on
