"""Files on their way in: written once, where they are to stay, and hashed while they grow, in constant memory."""

import errno
import fcntl
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from mmap import mmap
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, cast
from uuid import uuid4

from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.text import _

BLOCK = 1 << 20          # bytes handed on at a time
PUSH_AFTER = 32 * BLOCK  # bytes after which the disk is set to work, so that the last wait is short
RESERVE = 256 * BLOCK    # bytes of disk that arriving files leave to everything else
UNFINISHED = 500         # hashes kept of files that arrive in pieces
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class TooLarge(Invalid):
    code = "document.too-large"


def need_room(folder: Path, size: int) -> None:
    """Raise Unavailable unless `size` bytes more can be taken in."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < size + RESERVE:
        raise Unavailable(_("服务器磁盘空间不足，暂时不能接收文件。"),
                          remedy=_("请联系系统管理员清理磁盘后再上传。"))


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def aligned(size: int) -> memoryview:
    """Return memory that begins on a page of its own: a kernel copies into it in half the time."""
    return memoryview(mmap(-1, size))


class Hashing:
    """The SHA-256 of a growing file. It follows the file on disk, so that what is hashed is what lies there."""

    def __init__(self) -> None:
        self._done = 0  # bytes
        self._hash = hashlib.sha256()
        self._block = memoryview(b"")
        self._one_at_a_time = Lock()

    def follow(self, path: Path, end: int) -> None:
        """Hash on, up to `end` bytes into the file, once whoever else does so has stopped."""
        with self._one_at_a_time, path.open("rb", buffering=0) as file:
            while self._done < end:
                self._block = block = self._block or aligned(BLOCK)
                count = os.preadv(file.fileno(), [block[:end - self._done]], self._done)
                if not count:
                    raise Unavailable(_("服务器磁盘出错，文件没有收下，请稍后再试。"))
                self._hash.update(block[:count])
                self._done += count

    def rest(self) -> None:
        """Give back what hashing needs beside the hash; it is taken again with the next byte."""
        with self._one_at_a_time:
            self._block = memoryview(b"")

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class Unfinished:
    """Hashes of files that are still arriving, for whoever goes on with one. They may lag behind what is here.

    Only what was acknowledged is built upon: it does not change any more, whichever process receives what comes next.
    Kept by one process for itself. One that is not known here costs a reading of the file at the end, no more.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[Hashing, int, tuple[int, int]]] = OrderedDict()

    def take(self, path: Path, here: int) -> Hashing | None:
        """Return a hash to go on with behind the first `here` bytes of a file; None when it is not known.

        It is whoever's that took it: nobody else knows how far it has gone.
        """
        hashing, acknowledged, place = self._kept.pop(path, (None, 0, (0, 0)))
        if here == 0:
            return Hashing()
        return hashing if acknowledged <= here and place == place_of(path) else None

    def keep(self, path: Path, here: int, hashing: Hashing) -> None:
        """Keep a hash to go on with that covers, or soon will, the `here` bytes of a file that are acknowledged."""
        with suppress(FileNotFoundError):  # it has been finished meanwhile
            self._kept[path] = hashing, here, place_of(path)
        while len(self._kept) > UNFINISHED:
            with suppress(KeyError):  # another thread has just done the same
                self._kept.popitem(last=False)


def place_of(path: Path) -> tuple[int, int]:
    """Return what tells a file from another of the same name."""
    found = path.stat()
    return found.st_dev, found.st_ino


unfinished = Unfinished()


class Beside:
    """One thread that helps the one that writes. What goes wrong with its work is raised by `wait`."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._works: list[Future[None]] = []

    @property
    def at_rest(self) -> bool:
        return not self._works or self._works[-1].done()

    def do(self, work: Callable[..., None], *given: Any) -> None:
        """Let it do this after everything else."""
        self._works.append(self._thread.submit(work, *given))

    def wait(self) -> None:
        for work in self._works:
            work.result()

    def close(self, *, wait: bool = True) -> None:
        """Take no more work; what it has been given it does."""
        self._thread.shutdown(wait)


class StagedFile:
    """One arriving file: write to it, `settle` it, read its `path`, `size`, `sha256`; `discard` it then.

    A large file is hashed, and pushed out to the disk, by two threads beside the one that writes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Begin a file in `folder` that may grow to `limit` bytes."""
        need_room(folder, 0)
        self.path = folder / f"{uuid4().hex}.part"
        self._start(self.path.open("xb+", buffering=0), 0, limit, Hashing())

    def _start(self, file: Any, here: int, limit: int, hashing: Hashing | None) -> None:
        self.size = here
        self._file: BinaryIO = file
        self._block = aligned(BLOCK)
        self._filled = 0                 # bytes of the block that wait to be written
        self._limit = limit
        self._hashing = hashing
        self._pushed_to = here
        self._hasher: Beside | None = None
        self._pusher: Beside | None = None

    def write(self, data: bytes | bytearray | memoryview) -> int:
        rest = memoryview(data)
        while rest:
            count = min(len(rest), BLOCK - self._filled)
            self._block[self._filled:self._filled + count] = rest[:count]
            self._grow(count)
            rest = rest[count:]
        return len(data)

    def receive(self, stream: Any) -> None:
        """Write everything the binary `stream` yields, by its readinto() where it has one."""
        if not hasattr(stream, "readinto"):
            while data := stream.read(BLOCK):
                self.write(data)
            return
        while count := stream.readinto(self._block[self._filled:]):
            self._grow(count)

    def hasten(self) -> None:
        """Nothing more will come: let the rest be hashed and pushed while something else is done."""
        self._put_down()
        if self._hasher:
            self._hash_on()
            self._push_on()

    def settle(self) -> None:
        """Wait until every byte is written and hashed. (The object store sees to it that they last.)"""
        self.hasten()
        for helper in (self._hasher, self._pusher):
            if helper:
                helper.wait()
        if self._hashing:
            self._hashing.follow(self.path, self.size)

    @property
    def sha256(self) -> str:
        assert self._hashing  # noqa: S101 — only a later piece of a file may go without
        return self._hashing.hexdigest()

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to where reading goes on; writing always goes on at the end."""
        self._put_down()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file, unless someone has taken it away under another name."""
        self._release()
        self.path.unlink(missing_ok=True)

    def _too_large(self) -> TooLarge:
        return TooLarge(_("文件超过 {limit} MB 的上限。", limit=self._limit // 1_000_000), field="file")

    def _grow(self, count: int) -> None:
        self._filled += count
        self.size += count
        if self.size > self._limit:
            raise self._too_large()
        if self._filled == BLOCK:
            self._put_down()
            self._get_help()

    def _put_down(self) -> None:
        """Write what the block holds behind what the file has."""
        left = self._block[:self._filled]
        try:
            while left:
                left = left[os.pwrite(self._file.fileno(), left, self.size - len(left)):]
        except OSError as failure:
            if failure.errno in FULL:
                raise Unavailable(_("服务器磁盘已满，文件没有收下，请稍后再试。")) from failure
            raise Unavailable(_("服务器磁盘出错，文件没有收下，请稍后再试。")) from failure
        self._filled = 0

    def _get_help(self) -> None:
        """Let the threads beside go on with what has come, once they have done what came before."""
        if not (self._hasher and self._pusher):
            self._hasher, self._pusher = Beside("hash"), Beside("push")
        if self._hasher.at_rest:
            self._hash_on()
        if self.size - self._pushed_to >= PUSH_AFTER and self._pusher.at_rest:
            self._push_on()

    def _hash_on(self) -> None:
        if self._hasher and self._hashing:
            self._hasher.do(self._hashing.follow, self.path, self.size)

    def _push_on(self) -> None:
        if self._pusher and self._pushed_to < self.size:
            self._pushed_to = self.size
            self._pusher.do(os.fdatasync, self._file.fileno())

    def _release(self) -> None:
        if self._hasher:
            self._hasher.close(wait=False)
        if self._pusher:
            self._pusher.close()
        self._hasher = self._pusher = None
        self._file.close()


class Piece(StagedFile):
    """The next bytes of a file that arrives in several pieces, written where they belong: behind those that are here.

    It is its file's only writer. Whoever begins a piece while another still seems to come (a line that broke
    unnoticed) goes on with the file, and the other is left with one that nobody will read.
    """

    def __init__(self, path: Path, here: int, skipped: int, limit: int) -> None:
        """Go on behind the first `here` bytes of the file at `path`.

        skipped  how many bytes of the piece are here already
        limit    bytes of the whole file
        """
        self.path = path
        self._skip = skipped
        self._start(claimed(path, here), here, limit, unfinished.take(path, here))

    def _grow(self, count: int) -> None:
        skipped = min(self._skip, count)
        if skipped:  # nothing else is in the block then
            self._skip -= skipped
            self._block[:count - skipped] = bytes(self._block[skipped:count])
        super()._grow(count - skipped)

    def settle(self) -> None:
        """Wait until every byte lasts. The hash may take longer: whoever takes it goes on with it."""
        self.hasten()
        if self._pusher:
            self._pusher.wait()
        os.fdatasync(self._file.fileno())

    @property
    def standing(self) -> bool:
        """Whether nobody else has gone on with the file meanwhile."""
        return self.path.exists() and os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())

    def hand_on(self) -> None:
        """Now that the bytes are acknowledged, let the file go and keep its hash for whoever goes on with it."""
        if self._hashing:
            unfinished.keep(self.path, self.size, self._hashing)
        if self._hashing and self._hasher:
            self._hasher.do(self._hashing.rest)
        self.discard()

    def discard(self) -> None:
        """Let the file go; it stays for the piece that comes next."""
        self._release()

    def _too_large(self) -> TooLarge:
        return TooLarge(_("收到的内容比声明的 {size} 字节多，请重新选择文件上传。", size=self._limit), field="file")


def claimed(path: Path, here: int) -> BinaryIO:
    """Open the file of a piece for its one writer, cut to the first `here` bytes: more than those nobody vouches for."""
    path.touch()
    file = path.open("rb+", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            return taken_over(path, file, here)
    file.truncate(here)
    return cast("BinaryIO", file)


def taken_over(path: Path, file: BinaryIO, here: int) -> BinaryIO:
    """Put a copy of the first `here` bytes in the place of a file that another still writes to, and open it."""
    fresh = path.with_suffix(".part")
    copy = fresh.open("wb+", buffering=0)
    fcntl.flock(copy, fcntl.LOCK_EX)
    while (left := here - copy.tell()) and os.copy_file_range(file.fileno(), copy.fileno(), left):
        pass
    os.fdatasync(copy.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
    return cast("BinaryIO", copy)
