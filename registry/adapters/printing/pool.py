"""The printer as the registry sees it: a few warm worker processes, handed to one caller at a time.

WeasyPrint is not thread-safe and facts can be made to eat memory, so nothing is rendered here. Each worker is
a fresh `python -m registry.adapters.printing.worker` (never a fork of a process with threads) on one end of a
socket pair; it ends when our end closes, so it cannot outlive us however we die.
"""

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.adapters import fonts as faces
from registry.adapters.printing.frames import Kind, receive, send
from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.text import _

ROOT = Path(__file__).parents[3]


class PrinterFailed(Unavailable):
    """The printing process died, took too long, or was never free."""

    code = "printer.failed"


class MissingGlyphs(Invalid):
    """The facts hold characters that no font has, or that a reader could not tell apart."""

    code = "printer.missing-glyphs"


class DoesNotFit(Invalid):
    """Something in the facts, such as an image, cannot be read or placed."""

    code = "printer.unusable"


class NotPlain(TypeError):
    """A caller gave the printer an object instead of the words on it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use."""

    seconds: float = 20             # for one document
    start_seconds: float = 60       # to get warm; long the first time, when fontconfig reads the fonts
    waiting_seconds: float = 60     # for a free worker
    memory: int = 1536 << 20        # bytes of address space
    jobs: int = 500                 # documents before a fresh worker takes over


class Worker:
    """One printing process, and our end of the line to it."""

    def __init__(self, templates: Path, fonts: Path, limits: Limits) -> None:
        self.limits = limits
        self.owner = os.getpid()
        self.jobs = 0
        self.warm = False
        self.line, theirs = socket.socketpair()
        with theirs:
            asked = (theirs.fileno(), templates, limits.memory, limits.seconds)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "registry.adapters.printing.worker", *map(str, asked)],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env=os.environ | {
                    "FONTCONFIG_FILE": str(faces.write_config(fonts)), "PYTHONPATH": str(ROOT),
                    "LC_ALL": "C.UTF-8",
                },
            )

    def ask(self, kind: Kind, body: bytes) -> tuple[Kind, bytes]:
        """Have one document made. After TimeoutError, EOFError or OSError the worker is good for nothing."""
        if not self.warm:
            receive(self.line, time.monotonic() + self.limits.start_seconds)
            self.warm = True
        self.jobs += 1
        until = time.monotonic() + self.limits.seconds
        send(self.line, kind, body, until)
        return receive(self.line, until)

    @property
    def usable(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None and self.jobs < self.limits.jobs

    def end(self) -> None:
        """Leave no process behind. In a fork of the owner only the copy of the line is closed."""
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self.line.close()


class WeasyPrinter:
    """Prints templates/print/<template>.html and .svg. Safe in any thread; starts nothing until asked.

    templates  the folder of the forms
    fonts      the folder made by `python -m registry.adapters.fonts`; without it printing works, only slower
    workers    how many documents may be made at the same time
    """

    def __init__(self, templates: Path, fonts: Path, workers: int = 1, limits: Limits | None = None) -> None:
        self.templates = templates.absolute()
        self.fonts = fonts.absolute()
        self.limits = limits or Limits()
        # The warmest worker comes first; None is a place whose worker has yet to be started.
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _place in range(workers):
            self._free.put(None)
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._open = True
        self._finalize = weakref.finalize(self, end_all, self._workers)

    def pdf(self, template: str, facts: Mapping[str, object]) -> bytes:
        """Render <template>.html with plain `facts` to PDF/A-3a, the facts attached as record.json.

        Same facts, same bytes. Raises MissingGlyphs or DoesNotFit (Invalid); PrinterFailed (Unavailable).
        """
        return self._print(Kind.PDF, template, facts)

    def svg(self, template: str, facts: Mapping[str, object]) -> bytes:
        """Render <template>.svg with plain `facts`, every text as outlines. Raises as pdf() does."""
        return self._print(Kind.SVG, template, facts)

    def start(self) -> None:
        """Start the workers now, so that the first document need not wait for one to get warm."""
        places = [self._take() for _place in range(self._free.qsize())]
        for worker in places:
            self._free.put(worker if worker is not None else self._spawn())

    @property
    def pids(self) -> list[int]:
        """The processes at work, for operators and tests."""
        with self._lock:
            return sorted(worker.process.pid for worker in self._workers)

    def close(self) -> None:
        """End the workers, busy ones too. Afterwards every call raises PrinterFailed."""
        self._open = False
        with self._lock:
            end_all(self._workers)

    def _print(self, kind: Kind, template: str, facts: Mapping[str, object]) -> bytes:
        body = json.dumps({"template": template, "facts": plain(facts)}).encode()
        try:
            with self._worker() as worker:
                answer, said = worker.ask(kind, body)
        except TimeoutError:
            raise PrinterFailed(_("打印超过 {seconds:g} 秒，已中止。", seconds=self.limits.seconds)) from None
        except (EOFError, OSError):
            raise PrinterFailed(_("打印进程意外结束，本次没有打印。"), remedy=_("请稍后重试。")) from None
        return understood(answer, said)

    @contextlib.contextmanager
    def _worker(self) -> Iterator[Worker]:
        """Lend a worker. One that was not given back in order may still be at its old task: it is ended."""
        held = self._take()
        returned = None
        try:
            if held is None or not held.usable:
                self._discard(held)
                held = None
                held = self._spawn()
            yield held
            returned = held if held.usable else self._renewed(held)
        finally:
            if returned is None:
                self._discard(held)
            self._free.put(returned)

    def _take(self) -> Worker | None:
        """Wait for a place at the press; None means that its worker has yet to be started."""
        try:
            return self._free.get(timeout=self.limits.waiting_seconds)
        except queue.Empty:
            raise PrinterFailed(_("打印任务过多，请稍后重试。")) from None

    def _spawn(self) -> Worker:
        with self._lock:
            if not self._open:
                raise PrinterFailed(_("打印服务已关闭。"))
            worker = Worker(self.templates, self.fonts, self.limits)
            self._workers.add(worker)
            return worker

    def _renewed(self, spent: Worker) -> Worker | None:
        """A fresh worker in place of a spent one; it gets warm while nobody waits for it."""
        self._discard(spent)
        with contextlib.suppress(PrinterFailed):
            return self._spawn()
        return None

    def _discard(self, worker: Worker | None) -> None:
        if worker is not None:
            with self._lock:
                self._workers.discard(worker)
            worker.end()


def end_all(workers: set[Worker]) -> None:
    while workers:
        workers.pop().end()


def understood(answer: Kind, said: bytes) -> bytes:
    """Return the document, or raise what the worker says is wrong with the facts."""
    if answer is Kind.DONE:
        return said
    words = said.decode()
    if answer is Kind.UNCOVERED:
        raise MissingGlyphs(
            _("字库中没有这些字：{characters}，不能打印。", characters=words),
            remedy=_("请核对用字；确有此字的，请联系系统管理员补充字库。"),
        )
    if answer is Kind.TWINS:
        raise MissingGlyphs(
            _("这些字字形相同而编码不同，印出后无法分辨：{characters}。", characters=words),
            remedy=_("请改用通用汉字，不要用部首或兼容字。"),
        )
    raise DoesNotFit(_("文书中的图像或内容无法打印：{what}", what=words), remedy=_("请重新提供图像。"))


def plain(value: object) -> object:
    """Return facts as JSON can carry them, days as 2026-03-02. Raises NotPlain at anything else."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    raise NotPlain(type(value).__name__)
