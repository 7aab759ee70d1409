"""Fixtures: one registry and one Chromium per run, one context per person."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from registry.kernel.actor import NOBODY, Actor
from tests import build
from tests.browser import sites
from tests.browser.house import House, open_house
from tests.browser.walking import DESKTOP, PHONE, Walker
from tests.conftest import Clock

AGO = timedelta(60)  # when work began where there is a crew
PATIENCE = 15_000  # milliseconds, for a page on a busy machine
Enter = Callable[..., Walker]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def house(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(engine, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def landmark(house: House) -> sites.Landmark:
    return sites.landmark(house)


@pytest.fixture(scope="session")
def works_site(house: House) -> build.Site:
    """A project where building is going on, with a crew; what is done there now is done by the real clock."""
    site = sites.under_construction(house, Clock(house.units.tools.now() - AGO))
    site.units = house.units
    return site


@pytest.fixture(scope="session")
def known() -> set[str]:
    """The compositions of parts that axe has seen, so that it need not see them again."""
    return set()


@pytest.fixture
def enter(house: House, chromium: Browser, known: set[str]) -> Iterator[Enter]:
    """enter(officer) seats the officer at a browser, signed in; enter() a stranger; `phone=True` gives them a phone.

    At the end, whatever the browsers complained of fails the test.
    """
    with ExitStack() as leaving:
        walkers: list[Walker] = []

        def entering(actor: Actor = NOBODY, phone: bool = False, **more: Any) -> Walker:
            size = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": DESKTOP}
            context = leaving.enter_context(chromium.new_context(
                base_url=house.url, locale="zh-CN", timezone_id="Asia/Shanghai", **size, **more,
            ))
            context.set_default_timeout(PATIENCE)
            if actor != NOBODY:
                name, value = house.pass_for(actor)
                context.add_cookies([{"name": name, "value": value, "url": house.url}])
            walkers.append(Walker(context.new_page(), house.url, known))
            return walkers[-1]

        yield entering
        for walker in walkers:
            walker.settled()
