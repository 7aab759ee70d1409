"""The archive as one ZIP, made while it is sent: nothing of it is ever held in memory whole.

Layout after BagIt (RFC 8493): `data/…` untouched originals, `manifest-sha256.txt`, `bag-info.txt`,
`bagit.txt`; checked by `sha256sum -c manifest-sha256.txt` inside the unpacked folder.
"""

import hashlib
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import cycle
from typing import BinaryIO

from registry.kernel.errors import Conflict
from registry.kernel.staging import aligned
from registry.kernel.text import _

CHUNK = 1 << 20
AHEAD = 4  # blocks that may wait to be hashed
MADE = (1980, 1, 1, 0, 0, 0)  # the bytes of a package depend on its files alone, not on when it was sent


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of a package: where it lies inside, and what its bytes hash to."""

    place: str
    sha256: str


class Outlet:
    """What a zipfile writes into and a response reads from."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.sent = 0

    def write(self, data: bytes | memoryview) -> int:
        self.waiting.append(bytes(data))
        self.sent += len(data)
        return len(data)

    def tell(self) -> int:
        return self.sent

    def flush(self) -> None:
        """A zipfile asks for it; there is nothing to flush."""

    def close(self) -> None:
        """Nor anything to close."""

    def take(self) -> Iterator[bytes]:
        taken, self.waiting = self.waiting, []
        yield from taken


Opener = Callable[[str], AbstractContextManager[BinaryIO]]


class Altered(Conflict):
    """The store gave other bytes than were filed: nobody gets them as if they were right."""

    code = "archive.altered"


def package(files: Iterable[Packed], opened: Opener, info: dict[str, str]) -> Iterator[bytes]:
    """Yield the bytes of the ZIP, in constant memory.

    files    in the order they are to lie in the package
    opened   gives a stream over the bytes with that SHA-256
    info     lines of bag-info.txt
    raises   Altered, on the way, when a file is not what its hash says; the ZIP then lacks its directory and opens nowhere
    """
    outlet = Outlet()
    listed = list(files)
    total, blocks = 0, [aligned(CHUNK) for _block in range(AHEAD + 2)]
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive, ThreadPoolExecutor(1, "hash") as hasher:
        for file in listed:
            with archive.open(entry(f"data/{file.place}"), "w", force_zip64=True) as inside, opened(file.sha256) as source:
                for block in judged(source, file, hasher, blocks):
                    inside.write(block)
                    total += len(block)
                    yield from outlet.take()
            yield from outlet.take()
        for name, text in tags(listed, info | {"Payload-Oxum": f"{total}.{len(listed)}"}):
            archive.writestr(entry(name), text)
    yield from outlet.take()


def judged(
    source: BinaryIO, file: Packed, hasher: ThreadPoolExecutor, blocks: Sequence[memoryview],
) -> Iterator[memoryview]:
    """Yield the bytes of a file in `blocks`, which go round, while a thread beside hashes them."""
    found, ahead = hashlib.sha256(), deque[Future[None]]()
    for block in cycle(blocks):
        count = source.readinto(block)  # type: ignore[attr-defined]  # every store's has it
        if not count:
            break
        if len(ahead) == AHEAD:
            ahead.popleft().result()
        ahead.append(hasher.submit(found.update, block[:count]))
        yield block[:count]
    for hashing in ahead:
        hashing.result()
    if found.hexdigest() != file.sha256:
        raise Altered(_("文件“{place}”与登记的校验值不符，未予输出。", place=file.place),
                      remedy=_("请系统管理员运行 flask storage fixity 核对存储。"))


def entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, MADE)
    info.external_attr = 0o444 << 16
    return info


def tags(files: list[Packed], info: dict[str, str]) -> Iterator[tuple[str, str]]:
    written = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info.items()),
        "manifest-sha256.txt": "".join(f"{file.sha256}  data/{file.place}\n" for file in files),
    }
    yield from written.items()
    yield "tagmanifest-sha256.txt", "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in written.items())
