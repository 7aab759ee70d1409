"""Fixtures for storeys that begin where five pairs are on file: the site is built once for a module of tests.

What a test does to it is undone at the end of the test. A package takes them by importing them in its
conftest.py; `units` and `clock` are then the site's own, for every other fixture too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from registry.adapters.printing import WeasyPrinter
from registry.kernel.uow import Units
from tests import build
from tests.conftest import NOON, Clock, tools_in
from tests.schema import lay_down_the_law


@pytest.fixture(scope="module")
def standing_clock() -> Clock:
    return Clock()


def standing_site(
    made: Callable[[Units], build.Site], engine: Engine, printer: WeasyPrinter, clock: Clock, folder: Path
) -> Iterator[build.Site]:
    with engine.connect() as connection:
        outer = connection.begin()
        lay_down_the_law(connection)
        yield made(Units(connection, tools_in(folder, printer, clock)))
        outer.rollback()


@pytest.fixture(scope="module")
def standing(
    engine: Engine, printer: WeasyPrinter, standing_clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[build.Site]:
    yield from standing_site(build.filed_site, engine, printer, standing_clock, tmp_path_factory.mktemp("standing"))


@pytest.fixture(scope="module")
def standing_building(
    engine: Engine, printer: WeasyPrinter, standing_clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[build.Site]:
    yield from standing_site(build.building, engine, printer, standing_clock, tmp_path_factory.mktemp("building"))


@pytest.fixture
def building(standing_building: build.Site, clock: Clock) -> Iterator[build.Site]:
    """The same project under construction, with a crew: see tests.build.building."""
    assert isinstance(standing_building.units.bind, Connection)
    savepoint = standing_building.units.bind.begin_nested()
    clock.at = NOON
    yield standing_building
    savepoint.rollback()


@pytest.fixture
def site(standing: build.Site, clock: Clock) -> Iterator[build.Site]:
    """A project whose five pairs are signed and on file, as each test finds it."""
    assert isinstance(standing.units.bind, Connection)
    savepoint = standing.units.bind.begin_nested()
    clock.at = NOON
    yield standing
    savepoint.rollback()


@pytest.fixture
def clock(standing_clock: Clock) -> Clock:
    return standing_clock


@pytest.fixture
def units(site: build.Site) -> Units:
    return site.units
