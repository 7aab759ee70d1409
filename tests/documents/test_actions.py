"""Taking files in: whole, piece by piece, and what happens when the line, the server or the file is bad."""

import hashlib
import io
import os
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry.adapters.objects import DirectoryStore
from registry.documents import queries
from registry.documents.actions import (
    OPEN_UPLOADS,
    Offer,
    OutOfOrder,
    TooManyUploads,
    Unfinished,
    begin_piece,
    begin_upload,
    deposit,
    end_piece,
    finish_upload,
    keep_upload,
    refs,
    take_file,
)
from registry.documents.kinds import EVIDENCE, PAPERS, PICTURES, Unsuitable
from registry.documents.models import Document, UploadState, key_of
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import Conflict, Forbidden, NotFound, Unavailable
from registry.kernel.staging import UNFINISHED, Hashing, Piece, StagedFile, TooLarge, unfinished
from registry.kernel.uow import Units
from tests.documents import samples
from tests.documents.conftest import LI, WANG

PDF = "application/pdf"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def begin(
    units: Units, data: bytes, name: str = "承诺书.pdf", declared: str = PDF, actor: Actor = LI,
) -> uuid.UUID:
    with units.writing(actor) as uow:
        return begin_upload(uow, Offer(name, declared, len(data))).id


def coming(units: Units, upload_id: uuid.UUID, offset: int, data: bytes, actor: Actor = LI) -> Piece:
    """Return a piece that has come whole and is not acknowledged yet."""
    with units.writing(actor) as uow:
        piece = begin_piece(uow, upload_id, offset)
    try:
        piece.write(data)
        piece.settle()
    except TooLarge:
        piece.discard()
        raise
    return piece


def acknowledge(units: Units, upload_id: uuid.UUID, piece: Piece) -> int:
    with units.writing(LI) as uow:
        return end_piece(uow, upload_id, piece).received


def send(units: Units, upload_id: uuid.UUID, offset: int, data: bytes, actor: Actor = LI) -> int:
    return acknowledge(units, upload_id, coming(units, upload_id, offset, data, actor))


def undone(units: Units, upload_id: uuid.UUID, offset: int, data: bytes) -> None:
    """Send a piece in an act that is broken off at its very end."""
    piece = coming(units, upload_id, offset, data)
    with suppress(KeyboardInterrupt), units.writing(LI) as uow:
        end_piece(uow, upload_id, piece)
        raise KeyboardInterrupt
    piece.discard()


def here(units: Units, upload_id: uuid.UUID) -> int:
    with units.reading(LI) as uow:
        return queries.received(uow, queries.my_upload(uow, upload_id))


def finish(units: Units, upload_id: uuid.UUID) -> UploadState:
    with units.writing(LI) as uow:
        return finish_upload(uow, upload_id).state


def uploaded(units: Units, data: bytes) -> uuid.UUID:
    upload_id = begin(units, data)
    send(units, upload_id, 0, data)
    assert finish(units, upload_id) == UploadState.COMPLETE
    return upload_id


def stored(units: Units, name: str) -> bytes:
    with units.reading(LI) as uow, queries.content(uow, name) as stream:
        return stream.read()


# ── Our own papers ───────────────────────────────────────────────────────────────────────────────────────

def test_what_we_print_is_kept_by_the_hash_of_its_bytes(units: Units) -> None:
    paper = samples.pdf()
    with units.writing(LI) as uow:
        assert deposit(uow, paper, PDF) == sha256(paper)
        assert deposit(uow, paper, PDF) == sha256(paper)
        found = uow.get(Document, sha256(paper))
        assert (found.size, found.media_type, found.stored_at) == (len(paper), PDF, uow.at)
        assert [(ref.sha256, ref.size, ref.type) for ref in refs(uow, sha256(paper))] == [
            (sha256(paper), len(paper), PDF)]
    assert stored(units, sha256(paper)) == paper


def test_a_part_of_a_document_can_be_read(units: Units) -> None:
    with units.writing(LI) as uow:
        name = deposit(uow, b"0123456789", "text/plain")
        with queries.content(uow, name, 3, 4) as stream:
            assert stream.read() == b"3456"


def test_staging_is_empty_when_an_act_is_over(units: Units, staging: Path) -> None:
    with units.writing(LI) as uow:
        deposit(uow, samples.pdf(), PDF)
        take_file(uow, io.BytesIO(samples.png()), "签字.png", "image/png", PICTURES)
        with pytest.raises(Unsuitable):
            take_file(uow, io.BytesIO(b"MZ"), "签字.png", "image/png", PICTURES)
    assert list(staging.iterdir()) == []


def test_a_document_can_be_neither_changed_nor_deleted(units: Units) -> None:
    with units.writing(LI) as uow:
        name = deposit(uow, b"x", "text/plain")
    for statement in ("UPDATE document SET size = 2", "DELETE FROM document"):
        with pytest.raises(DBAPIError), units.writing(LI) as uow:
            uow.session.execute(text(f"{statement} WHERE sha256 = :name"), {"name": name})


# ── A whole file with a form ─────────────────────────────────────────────────────────────────────────────

def test_a_file_sent_with_a_form_becomes_a_document(units: Units) -> None:
    photo = samples.photograph()
    with units.writing(LI) as uow:
        kept = take_file(uow, io.BytesIO(photo), "..\\现场\u202e.jpg", "image/jpeg", EVIDENCE)
        assert uow.get(Document, kept.sha256).size == len(photo)
    assert (kept.sha256, kept.media_type, kept.name) == (sha256(photo), "image/jpeg", "现场.jpg")
    assert kept.facts["taken_at"] == "2024-05-06T08:30:00+08:00"
    assert stored(units, kept.sha256) == photo


def test_an_act_refuses_a_kind_it_does_not_take(units: Units) -> None:
    with pytest.raises(Unsuitable, match="只接收 JPG、PNG"), units.writing(LI) as uow:
        take_file(uow, io.BytesIO(samples.pdf()), "承诺书.pdf", PDF, PICTURES)


def test_a_stream_read_before_is_read_again_from_its_start(units: Units) -> None:
    stream = io.BytesIO(samples.pdf())
    stream.read()
    with units.writing(LI) as uow:
        assert take_file(uow, stream, "承诺书.pdf", PDF, PAPERS).size == len(stream.getvalue())


def test_nobody_uploads_without_an_account(units: Units) -> None:
    with pytest.raises(Forbidden), units.writing(NOBODY) as uow:
        take_file(uow, io.BytesIO(samples.pdf()), "承诺书.pdf", PDF, PAPERS)
    with pytest.raises(Forbidden), units.writing(NOBODY) as uow:
        begin_upload(uow, Offer("承诺书.pdf", PDF, 1))


# ── Piece by piece ───────────────────────────────────────────────────────────────────────────────────────

def test_a_file_arrives_in_pieces_and_becomes_a_document(units: Units, staging: Path) -> None:
    data = samples.png((900, 900))
    third = len(data) // 3
    upload_id = begin(units, data, "签字.png", "image/png")
    for offset in range(0, len(data), third):
        until = min(offset + third, len(data))
        assert send(units, upload_id, offset, data[offset:until]) == until
    assert finish(units, upload_id) == UploadState.COMPLETE
    assert not list(staging.glob("*.upload"))

    with units.writing(LI) as uow:
        kept = keep_upload(uow, upload_id, PAPERS)
    assert (kept.sha256, kept.media_type, kept.kind) == (sha256(data), "image/png", "image")
    assert kept.name == "签字.png"
    assert stored(units, kept.sha256) == data


def test_the_same_bytes_again_are_harmless(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    assert send(units, upload_id, 0, data[:100]) == 100
    assert send(units, upload_id, 0, data[:100]) == 100
    assert send(units, upload_id, 0, data[:50]) == 100
    assert send(units, upload_id, 40, data[40:200]) == 200
    assert send(units, upload_id, 200, data[200:]) == len(data)
    assert send(units, upload_id, 200, data[200:]) == len(data)
    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert keep_upload(uow, upload_id, PAPERS).sha256 == sha256(data)


def test_a_piece_that_would_leave_a_gap_is_refused(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    send(units, upload_id, 0, data[:100])
    with pytest.raises(OutOfOrder, match="第 100 字节继续"):
        send(units, upload_id, 101, data[101:])
    with pytest.raises(OutOfOrder):
        send(units, upload_id, -1, b"x")
    assert here(units, upload_id) == 100


def test_more_bytes_than_announced_are_refused(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    with pytest.raises(TooLarge):
        send(units, upload_id, 0, data + b"x")
    assert here(units, upload_id) == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(units: Units) -> None:
    with pytest.raises(TooLarge, match="2147 MB"), units.writing(LI) as uow:
        begin_upload(uow, Offer("录像.mp4", "video/mp4", (2 << 30) + 1))
    with pytest.raises(Unsuitable, match="空的"), units.writing(LI) as uow:
        begin_upload(uow, Offer("承诺书.pdf", PDF, 0))
    with pytest.raises(Unsuitable, match="不是可以接收的格式"), units.writing(LI) as uow:
        begin_upload(uow, Offer("木马.exe", "", 10))


def test_a_stream_beyond_the_limit_is_cut_off(staging: Path) -> None:
    staged = StagedFile(staging, 1000)
    with pytest.raises(TooLarge):
        staged.receive(io.BytesIO(bytes(5_000_000)))
    staged.discard()


def test_no_file_is_taken_in_without_room_for_it(units: Units) -> None:
    with pytest.raises(Unavailable, match="磁盘空间不足"), units.writing(LI) as uow:
        begin_upload(uow, Offer("录像.mp4", "video/mp4", 1 << 60), limit=1 << 61)


def test_an_upload_cannot_end_before_its_last_byte(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    send(units, upload_id, 0, data[:-1])
    with pytest.raises(Unfinished, match="还差 1 字节"):
        finish(units, upload_id)
    with pytest.raises(Unfinished), units.writing(LI) as uow:
        keep_upload(uow, upload_id, PAPERS)


def test_an_upload_goes_on_after_the_act_was_undone(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    undone(units, upload_id, 0, b"other bytes")
    assert here(units, upload_id) == 0
    send(units, upload_id, 0, data[:100])
    undone(units, upload_id, 100, b"other bytes, and more of them")
    assert here(units, upload_id) == 100
    send(units, upload_id, 100, data[100:])
    finish(units, upload_id)
    with units.writing(LI) as uow:
        assert keep_upload(uow, upload_id, PAPERS).sha256 == sha256(data)


def test_an_upload_whose_bytes_are_lost_begins_again(units: Units, staging: Path) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    send(units, upload_id, 0, data[:300])
    (staging / f"{upload_id}.upload").unlink()
    assert here(units, upload_id) == 0
    with pytest.raises(OutOfOrder):
        send(units, upload_id, 300, data[300:])
    assert send(units, upload_id, 0, data) == len(data)


def test_finishing_twice_changes_nothing(units: Units) -> None:
    upload_id = uploaded(units, samples.pdf())
    assert finish(units, upload_id) == UploadState.COMPLETE
    with pytest.raises(Conflict, match="已经传完"):
        send(units, upload_id, 0, b"x")


def test_a_refused_upload_says_why_to_the_act_that_wanted_it(
    units: Units, staging: Path,
) -> None:
    script = samples.acting("/JavaScript", JS="1")
    data = samples.pdf(lambda made: made.Root.__setattr__("OpenAction", script))
    upload_id = begin(units, data)
    send(units, upload_id, 0, data)
    assert finish(units, upload_id) == UploadState.REFUSED
    assert finish(units, upload_id) == UploadState.REFUSED
    with pytest.raises(Unsuitable, match="自动执行"), units.writing(LI) as uow:
        keep_upload(uow, upload_id, PAPERS)
    assert not list(staging.glob("*.upload"))
    assert units.tools.store.stat(key_of(sha256(data))) is None


def test_another_accounts_upload_is_not_found(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    with pytest.raises(NotFound):
        send(units, upload_id, 0, data, actor=WANG)
    send(units, upload_id, 0, data)
    finish(units, upload_id)
    with pytest.raises(NotFound), units.writing(WANG) as uow:
        keep_upload(uow, upload_id, PAPERS)
    with pytest.raises(NotFound), units.reading(WANG) as uow:
        queries.my_upload(uow, upload_id)


def test_an_upload_of_the_wrong_kind_does_not_become_a_document(units: Units) -> None:
    upload_id = uploaded(units, samples.pdf())
    with pytest.raises(Unsuitable, match="只接收 JPG、PNG"), units.writing(LI) as uow:
        keep_upload(uow, upload_id, PICTURES)
    with units.reading(LI) as uow:
        assert uow.session.scalar(select(Document).where(Document.sha256 == sha256(samples.pdf()))) is None


def test_twenty_files_may_be_on_their_way_at_once(units: Units) -> None:
    for _ in range(OPEN_UPLOADS):
        begin(units, b"x")
    with pytest.raises(TooManyUploads, match="20 个文件没有传完"):
        begin(units, b"x")
    begin(units, b"x", actor=WANG)


def test_an_outage_of_the_store_leaves_no_row(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    send(units, upload_id, 0, data)
    root = units.tools.store.root if isinstance(units.tools.store, DirectoryStore) else Path()
    root.rename(root.with_name("away"))
    with pytest.raises(Unavailable):
        finish(units, upload_id)
    with pytest.raises(Unavailable), units.writing(LI) as uow:
        deposit(uow, os.urandom(10), PDF)
    root.with_name("away").rename(root)
    assert finish(units, upload_id) == UploadState.COMPLETE


# ── Two requests, two processes ──────────────────────────────────────────────────────────────────────────

def test_who_begins_a_piece_anew_goes_on_and_a_line_thought_dead_does_no_harm(units: Units, staging: Path) -> None:
    data = samples.png((900, 900))
    third = len(data) // 3
    upload_id = begin(units, data, "签字.png", "image/png")
    send(units, upload_id, 0, data[:third])
    with units.writing(LI) as uow:
        stuck = begin_piece(uow, upload_id, third)
    stuck.write(b"half of it, and then the line went dead")

    assert send(units, upload_id, third, data[third:]) == len(data)
    stuck.write(b"what the dead line still held")
    stuck.settle()
    with pytest.raises(OutOfOrder, match="另一次传送"):
        acknowledge(units, upload_id, stuck)
    stuck.discard()

    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert stored(units, keep_upload(uow, upload_id, PAPERS).sha256) == data
    assert list(staging.iterdir()) == []


def test_the_same_piece_by_two_requests_at_once_counts_once(units: Units) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    first = coming(units, upload_id, 0, data[:400])
    second = coming(units, upload_id, 0, data[:400])
    assert acknowledge(units, upload_id, second) == 400
    with pytest.raises(OutOfOrder):
        acknowledge(units, upload_id, first)
    first.discard()
    assert send(units, upload_id, 400, data[400:]) == len(data)
    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert keep_upload(uow, upload_id, PAPERS).sha256 == sha256(data)


def test_bytes_that_nobody_acknowledged_are_not_built_upon(units: Units, staging: Path) -> None:
    data = samples.pdf()
    upload_id = begin(units, data)
    send(units, upload_id, 0, data[:300])
    with (staging / f"{upload_id}.upload").open("ab") as file:
        file.write(b"what a power cut left behind")
    assert send(units, upload_id, 300, data[300:]) == len(data)
    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert stored(units, keep_upload(uow, upload_id, PAPERS).sha256) == data


def test_a_file_is_hashed_at_the_end_where_the_beginning_of_its_hash_is_not_known(units: Units, tmp_path: Path) -> None:
    data = samples.png((1200, 1200))
    half = len(data) // 2
    upload_id = begin(units, data, "签字.png", "image/png")
    send(units, upload_id, 0, data[:half])
    forget(tmp_path)
    send(units, upload_id, half, data[half:])
    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert keep_upload(uow, upload_id, PAPERS).sha256 == sha256(data)


def test_the_hash_of_bytes_that_nobody_acknowledged_is_forgotten(units: Units) -> None:
    data = samples.png((1200, 1200))
    half = len(data) // 2
    upload_id = begin(units, data, "签字.png", "image/png")
    send(units, upload_id, 0, data[:half])
    coming(units, upload_id, half, os.urandom(len(data) - half)).discard()
    send(units, upload_id, half, data[half:])
    assert finish(units, upload_id) == UploadState.COMPLETE
    with units.writing(LI) as uow:
        assert keep_upload(uow, upload_id, PAPERS).sha256 == sha256(data)


def test_a_hash_goes_on_behind_pieces_that_another_process_has_received(tmp_path: Path) -> None:
    data, path, hashing = os.urandom(3000), tmp_path / "arriving", Hashing()
    path.write_bytes(data[:1000])
    unfinished.keep(path, 1000, hashing)  # it may lag: nothing of it is hashed yet
    with path.open("ab") as file:
        file.write(data[1000:])
    assert unfinished.take(path, 3000) is hashing
    assert unfinished.take(path, 3000) is None
    hashing.follow(path, 3000)
    assert hashing.hexdigest() == sha256(data)


def test_a_hash_is_not_gone_on_with_when_the_file_is_another_or_shorter(tmp_path: Path) -> None:
    path, other = tmp_path / "arriving", tmp_path / "other"
    for each in (path, other):
        each.write_bytes(bytes(1000))
    unfinished.keep(path, 1000, Hashing())
    assert unfinished.take(path, 999) is None
    unfinished.keep(path, 1000, Hashing())
    other.replace(path)
    assert unfinished.take(path, 1000) is None


def forget(folder: Path) -> None:
    """Begin so many other files that this process has no room for those before: another one knows no more."""
    for number in range(UNFINISHED):
        (folder / f"{number}").touch()
        unfinished.keep(folder / f"{number}", 0, Hashing())
