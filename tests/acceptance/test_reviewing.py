"""核查 line by line: companion tables of the unit project, and the tests of the finished structure."""

import pytest
from sqlalchemy import select

from registry.acceptance.accepting import Request, open_acceptance
from registry.acceptance.jobs import print_record
from registry.acceptance.models import AcceptancePaper
from registry.acceptance.reviewing import Answer, mistakes_in, read_answers, totals_of
from registry.acceptance.rules import State
from registry.acceptance.sheets import SheetRefused
from registry.acceptance.standing import state_of_unit
from registry.kernel.actor import SYSTEM
from registry.standards.reviews import ReviewLine, ReviewTable
from tests.acceptance import build

FEW = (
    ReviewLine("r1", ReviewTable.RECORDS, "电梯", "施工记录", ("10",), "表H.0.1-2"),
    ReviewLine("r2", ReviewTable.RECORDS, "电梯", "分项、分部工程质量验收记录", ("10",), "表H.0.1-2", demanded=True),
    ReviewLine("t1", ReviewTable.TESTS, "电梯", "运行记录", ("10",), "表H.0.1-3"),
    ReviewLine("l1", ReviewTable.LOOKS, "电梯", "机房", ("10",), "表H.0.1-4"),
    ReviewLine("e1", ReviewTable.ENTITY, "混凝土结构", "混凝土强度", ("0201",), "10.1", "02", demanded=True, numbered=True),
)
FOUND = {
    "r2": Answer("r2", 4, 4), "t1": Answer("t1", 2, 2, 1, 1), "l1": Answer("l1", 9, 9), "e1": Answer("e1", 3, 3, note="检 1"),
}


def up_to_the_structure(site):
    build.passed(site)
    build.accepted(site, "020101")
    build.accepted(site, "0201")
    build.absent_but(site, "0201")


def put_up(site, code, answers):
    with site.units.writing(site.leaders["site/technical-leader"]) as uow:
        return open_acceptance(
            uow, site.unit, code, Request("", build.TOTALS, build.attendants_for(site, code), answers=answers),
        )


def test_what_is_complete_and_conforms_passes_and_is_counted_by_lines():
    assert mistakes_in(FEW, FOUND) == {}
    totals = totals_of(FEW, FOUND)
    assert (totals.records, totals.tests, totals.sampled, totals.looked) == (1, 1, 1, 1)
    assert totals.wrong() == ""


@pytest.mark.parametrize(("key", "answer", "field", "said"), [
    ("r2", None, "count-r2", "必须填写"), ("t1", None, "count-t1", "电梯至少填写一项"),
    ("l1", Answer("l1", 9, 8), "right-l1", "9 项中有 1 项不符合"), ("l1", Answer("l1", 9, 10), "right-l1", "不能多于总数 9"),
    ("t1", Answer("t1", 2, 2, 3, 1), "fit-t1", "2 项不符合"), ("e1", Answer("e1", 3, 3), "note-e1", "报告编号"),
])
def test_what_is_missing_or_does_not_conform_is_said_beside_its_field(key, answer, field, said):
    changed = {name: one for name, one in (FOUND | {key: answer}).items() if one is not None}
    assert said in mistakes_in(FEW, changed)[field]


def test_a_line_left_empty_is_not_there_and_an_empty_conforming_number_means_all():
    assert read_answers(FEW, {"count-r2": ["４"], "count-r1": [" "]}) == {"r2": Answer("r2", 4, 4)}
    with pytest.raises(SheetRefused) as refused:
        read_answers(FEW, {"count-r1": ["三份"]})
    assert "不是个数" in refused.value.mistakes["count-r1"]


def test_the_main_structure_waits_for_the_tests_of_the_finished_structure(building):
    up_to_the_structure(building)
    with pytest.raises(SheetRefused) as refused:
        put_up(building, "02", {})
    assert len(refused.value.mistakes) == 3
    asked = build.answers_for(building, "02")
    with pytest.raises(SheetRefused, match="1 处"):
        put_up(building, "02", asked | {"e-01": Answer("e-01", 3, 2, note="检 1")})
    kept = put_up(building, "02", asked).totals["review"]
    assert [one["key"] for one in kept["answers"]] == ["e-01", "e-02", "e-03"]


def test_a_unit_project_is_gone_through_line_by_line_and_its_tables_are_printed(building):
    up_to_the_structure(building)
    build.accepted(building, "02")
    with pytest.raises(SheetRefused):
        put_up(building, "", {})
    made = build.accepted(building, "")
    with building.units.reading(building.officer) as uow:
        assert state_of_unit(uow.session, building.unit).root.state is State.PASSED
        assert made.totals["records"] == 10    # of one trade: the other nine divisions are not there
        assert {one["key"][2:4] for one in made.totals["review"]["answers"]} == {"st"}
    with building.units.writing(SYSTEM) as uow:
        print_record(uow, acceptance=str(made.id))
        assert uow.session.scalar(select(AcceptancePaper.form).where(AcceptancePaper.acceptance_id == made.id)) == "unit_review"


def test_the_lines_are_typed_on_the_page_and_mistakes_stand_beside_them(building, visit):
    up_to_the_structure(building)
    build.heads(building)
    technical = visit(building.leaders["site/technical-leader"])
    page = f"/units/{building.unit}/acceptance/new?at=02"
    form = dict.fromkeys(("records", "records_right", "looked", "looked_right"), "3") | {
        "attendants": [str(one) for one in build.attendants_for(building, "02")],
    } | {f"count-e-0{n}": "3" for n in (1, 2, 3)}
    answer = technical.post(page, form)
    assert "须填写报告编号和检测单位" in answer.text
    assert 'id="note-e-02-mistake"' in answer.text
    assert 'name="count-e-01" inputmode="numeric" autocomplete="off" value="3"' in answer.text
    made = technical.post(page, form | {f"note-e-0{n}": "检 2026-1 齐鲁检测" for n in (1, 2, 3)})
    assert made.status_code == 303
    assert "检 2026-1 齐鲁检测" in technical.get(made.location).text
