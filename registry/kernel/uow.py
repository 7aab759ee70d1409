"""The unit of work: one actor, one instant, one transaction."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from random import uniform
from time import sleep
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, CursorResult, Engine, Select, bindparam, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.interfaces import ORMOption

from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound, Refusal
from registry.kernel.ports import Tools
from registry.kernel.text import _

Row = TypeVar("Row")
Answer = TypeVar("Answer")
Columns = TypeVarTuple("Columns")
CHINA = ZoneInfo("Asia/Shanghai")
AGAIN = {"40001", "40P01"}  # serialization failure, deadlock: the whole act may be tried again
TRIES = 5


def day_in_china(at: datetime) -> date:
    return at.astimezone(CHINA).date()


@lru_cache(maxsize=500)
def row_with(kind: Any, load: tuple[ORMOption, ...]) -> Select[Any]:
    """Return the statement for one row by its key. Statements are kept: to build one costs more than to run it."""
    return select(kind).where(inspect(kind).primary_key[0] == bindparam("key")).options(*load)


@cache
def row_locked(kind: Any) -> Select[Any]:
    return row_with(kind, ()).with_for_update(of=kind).execution_options(populate_existing=True)


def lock_number(name: str) -> int:
    """Return the advisory lock that stands for `name`."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """Everything one act may touch. `at` is the same instant for every row the act writes.

    What is put into `after_commit` happens once the transaction is safely down, and not at all when it is undone.
    What is put into `after_refusal` is written, in a transaction of its own, when the act was refused and undone:
    a wrong code must count towards the lockout although nothing else of the act remains.
    """

    session: Session
    actor: Actor
    at: datetime
    tools: Tools
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    after_refusal: list[Callable[["UnitOfWork"], None]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The date of the act in China Standard Time, whatever the server's clock says."""
        return day_in_china(self.at)

    def get(self, kind: type[Row], key: object, *load: ORMOption, lock: bool = False) -> Row:
        """Return one row or raise NotFound. Asks no authority: that is the caller's next line."""
        # Not Session.get(): for a row already in hand it ignores `load`.
        asked = {"key": key}
        table: Any = kind  # a class can be hashed, whatever its type variable is
        found: Row | None = None
        if lock:
            # First the row alone, as it stands behind the lock: refreshing what `load` brings along would also
            # forget what was loaded of the row itself.
            found = self.session.scalar(row_locked(table), asked)
        if load or not lock:
            found = self.session.scalar(row_with(table, load), asked)
        if found is None:
            raise NotFound(_("没有找到所要的记录。"))
        return found

    def rows(self, statement: Select[*Columns], asked: Mapping[str, object]) -> CursorResult[*Columns]:
        """Return the rows as they come, past the mapper: what is only looked at costs half. Sees nothing unflushed."""
        return self.session.connection().execute(statement, asked)

    def lock(self, name: str) -> None:
        """Wait for the advisory lock `name` and hold it until the transaction ends."""
        self.session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": lock_number(name)})

    def new_id(self) -> UUID:
        return self.tools.new_id()


class Units:
    """Opens units of work. The only code in the registry that begins or ends a transaction."""

    def __init__(self, bind: Engine | Connection, tools: Tools) -> None:
        self.bind = bind
        self.tools = tools
        self._sessions = sessionmaker(bind, expire_on_commit=False, join_transaction_mode="create_savepoint")
        reader = bind.execution_options(postgresql_readonly=True) if isinstance(bind, Engine) else bind
        self._readers = sessionmaker(reader, expire_on_commit=False, join_transaction_mode="create_savepoint")

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Commit when the block ends, undo everything when it raises."""
        uow = UnitOfWork(self._sessions(), actor, self.tools.now(), self.tools)
        try:
            with uow.session, uow.session.begin():
                yield uow
        except Refusal:
            for note in uow.after_refusal:
                with self.writing(actor) as afterwards:
                    note(afterwards)
            raise
        for act in uow.after_commit:
            act()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A transaction in which PostgreSQL itself refuses any write."""
        # It ends with COMMIT, having nothing to undo: at a ROLLBACK psycopg forgets every statement it has prepared.
        with self._readers() as session, session.begin():
            if isinstance(self.bind, Connection):  # its transaction has begun before us
                session.execute(text("SET TRANSACTION READ ONLY"))
            yield UnitOfWork(session, actor, self.tools.now(), self.tools)


@contextmanager
def together(units: Units) -> Iterator[Units]:
    """Several acts, each with its own actor and instant, that stand or fall together."""
    opened = nullcontext(units.bind) if isinstance(units.bind, Connection) else units.bind.connect()
    with opened as connection, connection.begin_nested() if connection.in_transaction() else connection.begin():
        yield Units(connection, units.tools)


def trying_again(act: Callable[[], Answer]) -> Answer:
    """Run `act` from the start again, at most five times, when PostgreSQL asks for it."""
    for attempt in range(1, TRIES + 1):
        try:
            return act()
        except DBAPIError as failure:
            if attempt == TRIES or getattr(failure.orig, "sqlstate", None) not in AGAIN:
                raise
            sleep(uniform(0, 0.02 * 2**attempt))  # noqa: S311 — spreads retries, guards nothing
    raise AssertionError("the loop above returns or raises")
