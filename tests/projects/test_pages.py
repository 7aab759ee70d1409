"""Registering a project on one screen, and bringing its firms in and seeing them out."""

import re

import pytest
from sqlalchemy import func, select

from registry.kernel.actor import SYSTEM
from registry.projects.models import Part, Participation, Project, Term, UnitProject
from tests import build as house
from tests.parties import build as parties

pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units):
    return house.site(units)


@pytest.fixture
def officer(site, visit):
    return visit(site.officer)


def whole(**other):
    """What a browser sends of the one screen: a project with one unit, an owner and a contractor with its leader."""
    return {
        "number": "P-100", "name": "解放路小学", "address": "历下区解放路 1 号", "region": "370102", "category": "房屋建筑工程",
        "started_on": "2026-03-10", "units-0-number": "01", "units-0-name": "教学楼", "units-0-design_life_years": "50",
        "parties-0-role": "owner", "parties-0-uscc": parties.code(), "parties-0-name": "历下教育局",
        "parties-0-legal_representative": "周法人", "parties-0-identity_kind": "citizen",
        "parties-1-role": "contractor", "parties-1-uscc": parties.code(), "parties-1-name": "鲁班建设公司",
        "parties-1-legal_representative": "鲁法人", "parties-1-leader": "鲁建国", "parties-1-identity_kind": "citizen",
        "parties-1-identity": house.identity(), "parties-1-qualification_kind": "一级注册建造师",
        "parties-1-qualification_number": "鲁1370000000009",
    } | other


def count(units, kind):
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(kind))


def test_a_project_is_registered_on_one_screen(officer, units):
    answer = officer.post("/projects/new", whole())
    assert answer.status_code == 303
    board = officer.get(answer.location).text
    assert "鲁班建设公司" in board
    assert "鲁建国" in board
    with units.reading(SYSTEM) as uow:
        project = uow.session.scalars(select(Project.id).where(Project.number == "P-100")).one()
        unit = uow.session.scalars(select(UnitProject).where(UnitProject.project_id == project)).one()
    assert (unit.name, unit.design_life_years) == ("教学楼", 50)


@pytest.mark.parametrize(("words", "found"), [
    ("解放路小学", True), ("解放路小字", True), ("P-100", True), ("P-101", False), ("天桥区污水厂", False),
])
def test_the_list_of_projects_finds_what_is_near_like_the_one_box(officer, words, found):
    officer.post("/projects/new", whole())
    told = officer.get("/projects", query_string={"q": words}).text
    assert ("解放路 1 号" in told) is found
    assert ("以下是相近的" in told) is (words == "解放路小字")


def test_without_a_design_life_nothing_is_registered_and_nothing_typed_is_lost(officer, units):
    answer = officer.post("/projects/new", whole(**{"units-0-design_life_years": ""}))
    assert answer.status_code == 422
    assert "请填写单位工程 01 的设计使用年限" in answer.text
    assert 'value="解放路小学"' in answer.text
    assert 'value="鲁建国"' in answer.text
    assert count(units, Project) == 1


def test_one_more_unit_is_asked_for_without_registering_anything(officer, units):
    answer = officer.post("/projects/new", whole(more="units"))
    assert 'name="units-1-number"' in answer.text
    assert 'value="教学楼"' in answer.text
    assert count(units, Project) == 1


def test_a_wrong_code_of_a_firm_is_said_where_it_stands(officer, units):
    answer = officer.post("/projects/new", whole(**{"parties-1-uscc": "91370102MA3000000X"}))
    assert answer.status_code == 422
    assert count(units, Project) == 1


def test_two_clicks_on_one_form_register_one_project(officer, units):
    said = [officer.post("/projects/new", whole_once | {"_key": "one-form"}) for whole_once in [whole()] * 2]
    assert [(answer.status_code, answer.location) for answer in said] == [(303, said[0].location)] * 2
    assert count(units, Project) == 2


def test_the_same_part_sent_twice_is_one_part(officer, site, units):
    page = f"/unit-projects/{site.unit}/parts"
    fields = {"code": "F3", "name": "3 层", "kind": "storey", "below": "0201", "_key": "one-form"}
    for _click in range(2):
        assert officer.post(page, fields).status_code == 303
    assert officer.post(page, fields | {"code": "F4"}).status_code == 422
    assert count(units, Part) == 1
    assert "3 层" in officer.get(f"{page}?below=0201").text


def test_a_firm_comes_and_its_leader_takes_up_the_post(officer, site, units):
    admitted = officer.post(f"/projects/{site.project}/firms", {
        "role": "contractor", "uscc": parties.code(), "name": "泉城安装公司", "legal_representative": "周法人",
        "since": "2026年3月10日", "units": "02",
    })
    assert admitted.status_code == 303
    with units.reading(SYSTEM) as uow:
        firm = uow.session.scalars(select(Participation.id).where(Participation.organisation_name == "泉城安装公司")).one()
    appointed = officer.post(f"/participations/{firm}/terms", {
        "post": "project-manager", "name": "吴二建", "identity_kind": "citizen", "identity": house.identity(),
        "since": "2026-03-10",
    })
    assert appointed.status_code == 303
    assert "吴二建" in officer.get(f"/projects/{site.project}").text


def test_a_firm_is_seen_out_by_the_link_on_the_projects_page(site, units, visit, clock):
    clock.forward(days=20)
    officer = visit(site.officer)
    page = officer.get(f"/projects/{site.project}").text
    ways = re.findall(r"/participations/[0-9a-f-]+/end", page)
    assert len(ways) == 5
    assert officer.post(ways[0], {"last_day": "2026-03-20", "reason": ""}).status_code == 422
    assert officer.post(ways[0], {"last_day": "2026-03-20", "reason": "合同解除"}).status_code == 303
    with units.reading(SYSTEM) as uow:
        assert uow.session.scalars(select(Term.ended_reason).where(Term.until.is_not(None))).all() == ["合同解除"]
    assert len(re.findall(r"/participations/[0-9a-f-]+/end", officer.get(f"/projects/{site.project}").text)) == 4


def test_what_another_has_changed_meanwhile_is_not_overwritten(officer, site, visit):
    page = f"/projects/{site.project}/amend"
    fields = {"name": "和平里", "address": "和平路 8 号", "reason": "更名", "version": "1"}
    assert visit(site.filer).post(page, fields).status_code == 303
    answer = officer.post(page, fields)
    assert answer.status_code == 409
    assert "他人已修改" in answer.text
