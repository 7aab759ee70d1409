"""The whole registry, served on loopback for real browsers.

A database of its own, the real clock (codes of a second factor go by it), the real printer, files in a real folder,
the worker at work. What is written stays written, as it would with people: each test brings a site of its own.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import cast

from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import BaseWSGIServer, make_server

from registry.accounts.models import Account
from registry.accounts.sessions import Step, start
from registry.app import create_app
from registry.config import ROOT, Config
from registry.kernel import jobs
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.uow import CHINA, Units
from registry.ledger.sequencing import checkpoint, sequence
from registry.rooms import job_handlers, periodic_work
from tests.accounts import build as accounts
from tests.accounts.visiting import cookie
from tests.conftest import Clock
from tests.schema import copy_of, lay_down_the_law


@dataclass(frozen=True)
class House:
    """The registry as it runs, and where."""

    app: Flask
    url: str

    @property
    def units(self) -> Units:
        return cast(Units, self.app.extensions["units"])

    def on(self, day: date) -> Units:
        """Units of work at nine in the morning of another day: for what happened before the test begins."""
        return self.by(Clock(datetime.combine(day, time(9), CHINA).astimezone(UTC)))

    def by(self, clock: Clock) -> Units:
        """Units of work by a clock that somebody moves: for what took many days before the test begins."""
        return Units(self.units.bind, replace(self.units.tools, now=clock.now))

    def pass_for(self, actor: Actor) -> tuple[str, str]:
        """Open a session for the actor and return its cookie. Neither password nor code is spent on it."""
        with self.units.writing(NOBODY) as uow:
            admission = start(uow, uow.get(Account, actor.account), accounts.HERE, Step.IN)
        return cookie(self.app, admission.token)


    def sign_the_ledger(self) -> None:
        """Enter what waits and sign the tree, as the worker does every half minute."""
        while sequence(self.units):
            continue
        checkpoint(self.units)


@contextmanager
def open_house(engine: Engine, var: Path) -> Iterator[House]:
    """Serve a copy of the test database `engine` under a name of its own."""
    (var / "fonts").symlink_to(ROOT / "var" / "fonts")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request is no news
    with copy_of(engine, f"{engine.url.database}_browsed") as copy:
        with copy.begin() as connection:
            lay_down_the_law(connection)
        server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        database = copy.url.render_as_string(hide_password=False)
        app = create_app(Config.from_env({"VAR": str(var), "BASE_URL": url, "DATABASE_URL": database}))
        server.app = app
        house = House(app, url)
        try:
            with serving(server), working(house):
                yield house
        finally:
            cast(Engine, house.units.bind).dispose()
            app.extensions["units"].tools.printer.close()


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, name="web")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def working(house: House) -> Iterator[None]:
    """Do background work as the worker process does."""
    stop = threading.Event()
    thread = threading.Thread(
        target=jobs.work, args=(house.units, job_handlers(), periodic_work(), stop), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
