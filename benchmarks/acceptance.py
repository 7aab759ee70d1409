"""Signing a lot with 16 clients against a bare insert and commit, and the page of a tree of 2,000 lots.

    together sign_lots by the foreman, whole, twelve lots of an item in one act as the desk offers it: lots locked, results,
             offices and signatures read, records and events in the ledger. Every client signs lots of its own; counted
             in lots
    single   sign_lot, the same, one lot an act
    bare     psycopg: BEGIN, INSERT one row holding the event's body as bytes, COMMIT
    page     GET /units/<id>/acceptance, its item's first hundred lots, by the foreman, in the whole application
"""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.synchronize import Barrier as BarrierType
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from benchmarks.crowd import superuser, tidy
from benchmarks.filing import Act, bare, sequencer_process, units_on
from benchmarks.ground import Ground, ground
from benchmarks.measuring import Effort, Line, Measured, Sense, in_turn
from registry.acceptance.models import LotResult
from registry.acceptance.rules import Verdict
from registry.acceptance.signing import Opinion, sign_lot, sign_lots
from registry.kernel.actor import Actor
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.rooms import whole_schema
from tests import build
from tests.acceptance import build as acceptance
from tests.accounts.visiting import application, entered

BAR, PAGE_BAR = 0.4, 300.0
PROCESSES, THREADS = 2, 8
LOTS = {Effort.FULL: 160_000, Effort.QUICK: 16_000}
TOGETHER = 12
SECONDS = {Effort.FULL: 5.0, Effort.QUICK: 1.0}
ROUNDS = {Effort.FULL: 5, Effort.QUICK: 1}
TREE = 2_000
AGREED = Opinion(Verdict.PASSED)
Seen = tuple[UUID, UUID]   # a lot, and its result
COPIES = """
    INSERT INTO lot SELECT (l).* FROM (
        SELECT jsonb_populate_record(lot, jsonb_build_object(
            'id', md5('lot' || n)::uuid, 'serial', n + 1, 'number', lot.number || '-' || n)) AS l
        FROM lot, generate_series(1, {count}) AS n WHERE lot.id = '{lot}') AS made
"""
RESULTS = """
    INSERT INTO lot_result SELECT (r).* FROM (
        SELECT jsonb_populate_record(lot_result, jsonb_build_object(
            'id', md5('result' || lot.id)::uuid, 'lot_id', lot.id)) AS r
        FROM lot_result, lot WHERE lot_result.lot_id = '{lot}' AND lot.id <> '{lot}') AS made
"""


@dataclass(frozen=True, slots=True)
class Client:
    """What a client process needs to know. Of the lots, each with its result, it signs its own share."""

    address: str
    foreman: Actor
    body: bytes
    lots: Sequence[Seen]
    seconds: float


def single(units: Units, foreman: Actor, lots: Iterator[Seen]) -> Act:
    def act() -> int:
        with units.writing(foreman) as uow:
            sign_lot(uow, next(lots)[0], AGREED)
        return 1

    return act


def together(units: Units, foreman: Actor, lots: Iterator[Seen]) -> Act:
    def act() -> int:
        with units.writing(foreman) as uow:
            return len(sign_lots(uow, dict(islice(lots, TOGETHER))))

    return act


WAYS = {"single": single, "together": together}


def client_process(kind: str, client: Client, ready: BarrierType, done: Any) -> None:
    """Run eight clients for so long; put how many lots, or rows, were acknowledged."""
    whole_schema()
    units = units_on(client.address, THREADS)
    shares = [iter(client.lots[place::THREADS]) for place in range(THREADS)]
    acts = [
        WAYS[kind](units, client.foreman, share) if kind in WAYS else bare(client.address, client.body) for share in shares
    ]
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
        site = build.building(place.units)
        lot = acceptance.lot(site)
        acceptance.entered(site, lot.id)
        multiply(place, lot.id, TREE - 1)
        figures = pages(place, site, effort)
        multiply_more(place, lot.id, LOTS[effort])
        with place.engine.begin() as connection:
            connection.execute(text("CREATE TABLE bare (id uuid PRIMARY KEY, body bytea NOT NULL)"))
        figures |= race(place, site, effort)
    return Measured([
        Line("检验批 12 个一并签字(含存证) ÷ 裸插入提交,16 客户端,按个计", Sense.AT_LEAST, BAR, figures["ratio"]),
        Line("检验批逐个签字(含存证) ÷ 裸插入提交,16 客户端", Sense.AT_LEAST, BAR, figures["single_ratio"]),
        Line("2000 个检验批的验收页 p95,毫秒", Sense.AT_MOST, PAGE_BAR, figures["page"]["p95_ms"]),
    ], figures)


def multiply(place: Ground, lot: UUID, count: int) -> None:
    """Copy a lot and its result so many times, past the acts."""
    with superuser(place) as connection:
        connection.execute(COPIES.format(count=count, lot=lot).encode())
        connection.execute(RESULTS.format(lot=lot).encode())
    tidy(place)


def multiply_more(place: Ground, lot: UUID, count: int) -> None:
    """Begin anew with so many: the tree has been measured."""
    with superuser(place) as connection:
        connection.execute(f"DELETE FROM lot_result WHERE lot_id <> '{lot}'".encode())
        connection.execute(f"DELETE FROM lot WHERE id <> '{lot}'".encode())
    multiply(place, lot, count)


def pages(place: Ground, site: build.Site, effort: Effort) -> dict[str, Any]:
    browser = entered(application(place.units), place.units, site.leaders["site/foreman"])

    def visit(path: str) -> Callable[[], object]:
        def get() -> str:
            answer = browser.get(path)
            assert answer.status_code == 200
            return answer.text

        return get

    ways = {
        "page": visit(f"/units/{site.unit}/acceptance"), "item": visit(f"/units/{site.unit}/acceptance?at=020101"),
        "desk": visit(f"/projects/{site.project}/acceptance"),
    }
    taken = in_turn(ways, 10 if effort is Effort.FULL else 3, 5)
    return {name: took.plain() for name, took in taken.items()}


def race(place: Ground, site: build.Site, effort: Effort) -> dict[str, Any]:
    foreman = site.leaders["site/foreman"]
    with place.units.reading(site.officer) as uow:
        results = select(LotResult.lot_id, LotResult.id).order_by(LotResult.lot_id)
        lots = [(lot, result) for lot, result in uow.session.execute(results)]
    single(place.units, foreman, iter(lots[-1:]))()
    with place.units.reading(site.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.kind == "lot.signed")).one()
    half = len(lots) // 4
    work: dict[str, Sequence[Seen]] = {"together": lots[half:-1], "single": lots[:half], "bare": []}
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    sequencer = spawn.Process(target=sequencer_process, args=(place.address, stop))
    sequencer.start()
    shares = ROUNDS[effort] * PROCESSES
    rounds = [
        {kind: rate(kind, [
            Client(place.address, foreman, event.body, work[kind][number * PROCESSES + process::shares], SECONDS[effort])
            for process in range(PROCESSES)
        ]) for kind in work}
        for number in range(ROUNDS[effort])
    ]
    stop.set()
    sequencer.join()
    found = {kind: median(one[kind] for one in rounds) for kind in work}
    return {
        "per_second": {kind: round(one) for kind, one in found.items()},
        "ratio": round(found["together"] / found["bare"], 3), "single_ratio": round(found["single"] / found["bare"], 3),
        "rounds": [{kind: round(one) for kind, one in each.items()} for each in rounds],
        "bytes": len(event.body), "clients": PROCESSES * THREADS, "together": TOGETHER,
    }
