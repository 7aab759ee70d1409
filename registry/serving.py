"""The supervisor: `python -m registry.serving [--demo]` starts all that serves, watches it, and ends all of it.

Order: embedded PostgreSQL (where no other is given) → schema and standards → web server → worker. Each child
leads a session of its own, so that Ctrl-C reaches the supervisor alone, and a dead child's own children can be
found and ended with it. A child that dies is started again; one that dies again and again stops everything.
The database goes last.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import click

from registry.adapters import embedded, migrating
from registry.config import ROOT, Config, Misconfigured
from registry.kernel.errors import Refusal
from registry.kernel.text import _

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi:app")
WEB, WORKER = "网页服务", "后台任务"
BEAT = 0.1                 # seconds between looks at the children
GRACE = 15.0               # seconds a child has to end by itself
READY_WITHIN = 60.0        # seconds from the start of the web server to its first answer
DEATHS, WITHIN = 5, 60.0   # so many deaths of one child in so many seconds are too many

Process = subprocess.Popen[str]


class CannotServe(Exception):
    """Something without which there is no serving; `str()` says what, in Chinese."""


class ToldToStop(Exception):
    """SIGINT, SIGTERM or SIGHUP came while something was being waited for."""


@dataclass(slots=True)
class Child:
    """A process that is meant to run as long as we do."""

    name: str
    process: Process
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))

    def dead(self) -> bool:
        return self.process.poll() is not None

    def too_often(self) -> bool:
        """Note a death; return whether there have been too many of late."""
        self.deaths.append(monotonic())
        return len(self.deaths) == DEATHS and self.deaths[-1] - self.deaths[0] < WITHIN


@dataclass(slots=True)
class House:
    """All that serves, for one configuration. `env` is what the children are given."""

    config: Config
    env: Mapping[str, str]
    stop: Event = field(default_factory=Event)
    children: dict[str, Child] = field(default_factory=dict)

    def serve(self) -> None:
        """Serve until told to stop. Raises CannotServe, with everything ended, when that cannot be."""
        self.check()
        with database(self.config) as url, suppress(ToldToStop):
            try:
                self.start(stands=migrating.present(url) == (migrating.newest() or None))
                self.watch()
            finally:
                self.end()

    def check(self) -> None:
        """Refuse what would fail later, or harm: a port that is taken, weak secrets before real people."""
        if not self.config.demo and (found := self.config.weaknesses()):
            raise CannotServe("\n".join([_("设置不安全，不对外服务："), *found]))
        with socket.socket(socket.AF_INET6 if ":" in self.config.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.config.host, self.config.port))
            except OSError as taken:
                raise CannotServe(
                    _("{host}:{port} 不能监听（{why}）。请停止占用它的程序，或用 PORT 换一个端口。",
                      host=self.config.host, port=self.config.port, why=taken.strerror)
                ) from taken

    def start(self, *, stands: bool) -> None:
        """Bring everything up, the web server as early as may be.

        stands  whether the schema is in place: then it and the standards are looked after when people are served
                already, and not before
        """
        init = (*FLASK, "init", *(["--demo"] if self.config.demo else []))
        if not stands:
            tell(_("正在建立数据库……"))
            landmarks = self.done(init)
        self.launch(WEB)
        if not self.config.demo:
            self.done((*FLASK, "doctor"))
        self.wait_until_ready()
        click.echo(_("筑责已启动：{url}    按 Ctrl-C 停止", url=f"http://{self.config.host}:{self.config.port}"))
        self.launch(WORKER)
        if stands:
            landmarks = self.done(init)
        click.echo(landmarks, nl=False)

    def launch(self, name: str) -> None:
        self.children[name] = Child(name, self.spawn(self.command(name)))

    def command(self, name: str) -> Sequence[str]:
        if name == WORKER:
            return (*FLASK, "work")
        return (
            sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws",
            "--host", self.config.host, "--port", str(self.config.port),
            "--workers", str(self.config.web_workers), "--blocking-threads", str(self.config.web_threads),
            "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "error", "wsgi:app",
        )

    def spawn(self, command: Sequence[str], stdout: int | None = None) -> Process:
        """Start a process in a session of its own, which ends when we are killed."""
        tied = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
        return subprocess.Popen(
            [*tied, *command], cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=stdout, text=True,
            start_new_session=True,
        )

    def done(self, command: Sequence[str]) -> str:
        """Run `command` to its end and return what it printed. Raises CannotServe when it fails."""
        process = self.spawn(command, subprocess.PIPE)
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    said, _err = process.communicate(timeout=BEAT)
                    break
                self.go_on()
        finally:
            end(process)
        if process.returncode:
            raise CannotServe("\n".join([said.strip(), _("准备没有完成：flask {name}。", name=" ".join(command[len(FLASK):]))]))
        return said

    def wait_until_ready(self) -> None:
        deadline = monotonic() + READY_WITHIN
        while not answers(self.config):
            for child in self.children.values():
                if child.dead():
                    raise CannotServe(_("{name}无法启动（退出码 {code}）。", name=child.name, code=child.process.returncode))
            if monotonic() > deadline:
                raise CannotServe(_("网页服务在 {seconds:.0f} 秒内没有应答 /readyz。", seconds=READY_WITHIN))
            self.go_on()

    def go_on(self) -> None:
        if self.stop.wait(BEAT):
            raise ToldToStop

    def watch(self) -> None:
        while not self.stop.wait(BEAT):
            if not self.config.database_url and not embedded.is_running(self.config.var):
                tell(_("数据库意外停止，正在重新启动。"))
                embedded.start(self.config.var)
            for child in self.children.values():
                if child.dead():
                    self.mend(child)

    def mend(self, child: Child) -> None:
        code = child.process.returncode
        end(child.process)
        if child.too_often():
            raise CannotServe(_("{name}反复退出（退出码 {code}），已停止全部服务。", name=child.name, code=code))
        tell(_("{name}意外退出（退出码 {code}），正在重新启动。", name=child.name, code=code))
        child.process = self.spawn(self.command(child.name))

    def end(self) -> None:
        for child in self.children.values():
            child.process.terminate()
        for child in self.children.values():
            end(child.process)


def end(process: Process) -> None:
    """End a process and all of its session: kindly, and when that takes too long, not."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(config: Config) -> bool:
    """Return whether the web server is ready for people."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 — asked of, not listened on
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def database(config: Config) -> Iterator[str]:
    """Have the database running; yield its address."""
    with nullcontext(config.database_url) if config.database_url else embedded.using(config.var) as url:
        yield url


def tell(message: str) -> None:
    click.echo(message, err=True)


def children_env(config: Config, env: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with every path made whole: children run in the project's folder, wherever we do."""
    return {**env, "VAR": str(config.var), "STORAGE_URL": config.storage_url, "PYTHONUNBUFFERED": "1"}


@click.command(help="启动筑责的全部服务，直到 Ctrl-C 或 SIGTERM。")
@click.option("--demo", is_flag=True, help="演示：空库填入演示城市，每页注明演示数据。")
def main(demo: bool) -> None:
    env = {**os.environ, "DEMO": "1"} if demo else dict(os.environ)
    try:
        config = Config.from_env(env)
    except Misconfigured as fault:
        tell(str(fault))
        sys.exit(2)
    house = House(config, children_env(config, env))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_signal: house.stop.set())
    try:
        house.serve()
    except (CannotServe, Refusal) as no:
        tell(str(no))
        sys.exit(1)


if __name__ == "__main__":
    main()
