"""The embedded server: shared by whoever needs it, gone with the last of them, back after any death."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from registry.adapters import embedded
from registry.kernel.errors import Unavailable

HOLD = """
import sys
from pathlib import Path
from registry.adapters import embedded
with embedded.using(Path(sys.argv[1])):
    print("using", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose server is stopped between the tests."""
    folder = tmp_path_factory.mktemp("var")
    yield folder
    assert not embedded.is_running(folder)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as session:
        row = session.execute(question.encode()).fetchone()
        return row[0] if row else None


def postmaster(var: Path) -> psutil.Process:
    process = embedded.Server(var).postmaster()
    assert process is not None
    return process


def test_the_server_keeps_what_it_acknowledges(house: Path) -> None:
    with embedded.using(house) as url:
        settings = {name: ask(url, f"SHOW {name}") for name in ("fsync", "full_page_writes", "data_checksums")}
    assert settings == dict.fromkeys(settings, "on")


def test_the_registry_does_not_come_in_as_superuser(house: Path) -> None:
    with embedded.using(house) as url:
        assert ask(url, "SHOW is_superuser") == "off"
        assert ask(embedded.superuser_url(house), "SHOW is_superuser") == "on"


def test_nobody_else_reaches_the_server(house: Path) -> None:
    with embedded.using(house) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        server = embedded.Server(house)
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in (server.data, server.sockets)} == {0o700}
        assert [connection for connection in postmaster(house).net_connections("inet") if connection.laddr] == []


def test_the_last_one_out_stops_the_server(house: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(house)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "using\n"
        with embedded.using(house):
            pass
        assert embedded.is_running(house)
        other.stdin.close()
        assert other.wait(20) == 0
    assert not embedded.is_running(house)


def test_a_killed_user_counts_no_longer(house: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(house)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        other.kill()
        other.wait()
    assert embedded.is_running(house)
    with embedded.using(house):
        pass
    assert not embedded.is_running(house)


def test_after_a_killed_postmaster_the_next_start_works_and_nothing_is_lost(house: Path) -> None:
    with embedded.using(house) as url:
        with psycopg.connect(url.replace("+psycopg", "")) as session:
            session.execute("CREATE TABLE promise AS SELECT 1 AS kept")
        idle = [psycopg.connect(url.replace("+psycopg", "")) for _ in range(4)]
        os.kill(postmaster(house).pid, signal.SIGKILL)
        embedded.start(house)
        assert ask(url, "SELECT kept FROM promise") == 1
        for session in idle:
            session.close()


def test_a_pid_that_now_belongs_to_another_process_does_not_keep_the_server_from_starting(house: Path) -> None:
    with embedded.using(house):
        pass
    for mark in (house / "postgres" / "postmaster.pid", embedded.Server(house).sockets / ".s.PGSQL.5432.lock"):
        mark.write_text(f"{os.getpid()}\n{house}/postgres\n1\n5432\n\n\n\n\n")
    with embedded.using(house) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_folder_with_spaces_quotes_and_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    var = tmp_path / f"工程 'a b' {'x' * 90}"
    with embedded.using(var) as url:
        assert ask(url, "SELECT current_database()") == "zhuze"
    embedded.Server(var).sockets.rmdir()


def test_data_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(Unavailable, match="PostgreSQL 16"), embedded.using(tmp_path):
        pass
    assert (tmp_path / "postgres" / "PG_VERSION").read_text() == "16\n"


def test_an_initdb_that_was_cut_short_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    with embedded.using(tmp_path) as url:
        assert ask(url, "SELECT 1") == 1
