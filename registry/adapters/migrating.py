"""Bringing a database to the newest schema, by alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from registry.kernel.errors import Unavailable
from registry.kernel.text import _

ROOT = Path(__file__).parent.parent.parent


def upgrade(url: str) -> str:
    """Run the migrations that the database at `url` lacks; return the number of the newest, "" when there is none.

    Safe to run from several processes at once. Raises Unavailable when the database does not answer.
    """
    try:
        command.upgrade(settings(url), "head")
    except OperationalError as failure:
        raise Unavailable(_("数据库没有应答，或被别的进程长久占用：{said}", said=failure.orig)) from failure
    return newest()


def newest() -> str:
    """Return the number of the newest migration we have, "" when we have none."""
    return ScriptDirectory.from_config(settings("")).get_current_head() or ""


def present(url: str) -> str | None:
    """Return the number of the migration the database stands at; None when it holds no schema of ours."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return present_in(connection)
    except OperationalError as failure:
        raise Unavailable(_("数据库没有应答：{said}", said=failure.orig)) from failure
    finally:
        engine.dispose()


def present_in(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return number


def settings(url: str) -> Config:
    """Return what pyproject.toml says for alembic, and the database it is to work on."""
    return Config(toml_file=str(ROOT / "pyproject.toml"), attributes={"url": url})
