"""A connection is asked for a sign of life after a rest, and only then."""

from collections.abc import Iterator
from time import sleep

import pytest
from sqlalchemy import Engine, event, text

from registry.adapters.pooling import REST, engine_on


@pytest.fixture
def pooled(engine: Engine) -> Iterator[Engine]:
    made = engine_on(engine.url.render_as_string(hide_password=False), pool_size=1, max_overflow=0)
    yield made
    made.dispose()


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def test_a_connection_that_died_at_rest_is_replaced_before_anybody_notices(pooled: Engine, engine: Engine) -> None:
    died = backend(pooled)
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": died})
    sleep(REST + 0.1)
    assert backend(pooled) not in {0, died}


def test_a_connection_in_use_is_not_asked_anew(pooled: Engine) -> None:
    asked: list[object] = []
    event.listen(pooled, "connect", lambda *_given: asked.append("connected"))
    first = backend(pooled)
    assert backend(pooled) == first
    assert asked == ["connected"]
