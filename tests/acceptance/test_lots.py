"""A lot is entered, signed in order by those in office, and decided by the supervision engineer."""

import pytest

from registry.acceptance.entering import NeverAcceptable, TreatmentMissing, enter_result
from registry.acceptance.rules import Found, State, TreatmentKind, Verdict
from registry.acceptance.signing import (
    AlreadySigned,
    Blocked,
    DoesNotConform,
    NothingEntered,
    Opinion,
    OthersFirst,
    sign_lot,
)
from registry.acceptance.standing import state_of_unit
from registry.acceptance.treating import Finding, approve_treatment, treat_lot
from registry.kernel.errors import Invalid
from registry.projects.offices import NotInOffice
from tests.acceptance import build
from tests.works import build as works


def state(site, code="020101"):
    with site.units.reading(site.officer) as uow:
        return state_of_unit(uow.session, site.unit).node(code)


def test_a_lot_passes_when_foreman_inspector_and_engineer_have_signed(building):
    lot = build.passed(building)

    node = state(building)
    assert (node.lots, node.passed) == (1, 1)
    assert lot.item_code == "020101"


def test_nobody_signs_before_anything_is_entered(building):
    lot = build.lot(building)
    with pytest.raises(NothingEntered), building.units.writing(building.leaders["site/foreman"]) as uow:
        sign_lot(uow, lot.id, build.AGREED)


def test_the_wrong_signer_is_refused_and_told_who_may(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    with pytest.raises(NotInOffice) as no, building.units.writing(building.leaders["site/sampler"]) as uow:
        sign_lot(uow, lot.id, build.AGREED)
    assert "专业监理工程师" in no.value.remedy
    assert "沈专监" in no.value.remedy


def test_the_engineer_waits_for_the_others(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    with pytest.raises(OthersFirst, match="项目专业质量检查员"), building.units.writing(
        building.leaders["site/supervision-engineer"]
    ) as uow:
        sign_lot(uow, lot.id, build.AGREED)


def test_a_second_signature_in_a_duty_is_told_whose_the_first_is(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    build.sign(building, lot.id, "site/foreman")
    with pytest.raises(AlreadySigned, match="冯工长于 2026-03-02 12:00"), building.units.writing(
        building.leaders["site/foreman"]
    ) as uow:
        sign_lot(uow, lot.id, build.AGREED)


def test_what_is_signed_is_not_entered_again(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    assert build.entered(building, lot.id).attempt == 2
    build.sign(building, lot.id, "site/foreman")
    with pytest.raises(AlreadySigned, match="冯工长"):
        build.entered(building, lot.id)


def test_a_dominant_item_with_one_fault_is_not_presented(building):
    lot = build.lot(building)
    entry = build.good(building, lot.id)
    worse = [Found(one.key, one.actual, 1, one.record, one.points) if one.key == "scheme" else one for one in entry.found]
    result = build.entered(building, lot.id, type(entry)(worse))
    assert not result.conforms
    with pytest.raises(DoesNotConform, match="不能签署合格"):
        build.sign(building, lot.id, "site/foreman")


def test_a_key_step_without_its_mark_blocks_the_conclusion(building):
    lot = build.lot(building, works.REBAR)
    build.entered(building, lot.id)
    build.sign(building, lot.id, "site/foreman", "site/quality-inspector")
    with pytest.raises(Blocked, match="没有责任标识"):
        build.sign(building, lot.id, "site/supervision-engineer")


def failed(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    build.sign(building, lot.id, "site/foreman", "site/quality-inspector")
    build.sign(building, lot.id, "site/supervision-engineer", opinion=Opinion(Verdict.FAILED, "拼缝漏浆"))
    return lot


def test_what_was_refused_waits_for_its_treatment(building):
    lot = failed(building)
    assert state(building).failed == 1
    with pytest.raises(TreatmentMissing, match="拼缝漏浆"):
        build.entered(building, lot.id)
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.REWORK, "拆除重做"))
    again = build.entered(building, lot.id)
    assert (again.attempt, again.treatment_id is not None) == (2, True)
    build.sign(building, lot.id)
    assert state(building).passed == 1


def test_a_refusal_needs_its_reason(building):
    lot = build.lot(building)
    build.entered(building, lot.id)
    build.sign(building, lot.id, "site/foreman", "site/quality-inspector")
    with pytest.raises(Invalid, match="写明"):
        build.sign(building, lot.id, "site/supervision-engineer", opinion=Opinion(Verdict.FAILED))


def test_a_reckoning_waits_for_the_designer_in_office_and_then_answers_for_the_checks(building):
    lot = failed(building)
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        record = treat_lot(uow, lot.id, Finding(
            TreatmentKind.RECKONED, "强度略低，核算满足", works.photo("核算书.jpg"), "核 1", "齐鲁建筑设计院",
        ))
    with pytest.raises(TreatmentMissing, match="设计"):
        build.entered(building, lot.id)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["contractor"]) as uow:
        approve_treatment(uow, record.id)
    with building.units.writing(building.leaders["design"]) as uow:
        approve_treatment(uow, record.id)
    entry = build.good(building, lot.id)
    worse = [Found(one.key, one.actual, 1, one.record, one.points) if one.key == "scheme" else one for one in entry.found]
    assert build.entered(building, lot.id, type(entry)(worse)).conforms
    build.sign(building, lot.id)
    assert state(building).treated == 1


def test_a_test_without_its_report_is_no_treatment(building):
    lot = failed(building)
    with pytest.raises(Invalid, match="检测鉴定报告"), building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.TESTED, "委托检测"))


def test_only_the_supervision_refuses_for_good_and_then_nothing_follows(building):
    lot = failed(building)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["site/foreman"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.FORBIDDEN, "加固后仍不满足"))
    with building.units.writing(building.leaders["site/supervision-engineer"]) as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.FORBIDDEN, "加固后仍不满足"))
    with pytest.raises(NeverAcceptable, match=r"5\.0\.8"), building.units.writing(
        building.leaders["site/quality-inspector"]
    ) as uow:
        enter_result(uow, lot.id, build.good(building, lot.id))
    assert state(building).failed == 1
    assert state(building).state is State.OPEN


def test_a_sampler_enters_no_result(building):
    lot = build.lot(building)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["site/sampler"]) as uow:
        enter_result(uow, lot.id, build.good(building, lot.id))
