"""The test database: a private server per run, a database per pytest worker, the schema by the migrations."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from registry.adapters.migrating import upgrade
from registry.kernel.actor import SYSTEM
from registry.kernel.db import Base
from registry.kernel.uow import Units
from registry.rooms import whole_schema
from registry.standards.actions import load_defaults
from tests.postgres import private_server

LAW_ENTERED_AT = datetime(2026, 1, 1, tzinfo=UTC)
LAW_TABLES = ("standard_edition", "ledger_event", "ledger_pending")


@contextmanager
def fresh_engine(folders: pytest.TempPathFactory) -> Iterator[Engine]:
    """A new database with the whole schema."""
    whole_schema()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with private_server(folders) as server:
        name = f"test_{worker}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"))
        admin.dispose()
        engine = create_engine(admin.url.set(database=name))
        build(engine)
        yield engine
        engine.dispose()


def build(engine: Engine) -> None:
    """Migrate, and keep a copy of the shipped law beside the tables, so that a test has it for the price of a copy."""
    url = engine.url.render_as_string(hide_password=False)
    upgrade(url)
    tools = SimpleNamespace(now=lambda: LAW_ENTERED_AT, new_id=uuid.uuid4)
    with Units(engine, tools).writing(SYSTEM) as uow:  # type: ignore[arg-type]  # the law needs a clock and ids only
        load_defaults(uow)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA law"))
        for table in LAW_TABLES:
            connection.execute(text(f"CREATE TABLE law.{table} AS TABLE {table}"))
    wipe(engine)


def lay_down_the_law(connection: Connection) -> None:
    """Put the shipped editions, and the events of their entry, into an empty database."""
    for table in LAW_TABLES:
        overriding = " OVERRIDING SYSTEM VALUE" if table == "ledger_pending" else ""
        connection.execute(text(f"INSERT INTO {table}{overriding} SELECT * FROM law.{table}"))


def wipe(engine: Engine) -> None:
    """Empty every table, legal records included: only a superuser who switches the triggers off can."""
    names = [table.name for table in Base.metadata.sorted_tables]
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        # TRUNCATE makes new files for each table and index; of the few rows of a test DELETE takes a tenth of the time.
        connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in names))


@contextmanager
def copy_of(engine: Engine, name: str) -> Iterator[Engine]:
    """A copy of a whole database under another name, dropped at the end. Nobody may be connected to the original."""
    engine.dispose()
    admin = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    copy = create_engine(engine.url.set(database=name))
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {engine.url.database}"))
    try:
        yield copy
    finally:
        copy.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
