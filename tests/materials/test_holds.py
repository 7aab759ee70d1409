"""What holds a batch, and what releases it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from registry.kernel.errors import Invalid, NotFound
from registry.materials.arriving import AlreadyInspected, Look, add_file, inspect_batch, record_batch
from registry.materials.deciding import (
    Downgrade,
    NothingFailed,
    NotReady,
    RetestForbidden,
    approve_batch,
    downgrade_batch,
    order_retest,
)
from registry.materials.models import Verdict
from registry.materials.rules import HoldKey
from registry.materials.standing import holds, project_holds, remaining
from registry.materials.testing import RepeatedUntilPassed, record_report
from registry.parties.models import IdentityKind
from registry.projects.offices import NotInOffice
from registry.projects.registering import PersonRow
from registry.projects.staffing import staff_person
from registry.standards.materials import Paper
from registry.works.removing import OneWitness, Removal, remove_batch
from tests.build import identity, term_of
from tests.materials import build
from tests.materials.build import FAILED, PASSED


def held(site, batch):
    with site.units.reading(site.officer) as uow:
        return [hold.key for hold in holds(uow.session, [batch.id])[batch.id]]


def failed(site, test="tensile"):
    batch = build.inspected(site)
    build.report(site, batch, test, FAILED)
    return batch


def test_a_batch_just_arrived_is_held_for_everything_still_to_come(building):
    batch = build.batch(building)
    assert held(building, batch) == [HoldKey.INSPECTION, *[HoldKey.REPORT] * 3, HoldKey.APPROVAL]


def test_a_batch_inspected_tested_and_approved_is_free(building):
    assert held(building, build.approved(building)) == []


def test_a_batch_without_its_papers_is_held_until_they_come(building):
    batch = build.batch(building, papers=((Paper.CERTIFICATE, build.paper()),))
    assert HoldKey.PAPER in held(building, batch)
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        add_file(uow, batch.id, Paper.FACTORY_TEST, build.paper())
    assert HoldKey.PAPER not in held(building, batch)


def test_a_report_not_commissioned_by_the_owner_does_not_release(building):
    batch = build.inspected(building)
    contractor = build.owner_of(building, "contractor")
    for test in build.REBAR_TESTS:
        build.report(building, batch, test, commissioner_id=contractor)
    assert held(building, batch).count(HoldKey.REPORT) == 3
    with building.units.reading(building.officer) as uow:
        [first, *_rest] = [hold for hold in holds(uow.session, [batch.id])[batch.id] if hold.key is HoldKey.REPORT]
    assert "非建设单位委托" in first.label


def test_a_report_without_a_witnessed_sample_does_not_release_what_must_be_witnessed(building):
    batch = build.inspected(building)
    build.report(building, batch, "tensile", sample_id=None)
    assert held(building, batch).count(HoldKey.REPORT) == 3


def test_a_failed_report_holds_every_batch_it_names_whoever_commissioned_it(building):
    one, two = build.approved(building, quantity=Decimal(20)), build.approved(building, quantity=Decimal(20))
    report = build.report_of(
        building, one, "weight", FAILED, batch_ids=(one.id, two.id), commissioner_id=build.owner_of(building, "contractor"),
    )
    with building.units.writing(building.leaders["site/sampler"]) as uow:
        record_report(uow, building.project, report)
    with building.units.reading(building.officer) as uow:
        found = project_holds(uow.session, building.project)
    assert {batch: reasons[0].key for batch, reasons in found.items()} == dict.fromkeys((one.id, two.id), HoldKey.FAILED_REPORT)


def test_a_report_stands_for_no_more_than_the_standard_lets_it(building):
    batch = build.inspected(building, quantity=Decimal(100))
    with pytest.raises(Invalid, match="最多代表 60"):
        build.report(building, batch, represented_quantity=Decimal(100))
    build.report(building, batch)
    assert held(building, batch).count(HoldKey.REPORT) == 3
    build.report(building, batch)
    assert held(building, batch).count(HoldKey.REPORT) == 2


def test_a_failed_report_and_then_another_that_passed_is_testing_until_passed(building):
    batch = failed(building)
    with pytest.raises(RepeatedUntilPassed, match="不能反复取样直到合格"):
        build.sample(building, batch)
    with pytest.raises(RepeatedUntilPassed, match="不能取代"):
        build.report(building, batch, sample_id=None)


def test_a_retest_is_refused_where_the_product_standard_forbids_it(building):
    batch = failed(building, "weight")
    with pytest.raises(RetestForbidden, match="不允许复检"), building.units.writing(
        building.leaders["site/quality-inspector"]
    ) as uow:
        order_retest(uow, batch.id, "weight", "重量偏差超差")


def test_a_retest_with_twice_the_samples_releases_when_it_passes(building):
    batch = failed(building)
    retest(building, batch)
    with pytest.raises(Invalid, match="至少 4 件"):
        build.sample(building, batch, count=3)
    build.report(building, batch)
    assert HoldKey.FAILED_REPORT not in held(building, batch)


def test_a_retest_that_fails_ends_it(building):
    batch = failed(building)
    retest(building, batch)
    build.report(building, batch, "tensile", FAILED)
    assert HoldKey.FAILED_REPORT in held(building, batch)
    with pytest.raises(RetestForbidden, match="已经复检过一次"):
        retest(building, batch)
    with pytest.raises(RepeatedUntilPassed):
        build.sample(building, batch)


def test_nothing_is_retested_that_has_not_failed(building):
    with pytest.raises(NothingFailed):
        retest(building, build.tested(building))


def retest(site, batch):
    with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
        return order_retest(uow, batch.id, "tensile", "抗拉强度不足")


def removal(site, quantity=40, witness="site/supervision-engineer"):
    return Removal(Decimal(quantity), site.terms[witness], build.photo(), "抗拉强度不合格")


def test_a_batch_that_has_left_the_site_whole_bars_its_use_alone(building):
    batch = failed(building)
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        remove_batch(uow, batch.id, removal(building, 15))
    assert HoldKey.FAILED_REPORT in held(building, batch)
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        remove_batch(uow, batch.id, removal(building, 25))
    assert held(building, batch) == [HoldKey.REMOVED]
    with building.units.reading(building.officer) as uow:
        assert remaining(uow.session, [batch.id]) == {batch.id: 0}


def test_no_more_leaves_the_site_than_is_there(building):
    batch = failed(building)
    with pytest.raises(Invalid, match="不超过在场的 40 t"), building.units.writing(
        building.leaders["site/quality-inspector"]
    ) as uow:
        remove_batch(uow, batch.id, removal(building, 41))


def test_the_witness_of_a_removal_is_of_the_supervision_firm(building):
    batch = failed(building)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        remove_batch(uow, batch.id, removal(building, witness="site/quality-inspector"))


def test_who_takes_a_batch_away_does_not_witness_it_himself(building):
    """One person in two posts: the database would take two terms, the law wants two people."""
    batch, firm = failed(building), term_of(building, "supervision").participation
    name, number = "兼职甲", identity()
    row = PersonRow(name, IdentityKind.CITIZEN, number, "", "", "", firm.since)
    with building.units.writing(building.officer) as uow:
        witness = staff_person(uow, firm.id, "site/supervision-engineer", row)
    with building.units.writing(building.officer) as uow:
        own = staff_person(uow, term_of(building, "contractor").participation_id, "site/materials-clerk", row)
    himself = replace(building.leaders["site/materials-clerk"], person=own.person_id)
    with pytest.raises(OneWitness, match="应当是两个人"), building.units.writing(himself) as uow:
        remove_batch(uow, batch.id, replace(removal(building), witness_term_id=witness.id))


def test_a_downgraded_batch_is_approved_anew(building):
    batch = failed(building)
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        downgrade_batch(uow, batch.id, Downgrade("HPB300 构造筋", building.terms["design"], build.paper(), "强度不足，经核算"))
    assert HoldKey.FAILED_REPORT not in held(building, batch)
    assert HoldKey.APPROVAL in held(building, batch)


def test_a_sound_batch_is_not_downgraded(building):
    batch = build.approved(building)
    with pytest.raises(NothingFailed), building.units.writing(building.leaders["site/technical-leader"]) as uow:
        downgrade_batch(uow, batch.id, Downgrade("HPB300", building.terms["design"], build.paper(), "无"))


def test_a_supervision_engineer_cannot_approve_what_may_not_be_used(building):
    batch = build.inspected(building)
    with pytest.raises(NotReady, match="缺力学性能"), building.units.writing(
        building.leaders["site/supervision-engineer"]
    ) as uow:
        approve_batch(uow, batch.id, PASSED)


def test_a_failure_after_the_approval_asks_for_the_approval_again(building, clock):
    batch = build.approved(building)
    clock.forward(minutes=10)
    build.report(building, batch, "bend", FAILED, sample_id=None)
    assert held(building, batch) == [HoldKey.FAILED_REPORT, HoldKey.APPROVAL]


def test_concrete_is_used_before_its_strength_is_known_and_not_accepted(building):
    batch = build.inspected(building, kind="ready-mixed-concrete", product="预拌混凝土 C35", grade="C35 P8")
    with building.units.writing(building.leaders["site/supervision-engineer"]) as uow:
        approve_batch(uow, batch.id, PASSED)
    with building.units.reading(building.officer) as uow:
        [hold] = holds(uow.session, [batch.id])[batch.id]
    assert hold.key is HoldKey.REPORT
    assert not hold.bars_use


def test_only_the_clerk_and_the_inspector_inspect_and_only_once(building):
    batch = build.batch(building)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders["site/sampler"]) as uow:
        inspect_batch(uow, batch.id, build.SOUND)
    inspector = building.leaders["site/quality-inspector"]
    with pytest.raises(Invalid, match="写明哪里不合格"), building.units.writing(inspector) as uow:
        inspect_batch(uow, batch.id, replace(build.SOUND, appearance=FAILED))
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        inspect_batch(uow, batch.id, replace(build.SOUND, appearance=FAILED, remark="锈蚀"))
    with pytest.raises(AlreadyInspected), building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        inspect_batch(uow, batch.id, build.SOUND)


def test_a_batch_whose_papers_alone_were_missing_is_inspected_again(building, clock):
    batch = build.inspected(building, Look(PASSED, PASSED, PASSED, FAILED, "合格证未随货"))
    clock.forward(minutes=10)
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        assert inspect_batch(uow, batch.id, build.SOUND).verdict is Verdict.PASSED
    assert HoldKey.FAILED_INSPECTION not in held(building, batch)


def test_another_tenant_does_not_know_of_the_project(building):
    stranger = replace(building.filer, organisation=None, person=None)
    with pytest.raises(NotFound), building.units.writing(stranger) as uow:
        record_batch(uow, building.project, build.arrival(building))
