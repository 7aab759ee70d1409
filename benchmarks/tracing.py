"""Who answers? At 1,000, 10,000 and 100,000 projects: the trace answer, and the search that leads to it.

Each size is a fresh private PostgreSQL filled by benchmarks.crowd (bulk rows, not acts; no ledger events), every
pair on file. The questions go to projects drawn by lot, through the units of work, by an officer of the city:

    trace    defects.queries.answer with what is on record (defects.evidence): project, unit, part of the catalogue, a day,
             cause unknown
    search   desks.queries.search, three kinds of words: part of a name, a name with its place, a project's number

Figures are per call; nothing is rendered. Warm: each project asked about is another one, its pages in memory.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text

from benchmarks.crowd import file_all, settle
from benchmarks.ground import Ground, ground
from benchmarks.measuring import Effort, Line, Measured, Sense, in_turn
from registry.defects.evidence import evidence
from registry.defects.queries import Question, answer
from registry.defects.telling import told
from registry.desks.queries import search
from registry.kernel.actor import Actor, Role
from registry.projects.models import Project
from tests import build
from tests.parties import build as parties

SIZES = {Effort.FULL: (1_000, 10_000, 100_000), Effort.QUICK: (1_000, 10_000)}
CALLS = {Effort.FULL: 400, Effort.QUICK: 100}
GROWTH, LONGEST = 1.5, 50.0
TARGETS = 200

Way = Callable[[], object]


def ways(place: Ground, officer: Actor) -> dict[str, Way]:
    chance = random.Random(124)
    with place.units.reading(officer) as uow:
        found = uow.session.scalars(select(Project).order_by(Project.number)).all()
    targets = chance.sample(found, TARGETS)

    def trace() -> object:
        question = Question(
            chance.choice(targets).id, date(2024, 3, 1) + timedelta(days=chance.randrange(900)), "01", "0201",
        )
        with place.units.reading(officer) as uow:
            found = answer(uow, question)
            return told(uow, evidence(uow, found))

    def searching(words: Callable[[Project], str]) -> Way:
        def look() -> object:
            with place.units.reading(officer) as uow:
                return search(uow, words(chance.choice(targets)))

        return look

    return {
        "trace": trace,
        "search name": searching(lambda project: project.name[:6]),
        "search name and place": searching(lambda project: f"{project.name[:4]} {project.address[:5]}"),
        "search number": searching(lambda project: project.number),
    }


def measure_size(count: int, effort: Effort) -> dict[str, Any]:
    with ground() as place:
        settle(place, count)
        file_all(place)
        station = parties.organisation(place.units, "济南市建设工程质量监督站", "370100")
        officer = build.signed_in(place.units, "officer", "王监督", station.id, None, Role.OFFICER, "370100")
        taken = in_turn(ways(place, officer), 4, CALLS[effort] // 4)
        return {name: took.plain() for name, took in taken.items()} | {"index": served_by_index(place)}


def served_by_index(place: Ground) -> bool:
    """Whether PostgreSQL looks projects up by the GIN index of their grams."""
    with place.engine.connect() as connection:
        plan = connection.scalars(text(
            "EXPLAIN SELECT id FROM project WHERE grams @> ARRAY['海棠', '棠花', '花园']::varchar[]"
            " ORDER BY created_at DESC LIMIT 20"
        )).all()
    return any("ix_project_grams" in line for line in plan)


def measure(effort: Effort) -> Measured:
    figures = {f"{count:,} projects": measure_size(count, effort) for count in SIZES[effort]}
    p50 = [size["trace"]["p50_ms"] for size in figures.values()]
    return Measured([
        Line("追溯 p50:最多项目 ÷ 1,000 个项目", Sense.AT_MOST, GROWTH, round(p50[-1] / p50[0], 2)),
        Line("追溯 p50:最多项目(毫秒)", Sense.AT_MOST, LONGEST, p50[-1]),
    ], figures)
