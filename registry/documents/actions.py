"""What can be done with documents: keep bytes of our own, take a file in, receive one piece by piece.

The bytes are durable in the object store before the row that names them is written, so that a crash can
leave bytes without a row (the sweep removes them) and never a row without its bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from sqlalchemy import ARRAY, String, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from registry import policy
from registry.documents.inspection import inspect_file
from registry.documents.kinds import MAX_UPLOAD, Unsuitable, clean_name, refuse_unknown_ending, require_kind
from registry.documents.models import Document, Upload, UploadState, key_of
from registry.documents.queries import my_upload, received, staged_path
from registry.kernel.errors import Conflict
from registry.kernel.staging import Hashing, Piece, StagedFile, TooLarge, need_room, unfinished
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger.rules import FileRef
from registry.policy import ANYWHERE, Permission

KEPT_FOR = timedelta(hours=24)
"""How long after its last piece an upload waits to go on, or to be named by an act."""
OPEN_UPLOADS = 20


KEPT = select(Document.sha256, Document.size, Document.media_type).where(
    Document.sha256 == any_(bindparam("sha256s", type_=ARRAY(String)))
)


class OutOfOrder(Conflict):
    code = "upload.out-of-order"


class Unfinished(Conflict):
    code = "upload.unfinished"


class TooManyUploads(Conflict):
    code = "upload.too-many"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that has become a document. `facts` as in inspection.Finding."""

    sha256: str
    media_type: str
    name: str
    size: int  # bytes
    kind: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a browser says of a file before it sends it."""

    name: str
    declared_type: str
    size: int  # bytes


def deposit(uow: UnitOfWork, data: bytes, media_type: str) -> str:
    """Keep bytes of our own making for good, and return their SHA-256 in hex.

    Safe to repeat and safe to undo. The caller's act answers for the authority to do so.
    """
    staged = StagedFile(uow.tools.staging, max(len(data), 1))
    try:
        staged.write(data)
        staged.settle()
        keep(uow, staged.path, staged.sha256, media_type)
        return staged.sha256
    finally:
        staged.discard()


def take_file(uow: UnitOfWork, stream: BinaryIO | StagedFile, name: str, declared_type: str,
              kinds: frozenset[str]) -> Kept:
    """Take in a whole file sent with a form, and make it a document.

    stream   what the form holds; a StagedFile (see web.uploads) is on disk and hashed already
    kinds    names of the kinds this act takes, e.g. kinds.PAPERS
    raises   Unsuitable when the file may not be kept, TooLarge beyond 2 GiB, Unavailable without room for it
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    if isinstance(stream, StagedFile):
        return take_staged(uow, stream, Offer(clean_name(name), declared_type, stream.size), kinds)
    staged = StagedFile(uow.tools.staging, MAX_UPLOAD)
    try:
        stream.seek(0)  # an act that is tried again reads it again
        staged.receive(stream)
        return take_staged(uow, staged, Offer(clean_name(name), declared_type, staged.size), kinds)
    finally:
        staged.discard()


class SentFile(Protocol):
    """A file as it came with a form (werkzeug's FileStorage is one)."""

    @property
    def stream(self) -> Any: ...

    @property
    def filename(self) -> str | None: ...

    @property
    def mimetype(self) -> str: ...


def take(uow: UnitOfWork, sent: UUID | SentFile, kinds: frozenset[str]) -> Kept:
    """Make a document of what a DocumentField holds: an upload finished before, or the file itself."""
    if isinstance(sent, UUID):
        return keep_upload(uow, sent, kinds)
    return take_file(uow, sent.stream, sent.filename or "", sent.mimetype, kinds)


def take_staged(uow: UnitOfWork, staged: StagedFile, offer: Offer, kinds: frozenset[str]) -> Kept:
    """Make a document of a file that is on disk, while the rest of it is still being hashed."""
    staged.hasten()
    found = inspect_file(staged.path, offer.name, offer.declared_type)
    require_kind(found.kind.name, kinds)
    staged.settle()
    keep(uow, staged.path, staged.sha256, found.kind.media_type)
    return Kept(staged.sha256, found.kind.media_type, offer.name, staged.size, found.kind.name, found.facts)


def keep(uow: UnitOfWork, path: Path, sha256: str, media_type: str) -> None:
    """Put the bytes into the store, then name them."""
    size = path.stat().st_size
    put(uow, path, sha256, media_type)
    name_document(uow, sha256, size, media_type)


def put(uow: UnitOfWork, path: Path, sha256: str, media_type: str) -> None:
    """Make the bytes durable in the store; no sweep can take them away before this act has ended."""
    uow.lock(f"document {sha256}")
    uow.tools.store.put_once(key_of(sha256), path, media_type)


def name_document(uow: UnitOfWork, sha256: str, size: int, media_type: str) -> None:
    row = insert(Document).values(sha256=sha256, size=size, media_type=media_type, stored_at=uow.at)
    uow.session.execute(row.on_conflict_do_nothing())


def refs(uow: UnitOfWork, *sha256s: str) -> list[FileRef]:
    """Return what a ledger event says of documents, in the order asked for."""
    rows = uow.session.connection().execute(KEPT, {"sha256s": list(sha256s)})  # what is in hand need not be flushed for it
    found = {row.sha256: FileRef(*row) for row in rows}
    return [found[each] for each in sha256s]


def begin_upload(uow: UnitOfWork, offer: Offer, limit: int = MAX_UPLOAD) -> Upload:
    """Open an upload of at most `limit` bytes. Refuses at once what would be refused at the end."""
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    name = clean_name(offer.name)
    refuse_unknown_ending(name)
    if offer.size < 1:
        raise Unsuitable(_("文件“{name}”是空的。", name=name))
    if offer.size > limit:
        raise TooLarge(_("文件超过 {limit} MB 的上限。", limit=limit // 1_000_000), field="file")
    need_room(uow.tools.staging, offer.size)
    refuse_hoarding(uow)
    upload = Upload(
        id=uow.new_id(), account_id=uow.actor.account, name=name, declared_type=offer.declared_type[:100],
        size=offer.size, received=0, state=UploadState.RECEIVING, facts={},
        created_at=uow.at, expires_at=uow.at + KEPT_FOR,
    )
    uow.session.add(upload)
    return upload


def refuse_hoarding(uow: UnitOfWork) -> None:
    uow.lock(f"uploads of {uow.actor.account}")
    waiting = uow.session.scalar(select(func.count()).select_from(Upload).where(
        Upload.account_id == uow.actor.account,
        Upload.state == UploadState.RECEIVING, Upload.expires_at > uow.at,
    ))
    if (waiting or 0) >= OPEN_UPLOADS:
        raise TooManyUploads(_("您还有 {count} 个文件没有传完，请先传完，或一天后再试。", count=waiting))


def begin_piece(uow: UnitOfWork, upload_id: UUID, offset: int) -> Piece:
    """Return the place where the next piece of an upload is to be written; it begins `offset` bytes into the file.

    Bytes that are here already are skipped, so a piece may be sent again. Raises OutOfOrder for a piece that
    would leave a gap: the sender asks how much is here and goes on from there.
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    upload = my_upload(uow, upload_id, lock=True)
    refuse_done(upload)
    here = received(uow, upload)
    if not 0 <= offset <= here:
        raise OutOfOrder(_("文件“{name}”应从第 {here} 字节继续，收到的却从第 {offset} 字节开始。",
                           name=upload.name, here=here, offset=offset))
    return Piece(staged_path(uow, upload.id), here, here - offset, upload.size)


def end_piece(uow: UnitOfWork, upload_id: UUID, piece: Piece) -> Upload:
    """Acknowledge a piece that was written and settled: from here on its bytes are part of the file.

    Raises OutOfOrder when another request has gone on with the file meanwhile.
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    upload = my_upload(uow, upload_id, lock=True)
    refuse_done(upload)
    if not piece.standing:
        raise OutOfOrder(_("文件“{name}”的这一段已由另一次传送继续，请查询后再传。", name=upload.name))
    upload.received, upload.sha256 = piece.size, None
    upload.expires_at = uow.at + KEPT_FOR
    uow.after_commit.append(piece.hand_on)
    return upload


def refuse_done(upload: Upload) -> None:
    if upload.state != UploadState.RECEIVING:
        raise Conflict(_("文件“{name}”已经传完。", name=upload.name))


def upload_whole(uow: UnitOfWork, offer: Offer, staged: StagedFile) -> Upload:
    """Make a finished upload of a file that came with a form: complete, or refused with the reason."""
    staged.settle()
    upload = begin_upload(uow, offer)
    upload.received, upload.sha256 = staged.size, staged.sha256
    return judge_upload(uow, upload, staged.path)


def finish_upload(uow: UnitOfWork, upload_id: UUID) -> Upload:
    """Look into a file that has arrived whole and put its bytes into the store.

    Returns it complete, or refused with the reason; a second call changes nothing. Raises Unfinished while
    bytes are missing.
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    upload = my_upload(uow, upload_id, lock=True)
    if upload.state != UploadState.RECEIVING:
        return upload
    missing = upload.size - received(uow, upload)
    if missing:
        raise Unfinished(_("文件“{name}”还差 {missing} 字节没有传完。", name=upload.name, missing=missing))
    path = staged_path(uow, upload.id)
    uow.after_commit.append(removal(path))
    return judge_upload(uow, upload, path)


def judge_upload(uow: UnitOfWork, upload: Upload, path: Path) -> Upload:
    try:
        found = inspect_file(path, upload.name, upload.declared_type)
    except Unsuitable as no:
        upload.state, upload.reason, upload.sha256 = UploadState.REFUSED, str(no), None
        return upload
    sha256 = upload.sha256 or sha256_of(path, upload.size)
    put(uow, path, sha256, found.kind.media_type)
    upload.sha256, upload.facts = sha256, found.facts
    upload.kind, upload.media_type = found.kind.name, found.kind.media_type
    upload.state, upload.expires_at = UploadState.COMPLETE, uow.at + KEPT_FOR
    return upload


def removal(path: Path) -> Callable[[], None]:
    return lambda: path.unlink(missing_ok=True)


def sha256_of(path: Path, size: int) -> str:
    """Return the SHA-256 of a file that has arrived in pieces, from where the hash of the pieces has got to."""
    hashing = unfinished.take(path, size) or Hashing()
    hashing.follow(path, size)
    return hashing.hexdigest()


def keep_upload(uow: UnitOfWork, upload_id: UUID, kinds: frozenset[str]) -> Kept:
    """Make a finished upload of the actor's own a document: the act that calls this now names it.

    kinds    names of the kinds this act takes, e.g. kinds.PAPERS
    raises   NotFound for another's upload, Unfinished, Unsuitable (with the reason it was refused for)
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    upload = my_upload(uow, upload_id, lock=True)
    if upload.state == UploadState.REFUSED:
        raise Unsuitable(upload.reason or _("文件未被接收，请重新上传。"))
    if upload.state != UploadState.COMPLETE or not (upload.sha256 and upload.media_type and upload.kind):
        raise Unfinished(_("文件“{name}”还没有传完，请等上传完成后再提交。", name=upload.name))
    require_kind(upload.kind, kinds)
    uow.lock(f"document {upload.sha256}")  # the bytes are there: no sweep takes what an upload in hand refers to
    name_document(uow, upload.sha256, upload.size, upload.media_type)
    return Kept(upload.sha256, upload.media_type, upload.name, upload.size, upload.kind, upload.facts)
