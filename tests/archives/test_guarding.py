"""What must not be forgotten: files re-hashed on schedule with an alarm, and archives that are due."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from registry.archives.commands import archive
from registry.archives.guarding import IN_DAYS, ask_for_fixity, check_fixity, remind_owners
from registry.archives.verifying import verify_package
from registry.documents.models import Document, key_of
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.jobs import Job
from registry.notices.models import Notice
from registry.projects.models import Project
from tests import build as house
from tests.accounts.visiting import application
from tests.archives.build import completed, filed, offered, sent
from tests.documents import samples
from tests.parties import build as parties


def told(units, kind):
    with units.reading(SYSTEM) as uow:
        return uow.session.scalars(select(Notice).where(Notice.kind == kind)).all()


def test_an_altered_file_raises_the_alarm_within_a_month(site, units, clock):
    person = parties.person(units, "秦系统", house.identity())
    house.signed_in(units, "system-admin", "秦系统", None, person.id, Role.SYSTEM_ADMIN)
    own = samples.pdf(lambda made: made.add_blank_page())  # the store outlives the test: nobody else may file these bytes
    [file] = filed(site, offered(sent(own)))
    path = units.tools.store._path(key_of(file.document_sha256))  # the disk goes bad below us
    path.chmod(0o644)
    path.write_bytes(b"X" * path.stat().st_size)
    for _day in range(IN_DAYS):
        with units.writing(SYSTEM) as uow:
            check_fixity(uow)
        clock.forward(days=1)
    [notice, *_more] = told(units, "storage.damaged")
    assert notice.person_id == person.id
    assert "改动 1 份" in notice.body


def test_it_is_asked_for_once_a_day(units, clock):
    for _hour in range(3):
        ask_for_fixity(units)
        clock.forward(hours=1)
    clock.forward(days=1)
    ask_for_fixity(units)
    with units.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).where(Job.kind == "archives.fixity")) == 2


def test_the_owner_is_reminded_a_month_before_the_archive_is_due(site, units, clock):
    completed(site, clock)
    assert remind_owners(units) == 0
    clock.forward(days=65)
    assert remind_owners(units) == 1
    [notice] = told(units, "archive.due")
    assert (notice.person_id, "即将到期" in notice.title) == (site.filer.person, True)
    clock.forward(days=60)
    remind_owners(units)
    assert "逾期" in told(units, "archive.due")[-1].title or "逾期" in told(units, "archive.due")[0].title


@pytest.fixture
def command(site, units):
    with units.reading(SYSTEM) as uow:
        number = uow.get(Project, site.project).number
    app = application(units)

    def run(*asked):
        with app.app_context():
            return CliRunner().invoke(archive, [number if one == "NUMBER" else str(one) for one in asked])

    return run


def test_the_command_packs_and_verifies_and_one_byte_changed_exits_with_two(site, command, tmp_path):
    filed(site)
    out = tmp_path / "包.zip"
    packed = command("package", "NUMBER", "--out", out, "--json")
    assert packed.exit_code == 0, packed.output
    assert json.loads(packed.output)["bytes"] == out.stat().st_size
    assert not list(tmp_path.glob("*.part"))
    assert command("verify", out).exit_code == 0
    data = bytearray(out.read_bytes())
    data[data.index(b"%PDF") + 30] ^= 1
    out.write_bytes(data)
    broken = command("verify", out)
    assert broken.exit_code == 2
    assert "改动：data/" in broken.output
    assert verify_package(out).altered


def test_an_unknown_project_and_a_lost_file_are_refused_and_leave_nothing(site, units, command, tmp_path):
    out = tmp_path / "包.zip"
    assert command("package", "没有", "--out", out).exit_code == 1
    [file] = filed(site)
    units.tools.store.remove(key_of(file.document_sha256))
    assert command("package", "NUMBER", "--out", out).exit_code == 1
    assert list(tmp_path.glob("包*")) == []
    with units.reading(SYSTEM) as uow:
        assert uow.get(Document, file.document_sha256)
