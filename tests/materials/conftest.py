"""Begin where a project is under construction, with a crew on the site."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from registry.kernel.uow import Units
from tests import build
from tests.accounts.visiting import Browser
from tests.standing import building, clock, raced_building, standing_building, standing_clock

__all__ = ["building", "clock", "raced_building", "standing_building", "standing_clock", "units"]


@pytest.fixture
def units(building: build.Site) -> Units:
    return building.units


@pytest.fixture
def statements(units: Units) -> Callable[[Browser, str], int]:
    """How many SELECTs a page issues."""
    def asked(browser: Browser, path: str) -> int:
        counted = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            counted.append(statement.startswith("SELECT"))

        event.listen(units.bind, "before_cursor_execute", count)
        browser.get(path)
        event.remove(units.bind, "before_cursor_execute", count)
        return sum(counted)

    return asked
