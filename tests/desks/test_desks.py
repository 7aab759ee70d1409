"""What each audience finds on its desk, and what it does not find."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.desks.actions import reveal
from registry.desks.queries import home, responsibilities, search
from registry.desks.words import EVENTS, about
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.codes import spoken
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.finding import least
from registry.ledger.models import LedgerEvent
from registry.notices.actions import Message, notify
from registry.parties.models import Person, RevealLog
from registry.pledges.changes import Newcomer, hand_over
from registry.policy import NotFresh
from registry.projects.actions import accept_unit
from registry.projects.models import Project, Term, UnitProject
from registry.projects.registering import register_project
from registry.web import filters
from tests import build as house
from tests.law import abolish_post
from tests.parties import build as parties
from tests.plaques.build import accepted, issued


@pytest.fixture
def fresh(units, site):
    """Another project, nothing signed yet."""
    return house.site(units)


@pytest.fixture
def stranger(units, site):
    firm = parties.organisation(units, "外省建设公司")
    return house.signed_in(units, "stranger", "外人", firm.id, None, Role.FIRM_FILER)


def desk(units, actor):
    with units.reading(actor) as uow:
        return home(uow)


def found(units, actor, words):
    with units.reading(actor) as uow:
        return search(uow, words)


def identity_of(units, term_id):
    with units.reading(SYSTEM) as uow:
        person = uow.session.scalars(select(Person).join(Term).where(Term.id == term_id)).one()
        return uow.tools.vault.open(person.identity_sealed, f"person/identity/{person.id}")


def test_a_leader_finds_the_pledge_he_has_to_sign(units, fresh):
    waiting = desk(units, fresh.leaders["contractor"])
    assert [term.id for term in waiting.to_sign] == [fresh.terms["contractor"]]
    assert waiting.to_authorise == []
    assert waiting.to_file == []


def test_a_legal_representative_finds_the_letters_of_his_own_firm(units, fresh):
    waiting = desk(units, fresh.representatives["contractor"])
    assert [term.id for term in waiting.to_authorise] == [fresh.terms["contractor"]]
    assert waiting.to_sign == []


def test_the_station_finds_what_is_ready_to_be_filed(units, fresh):
    assert desk(units, fresh.officer).to_file == []
    house.sign_both(fresh, "contractor")
    assert [pledge.term_id for pledge in desk(units, fresh.officer).to_file] == [fresh.terms["contractor"]]
    assert desk(units, fresh.leaders["owner"]).to_file == []


def test_a_desk_lists_the_projects_in_reach_alone(units, site, fresh, stranger):
    assert desk(units, site.officer).total == 2
    assert [project.id for project in desk(units, fresh.filer).projects] == [fresh.project]
    assert desk(units, stranger).total == 0


@pytest.mark.parametrize("words", ["和平里", "和平路 8 号", "历下区和平路"])
def test_a_project_is_found_by_name_and_address(units, site, words):
    assert [project.id for project in found(units, site.filer, words).projects] == [site.project]


def test_a_project_is_found_by_its_number(units, site):
    with units.reading(SYSTEM) as uow:
        number = uow.get(Project, site.project).number
    assert [project.id for project in found(units, site.filer, number).projects] == [site.project]


def test_a_firm_is_found_by_name_and_by_its_code(units, site):
    [firm] = found(units, site.officer, "三建集团").organisations
    assert firm.organisation.name == "三建集团有限公司"
    [again] = found(units, site.officer, firm.organisation.uscc.lower()).organisations
    assert again.organisation.id == firm.organisation.id


def test_a_firm_is_found_with_its_projects_in_reach(units, site, stranger):
    [firm] = found(units, site.officer, "三建集团").organisations
    assert [project.id for project in firm.projects] == [site.project]
    [unseen] = found(units, stranger, "三建集团").organisations
    assert unseen.projects == []


@pytest.mark.parametrize("words", ["和平里晓区", "历下区和平大路 8 号", "历下和平路 8 号"])
def test_a_slip_of_the_pen_still_finds(units, site, words):
    assert [project.id for project in found(units, site.officer, words).projects] == [site.project]


def test_what_shares_too_little_is_not_found_and_the_nearest_comes_first(units, site):
    assert found(units, site.officer, "和平里大桥工程").projects == []
    with units.writing(site.officer) as uow:
        other = register_project(uow, replace_facts(house.registration("P-9"), name="和平里小区东苑"))
    assert [project.id for project in found(units, site.officer, "和平里小区南东苑").projects] == [other.id, site.project]


def replace_facts(registration, **facts):
    return replace(registration, project=replace(registration.project, **facts))


@given(st.integers(1, 100))
def test_sixty_in_a_hundred_pairs_suffice(pairs):
    assert 0.6 * pairs - 1e-9 <= least(pairs) < 0.6 * pairs + 1


def test_a_person_is_found_by_name_within_reach(units, site, stranger):
    assert [term.id for term in found(units, site.officer, "李建国").people] == [site.terms["contractor"]]
    assert found(units, stranger, "李建国").people == []


def test_a_plaque_is_found_by_its_code_as_it_is_read_out(units, site, clock):
    plaque = issued(accepted(site, clock))
    assert found(units, site.officer, spoken(plaque.code).lower()).plaque.id == plaque.id


def test_nothing_of_another_firms_project_is_found(units, site, stranger):
    hits = found(units, stranger, "和平里")
    assert (hits.projects, hits.people, hits.plaque) == ([], [], None)


def test_nothing_typed_finds_nothing(units, site):
    hits = found(units, site.officer, "  ，")
    assert (hits.projects, hits.organisations, hits.people) == ([], [], [])


def test_a_person_answers_for_life_whoever_employs_him_now(units, site, clock):
    """He left the contractor and works elsewhere; his own desk still shows what he answers for."""
    accepted(site, clock)
    plaque = issued(site)
    clock.forward(days=30)
    with units.writing(site.officer) as uow:
        hand_over(uow, site.terms["contractor"], Newcomer(
            "郑接任", "citizen", house.identity(), "", "一级注册建造师", "鲁1370000000001", uow.today, "工作调动", "变1号"))
    firm = parties.organisation(units, "另一家公司")
    elsewhere = house.signed_in(
        units, "moved", "李建国", firm.id, site.leaders["contractor"].person, Role.PROJECT_LEADER)
    with units.reading(elsewhere) as uow:
        [mine] = responsibilities(uow)
    assert mine.term.id == site.terms["contractor"]
    assert mine.term.until == date(2027, 7, 1)
    assert mine.papers.pledge is not None
    assert [each.id for each in mine.plaques] == [plaque.id]


def test_nobody_sees_the_responsibilities_of_another(units, site, stranger):
    with units.reading(stranger) as uow:
        assert responsibilities(uow) == []


def look(units, actor, term_id, **more):
    asked = {"what": "identity", "reason": "verification", "explanation": "核对签字人身份"} | more
    with units.writing(actor) as uow:
        return reveal(uow, term_id, **asked)


def test_a_look_at_a_whole_number_is_written_down_with_its_reason(units, site):
    term = site.terms["contractor"]
    assert look(units, site.officer, term) == identity_of(units, term)
    with units.reading(SYSTEM) as uow:
        log = uow.session.scalars(select(RevealLog)).one()
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == log.id)).one()
    assert (log.account_id, log.what, log.reason) == (site.officer.account, "identity", "verification")
    assert event.kind == "person.revealed"
    assert identity_of(units, term).encode() not in event.body


def test_no_look_without_a_reason_or_without_a_fresh_proof(units, site):
    term = site.terms["contractor"]
    with pytest.raises(Invalid, match="事由"):
        look(units, site.officer, term, explanation="查")
    stale = house.Actor(**{name: getattr(site.officer, name) for name in site.officer.__slots__} | {"fresh": False})
    with pytest.raises(NotFresh):
        look(units, stale, term)
    with units.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(RevealLog)) == 0


def test_a_firm_looks_at_its_own_people_alone(units, site, stranger):
    with pytest.raises(Forbidden):
        look(units, site.filer, site.terms["contractor"])
    with pytest.raises(NotFound):
        look(units, stranger, site.terms["contractor"])
    assert look(units, site.filer, site.terms["owner"])


AUDIENCES = {
    Role.FIRM_FILER: "", Role.LEGAL_REPRESENTATIVE: "", Role.PROJECT_LEADER: "", Role.SITE_STAFF: "", Role.OFFICER: "370100",
    Role.STATION_HEAD: "370100", Role.AUDITOR: "370000", Role.URBAN_ARCHIVE: "370100", Role.SYSTEM_ADMIN: "",
    Role.SECURITY_ADMIN: "", Role.AUDIT_ADMIN: "",
}


@pytest.mark.parametrize("role", Role)
def test_every_audience_has_a_desk_and_every_way_on_it_leads_somewhere(role, units, site, visit):
    firm, person = parties.organisation(units, "某单位"), parties.person(units, "某人", house.identity())
    browser = visit(house.signed_in(units, "someone", "某人", firm.id, person.id, role, AUDIENCES[role]))
    page = browser.get("/desk")
    assert page.status_code == 200
    ways = re.findall(r'<a href="([^"]+)"', page.text.split('<nav class="side"')[1].split("</nav>")[0])
    assert "/desk" in ways
    assert {way: browser.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


def test_whoever_stands_on_a_site_finds_it_and_what_he_answers_for(units, site, visit, clock):
    clock.forward(days=30)
    foreman = house.staff(site, "site/foreman")
    [one] = desk(units, foreman).on_site
    assert (one.term.id, one.duty.label) == (site.terms["site/foreman"], "专业工长（施工员）")
    told = visit(foreman).get("/desk").text
    assert "我在岗的工程" in told
    assert f"/projects/{site.project}/staff" in told
    assert desk(units, site.officer).on_site == []


def test_a_stranger_finds_the_front_page_and_no_desk(visit, site):
    stranger = visit()
    assert stranger.get("/").status_code == 200
    assert stranger.get("/desk").location.startswith("/sign-in")
    assert visit(site.filer).get("/").location == "/desk"


def test_a_project_stands_on_one_page(site, visit, clock):
    accepted(site, clock)
    issued(site)
    said = visit(site.officer).get(f"/projects/{site.project}").text
    for firm, leader in house.FIRMS.values():
        assert firm in said
        assert leader in said
    assert "承诺与备案 5/5" in said
    assert "已制作" in said


def test_the_project_page_tells_every_kind_of_event_in_words_and_leads_to_its_proof(site, visit, clock, units):
    accepted(site, clock)
    plaque = issued(site)
    said = visit(site.officer).get(f"/projects/{site.project}").text
    told = said[said.index("存证</h2>"):]
    for words in ("制作永久性标牌", "登记竣工验收合格日期", "授权书和承诺书备案", "签署终身责任承诺书", "签署法定代表人授权书"):
        assert words in told
    with units.reading(SYSTEM) as uow:
        event = uow.session.scalars(select(LedgerEvent.id).where(LedgerEvent.subject_id == plaque.id)).one()
    assert f"/ledger/events/{event}/proof" in told


def test_the_project_page_says_of_every_event_whom_or_what_it_was_about(site, visit, clock):
    accepted(site, clock)
    said = visit(site.officer).get(f"/projects/{site.project}").text
    happened = re.findall(r"<div>([^<]+?) <small>([^<]+)</small></div>", said[said.index("存证</h2>"):])
    leaders = {leader for _firm, leader in house.FIRMS.values()}
    signed = {told.split(" · ")[-1] for words, told in happened if words == "签署终身责任承诺书"}
    assert signed
    assert signed <= leaders
    assert [told for words, told in happened if words == "登记竣工验收合格日期"]


def test_what_an_event_was_about_is_told_in_its_own_words_and_a_closed_document_has_no_title():
    unit, term = uuid4(), uuid4()
    names = {unit: "1 号楼", term: "李建国"}

    def told(**record):
        return about(uuid4(), json.dumps({"record": record}).encode(), names)

    assert told(term_id=str(term), unit_project_id=str(unit), person_name="李建国") == "1 号楼 · 李建国"
    assert told(product="热轧带肋钢筋", number="PH-1") == "热轧带肋钢筋 · PH-1"
    assert told(title="竣工图", secrecy="open", number=None) == "竣工图"
    assert told(title="竣工图", secrecy="secret") == ""
    assert told(verdict="passed", number="JC-1") == "JC-1"


def test_a_project_accepted_by_units_shows_the_day_of_the_last(site, visit, clock):
    def shown():
        said = visit(site.officer).get(f"/projects/{site.project}").text
        return re.findall(r"<dt>竣工验收合格日期</dt><dd>([^<]+)", said)[0].strip()

    accepted(site, clock)
    assert shown() == "—"
    clock.forward(days=9)
    with site.units.writing(site.officer) as uow:
        left = uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.accepted_on.is_(None))).all()
        for unit in left:
            accept_unit(uow, unit, uow.today)
    assert shown() == filters.day(clock.at.date())


def test_a_notice_is_opened_from_the_desk_and_leaves_it(site, visit, units):
    leader = site.leaders["contractor"]
    with units.writing(SYSTEM) as uow:
        link = f"/projects/{site.project}"
        opening = f"/notices/{notify(uow, leader.person, Message('completion.called', link, '竣工验收定于明日')).id}/open"
    hand = visit(leader)
    assert opening in hand.get("/desk").text
    assert hand.post(opening, at="/desk").location == link
    assert opening not in hand.get("/desk").text


def test_every_kind_of_event_on_a_projects_page_has_words(units, site, clock):
    with units.reading(SYSTEM) as uow:
        kinds = set(uow.session.scalars(select(LedgerEvent.kind).where(LedgerEvent.subject_table.in_(TOLD))))
    assert kinds
    assert kinds <= set(EVENTS)


TOLD = ("project", "unit_project", "participation", "term", "authorisation", "pledge", "filing", "filing_return",
        "change_of_leader", "plaque", "plaque_mounting", "archive")


def test_a_post_abolished_since_keeps_its_name_on_the_desks(site, visit, units, clock):
    abolish_post(units, "project-manager", clock.at.date() + timedelta(days=20))
    clock.forward(days=30)
    assert "施工单位项目经理" in visit(site.officer).get(f"/projects/{site.project}").text
    assert "施工单位项目经理" in visit(site.leaders["contractor"]).get("/me/responsibilities").text


def test_the_station_finds_reports_of_wrong_plaques_on_its_desk(site, visit, clock):
    plaque = issued(accepted(site, clock))
    visit().post(f"/v/{plaque.code}/wrong", {"kind": "missing"})
    said = visit(site.officer).get("/desk").text
    assert "标牌缺失" in said
    assert "/plaques" in said
    assert "标牌缺失" not in visit(site.leaders["contractor"]).get("/desk").text


def test_the_search_page_finds_by_one_box(site, visit, stranger):
    said = visit(site.officer).get("/search", query_string={"q": "和平里"}).text
    assert f"/projects/{site.project}" in said
    assert f"/projects/{site.project}/trace" in said
    assert "李建国" in visit(site.officer).get("/search", query_string={"q": "李建国"}).text
    assert "没有找到" in visit(stranger).get("/search", query_string={"q": "和平里"}).text


def test_the_page_of_ones_responsibilities(site, visit):
    said = visit(site.leaders["contractor"]).get("/me/responsibilities").text
    assert "和平里小区" in said
    assert "承诺书" in said


def test_a_whole_number_is_shown_once_on_the_page_that_asked_why(site, visit, units):
    officer, page = visit(site.officer), f"/terms/{site.terms['contractor']}/reveal"
    number = identity_of(units, site.terms["contractor"])
    assert number not in officer.get(page).text
    fields = {"what": "identity", "reason": "verification", "explanation": "核对签字人身份"}
    assert officer.post(page, fields | {"explanation": ""}).status_code == 422
    answer = officer.post(page, fields)
    assert number in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_after_a_while_the_page_asks_again_who_one_is_and_shows_nothing(site, visit, units, clock):
    officer, page = visit(site.officer), f"/terms/{site.terms['contractor']}/reveal"
    clock.forward(minutes=20)
    answer = officer.post(page, {"what": "identity", "reason": "verification", "explanation": "核对签字人身份"})
    assert answer.status_code == 303
    assert answer.location.startswith("/confirm?next=")
