"""A worker process of its own, run by test_jobs: takes one job, says that it has begun, and never ends."""

import sys
import uuid
from datetime import datetime
from time import sleep
from types import SimpleNamespace

from sqlalchemy import create_engine

from registry.kernel.jobs import enqueue, work_once
from registry.kernel.uow import UnitOfWork, Units


def begun(uow: UnitOfWork) -> None:
    enqueue(uow, "mark")
    uow.session.flush()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sleep(600)


if __name__ == "__main__":
    at = datetime.fromisoformat(sys.argv[2])
    tools = SimpleNamespace(now=lambda: at, new_id=uuid.uuid4)
    work_once(Units(create_engine(sys.argv[1]), tools), {"slow": begun})  # type: ignore[arg-type]  # jobs need no more
