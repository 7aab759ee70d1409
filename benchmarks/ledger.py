"""Acts with a ledger event, acknowledged by 16 clients, against a bare insert + commit of the same bytes.

    python -m benchmarks.ledger [seconds]

Sixteen clients, two processes of eight threads as in production, commit as fast as they can against a
fresh private PostgreSQL with fsync on. Three things take turns, three rounds each; the median counts:

    bare     by psycopg, one row of the bytes of an event's body a commit
    act      by our unit of work, one record a commit and those bytes beside it, without the ledger
    ledger   the same record with its event in the ledger, while the sequencer gives places

Prints one JSON object with acknowledged commits a second and their ratios.
"""

import json
import multiprocessing
import platform
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier as BarrierType
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import create_engine, func, make_url, select, text

from registry.adapters import embedded
from registry.adapters.migrating import upgrade
from registry.kernel.actor import SYSTEM, Actor
from registry.kernel.uow import UnitOfWork, Units
from registry.ledger.actions import append
from registry.ledger.models import LedgerEvent, LedgerLeaf
from registry.ledger.sequencing import sequence
from registry.parties.models import Organisation
from registry.rooms import whole_schema

PROCESSES, THREADS = 2, 8
ROUNDS = 3
KINDS = ("bare", "act", "ledger")
BARE = text("INSERT INTO bare (id, body) VALUES (:id, :body)")
SECONDS = 5.0
CLIENT = Actor(account=UUID(int=1), person=UUID(int=2), organisation=UUID(int=3), name="李建国")

Act = Callable[[], None]


def units_on(address: str, size: int = THREADS) -> Units:
    tools: Any = SimpleNamespace(new_id=uuid4, now=lambda: datetime.now(UTC))  # these acts touch no other
    return Units(create_engine(address, pool_size=size), tools)


def a_record(uow: UnitOfWork) -> Organisation:
    record = Organisation(
        id=uuid4(), uscc=uuid4().hex[:18], name="海城第三建筑有限公司", legal_representative="赵一",
        region="370100", created_at=uow.at,
    )
    uow.session.add(record)
    return record


def enter_a_record(units: Units) -> Act:
    def act() -> None:
        with units.writing(CLIENT) as uow:
            append(uow, "organisation.entered", a_record(uow), data={"reason": "新增"})

    return act


def enter_without_ledger(units: Units, body: bytes) -> Act:
    def act() -> None:
        with units.writing(CLIENT) as uow:
            a_record(uow)
            uow.session.execute(BARE, {"id": uuid4(), "body": body})

    return act


def insert_bare(address: str, body: bytes) -> Act:
    url = make_url(address)
    connection = psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)

    def act() -> None:
        connection.execute(b"INSERT INTO bare (id, body) VALUES (%s, %s)", (uuid4(), body))
        connection.commit()

    return act


def client_process(
    kind: str, address: str, body: bytes, seconds: float, ready: BarrierType, done: Any
) -> None:
    """Run eight clients for so long; put the number of acts acknowledged."""
    whole_schema()
    units = units_on(address)
    makers: dict[str, Callable[[], Act]] = {
        "bare": lambda: insert_bare(address, body),
        "act": lambda: enter_without_ledger(units, body),
        "ledger": lambda: enter_a_record(units),
    }
    acts = [makers[kind]() for _ in range(THREADS)]
    for act in acts:
        act()  # connect and compile before the clock starts
    counts = [0] * THREADS
    ready.wait()
    until = perf_counter() + seconds

    def client(place: int) -> None:
        while perf_counter() < until:
            acts[place]()
            counts[place] += 1

    threads = [threading.Thread(target=client, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.put(sum(counts))


def sequencer_process(address: str, stop: Any) -> None:
    whole_schema()
    units = units_on(address, 1)
    while not stop.wait(0.2):
        sequence(units)


def rate(kind: str, address: str, body: bytes, seconds: float) -> float:
    """Return acknowledged acts a second by all clients together."""
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Barrier(PROCESSES), spawn.Queue()
    arguments = (kind, address, body, seconds, ready, done)
    processes = [spawn.Process(target=client_process, args=arguments) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    acts = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return float(acts) / seconds


def measure(address: str, seconds: float) -> dict[str, Any]:
    units = units_on(address)
    enter_a_record(units)()
    with units.reading(SYSTEM) as uow:
        body = uow.session.scalars(select(LedgerEvent.body)).one()
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    sequencer = spawn.Process(target=sequencer_process, args=(address, stop))
    sequencer.start()
    rounds = [[rate(kind, address, body, seconds) for kind in KINDS] for _ in range(ROUNDS)]
    stop.set()
    sequencer.join()
    sequence(units)
    with units.reading(SYSTEM) as uow:
        tables = (LedgerEvent, LedgerLeaf)
        events, places = (uow.session.scalar(select(func.count()).select_from(table)) for table in tables)
    bare, act, ledger = (median(column) for column in zip(*rounds, strict=True))
    return {
        "body_bytes": len(body), "clients": PROCESSES * THREADS, "seconds": seconds, "rounds": ROUNDS,
        "bare_per_second": round(bare), "act_per_second": round(act), "ledger_per_second": round(ledger),
        "ratio": round(ledger / bare, 2), "ratio_to_act": round(ledger / act, 2),
        "events": events, "places": places,
        "machine": platform.processor() or platform.machine(), "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    whole_schema()
    with TemporaryDirectory() as folder, embedded.using(Path(folder)) as address:
        upgrade(address)
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE bare (id uuid PRIMARY KEY, body bytea NOT NULL)"))
        engine.dispose()
        sys.stdout.write(json.dumps(measure(address, seconds), ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
