"""The process that forks an inspector for each file: what becomes of a file when one of them dies or hangs."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from registry.documents.inspecting import HOUSE, Inspectors, inspectors
from registry.documents.inspection import ask_inspector
from tests.documents import samples

Answer = Future[dict[str, Any]]


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "现场 照片.jpg"
    path.write_bytes(samples.photograph())
    return path


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """A file whose first byte never comes."""
    os.mkfifo(tmp_path / "silent")
    return tmp_path / "silent"


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def soon(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + 20
    while not (answer := found()):
        assert time.monotonic() < until, "it never came to pass"
        time.sleep(0.02)
    return answer


def forks(server: int | None) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]
    except FileNotFoundError:
        return []


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def ask_aside(aside: ThreadPoolExecutor, inspector: str, path: Path, patience: float = 60) -> tuple[Answer, int]:
    """Have a file looked into. Return the answer to come, and the process that looks, confined already."""
    ask_inspector("opaque", HOUSE / "wsgi.py")
    soon(lambda: not forks(inspectors.pid))
    answer = aside.submit(ask_inspector, inspector, path, patience)
    looking = soon(lambda: forks(inspectors.pid))[0]
    soon(lambda: resource.prlimit(looking, resource.RLIMIT_NOFILE) == (32, 32))
    return answer, looking


def test_files_that_arrive_together_are_told_apart(photograph: Path, tmp_path: Path, aside: ThreadPoolExecutor) -> None:
    broken = tmp_path / "x.pdf"
    broken.write_bytes(samples.pdf()[:-200])
    asked = [("picture", photograph), ("pdf", broken)] * 20
    answers = list(aside.map(lambda each: ask_inspector(*each), asked))
    assert [each.get("refused") for each in answers] == [None, "truncated"] * 20
    assert all(each["facts"]["camera"] == "HUAWEI Mate 60" for each in answers[::2])


def test_an_inspector_has_little_memory_little_time_and_nothing_of_ours(
    silent: Path, aside: ThreadPoolExecutor,
) -> None:
    answer, looking = ask_aside(aside, "pdf", silent)
    assert resource.prlimit(looking, resource.RLIMIT_CPU) == (30, 30)
    assert resource.prlimit(looking, resource.RLIMIT_AS) == (1 << 30, 1 << 30)
    assert resource.prlimit(looking, resource.RLIMIT_FSIZE) == (0, 0)
    assert Path(f"/proc/{looking}/environ").read_bytes() == b""
    held = sorted(str(each.readlink()).partition(":")[0] for each in Path(f"/proc/{looking}/fd").iterdir())
    assert held == ["/dev/null", "/dev/null", "socket"]
    os.kill(looking, signal.SIGKILL)
    assert answer.result() == {}


def test_a_file_that_takes_all_the_memory_is_a_bomb() -> None:
    assert ask_inspector("opaque", Path("/dev/zero")) == {"refused": "bomb"}


def test_an_inspector_that_has_used_up_its_time_has_said_nothing(tmp_path: Path, aside: ThreadPoolExecutor) -> None:
    endless = tmp_path / "endless"
    endless.touch()
    os.truncate(endless, 1 << 40)
    answer, looking = ask_aside(aside, "revit", endless)  # which reads until it finds a mark
    resource.prlimit(looking, resource.RLIMIT_CPU, (1, 1))
    assert answer.result() == {}
    soon(lambda: gone(looking))


def test_an_inspector_that_hangs_is_killed_and_keeps_nobody_waiting(
    silent: Path, photograph: Path, aside: ThreadPoolExecutor,
) -> None:
    answer, looking = ask_aside(aside, "pdf", silent, 1)
    assert "facts" in ask_inspector("picture", photograph)
    assert answer.result() == {}
    soon(lambda: gone(looking))


def test_when_the_server_dies_the_file_in_hand_is_looked_into_and_the_next_one_too(
    photograph: Path, tmp_path: Path, aside: ThreadPoolExecutor,
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(samples.jpeg((9_000, 9_000)))
    ask_inspector("picture", photograph)
    server = inspectors.pid
    assert server
    answer, _looking = ask_aside(aside, "picture", large)
    os.kill(server, signal.SIGKILL)
    assert "facts" in ask_inspector("picture", photograph)
    assert inspectors.pid != server
    assert answer.result()["facts"]["width"] == 9_000


def test_nobody_looks_on_when_the_one_who_asked_has_been_killed(silent: Path) -> None:
    script = (
        "import pathlib, sys, threading, time; from registry.documents.inspection import ask_inspector, inspectors\n"
        "threading.Thread(target=ask_inspector, args=('pdf', pathlib.Path(sys.argv[1]))).start()\n"
        "while not inspectors.pid: time.sleep(0.01)\n"
        "print(inspectors.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(silent)], cwd=HOUSE, stdout=subprocess.PIPE,
                          text=True) as asker:
        assert asker.stdout
        server = int(asker.stdout.readline())
        looking = soon(lambda: forks(server))[0]
        asker.kill()
    soon(lambda: gone(server) and gone(looking))


def test_the_server_ends_in_order_with_the_one_who_asked(photograph: Path) -> None:
    script = (
        "import pathlib, sys; from registry.documents.inspection import ask_inspector, inspectors\n"
        "assert 'facts' in ask_inspector('picture', pathlib.Path(sys.argv[1])); print(inspectors.pid)"
    )
    ran = subprocess.run([sys.executable, "-W", "error", "-c", script, str(photograph)], cwd=HOUSE,
                         capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert gone(int(ran.stdout))


def test_a_server_nobody_asks_any_more_is_ended(photograph: Path) -> None:
    others = Inspectors()
    assert others.pid is None
    others.ask("picture", photograph, 60)
    server = others.pid
    assert server
    del others
    assert gone(server)
