"""What can be asked of documents and uploads."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from registry import policy
from registry.documents.kinds import ending_of
from registry.documents.models import Document, Upload, UploadState, key_of
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import ANYWHERE, Permission


def content(uow: UnitOfWork, sha256: str, start: int = 0,
            length: int | None = None) -> AbstractContextManager[BinaryIO]:
    """Return a stream over a document's bytes, usable after the unit of work has ended.

    The caller's query has asked policy: a hash alone gives nobody a right.
    """
    return uow.tools.store.open(key_of(sha256), start, length)


def my_upload(uow: UnitOfWork, upload_id: UUID, *, lock: bool = False) -> Upload:
    """Return an upload of the actor's own account. Another's is not found."""
    upload = uow.get(Upload, upload_id, lock=lock)
    if upload.account_id != uow.actor.account:
        raise NotFound(_("没有找到所要的记录。"))
    return upload


def upload_on_its_way(uow: UnitOfWork, upload_id: UUID) -> tuple[Upload, int]:
    """Return an upload of the actor's own, and how many bytes of it are here."""
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    upload = my_upload(uow, upload_id)
    return upload, received(uow, upload)


def received(uow: UnitOfWork, upload: Upload) -> int:
    """Return how many bytes of an upload are here: what was acknowledged and still lies in staging."""
    if upload.state != UploadState.RECEIVING:
        return upload.received
    path = staged_path(uow, upload.id)
    return min(upload.received, path.stat().st_size) if path.exists() else 0


def staged_path(uow: UnitOfWork, upload_id: UUID) -> Path:
    return uow.tools.staging / f"{upload_id}.upload"


@dataclass(frozen=True, slots=True)
class Readable:
    """A document to be sent to a reader, under a name. `opened(start, length)` streams its bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    opened: Callable[[int, int | None], AbstractContextManager[BinaryIO]]


def readable(uow: UnitOfWork, sha256: str, title: str) -> Readable:
    """Return a document ready to be sent as `title` with the ending of its kind.

    The caller's query has asked policy: a hash alone gives nobody a right.
    """
    policy.open_to_all(uow.actor)
    document = uow.get(Document, sha256)
    return Readable(
        f"{title}.{ending_of(document.media_type)}", document.media_type, document.size, sha256,
        partial(uow.tools.store.open, key_of(sha256)),
    )
