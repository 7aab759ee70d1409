"""The pages of plaques: the makers' ones, and the one behind the QR code that anybody opens."""

import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.kernel.actor import SYSTEM
from registry.kernel.codes import new_code, spoken
from registry.ledger.sequencing import checkpoint, sequence
from registry.parties.models import Person
from registry.plaques.models import PlaqueScan, WrongPlaqueReport
from registry.pledges.changes import Newcomer, hand_over
from registry.projects.actions import FirmFacts, TermFacts, admit_firm, open_term
from registry.projects.models import Project
from registry.standards import handbook as standards
from tests import build as house
from tests.documents.samples import jpeg
from tests.law import abolish_post
from tests.parties import build as parties
from tests.plaques.build import accepted, issued


@pytest.fixture
def ready(site, clock):
    return accepted(site, clock)


@pytest.fixture
def plaque(ready):
    return issued(ready)


@pytest.fixture
def filer(ready, visit):
    return visit(ready.filer)


def change_contractor(site):
    with site.units.writing(site.officer) as uow:
        hand_over(uow, site.terms["contractor"], Newcomer(
            "郑接任", "citizen", house.identity(), "", "一级注册建造师", "鲁1370000000001", uow.today, "工作调动", "变1号",
        ))


def test_the_owner_makes_the_plaque_on_the_page_and_fetches_the_artwork(ready, filer):
    page = f"/projects/{ready.project}/plaques"
    assert "制作标牌" in filer.get(page).text
    sizes = {"width_mm": "600", "height_mm": "400", "qr_mm": "90"}
    made = filer.post(f"/unit-projects/{ready.unit}/plaques", sizes, at=page)
    assert made.status_code == 303
    assert "李建国" in filer.get(made.location).text
    pdf, svg = filer.get(f"{made.location}/artwork.pdf"), filer.get(f"{made.location}/artwork.svg")
    assert pdf.data.startswith(b"%PDF")
    assert svg.headers["Content-Disposition"].startswith("attachment")
    assert b"<svg" in svg.data


def test_a_plaque_that_cannot_be_made_yet_has_no_button_but_a_reason(site, visit):
    said = visit(site.filer).get(f"/projects/{site.project}/plaques").text
    assert "尚未登记竣工验收合格日期" in said
    assert "制作标牌</button>" not in said


def test_a_size_that_cannot_be_drawn_is_a_mistake_beside_its_field(ready, filer):
    page = f"/projects/{ready.project}/plaques"
    sizes = {"width_mm": "10", "height_mm": "400", "qr_mm": "90"}
    answer = filer.post(f"/unit-projects/{ready.unit}/plaques", sizes, at=page)
    assert answer.status_code == 422
    assert "200" in answer.text


def test_a_plaque_is_put_up_on_the_page_and_its_photo_shown(plaque, filer):
    page = f"/plaques/{plaque.id}/mounting"
    fields = {"place": "主入口东侧外墙", "mounted_on": "2027-06-01", "mounted_by": "泉城标牌厂"}
    refused = filer.post(page, fields | {"photo": (io.BytesIO(b"not a picture"), "标牌.jpg")})
    assert refused.status_code == 422
    done = filer.post(page, fields | {"photo": (io.BytesIO(jpeg()), "标牌.jpg")})
    assert done.status_code == 303
    shown = filer.get(done.location).text
    assert "主入口东侧外墙" in shown
    photo = filer.get(re.search(r"/plaque-mountings/[0-9a-f-]+/photo", shown)[0])
    assert (photo.mimetype, photo.data) == ("image/jpeg", jpeg())


def test_anybody_reads_who_is_answerable(plaque, visit):
    said = visit().get(f"/v/{plaque.code}")
    assert said.status_code == 200
    assert "真实有效" in said.text
    for firm, leader in house.FIRMS.values():
        assert firm in said.text
        assert leader in said.text
    assert "5/5 已签署，5/5 已备案" in said.text
    assert "2077" in said.text   # the last year of fifty


def test_the_public_page_sets_no_cookie_and_may_be_kept_a_minute(plaque, visit):
    said = visit().get(f"/v/{plaque.code}")
    assert "Set-Cookie" not in said.headers
    assert said.headers["Cache-Control"] == "public, max-age=60"


def test_no_identity_number_and_no_phone_is_on_any_public_page(plaque, visit, units):
    pages = "".join(visit().get(f"/v/{plaque.code}{rest}").text for rest in ("", "/wrong"))
    with units.reading(SYSTEM) as uow:
        people = uow.session.scalars(select(Person)).all()
        hidden = [uow.tools.vault.open(one.identity_sealed, f"person/identity/{one.id}") for one in people]
        hidden += [one.identity_mask for one in people]
    assert not [number for number in hidden if number in pages]


@pytest.mark.parametrize("typed", [str.lower, spoken, lambda code: spoken(code).replace(" ", "-").lower()])
def test_a_code_typed_by_hand_finds_its_plaque(plaque, visit, typed):
    stranger = visit()
    found = stranger.get("/v", query_string={"code": typed(plaque.code)})
    assert found.location == f"/v/{plaque.code}"
    assert "真实有效" in stranger.get(f"/v/{typed(plaque.code)}").text


def test_the_address_in_capitals_as_the_qr_code_bears_it_is_answered(plaque, visit):
    assert "真实有效" in visit().get(f"/V/{plaque.code}").text


def test_a_code_that_is_none_of_ours_may_be_forged_and_the_page_says_so(visit, ready):
    for code in (new_code(), "1234", "-", "承诺书"):
        answer = visit().get(f"/v/{code}")
        assert answer.status_code == 404
        assert "这不是本系统签发的标牌编码" in answer.text
        assert "伪造" in answer.text


def test_after_a_change_of_leader_the_page_says_what_has_changed(ready, plaque, visit):
    change_contractor(ready)
    said = visit().get(f"/v/{plaque.code}").text
    assert "真实，其后有变更" in said
    assert "李建国 → 郑接任" in said


    assert "施工单位：镌刻“三建集团有限公司 李建国”，登记中现无已备案的对应内容" in said
    assert "4/5 已签署，4/5 已备案" in said
    assert "李建国离任" not in said


def test_a_leader_whose_papers_are_not_on_file_does_not_make_the_plaque_false(ready, plaque, visit, units):
    """The mixing plant came without being on the plaque: its leader is shown apart and nothing has changed."""
    plant = parties.organisation(units, "泉城商砼公司")
    person = parties.person(units, "何商砼", house.identity())
    with units.writing(ready.officer) as uow:
        admitted = admit_firm(uow, ready.project, FirmFacts(plant.id, "concrete-supplier", uow.today))
    with units.writing(ready.officer) as uow:
        open_term(uow, admitted.id, TermFacts(person.id, post_of("concrete-supplier", uow), uow.today))
    said = visit().get(f"/v/{plaque.code}").text
    assert "真实有效" in said
    assert said.index("尚未备案") < said.index("何商砼")


def post_of(role, uow):
    return next(post.key for post in standards.posts(uow.session, house.REGION, uow.today) if post.role == role)


def test_the_page_says_what_of_the_building_is_registered_otherwise_now(ready, plaque, visit, units):
    with units.writing(ready.officer) as uow:
        uow.get(Project, ready.project).address = "历下区和平路 10 号"
    said = visit().get(f"/v/{plaque.code}").text
    assert "真实，其后有变更" in said
    assert "建设地点：镌刻“历下区和平路 8 号”，登记现为“历下区和平路 10 号”" in said


def test_two_who_share_a_post_are_not_told_as_one_following_the_other(ready, plaque, visit, units):
    """A second contractor's leader comes and goes; nobody handed over to anybody."""
    firm = parties.organisation(units, "泉城安装公司")
    person = parties.person(units, "吴二建", house.identity())
    with units.writing(ready.officer) as uow:
        admitted = admit_firm(uow, ready.project, FirmFacts(firm.id, "contractor", uow.today, units=("01",)))
    with units.writing(ready.officer) as uow:
        open_term(uow, admitted.id, TermFacts(person.id, "project-manager", uow.today))
    said = visit().get(f"/v/{plaque.code}").text
    assert "吴二建到任" in said
    assert "→" not in said


def test_a_post_abolished_since_does_not_close_the_page(ready, plaque, visit, units, clock):
    change_contractor(ready)
    abolish_post(units, "project-manager", clock.at.date() + timedelta(days=1))
    clock.forward(days=2)
    said = visit().get(f"/v/{plaque.code}")
    assert said.status_code == 200
    assert "项目经理，李建国 → 郑接任" in said.text


def test_the_page_of_a_superseded_plaque_leads_to_the_one_in_force(ready, plaque, visit):
    new = issued(ready)
    said = visit().get(f"/v/{plaque.code}").text
    assert "已被取代" in said
    assert f"/v/{new.code}" in said
    assert "真实有效" in visit().get(f"/v/{new.code}").text


def test_opening_the_page_is_a_heartbeat_without_form_and_without_name(plaque, visit, units):
    stranger = visit()
    assert 'data-seen="/v/' in stranger.get(f"/v/{plaque.code}").text
    assert stranger.client.post(f"/v/{plaque.code}/seen", base_url="https://zhuze.test").status_code == 204
    with units.reading(SYSTEM) as uow:
        assert uow.session.scalars(select(PlaqueScan.scans)).all() == [1]


def test_a_passer_by_reports_a_wrong_plaque_and_the_station_answers(ready, plaque, visit, units):
    page = f"/v/{plaque.code}/wrong"
    stranger = visit()
    assert stranger.post(page, {"kind": "damaged", "words": "右下角裂了", "_key": "1"}).status_code == 303
    officer = visit(ready.officer)
    shown = officer.get(f"/plaques/{plaque.id}").text
    assert "标牌损坏" in shown
    assert "右下角裂了" in shown
    with units.reading(SYSTEM) as uow:
        report = uow.session.scalars(select(WrongPlaqueReport.id)).one()
    answer = f"/wrong-plaque-reports/{report}/answer"
    assert officer.post(answer, {"answer": " "}, at=f"/plaques/{plaque.id}").status_code == 422
    assert officer.post(answer, {"answer": "已更换"}, at=f"/plaques/{plaque.id}").status_code == 303
    assert "已更换" in officer.get(f"/plaques/{plaque.id}").text


def test_a_double_click_of_a_passer_by_is_one_report(plaque, visit, units):
    stranger, page = visit(), f"/v/{plaque.code}/wrong"
    fields = {"kind": "damaged", "words": "右下角裂了", "_key": "one-form-sent-twice"}
    token = stranger.get(page).text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    said = [stranger.client.post(page, base_url="https://zhuze.test", data=fields | {"csrf_token": token}) for _click in range(2)]
    assert [(one.status_code, one.location) for one in said] == [(303, f"/v/{plaque.code}")] * 2
    with units.reading(SYSTEM) as uow:
        assert len(uow.session.scalars(select(WrongPlaqueReport.id)).all()) == 1


def test_what_the_public_said_is_not_shown_to_those_who_cannot_put_it_right(ready, plaque, visit):
    visit().post(f"/v/{plaque.code}/wrong", {"kind": "damaged", "words": "右下角裂了"})
    assert "右下角裂了" not in visit(ready.leaders["contractor"]).get(f"/plaques/{plaque.id}").text


def test_the_twenty_first_report_of_a_day_is_answered_429(plaque, visit):
    stranger, page = visit(), f"/v/{plaque.code}/wrong"
    said = [stranger.post(page, {"kind": "missing"}).status_code for _report in range(21)]
    assert said == [303] * 20 + [429]


def test_the_proof_can_be_taken_away(plaque, visit, units):
    sequence(units)
    checkpoint(units)
    answer = visit().get(f"/v/{plaque.code}/proof.json")
    bundle = json.loads(answer.text)
    assert json.loads(bundle["event"])["kind"] == "plaque.issued"
    assert bundle["proof"].startswith("c2sp.org/tlog-proof@v1")


def test_the_station_finds_reports_on_one_page_and_looks_at_who_sent_one(ready, plaque, visit, units):
    visit().post(f"/v/{plaque.code}/wrong", {"kind": "missing", "words": "墙上没有", "contact": "0531-1234"})
    officer = visit(ready.officer)
    listed = officer.get("/plaques").text
    assert "标牌缺失" in listed
    assert f"/plaques/{plaque.id}" in listed
    way = re.search(r"/wrong-plaque-reports/[0-9a-f-]+/contact", officer.get(f"/plaques/{plaque.id}").text)[0]
    assert "0531-1234" not in officer.get(way).text
    assert officer.post(way, {"reason": "contact", "explanation": ""}).status_code == 422
    shown = officer.post(way, {"reason": "contact", "explanation": "核实标牌缺失的位置"})
    assert "0531-1234" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert visit(ready.leaders["contractor"]).get("/plaques").status_code == 403
    assert visit(ready.filer).get(way).status_code == 403
