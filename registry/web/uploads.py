"""Arriving files: written once, straight into staging, and hashed on the way.

Flask would put a large file into a temporary one and leave the copying and hashing for later.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, cast
from uuid import UUID

from flask import Flask, Request, g, request
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected
from wtforms import FileField
from wtforms.widgets import FileInput

from registry.kernel.staging import Piece, StagedFile
from registry.web.door import units

STRANGERS = 1_000_000  # bytes a request may have whose sender is not signed in


def install(app: Flask) -> None:
    """Let files arrive in staging. After the guard, which knows the sender, before anyone reads a body."""
    app.request_class = UploadRequest

    @app.before_request
    def little_from_strangers() -> None:
        if g.actor.account is None:
            request.max_content_length = STRANGERS


class UploadRequest(Request):
    """A request whose files lie in staging; `FileStorage.stream` is a StagedFile. Gone with the request."""

    def __init__(self, *environ: Any, **rest: Any) -> None:
        super().__init__(*environ, **rest)
        self._staged: list[StagedFile] = []

    def stage(self) -> StagedFile:
        """Begin a file that ends with this request."""
        staged = StagedFile(units().tools.staging, self.max_content_length or sys.maxsize)
        self.let_go(staged)
        return staged

    def let_go(self, staged: StagedFile) -> None:
        """See to it that `staged` is let go of when this request ends."""
        self._staged.append(staged)

    def _get_file_stream(self, *_announced: Any, **_rest: Any) -> IO[bytes]:
        return cast("IO[bytes]", self.stage())

    def close(self) -> None:
        super().close()
        for staged in self._staged:
            staged.discard()


def body_arrived(begin: Callable[[], Piece]) -> Piece:
    """Return the piece that `begin` opens, with the body of this request in it. When the line was cut: as much as came.

    An act that is tried again gets the same piece again.
    """
    if "body_arrived" not in g:
        g.body_arrived = piece = begin()
        cast("UploadRequest", request).let_go(piece)
        with suppress(ClientDisconnected):
            piece.receive(request.stream)
        piece.settle()
    return cast("Piece", g.body_arrived)


class DocumentInput(FileInput):  # type: ignore[misc]  # wtforms carries no types
    """A file input, and beside it the number of the upload that js/upload.js has made of the file."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        number = field.data if isinstance(field.data, UUID) else ""
        hidden = Markup('<input type="hidden" name="{}" value="{}">').format(field.upload_name, number)
        return Markup(super().__call__(field, **attributes)) + hidden  # noqa: S704 — wtforms has escaped it


class DocumentField(FileField):  # type: ignore[misc]  # the same
    """A file. `data` is the UUID of a finished upload, a FileStorage when it came with the form, or None.

    Whatever it is, `documents.actions.take(uow, form.scan.data, kinds)` makes a document of it. The block
    around it carries data-upload (see file_field in _parts/forms.html). A form shown again keeps the upload.
    """

    widget = DocumentInput()
    data: UUID | FileStorage | None

    @property
    def sent(self) -> UUID | FileStorage:
        """What was sent. Only for a field with `Needed()`, once the form has been found right."""
        assert self.data is not None  # noqa: S101 — a form found right holds one
        return self.data

    @property
    def upload_name(self) -> str:
        return f"{self.name}_upload"

    def process(self, formdata: Any, *given: Any, **rest: Any) -> None:
        super().process(formdata, *given, **rest)
        number = upload_number(formdata.get(self.upload_name, "")) if formdata else None
        chosen = isinstance(self.data, FileStorage) and bool(self.data.filename)
        if not chosen:
            self.data = number


def upload_number(sent: object) -> UUID | None:
    try:
        return UUID(str(sent))
    except ValueError:
        return None
