"""Idempotency: the same request sent twice is one act.

The receipt is written in the transaction of the act, so it exists exactly when the act does; the answer
is added to it afterwards. Source: draft-ietf-httpapi-idempotency-key-header.
"""

from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, lock_number

PATIENCE = 2.0  # seconds a repetition waits for the first request
LOOK = 0.05     # seconds between looks whether it is done
STRANGER = UUID(int=0)
"""In the place of the account of whoever has none."""


class Receipt(Base):
    __tablename__ = "receipt"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]                     # SHA-256 of method, path and body
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class InProgress(Conflict):
    code = "idempotency.in-progress"


class KeyReused(Invalid):
    code = "idempotency.key-reused"


class BadKey(Invalid):
    code = "idempotency.bad-key"


class Repeated(Exception):
    """The act was done before; `answer` is what was said then (None if that was never noted)."""

    def __init__(self, answer: dict[str, Any] | None) -> None:
        super().__init__()
        self.answer = answer


def claim(uow: UnitOfWork, key: str, fingerprint: bytes) -> None:
    """Note that the actor's act `key` is being done in this transaction.

    Raises Repeated when it has been done, InProgress when another request is still at it after PATIENCE
    seconds (the second click of a double click waits for the first), KeyReused when the key came before with
    another body. Everybody who is not signed in counts as one: their keys are random and never shown to others.
    """
    account = claimant(uow)
    if not locked(uow, f"receipt:{account}:{key}"):
        raise InProgress(_("同一请求正在办理,请稍候再查看结果。"))
    known = uow.session.get(Receipt, (account, key))
    if known is not None and known.fingerprint != fingerprint:
        raise KeyReused(_("这份表单已经提交过,且内容与上次不同。"), remedy=_("请重新打开页面再填写。"))
    if known is not None:
        raise Repeated(known.answer)
    uow.session.add(Receipt(account_id=account, key=key, fingerprint=fingerprint, at=uow.at))
    uow.session.flush()


def claimant(uow: UnitOfWork) -> UUID:
    return uow.actor.account or STRANGER


def sound(key: str) -> str:
    """Return a key as it was sent. Raises BadKey for one that no browser of ours sends and no database keeps."""
    if key and not key.isprintable():
        raise BadKey(_("请求的防重复标识含有不能使用的字符。"), remedy=_("请重新打开页面再提交；程序调用请改用 UUID。"))
    return key


def locked(uow: UnitOfWork, name: str) -> bool:
    """Take the advisory lock `name` until the transaction ends; return whether it was to be had in time."""
    give_up = monotonic() + PATIENCE
    asked = text("SELECT pg_try_advisory_xact_lock(:n)")
    while not uow.session.scalar(asked, {"n": lock_number(name)}):
        if monotonic() >= give_up:
            return False
        sleep(LOOK)
    return True


def forget(uow: UnitOfWork, before: datetime) -> None:
    """Delete receipts of acts done before then."""
    uow.session.execute(delete(Receipt).where(Receipt.at < before))


def note_answer(uow: UnitOfWork, key: str, answer: dict[str, Any]) -> None:
    """Keep what was answered, so that a repetition is answered alike."""
    receipt = uow.session.get(Receipt, (claimant(uow), key))
    if receipt is not None:
        receipt.answer = answer
