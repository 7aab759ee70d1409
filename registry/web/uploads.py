"""Arriving files: written once, straight into staging, and hashed on the way.

Flask would put a large file into a temporary one and leave the copying and hashing for later.
"""

import sys
from typing import IO, Any, cast

from flask import Request, g, request
from werkzeug.exceptions import ClientDisconnected

from registry.kernel.staging import BLOCK, StagedFile
from registry.web.door import units


class UploadRequest(Request):
    """A request whose files lie in staging; `FileStorage.stream` is a StagedFile. Gone with the request."""

    def __init__(self, *environ: Any, **rest: Any) -> None:
        super().__init__(*environ, **rest)
        self._staged: list[StagedFile] = []

    def stage(self) -> StagedFile:
        """Begin a file that ends with this request."""
        staged = StagedFile(units().tools.staging, self.max_content_length or sys.maxsize)
        self._staged.append(staged)
        return staged

    def _get_file_stream(self, total_content_length: int | None, content_type: str | None,
                         filename: str | None = None, content_length: int | None = None) -> IO[bytes]:
        return cast("IO[bytes]", self.stage())

    def close(self) -> None:
        super().close()
        for staged in self._staged:
            staged.discard()


def body_arrived() -> StagedFile:
    """Return the body of this request as a file. When the line was cut: as much of it as came.

    An act that is tried again gets the same file again.
    """
    if "body_arrived" not in g:
        staged = cast("UploadRequest", request).stage()
        try:
            while block := request.stream.read(BLOCK):
                staged.write(block)
        except ClientDisconnected:
            g.line_was_cut = True
        staged.settle()
        g.body_arrived = staged
    return cast("StagedFile", g.body_arrived)
