"""Are the bytes still there, and still the same? And away with those that nothing names.

Rows and objects are walked side by side in the order of their hashes, a page at a time, so that a store of
any size is checked in constant memory and without a transaction that lasts for hours.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, exists, select

from registry.documents.models import Document, Upload, key_of
from registry.documents.queries import staged_path
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.ports import ObjectStore, StoredObject
from registry.kernel.uow import UnitOfWork, Units, day_in_china

PREFIX = "sha256/"
PAGE = 1_000            # rows read at a time
LISTED = 1_000          # names of orphans a report holds
GRACE = timedelta(hours=24)
ENOUGH_UNREADABLE = 20  # objects that do not answer before the whole store counts as down
ALL = 1.0


@dataclass(slots=True)
class Report:
    """What a check found. `missing`, `altered` and `unreadable` hold hashes, `orphans` keys of objects."""

    documents: int = 0
    hashed: int = 0
    hashed_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    orphan_count: int = 0
    orphan_bytes: int = 0
    orphans: list[str] = field(default_factory=list)

    @property
    def damaged(self) -> bool:
        return bool(self.missing or self.altered or self.unreadable)

    def note_orphan(self, found: StoredObject) -> None:
        self.orphan_count += 1
        self.orphan_bytes += found.size
        if len(self.orphans) < LISTED:
            self.orphans.append(found.key)


@dataclass(slots=True)
class Swept:
    objects: int = 0
    object_bytes: int = 0
    uploads: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One name seen from both sides: the size its row says, and the object; None where there is none."""

    key: str
    size: int | None
    stored: StoredObject | None

    @property
    def sha256(self) -> str:
        return self.key.rpartition("/")[2]


def check(units: Units, fraction: float = ALL) -> Report:
    """Compare every document with its object: is it there, as large, and (of a `fraction`) of the same hash?

    fraction   0 … 1; below 1, each day takes the next part in turn: 1/30 has read everything in 30 days
    raises     Unavailable when the store as a whole does not answer
    """
    report = Report()
    store, now = units.tools.store, units.tools.now()
    for side in side_by_side(named(units), store.list(PREFIX)):
        if side.size is None:
            if side.stored and now - side.stored.modified_at > GRACE:
                report.note_orphan(side.stored)
            continue
        report.documents += 1
        stored = side.stored or store.stat(side.key)  # it may have come after its page was listed
        if stored is None:
            report.missing.append(side.sha256)
        elif stored.size != side.size:
            report.altered.append(side.sha256)
        elif due(side.sha256, fraction, now):
            judge_bytes(store, side, report)
    return report


def judge_bytes(store: ObjectStore, side: Side, report: Report) -> None:
    """Read one object from its first byte to its last."""
    try:
        with store.open(side.key) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # every store's has readinto
    except NotFound:
        report.missing.append(side.sha256)
    except Unavailable:
        report.unreadable.append(side.sha256)
        if len(report.unreadable) >= ENOUGH_UNREADABLE:
            raise
    else:
        report.hashed += 1
        report.hashed_bytes += side.size or 0
        if found != side.sha256:
            report.altered.append(side.sha256)


def due(sha256: str, fraction: float, now: datetime) -> bool:
    """Whether a hash lies in this day's part: a window that moves on by its own width every day."""
    begins = day_in_china(now).toordinal() * fraction % 1
    return fraction >= ALL or (int(sha256[:8], 16) / 2**32 - begins) % 1 < fraction


def named(units: Units) -> Iterator[Side]:
    """Yield every document in the order of hashes, each page in a transaction of its own."""
    last = ""
    while True:
        with units.reading(SYSTEM) as uow:
            page = uow.session.execute(
                select(Document.sha256, Document.size).where(Document.sha256 > last)
                .order_by(Document.sha256).limit(PAGE)
            ).all()
        for sha256, size in page:
            yield Side(key_of(sha256), size, None)
        if len(page) < PAGE:
            return
        last = page[-1].sha256


def side_by_side(rows: Iterator[Side], objects: Iterator[StoredObject]) -> Iterator[Side]:
    """Yield each name once, from two walks that are both in the order of keys."""
    both = merge(
        ((row.key, row) for row in rows), ((found.key, Side(found.key, None, found)) for found in objects),
        key=itemgetter(0),
    )
    for key, sides in groupby(both, key=itemgetter(0)):
        seen = [side for _key, side in sides]
        yield Side(
            key,
            next((side.size for side in seen if side.size is not None), None),
            next((side.stored for side in seen if side.stored is not None), None),
        )


def sweep(units: Units) -> Swept:
    """Remove what nothing will ever name: uploads a day after they stopped, their files, orphaned objects."""
    swept = Swept()
    drop_uploads(units, swept)
    drop_staged_files(units, swept)
    store, now = units.tools.store, units.tools.now()
    for side in side_by_side(named(units), store.list(PREFIX)):
        stored = side.stored
        if side.size is not None or stored is None or key_of(side.sha256) != side.key:
            continue
        if now - stored.modified_at > GRACE:
            drop_object(units, stored, swept)
    return swept


def drop_object(units: Units, stored: StoredObject, swept: Swept) -> None:
    """Look once more under the lock that every act naming these bytes takes, then remove them."""
    sha256 = stored.key.rpartition("/")[2]
    with units.writing(SYSTEM) as uow:
        uow.lock(f"document {sha256}")
        if not referred_to(uow, sha256):
            uow.tools.store.remove(stored.key)
            swept.objects += 1
            swept.object_bytes += stored.size


def referred_to(uow: UnitOfWork, sha256: str) -> bool:
    return bool(uow.session.scalar(select(
        exists().where(Document.sha256 == sha256) | exists().where(Upload.sha256 == sha256)
    )))


def drop_uploads(units: Units, swept: Swept) -> None:
    with units.writing(SYSTEM) as uow:
        expired = delete(Upload).where(Upload.expires_at < uow.at).returning(Upload.id)
        paths = [staged_path(uow, upload_id) for upload_id in uow.session.scalars(expired)]
    for path in paths:
        path.unlink(missing_ok=True)
    swept.uploads = len(paths)


def drop_staged_files(units: Units, swept: Swept) -> None:
    """Remove files a day old that a crash has left in staging."""
    oldest = (units.tools.now() - GRACE).timestamp()
    old = [path for path in sorted(units.tools.staging.iterdir())
           if path.suffix in {".part", ".upload"} and path.stat().st_mtime < oldest]
    named_in = [each for each in map(upload_of, old) if each]
    with units.reading(SYSTEM) as uow:
        known = uow.session.scalars(select(Upload.id).where(Upload.id.in_(named_in)))
        awaited = {staged_path(uow, upload_id) for upload_id in known}
    for path in old:
        if path not in awaited:
            path.unlink(missing_ok=True)
            swept.files += 1


def upload_of(path: Path) -> UUID | None:
    """Return the upload a staged file belongs to, None for a file that came with a form."""
    return UUID(path.stem) if path.suffix == ".upload" else None
