"""The archive as one ZIP, made while it is sent: nothing of it is ever held in memory whole.

Layout after BagIt (RFC 8493): `data/…` untouched originals, `manifest-sha256.txt`, `bag-info.txt`,
`bagit.txt`; checked by `sha256sum -c manifest-sha256.txt` inside the unpacked folder.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1 << 20
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

    def write(self, data: bytes) -> int:
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


def package(files: Iterable[Packed], opened: Opener, info: dict[str, str]) -> Iterator[bytes]:
    """Yield the bytes of the ZIP.

    files    in the order they are to lie in the package
    opened   gives a stream over the bytes with that SHA-256
    info     lines of bag-info.txt
    """
    outlet = Outlet()
    listed = list(files)
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for file in listed:
            with archive.open(entry(f"data/{file.place}"), "w", force_zip64=True) as inside, opened(file.sha256) as source:
                while block := source.read(CHUNK):
                    inside.write(block)
                    yield from outlet.take()
            yield from outlet.take()
        for name, text in tags(listed, info):
            archive.writestr(entry(name), text)
    yield from outlet.take()


def entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, MADE)
    info.external_attr = 0o444 << 16
    return info


def tags(files: list[Packed], info: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    yield "bag-info.txt", "".join(f"{name}: {value}\n" for name, value in info.items())
    yield "manifest-sha256.txt", "".join(f"{file.sha256}  data/{file.place}\n" for file in files)
