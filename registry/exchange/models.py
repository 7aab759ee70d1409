"""Rosters on their way in: sent by a browser, checked, and waiting for their sender to let them in."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.actor import Actor, Role
from registry.kernel.db import Base


class RosterState(StrEnum):
    CHECKING = "checking"      # 检查中
    CHECKED = "checked"        # 已检查，待确认
    IMPORTING = "importing"    # 导入中
    IMPORTED = "imported"      # 已导入


class RosterFile(Base):
    """A workbook sent for import. Its bytes lie in staging for a day at most; only the report stays.

    The work is done in the background with the authority its sender had when sending it.
    """

    __tablename__ = "roster_file"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    region: Mapped[str] = mapped_column(String(6))
    roles: Mapped[list[Any]]
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[RosterState]
    report: Mapped[dict[str, Any] | None]      # see importing.as_kept
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]           # when the present state was reached
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy's own attribute

    @property
    def sender(self) -> Actor:
        return Actor(
            account=self.account_id, person=self.person_id, organisation=self.organisation_id,
            region=self.region, roles=frozenset(map(Role, self.roles)),
        )
