"""The migrations make exactly what the models say, triggers and functions included, and can be undone and done again."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from registry.adapters.migrating import newest, present, upgrade
from registry.kernel.db import KEEP_RECORD_SQL, KEEP_TABLE_SQL, permanence_sql, undeletable_sql
from registry.projects.models import TERMS_DO_NOT_OVERLAP_SQL, TERMS_DO_NOT_OVERLAP_TRIGGER_SQL
from registry.rooms import whole_schema
from tests.conftest import ROOT

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
NAME = re.compile(r"[0-9]{4}_[a-z_]+\.py")
TRIGGERS = text(
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
)
FUNCTIONS = text(
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY proname"
)


@pytest.fixture
def empty(engine: Engine) -> Iterator[Engine]:
    """A database of its own beside the tests', with nothing in it."""
    admin = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    name = f"{engine.url.database}_migrations"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"))
    made = create_engine(engine.url.set(database=name))
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def alembic(engine: Engine, *command: str) -> None:
    env = os.environ | {"DATABASE_URL": address(engine)}
    subprocess.run([sys.executable, "-m", "alembic", *command], cwd=ROOT, env=env, check=True, capture_output=True)


def shape(connection: Connection) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Every trigger and every function of ours."""
    return [tuple(row) for row in connection.execute(TRIGGERS)], [tuple(row) for row in connection.execute(FUNCTIONS)]


def as_the_models_say(connection: Connection) -> None:
    """Make triggers and functions anew, from the models alone."""
    for name, _source in connection.execute(FUNCTIONS).all():
        connection.execute(text(f"DROP FUNCTION {name} CASCADE"))
    statements = [KEEP_RECORD_SQL, KEEP_TABLE_SQL, TERMS_DO_NOT_OVERLAP_SQL, TERMS_DO_NOT_OVERLAP_TRIGGER_SQL]
    for table in whole_schema().sorted_tables:
        statements += permanence_sql(table) if "write_once" in table.info else []
        statements += [undeletable_sql(table)] if table.info.get("undeletable") else []
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def test_tables_are_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, whole_schema()) == []


def test_triggers_and_functions_are_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        migrated = shape(connection)
        as_the_models_say(connection)
        modelled = shape(connection)
        connection.rollback()
    assert migrated == modelled
    assert len(migrated[0]) > 2 * 20


def test_an_empty_database_is_brought_to_the_newest_schema_once(empty: Engine) -> None:
    assert present(address(empty)) is None
    assert upgrade(address(empty)) == upgrade(address(empty)) == present(address(empty)) == newest()


def test_what_was_done_can_be_undone_and_done_again(empty: Engine) -> None:
    upgrade(address(empty))
    with empty.connect() as connection:
        before = shape(connection)
    alembic(empty, "downgrade", "base")
    with empty.connect() as connection:
        assert shape(connection) == ([], [])
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(address(empty))
    with empty.connect() as connection:
        assert shape(connection) == before


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_a_migration_is_found_by_its_number(path: Path) -> None:
    assert NAME.fullmatch(path.name)
    number = path.name.split("_")[0]
    source = path.read_text(encoding="utf-8")
    assert f'revision = "{number}"' in source
    before = f'"{int(number) - 1:04d}"' if int(number) > 1 else "None"
    assert f"down_revision = {before}" in source


def test_migrations_are_numbered_without_gaps() -> None:
    assert [int(path.name.split("_")[0]) for path in VERSIONS] == list(range(1, len(VERSIONS) + 1))
