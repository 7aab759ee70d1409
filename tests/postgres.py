"""The private PostgreSQL of a test run: one server, shared by the pytest workers, gone with the last of them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from registry.adapters import embedded

HURRY = ("fsync", "full_page_writes", "synchronous_commit")
"""What keeps the data when the machine falls: nobody wants that of a test's."""


@contextmanager
def private_server(folders: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the superuser's address of a running server that belongs to this test run alone.

    It does not lie in pytest's folder: each pytest that begins shuts that one to other accounts, such as the server's.
    """
    base = folders.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = Path(tempfile.gettempdir()) / f"zhuze-tests-{sha256(bytes(shared)).hexdigest()[:12]}"
    with embedded.using(home):
        url = embedded.superuser_url(home)
        hurry(url)
        yield url
    if not embedded.is_running(home):
        shutil.rmtree(home, ignore_errors=True)  # two who leave at once both clear up


def hurry(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as session:
        for setting in HURRY:
            session.execute(f"ALTER SYSTEM SET {setting} = off")
        session.execute("SELECT pg_reload_conf()")
