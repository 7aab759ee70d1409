"""Background work: nothing is lost with a killed worker, and nothing is done twice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, func, select

from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import LEASE, TRIES, Job, Periodic, do, enqueue, take, work, work_once
from tests.conftest import ROOT


class Undone(Exception):
    """What a job says that did not work out."""


def mark(uow, **_args):
    """What a job leaves behind when it is done: one row, in its own transaction."""
    enqueue(uow, "mark", after=uow.at + timedelta(days=3650))


def fail(_uow):
    raise Undone("没有办成")


def ask(units, kind, **more):
    with units.writing(SYSTEM) as uow:
        enqueue(uow, kind, **more)


def jobs(units, kind):
    with units.reading(SYSTEM) as uow:
        return uow.session.scalars(select(Job).where(Job.kind == kind).order_by(Job.created_at, Job.id)).all()


def test_a_job_is_asked_for_in_the_transaction_of_the_act(units):
    with pytest.raises(Undone), units.writing(SYSTEM) as uow:  # noqa: PT012 — what was written before is the point
        enqueue(uow, "slow")
        raise Undone
    assert jobs(units, "slow") == []


def test_a_job_is_done_once_with_what_it_was_given(units):
    given = []
    ask(units, "tell", what="承诺书")
    assert work_once(units, {"tell": lambda _uow, what: given.append(what)})
    assert not work_once(units, {})
    assert given == ["承诺书"]
    assert jobs(units, "tell")[0].finished_at is not None


def test_a_job_for_later_waits_until_then(units, clock):
    ask(units, "slow", after=clock.at + timedelta(hours=1))
    assert take(units) is None
    clock.forward(hours=1)
    assert take(units).kind == "slow"


def test_jobs_are_taken_in_the_order_of_their_time(units, clock):
    ask(units, "second", after=clock.at + timedelta(seconds=2))
    ask(units, "first", after=clock.at + timedelta(seconds=1))
    clock.forward(seconds=3)
    assert [take(units).kind, take(units).kind] == ["first", "second"]


def test_a_job_in_hand_is_nobody_elses_until_its_lease_has_run_out(units, clock):
    ask(units, "slow")
    assert take(units) is not None
    assert take(units) is None
    clock.at += LEASE + timedelta(seconds=1)
    assert take(units).attempts == 2


def test_who_comes_back_after_his_lease_has_run_out_does_nothing(units, clock):
    ask(units, "slow")
    late = take(units)
    clock.at += LEASE + timedelta(seconds=1)
    assert work_once(units, {"slow": mark})
    do(units, {"slow": mark}, late)
    assert len(jobs(units, "mark")) == 1


def test_the_failure_of_one_who_came_late_is_not_noted_on_anothers_work(units, clock):
    ask(units, "slow")
    late = take(units)
    clock.at += LEASE + timedelta(seconds=1)
    again = take(units)
    do(units, {"slow": fail}, late)
    [job] = jobs(units, "slow")
    assert (job.attempts, job.error, job.leased_until) == (again.attempts, None, again.leased_until)


def test_a_job_that_fails_leaves_nothing_behind_and_waits_ever_longer(units, clock):
    def half_done(uow):
        mark(uow)
        raise Undone("没有办成")

    ask(units, "slow")
    waits = []
    for _attempt in range(TRIES - 1):
        assert work_once(units, {"slow": half_done})
        [job] = jobs(units, "slow")
        assert job.error == "Undone: 没有办成"
        waits.append((job.run_after - clock.at).total_seconds())
        assert take(units) is None
        clock.at = job.run_after
    assert waits == [2**attempt for attempt in range(1, TRIES)]
    assert jobs(units, "mark") == []


def test_a_job_that_fails_every_time_is_given_up_and_stays_to_be_looked_at(units, clock):
    ask(units, "slow")
    for _attempt in range(TRIES):
        assert work_once(units, {"slow": fail})
        clock.forward(hours=1)
    assert not work_once(units, {"slow": fail})
    [job] = jobs(units, "slow")
    assert (job.failed_at is not None, job.finished_at, job.attempts) == (True, None, TRIES)


def test_a_job_that_kills_every_worker_is_given_up_too(units, clock):
    ask(units, "slow")
    ask(units, "other", after=clock.at + timedelta(hours=2))
    for _attempt in range(TRIES):
        assert take(units).kind == "slow"
        clock.at += LEASE + timedelta(seconds=1)
    clock.forward(hours=2)
    assert take(units).kind == "other"
    assert jobs(units, "slow")[0].failed_at is not None


def test_a_job_of_an_unknown_kind_is_a_failure_like_any_other(units):
    ask(units, "unheard-of")
    assert work_once(units, {})
    assert jobs(units, "unheard-of")[0].error == "KeyError: 'unheard-of'"


def test_many_workers_do_every_job_and_none_twice(committed):
    for _job in range(40):
        ask(committed, "slow")

    def until_empty():
        while work_once(committed, {"slow": mark}):
            pass

    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(until_empty) for _worker in range(4)]:
            done.result()
    assert len(jobs(committed, "mark")) == 40
    with committed.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.max(Job.attempts)).where(Job.kind == "slow")) == 1


def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(committed, engine: Engine, clock):
    """kill -9 in the midst of a job: what it had written is undone, and the job is done again by another."""
    ask(committed, "slow")
    address = engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.kernel.worker", address, clock.at.isoformat()], cwd=ROOT, stdout=subprocess.PIPE,
    )
    with worker:
        assert worker.stdout.readline() == b"begun\n"
        worker.kill()
    assert take(committed) is None, "the lease of the dead worker still holds"
    assert jobs(committed, "mark") == []

    clock.at += LEASE + timedelta(seconds=1)
    patience = monotonic() + 30  # PostgreSQL notices that the worker is gone, and lets go of the row
    while not work_once(committed, {"slow": mark}) and monotonic() < patience:
        sleep(0.05)
    assert len(jobs(committed, "mark")) == 1
    assert jobs(committed, "slow")[0].finished_at is not None
    assert not work_once(committed, {"slow": mark})


def test_a_worker_does_jobs_and_what_comes_round_until_it_is_stopped(committed):
    stop, rounds = Event(), []
    ask(committed, "slow")

    def round_of(_units):
        rounds.append("round")
        if jobs(committed, "mark"):
            stop.set()

    work(committed, {"slow": mark}, [Periodic(0.0, round_of)], stop)
    assert len(jobs(committed, "mark")) == 1
    assert rounds
