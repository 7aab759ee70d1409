"""Files on their way in: written to local disk and hashed while they arrive, in constant memory."""

import errno
import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.text import _

BLOCK = 1 << 20          # bytes handed on at a time
BLOCKS = 4               # blocks one file may hold: one being filled, the others being hashed
PUSH_AFTER = 32 * BLOCK  # bytes after which the disk is set to work, so that the last wait is short
RESERVE = 256 * BLOCK    # bytes of disk that arriving files leave to everything else
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class TooLarge(Invalid):
    code = "document.too-large"


def need_room(folder: Path, size: int) -> None:
    """Raise Unavailable unless `size` bytes more can be taken in."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < size + RESERVE:
        raise Unavailable(_("服务器磁盘空间不足，暂时不能接收文件。"),
                          remedy=_("请联系系统管理员清理磁盘后再上传。"))


class StagedFile:
    """One arriving file: write to it, `settle` it, read its `path`, `size`, `sha256`; `discard` it then.

    Large files are hashed, and pushed out to the disk, by two threads beside the one that writes. The few
    blocks of memory it uses go round.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Begin a file in `folder` that may grow to `limit` bytes."""
        need_room(folder, 0)
        self.path = folder / f"{uuid4().hex}.part"
        self.size = 0
        self._limit = limit
        self._hash = hashlib.sha256()
        self._block = bytearray(BLOCK)
        self._filled = 0
        self._ahead: deque[tuple[Future[None], bytearray]] = deque()
        self._hasher: ThreadPoolExecutor | None = None
        self._pusher: ThreadPoolExecutor | None = None
        self._pushing: Future[None] | None = None
        self._unpushed = 0
        self._file: BinaryIO = self.path.open("xb+", buffering=0)

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
        while count := stream.readinto(memoryview(self._block)[self._filled:]):
            self._grow(count)

    def settle(self) -> None:
        """Wait until every byte is written and hashed. (The object store sees to it that they last.)"""
        if self._hasher is None:
            self._hash.update(self._put_down())
            self._filled = 0
            return
        self._hand_on()
        while self._ahead:
            self._ahead.popleft()[0].result()
        if self._pushing:
            self._pushing.result()
        self._stop()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Settle, then move: reading begins where writing has ended."""
        self.settle()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell() + self._filled

    def close(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file, unless someone has taken it away under another name."""
        self._stop()
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _grow(self, count: int) -> None:
        self._filled += count
        self.size += count
        if self.size > self._limit:
            raise TooLarge(_("文件超过 {limit} MB 的上限。", limit=self._limit // 1_000_000), field="file")
        if self._filled == BLOCK:
            self._hand_on()

    def _hand_on(self) -> None:
        """Write the block down, let it be hashed, and go on with another."""
        if self._hasher is None:
            self._hasher = ThreadPoolExecutor(1, "hash")
            self._pusher = ThreadPoolExecutor(1, "push")
        written = self._put_down()
        self._ahead.append((self._hasher.submit(self._hash.update, written), self._block))
        self._push(self._filled)
        self._block, self._filled = self._next_block(), 0

    def _next_block(self) -> bytearray:
        if len(self._ahead) < BLOCKS - 1:
            return bytearray(BLOCK)
        hashed, block = self._ahead.popleft()
        hashed.result()
        return block

    def _push(self, count: int) -> None:
        self._unpushed += count
        at_rest = self._pushing is None or self._pushing.done()
        if self._pusher and at_rest and self._unpushed >= PUSH_AFTER:
            self._unpushed = 0
            self._pushing = self._pusher.submit(os.fdatasync, self._file.fileno())

    def _put_down(self) -> memoryview:
        """Write what the block holds into the file, and return it."""
        held = memoryview(self._block)[:self._filled]
        left = held
        try:
            while left:
                left = left[self._file.write(left) or 0:]
        except OSError as failure:
            if failure.errno in FULL:
                raise Unavailable(_("服务器磁盘已满，文件没有收下，请稍后再试。")) from failure
            raise Unavailable(_("服务器磁盘出错，文件没有收下，请稍后再试。")) from failure
        return held

    def _stop(self) -> None:
        for pool in (self._hasher, self._pusher):
            if pool:
                pool.shutdown()
        self._hasher = self._pusher = None
