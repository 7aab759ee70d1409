"""The archive of a large project: how complete it is, and its package to the urban archive.

    package       the BagIt ZIP of ARCHIVE_BYTES (5 GB unless said otherwise), re-hashed on the way, to a file, fsynced
    copying       the same objects copied one after the other into one file, fsynced: what a disk needs at least
    completeness  the catalogue of a project with 1,500 filed documents against what is there
    page          everything the archive page shows of that project

Packing and copying write a new file each time: the last one is removed before, and what is dirty is written down.
Memory is the growth of the peak of this process while it packs.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import BinaryIO
from uuid import uuid4

from benchmarks.ground import Ground, build_site, ground
from benchmarks.measuring import Effort, Line, Measured, Sense, in_turn
from registry.archives.commands import write
from registry.archives.filing import FileFacts, file_documents
from registry.archives.package import Packed, package
from registry.archives.queries import archives, completeness
from registry.documents.models import Document, key_of
from registry.kernel.actor import SYSTEM
from tests.documents import wire

BYTES = int(os.environ.get("ARCHIVE_BYTES", "5000000000"))
QUICK_BYTES = 300_000_000
OBJECT = 25_000_000          # bytes: a thick scan
FILES = 1_500
RATIO, MEMORY_MB, COMPLETENESS_MS = 0.6, 80.0, 150.0
ROUNDS = {Effort.FULL: 3, Effort.QUICK: 1}


def fill(place: Ground, size: int) -> list[Packed]:
    """Put `size` bytes of objects into the store, none like another."""
    kept = []
    for number in range(max(1, size // OBJECT)):
        source = place.folder / "object"
        data = os.urandom(OBJECT)
        source.write_bytes(data)
        name = sha256(data).hexdigest()
        place.units.tools.store.put_once(key_of(name), source, "application/pdf")
        source.unlink(missing_ok=True)
        kept.append(Packed(f"原件/C5-01/{number:05d}.pdf", name))
    return kept


def copied(place: Ground, files: list[Packed], out: Path) -> float:
    begun = perf_counter()
    with out.open("wb", buffering=0) as target:
        for file in files:
            with place.units.tools.store.open(key_of(file.sha256)) as source:
                shutil.copyfileobj(source, target, 1 << 20)
        os.fsync(target.fileno())
    return perf_counter() - begun


def packed(place: Ground, files: list[Packed], out: Path) -> float:
    def opened(name: str) -> AbstractContextManager[BinaryIO]:
        return place.units.tools.store.open(key_of(name))

    begun = perf_counter()
    write(out, package(files, opened, {"External-Identifier": "bench"}))
    return perf_counter() - begun


def anew(way: Callable[[Ground, list[Packed], Path], float], place: Ground, files: list[Packed], out: Path) -> float:
    out.unlink(missing_ok=True)
    os.sync()
    return way(place, files, out)


def file_many(place: Ground) -> dict[str, Callable[[], object]]:
    """A project with FILES documents under thirty-one codes, and what is asked of it."""
    site = build_site(place)
    with place.units.writing(SYSTEM) as uow:
        names = [uuid4().hex * 2 for _file in range(FILES)]
        uow.session.add_all(Document(sha256=name, size=1, media_type="application/pdf", stored_at=uow.at) for name in names)
        uow.session.flush()
        codes = [f"C5-{number:02d}" for number in range(1, 25)] + [f"C2-{number:02d}" for number in range(1, 8)]
        file_documents(uow, site.project, [
            FileFacts(codes[count % len(codes)], f"记录 {count}", name, uow.today - timedelta(days=1))
            for count, name in enumerate(names)
        ])

    def ask() -> int:
        with place.units.reading(SYSTEM) as uow:
            return completeness(uow, site.project).present

    def look() -> int:
        with place.units.reading(SYSTEM) as uow:
            return len(archives(uow, site.project).files)

    assert look() == FILES
    return {"completeness": ask, "page": look}


def measure(effort: Effort) -> Measured:
    size = BYTES if effort is Effort.FULL else min(BYTES, QUICK_BYTES)
    with ground() as place:
        taken = in_turn(file_many(place), ROUNDS[effort], 40)
        files = fill(place, size)
        out, grown = place.folder / "out", 0
        plain, ours = [], []
        for _round in range(ROUNDS[effort]):
            plain.append(anew(copied, place, files, out))
            with wire.Memory() as memory:
                ours.append(anew(packed, place, files, out))
            grown = max(grown, memory.grown)
    figures = taken["completeness"].plain()
    return Measured(
        [
            Line("移交包速度与直接复制之比", Sense.AT_LEAST, RATIO, round(median(plain) / median(ours), 2)),
            Line("移交包增加的内存 MB", Sense.AT_MOST, MEMORY_MB, round(grown / 1e6, 1)),
            Line("1,500 件项目的齐全程度 p95 ms", Sense.AT_MOST, COMPLETENESS_MS, figures["p95_ms"]),
        ],
        {"bytes": size, "copying_s": [round(one, 2) for one in plain], "package_s": [round(one, 2) for one in ours],
         "completeness": figures, "page": taken["page"].plain()},
    )
