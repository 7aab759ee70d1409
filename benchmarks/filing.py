"""Filings acknowledged to 16 clients, against a bare insert and commit of the same bytes.

Sixteen clients, two processes of eight threads as the registry is served, commit as fast as they can against
a fresh private PostgreSQL with fsync on. The two take turns, round by round; the median counts:

    filing   file_pairs, whole, the six pairs of a project in one act as the station does it: terms locked, papers
             judged, numbers without gaps, records, events in the ledger; the sequencer runs beside it. Twelve
             counties, so twelve series of numbers. Counted in pairs
    single   the same, one pair an act
    bare     psycopg: BEGIN, INSERT one row holding the event's body and the filing's columns as bytes, COMMIT

Projects and papers come from benchmarks.crowd.
"""

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier as BarrierType
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import func, make_url, select, text

from benchmarks.crowd import settle
from benchmarks.ground import Ground, ground
from benchmarks.measuring import Effort, Line, Measured, Sense
from registry.adapters.pooling import engine_on
from registry.kernel.actor import Actor, Role
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent, LedgerLeaf
from registry.ledger.sequencing import sequence
from registry.pledges.filing import file_pairs
from registry.pledges.models import Filing
from registry.projects.models import Participation, Term
from registry.rooms import whole_schema
from tests import build
from tests.parties import build as parties

BAR = 0.4
PROCESSES, THREADS = 2, 8
PROJECTS = {Effort.FULL: 10_000, Effort.QUICK: 2_000}
SECONDS = {Effort.FULL: 5.0, Effort.QUICK: 1.0}
ROUNDS = {Effort.FULL: 5, Effort.QUICK: 1}
BARE = b"INSERT INTO bare (id, body) VALUES (%s, %s)"

Act = Callable[[], int]
"""Does its work and says how many pairs, or rows, were acknowledged."""


@dataclass(frozen=True, slots=True)
class Client:
    """What a client process needs to know. Of the work, each item the terms of one act, it does its own share."""

    address: str
    officer: Actor
    body: bytes
    work: Sequence[Sequence[UUID]]
    seconds: float


def units_on(address: str, size: int) -> Units:
    tools: Any = SimpleNamespace(new_id=uuid4, now=lambda: datetime.now(UTC))  # a filing touches no other
    return Units(engine_on(address, pool_size=size), tools)


def filing(units: Units, officer: Actor, work: Iterator[Sequence[UUID]]) -> Act:
    def act() -> int:
        with units.writing(officer) as uow:
            return len(file_pairs(uow, next(work)))

    return act


def bare(address: str, body: bytes) -> Act:
    url = make_url(address)
    connection = psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)

    def act() -> int:
        connection.execute(BARE, (uuid4(), body))
        connection.commit()
        return 1

    return act


def client_process(kind: str, client: Client, ready: BarrierType, done: Any) -> None:
    """Run eight clients for so long; put how much was acknowledged."""
    whole_schema()
    units = units_on(client.address, THREADS)
    shares = [iter(client.work[place::THREADS]) for place in range(THREADS)]
    acts = [bare(client.address, client.body) if kind == "bare" else filing(units, client.officer, share) for share in shares]
    for act in acts:
        act()  # connect and compile before the clock starts
    counts = [0] * THREADS
    ready.wait()
    until = perf_counter() + client.seconds

    def run(place: int) -> None:
        while perf_counter() < until:
            counts[place] += acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(THREADS)]
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


def rate(kind: str, clients: Sequence[Client]) -> float:
    """Return what was acknowledged in a second to all clients together."""
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Barrier(len(clients)), spawn.Queue()
    processes = [spawn.Process(target=client_process, args=(kind, client, ready, done)) for client in clients]
    for process in processes:
        process.start()
    acts = sum(done.get() for _process in processes)
    for process in processes:
        process.join()
    return float(acts) / clients[0].seconds


def measure(effort: Effort) -> Measured:
    with ground() as place:
        settle(place, PROJECTS[effort])
        station = parties.organisation(place.units, "济南市建设工程质量监督站", "370100")
        officer = build.signed_in(place.units, "officer", "王监督", station.id, None, Role.OFFICER, "370100")
        with place.engine.begin() as connection:
            connection.execute(text("CREATE TABLE bare (id uuid PRIMARY KEY, body bytea NOT NULL)"))
        figures = race(place, officer, effort)
    return Measured([
        Line("整个项目一并备案(含存证) ÷ 裸插入提交,16 客户端,按份计", Sense.AT_LEAST, BAR, figures["ratio"]),
    ], figures)


def race(place: Ground, officer: Actor, effort: Effort) -> dict[str, Any]:
    with place.units.reading(officer) as uow:
        projects = uow.session.scalars(
            select(func.array_agg(Term.id)).join(Participation, Participation.id == Term.participation_id)
            .group_by(Participation.project_id).order_by(Participation.project_id)
        ).all()
    body = sample(place.units, officer, projects[-1][:1])
    projects, half = projects[:-1], len(projects) // 2
    work: dict[str, Sequence[Sequence[UUID]]] = {
        "filing": projects[:half], "single": [[term] for terms in projects[half:] for term in terms], "bare": [],
    }
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    sequencer = spawn.Process(target=sequencer_process, args=(place.address, stop))
    sequencer.start()
    shares = ROUNDS[effort] * PROCESSES
    rounds = [
        {kind: rate(kind, [
            Client(place.address, officer, body, work[kind][number * PROCESSES + process::shares], SECONDS[effort])
            for process in range(PROCESSES)
        ]) for kind in work}
        for number in range(ROUNDS[effort])
    ]
    stop.set()
    sequencer.join()
    found = {kind: median(one[kind] for one in rounds) for kind in work}
    return {
        "per_second": {kind: round(one) for kind, one in found.items()},
        "ratio": round(found["filing"] / found["bare"], 3), "single_ratio": round(found["single"] / found["bare"], 3),
        "rounds": [{kind: round(one) for kind, one in each.items()} for each in rounds],
        "bytes": len(body), "clients": PROCESSES * THREADS,
    } | proved(place.units, officer)


def sample(units: Units, officer: Actor, terms: Sequence[UUID]) -> bytes:
    """File one pair and return as many bytes as that left behind: the event's body and the filing's columns."""
    filing(units, officer, iter([terms]))()
    with units.reading(officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.kind == "pledge.filed")).one()
        row = uow.session.execute(select(Filing.__table__)).one()
    return event.body + json.dumps(list(row), default=str).encode()


def proved(units: Units, officer: Actor) -> dict[str, bool]:
    """Whether what was acknowledged is there: an event for each filing, a place for each event, no number missing."""
    sequence(units)
    with units.reading(officer) as uow:
        filings, events, places = (
            uow.session.scalar(select(func.count()).select_from(table)) for table in (Filing, LedgerEvent, LedgerLeaf)
        )
        series = uow.session.execute(
            select(func.count(), func.max(Filing.sequence)).group_by(Filing.region, Filing.year)
        ).all()
        filed = uow.session.scalar(select(func.count()).where(LedgerEvent.kind == "pledge.filed"))
    return {"every_filing_has_its_event": filings == filed, "every_event_has_its_place": events == places,
            "no_number_is_missing": all(count == last for count, last in series)}
