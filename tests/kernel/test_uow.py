"""One act, one instant, one transaction; and the day is China's."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.jobs import Job, enqueue
from registry.kernel.uow import TRIES, Units, day_in_china, lock_number, trying_again


def complaint(sqlstate):
    """PostgreSQL itself asks for it."""
    return text(f"DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{sqlstate}'; END $$")


class Act:
    """Fails `failures` times as PostgreSQL would, then is done."""

    def __init__(self, units, failures, sqlstate="40001"):
        self.units, self.failures, self.sqlstate, self.tries = units, failures, sqlstate, 0

    def __call__(self):
        self.tries += 1
        with self.units.writing(SYSTEM) as uow:
            enqueue(uow, f"try {self.tries}")
            if self.tries <= self.failures:
                uow.session.execute(complaint(self.sqlstate))
        return "done"


def kinds(units):
    with units.reading(SYSTEM) as uow:
        return list(uow.session.scalars(text("SELECT kind FROM job ORDER BY kind")))


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_an_act_that_postgresql_wants_again_is_run_again_from_the_start(units, sqlstate):
    act = Act(units, 2, sqlstate)
    assert trying_again(act) == "done"
    assert kinds(units) == ["try 3"]


def test_an_act_is_tried_five_times_at_most(units):
    act = Act(units, 99)
    with pytest.raises(DBAPIError):
        trying_again(act)
    assert act.tries == TRIES == 5
    assert kinds(units) == []


def test_any_other_complaint_is_not_tried_again(units):
    act = Act(units, 99, "22012")
    with pytest.raises(DBAPIError):
        trying_again(act)
    assert act.tries == 1


def test_a_reading_transaction_refuses_every_write(committed):
    for statement in ("DELETE FROM job", "CREATE TABLE mine (id int)", "UPDATE job SET attempts = 1"):
        with pytest.raises(DBAPIError, match="read-only transaction"), committed.reading(SYSTEM) as uow:
            uow.session.execute(text(statement))


def test_what_was_refused_is_undone_and_what_waits_for_the_commit_does_not_happen(units):
    happened = []
    with pytest.raises(Conflict), units.writing(SYSTEM) as uow:  # noqa: PT012 — what was written before is the point
        enqueue(uow, "undone")
        uow.after_commit.append(lambda: happened.append("committed"))
        raise Conflict
    assert (kinds(units), happened) == ([], [])


def test_what_waits_for_the_commit_happens_when_all_is_down(units):
    seen = []
    with units.writing(SYSTEM) as uow:
        enqueue(uow, "down")
        uow.after_commit.append(lambda: seen.extend(kinds(units)))
    assert seen == ["down"]


def test_a_note_about_a_refusal_outlives_the_refused_act(units):
    with pytest.raises(Conflict), units.writing(SYSTEM) as uow:  # noqa: PT012 — what was written before is the point
        enqueue(uow, "undone")
        uow.after_refusal.append(lambda afterwards: enqueue(afterwards, "refused"))
        raise Conflict
    assert kinds(units) == ["refused"]


def test_a_breakdown_is_no_refusal(units):
    with pytest.raises(ZeroDivisionError), units.writing(SYSTEM) as uow:  # noqa: PT012 — what was written before is the point
        uow.after_refusal.append(lambda afterwards: enqueue(afterwards, "refused"))
        raise ZeroDivisionError
    assert kinds(units) == []


def test_a_locked_row_is_read_as_it_stands_behind_the_lock(committed):
    with committed.writing(SYSTEM) as uow:
        enqueue(uow, "shared")
    with committed.writing(SYSTEM) as late:
        seen = late.session.query(Job).one()
        with committed.writing(SYSTEM) as early:
            early.get(Job, seen.id, lock=True).attempts = 7
        assert seen.attempts == 0
        assert late.get(Job, seen.id, lock=True).attempts == 7


def test_what_is_not_there_is_not_found(units, tools):
    with pytest.raises(NotFound, match="没有找到"), units.reading(SYSTEM) as uow:
        uow.get(Job, tools.new_id())


@pytest.mark.parametrize(("at", "day"), [
    (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
    (datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
    (datetime(2026, 12, 31, 16, tzinfo=UTC), date(2027, 1, 1)),
])
def test_the_day_is_chinas_whatever_the_servers_clock_says(units, clock, at, day):
    clock.at = at
    with units.reading(SYSTEM) as uow:
        assert uow.today == day


def test_every_row_of_an_act_bears_the_same_instant(units, clock):
    with units.writing(SYSTEM) as uow:
        begun = uow.at
        clock.forward(minutes=5)
        enqueue(uow, "late")
        assert uow.at == begun


@given(st.integers(1992, 2125), st.integers(0, 366 * 24 * 60))
def test_the_day_in_china_begins_eight_hours_before_greenwichs(year, minutes):
    """Since 1992 there has been no summer time in China."""
    at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert day_in_china(at) == (at + timedelta(hours=8)).date()


@given(st.text())
def test_every_name_of_a_lock_is_a_number_postgresql_takes(name):
    assert -2**63 <= lock_number(name) < 2**63


def test_what_postgresql_has_planned_for_one_reading_is_there_for_the_next(engine, tools):
    alone = create_engine(engine.url, pool_size=1)
    question = text("SELECT count(*) FROM job WHERE kind = 'asked again and again'")
    for _reading in range(7):
        with Units(alone, tools).reading(SYSTEM) as uow:
            uow.session.execute(question)
    with Units(alone, tools).reading(SYSTEM) as uow:
        planned = uow.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    alone.dispose()
    assert str(question) in planned


def test_a_reading_refuses_to_write_what_was_changed_in_it(committed):
    with committed.writing(SYSTEM) as uow:
        enqueue(uow, "as it was")
    with pytest.raises(DBAPIError, match="read-only"), committed.reading(SYSTEM) as uow:
        uow.session.scalars(select(Job)).one().kind = "as it never shall be"
    assert kinds(committed) == ["as it was"]
