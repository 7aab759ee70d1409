"""Fixtures: one private PostgreSQL per run, one transaction per test, undone at the end.

The printer, the vault, the signer and the object store are the real ones, on folders of their own.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Engine

from registry.adapters.objects import DirectoryStore
from registry.adapters.printing import WeasyPrinter
from registry.adapters.signing import Ed25519Signer
from registry.adapters.vault import KeyRing
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from tests.accounts.visiting import Browser as Client
from tests.accounts.visiting import application, entered
from tests.schema import fresh_engine, lay_down_the_law, wipe

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday and a working day, noon in China
ROOT = Path(__file__).parent.parent
Visit = Callable[..., Client]
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
settings.load_profile("ci")  # everywhere the same examples, and no clock: a busy machine proves nothing wrong


@dataclass
class Clock:
    """Stands still until a test moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, **step: float) -> None:
        self.at += timedelta(**step)


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


def tools_in(folder: Path, printer: WeasyPrinter, clock: Clock) -> Tools:
    """The real adapters, keeping what they keep in `folder`."""
    staging = folder / "staging"
    staging.mkdir()
    return Tools(
        store=DirectoryStore(folder / "objects"),
        printer=printer,
        vault=KeyRing({"test": bytes(range(32))}, bytes(range(32, 64))),
        signer=Ed25519Signer(bytes(range(64, 96)), origin="zhuze.test/ledger", state=folder / "ledger" / "last.json"),
        staging=staging,
        base_url="https://zhuze.test",
        new_id=uuid.uuid4,
        now=clock.now,
    )


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
