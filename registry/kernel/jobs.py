"""Background work: a row written in the same transaction as the act that asks for it.

A worker takes rows with SKIP LOCKED under a lease that expires, so a killed worker loses nothing; the
work and the mark that it is done are one transaction, so nothing is done twice.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Index, delete, or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.actor import SYSTEM
from registry.kernel.db import Base
from registry.kernel.uow import UnitOfWork, Units

LEASE = timedelta(minutes=5)
TRIES = 8
IDLE = 0.1          # seconds between looks for work
OUTAGE_PAUSE = 1.0  # seconds between looks for the database
log = structlog.get_logger("jobs")

Handler = Callable[..., None]
"""handler(uow, **args): one job, one act, one transaction."""


class Job(Base):
    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_waiting", "run_after", postgresql_where=text("finished_at IS NULL AND failed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    run_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that comes round: `act(units)` every `seconds`, counted from the end of the last round."""

    seconds: float
    act: Callable[[Units], object]


def enqueue(uow: UnitOfWork, kind: str, *, after: datetime | None = None, **args: Any) -> None:
    """Ask for `kind` to be done once this transaction is down. `args` must be JSON."""
    uow.session.add(
        Job(id=uow.new_id(), kind=kind, args=args, created_at=uow.at, run_after=after or uow.at)
    )


def take(units: Units) -> Job | None:
    """Lease the next waiting job, or None when there is none.

    A job whose workers ended without a word each time, as often as it may be tried, is given up on the way.
    """
    with units.writing(SYSTEM) as uow:
        job = next_waiting(uow)
        while job is not None and job.attempts >= TRIES:
            job.failed_at, job.error = uow.at, "its worker ended without a word each time"
            uow.session.flush()
            job = next_waiting(uow)
        if job is not None:
            job.attempts += 1
            job.leased_until = uow.at + LEASE
        return job


def next_waiting(uow: UnitOfWork) -> Job | None:
    """Lock and return the job that has waited longest and that nobody has in hand."""
    return uow.session.scalar(
        select(Job)
        .where(
            Job.finished_at.is_(None), Job.failed_at.is_(None), Job.run_after <= uow.at,
            or_(Job.leased_until.is_(None), Job.leased_until < uow.at),
        )
        .order_by(Job.run_after, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


class Attempt:
    """One try at a job. A failure is noted on the row and tried again later, ever more slowly."""

    def __init__(self, units: Units, job: Job) -> None:
        self.units = units
        self.job = job

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(failure, Exception):
            return False
        log.warning("job failed", kind=self.job.kind, job=str(self.job.id), error=type(failure).__name__)
        with self.units.writing(SYSTEM) as uow:
            row = uow.get(Job, self.job.id, lock=True)
            if row.attempts == self.job.attempts and row.finished_at is None:  # nobody has taken it over meanwhile
                row.error = f"{type(failure).__name__}: {failure}"[:2000]
                row.leased_until = None
                row.run_after = uow.at + timedelta(seconds=2**row.attempts)
                row.failed_at = uow.at if row.attempts >= TRIES else None
        return True


def work_once(units: Units, handlers: Mapping[str, Handler]) -> bool:
    """Do one job if one waits. Return whether there was one."""
    job = take(units)
    if job is None:
        return False
    do(units, handlers, job)
    return True


def do(units: Units, handlers: Mapping[str, Handler], job: Job) -> None:
    """Do a job that was taken, unless its lease ran out and another worker has taken it since."""
    with Attempt(units, job), units.writing(SYSTEM) as uow:
        mine = uow.session.scalar(
            update(Job)
            .where(Job.id == job.id, Job.attempts == job.attempts, Job.finished_at.is_(None))
            .values(finished_at=uow.at, leased_until=None)
            .returning(Job.id)
        )
        if mine is not None:
            handlers[job.kind](uow, **job.args)


def work(units: Units, handlers: Mapping[str, Handler], rounds: Sequence[Periodic], stop: Event) -> None:
    """Work until `stop` is set: waiting jobs one by one, and beside them what comes round.

    Rounds have a thread of their own: the ledger does not wait behind a long job. Whichever of the two breaks
    down takes the other with it, and the failure is raised.
    """
    with ThreadPoolExecutor(1, "rounds") as beside:
        going_round = beside.submit(keep_on, Round(units, rounds), stop)
        keep_on(lambda: 0.0 if work_once(units, handlers) else IDLE, stop)
    going_round.result()


def keep_on(turn: Callable[[], float], stop: Event) -> None:
    """Take turns until `stop` is set; each says how many seconds the next one may wait.

    A database that does not answer is said once and waited for. Any other failure sets `stop` and is raised.
    """
    answering = True
    try:
        while not stop.is_set():
            try:
                wait = turn()
            except (OperationalError, PoolTimeout) as failure:
                if answering:
                    log.error("the database does not answer", error=str(failure).splitlines()[0])
                answering, wait = False, OUTAGE_PAUSE
            else:
                if not answering:
                    log.info("the database answers again")
                answering = True
            stop.wait(wait)
    finally:
        stop.set()


class Round:
    """Periodic work: each call does what is due longest, and says how long nothing else is due."""

    def __init__(self, units: Units, rounds: Sequence[Periodic]) -> None:
        self.units = units
        self.rounds = rounds
        self.due = [0.0] * len(rounds)

    def __call__(self) -> float:
        if not self.rounds:
            return IDLE
        place = self.due.index(min(self.due))
        early = self.due[place] - monotonic()
        if early > 0:
            return early
        try:
            self.rounds[place].act(self.units)
        finally:  # one that fails does not keep the others from their turn
            self.due[place] = monotonic() + self.rounds[place].seconds
        return 0.0


def forget_finished(uow: UnitOfWork, before: datetime) -> None:
    """Delete jobs that were done before then. Those that failed stay to be looked at."""
    uow.session.execute(delete(Job).where(Job.finished_at < before))
