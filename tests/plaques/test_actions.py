"""Making a plaque, putting it up, and what passers-by say about it."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage

from registry.documents.kinds import Unsuitable
from registry.documents.queries import content
from registry.kernel.actor import NOBODY, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.notices.models import Notice
from registry.parties.models import Person
from registry.plaques.actions import (
    REPORTS_A_DAY,
    ChangedMeanwhile,
    Hanging,
    NotFiled,
    Size,
    TooManyReports,
    TooSoon,
    answer_report,
    issue_plaque,
    mount_plaque,
    note_scan,
    report_wrong_plaque,
    reveal_contact,
)
from registry.plaques.models import Plaque, PlaqueScan, WrongPlaqueReport
from registry.plaques.queries import watch
from registry.pledges.changes import Newcomer, hand_over
from registry.policy import NotFresh
from registry.projects.actions import FirmFacts, accept_unit, admit_firm
from registry.projects.models import Project, UnitProject
from registry.projects.registering import register_project
from tests import build as house
from tests.adapters.reading import codes_read, picture_of, text_of
from tests.documents.samples import jpeg, pdf
from tests.meanwhile import Meanwhile
from tests.parties import build as parties
from tests.plaques.build import accepted, issued, leaders

OTHER_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@pytest.fixture
def ready(site, clock):
    return accepted(site, clock)


def bytes_of(site, sha256):
    with site.units.reading(site.officer) as uow, content(uow, sha256) as stream:
        return stream.read()


def test_a_plaque_bears_the_five_firms_and_their_leaders(ready):
    plaque = issued(ready)
    assert [line["role"] for line in plaque.facts["lines"]] == ["建设单位", "勘察单位", "设计单位", "施工单位", "监理单位"]
    assert leaders(plaque) == [name for _firm, name in (house.FIRMS[role] for role in (
        "owner", "survey", "design", "contractor", "supervision"))]
    assert plaque.facts["unit"] == {
        "number": "01", "name": "1 号楼", "design_life_years": 50, "started_on": "2026-03-10", "accepted_on": "2027-06-01",
    }


def test_a_plaque_is_an_event_in_the_ledger_with_its_artwork(ready, units):
    plaque = issued(ready)
    with units.reading(ready.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == plaque.id)).one()
    assert event.kind == "plaque.issued"
    assert plaque.pdf_sha256.encode() in event.body
    assert plaque.svg_sha256.encode() in event.body


def test_no_identity_number_and_no_phone_is_anywhere_on_a_plaque(ready, units):
    plaque = issued(ready)
    with units.reading(ready.officer) as uow:
        people = uow.session.scalars(select(Person)).all()
        numbers = {uow.tools.vault.open(one.identity_sealed, f"person/identity/{one.id}") for one in people}
    svg = bytes_of(ready, plaque.svg_sha256).decode()
    for said in (str(plaque.facts), text_of(bytes_of(ready, plaque.pdf_sha256)), svg):
        assert not any(number in said for number in numbers)
        assert "identity" not in said
    assert not OTHER_IDENTITY.search(str(plaque.facts))


def test_the_qr_code_on_the_printed_plaque_is_its_address_in_capitals(ready):
    plaque = issued(ready)
    picture = picture_of(bytes_of(ready, plaque.pdf_sha256), 100)
    assert codes_read(picture) == [f"HTTPS://ZHUZE.TEST/V/{plaque.code}"]


def test_a_qr_code_too_small_to_be_scanned_from_the_pavement_is_refused(ready):
    with pytest.raises(Invalid), ready.units.writing(ready.filer) as uow:
        issue_plaque(uow, ready.unit, Size(qr_mm=5))


def test_nothing_is_engraved_that_is_not_on_file_and_the_refusal_names_the_posts(units, clock):
    bare = accepted(house.site(units), clock)
    house.sign_both(bare, "contractor")
    house.file(bare, "contractor")
    with pytest.raises(NotFiled) as refused:
        issued(bare)
    assert "建设单位项目负责人" in str(refused.value)
    assert "总监理工程师" in str(refused.value)
    assert "项目经理" not in str(refused.value)


def test_no_plaque_is_made_before_acceptance_where_the_nation_rules(site):
    with pytest.raises(TooSoon, match="竣工验收"):
        issued(site)


def test_beijing_has_the_plaque_made_before_acceptance(units):
    beijing = house.filed_site(units, region="110101")
    assert issued(beijing).facts["unit"]["accepted_on"] is None


def test_a_firm_of_another_unit_is_not_on_the_plaque(ready, units):
    """A second contractor, for building 2 alone, does not come between building 1 and its plaque."""
    second = parties.organisation(units, "泉城安装公司")
    with units.writing(ready.officer) as uow:
        admit_firm(uow, ready.project, FirmFacts(second.id, "contractor", uow.today, units=("02",)))
    assert "泉城安装公司" not in str(issued(ready).facts)


def test_the_contractor_of_another_unit_does_not_stand_in_for_the_one_that_is_missing(ready, units):
    principals = ("owner", "survey", "design", "supervision")
    with units.writing(ready.officer) as uow:
        project = register_project(uow, house.registration("P-01", roles=principals))
        admit_firm(uow, project.id, FirmFacts(parties.organisation(units).id, "contractor", house.STARTED, units=("01",)))
        second = uow.session.scalars(select(UnitProject).where(
            UnitProject.project_id == project.id, UnitProject.number == "02")).one()
        accept_unit(uow, second.id, uow.today)
    with pytest.raises(NotFiled, match="施工单位项目经理"), units.writing(ready.officer) as uow:
        issue_plaque(uow, second.id, Size())


def test_only_the_owner_and_the_station_have_a_plaque_made(ready):
    with pytest.raises(Forbidden), ready.units.writing(ready.leaders["contractor"]) as uow:
        issue_plaque(uow, ready.unit, Size())


def test_a_stranger_to_the_project_does_not_even_find_the_unit(ready, units):
    stranger = house.signed_in(
        units, "stranger", "外人", parties.organisation(units).id, None, house.Role.FIRM_FILER)
    with pytest.raises(NotFound), units.writing(stranger) as uow:
        issue_plaque(uow, ready.unit, Size())


def test_a_plaque_is_not_made_of_what_changed_while_it_was_drawn(ready, units):
    def handed_over():
        with units.writing(ready.officer) as uow:
            hand_over(uow, ready.terms["contractor"], Newcomer(
                "郑接任", "citizen", house.identity(), "", "一级注册建造师", "鲁1370000000001", uow.today, "工作调动", "变1号"))

    tools = replace(units.tools, printer=Meanwhile(units.tools.printer, handed_over))
    with pytest.raises((ChangedMeanwhile, NotFiled)), Units(units.bind, tools).writing(ready.filer) as uow:
        issue_plaque(uow, ready.unit, Size())

    def renamed():
        with units.writing(ready.officer) as uow:
            uow.get(Project, ready.project).name = "和平里花园"

    tools = replace(units.tools, printer=Meanwhile(units.tools.printer, renamed))
    with pytest.raises(ChangedMeanwhile), Units(units.bind, tools).writing(ready.filer) as uow:
        issue_plaque(uow, ready.unit, Size())
    with units.reading(ready.officer) as uow:
        assert uow.session.scalars(select(Plaque)).all() == []


def test_a_new_plaque_supersedes_the_old_one_which_stays(ready, units):
    old, new = issued(ready), issued(ready)
    with units.reading(ready.officer) as uow:
        rows = {row.id: row for row in uow.session.scalars(select(Plaque))}
    assert rows[old.id].superseded_at is not None
    assert rows[new.id].superseded_at is None
    assert old.code != new.code


def test_the_database_lets_one_plaque_stand_for_a_unit(ready, units):
    plaque = issued(ready)
    with pytest.raises(DBAPIError, match="uq_plaque_standing"), units.writing(ready.officer) as uow:
        uow.session.add(Plaque(
            id=uow.new_id(), unit_project_id=ready.unit, code="X" * 24, facts=plaque.facts, pdf_sha256=plaque.pdf_sha256,
            svg_sha256=plaque.svg_sha256, issued_on=uow.today, issued_at=uow.at,
        ))


def hang(site, plaque, picture=None, day=date(2027, 6, 1), actor=None):
    photo = FileStorage(io.BytesIO(jpeg() if picture is None else picture), "标牌.jpg", content_type="image/jpeg")
    with site.units.writing(actor or site.filer) as uow:
        return mount_plaque(uow, plaque.id, Hanging(photo, "主入口东侧外墙", day, "泉城标牌厂"))


def test_a_plaque_is_put_up_with_a_photo_that_shows_it(ready, units):
    plaque = issued(ready)
    mounting = hang(ready, plaque)
    with units.reading(ready.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == mounting.id)).one()
    assert mounting.photo_sha256.encode() in event.body
    assert bytes_of(ready, mounting.photo_sha256) == jpeg()


@pytest.mark.parametrize("sent", [b"not a picture", pdf(), jpeg()[:200]])
def test_what_is_no_picture_shows_no_plaque(ready, sent):
    plaque = issued(ready)
    with pytest.raises(Unsuitable):
        hang(ready, plaque, sent)


def test_a_plaque_hangs_between_its_making_and_today(ready):
    plaque = issued(ready)
    for day in (date(2027, 5, 31), date(2027, 6, 2)):
        with pytest.raises(Invalid, match="之间"):
            hang(ready, plaque, day=day)


def test_a_superseded_plaque_is_not_put_up_any_more(ready):
    old = issued(ready)
    issued(ready)
    with pytest.raises(Conflict, match="取代"):
        hang(ready, old)


def wrong(site, plaque, words="墙上没有标牌", kind="missing", contact=""):
    with site.units.writing(NOBODY) as uow:
        return report_wrong_plaque(uow, plaque.code, kind, words, contact)


def test_anybody_says_what_is_wrong_and_his_contact_is_sealed(ready, units):
    plaque = issued(ready)
    report = wrong(ready, plaque, contact="13812345678")
    with units.reading(ready.officer) as uow:
        kept = uow.get(WrongPlaqueReport, report.id)
        bodies = b"".join(uow.session.scalars(select(LedgerEvent.body)))
        assert uow.tools.vault.open(kept.contact_sealed, f"wrong_plaque_report/contact/{report.id}") == "13812345678"
    assert b"13812345678" not in bodies
    assert b"13812345678" not in kept.contact_sealed


def test_an_identity_number_in_the_words_is_refused(ready):
    plaque = issued(ready)
    with pytest.raises(Invalid, match="身份证号码"):
        wrong(ready, plaque, words=f"负责人是 {parties.IDENTITY}")


def test_twenty_reports_a_day_are_enough_for_one_plaque(ready, clock):
    plaque = issued(ready)
    for _report in range(REPORTS_A_DAY):
        wrong(ready, plaque)
    with pytest.raises(TooManyReports):
        wrong(ready, plaque)
    clock.forward(days=1, seconds=1)
    wrong(ready, plaque)


def test_a_report_is_answered_once_and_not_by_silence(ready):
    plaque = issued(ready)
    report = wrong(ready, plaque)
    with pytest.raises(Invalid), ready.units.writing(ready.officer) as uow:
        answer_report(uow, report.id, "  ")
    with ready.units.writing(ready.officer) as uow:
        answer_report(uow, report.id, "已重新安装")
    with pytest.raises(Conflict, match="已经答复"), ready.units.writing(ready.officer) as uow:
        answer_report(uow, report.id, "另一个答复")


def test_a_scan_is_counted_by_the_day_and_says_nothing_about_who_it_was(ready, clock):
    plaque = issued(ready)
    for seconds in (0, 30, 61, 86_400):
        clock.forward(seconds=seconds)
        with ready.units.writing(NOBODY) as uow:
            note_scan(uow, plaque.code.lower())
    with ready.units.writing(NOBODY) as uow:
        note_scan(uow, "没有的编码")
    with ready.units.reading(ready.officer) as uow:
        rows = [(row.day, row.scans) for row in uow.session.scalars(select(PlaqueScan).order_by(PlaqueScan.day))]
    assert rows == [(date(2027, 6, 1), 2), (date(2027, 6, 2), 1)]   # the second within a minute does not count
    assert set(PlaqueScan.__table__.columns.keys()) == {"plaque_id", "day", "scans", "last_at"}


@pytest.fixture
def county(units):
    """An officer of the county's own station, who is a person on our books."""
    person = parties.person(units, "冯县监", house.identity())
    station = parties.organisation(units, "历下区监督站")
    return house.signed_in(units, "county", "冯县监", station.id, person.id, Role.OFFICER, "370102")


def told_to(units, actor):
    with units.reading(actor) as uow:
        return [(row.kind, row.link, row.done_at is not None) for row in uow.session.scalars(
            select(Notice).where(Notice.person_id == actor.person).order_by(Notice.created_at))]


def test_the_nearest_station_is_told_of_a_wrong_plaque_until_the_last_report_is_answered(ready, units, county):
    far = parties.person(units, "省监督", house.identity())
    province = house.signed_in(units, "province", "省监督", None, far.id, Role.OFFICER, "370000")
    elsewhere = parties.person(units, "外监督", house.identity())
    other = house.signed_in(units, "other", "外监督", None, elsewhere.id, Role.OFFICER, "370103")
    plaque = issued(ready)
    first, second = wrong(ready, plaque), wrong(ready, plaque, kind="damaged")
    assert told_to(units, county) == [("plaque.reported", f"/plaques/{plaque.id}", False)]
    assert told_to(units, province) == told_to(units, other) == []
    for report, settled in ((first, False), (second, True)):
        with units.writing(county) as uow:
            answer_report(uow, report.id, "已核实")
        assert told_to(units, county) == [("plaque.reported", f"/plaques/{plaque.id}", settled)]


def test_a_look_at_who_reported_is_written_down_with_its_reason(ready, units, county):
    plaque = issued(ready)
    report = wrong(ready, plaque, contact="请找 3 单元王女士")
    with units.writing(county) as uow:
        assert reveal_contact(uow, report.id, "contact", "核实标牌缺失的位置") == "请找 3 单元王女士"
    with units.reading(county) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(
            LedgerEvent.subject_id == report.id, LedgerEvent.kind == "plaque.contact-revealed")).one()
    assert "核实标牌缺失的位置".encode() in event.body
    assert str(county.account).encode() in event.body
    assert "王女士".encode() not in event.body


def test_nobody_looks_at_who_reported_without_reason_fresh_proof_and_office(ready, units, county):
    plaque = issued(ready)
    report = wrong(ready, plaque, contact="13812345678")
    with pytest.raises(Invalid, match="事由"), units.writing(county) as uow:
        reveal_contact(uow, report.id, "contact", "看")
    with pytest.raises(NotFresh), units.writing(replace(county, fresh=False)) as uow:
        reveal_contact(uow, report.id, "contact", "核实标牌缺失的位置")
    with pytest.raises(Forbidden), units.writing(ready.filer) as uow:   # the owner, about whom it may be
        reveal_contact(uow, report.id, "contact", "核实标牌缺失的位置")
    silent = wrong(ready, plaque)
    with pytest.raises(NotFound, match="没有留下"), units.writing(county) as uow:
        reveal_contact(uow, silent.id, "contact", "核实标牌缺失的位置")


def seen(units, actor):
    with units.reading(actor) as uow:
        found = watch(uow)
        return ([one.report.id for one in found.reported], [one.id for one in found.unmounted],
                [one.id for one in found.unscanned])


def test_the_station_sees_which_plaques_to_look_into(ready, units, clock):
    plaque = issued(ready)
    assert seen(units, ready.officer) == ([], [plaque.id], [])
    hang(ready, plaque)
    report = wrong(ready, plaque)
    assert seen(units, ready.officer) == ([report.id], [], [])
    clock.forward(days=366)
    assert seen(units, ready.officer) == ([report.id], [], [plaque.id])
    with units.writing(NOBODY) as uow:
        note_scan(uow, plaque.code)
    assert seen(units, ready.officer) == ([report.id], [], [])


def test_a_station_elsewhere_and_a_leader_see_none_of_it(ready, units):
    wrong(ready, issued(ready))
    elsewhere = house.signed_in(units, "qingdao", "青监督", None, None, Role.OFFICER, "370200")
    assert seen(units, elsewhere) == ([], [], [])
    with pytest.raises(Forbidden):
        seen(units, ready.leaders["contractor"])
