"""Bringing a database to the newest schema, by alembic.

Alembic runs as a process of its own: every web process would carry it along otherwise, and only one command in a
year needs it. A migration's file begins with its number, which is its revision.
"""

import os
import subprocess
import sys

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from registry.config import ROOT
from registry.kernel.errors import Unavailable
from registry.kernel.text import _


def upgrade(url: str) -> str:
    """Run the migrations that the database at `url` lacks; return the number of the newest, "" when there is none.

    Safe to run from several processes at once. Raises Unavailable when it cannot be done now.
    """
    if present(url) == (newest() or None):
        return newest()
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=os.environ | {"DATABASE_URL": url},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )
    if done.returncode:
        raise Unavailable(_("数据库结构升级没有完成：{said}", said=done.stderr.strip()[-2000:]))
    return newest()


def newest() -> str:
    """Return the number of the newest migration we have, "" when we have none."""
    return max((path.name.split("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py")), default="")


def present(url: str) -> str | None:
    """Return the number of the migration the database stands at; None when it holds no schema of ours."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return present_in(connection)
    except OperationalError as failure:
        raise Unavailable(_("数据库没有应答：{said}", said=str(failure.orig).strip())) from failure
    finally:
        engine.dispose()


def present_in(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return number
