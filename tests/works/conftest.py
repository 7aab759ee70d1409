"""Begin where a project is under construction, with a crew on the site."""

import pytest

from registry.kernel.uow import Units
from tests import build
from tests.standing import building, clock, raced_building, standing_building, standing_clock

__all__ = ["building", "clock", "raced_building", "standing_building", "standing_clock", "units"]


@pytest.fixture
def units(building: build.Site) -> Units:
    return building.units
