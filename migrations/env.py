"""Run migrations, one transaction each, never waiting long for a lock, one migrator at a time.

The database is the one DATABASE_URL names.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, text

from registry.config import database
from registry.kernel.uow import lock_number
from registry.rooms import whole_schema

ONE_AT_A_TIME = {"lock": lock_number("migrations")}


def migrate(connection: Connection) -> None:
    """Whoever comes second waits here until the first is done, and then finds nothing left to do."""
    connection.execute(text("SET lock_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), ONE_AT_A_TIME)
    connection.execute(text("SET lock_timeout = '4s'; SET statement_timeout = '5min'; SET timezone = 'UTC'"))
    connection.commit()
    context.configure(
        connection=connection, target_metadata=whole_schema(), transaction_per_migration=True, compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = create_engine(database(os.environ["DATABASE_URL"]))
with engine.connect() as connection:
    migrate(connection)
engine.dispose()
