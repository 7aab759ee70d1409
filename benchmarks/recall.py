"""Where did it go? 100,000 batches built into a million places, in 1,000 and in 10,000 projects.

Each size is a fresh private PostgreSQL filled by benchmarks.crowd and, past the acts, with materials: the same number of
batches and uses whatever the number of projects. Four questions, for things drawn by lot, by an officer of the city
through the units of work; each answer has the leaders in office on the day of use:

    batch      a 炉批号: one batch and its ten places
    producer   a mill: about fifty batches, five hundred places, the first two hundred shown
    product    one kind of goods of one mill
    back       from a building to its batches
"""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from benchmarks.crowd import FIRMS, settle, superuser, tidy
from benchmarks.ground import Ground, ground
from benchmarks.measuring import Effort, Line, Measured, Sense, in_turn
from registry.kernel.actor import Actor, Role
from registry.materials.models import Batch
from registry.materials.reach import Sought, Target
from registry.projects.models import UnitProject
from registry.works.recall import Below, batches_below, search_places
from tests import build
from tests.parties import build as parties

SIZES = {Effort.FULL: (1_000, 10_000), Effort.QUICK: (1_000, 4_000)}
BATCHES = {Effort.FULL: 100_000, Effort.QUICK: 20_000}
CALLS = {Effort.FULL: 40, Effort.QUICK: 20}
USES, LONGEST, GROWTH = 10, 200.0, 1.5
TARGETS = 200

NUMBERED = """
    CREATE TEMPORARY TABLE nth_project AS SELECT p.id, p.started_on, row_number() OVER (ORDER BY p.number) - 1 AS nth,
           (SELECT f.id FROM participation AS f WHERE f.project_id = p.id AND f.role = 'contractor') AS contractor,
           (SELECT min(u.id::text)::uuid FROM unit_project AS u WHERE u.project_id = p.id) AS unit
    FROM project AS p;
    CREATE UNIQUE INDEX ON nth_project (nth);
    CREATE TEMPORARY TABLE nth_firm AS SELECT id, name, row_number() OVER (ORDER BY uscc) - 1 AS nth FROM organisation;
    CREATE UNIQUE INDEX ON nth_firm (nth);
    ANALYZE nth_project; ANALYZE nth_firm;
"""
BATCH_ROWS = """
    INSERT INTO batch (id, project_id, participation_id, code, number, kind, kinds_id, product, grade, quantity, unit,
                       producer_id, producer_name, producer_licence, supplier_id, supplier_name, arrived_on, critical,
                       green, certificate_number, scanned, term_id, recorded_by, recorded_at)
    SELECT {batch}, p.id, p.contractor, upper(left(md5('code' || n), 16)), 'H' || lpad(n::text, 8, '0'),
           'rebar', e.id, '产品' || n % 40, 'HRB400E', 60, 't', m.id, m.name, '', s.id, s.name, p.started_on + (n % 300)::int,
           true, false, '', '', md5('term')::uuid, '蒋材料', now()
    FROM generate_series(0, {batches} - 1) AS n
    JOIN nth_project AS p ON p.nth = n % {projects} JOIN nth_firm AS m ON m.nth = n * 7 % {firms}
    JOIN nth_firm AS s ON s.nth = n * 11 % {firms},
         (SELECT id FROM standard_edition WHERE kind = 'material-kinds' ORDER BY id LIMIT 1) AS e
"""
LOT_ROWS = """
    INSERT INTO lot (id, unit_project_id, participation_id, item_code, serial, number, name, place, capacity_unit,
                     divisions_edition_id, planned_at, version)
    SELECT {lot}, p.unit, p.contractor, '020102', n / {projects} + 1, '02010201-' || n / {projects} + 1,
           '钢筋检验批', n % 30 || '层①~⑤轴', 't', e.id, now(), 1
    FROM generate_series(0, {lots} - 1) AS n JOIN nth_project AS p ON p.nth = n % {projects},
         (SELECT id FROM standard_edition WHERE kind = 'divisions' ORDER BY id LIMIT 1) AS e
"""
USE_ROWS = """
    INSERT INTO lot_batch (id, lot_id, batch_id, quantity, recorded_at)
    SELECT {use},
           {used_in},
           {batch}, 5, '2024-06-01'::timestamptz + k * interval '20 days'
    FROM generate_series(0, {batches} - 1) AS n, generate_series(0, {uses} - 1) AS k
"""


def numbered(table: int, number: str) -> str:
    """SQL for the id of a row: they follow one another, as those of the house do, and fill the indexes from one end."""
    return f"('{table:02}' || lpad(to_hex(({number})::bigint), 30, '0'))::uuid"


def materials(place: Ground, projects: int, batches: int) -> None:
    lots = max(batches * 2, projects * USES)
    sizes = {
        "projects": projects, "batches": batches, "firms": FIRMS, "uses": USES, "lots": lots,
        "batch": numbered(1, "n"), "lot": numbered(2, "n"), "use": numbered(3, f"n * {USES} + k"),
        "used_in": numbered(2, f"n % {projects} + {projects} * ((n / {projects} * {USES} + k) % ({lots} / {projects}))"),
    }
    with superuser(place) as connection:
        connection.execute(NUMBERED)
        for statement in (BATCH_ROWS, LOT_ROWS, USE_ROWS):
            connection.execute(statement.format(**sizes).encode())
    tidy(place)


def ways(place: Ground, officer: Actor) -> dict[str, Callable[[], object]]:
    chance = random.Random(57)
    with place.units.reading(officer) as uow:
        found = uow.session.scalars(select(Batch).order_by(Batch.number).limit(2_000)).all()
        buildings = uow.session.scalars(select(UnitProject.id).order_by(UnitProject.id).limit(TARGETS)).all()
    targets = chance.sample(found, TARGETS)

    def asking(sought: Callable[[Batch], Sought]) -> Callable[[], object]:
        def ask() -> object:
            with place.units.reading(officer) as uow:
                return search_places(uow, sought(chance.choice(targets)))

        return ask

    def back() -> object:
        with place.units.reading(officer) as uow:
            return batches_below(uow, chance.choice(buildings), Below("02"))

    return {
        "batch": asking(lambda batch: Sought(Target.BATCH, batch.number)),
        "producer": asking(lambda batch: Sought(Target.PRODUCER, organisation_id=batch.producer_id)),
        "product": asking(lambda batch: Sought(Target.PRODUCT, organisation_id=batch.producer_id, product=batch.product)),
        "back": back,
    }


def measure_size(count: int, effort: Effort) -> dict[str, Any]:
    with ground() as place:
        settle(place, count)
        materials(place, count, BATCHES[effort])
        station = parties.organisation(place.units, "济南市建设工程质量监督站", "370100")
        officer = build.signed_in(place.units, "officer", "王监督", station.id, None, Role.OFFICER, "370100")
        with place.engine.connect() as connection:
            uses = connection.scalar(text("SELECT count(*) FROM lot_batch"))
        taken = in_turn(ways(place, officer), 4, CALLS[effort] // 4)
        return {name: took.plain() for name, took in taken.items()} | {"uses": uses}


def measure(effort: Effort) -> Measured:
    figures = {f"{count:,} projects": measure_size(count, effort) for count in SIZES[effort]}
    first, last = list(figures.values())
    asked = ("batch", "producer", "product")
    return Measured([
        Line("召回 p95:最慢的一问(毫秒)", Sense.AT_MOST, LONGEST, max(last[name]["p95_ms"] for name in asked)),
        Line("召回 p50:最多项目 ÷ 1,000 个项目", Sense.AT_MOST, GROWTH, round(
            max(last[name]["p50_ms"] / first[name]["p50_ms"] for name in asked), 2)),
    ], figures)
