"""Receipts and jobs that were done are kept for thirty days."""

from uuid import UUID

from sqlalchemy import select

from registry.kernel import receipts
from registry.kernel.actor import SYSTEM, Actor
from registry.kernel.jobs import TRIES, Job, enqueue, work_once
from registry.kernel.receipts import Receipt
from registry.kernel.sweeping import sweep
from registry.rooms import periodic_work

LI = Actor(account=UUID(int=1), name="李建国")


def kept(units):
    with units.reading(SYSTEM) as uow:
        receipt_keys = uow.session.scalars(select(Receipt.key).order_by(Receipt.key)).all()
        return receipt_keys, uow.session.scalars(select(Job.kind).order_by(Job.kind)).all()


def day(units, name):
    with units.writing(LI) as uow:
        receipts.claim(uow, name, b"\0" * 32)
        enqueue(uow, name)
    assert work_once(units, {name: lambda _uow: None})


def test_what_is_older_than_thirty_days_is_swept_away(units, clock):
    day(units, "first")
    clock.forward(days=2)
    day(units, "second")
    clock.forward(days=29)
    sweep(units)
    assert kept(units) == (["second"], ["second"])


def test_a_job_that_failed_or_still_waits_stays_to_be_looked_at(units, clock):
    with units.writing(SYSTEM) as uow:
        enqueue(uow, "unheard-of")
    for _attempt in range(TRIES):
        work_once(units, {})
        clock.forward(hours=1)
    with units.writing(SYSTEM) as uow:
        enqueue(uow, "waiting")
    clock.forward(days=400)
    sweep(units)
    assert kept(units) == ([], ["unheard-of", "waiting"])


def test_the_worker_sweeps():
    assert sweep in [periodic.act for periodic in periodic_work()]
