"""What is done waits for nobody: a notice leaves the desk with the act it asked for."""

from uuid import UUID

import pytest
from sqlalchemy import select

from registry.acceptance.accepting import sign_acceptance
from registry.acceptance.treating import Finding, TreatmentKind, treat_node
from registry.completion.models import ReportKind
from registry.kernel.actor import Actor
from registry.kernel.uow import Units
from registry.materials.deciding import order_retest
from registry.notices.models import Notice
from tests.acceptance import build as acceptance
from tests.build import Site
from tests.completion import build as completion
from tests.conftest import Clock
from tests.materials import build as materials
from tests.works import build as works

ITEM = "020101"


@pytest.fixture
def units(building: Site) -> Units:
    return building.units


def waiting(site: Site, kind: str) -> set[UUID]:
    """Whom notices of that kind ask for something still to be done."""
    with site.units.reading(site.officer) as uow:
        return set(uow.session.scalars(
            select(Notice.person_id).where(Notice.kind == kind, Notice.done_at.is_(None)).order_by(Notice.id)))


def signed(site: Site, actor: Actor, made: UUID) -> None:
    with site.units.writing(actor) as uow:
        sign_acceptance(uow, made, acceptance.AGREED)


def test_an_acceptance_waits_for_those_who_have_not_signed_and_once_decided_for_nobody(building: Site) -> None:
    acceptance.passed(building)
    made = acceptance.opened(building, ITEM)
    first, second = acceptance.signers_for(building, ITEM)
    assert {first.person, second.person} <= waiting(building, "acceptance.to-sign")
    signed(building, first, made.id)
    assert first.person not in waiting(building, "acceptance.to-sign")
    assert second.person in waiting(building, "acceptance.to-sign")
    signed(building, second, made.id)
    assert waiting(building, "acceptance.to-sign") == set()


def test_an_acceptance_that_has_fallen_waits_for_nobody(building: Site) -> None:
    acceptance.passed(building)
    acceptance.opened(building, ITEM)
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        treat_node(uow, building.unit, ITEM, Finding(TreatmentKind.REPAIR, "外观缺陷"))
    assert waiting(building, "acceptance.to-sign") == set()


def test_a_record_of_how_a_site_is_managed_waits_until_it_is_judged(building: Site) -> None:
    made = works.site_check(building)
    assert waiting(building, "site-check.to-judge") == {building.leaders["supervision"].person}
    works.judged_check(building, made)
    assert waiting(building, "site-check.to-judge") == set()


def test_a_material_that_failed_waits_until_something_is_decided(building: Site) -> None:
    batch = materials.inspected(building)
    materials.report(building, batch, "tensile", materials.FAILED)
    assert building.leaders["contractor"].person in waiting(building, "material.failed")
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        order_retest(uow, batch.id, "tensile", "抗拉强度不足")
    assert waiting(building, "material.failed") == set()


def test_a_report_waits_for_who_writes_it_and_a_meeting_for_who_calls_it(building: Site, clock: Clock) -> None:
    completion.report(building, clock, ReportKind.CONTRACTOR)
    assert building.leaders["survey"].person in waiting(building, "completion.to-report.survey-report")
    completion.report(building, clock, ReportKind.SURVEY)
    assert waiting(building, "completion.to-report.survey-report") == set()
    assert building.leaders["design"].person in waiting(building, "completion.to-report.design-report")
    assert building.filer.person in waiting(building, "completion.to-call")


def test_a_meeting_waits_for_everybody_until_it_has_concluded(building: Site, clock: Clock) -> None:
    completion.called(building, clock)
    assert waiting(building, "completion.to-call") == set()
    assert building.leaders["design"].person in waiting(building, "completion.to-sign")
    for role in completion.ROLES:
        completion.opinion(building, clock, role)
    assert waiting(building, "completion.to-sign") | waiting(building, "completion.meeting") == set()
