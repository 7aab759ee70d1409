"""The pages of the designs: deliver many sheets at once, review, change, approve, argue, ask for a day."""

import io
import json
import re
from datetime import date

import pytest
from sqlalchemy import select

from registry.designs.models import DrawingSet, DrawingSheet
from tests import build as house
from tests.accounts.visiting import application
from tests.adapters.reading import text_of
from tests.counting import statements
from tests.designs.build import (
    approved,
    argued,
    changed,
    delivered,
    drawn_up,
    firm_id,
    handed_out,
    reviewed,
    sheets,
)
from tests.documents.samples import DWG, pdf
from tests.parties import build as parties

DAY = "2026-01-12"
HIDDEN = re.compile(r'<input[^>]*name="(rows-\d+-(?:upload|file|number|title)|follows|line)"[^>]*value="([^"]*)"')


@pytest.fixture
def designer(building, visit):
    return visit(building.leaders["design"])


def file_sent(name, data=None):
    return io.BytesIO(data or pdf()), name


def typed(building, **more):
    return {
        "unit": str(building.unit), "discipline": "structure", "stage": "construction", "title": "1 号楼结构施工图",
        "number": "JG-01", "participation": str(firm_id(building, "design")), "delivered_on": DAY,
    } | more


def test_many_sheets_are_named_from_their_files_corrected_and_delivered(building, designer, units):
    address = f"/projects/{building.project}/designs/deliver"
    read = designer.post(address, typed(building, files=[
        file_sent("结施-01 结构设计总说明.pdf"), file_sent("结施02_基础平面图.dwg", DWG), file_sent("会议纪要.docx"),
    ]))
    assert read.status_code == 200
    assert "不是可以接收的格式" in read.text
    rows = dict(HIDDEN.findall(read.text))
    assert [rows["rows-0-number"], rows["rows-0-title"]] == ["结施-01", "结构设计总说明"]
    assert [rows["rows-1-number"], rows["rows-1-title"]] == ["结施-02", "基础平面图"]
    assert (rows["follows"], "将作为第 1 版交付" in read.text) == ("0", True)
    done = designer.post(address, typed(building) | rows | {"rows-1-title": "基础平面布置图"})
    assert done.status_code == 303
    shown = designer.get(done.location).text
    assert "基础平面布置图" in shown
    assert "尚未审查，不得据以施工" in shown
    with units.reading(building.officer) as uow:
        kept = uow.session.scalars(select(DrawingSheet).order_by(DrawingSheet.number)).all()
    assert [(one.number, one.kind) for one in kept] == [("结施-01", "pdf"), ("结施-02", "drawing")]
    sent = designer.get(f"/drawing-sheets/{kept[0].id}")
    assert sent.data.startswith(b"%PDF")


def test_a_grid_that_cannot_be_right_keeps_what_was_typed(building, designer, units):
    address = f"/projects/{building.project}/designs/deliver"
    read = designer.post(address, typed(building, files=[file_sent("a.pdf"), file_sent("b.pdf")]))
    same = {"rows-0-number": "1", "rows-1-number": "1", "rows-0-title": "甲", "rows-1-title": "乙"}
    rows = dict(HIDDEN.findall(read.text)) | same
    said = designer.post(address, typed(building) | rows)
    assert said.status_code == 422
    assert "图号 1 出现了不止一次" in said.text
    assert 'value="甲"' in said.text
    with units.reading(building.officer) as uow:
        assert uow.session.scalars(select(DrawingSet)).all() == []


def test_the_next_version_opens_filled_in_as_the_one_before(building, designer):
    made = delivered(building)
    opened = designer.get(f"/projects/{building.project}/designs/deliver?after={made.id}").text
    assert made.title in opened
    assert f'value="{building.unit}"' in opened.replace("selected ", "")


def test_the_page_says_what_is_there_what_lacks_and_who_acts(building, visit):
    made = delivered(building)
    filer = visit(building.filer)
    shown = filer.get(f"/projects/{building.project}/designs").text
    assert "尚未审查合格" in shown
    assert "本工程已开工，尚无审查合格的施工图" in shown
    assert "建筑施工图（设计单位）" in shown
    assert f"of=set:{made.id}" in shown
    reviewed(building, made.id)
    after = filer.get(f"/projects/{building.project}/designs").text
    assert "本工程已开工，尚无审查合格的施工图" not in after
    assert "建设单位登记发放施工单位" in after


def test_the_owner_records_a_certificate_for_several_sets(building, visit):
    first, second = delivered(building), delivered(building, discipline="plumbing", number="SS-01")
    filer = visit(building.filer)
    address = f"/projects/{building.project}/designs/reviews"
    done = filer.post(address, {
        "covered": [f"set:{first.id}", f"set:{second.id}"], "result": "qualified", "number": "鲁审-1",
        "reviewers": "韩审查、杨复核", "organisation_name": "泉城施工图审查中心", "issued_on": "2026-01-20",
        "scan": file_sent("审查合格书.pdf"),
    })
    assert done.status_code == 303
    shown = filer.get(f"/drawing-sets/{second.id}").text
    assert "鲁审-1" in shown
    assert "韩审查、杨复核" in shown


def test_a_change_is_drawn_up_and_each_leader_signs_on_its_page(building, designer, visit):
    done = designer.post(f"/projects/{building.project}/designs/changes", {
        "kind": "design-change", "number": "变-1", "unit": str(building.unit), "parts": "0301、030101", "reason": "业主要求",
        "content": "改为轻质隔墙", "asked_by": "owner", "participation": str(firm_id(building, "design")),
        "effective_on": "2026-03-02", "scan": file_sent("变更单.pdf"), "drawings": "", "triggers": ["fire-safety"],
    })
    assert done.status_code == 303
    for role in ("design", "supervision", "owner"):
        browser = visit(building.leaders[role])
        assert "会签意见" in browser.get(done.location).text
        signed = browser.post(f"{done.location}/approvals/{role}", {"decision": "approved"}, at=done.location)
        assert signed.status_code == 303
    shown = designer.get(done.location).text
    assert "须重新审查：消防安全性" in shown
    assert "尚未审查合格" in shown
    assert "周总监" in shown
    assert "李建国" not in shown


def test_somebody_without_the_office_finds_no_button_and_is_refused(building, visit):
    change = changed(building)
    contractor = visit(building.leaders["contractor"])
    page = f"/design-changes/{change.id}"
    assert "会签意见" not in contractor.get(page).text
    said = contractor.post(f"{page}/approvals/supervision", {"decision": "approved"}, at="/projects")
    assert said.status_code == 409
    assert "李建国" in said.text


def test_the_drawings_of_a_day_are_three_clicks_away(building, visit):
    made = delivered(building)
    reviewed(building, made.id)
    officer = visit(building.officer)
    first = officer.get(f"/projects/{building.project}/designs").text
    question = f"/projects/{building.project}/designs/in-force"
    assert question in first
    unit = re.search(rf'href="({question}\?unit=01[^"]*)"', officer.get(question).text)[1].replace("&amp;", "&")
    part = re.search(rf'href="({question}\?unit=01&amp;part=02&[^"]*)"', officer.get(unit).text)[1].replace("&amp;", "&")
    shown = officer.get(part).text
    assert made.title in shown
    before = officer.get(f"{question}?unit=01&part=02&on=2026-01-15").text
    assert "已交付、当日未生效" in before
    assert officer.get(f"{question}?unit=01&part=9999").status_code == 422


def test_drawings_used_early_are_flagged_on_every_page_that_shows_them(building, visit):
    made = delivered(building)
    filer = visit(building.filer)
    page = f"/drawing-sets/{made.id}"
    sent = {"participation": str(firm_id(building, "contractor")), "issued_on": "2026-02-01"}
    assert "尚未审查合格" in filer.post(f"{page}/issues", sent, at=page).text
    assert filer.post(f"{page}/issues", sent | {"explanation": "抢工期"}, at=page).status_code == 303
    officer = visit(building.officer)
    assert "未审先用" in officer.get(page).text
    assert "未审先用" in officer.get(f"/projects/{building.project}/designs").text


def test_an_argument_is_closed_once_every_opinion_has_its_answer(building, visit):
    browser = visit(building.leaders["contractor"])
    address = f"/projects/{building.project}/designs/arguments"
    experts = {
        f"experts-{n}-{key}": value for n in range(5)
        for key, value in {"name": f"专家{n}", "title": "教授", "field": "岩土", "organisation": "省协会"}.items()
    }
    sent = {
        "kind": "deep-pit", "subject": "深基坑方案", "unit": "", "participation": str(firm_id(building, "contractor")),
        "held_on": "2026-02-01", "opinions": "专家0：补充监测方案\n降水井加密",
    }
    few = browser.post(address, sent | {"experts-0-name": "专家0", "experts-0-title": "教授", "experts-0-field": "岩土"})
    assert "不得少于 5 人" in few.text
    done = browser.post(address, sent | experts)
    assert done.status_code == 303
    page = browser.get(done.location).text
    closing = {"conclusion": "revised", "report": file_sent("论证报告.pdf")}
    assert browser.post(f"{done.location}/conclusion", closing, at=done.location).status_code == 409
    for answer in re.findall(r'action="(/argument-opinions/[^"]+/answer)"', page):
        assert browser.post(answer, {"answer": "已采纳"}, at=done.location).status_code == 303
    closing = {"conclusion": "revised", "report": file_sent("论证报告.pdf")}
    assert browser.post(f"{done.location}/conclusion", closing, at=done.location).status_code == 303
    assert "修改后通过" in browser.get(done.location).text


def test_a_design_target_stands_until_the_next(building, designer):
    address = f"/unit-projects/{building.unit}/design-targets"
    assert designer.post(address, {"kind": "green-building", "value": "五星级", "basis": "绿建专篇"}).status_code == 422
    for stars in ("一星级", "二星级"):
        done = designer.post(address, {"kind": "green-building", "value": stars, "basis": "绿建专篇"})
        assert done.status_code == 303
    shown = designer.get(done.location).text
    assert "绿色建筑等级 二星级" in shown
    assert "一星级" not in shown


def test_the_papers_say_what_the_records_say(building, visit):
    made = delivered(building, sheets=sheets("结施-01", "结施-02"))
    change = changed(building)
    approved(building, change.id, "design")
    officer = visit(building.officer)
    order = text_of(officer.get(f"/design-changes/{change.id}/form.pdf").data)
    assert change.number in order
    assert "孙设计" in order
    assert "待会签" in order
    listed = text_of(officer.get(f"/unit-projects/{building.unit}/design-delivery.pdf").data)
    assert made.number in listed
    assert "尚缺" in listed


def test_nothing_of_it_is_there_for_another_tenant(building, visit):
    things = drawn_up(building)
    firm = parties.organisation(building.units, "外省建设公司")
    foreign = visit(house.signed_in(building.units, "foreign", "外人", firm.id, None, house.Role.FIRM_FILER))
    for path in (
        f"/projects/{building.project}/designs", f"/projects/{building.project}/designs/in-force?unit=01",
        f"/drawing-sets/{things['set_id']}", f"/drawing-sheets/{things['sheet_id']}",
        f"/drawing-reviews/{things['review_id']}/certificate", f"/design-changes/{things['change_id']}",
        f"/design-changes/{things['change_id']}/file", f"/design-changes/{things['change_id']}/form.pdf",
        f"/scheme-arguments/{things['argument_id']}", f"/unit-projects/{building.unit}/design-delivery.pdf",
    ):
        assert foreign.get(path).status_code == 404, path


@pytest.mark.parametrize("role", [house.Role.URBAN_ARCHIVE, house.Role.AUDITOR])
def test_the_urban_archive_and_the_auditor_read(building, visit, role):
    made = delivered(building)
    reader = visit(house.signed_in(building.units, "reader", "阅", None, None, role, "370100"))
    assert reader.get(f"/projects/{building.project}/designs").status_code == 200
    assert reader.get(f"/drawing-sets/{made.id}").status_code == 200
    assert reader.get(f"/projects/{building.project}/designs/deliver").status_code == 403


def test_the_page_asks_no_more_for_ten_sets_than_for_one(building, visit):
    officer = visit(building.officer)
    path = f"/projects/{building.project}/designs"
    made = delivered(building)
    handed_out(building, made.id, date(2026, 2, 1), "说明")
    reviewed(building, made.id, on=date(2026, 2, 2))
    changed(building)
    argued(building)
    officer.get(path)
    few = statements(building.units, lambda: officer.get(path))
    for discipline in ("plumbing", "hvac", "electrical", "intelligent", "architecture"):
        reviewed(building, delivered(building, discipline=discipline, number=discipline).id)
        changed(building)
        argued(building)
    assert statements(building.units, lambda: officer.get(path)) <= few


def test_the_command_answers_in_words_and_as_json(building):
    made = delivered(building)
    reviewed(building, made.id)
    with building.units.reading(building.officer) as uow:
        number = uow.get(DrawingSet, made.id).project_id and uow.session.execute(
            select(house.Project.number).where(house.Project.id == building.project)
        ).scalar_one()
    run = application(building.units).test_cli_runner().invoke
    said = run(args=["designs", "in-force", number, "--unit", "01", "--part", "0201", "--on", "2026-03-02", "--json"])
    assert said.exit_code == 0
    assert [one["number"] for one in json.loads(said.output)["sets"]] == [made.number]
    assert "尚未审查合格" in run(args=["designs", "in-force", number, "--unit", "01", "--on", "2026-01-15"]).output
    assert run(args=["designs", "in-force", number, "--unit", "99", "--on", "2026-01-15"]).exit_code != 0
