"""The inspectors as the registry sees them: one process that forks for each file (inspectors.server).

A web process has threads and must not fork itself, and a fresh interpreter for each file costs more than most files
do. The server is started by the first question, and ends when we do, however we die, with all its forks.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path

from registry.kernel.errors import Unavailable
from registry.kernel.text import _

HOUSE = Path(__file__).parents[2]
LONGEST = 1 << 16  # bytes an answer has room for


class Server:
    """The process, and our end of the line to it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-s", "-m", "registry.documents.inspectors.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                cwd=HOUSE, env={}, start_new_session=True,
            )
        weakref.finalize(self, end, self.owner, self.line, self.process)

    @property
    def usable(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None

    def stop(self) -> None:
        """Answer no further question; a file that is being looked into is looked into to the end."""
        self.process.kill()
        self.process.wait()


def end(owner: int, line: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    """Leave no process behind. In a fork of the owner only the copy of the line is closed."""
    line.close()
    if owner == os.getpid() and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Inspectors:
    """Whoever looks into files, one for each. Safe in any thread; starts nothing until asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: Server | None = None

    def ask(self, inspector: str, path: Path, patience: float) -> bytes:
        """Return what the inspector wrote about a file: nothing when it died, half of it when it took too long.

        patience   seconds on the clock, after which it is killed
        raises     Unavailable when none can be had
        """
        until = time.monotonic() + patience
        question = os.fsencode(f"{inspector} {path}")
        for _again in range(2):  # the server may have died since it was asked last
            with suppress(OSError, EOFError):
                return self._answer(question, until)
        raise Unavailable(_("文件检查程序没有应答，请稍后再试。"))

    @property
    def pid(self) -> int | None:
        """The server, for operators and tests."""
        return self._server.process.pid if self._server else None

    def _answer(self, question: bytes, until: float) -> bytes:
        """Have one question answered. Raises OSError or EOFError when nobody has begun to."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                server = self._hand_over(question, theirs)
            try:
                ours.settimeout(left(until))
                begun, handles, _flags, _address = socket.recv_fds(ours, 1, 1)
                if not begun:
                    raise EOFError
            except (OSError, EOFError):
                self._drop(server)
                raise
            return heard(ours, handles[0], until)

    def _hand_over(self, question: bytes, theirs: socket.socket) -> Server:
        with self._lock:
            if self._server is None or not self._server.usable:
                self._server = Server()
            socket.send_fds(self._server.line, [question], [theirs.fileno()])
            return self._server

    def _drop(self, server: Server) -> None:
        """Have the next question asked of another server."""
        with self._lock:
            server.stop()


inspectors = Inspectors()


def heard(line: socket.socket, handle: int, until: float) -> bytes:
    """Return all that comes until the other side has ended, or time has: it is killed by its handle then."""
    said = bytearray()
    try:
        while len(said) < LONGEST:
            line.settimeout(left(until))
            block = line.recv(LONGEST)
            if not block:
                break
            said += block
    except TimeoutError:
        pass  # half an answer is none
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    return bytes(said)


def left(until: float) -> float:
    """Seconds until a monotonic instant, never quite nothing: 0 would mean not to wait at all."""
    return max(until - time.monotonic(), 0.001)
