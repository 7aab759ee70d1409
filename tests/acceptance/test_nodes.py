"""Upward: nobody passes over a child, the signers differ, and what is opened again below makes what is above fall."""

import pytest
from sqlalchemy import select

from registry.acceptance.accepting import (
    AlreadyOpen,
    NotReady,
    Request,
    UnitAccepted,
    open_acceptance,
    sign_acceptance,
)
from registry.acceptance.jobs import print_record
from registry.acceptance.models import AcceptancePaper, NodeAcceptance
from registry.acceptance.rules import State, TreatmentKind, Verdict
from registry.acceptance.signers import signers_of
from registry.acceptance.signing import Blocked, Opinion, OthersFirst
from registry.acceptance.standing import state_of_unit
from registry.acceptance.treating import Finding, declare_absent, treat_lot, treat_node, withdraw_absence
from registry.acceptance.waiting import meetings, waiting_for_me
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Invalid
from registry.projects.actions import accept_unit
from registry.projects.offices import NotInOffice
from tests.acceptance import build


def state(site, code):
    with site.units.reading(site.officer) as uow:
        return state_of_unit(uow.session, site.unit).node(code)


def test_an_item_waits_for_each_of_its_lots(building):
    build.passed(building)
    build.lot(building, place="四层")
    with pytest.raises(NotReady, match="1 个检验批：未验收"):
        build.opened(building, "020101")


def test_nobody_passes_over_a_child_up_to_the_division(building):
    build.passed(building)
    with pytest.raises(NotReady, match="020101 模板"):
        build.opened(building, "0201")
    build.accepted(building, "020101")
    build.accepted(building, "0201")
    with pytest.raises(NotReady, match="0202 砌体结构：没有划分检验批，也未声明不涉及"):
        build.opened(building, "02")
    build.absent_but(building, "0201")
    build.accepted(building, "02")
    assert state(building, "02").state is State.PASSED


def test_the_whole_unit_passes_when_every_division_has(building):
    lot = build.passed(building)
    build.absent_but(building, "0201")
    for code in ("020101", "0201", "02", ""):
        build.accepted(building, code)
    assert state(building, "").state is State.PASSED
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.REWORK, "返工"))
    assert state(building, "").state is State.OPEN


def test_nothing_is_opened_again_once_the_building_has_passed_its_completion(building):
    lot = build.passed(building)
    with building.units.writing(building.officer) as uow:
        accept_unit(uow, building.unit, uow.today)
    with pytest.raises(UnitAccepted, match="已于 2026-03-02 竣工验收合格"), building.units.writing(
        building.leaders["site/quality-inspector"]
    ) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.REWORK, "返工"))


def test_survey_signs_for_the_foundation_and_design_for_the_structure(building):
    for item in ("010502", "020101"):
        build.passed(building, item)
        build.accepted(building, item)
        build.accepted(building, item[:4])
    build.absent_but(building, "0105", "0201")
    foundation, structure = build.opened(building, "01"), build.opened(building, "02")
    with building.units.writing(building.leaders["survey"]) as uow:
        sign_acceptance(uow, foundation.id, build.AGREED)
    with pytest.raises(NotInOffice, match="不担任"), building.units.writing(building.leaders["survey"]) as uow:
        sign_acceptance(uow, structure.id, build.AGREED)
    with pytest.raises(OthersFirst, match="设计单位项目负责人"), building.units.writing(building.leaders["supervision"]) as uow:
        sign_acceptance(uow, structure.id, build.AGREED)


def test_who_has_to_attend_is_named_when_missing(building):
    build.passed(building)
    build.accepted(building, "020101")
    with pytest.raises(Invalid, match="项目技术负责人"), building.units.writing(building.leaders["site/technical-leader"]) as uow:
        open_acceptance(uow, building.unit, "0201", Request("", build.TOTALS))


def test_what_is_open_is_not_opened_twice(building):
    build.passed(building)
    build.opened(building, "020101")
    with pytest.raises(AlreadyOpen, match="郑技术"):
        build.opened(building, "020101")


def test_a_child_opened_again_makes_its_parents_fall_with_a_record(building):
    lot = build.passed(building)
    item, sub = build.accepted(building, "020101"), build.accepted(building, "0201")
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.REWORK, "胀模"))
    with building.units.reading(building.officer) as uow:
        fallen = [uow.session.get(NodeAcceptance, one.id).fallen_reason for one in (item, sub)]
    assert all("胀模" in reason for reason in fallen)
    assert state(building, "0201").state is State.OPEN


def test_a_child_opened_again_before_the_conclusion_bars_it(building):
    build.passed(building)
    item = build.opened(building, "020101")
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        sign_acceptance(uow, item.id, build.AGREED)
    build.lot(building, place="五层")
    with pytest.raises(Blocked, match="1 个检验批：未验收"), building.units.writing(
        building.leaders["site/supervision-engineer"]
    ) as uow:
        sign_acceptance(uow, item.id, build.AGREED)


def test_a_lot_planned_afterwards_opens_what_had_passed(building):
    build.passed(building)
    build.accepted(building, "020101")
    build.passed(building, place="五层")
    assert state(building, "020101").state is State.PASSED
    build.lot(building, place="六层")
    assert state(building, "020101").state is State.OPEN


def test_an_item_refused_is_treated_and_tried_again(building):
    build.passed(building)
    item = build.opened(building, "020101")
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        sign_acceptance(uow, item.id, build.AGREED)
    with building.units.writing(building.leaders["site/supervision-engineer"]) as uow:
        sign_acceptance(uow, item.id, Opinion(Verdict.FAILED, "资料不全"))
    assert state(building, "020101").state is State.FAILED
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        treat_node(uow, building.unit, "020101", Finding(TreatmentKind.REPAIR, "补齐资料"))
    assert build.accepted(building, "020101").attempt == 2


def test_what_has_lots_is_not_declared_absent_and_a_declaration_can_be_taken_back(building):
    build.lot(building)
    with pytest.raises(Invalid, match="已划分"), building.units.writing(building.leaders["site/technical-leader"]) as uow:
        declare_absent(uow, building.unit, ["0201"], "没有")
    with pytest.raises(Invalid, match="理由"), building.units.writing(building.leaders["site/technical-leader"]) as uow:
        declare_absent(uow, building.unit, ["10"], " ")
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        declare_absent(uow, building.unit, ["10"], "无电梯")
    assert state(building, "10").state is State.ABSENT
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        withdraw_absence(uow, building.unit, "10", "增设电梯")
    assert state(building, "10").state is State.OPEN


def test_the_paper_is_printed_once_and_kept(building):
    lot = build.passed(building)
    item = build.accepted(building, "020101")
    with building.units.reading(building.officer) as uow:
        result = uow.session.scalar(select(build.LotResult.id).where(build.LotResult.lot_id == lot.id))
    for _time in range(2):
        with building.units.writing(SYSTEM) as uow:
            print_record(uow, result=str(result))
            print_record(uow, acceptance=str(item.id))
    with building.units.reading(building.officer) as uow:
        papers = uow.session.scalars(select(AcceptancePaper).order_by(AcceptancePaper.form)).all()
    assert [paper.form for paper in papers] == ["item_record", "lot_record"]


def test_everybody_sees_what_waits_for_him_and_the_trace_sees_who_signed(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    with building.units.reading(building.leaders["site/foreman"]) as uow:
        assert [one.link for one in waiting_for_me(uow)] == [f"/lots/{lot.id}/acceptance"]
    with building.units.reading(building.leaders["site/supervision-engineer"]) as uow:
        assert waiting_for_me(uow) == ()
    build.sign(building, lot.id)
    with building.units.reading(building.officer) as uow:
        signers = signers_of(uow, building.unit, "0201", uow.today)
        assert meetings(uow) == ()
    assert {one.name for one in signers} == {"冯工长", "陈质检", "沈专监"}
    assert [one.name for one in signers if one.decides] == ["沈专监"]
