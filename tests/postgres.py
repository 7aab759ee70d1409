"""The private PostgreSQL of a test run: one server, shared by the pytest workers, gone with the last of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from registry.adapters import embedded


@contextmanager
def private_server(folders: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the superuser's address of a running server that belongs to this test run alone."""
    base = folders.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with embedded.using(shared / "server"):
        yield embedded.superuser_url(shared / "server")
