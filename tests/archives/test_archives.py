"""The responsibility archive: assembled, catalogued, handed out, and checked without us."""

import hashlib
import io
import re
import subprocess
import zipfile

import pytest
from sqlalchemy import select

from registry.archives.actions import assemble_archive
from registry.archives.models import Archive
from registry.archives.queries import package
from registry.documents.queries import content
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, NotFound
from registry.ledger.models import LedgerEvent
from registry.parties.models import Person
from registry.policy import NotFresh
from registry.projects.models import Term
from tests import build as house
from tests.adapters.reading import text_of
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
    assert all(file["sha256"].encode() in event.body for file in archive.files)
    assert not any(number.encode() in event.body for number in identities(site))


def test_assembling_and_fetching_need_a_fresh_proof_of_who_one_is(site, units):
    with pytest.raises(NotFresh):
        assembled(site, stale(site.officer))
    archive = assembled(site)
    with pytest.raises(NotFresh), units.reading(stale(site.officer)) as uow:
        package(uow, archive.id)


def test_another_firm_finds_no_archive_and_a_party_that_is_not_the_owner_gets_none(site, units):
    archive = assembled(site)
    firm = parties.organisation(units)
    stranger = house.signed_in(units, "stranger", "外人", firm.id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound), units.reading(stranger) as uow:
        package(uow, archive.id)
    with pytest.raises(Forbidden), units.reading(site.leaders["contractor"]) as uow:
        package(uow, archive.id)


@pytest.fixture
def fetched(site, visit):
    """The ZIP, as the owner's filer got it from the page."""
    filer = visit(site.filer)
    page = f"/projects/{site.project}/archives"
    assert filer.post(page).status_code == 303
    shown = filer.get(page).text
    answer = filer.get(re.search(r"/archives/[0-9a-f-]+\.zip", shown)[0])
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
    answer = filer.get(f"/archives/{archive.id}.zip")
    assert answer.status_code == 303
    assert answer.location.startswith("/confirm?next=")


def test_the_page_lists_what_is_missing(site, visit):
    officer = visit(site.officer)
    officer.post(f"/projects/{site.project}/archives")
    assert "尚缺" in officer.get(f"/projects/{site.project}/archives").text


def test_the_same_archive_is_the_same_bytes_whenever_it_is_fetched(site, visit, fetched):
    filer = visit(site.filer)
    path = re.search(r"/archives/[0-9a-f-]+\.zip", filer.get(f"/projects/{site.project}/archives").text)[0]
    assert filer.get(path).data == fetched
