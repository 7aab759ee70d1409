"""Large bodies over WSGI as a server hands them on: piece by piece from a file, never whole in memory."""

import io
import json
import os
import re
from pathlib import Path
from typing import Any, BinaryIO

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from tests.documents import samples

MEBI = 1 << 20
EDGE = "----WebKitFormBoundary7MA4YWxkTrZu0gW3"  # as long as browsers make it
FORM = (
    f'--{EDGE}\r\nContent-Disposition: form-data; name="scan"; filename="film.mp4"\r\n\r\n'.encode(),
    f"\r\n--{EDGE}--\r\n".encode(),
)


class Body(io.RawIOBase):
    """Some bytes, a part of a file, some bytes."""

    def __init__(self, file: BinaryIO, length: int, head: bytes = b"", tail: bytes = b"") -> None:
        self.length = len(head) + length + len(tail)
        self._parts: list[tuple[BinaryIO, int]] = [
            (io.BytesIO(head), len(head)), (file, length), (io.BytesIO(tail), len(tail))]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._parts:
            file, left = self._parts[0]
            count = file.readinto(memoryview(buffer)[:left])  # type: ignore[attr-defined]  # every file has it
            if count:
                self._parts[0] = (file, left - count)
                return int(count)
            self._parts.pop(0)
        return 0


def film(path: Path, size: int) -> Path:
    """Write a file of `size` bytes that counts as a film and does not compress."""
    with path.open("wb") as file:
        file.write(samples.MP4)
        for _ in range(size // MEBI):
            file.write(os.urandom(MEBI))
        file.truncate(size)
    return path


def renew(path: Path) -> None:
    """Give the film another hash."""
    with path.open("rb+") as file:
        file.seek(len(samples.MP4))
        file.write(os.urandom(32))


def call(app: Flask, method: str, path: str, body: Body | None, content_type: str) -> dict[str, Any]:
    environ = create_environ(path, method=method, headers={"Accept": "application/json"})
    environ |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(body.length if body else 0)}
    if body:
        environ["wsgi.input"] = body
    answer, status, _headers = run_wsgi_app(app, environ, buffered=True)
    said = b"".join(answer).decode()
    assert status[:1] == "2", f"{status}: {said}"
    return dict(json.loads(said))


def send_form(app: Flask, path: Path) -> dict[str, Any]:
    """Send a file as a plain form does, and make a document of it."""
    with path.open("rb") as file:
        body = Body(file, path.stat().st_size, *FORM)
        return call(app, "POST", "/scan", body, f"multipart/form-data; boundary={EDGE}")


def send_pieces(app: Flask, path: Path, first: int = 8 * MEBI, largest: int = 64 * MEBI) -> dict[str, Any]:
    """Send a file in growing pieces as the script does, and make a document of it."""
    size = path.stat().st_size
    offer = json.dumps({"name": "film.mp4", "type": "video/mp4", "size": size}).encode()
    here = call(app, "POST", "/uploads", Body(io.BytesIO(offer), len(offer)), "application/json")["id"]
    offset, piece = 0, first
    with path.open("rb") as file:
        while offset < size:
            body = Body(file, min(piece, size - offset))
            kind = "application/octet-stream"
            offset = call(app, "PUT", f"/uploads/{here}?offset={offset}", body, kind)["received"]
            piece = min(piece * 2, largest)
    call(app, "POST", f"/uploads/{here}/finish", None, "application/json")
    form = f"scan_upload={here}".encode()
    return call(app, "POST", "/scan", Body(io.BytesIO(form), len(form)), "application/x-www-form-urlencoded")


def send_whole(app: Flask, path: Path) -> dict[str, Any]:
    """Send a file as one piece."""
    return send_pieces(app, path, first=path.stat().st_size)


class Memory:
    """How much more memory this process came to hold inside the block, in bytes."""

    def __enter__(self) -> "Memory":
        Path("/proc/self/clear_refs").write_text("5")
        self._before = held("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.grown = held("VmHWM") - self._before


def held(line: str) -> int:
    found = re.search(rf"{line}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024
