"""What the printer and its workers say to each other over a socket pair: a kind, a length, the bytes."""

import socket
import struct
import time
from enum import IntEnum

HEAD = struct.Struct(">BI")


class Kind(IntEnum):
    """What a frame holds."""

    PDF = 1          # asked: JSON {template, facts}
    SVG = 2          # asked: the same
    READY = 3        # answered once: the worker is warm
    DONE = 4         # answered: the document
    UNCOVERED = 5    # answered: characters without a glyph, as text
    TWINS = 6        # answered: characters that share a glyph, as text
    UNUSABLE = 7     # answered: what could not be read, as text


def send(line: socket.socket, kind: Kind, body: bytes, until: float | None = None) -> None:
    """Send one frame. Raises TimeoutError after the instant `until`, OSError when nobody listens."""
    line.settimeout(left(until))
    line.sendall(HEAD.pack(kind, len(body)) + body)


def receive(line: socket.socket, until: float | None = None) -> tuple[Kind, bytes]:
    """Wait for one frame. Raises TimeoutError after `until`, EOFError when the other side has gone."""
    kind, length = HEAD.unpack(exactly(line, HEAD.size, until))
    return Kind(kind), exactly(line, length, until)


def exactly(line: socket.socket, length: int, until: float | None) -> bytes:
    body = bytearray()
    while len(body) < length:
        line.settimeout(left(until))
        part = line.recv(min(length - len(body), 1 << 20))
        if not part:
            raise EOFError
        body += part
    return bytes(body)


def left(until: float | None) -> float | None:
    """Seconds until a monotonic instant, never quite nothing: 0 would mean not to wait at all."""
    return None if until is None else max(until - time.monotonic(), 0.001)
