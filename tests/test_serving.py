"""The supervisor: everything up, everything mended, nothing left behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from registry.adapters import embedded

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds; the machine may be busy with other tests


@dataclass
class Served:
    """A supervisor that runs, on a folder and a port of its own."""

    var: Path
    port: int
    process: subprocess.Popen[str]

    def get(self, path: str) -> int:
        """Return the status of the answer, 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def ready(self) -> bool:
        return self.get("/readyz") == http.HTTPStatus.OK

    def processes(self, *words: str) -> list[psutil.Process]:
        """Return every process of this house whose command holds the words."""
        return [one for one in psutil.process_iter() if belongs(one, self.var) and set(words) <= set(command(one))]

    def told(self) -> str:
        return (self.var / "told.txt").read_text()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def belongs(process: psutil.Process, var: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.environ().get("VAR") == str(var) or str(var / "postgres") in process.cmdline()
    except psutil.Error:
        return False


def until(what: Callable[[], object]) -> None:
    deadline = monotonic() + PATIENCE
    while not what():
        assert monotonic() < deadline, "waited too long"
        sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(var: Path, port: int, **more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "STORAGE_URL", "DEMO"}}
    return plain | {"VAR": str(var), "PORT": str(port)} | more


def supervisor(var: Path, port: int, **more: str) -> subprocess.Popen[str]:
    with (var / "told.txt").open("w") as told:
        return subprocess.Popen(
            [sys.executable, "-m", "registry.serving"], cwd=ROOT, env=environment(var, port, **more),
            stdin=subprocess.DEVNULL, stdout=told, stderr=told, text=True, start_new_session=True,
        )


def serve(var: Path) -> Served:
    port = free_port()
    served = Served(var, port, supervisor(var, port))
    until(lambda: "筑责已启动" in served.told() or served.process.poll() is not None)
    assert served.process.poll() is None, served.told()
    return served


def refused(var: Path, port: int, **more: str) -> tuple[int, str]:
    with supervisor(var, port, **more) as process:
        code = process.wait(PATIENCE)
    return code, (var / "told.txt").read_text()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("house"))
    yield served
    assert served.end(signal.SIGINT) == 0, served.told()
    assert served.processes() == []


def test_it_answers_when_it_says_so(served: Served) -> None:
    assert [served.get("/livez"), served.get("/readyz")] == [200, 200]


def test_a_flask_command_beside_it_shares_the_database_and_leaves_it_running(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "init", "--json"], cwd=ROOT, env=environment(served.var, served.port),
        capture_output=True, text=True, check=True,
    )
    assert '"standards_entered": 0' in done.stdout
    assert embedded.is_running(served.var)
    assert served.ready()


def test_a_killed_web_server_comes_back_with_all_its_workers_gone(served: Served) -> None:
    parent = min(served.processes("granian"), key=lambda one: one.create_time())
    orphans = parent.children()
    parent.kill()
    until(lambda: "网页服务意外退出" in served.told())
    until(lambda: not any(orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE for orphan in orphans))
    until(served.ready)


def test_a_killed_worker_comes_back(served: Served) -> None:
    until(lambda: served.processes("flask", "work"))
    (worker,) = served.processes("flask", "work")
    worker.kill()
    until(lambda: [one.pid for one in served.processes("flask", "work")] not in ([], [worker.pid]))


def test_a_killed_database_comes_back(served: Served) -> None:
    postmaster = embedded.Server(served.var).postmaster()
    assert postmaster
    postmaster.kill()
    until(lambda: "数据库意外停止" in served.told())
    until(served.ready)


def test_a_second_supervisor_is_told_that_the_port_is_taken(served: Served, tmp_path: Path) -> None:
    until(served.ready)
    code, told = refused(tmp_path, served.port)
    assert (code, f"127.0.0.1:{served.port} 不能监听" in told) == (1, True)


def test_being_killed_itself_it_takes_web_server_and_worker_along_and_starts_again_quickly(tmp_path: Path) -> None:
    killed = serve(tmp_path)
    killed.process.kill()
    killed.process.wait()
    until(lambda: killed.processes("granian") == killed.processes("flask", "work") == [])

    begun = monotonic()
    again = serve(tmp_path)
    assert monotonic() - begun < 30  # 2.5 s on a quiet machine
    assert again.end(signal.SIGTERM) == 0
    assert again.processes() == []


def test_what_dies_again_and_again_stops_everything(tmp_path: Path) -> None:
    served = serve(tmp_path)

    def kill_the_worker() -> bool:
        for worker in served.processes("flask", "work"):
            worker.kill()
        return served.process.poll() is not None

    until(kill_the_worker)
    assert served.process.returncode == 1
    assert "后台任务反复退出" in served.told()
    assert served.processes() == []


def test_a_weak_key_does_not_serve_real_people(tmp_path: Path) -> None:
    code, told = refused(tmp_path, free_port(), SECRET_KEY="dev")
    assert (code, "SECRET_KEY 太弱" in told) == (1, True)
    assert not embedded.is_running(tmp_path)


def test_faulty_settings_are_all_told_without_a_traceback(tmp_path: Path) -> None:
    code, told = refused(tmp_path, free_port(), REGION="济南", DATABASE_URL="mysql://x")
    assert code == 2
    assert "REGION" in told
    assert "DATABASE_URL" in told
    assert "Traceback" not in told
