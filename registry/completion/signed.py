"""What every signature of completion has in common."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String


class Signed:
    """A signature given on the platform by somebody in office: who, for which post, when, how he was known."""

    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    person_name: Mapped[str]                                          # as it was then
    post: Mapped[str] = mapped_column(String(40))
    drawing_sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))  # None: typed instead
    evidence: Mapped[dict[str, Any]]                                  # how the signer was known (no personal data)
    signed_on: Mapped[date]
    signed_at: Mapped[datetime]


SIGNED_FACTS = ("term_id", "person_name", "post", "drawing_sha256", "evidence", "signed_on", "signed_at")
