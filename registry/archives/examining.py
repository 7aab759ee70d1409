"""What becomes of a filed file: can it be read in fifty years, and does a PDF/A lie beside it? Background work.

The original is never touched. Of an image a PDF/A-3 is printed; a PDF or OFD is asked what it claims to be; of
drawings, models and films no copy can be made here, and the record says so.
Source: GB/T 50328-2014 电子文件; GB/T 23286.1; DA/T 70-2018 可用性.
"""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.models import ArchiveFile, Lasting
from registry.documents import actions as documents
from registry.documents.inspection import ask_inspector
from registry.documents.models import Document, key_of
from registry.documents.queries import content
from registry.kernel.errors import Invalid
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import Project
from registry.standards import handbook as standards
from registry.standards.catalogues import Retention
from registry.standards.periods import years_after

LARGEST_PICTURE = 40_000_000   # bytes of an image that is printed; a larger one stays as it is
FOR_GOOD = 100                 # years a store is asked to keep what is kept for good
PRINTED = frozenset({"image/jpeg", "image/png"})


def examine_files(uow: UnitOfWork, file_ids: Sequence[str]) -> None:
    """Examine each file that was not yet examined, and note what was found. Raises Unavailable: tried again later."""
    policy.require(uow.actor, Permission.ARCHIVE_FILE, policy.ANYWHERE)
    files = uow.session.scalars(
        select(ArchiveFile).where(ArchiveFile.id.in_([UUID(one) for one in file_ids]), ArchiveFile.examined_at.is_(None))
        .options(selectinload(ArchiveFile.project).selectinload(Project.units)).order_by(ArchiveFile.id)
    ).all()
    kinds = {row.sha256: row.media_type for row in uow.session.scalars(
        select(Document).where(Document.sha256.in_({file.document_sha256 for file in files})))}
    for file in files:
        found = examine(uow, file, kinds[file.document_sha256])
        file.examined_at, file.lasting, file.twin_sha256, file.flaw = uow.at, found.lasting, found.twin, found.flaw
        uow.tools.store.retain(key_of(file.document_sha256), kept_until(uow, file))
    ledger.append_many(uow, "archive-file.examined", [
        ledger.Entry(file, files=documents.refs(uow, file.twin_sha256) if file.twin_sha256 else ()) for file in files
    ])


@dataclass(frozen=True, slots=True)
class Found:
    """What an examination says of a file."""

    lasting: Lasting = Lasting.NONE
    twin: str | None = None
    flaw: str | None = None


def examine(uow: UnitOfWork, file: ArchiveFile, media_type: str) -> Found:
    if media_type == "application/ofd" or not file.name:  # OFD is made to last; what we print ourselves is PDF/A
        return Found(Lasting.ITSELF)
    if media_type == "application/pdf":
        return look_into_pdf(uow, file)
    return print_twin(uow, file, media_type) if media_type in PRINTED else Found()


def look_into_pdf(uow: UnitOfWork, file: ArchiveFile) -> Found:
    with on_disk(uow, file.document_sha256) as path:
        said = ask_inspector("pdf", path)
    if "facts" not in said:
        return Found(flaw=_("检查未通过：{reason}", reason=said.get("refused", _("无法读取"))))
    return Found(Lasting.ITSELF if said["facts"].get("pdfa") else Lasting.NONE)


def print_twin(uow: UnitOfWork, file: ArchiveFile, media_type: str) -> Found:
    with content(uow, file.document_sha256) as stream:
        picture = stream.read(LARGEST_PICTURE + 1)
    if len(picture) > LARGEST_PICTURE:
        return Found()
    facts = {
        "title": file.title, "code": file.code, "sha256": file.document_sha256, "issued_on": file.dated_on,
        "picture": f"data:{media_type};base64,{base64.b64encode(picture).decode()}",
    }
    try:
        paper = uow.tools.printer.pdf("scan", facts)
    except Invalid as no:
        return Found(flaw=_("副本未能制作：{reason}", reason=str(no)))
    return Found(Lasting.TWIN, documents.deposit(uow, paper, "application/pdf"))


def kept_until(uow: UnitOfWork, file: ArchiveFile) -> datetime:
    """The day until which the store is asked to refuse deletion: an archive is kept longer, never shorter."""
    rules = standards.archive_rules(uow.session, file.project.region, file.filed_on)
    years = {
        Retention.PERMANENT: FOR_GOOD, Retention.SHORT: rules.short_years,
        Retention.LONG: max([unit.design_life_years for unit in file.project.units], default=FOR_GOOD),
    }[file.retention]
    return datetime.combine(years_after(file.filed_on, years), time(), UTC)


@contextmanager
def on_disk(uow: UnitOfWork, sha256: str) -> Iterator[Path]:
    """Lend a copy of a document to a program that wants a path."""
    staged = StagedFile(uow.tools.staging, 1 << 40)
    try:
        with content(uow, sha256) as stream:
            staged.receive(stream)
        staged.settle()
        yield staged.path
    finally:
        staged.discard()
