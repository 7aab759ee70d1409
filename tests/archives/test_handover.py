"""The way to the urban archive: checked, packed, received or returned; and what happens when it goes wrong."""

import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import bagit
import pytest
from sqlalchemy import select

from registry.archives.checking import check_handover
from registry.archives.handover import (
    NotAccepted,
    NotSent,
    OnItsWay,
    begin_handover,
    fetch_handover,
    receive_handover,
    return_handover,
)
from registry.archives.models import Handover, HandoverCheck, HandoverState
from registry.archives.package import Altered, Packed, package
from registry.archives.packaging import sign_ledger
from registry.archives.verifying import KEY, PROOFS, NoPackage, verify_package
from registry.documents.models import key_of
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from registry.kernel.jobs import Job
from registry.kernel.uow import Units
from registry.policy import NotFresh
from tests import build as house
from tests.archives.build import completed, examined, excused, filed
from tests.parties import build as parties


def begun(site):
    with site.units.writing(site.filer) as uow:
        return begin_handover(uow, site.project)


def checked(site, handover, units=None):
    """The ledger is signed, as the worker does twice a minute; then the check goes on."""
    sign_ledger(site.units)
    return looked_at(site, handover, units)


def looked_at(site, handover, units=None):
    with (units or site.units).writing(SYSTEM) as uow:
        check_handover(uow, str(handover.id))
    return found(site, handover)


def found(site, handover):
    with site.units.reading(SYSTEM) as uow:
        return uow.get(Handover, handover.id)


def findings(site, handover):
    with site.units.reading(SYSTEM) as uow:
        return uow.get(HandoverCheck, handover.id).findings


def whole(site):
    """Say of everything missing that there is none, but for one document, which is filed."""
    examined(site, filed(site))
    excused(site)


def sent_one(site, clock):
    whole(completed(site, clock))
    return checked(site, begun(site))


def keeper(units, region="370100"):
    return house.signed_in(units, f"keeper-{region}", "田档案", parties.organisation(units, f"城建档案馆{region}").id, None,
                           Role.URBAN_ARCHIVE, region)


def test_an_archive_is_not_handed_over_before_acceptance(site):
    with pytest.raises(NotAccepted):
        begun(site)


def test_what_lacks_documents_fails_with_their_names_and_may_be_begun_again(site, clock):
    filed(completed(site, clock))
    handover = checked(site, begun(site))
    assert handover.state is HandoverState.FAILED
    [lacking] = [row for row in findings(site, handover) if not row["passed"]]
    assert lacking["nature"] == "完整性"
    assert any(name.startswith("C7-01") for name in lacking["files"])
    assert begun(site).number.endswith("-02")


def test_a_whole_archive_passes_the_four_natures_and_goes_out(site, clock):
    handover = sent_one(site, clock)
    assert handover.state is HandoverState.SENT
    rows = findings(site, handover)
    assert {row["nature"] for row in rows} == {"真实性", "完整性", "可用性", "安全性"}
    assert all(row["passed"] for row in rows)


def test_a_second_one_waits_for_the_first(site, clock):
    completed(site, clock)
    begun(site)
    with pytest.raises(OnItsWay):
        begun(site)


def fetched(site, handover, actor=None):
    with site.units.writing(actor or site.filer) as uow:
        made = fetch_handover(uow, handover.id)
    return b"".join(package(made.files, made.opened, made.info))


@pytest.fixture
def unpacked(site, clock, tmp_path):
    with zipfile.ZipFile(io.BytesIO(fetched(site, sent_one(site, clock)))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "bag")
    return tmp_path / "bag"


def test_the_package_is_a_bag_that_plain_bagit_validates(unpacked):
    bagit.Bag(str(unpacked)).validate()
    listed = json.loads((unpacked / "data" / "目录.json").read_text())
    assert any(file["code"] == "C5-01" for file in listed["files"])
    assert (unpacked / "data" / "目录.pdf").read_bytes().startswith(b"%PDF")
    assert "sha256sum -c" in (unpacked / "data" / "说明.txt").read_text()


def test_one_byte_changed_in_the_folder_names_the_file(unpacked):
    [original] = (unpacked / "data" / "原件" / "C5-01").iterdir()
    original.chmod(0o644)
    original.write_bytes(original.read_bytes()[:-1] + b"X")
    found_ = verify_package(unpacked)
    assert not found_.sound
    assert any("C5-01" in name for name in found_.altered)


def test_one_byte_changed_in_the_zip_names_the_file(site, clock, tmp_path):
    data = fetched(site, sent_one(site, clock))
    path = tmp_path / "YJ.zip"
    path.write_bytes(data)
    assert verify_package(path).sound
    spot = data.index(b"%PDF") + 20
    path.write_bytes(data[:spot] + bytes([data[spot] ^ 1]) + data[spot + 1:])
    [name] = verify_package(path).altered
    assert name.startswith("data/")
    path.write_bytes(data[:-100])
    with pytest.raises(NoPackage):
        verify_package(path)


def test_every_file_of_a_package_carries_its_proof_from_the_signed_ledger(site, clock, tmp_path):
    path = tmp_path / "YJ.zip"
    path.write_bytes(fetched(site, sent_one(site, clock)))
    key = site.units.tools.signer.verifier_key
    proofs = verify_package(path, key).proofs
    with zipfile.ZipFile(path) as archive:
        files = [name for name in archive.namelist() if name.startswith(("data/原件/", "data/PDF-A副本/"))]
    assert (proofs.proved, proofs.wrong, proofs.unproved) == (len(files), [], [])
    assert {name.split("/")[2] for name in files} >= {"C5-01", "Q1-01", "Q1-02"}
    other = verify_package(path, key.replace("+", "+0", 1))
    assert not other.sound
    assert len(other.proofs.wrong) == len(files)


def test_a_package_is_not_made_before_the_ledger_has_signed_every_file(site, clock):
    whole(completed(site, clock))
    handover = begun(site)
    assert looked_at(site, handover).state is HandoverState.CHECKING
    with site.units.reading(SYSTEM) as uow:
        check = uow.get(HandoverCheck, handover.id)
        assert check.percent == 100
        assert "尚未签入检查点" in check.waiting
    assert checked(site, handover).state is HandoverState.SENT


def resealed(bag, change):
    """Change the proofs of an unpacked package and make its manifests fit, as a forger would."""
    path = bag / "data" / PROOFS
    path.chmod(0o644)
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    whole_bag = bagit.Bag(str(bag))
    for file in bag.iterdir():
        file.chmod(0o755 if file.is_dir() else 0o644)
    whole_bag.save(manifests=True)
    return verify_package(bag)


def test_a_proof_left_out_changed_or_swapped_is_named_although_all_hashes_fit(unpacked):
    [first, *rest] = [json.loads(line) for line in (unpacked / "data" / PROOFS).read_text().splitlines()]
    name = f"data/{first['place']}"

    def written(*lines):
        return lambda _old: [json.dumps(line, ensure_ascii=False) + "\n" for line in lines]

    left_out = resealed(unpacked, written(*rest))
    assert (left_out.proofs.unproved, left_out.sound) == ([name], False)
    assert left_out.altered == []
    changed = resealed(unpacked, written(first | {"event": first["event"].replace("filed", "fixed", 1)}, *rest))
    assert (changed.proofs.wrong, changed.proofs.unproved) == ([name], [])
    swapped = resealed(unpacked, written(first | {"event": rest[-1]["event"], "proof": rest[-1]["proof"]}, *rest))
    assert swapped.proofs.wrong == [name]
    assert resealed(unpacked, written(first, *rest)).sound


def test_a_package_without_proofs_passes_only_while_nobody_gives_the_key(unpacked):
    key = (unpacked / "data" / KEY).read_text().strip()
    assert verify_package(unpacked, key).sound
    (unpacked / "data" / PROOFS).unlink()
    bag = bagit.Bag(str(unpacked))
    bag.save(manifests=True)
    assert verify_package(unpacked).sound
    assert not verify_package(unpacked, key).sound


def test_a_store_that_gives_other_bytes_breaks_the_package_off(tmp_path):
    @contextmanager
    def opened(_sha256):
        yield io.BytesIO(b"other bytes")

    with pytest.raises(Altered):
        list(package([Packed("a.pdf", "0" * 64)], opened, {}))


class Down:
    """A store that does not answer."""

    def __init__(self, store):
        self.store = store

    def __getattr__(self, name):
        return getattr(self.store, name)

    def open(self, *_asked):
        raise Unavailable("文件存储没有应答。")


def test_a_store_that_is_down_is_waited_for_and_nothing_is_half_done(site, clock):
    whole(completed(site, clock))
    handover = begun(site)
    down = Units(site.units.bind, replace(site.units.tools, store=Down(site.units.tools.store)))
    assert checked(site, handover, down).state is HandoverState.CHECKING
    with site.units.reading(SYSTEM) as uow:
        check = uow.get(HandoverCheck, handover.id)
        assert (check.done, "没有应答" in check.waiting) == (0, True)
        later = uow.session.scalars(select(Job).where(Job.kind == "archives.check").order_by(Job.run_after.desc())).first()
        assert later.run_after == clock.at + timedelta(minutes=1)
    assert checked(site, handover).state is HandoverState.SENT


def test_a_file_the_store_has_lost_fails_the_authenticity(site, clock):
    whole(completed(site, clock))
    handover = begun(site)
    with site.units.reading(SYSTEM) as uow:
        lost = next(file for file in uow.get(HandoverCheck, handover.id).files if file["code"] == "C5-01")
    site.units.tools.store.remove(key_of(lost["sha256"]))
    assert checked(site, handover).state is HandoverState.FAILED
    assert [row["files"] for row in findings(site, handover) if not row["passed"]] == [[lost["place"]]]


def test_the_urban_archive_receives_under_its_own_number(site, clock, units):
    handover = sent_one(site, clock)
    with pytest.raises(Invalid), units.writing(keeper(units)) as uow:
        receive_handover(uow, handover.id, " ")
    with units.writing(keeper(units, "370000")) as uow:
        receive_handover(uow, handover.id, "JN-2026-001")
    assert found(site, handover).state is HandoverState.RECEIVED
    with pytest.raises(NotSent), units.writing(keeper(units, "370102")) as uow:
        return_handover(uow, handover.id, "太迟")


def test_it_is_returned_with_a_reason_and_by_its_own_archive_alone(site, clock, units):
    handover = sent_one(site, clock)
    with pytest.raises(NotFound), units.writing(keeper(units, "370200")) as uow:
        return_handover(uow, handover.id, "不是本市")
    with pytest.raises(Forbidden), units.writing(site.filer) as uow:
        receive_handover(uow, handover.id, "自己收")
    mine = keeper(units)
    with pytest.raises(Invalid), units.writing(mine) as uow:
        return_handover(uow, handover.id, "")
    with units.writing(mine) as uow:
        return_handover(uow, handover.id, "竣工图缺图章")
    assert found(site, handover).state is HandoverState.RETURNED
    assert begun(site).number.endswith("-02")


def test_fetching_the_package_needs_a_fresh_proof(site, clock):
    handover = sent_one(site, clock)
    with pytest.raises(NotFresh):
        fetched(site, handover, replace(site.filer, fresh=False))


def test_a_check_goes_on_a_slice_at_a_time(site, clock, monkeypatch):
    monkeypatch.setattr("registry.archives.checking.SLICE_FILES", 4)
    whole(completed(site, clock))
    handover = begun(site)
    assert checked(site, handover).state is HandoverState.CHECKING
    with site.units.reading(SYSTEM) as uow:
        assert uow.get(HandoverCheck, handover.id).done == 4
    for _turn in range(5):
        checked(site, handover)
    assert found(site, handover).state is HandoverState.SENT


