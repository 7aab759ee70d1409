"""Brakes: every wrong guess at a password or a code makes the next one wait longer, in all workers alike."""

from datetime import timedelta
from functools import partial

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert

from registry.accounts.models import Brake, BrakeKind
from registry.accounts.rules import SLOWING
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork


class TooManyGuesses(Conflict):
    status = 429
    code = "account.too-many-guesses"


def refuse_while_braked(uow: UnitOfWork, kind: BrakeKind, key: str) -> bool:
    """Raise TooManyGuesses while the wait is on; return whether guesses are remembered, for `release` to forget.

    Even the right password or code does not shorten the wait.
    """
    brake = uow.session.get(Brake, (kind, key))
    if brake is None:
        return False
    if uow.at >= brake.failed_at + SLOWING[kind].forgets:
        return True
    left = brake.failed_at + SLOWING[kind].wait(brake.failures) - uow.at
    if left > timedelta():
        raise TooManyGuesses(
            _("尝试次数过多，请在 {wait}后再试。", wait=in_words(left)),
            remedy=_("等待期满会自动解除；着急时请联系本单位经办人或系统的安全管理员。"),
        )
    return True


def in_words(left: timedelta) -> str:
    seconds = int(left.total_seconds()) + 1
    minutes = -(-seconds // 60)
    return _("{count} 分钟", count=minutes) if minutes > 1 else _("{count} 秒", count=seconds)


def count_when_refused(uow: UnitOfWork, kind: BrakeKind, key: str) -> None:
    """See to it that a wrong guess counts although the act it was made for is undone."""
    uow.after_refusal.append(partial(count_failure, kind=kind, key=key))


def count_failure(uow: UnitOfWork, kind: BrakeKind, key: str) -> None:
    forgotten = Brake.failed_at <= uow.at - SLOWING[kind].forgets
    uow.session.execute(
        insert(Brake)
        .values(kind=kind, key=key, failures=1, failed_at=uow.at)
        .on_conflict_do_update(
            index_elements=[Brake.kind, Brake.key],
            set_={"failures": case((forgotten, 1), else_=Brake.failures + 1), "failed_at": uow.at},
        )
    )


def release(uow: UnitOfWork, kind: BrakeKind, key: str) -> None:
    """Forget the wrong guesses: the right one came, or an administrator said so."""
    uow.session.execute(delete(Brake).where(Brake.kind == kind, Brake.key == key))
