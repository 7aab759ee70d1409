"""Who gets through which door: access.txt names every endpoint, and what each audience is answered there.

The statuses are those of a right request. An endpoint that is not in the table fails; so does one whose answer
to anybody has changed. A POST that is sent rightly by somebody entitled is answered 303, or 200 where the page
itself is the answer; every request is undone before the next.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule

from registry.accounts.models import Grant
from registry.archives.actions import assemble_archive
from registry.archives.filing import FileFacts, file_document
from registry.archives.stating import state_absence
from registry.completion.dwellings import DwellingRow, enter_dwellings, issue_residential_paper
from registry.completion.housing import PaperKind
from registry.completion.warranty import Terms, draw_up
from registry.defects.actions import report_trace
from registry.defects.queries import Question
from registry.documents import actions as documents
from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.ledger.sequencing import checkpoint, sequence
from registry.plaques.actions import Hanging, mount_plaque, report_wrong_plaque
from registry.pledges.models import Pledge
from registry.projects.models import UnitProject
from registry.projects.registering import PersonRow
from registry.projects.staffing import staff_person
from registry.standards.models import StandardEdition
from tests import build as house
from tests.acceptance.doors import put_up
from tests.accounts.visiting import HOME, TOKEN, Browser, application, entered
from tests.conftest import Clock
from tests.designs.build import drawn_up
from tests.documents.samples import jpeg, pdf
from tests.materials.build import things as stocked
from tests.parties import build as parties
from tests.plaques.build import ACCEPTED, accepted, issued
from tests.standing import standing, standing_clock  # noqa: F401 — fixtures
from tests.works import build as works

TABLE = Path(__file__).with_name("access.txt")
HEADS, *LINES = [line.split() for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
AUDIENCES = HEADS[2:]
SAID = {(method, endpoint): dict(zip(AUDIENCES, said, strict=True)) for endpoint, method, *said in LINES}
NOBODYS = UUID(int=404)
OF_A_PROJECT = {
    "set_id", "sheet_id", "review_id", "change_id", "argument_id", "opinion_id",
    "project_id", "unit_id", "term_id", "participation_id", "plaque_id", "mounting_id", "archive_id", "paper_id", "report_id",
    "file_id", "handover_id",
    "check_id", "lot_id", "mark_id", "sample_id", "use_id", "batch_id", "component_id",
    "certificate_id", "dwelling_id", "filing_id", "record_id",
}
"""What the address of a thing names that belongs to a project, and with it to its parties and its station."""


def pdf_sent() -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf()), "承诺书.pdf"


def photo_sent() -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg()), "标牌.jpg"


DAY = f"{ACCEPTED:%Y-%m-%d}"
SOMEBODY = {"identity_kind": "citizen", "name": "郑接任", "qualification_kind": "一级注册建造师", "qualification_number": "鲁1"}
BODIES: dict[str, dict[str, Any]] = {
    "acceptance.absences": {"codes": "10", "reason": "无电梯"},
    "acceptance.concealed": {
        "item_key": "rebar", "item_code": "020102", "place": "三层", "looked_at": "2027-06-01T10:00", "drawings": "结施-05",
        "materials": "HRB400E", "contents": "钢筋",
    },
    "acceptance.open_node": {"remarks": "同意报验"},
    "acceptance.photograph": {"photo": photo_sent},
    "acceptance.sign": {"verdict": "passed"},
    "acceptance.sign_look": {"verdict": "passed"},
    "acceptance.sign_node": {"verdict": "passed"},
    "acceptance.treat": {"kind": "rework", "words": "返工"},
    "acceptance.treat_node": {"kind": "rework", "words": "返工"},
    "acceptance.waive": {"reason": "不到场"},
    "archives.receive": {"receipt": "JN-1"},
    "archives.send_back": {"reason": "缺图章"},
    "archives.state_absence": {"code": "C5-01", "reason": "不涉及"},
    "archives.supersede": {"title": "补签", "dated_on": "2026-03-01", "reason": "漏签", "file": pdf_sent},
    "defects.report": {"on": DAY, "unit": "01", "part": "0201", "cause": "unknown", "purpose": "渗漏投诉调查"},
    "designs.add_opinion": {"words": "核对荷载", "expert": ""},
    "designs.aim": {"kind": "prefabrication", "value": "50", "basis": "装配式专篇"},
    "designs.answer": {"answer": "已采纳"},
    "designs.close": {"conclusion": "passed", "report": pdf_sent},
    "designs.decide": {"decision": "approved"},
    "designs.deliver": {"discipline": "structure", "stage": "as-built", "files": pdf_sent},
    "designs.withdraw": {"reason": "重复提出"},
    "desks.reveal": {"what": "identity", "reason": "verification", "explanation": "核对签字人身份"},
    "completion.call_off": {"reason": "台风"},
    "completion.enter_day": {"accepted_on": DAY},
    "completion.dwellings": {"rows": "1-102 89.5 两室"},
    "completion.file": {"content": "整体", "scale": "12000 m²", "contract_price": "6800 万元"},
    "completion.order": {"reasons": "未按规定通知", "basis": "第八条"},
    "completion.oversight": {"organisation": "yes", "procedure": "yes", "standards": "yes", "result": "yes"},
    "completion.state": {"stance": "met", "words": "整改完毕"},
    "completion.strike_off": {"reason": "户号有误"},
    "completion.withdraw": {"reason": "设计变更"},
    "completion.withdraw_certificate": {"reason": "改期限"},
    "materials.announce": {"target": "batch", "word": "H1", "reason": "力学性能不合格", "source": "抽检通报"},
    "materials.answer_recall": {"answer": "已停用并隔离。"},
    "materials.lift": {"reason": "复核合格"},
    "plaques.answer": {"answer": "已更换"},
    "plaques.contact": {"reason": "contact", "explanation": "核实反映内容"},
    "plaques.issue": {"width_mm": "600", "height_mm": "400", "qr_mm": "90"},
    "plaques.mount": {"photo": photo_sent, "place": "主入口", "mounted_on": DAY, "mounted_by": "泉城标牌厂"},
    "plaques.wrong": {"kind": "missing"},
    "pledges.authorise": {"typed_name": "李法人", "code": "000000"},
    "pledges.change": SOMEBODY | {"identity_number": house.identity, "effective_on": DAY, "reason": "工作调动"},
    "pledges.scan": {"paper": "pledge", "signed_on": DAY, "scan": pdf_sent},
    "pledges.send_back": {"reason": "证号不符"},
    "pledges.sign": {"typed_name": "李建国", "code": "000000"},
    "projects.add_unit": {"number": "03", "name": "3 号楼", "design_life_years": "50"},
    "projects.admit": {
        "role": "contractor", "uscc": parties.code, "name": "泉城安装公司", "legal_representative": "周法人", "since": DAY,
    },
    "projects.amend": {"name": "和平里", "address": "和平路 8 号", "reason": "更名", "version": "1"},
    "projects.amend_unit": {"name": "甲楼", "design_life_years": "50", "reason": "更名", "version": "1"},
    "projects.appoint": SOMEBODY | {"post": "project-manager", "identity": house.identity, "since": DAY},
    "projects.correct": {"since": "2026-03-11", "qualification_number": "鲁2", "reason": "日期有误"},
    "projects.correct_acceptance": {"accepted_on": "2027-05-31", "reason": "日期有误"},
    "projects.parts": {"code": "F3", "name": "3 层", "kind": "storey", "below": "0201"},
    "projects.correct_staff": {"since": "2026-03-11", "reason": "日期有误"},
    "projects.release": {"last_day": DAY, "reason": "调往其他工地"},
    "projects.see_out": {"last_day": DAY, "reason": "合同解除"},
    "projects.take_on": SOMEBODY | {"posts": "site/crew-leader", "identity": house.identity, "since": DAY},
    "materials.scan": {"text": "炉号=A2"},
    "works.edit": {"place": "四层", "name": "四层模板检验批", "version": "1"},
    "works.judge_check": {"verdict": "passed", "conclusion": "同意"},
    "works.judge_mark": {"verdict": "passed"},
    "works.judge_sample": {"verdict": "passed"},
    "works.review": {"verdict": "passed"},
    "works.supersede": {"reason": "拍错了楼层"},
    "works.withdraw": {"reason": "多划了"},
    "works.withdraw_use": {"reason": "点错了"},
}
"""What a right request carries. A door without a body here is sent an empty form."""


@dataclass
class World:
    """A project that has come all the way to its archive, and somebody of every audience."""

    app: Flask
    units: Units
    site: house.Site
    things: dict[str, Any]
    cookies: dict[str, tuple[str, str]]     # by audience: cookie and form token

    def path(self, rule: Rule) -> str:
        of_this_door = self.things.get(rule.endpoint, {})
        values = {name: of_this_door.get(name, self.things.get(name, NOBODYS)) for name in rule.arguments}
        with self.app.test_request_context(base_url=HOME):
            return rule.build(values)[1]

    def ask(self, audience: str, method: str, endpoint: str) -> int:
        """Send a right request, and undo what it did."""
        assert isinstance(self.units.bind, Connection)
        rule = rules(self.app)[method, endpoint]
        cookie, token = self.cookies[audience]
        browser = Browser(self.app)
        browser.carry("__Host-zz", cookie)
        savepoint = self.units.bind.begin_nested()
        body = {name: value() if callable(value) else value for name, value in BODIES.get(endpoint, {}).items()}
        sent = {"data": {"csrf_token": token} | body} if method == "POST" else {"headers": {"X-CSRFToken": token}}
        answer = browser.client.open(self.path(rule), method=method, base_url=HOME, **sent)
        answer.close()
        savepoint.rollback()
        return answer.status_code


def rules(app: Flask) -> dict[tuple[str, str], Rule]:
    """Every door by method and endpoint. Of several addresses of one, the first."""
    found: dict[tuple[str, str], Rule] = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if rule.endpoint != "static":
                found.setdefault((method, rule.endpoint), rule)
    return found


@pytest.fixture(scope="module")
def world(standing: house.Site, standing_clock: Clock) -> World:  # noqa: F811 — the fixtures imported above
    standing_clock.at = ACCEPTED
    checked = put_up(standing)  # no lot is opened again once the unit project has passed
    site = accepted(standing, standing_clock)
    app = application(site.units)
    everybody = audiences(site)
    return World(app, site.units, site, things_of(site) | checked, {
        name: cookie_of(entered(app, site.units, actor)) for name, actor in everybody.items()
    })


@pytest.fixture(autouse=True)
def present(world: World) -> None:
    """Other tests may have had the application meanwhile."""
    application(world.units)


def cookie_of(browser: Browser) -> tuple[str, str]:
    path = "/me" if browser.get("/me").status_code == 200 else "/sign-in"
    token = TOKEN.search(browser.get(path).text)
    assert token is not None
    return browser.cookie(), token[1]


def audiences(site: house.Site) -> dict[str, Actor]:
    units = site.units
    firm = parties.organisation(units, "外省建设公司")
    staff = {
        "elsewhere": (Role.OFFICER, "110100"), "head": (Role.STATION_HEAD, "370100"), "auditor": (Role.AUDITOR, "370000"),
        "urban-archive": (Role.URBAN_ARCHIVE, "370100"), "security": (Role.SECURITY_ADMIN, ""), "system": (Role.SYSTEM_ADMIN, ""),
        "audit": (Role.AUDIT_ADMIN, ""),
    }
    return {
        "stranger": NOBODY, "foreign": house.signed_in(units, "foreign", "外人", firm.id, None, Role.FIRM_FILER),
        "officer": site.officer, "owner": site.filer, "leader": site.leaders["contractor"],
        "representative": site.representatives["contractor"],
    } | {
        name: house.signed_in(units, f"a-{name}", "公职人员", None, None, role, region) for name, (role, region) in staff.items()
    }


def things_of(site: house.Site) -> dict[str, Any]:
    """By the names that addresses use; under an endpoint's own name, what differs there."""
    plaque = issued(site)
    firm = house.term_of(site, "contractor").participation_id
    sequence(site.units)
    checkpoint(site.units)
    with site.units.writing(site.officer) as uow:
        photo = FileStorage(*photo_sent(), content_type="image/jpeg")
        mounting = mount_plaque(uow, plaque.id, Hanging(photo, "主入口", uow.today, "泉城标牌厂"))
        foreman = staff_person(uow, firm, "site/foreman", PersonRow("冯工长", "citizen", house.identity(), "", "", "", uow.today))
        archive = assemble_archive(uow, site.project)
        paper = documents.deposit(uow, b"%PDF-1.7", "application/pdf")
        filed = file_document(uow, site.project, FileFacts("C5-01", "隐蔽工程验收记录", paper, uow.today))
        state_absence(uow, site.project, "A2-03", "不涉及征收")
        traced = report_trace(uow, Question(site.project, uow.today), "渗漏投诉调查")
    with site.units.writing(site.leaders["contractor"]) as uow:
        certificate = draw_up(uow, site.unit, Terms("合同约定的全部内容", {}))
    with site.units.writing(site.filer) as uow:
        [home] = enter_dwellings(uow, site.unit, [DwellingRow("1-101")])
        answers = {"quality": "合格", "repair": "物业", "answer": "七日内"}
        handbook = issue_residential_paper(uow, site.unit, PaperKind.GUARANTEE, answers)
    with site.units.writing(NOBODY) as uow:
        wrong = report_wrong_plaque(uow, plaque.code, "damaged", "", parties.PHONE)
    with site.units.reading(SYSTEM) as uow:
        term = house.term_of(site, "contractor")
        pledge = uow.session.scalars(select(Pledge.id).where(Pledge.term_id == term.id)).one()
        filer = uow.session.scalars(select(Grant).where(Grant.account_id == site.filer.account)).one()
        edition = uow.session.scalars(select(StandardEdition.id).where(StandardEdition.key == "pledge/owner-leader")).first()
        second = uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.id != site.unit)).one()
        event = uow.session.scalars(select(LedgerEvent.id).where(LedgerEvent.subject_id == site.project)).first()
    return {
        "project_id": site.project, "unit_id": site.unit, "term_id": term.id, "participation_id": term.participation_id,
        "plaque_id": plaque.id, "mounting_id": mounting.id, "archive_id": archive.id, "paper_id": pledge, "code": plaque.code,
        "kind": "pledge", "organisation_id": site.leaders["contractor"].organisation, "account_id": site.filer.account,
        "grant_id": filer.id, "edition_id": edition, "other_id": edition, "event_id": event, "token": "nobodys",
        "file_id": filed.id, "archives.content": {"kind": "original"}, "archives.withdraw_absence": {"code": "A2-03"},
        "plaques.artwork": {"kind": "pdf"}, "report_id": wrong.id, "defects.show": {"report_id": traced.id},
        **{door: {"term_id": foreman.id} for door in ("projects.correct_staff", "projects.invite", "projects.release")},
        "certificate_id": certificate.id, "dwelling_id": home.id, "completion.report": {"kind": "contractor-report"},
        "completion.state": {"rule": "rectification"}, "completion.sign_dwellings": {"side": "contractor"},
        "completion.issue": {"kind": "residential-guarantee"},
        "completion.paper": {"kind": "residential", "record_id": handbook.id},
        "completion.enter_day": {"unit_id": second}, "projects.amend_unit": {"unit_id": second},
    } | drawn_up(site) | marked_lot(site) | stocked(site)


def marked_lot(site: house.Site) -> dict[str, Any]:
    """A lot with its mark, a lot with nothing on it, and a first sample, none of them judged yet."""
    for post in ("site/quality-inspector", "site/crew-leader", "site/technical-leader"):
        house.staff(site, post)
    with site.units.reading(SYSTEM) as uow:
        today = uow.today
    marked, bare = works.lot(site), works.lot(site)
    mark = works.mark(site, marked.id, done_on=today)
    sample = works.sample(site)
    check = works.judged_check(site, works.site_check(site))
    return {
        "check_id": check.id, "lot_id": marked.id, "mark_id": mark.id, "use_id": NOBODYS, "nth": 1, "size": "label",
        **{f"works.{door}": {"sample_id": sample.id} for door in ("show_sample", "judge_sample", "sample_file")},
        "works.public_mark": {"code": mark.code}, "works.edit": {"lot_id": bare.id}, "works.withdraw": {"lot_id": bare.id},
    }


def test_every_door_is_in_the_table_and_nothing_else(world: World) -> None:
    assert sorted(rules(world.app)) == sorted(SAID)


@pytest.mark.parametrize(("method", "endpoint"), SAID, ids=lambda word: word)
def test_each_audience_is_answered_as_the_table_says(world: World, method: str, endpoint: str) -> None:
    assert {who: str(world.ask(who, method, endpoint)) for who in AUDIENCES} == SAID[method, endpoint]


def test_what_belongs_to_another_tenants_project_is_not_there(world: World) -> None:
    """Whatever the table says: no address of such a thing answers a firm or a station it is nothing to, but with 404."""
    doors = [door for door, rule in rules(world.app).items() if rule.arguments & OF_A_PROJECT]
    assert len(doors) > 30
    for door in doors:
        assert (door, SAID[door]["foreign"], SAID[door]["elsewhere"]) == (door, "404", "404")


def test_no_stranger_gets_further_than_the_public_doors(world: World) -> None:
    inside = {endpoint for (_method, endpoint), said in SAID.items() if said["stranger"] not in {"303", "401"}}
    assert all(getattr(world.app.view_functions[endpoint], "needs", None) == "public" for endpoint in inside)
