"""The audit: tree, events, records and files held against each other, with flat memory.

A proof that ignores an edited row or a swapped file is worth nothing, so all of it is read in one snapshot:
the tree is built again from its leaves, leaves compared with events, events with each other and with the
records as they are today, named files with the object store. Everything wrong is named with its place.

Who rewrites the whole database, tree included, is caught by the signed checkpoints and the signer's memory.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import text

from registry.kernel.actor import SYSTEM
from registry.kernel.ports import ObjectStore
from registry.kernel.uow import Units
from registry.ledger.audit_events import check_events
from registry.ledger.audit_records import RecordCheck, check_unspoken
from registry.ledger.audit_tree import check_tree
from registry.ledger.findings import Report
from registry.ledger.rules import FileRef, file_key

CHUNK = 1024 * 1024  # bytes
FILES_REMEMBERED = 65_536


def audit(units: Units, store: ObjectStore) -> Report:
    """Check everything, return what was found. Raises Unavailable when the object store does not answer."""
    report = Report()
    with units.reading(SYSTEM) as uow:
        session = uow.session
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        check_tree(session, uow.tools.signer, report)
        records = RecordCheck(session, uow.tools.vault, report)
        check_events(session, report, records, file_checker(store, report))
        check_unspoken(session, report)
    return report


def file_checker(store: ObjectStore, report: Report) -> Callable[[FileRef], None]:
    """Return a check of named files; it reads a file once, however often the file is named nearby."""

    @lru_cache(FILES_REMEMBERED)
    def check(file: FileRef) -> None:
        report.files += 1
        key = file_key(file.sha256)
        kept = store.stat(key)
        if kept is None:
            report.note("file.missing", "object", key, "size", file.size)
            return
        if kept.size != file.size:
            report.note("file.differs", "object", key, "size", file.size, kept.size)
        found = sha256_of(store, key)
        if found != file.sha256:
            report.note("file.differs", "object", key, "sha256", file.sha256, found)

    return check


def sha256_of(store: ObjectStore, key: str) -> str:
    digest = hashlib.sha256()
    with store.open(key) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
