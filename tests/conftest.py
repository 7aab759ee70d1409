"""Fixtures: one private PostgreSQL per run, one transaction per test, undone at the end.

The printer, the vault, the signer and the object store are the real ones, on folders of their own.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Engine

from registry.adapters.printing import WeasyPrinter
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from tests import build
from tests.accounts.visiting import Browser as Client
from tests.accounts.visiting import application, entered
from tests.outside import NOON, Clock, tools_in
from tests.schema import fresh_engine, lay_down_the_law, wipe
from tests.stood import Stood, stood

__all__ = ["NOON", "Clock", "tools_in"]
ROOT = Path(__file__).parent.parent
Visit = Callable[..., Client]
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
settings.load_profile("ci")  # everywhere the same examples, and no clock: a busy machine proves nothing wrong


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with fresh_engine(tmp_path_factory) as engine:
        yield engine


@pytest.fixture(scope="session")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeasyPrinter]:
    printer = WeasyPrinter(ROOT / "templates" / "print", fonts=ROOT / "var" / "fonts", workers=1)
    yield printer
    printer.close()


@pytest.fixture(scope="session")
def stood_site(engine: Engine, printer: WeasyPrinter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    with stood(build.filed_site, engine, printer, tmp_path_factory.mktemp("site")) as whole:
        yield whole


@pytest.fixture(scope="session")
def stood_building(engine: Engine, printer: WeasyPrinter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    with stood(build.building, engine, printer, tmp_path_factory.mktemp("building")) as whole:
        yield whole


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real browser for every test of this process: Playwright can be started only once at a time."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tools(tmp_path: Path, printer: WeasyPrinter, clock: Clock) -> Tools:
    return tools_in(tmp_path, printer, clock)


@pytest.fixture
def units(engine: Engine, tools: Tools) -> Iterator[Units]:
    """Units of work inside one outer transaction that is never committed."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield Units(connection, tools)
        outer.rollback()


@pytest.fixture
def committed(engine: Engine, tools: Tools) -> Iterator[Units]:
    """Units of work that really commit, for races and for tampering; the tables are emptied afterwards."""
    yield Units(engine, tools)
    wipe(engine)


@pytest.fixture
def law(units: Units) -> None:
    """The shipped standards are in force: posts, wordings, clocks, divisions."""
    assert isinstance(units.bind, Connection)
    lay_down_the_law(units.bind)


@pytest.fixture
def visit(units: Units) -> Visit:
    """visit(officer) gives a browser, in the whole application, with a session of the officer's own.

    visit() gives a stranger's. The application is built once for all tests; its forms want their tokens.
    """
    app = application(units)

    def visiting(actor: Actor = NOBODY) -> Client:
        return entered(app, units, actor)

    return visiting
