"""Wrong guesses count alike in every worker process, and at the same time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select

from registry.accounts.brakes import count_failure
from registry.accounts.models import Brake, BrakeKind
from registry.accounts.rules import SLOWING
from registry.kernel.actor import NOBODY
from registry.kernel.uow import Units
from tests.conftest import Clock


def answers(engine: Engine, times: int) -> list[str]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.accounts.worker", url, str(times)]
    worker = subprocess.run(command, capture_output=True, text=True, check=True)
    return worker.stdout.split()


@pytest.mark.usefixtures("committed")
def test_a_wait_begun_by_one_process_holds_in_the_next(engine: Engine) -> None:
    assert answers(engine, 3) == ["wrong", "wrong", "wrong"]
    assert answers(engine, 3) == ["wrong", "wrong", "wait"]


def test_guesses_made_at_the_same_time_all_count(committed: Units) -> None:
    def fail(_guess: int) -> None:
        with committed.writing(NOBODY) as uow:
            count_failure(uow, BrakeKind.CODE, "one")

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(fail, range(40)))

    with committed.reading(NOBODY) as uow:
        assert uow.session.scalars(select(Brake.failures)).one() == 40


def test_no_wait_is_for_good() -> None:
    for slowing in SLOWING.values():
        waits = [slowing.wait(failures) for failures in range(100)]
        assert waits == sorted(waits)
        assert waits[slowing.free - 1] == timedelta()
        assert waits[slowing.free] == timedelta(seconds=30)
        assert waits[-1] == timedelta(hours=1)


def test_a_quiet_time_begins_the_count_anew(units: Units, clock: Clock) -> None:
    count = partial(count_failure, kind=BrakeKind.CODE, key="one")
    with units.writing(NOBODY) as uow:
        count(uow)
        count(uow)
    clock.forward(hours=24)
    with units.writing(NOBODY) as uow:
        count(uow)
        assert uow.session.scalars(select(Brake.failures)).one() == 1
