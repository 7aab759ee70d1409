"""The responsibility archive: assembled, catalogued, handed out, and checked without us."""

import hashlib
import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from sqlalchemy import select

from registry.archives.actions import AssembledMeanwhile, assemble_archive, fetch_archive
from registry.archives.models import Archive
from registry.documents.queries import content
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import Units
from registry.ledger.merkle import leaf_hash
from registry.ledger.models import LedgerEvent
from registry.ledger.proofs import verify_proof
from registry.ledger.rules import LARGEST_BODY, plain
from registry.ledger.sequencing import checkpoint, sequence
from registry.parties.models import Person
from registry.policy import NotFresh
from registry.projects.models import Term
from tests import build as house
from tests.adapters.reading import text_of
from tests.law import abolish_post
from tests.meanwhile import Meanwhile
from tests.parties import build as parties
from tests.plaques.build import accepted, issued


def assembled(site, actor=None):
    with site.units.writing(actor or site.officer) as uow:
        return assemble_archive(uow, site.project)


def paper(site, archive, heading):
    [found] = [file for file in archive.files if file["heading"] == heading]
    with site.units.reading(site.officer) as uow, content(uow, found["sha256"]) as stream:
        return text_of(stream.read())


def identities(site):
    with site.units.reading(site.officer) as uow:
        people = uow.session.scalars(select(Person).join(Term).where(Term.id.in_(site.terms.values())))
        return [uow.tools.vault.open(one.identity_sealed, f"person/identity/{one.id}") for one in people]


def stale(actor):
    return house.Actor(**{name: getattr(actor, name) for name in actor.__slots__} | {"fresh": False})


def test_an_archive_holds_every_signed_paper_the_table_and_a_catalogue(site, clock):
    accepted(site, clock)
    issued(site)
    headings = [file["heading"] for file in assembled(site).files]
    assert headings == ["Q1-00"] + ["Q1-01"] * 5 + ["Q1-02"] * 5 + ["Q1-03", "Q1-05"]


def test_the_table_holds_whole_identity_numbers_as_the_law_asks(site):
    table = paper(site, assembled(site), "Q1-03")
    numbers = identities(site)
    assert len(numbers) == 5
    assert all(number in table for number in numbers)
    assert all(leader in table for _firm, leader in house.FIRMS.values())


def test_the_catalogue_names_every_paper_and_no_identity_number(site):
    archive = assembled(site)
    catalogue = paper(site, archive, "Q1-00")
    assert archive.number in catalogue
    assert all(leader in catalogue for _firm, leader in house.FIRMS.values())
    assert not any(number in catalogue for number in identities(site))


def test_what_is_missing_is_listed_not_hidden(units, site):
    bare = house.site(units)
    house.sign_both(bare, "contractor")
    names = [row["name"] for row in assembled(bare).missing]
    assert [name for name in names if "授权书或承诺书" in name] == [
        f"{leader}（{firm}）的授权书或承诺书" for role, (firm, leader) in sorted(house.FIRMS.items()) if role != "contractor"
    ]
    assert "永久性标牌" in "".join(row["name"] for row in assembled(site).missing)


def test_no_number_of_an_archive_is_used_twice_and_an_old_one_stays_as_it_was(site, units):
    first, second = assembled(site), assembled(site)
    assert [first.number[-4:], second.number[-4:]] == ["-001", "-002"]
    with units.reading(site.officer) as uow:
        assert uow.get(Archive, first.id).files == first.files


def test_assembling_is_an_event_with_a_name_to_it_and_no_number_in_it(site, units):
    archive = assembled(site)
    with units.reading(site.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == archive.id)).one()
    assert event.kind == "archive.assembled"
    assert str(site.officer.account).encode() in event.body
    assert archive.catalogue_sha256.encode() in event.body
    assert archive.manifest_sha256.encode() in event.body
    assert not any(number.encode() in event.body for number in identities(site))


def test_assembling_and_fetching_need_a_fresh_proof_of_who_one_is(site, units):
    with pytest.raises(NotFresh):
        assembled(site, stale(site.officer))
    archive = assembled(site)
    with pytest.raises(NotFresh), units.writing(stale(site.officer)) as uow:
        fetch_archive(uow, archive.id)


def test_another_firm_finds_no_archive_and_a_party_that_is_not_the_owner_gets_none(site, units):
    archive = assembled(site)
    firm = parties.organisation(units)
    stranger = house.signed_in(units, "stranger", "外人", firm.id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound), units.writing(stranger) as uow:
        fetch_archive(uow, archive.id)
    with pytest.raises(Forbidden), units.writing(site.leaders["contractor"]) as uow:
        fetch_archive(uow, archive.id)


@pytest.fixture
def fetched(site, visit):
    """The ZIP, as the owner's filer got it from the page."""
    filer = visit(site.filer)
    page = f"/projects/{site.project}/archives"
    assert filer.post(page).status_code == 303
    shown = filer.get(page).text
    answer = filer.post(re.search(r"/archives/[0-9a-f-]+\.zip", shown)[0], at=page)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.data


def test_the_package_unpacks_and_every_file_is_what_the_manifest_says(fetched):
    with zipfile.ZipFile(io.BytesIO(fetched)) as package_:
        assert package_.testzip() is None
        manifest = dict(reversed(line.split("  ", 1)) for line in package_.read("manifest-sha256.txt").decode().splitlines())
        inside = [name for name in package_.namelist() if name.startswith("data/")]
        assert sorted(manifest) == sorted(inside)
        assert {name: hashlib.sha256(package_.read(name)).hexdigest() for name in inside} == manifest
        assert package_.read("bagit.txt").startswith(b"BagIt-Version: 1.0\n")
        assert "External-Identifier: ZRDA-" in package_.read("bag-info.txt").decode()


def checked(folder):
    return subprocess.run(["/usr/bin/sha256sum", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, check=False)


def test_anybody_checks_the_package_with_tools_of_his_own(fetched, tmp_path):
    with zipfile.ZipFile(io.BytesIO(fetched)) as package_:
        package_.extractall(tmp_path)
    assert checked(tmp_path).returncode == 0
    [first, *_rest] = sorted((tmp_path / "data").iterdir())
    first.chmod(0o644)
    first.write_bytes(first.read_bytes() + b" ")
    assert checked(tmp_path).returncode != 0


def test_after_a_while_the_package_asks_again_who_one_is(site, visit, clock):
    archive = assembled(site)
    filer = visit(site.filer)
    clock.forward(minutes=20)
    assert filer.get(f"/projects/{site.project}/archives").status_code == 200
    answer = filer.post(f"/archives/{archive.id}.zip", at=f"/projects/{site.project}/archives")
    assert answer.status_code == 303
    assert answer.location.startswith("/confirm?next=")


def test_the_page_lists_what_is_missing(site, visit):
    officer = visit(site.officer)
    officer.post(f"/projects/{site.project}/archives")
    assert "尚缺" in officer.get(f"/projects/{site.project}/archives").text


def test_the_same_archive_is_the_same_bytes_whenever_it_is_fetched(site, visit, fetched):
    filer, page = visit(site.filer), f"/projects/{site.project}/archives"
    path = re.search(r"/archives/[0-9a-f-]+\.zip", filer.get(page).text)[0]
    assert filer.post(path, at=page).data == fetched


def test_every_fetching_is_written_down_with_who_it_was(site, visit, units, fetched):
    with units.reading(site.officer) as uow:
        archive = uow.session.scalars(select(Archive)).one()
    officer, page = visit(site.officer), f"/projects/{site.project}/archives"
    assert officer.get(f"/archives/{archive.id}.zip").status_code == 405
    assert officer.post(f"/archives/{archive.id}.zip", at=page).status_code == 200
    with units.reading(site.officer) as uow:
        events = uow.session.scalars(select(LedgerEvent).where(
            LedgerEvent.subject_id == archive.id, LedgerEvent.kind == "archive.fetched").order_by(LedgerEvent.nth)).all()
    said = [json.loads(event.body) for event in events]
    assert [one["actor"] for one in said] == [str(site.filer.account), str(site.officer.account)]
    assert said[1]["record"]["number"] == archive.number


def test_the_manifest_in_the_package_is_the_one_the_ledger_names(site, units, fetched):
    with units.reading(site.officer) as uow:
        archive = uow.session.scalars(select(Archive)).one()
    with zipfile.ZipFile(io.BytesIO(fetched)) as package_:
        manifest = package_.read("data/manifest.json")
        listed = json.loads(manifest)["files"]
        for file in listed:
            assert hashlib.sha256(package_.read(f"data/{file['place']}")).hexdigest() == file["sha256"]
    assert hashlib.sha256(manifest).hexdigest() == archive.manifest_sha256


def test_the_event_of_a_large_archive_is_no_larger_than_that_of_a_small_one(site, units):
    archive = assembled(site)
    paper_ = dict(archive.files[0], title="承诺书" * 20)
    with units.reading(site.officer) as uow:
        small = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == archive.id)).one()
        assert len(json.dumps([paper_] * 300)) > LARGEST_BODY
        large = Archive(**{name: getattr(archive, name) for name in (
            "project_id", "catalogue_sha256", "manifest_sha256", "assembled_on", "assembled_at", "assembled_by_id")},
            number="ZRDA-300", files=[paper_] * 300, missing=[])
        recorded = rfc8785.dumps(plain({name: getattr(large, name) for name in Archive.ledger_facts}))
    assert len(recorded) < len(small.body) < LARGEST_BODY / 10


def test_the_signed_proof_of_a_plaque_goes_into_the_archive(site, clock, units):
    plaque = issued(accepted(site, clock))
    sequence(units)
    checkpoint(units)
    [proof] = [file for file in assembled(site).files if file["media_type"] == "application/json"]
    with units.reading(site.officer) as uow, content(uow, proof["sha256"]) as stream:
        bundle = json.load(stream)
        leaf = leaf_hash(bundle["event"].encode())
        assert verify_proof(bundle["proof"], leaf, uow.tools.signer.verifier_key).size > 0
    assert json.loads(bundle["event"])["record"]["code"] == plaque.code
    assert proof["place"].endswith(".json")


def test_of_two_who_assemble_at_once_the_slower_one_is_told(site, units):
    tools = replace(units.tools, printer=Meanwhile(units.tools.printer, lambda: assembled(site)))
    with pytest.raises(AssembledMeanwhile), Units(units.bind, tools).writing(site.officer) as uow:
        assemble_archive(uow, site.project)


def test_an_archive_calls_a_post_what_it_was_called_then(site, units, clock):
    abolish_post(units, "project-manager", clock.at.date() + timedelta(days=20))
    clock.forward(days=30)
    assert "项目经理" in paper(site, assembled(site), "Q1-03")
