"""Fixtures for storeys that begin where five pairs are on file: the site is built once for a run, in a database of its own.

What a test does to it is undone at the end of the test, what a module of tests does at the end of the module. A package
takes them by importing them in its conftest.py; `units` and `clock` are then the site's own, for every other fixture too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, NestedTransaction

from registry.kernel.uow import Units
from tests import build
from tests.outside import NOON, Clock
from tests.schema import copy_of
from tests.stood import Stood


@pytest.fixture(scope="module")
def standing_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def standing(
    stood_site: Stood, standing_clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[build.Site]:
    yield from stood_site.until_undone(standing_clock, tmp_path_factory.mktemp("standing"))


@pytest.fixture(scope="module")
def standing_building(
    stood_building: Stood, standing_clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[build.Site]:
    yield from stood_building.until_undone(standing_clock, tmp_path_factory.mktemp("building"))


@pytest.fixture
def raced_building(stood_building: Stood, clock: Clock, tmp_path: Path) -> Iterator[build.Site]:
    """The building in a database that is this test's alone: what is done is really done, for two at once."""
    clock.at = NOON
    with copy_of(stood_building.original, f"{stood_building.original.url.database}_raced") as engine:
        yield stood_building.on(engine, clock, tmp_path)


@pytest.fixture
def building(standing_building: build.Site, clock: Clock) -> Iterator[build.Site]:
    """The same project under construction, with a crew: see tests.build.building."""
    assert isinstance(standing_building.units.bind, Connection)
    savepoint = standing_building.units.bind.begin_nested()
    clock.at = NOON
    yield standing_building
    undo(savepoint, standing_building)


@pytest.fixture
def site(standing: build.Site, clock: Clock) -> Iterator[build.Site]:
    """A project whose five pairs are signed and on file, as each test finds it."""
    assert isinstance(standing.units.bind, Connection)
    savepoint = standing.units.bind.begin_nested()
    clock.at = NOON
    yield standing
    undo(savepoint, standing)


def undo(savepoint: NestedTransaction, site: build.Site) -> None:
    """Take back what a test did, and let the signer forget the tree it has signed of it."""
    savepoint.rollback()
    (site.units.tools.staging.parent / "ledger" / "last.json").unlink(missing_ok=True)


@pytest.fixture
def clock(standing_clock: Clock) -> Clock:
    return standing_clock


@pytest.fixture
def units(site: build.Site) -> Units:
    return site.units
