"""Damage is found and named; what nothing refers to goes away, and nothing else ever does."""

import hashlib
import json
import os
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from registry.adapters.objects import DirectoryStore
from registry.documents import fixity
from registry.documents.actions import (
    Offer,
    begin_piece,
    begin_upload,
    deposit,
    end_piece,
    keep_upload,
    upload_whole,
)
from registry.documents.commands import storage
from registry.documents.kinds import PAPERS
from registry.documents.models import Document, Upload, key_of
from registry.kernel.uow import Units
from tests.conftest import Clock
from tests.documents import samples
from tests.documents.conftest import LI, Arrived


def kept(units: Units, data: bytes) -> str:
    with units.writing(LI) as uow:
        return deposit(uow, data, "text/plain")


@pytest.fixture
def file_of(units: Units) -> Callable[[str], Path]:
    """Return where the directory store keeps the object with the given hash."""
    store = units.tools.store
    assert isinstance(store, DirectoryStore)
    return lambda sha256: store.root / key_of(sha256)


@pytest.fixture
def orphaned(units: Units, tmp_path: Path, clock: Clock) -> Callable[[bytes, float], str]:
    """Leave bytes in the store as a crash between storing and committing does, some hours ago."""
    def crash(data: bytes, hours: float) -> str:
        name = ""
        with suppress(KeyboardInterrupt), units.writing(LI) as uow:
            name = deposit(uow, data, "text/plain")
            raise KeyboardInterrupt
        path = tmp_path / "objects" / key_of(name)
        os.utime(path, ((clock.at - timedelta(hours=hours)).timestamp(),) * 2)
        return name
    return crash


def age(path: Path, clock: Clock, hours: float) -> None:
    os.utime(path, ((clock.at - timedelta(hours=hours)).timestamp(),) * 2)


def test_a_sound_store_is_called_sound(units: Units) -> None:
    for number in range(5):
        kept(units, f"paper {number}".encode())
    report = fixity.check(units)
    assert (report.documents, report.hashed, report.damaged, report.orphan_count) == (5, 5, False, 0)


def test_more_documents_than_one_page_are_all_checked(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixity, "PAGE", 3)
    for number in range(9):
        kept(units, f"paper {number}".encode())
    assert fixity.check(units).hashed == 9


def test_missing_altered_and_shortened_objects_are_named(
    units: Units, file_of: Callable[[str], Path],
) -> None:
    words = (b"missing", b"altered", b"shorter", b"sound")
    missing, altered, shortened, sound = (kept(units, word) for word in words)
    file_of(missing).unlink()
    for name, data in ((altered, b"Altered"), (shortened, b"short")):
        file_of(name).chmod(0o644)
        file_of(name).write_bytes(data)

    report = fixity.check(units)
    assert report.damaged
    assert report.missing == [missing]
    assert sorted(report.altered) == sorted([altered, shortened])
    assert sound not in report.missing + report.altered


def test_a_part_a_day_reads_everything_in_turn(clock: Clock) -> None:
    names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(500)]
    read: list[str] = []
    for day in range(10):
        today = [name for name in names if fixity.due(name, 0.1, clock.at + timedelta(days=day))]
        assert 20 < len(today) < 90
        read += today
    assert sorted(read) == sorted(names)


def test_of_a_part_the_rest_must_still_be_there(units: Units, file_of: Callable[[str], Path]) -> None:
    name = kept(units, b"there or not")
    file_of(name).unlink()
    assert fixity.check(units, 0.0).missing == [name]


def test_a_crash_leaves_an_orphan_that_is_swept_after_a_day(
    units: Units, orphaned: Callable[[bytes, float], str], file_of: Callable[[str], Path],
) -> None:
    old, young, named = orphaned(b"old", 25), orphaned(b"young", 23), kept(units, b"named")
    report = fixity.check(units)
    assert (report.damaged, report.orphans) == (False, [key_of(old)])

    swept = fixity.sweep(units)
    assert (swept.objects, swept.object_bytes) == (1, 3)
    assert not file_of(old).exists()
    assert file_of(young).exists()
    assert file_of(named).exists()


def test_what_any_document_names_is_never_swept(
    units: Units, clock: Clock, file_of: Callable[[str], Path], orphaned: Callable[[bytes, float], str],
) -> None:
    name = orphaned(b"an orphan that found a home", 1000)
    assert kept(units, b"an orphan that found a home") == name
    age(file_of(name), clock, 1000)
    assert fixity.sweep(units).objects == 0
    assert file_of(name).exists()


def test_a_sweep_cannot_take_what_an_act_is_just_naming(
    committed: Units, clock: Clock, file_of: Callable[[str], Path], orphaned: Callable[[bytes, float], str],
) -> None:
    name = orphaned(b"named at the last moment", 1000)
    named, swept = threading.Event(), threading.Event()

    def act() -> None:
        with committed.writing(LI) as uow:
            deposit(uow, b"named at the last moment", "text/plain")
            named.set()
            assert not swept.wait(1), "the sweep must wait for the act"

    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act)
        named.wait(10)
        age(file_of(name), clock, 1000)
        assert fixity.sweep(committed).objects == 0
        swept.set()
        acting.result()
    assert file_of(name).exists()
    assert fixity.check(committed).missing == []


def test_what_is_no_object_of_ours_is_left_alone(units: Units, clock: Clock, tmp_path: Path) -> None:
    source = tmp_path / "foreign"
    source.write_bytes(b"x")
    units.tools.store.put_once("sha256/foreign", source, "text/plain")
    age(tmp_path / "objects" / "sha256" / "foreign", clock, 1000)
    assert fixity.check(units).orphans == ["sha256/foreign"]
    assert fixity.sweep(units).objects == 0


def test_an_upload_waits_a_day_for_its_act(
    units: Units, arrived: Arrived, clock: Clock, file_of: Callable[[str], Path],
) -> None:
    data = samples.pdf()
    with units.writing(LI) as uow:
        sent = arrived(data)
        name = upload_whole(uow, Offer("承诺书.pdf", "application/pdf", len(data)), sent).sha256
    sent.discard()
    assert name is not None
    age(file_of(name), clock, 1000)
    assert fixity.sweep(units) == fixity.Swept()
    assert file_of(name).exists()

    clock.forward(hours=25)
    swept = fixity.sweep(units)
    assert (swept.uploads, swept.objects) == (1, 1)
    assert not file_of(name).exists()


def test_an_upload_that_became_a_document_leaves_it_behind(
    units: Units, arrived: Arrived, clock: Clock, file_of: Callable[[str], Path],
) -> None:
    data = samples.pdf()
    with units.writing(LI) as uow:
        upload = upload_whole(uow, Offer("承诺书.pdf", "application/pdf", len(data)), arrived(data))
        name = keep_upload(uow, upload.id, PAPERS).sha256
    clock.forward(hours=1000)
    swept = fixity.sweep(units)
    assert (swept.uploads, swept.objects) == (1, 0)
    assert file_of(name).exists()
    with units.reading(LI) as uow:
        assert uow.session.scalars(select(Upload)).all() == []
        assert uow.session.scalars(select(Document.sha256)).all() == [name]


def test_files_a_crash_left_in_staging_go_after_a_day(
    units: Units, clock: Clock, staging: Path,
) -> None:
    with units.writing(LI) as uow:
        upload = begin_upload(uow, Offer("承诺书.pdf", "application/pdf", 100))
        half = begin_piece(uow, upload.id, 0)
        half.write(b"half")
        half.settle()
        end_piece(uow, upload.id, half)
    awaited, old, young, lost = (
        staging / name for name in (f"{upload.id}.upload", "a.part", "b.part", f"{uuid.uuid4()}.upload"))
    for path, hours in ((awaited, 30), (old, 30), (young, 1), (lost, 30)):
        path.touch()
        age(path, clock, hours)
    assert fixity.sweep(units).files == 2
    assert [path.exists() for path in (awaited, old, young, lost)] == [True, False, True, False]


@pytest.fixture
def app(units: Units) -> Flask:
    app = Flask("operators")
    app.extensions["units"] = units
    return app


def test_the_operator_hears_of_damage_by_exit_code_and_name(
    units: Units, app: Flask, file_of: Callable[[str], Path],
) -> None:
    name = kept(units, b"to be lost")
    with app.app_context():
        sound = CliRunner().invoke(storage, ["check", "--json"])
        file_of(name).unlink()
        damaged = CliRunner().invoke(storage, ["check", "--json"])
        said = CliRunner().invoke(storage, ["check"])
    assert (sound.exit_code, json.loads(sound.output)["damaged"]) == (0, False)
    assert (damaged.exit_code, json.loads(damaged.output)["missing"]) == (1, [name])
    assert (said.exit_code, "缺失：1 份" in said.output, name in said.output) == (1, True, True)


def test_the_operator_hears_of_an_outage(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "objects").rename(tmp_path / "unmounted")
    with app.app_context():
        for command in ("check", "sweep"):
            answer = CliRunner().invoke(storage, [command])
            assert (answer.exit_code, "不见了" in answer.output) == (3, True)


def test_the_operator_sweeps(app: Flask, orphaned: Callable[[bytes, float], str]) -> None:
    orphaned(b"old", 25)
    with app.app_context():
        answer = CliRunner().invoke(storage, ["sweep", "--json"])
    assert json.loads(answer.output)["objects"] == 1
