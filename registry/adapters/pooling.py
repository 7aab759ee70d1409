"""Connections to PostgreSQL: a few, used again and again, and asked for a sign of life after a rest only.

Asking before every transaction would cost each a round trip. A connection that worked a second ago is taken at its
word: when the server went down within that second, the transaction fails as it would have, had it begun a second earlier.
"""

from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

REST = 1.0           # seconds
USED = "last used"   # in the info that goes with a connection


def engine_on(address: str, **options: Any) -> Engine:
    """Return an engine for the database at `address`; `options` as for create_engine."""
    engine = create_engine(address, **options)

    def noted(_connection: Any, record: Any) -> None:
        record.info[USED] = monotonic()

    def asked(connection: Any, record: Any, _lease: Any) -> None:
        if monotonic() - record.info[USED] < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise InvalidatePoolError from lost  # all of them are made anew

    event.listen(engine, "connect", noted)
    event.listen(engine, "checkin", noted)
    event.listen(engine, "checkout", asked)
    return engine
