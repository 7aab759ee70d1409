"""Many files at once: taken in as uploads, each with what its name tells, to be corrected before they are filed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry import policy
from registry.archives.filing import MOST, own_part
from registry.archives.guessing import guess
from registry.documents import actions as documents
from registry.documents.actions import Offer, SentFile
from registry.documents.models import Upload, UploadState
from registry.documents.queries import my_upload
from registry.kernel.errors import Refusal
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Project
from registry.standards import handbook as standards


@dataclass(frozen=True, slots=True)
class Row:
    """One file as the grid shows it first."""

    upload: UUID
    name: str
    code: str
    title: str
    dated_on: date | None


@dataclass(frozen=True, slots=True)
class Grid:
    rows: tuple[Row, ...]
    refused: tuple[tuple[str, str], ...]    # file name, why


def look_at(uow: UnitOfWork, project: Project, uploads: Sequence[UUID], sent: Iterable[SentFile]) -> Grid:
    """Return a row for each file that arrived whole, and the reason for each that did not.

    uploads  finished by js/archive.js; `sent` came with the form instead
    """
    policy.require(uow.actor, Permission.ARCHIVE_FILE, own_part(uow, project))
    codes = {row.code for row in standards.archive_catalogue(uow.session, project.region, uow.today)}
    rows, refused = [], []
    arrived = [my_upload(uow, number) for number in uploads[:MOST]]
    for file in sent:
        if file.filename:
            try:
                arrived.append(received(uow, file))
            except Refusal as no:
                refused.append((file.filename, str(no)))
    for upload in arrived:
        if upload.state is UploadState.COMPLETE:
            told = guess(upload.name, codes, uow.today)
            rows.append(Row(upload.id, upload.name, told.code, told.title, told.dated_on))
        else:
            refused.append((upload.name, upload.reason or ""))
    return Grid(tuple(rows), tuple(refused))


def received(uow: UnitOfWork, file: SentFile) -> Upload:
    """Make an upload of a file that came with the form, as if it had been sent in pieces."""
    staged = file.stream
    return documents.upload_whole(uow, Offer(file.filename or "", file.mimetype, staged.size), staged)
