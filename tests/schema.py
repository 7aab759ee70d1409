"""The test database: a private server per run, a database per pytest worker, the schema by the migrations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

import registry
from registry import STOREYS
from registry.kernel.db import KEEP_RECORD_SQL, KEEP_TABLE_SQL, Base, permanence_sql
from tests.postgres import private_server

HOUSE = Path(registry.__file__).parent


def load_models() -> None:
    """Import every storey's models, so that the metadata is whole."""
    for name in ("registry.kernel.jobs", "registry.kernel.receipts"):
        import_module(name)
    for storey in STOREYS:
        if (HOUSE / storey / "models.py").exists():
            import_module(f"registry.{storey}.models")


@contextmanager
def fresh_engine(folders: pytest.TempPathFactory) -> Iterator[Engine]:
    """A new database with the whole schema."""
    load_models()
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
    terms = import_module("registry.projects.models")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        for statement in (KEEP_RECORD_SQL, KEEP_TABLE_SQL, terms.TERMS_DO_NOT_OVERLAP_SQL, terms.TERMS_DO_NOT_OVERLAP_TRIGGER_SQL):
            connection.execute(text(statement))
        for table in Base.metadata.sorted_tables:
            if "write_once" in table.info:
                for statement in permanence_sql(table):
                    connection.execute(text(statement))


def wipe(engine: Engine) -> None:
    """Empty every table, legal records included: only a superuser who switches the triggers off can."""
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} CASCADE"))
