"""A site built once for a run, in a database of its own, with its files beside it: each who needs it takes a copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

from sqlalchemy import Connection, Engine

from registry.adapters.printing import WeasyPrinter
from registry.kernel.uow import Units
from tests import build
from tests.outside import Clock, tools_in
from tests.schema import copy_of, lay_down_the_law


@dataclass(frozen=True)
class Stood:
    """A site as it was built, with its files in `folder`."""

    site: build.Site
    original: Engine
    """Its database: copied, and never written to again."""
    used: Engine
    """A copy to work in, if in the end everything is undone."""
    folder: Path
    printer: WeasyPrinter

    def on(self, bind: Engine | Connection, clock: Clock, folder: Path) -> build.Site:
        """The site on another connection, going by `clock`, its files copied into `folder`."""
        copytree(self.folder, folder, dirs_exist_ok=True)
        whole = self.site
        return replace(
            whole, units=Units(bind, tools_in(folder, self.printer, clock)), terms=dict(whole.terms),
            leaders=dict(whole.leaders), representatives=dict(whole.representatives),
        )

    def until_undone(self, clock: Clock, folder: Path) -> Iterator[build.Site]:
        with self.used.connect() as connection:
            outer = connection.begin()
            yield self.on(connection, clock, folder)
            outer.rollback()


@contextmanager
def stood(made: Callable[[Units], build.Site], engine: Engine, printer: WeasyPrinter, folder: Path) -> Iterator[Stood]:
    """Have a site built in a copy of the test database `engine`."""
    name = f"{engine.url.database}_{made.__name__}"
    with copy_of(engine, name) as original:
        with original.begin() as connection:
            lay_down_the_law(connection)
        site = made(Units(original, tools_in(folder, printer, Clock())))
        with copy_of(original, f"{name}_used") as used:
            yield Stood(site, original, used, folder, printer)
