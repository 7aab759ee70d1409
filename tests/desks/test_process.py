"""The construction process on the desks: what waits, how far a project has come, what one signed, what is found."""

import ast
from pathlib import Path

import pytest

from registry.desks.finding import found_on_sites
from registry.desks.queries import home, own_record, project_desk, project_page
from registry.desks.words import EVENTS
from registry.kernel.actor import Role
from registry.kernel.errors import NotFound
from registry.pledges.changes import Newcomer, hand_over
from registry.projects.queries import projects
from registry.works.marking import accept_mark
from registry.works.models import Verdict
from registry.works.using import use_batch
from tests import build as house
from tests.acceptance import build as acceptance
from tests.counting import statements
from tests.designs import build as designs
from tests.materials import build as materials
from tests.parties import build as parties
from tests.works import build as works

REGISTRY = Path(__file__).parents[2] / "registry"


@pytest.fixture
def units(building):
    return building.units


@pytest.fixture
def stranger(building):
    firm = parties.organisation(building.units, "外省建设公司")
    return house.signed_in(building.units, "stranger", "外人", firm.id, None, Role.FIRM_FILER)


def groups(site, actor):
    with site.units.reading(actor) as uow:
        return {group.title: [item.link for item in group.items] for group in home(uow).groups}


def test_a_mark_waits_for_the_supervision_engineer_alone(building, stranger):
    made = works.mark(building, works.lot(building).id)
    assert groups(building, building.leaders["site/supervision-engineer"])["待我验收的责任标识"] == [f"/marks/{made.id}"]
    assert groups(building, building.leaders["site/foreman"]) == {}
    assert groups(building, stranger) == {}


def test_a_lot_due_waits_for_the_inspector_until_it_is_marked(building):
    lot = works.lot(building)
    works.due_today(building, lot)
    inspector = building.leaders["site/quality-inspector"]
    assert groups(building, inspector) == {"待标识的检验批": [f"/lots/{lot.id}/mark"]}
    works.mark(building, lot.id)
    assert groups(building, inspector) == {}


def test_a_result_waits_for_those_who_sign_it(building):
    lot = acceptance.lot(building)
    acceptance.entered(building, lot.id)
    assert groups(building, building.leaders["site/foreman"]) == {"待我签字的验收": [f"/lots/{lot.id}/acceptance"]}


def test_material_waits_to_be_inspected_then_approved_then_for_nobody(building):
    batch = materials.batch(building)
    inspector, engineer = building.leaders["site/quality-inspector"], building.leaders["site/supervision-engineer"]
    assert groups(building, inspector) == {"待进场检验的材料": [f"/batches/{batch.id}/inspection"]}
    assert groups(building, engineer) == {}
    tested = materials.tested(building)
    assert groups(building, engineer) == {"待监理审查的材料": [f"/batches/{tested.id}/approval"]}
    assert str(tested.id) not in str(groups(building, inspector))


def test_what_failed_and_what_was_recalled_waits_to_be_dealt_with(building):
    failed = materials.inspected(building)
    materials.report(building, failed, verdict=materials.FAILED)
    recalled = materials.approved(building)
    with building.units.writing(building.officer) as uow:
        materials.announce_recall(uow, materials.Announcement(
            materials.Sought(materials.Target.BATCH, recalled.number), "力学性能不合格", "省抽检通报〔2026〕3号"))
    waiting = groups(building, building.leaders["site/quality-inspector"])
    assert set(waiting["不合格或被召回、待处置的材料"]) == {f"/batches/{failed.id}", f"/batches/{recalled.id}"}
    assert len(waiting["待回复的材料召回"]) == 1
    assert groups(building, building.officer) == {}


def test_a_change_waits_for_each_office_until_it_has_spoken(building):
    change = designs.changed(building)
    design = building.leaders["design"]
    assert groups(building, design)["待我会签的设计变更"] == [f"/design-changes/{change.id}#design"]
    designs.approved(building, change.id, "design")
    assert "待我会签的设计变更" not in groups(building, design)
    assert "待我会签的设计变更" in groups(building, building.leaders["supervision"])
    assert "待我会签的设计变更" not in groups(building, building.leaders["survey"])


def test_the_desk_shows_each_group_with_one_button_and_an_empty_one_says_so(building, visit):
    made = works.mark(building, works.lot(building).id)
    said = visit(building.leaders["site/supervision-engineer"]).get("/desk").text
    assert f'class="button primary" href="/marks/{made.id}"' in said
    assert "没有等您办理的事项" in visit(building.leaders["site/sampler"]).get("/desk").text


def test_the_number_of_statements_of_a_desk_does_not_grow_with_what_waits(building):
    engineer = building.leaders["site/supervision-engineer"]
    works.mark(building, works.lot(building).id)
    few = statements(building.units, lambda: groups(building, engineer))
    for number in range(4):
        works.mark(building, works.lot(building, place=f"{number} 段").id)
    assert statements(building.units, lambda: groups(building, engineer)) == few


def lines(site):
    with site.units.reading(site.officer) as uow:
        return {key: (line.said, line.worst, line.tone) for key, line in project_desk(uow, site.project).progress.items()}


def test_the_project_page_says_how_far_each_storey_has_come_and_the_worst_of_it(building):
    assert lines(building)["materials"] == ("进场 0 批", "尚无记录", "quiet")
    designs.delivered(building)
    bad = materials.inspected(building)
    materials.report(building, bad, verdict=materials.FAILED)
    works.mark(building, works.lot(building).id)
    acceptance.passed(building, place="四层")
    assert lines(building) == {
        "designs": ("图纸 1 套，变更 0 份", "1 套未审查合格", "wait"),
        "materials": ("进场 1 批", "1 批不合格或被召回", "bad"),
        "works": ("检验批 2 个，已标识 1 个", "1 个标识待监理验收", "wait"),
        "acceptance": ("验收合格 1/2 个检验批", "无待办", "good"),
        "completion": ("竣工验收合格 0/2 个单位工程", "尚无记录", "quiet"),
        "archives": ("归档 0 件", "尚无记录", "quiet"),
    }


def test_a_mark_that_the_supervision_found_wanting_is_told_on_the_line_of_the_works(building):
    made = works.mark(building, works.lot(building).id)
    with building.units.writing(building.leaders["site/supervision-engineer"]) as uow:
        accept_mark(uow, made.id, Verdict.FAILED, "模板拼缝漏浆")
    assert lines(building)["works"] == ("检验批 1 个，已标识 1 个", "1 个标识不合格", "bad")
    assert lines(building)["acceptance"] == ("验收合格 0/1 个检验批", "无待办", "good")


def test_the_project_page_leads_to_the_works_of_each_unit_and_tells_what_happened_there(building, visit, clock):
    lot = works.lot(building)
    batch = materials.approved(building)
    clock.forward(minutes=1)
    with building.units.writing(building.leaders["site/foreman"]) as uow:
        use_batch(uow, lot.id, batch.id)
    works.accepted_mark(building, lot.id)
    said = visit(building.officer).get(f"/projects/{building.project}").text
    for way in ("works", "acceptance", "completion"):
        assert f'href="/units/{building.unit}/{way}"' in said
    for words in ("责任标识验收合格", "登记材料使用部位", "质量责任标识"):
        assert words in said
    assert 'id="progress"' in said


STOREYS = ("archives", "acceptance", "completion", "designs", "materials", "plaques", "projects", "works")
WITHOUT_PROJECT = {"plaque.contact-revealed", "plaque.report-answered", "plaque.reported-wrong"}


def test_every_kind_of_event_of_the_process_has_words():
    kinds = {
        part.value for storey in STOREYS for file in sorted((REGISTRY / storey).rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and len(call.args) > 1 and named(call.func) in ("append", "append_many", "enter")
        for part in ast.walk(call.args[1]) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    kinds = {kind for kind in kinds if "." in kind[:-1]}
    assert len(kinds) > 80
    assert kinds - WITHOUT_PROJECT - {"archives.check", "materials.tell"} <= set(EVENTS)
    for prefix in ("design-change.approved", "design-change.refused", "first-sample.passed", "completion.disagreed"):
        assert prefix in EVENTS


def named(func):
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def test_whoever_works_on_the_site_finds_what_he_signed_without_a_pledge(building, visit):
    lot = acceptance.lot(building)
    works.mark(building, lot.id)
    acceptance.entered(building, lot.id)
    acceptance.sign(building, lot.id)
    inspector = building.leaders["site/quality-inspector"]
    with building.units.reading(inspector) as uow:
        own = own_record(uow)
    assert own.rows == []
    [held] = own.signed.held
    assert (held.count.marks, held.count.acceptances, own.signed.total) == (1, 1, 2)
    assert {line.link for line in own.signed.lines} > {f"/lots/{lot.id}/acceptance"}
    browser = visit(inspector)
    page = browser.get(f"/me/responsibilities?term={held.term.id}").text
    assert "责任标识：检查" in page
    assert {browser.get(line.link).status_code for line in own.signed.lines} == {200}


def test_a_leader_finds_the_count_beside_his_term(building):
    lot = acceptance.passed(building)
    acceptance.accepted(building, lot.item_code)
    with building.units.reading(building.leaders["supervision"]) as uow:
        own = own_record(uow)
    assert [row.signed.marks for row in own.rows] == [0]


def test_nobody_finds_what_another_signed(building, stranger):
    made = works.mark(building, works.lot(building).id)
    with building.units.reading(stranger) as uow:
        assert own_record(uow, made.checker_term_id).signed.total == 0


@pytest.fixture
def moved(building, clock):
    """He handed his post over, and his account is with another firm now."""
    clock.forward(days=30)
    with building.units.writing(building.officer) as uow:
        hand_over(uow, building.terms["contractor"], Newcomer(
            "郑接任", "citizen", house.identity(), "", "一级注册建造师", "鲁1370000000009", uow.today, "工作调动", "变9号"))
    firm = parties.organisation(building.units, "另一家公司")
    return house.signed_in(
        building.units, "moved", "李建国", firm.id, building.leaders["contractor"].person, Role.PROJECT_LEADER)


def test_who_moved_to_another_firm_opens_his_old_project_and_sees_his_own_part_alone(building, moved, visit):
    with building.units.reading(moved) as uow:
        assert [one.id for one in projects(uow, "", 0, 10).projects] == [building.project]
        shown = project_page(uow, building.project)
    assert [term.id for term, _post in shown.terms] == [building.terms["contractor"]]
    browser = visit(moved)
    page = browser.get(f"/projects/{building.project}")
    assert page.status_code == 200
    assert "这里只列出与您本人有关的登记" in page.text
    assert "孙总监" not in page.text
    for closed in ("designs", "materials", "works", "acceptance", "trace", "archives", "board", "gates"):
        assert browser.get(f"/projects/{building.project}/{closed}").status_code == 404
    assert browser.get(f"/terms/{building.terms['contractor']}").status_code == 200


def test_who_never_served_there_still_finds_no_such_project(building, stranger):
    with building.units.reading(stranger) as uow, pytest.raises(NotFound):
        project_page(uow, building.project)


def found(site, actor, words):
    with site.units.reading(actor) as uow:
        sites = found_on_sites(uow, words)
    return [lot.id for lot in sites.lots], [batch.id for batch in sites.batches]


def test_the_one_box_finds_a_lot_by_its_number_and_a_batch_by_its_heat(building, stranger, moved, visit):
    lot, batch = works.lot(building), materials.batch(building)
    assert found(building, building.officer, lot.number) == ([lot.id], [])
    assert found(building, building.leaders["site/foreman"], batch.number.lower()) == ([], [batch.id])
    for other in (stranger, moved, works.site_elsewhere(building.units).filer):
        assert found(building, other, lot.number) == ([], [])
        assert found(building, other, batch.number) == ([], [])
    page = visit(building.officer).get("/search", query_string={"q": batch.number}).text
    assert f"/batches/{batch.id}" in page
