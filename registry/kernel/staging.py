"""Files on their way in: written to local disk and hashed while they arrive, in constant memory."""

import errno
import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.text import _

BLOCK = 1 << 20         # bytes handed on at a time
BLOCKS_AHEAD = 4        # blocks that may wait to be hashed
PUSH_AFTER = 32 * BLOCK  # bytes after which the disk is set to work, so that the last wait is short
RESERVE = 256 * BLOCK   # bytes of disk that arriving files leave to everything else
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

    Large files are hashed, and pushed out to the disk, by two threads beside the one that writes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Begin a file in `folder` that may grow to `limit` bytes."""
        need_room(folder, 0)
        self.path = folder / f"{uuid4().hex}.part"
        self.size = 0
        self._limit = limit
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._file: BinaryIO = self.path.open("xb+", buffering=0)
        self._hasher: ThreadPoolExecutor | None = None
        self._pusher: ThreadPoolExecutor | None = None
        self._ahead: deque[Future[None]] = deque()
        self._pushing: Future[None] | None = None
        self._unpushed = 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        self._waiting += data
        self.size += len(data)
        if self.size > self._limit:
            raise TooLarge(_("文件超过 {limit} MB 的上限。", limit=self._limit // 1_000_000), field="file")
        if len(self._waiting) >= BLOCK:
            self._hand_on()
        return len(data)

    def receive(self, stream: BinaryIO) -> None:
        """Write everything `stream` yields."""
        while block := stream.read(BLOCK):
            self.write(block)

    def settle(self) -> None:
        """Wait until every byte is written and hashed. (The object store sees to it that they last.)"""
        if self._hasher is None:
            self._put_down(bytes(self._waiting))
            self._hash.update(self._waiting)
            self._waiting.clear()
            return
        self._hand_on()
        while self._ahead:
            self._ahead.popleft().result()
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
        return self._file.tell() + len(self._waiting)

    def close(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file, unless someone has taken it away under another name."""
        self._stop()
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _hand_on(self) -> None:
        block = bytes(self._waiting)
        self._waiting.clear()
        if self._hasher is None:
            self._hasher = ThreadPoolExecutor(1, "hash")
            self._pusher = ThreadPoolExecutor(1, "push")
        self._put_down(block)
        self._ahead.append(self._hasher.submit(self._hash.update, block))
        if len(self._ahead) > BLOCKS_AHEAD:
            self._ahead.popleft().result()
        self._push(len(block))

    def _push(self, count: int) -> None:
        self._unpushed += count
        at_rest = self._pushing is None or self._pushing.done()
        if self._pusher and at_rest and self._unpushed >= PUSH_AFTER:
            self._unpushed = 0
            self._pushing = self._pusher.submit(os.fdatasync, self._file.fileno())

    def _put_down(self, block: bytes) -> None:
        left = memoryview(block)
        try:
            while left:
                left = left[self._file.write(left) or 0:]
        except OSError as failure:
            if failure.errno in FULL:
                raise Unavailable(_("服务器磁盘已满，文件没有收下，请稍后再试。")) from failure
            raise Unavailable(_("服务器磁盘出错，文件没有收下，请稍后再试。")) from failure

    def _stop(self) -> None:
        for pool in (self._hasher, self._pusher):
            if pool:
                pool.shutdown()
        self._hasher = self._pusher = None
