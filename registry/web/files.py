"""Answers that are files: named safely, in ranges, never cached, and without any power in the browser.

Sources: RFC 6266 and 8187 (names), RFC 9110 §14 (ranges).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import BinaryIO, Protocol
from urllib.parse import quote

from flask import Response, request
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable

PIECE = 1 << 18  # bytes sent at a time
Opener = Callable[[int, int | None], AbstractContextManager[BinaryIO]]

POWERLESS = "default-src 'none'; sandbox; frame-ancestors 'none'"
VIEWER = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A browser's own viewer of PDF does not run inside a sandbox; our PDFs carry nothing that acts."""
SHOWN = {"image/jpeg": POWERLESS, "image/png": POWERLESS, "application/pdf": VIEWER}


class Sent(Protocol):
    """What a browser is told of a file. `sha256` becomes its ETag; `size` is in bytes.

    opened   opened(start, length) gives a stream over that part of the bytes, as ObjectStore.open does
    """

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def opened(self) -> Opener: ...


def send_document(file: Sent) -> Response:
    """Answer with a file to be saved."""
    return answered(file, "attachment", POWERLESS)


def show_document(file: Sent) -> Response:
    """Answer with a file to be looked at: pictures and PDF. Anything else is to be saved."""
    if file.media_type not in SHOWN:
        return send_document(file)
    return answered(file, "inline", SHOWN[file.media_type])


def answered(file: Sent, disposition: str, policy: str) -> Response:
    part = part_asked(file)
    start, stop = part or (0, file.size)
    closing = ExitStack()  # opened before the first header is sent: an absent file is no broken answer
    stream = closing.enter_context(file.opened(start, stop - start))
    answer = Response(iter(lambda: stream.read(PIECE), b""), 206 if part else 200)
    answer.call_on_close(closing.close)
    answer.content_length = stop - start
    if part:
        answer.content_range = ContentRange("bytes", start, stop, file.size)
    answer.headers["Content-Type"] = file.media_type
    answer.headers["Content-Disposition"] = named(disposition, file.name)
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(file.sha256)
    return answer


def part_asked(file: Sent) -> tuple[int, int] | None:
    """Return the part (start, stop) asked for; None for the whole, also when several are asked for.

    Raises RequestedRangeNotSatisfiable (416) for a part that the file does not have.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if request.if_range.date is not None or request.if_range.etag not in (None, file.sha256):
        return None
    part = asked.range_for_length(file.size)
    if part is None:
        raise RequestedRangeNotSatisfiable(file.size)
    return part


def named(disposition: str, name: str) -> str:
    """Return a Content-Disposition that old and new browsers read the same way.

    >>> named("attachment", "承诺书.pdf")
    'attachment; filename="___.pdf"; filename*=UTF-8\\'\\'%E6%89%BF%E8%AF%BA%E4%B9%A6.pdf'
    """
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%;' else "_" for sign in name)
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
