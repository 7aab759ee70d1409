"""What comes round has its own time, and neither a long job nor a database that is away stops it."""

from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from registry.kernel import jobs
from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import Periodic, Round, enqueue, keep_on, work
from registry.kernel.uow import Units
from tests.kernel.test_uow import complaint

NOBODY_LISTENS = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
GOING_DOWN = "57P01"  # admin_shutdown


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch):
    monkeypatch.setattr(jobs, "OUTAGE_PAUSE", 0.01)


def test_what_comes_round_does_not_wait_behind_a_long_job(committed):
    seen, stop = Event(), Event()
    with committed.writing(SYSTEM) as uow:
        enqueue(uow, "long")

    def until_a_round_has_begun_and_ended(_uow):
        assert seen.wait(30)
        stop.set()

    begun = Event()

    def go_round(_units):
        if begun.is_set():
            seen.set()

    def long_job(uow):
        begun.set()
        until_a_round_has_begun_and_ended(uow)

    work(committed, {"long": long_job}, [Periodic(0.0, go_round)], stop)
    assert seen.is_set()


def test_a_worker_waits_for_a_database_that_is_away(tools):
    away = Units(create_engine(NOBODY_LISTENS), tools)
    stop, tried = Event(), []

    def ask(units):
        tried.append(units)
        if len(tried) == 3:
            stop.set()
        with units.reading(SYSTEM) as uow:
            uow.session.execute(text("SELECT 1"))

    worker = Thread(target=work, args=(away, {}, [Periodic(0.0, ask)], stop))
    worker.start()
    worker.join(30)
    assert not worker.is_alive()
    assert len(tried) == 3


def test_a_database_that_goes_down_in_the_midst_of_a_round_is_waited_for(units):
    turns, stop = [], Event()

    def turn():
        turns.append("turn")
        if len(turns) == 4:
            stop.set()
        with units.writing(SYSTEM) as uow:
            uow.session.execute(complaint(GOING_DOWN) if len(turns) < 3 else text("SELECT 1"))
        return 0.0

    keep_on(turn, stop)
    assert len(turns) == 4


def test_a_fault_of_ours_ends_the_worker_and_is_not_hidden(committed):
    def broken(units):
        with units.reading(SYSTEM) as uow:
            uow.session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(ProgrammingError):
        work(committed, {}, [Periodic(0.0, broken)], Event())


def test_a_round_that_fails_does_not_keep_the_others_from_their_turn(units):
    went = []

    def fails(units):
        went.append("fails")
        with units.writing(SYSTEM) as uow:
            uow.session.execute(complaint(GOING_DOWN))

    rounds = Round(units, [Periodic(60.0, fails), Periodic(60.0, lambda _units: went.append("works"))])
    with pytest.raises(OperationalError):
        rounds()
    assert rounds() == 0.0
    assert went == ["fails", "works"]
    assert 50 < rounds() <= 60
