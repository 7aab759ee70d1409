"""What stands behind the leaders: who did, checked and accepted each part, of what material, to which drawing."""

import json
from datetime import date, timedelta

import pytest

from registry.defects.actions import report_trace
from registry.defects.evidence import evidence
from registry.defects.queries import Question, answer, trace_report
from registry.defects.telling import told
from registry.documents.queries import content
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import NotFound
from registry.projects.actions import add_part_below
from registry.projects.models import Project
from registry.works.using import use_batch
from tests import build as house
from tests.acceptance import build as acceptance
from tests.accounts.visiting import application
from tests.adapters.reading import text_of
from tests.counting import statements
from tests.designs import build as designs
from tests.materials import build as materials
from tests.parties import build as parties
from tests.works import build as works

TODAY = works.TODAY


@pytest.fixture
def units(building):
    return building.units


@pytest.fixture
def built(building):
    """A lot of rebar with material, marks and signatures, and the drawings it was built to."""
    drawings = designs.delivered(building)
    designs.reviewed(building, drawings.id)
    lot = acceptance.lot(building, works.FORMWORK)
    batch = materials.approved(building)
    with building.units.writing(building.leaders["site/foreman"]) as uow:
        use_batch(uow, lot.id, batch.id)
    works.accepted_mark(building, lot.id)
    acceptance.entered(building, lot.id)
    acceptance.sign(building, lot.id)
    return building, lot, batch, drawings


def record(site, on=TODAY, actor=None, unit="01", part=works.FORMWORK):
    with site.units.reading(actor or site.officer) as uow:
        return told(uow, evidence(uow, answer(uow, Question(site.project, on, unit, part))))


def test_a_part_and_a_day_lead_to_who_did_checked_and_accepted_it(built):
    site, lot, _batch, _drawings = built
    [shown] = record(site)["lots"]
    assert (shown["number"], shown["place"], shown["day"], shown["why"]) == (lot.number, lot.place, str(TODAY), "当日施作")
    [mark] = shown["marks"]
    assert (mark["checker"], mark["accepter"], mark["verdict"]) == ("陈质检", "沈专监", "合格")
    assert {one["name"] for one in shown["signers"]} == {"冯工长", "陈质检", "沈专监"}


def test_the_material_stands_with_its_maker_its_reports_and_the_lots_it_went_into(built):
    site, lot, batch, _drawings = built
    [used] = record(site)["materials"]
    assert (used["number"], used["producer"], used["supplier"]) == (batch.number, "泉城钢铁有限公司", "历下建材供应有限公司")
    assert (used["lots"], used["held"], used["link"]) == ([lot.number], False, f"/batches/{batch.id}")
    assert {report["verdict"] for report in used["reports"]} == {"合格"}
    assert len(used["reports"]) == len(materials.REBAR_TESTS)


def test_a_recalled_batch_stands_first_with_the_reason_it_is_held(built):
    site, _lot, batch, _drawings = built
    with site.units.writing(site.officer) as uow:
        materials.announce_recall(uow, materials.Announcement(
            materials.Sought(materials.Target.BATCH, batch.number), "力学性能不合格", "省抽检通报〔2026〕3号"))
    [used] = record(site)["materials"]
    assert (used["held"], used["state"]) == (True, "已召回")


def test_the_drawings_in_force_that_day_are_named_and_those_delivered_later_are_not(built):
    site, _lot, _batch, drawings = built
    [shown] = record(site)["drawings"]["sets"]
    assert (shown["number"], shown["why"], shown["link"]) == (drawings.number, "当日有效", f"/drawing-sets/{drawings.id}")
    assert record(site, designs.DELIVERED - timedelta(days=1))["drawings"]["sets"] == []


def test_the_nearest_to_the_day_comes_first_and_says_how_far_it_is(building):
    plain = works.lot(building, place="一层")
    early = works.lot(building, place="二层")
    works.mark(building, early.id, done_on=TODAY - timedelta(days=3))
    late = works.lot(building, place="三层")
    works.mark(building, late.id)
    shown = record(building)
    assert [one["number"] for one in shown["lots"]] == [late.number, early.number, plain.number]
    assert [one["why"] for one in shown["lots"]] == ["当日施作", "与所问日期相差 3 天", "该部位的检验批，施作日期未登记"]
    assert [one["place"] for one in record(building, TODAY - timedelta(days=3))["lots"]] == ["二层", "三层", "一层"]


def test_a_part_without_lots_takes_those_of_the_nearest_above_and_says_so(building):
    lot = works.lot(building)
    shown = record(building, part="020104")
    assert shown["part_shown"] == "0201 混凝土结构"
    assert [one["number"] for one in shown["lots"]] == [lot.number]
    assert record(building, part="02")["part_shown"] is None
    assert [one["number"] for one in record(building, part="02")["lots"]] == [lot.number]
    assert record(building, part="03")["lots"] == []


def test_a_storey_of_the_units_own_takes_the_lots_of_its_division(building):
    with building.units.writing(building.officer) as uow:
        add_part_below(uow, building.unit, "A-12", "3 层 12 轴梁", "axis", "0201")
    lot = works.lot(building)
    shown = record(building, part="A-12")
    assert (shown["part_shown"], [one["number"] for one in shown["lots"]]) == ("0201 混凝土结构", [lot.number])


def test_that_nothing_is_on_record_is_an_answer_and_says_so(building, visit):
    shown = record(building, date(2026, 1, 1))
    assert (shown["lots"], shown["lots_total"], shown["materials"], shown["acceptances"]) == ([], 0, [], [])
    page = visit(building.officer).get(f"/projects/{building.project}/trace?on=2026-03-02&unit=01&part=0201").text
    assert "可能建于本系统登记之前" in page
    assert "所用材料" not in page                              # said once, not in four empty panels


def test_the_acceptance_of_the_division_above_is_shown_with_its_signers(building):
    lot = acceptance.passed(building)
    acceptance.accepted(building, lot.item_code)
    [item] = record(building)["acceptances"]
    assert item["level"] == "分项工程"
    assert {(signer["name"], signer["verdict"]) for signer in item["signers"]} == {("郑技术", "合格"), ("沈专监", "合格")}


def test_concealed_work_and_first_samples_of_the_part_are_shown(building):
    works.passed_sample(building)
    acceptance.concealed(building)
    shown = record(building, part="02")
    [covered] = shown["concealed"]
    [sample] = shown["first_samples"]
    assert covered["place"] == "三层梁板①~⑤轴"
    assert (sample["place"], sample["verdict"]) == ("二层东单元", "合格")


def test_of_another_firm_nothing_is_found(built):
    site, *_others = built
    stranger = house.signed_in(site.units, "stranger", "外人", parties.organisation(site.units).id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound):
        record(site, actor=stranger)
    elsewhere = works.site_elsewhere(site.units)
    with pytest.raises(NotFound):
        record(site, actor=elsewhere.filer)
    assert record(elsewhere)["lots"] == []


def test_the_number_of_statements_does_not_grow_with_the_lots(built):
    site, *_others = built
    few = statements(site.units, lambda: record(site, part="02"))
    works.lots(site)
    for one in range(3):
        works.mark(site, works.lot(site, place=f"{one} 段").id)
    many = statements(site.units, lambda: record(site, part="02"))
    assert record(site, part="02")["lots_total"] > 10
    assert many <= few


def test_of_more_lots_than_the_page_lists_it_shows_the_nearest_and_the_count(building):
    works.lots(building, "structure-concrete", storeys=(30, 2), pours=4)
    shown = record(building, part="02")
    assert len(shown["lots"]) == 200 < shown["lots_total"]
    assert shown["lots_link"] == f"/units/{building.unit}/works?below=02"


def test_the_page_leads_from_each_entry_to_its_record(built, visit):
    site, lot, batch, drawings = built
    officer = visit(site.officer)
    page = officer.get(f"/projects/{site.project}/trace?on={TODAY}&unit=01&part={works.FORMWORK}").text
    for link in (f"/lots/{lot.id}", f"/batches/{batch.id}", f"/drawing-sets/{drawings.id}"):
        assert f'href="{link}"' in page
        assert officer.get(link).status_code == 200
    assert page.index("三、当日谁负责") < page.index("四、检验批与责任标识") < page.index("追溯报告")


def test_the_printed_report_and_the_command_carry_the_same(built):
    site, lot, batch, _drawings = built
    with site.units.writing(site.officer) as uow:
        made = report_trace(uow, Question(site.project, TODAY, "01", works.FORMWORK), "渗漏投诉")
    with site.units.reading(site.officer) as uow, content(uow, trace_report(uow, made.id).sha256) as stream:
        paper = text_of(stream.read())
    for words in (lot.number, batch.number, "沈专监", "泉城钢铁有限公司"):
        assert words in paper
    with site.units.reading(SYSTEM) as uow:
        number = uow.get(Project, site.project).number
    run, asked = application(site.units).test_cli_runner(), ["trace", number, "--unit", "01", "--part", works.FORMWORK]
    said = json.loads(run.invoke(args=[*asked, "--on", str(TODAY), "--json"]).output)
    assert [person["rank"] for person in said["persons"]] == [1, 2, 3, 4, 5]
    assert {key: said[key] for key in ("lots", "materials", "drawings")} == {
        key: record(site)[key] for key in ("lots", "materials", "drawings")}
    plain = run.invoke(args=[*asked, "--on", str(TODAY)]).output
    assert f"检验批 {lot.number}" in plain
    assert f"材料 {batch.number}" in plain
