"""施工现场质量管理检查: the contractor's leader fills it in, the chief supervisor judges it, both on a day they hold office."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from registry.kernel.errors import Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.policy import NotFresh
from registry.projects.offices import NotInOffice
from registry.standards import kinds
from registry.standards.actions import publish_edition
from registry.standards.drafts import Draft
from registry.standards.rules import Status
from registry.works.marking import mark_lot
from registry.works.models import SiteCheck, Verdict
from registry.works.preparing import (
    Filling,
    Said,
    SiteCheckSettled,
    SiteCheckStands,
    fill_site_check,
    judge_site_check,
)
from registry.works.site_checks import lacking_firms, project_checks
from registry.works.standing import SiteUnprepared, lot_blockers
from tests import build as house
from tests.works import build

CONTRACTOR, CHIEF = "contractor", "supervision"


def test_the_record_passes_with_the_chief_supervisors_word_and_is_printed(building):
    made = build.site_check(building)
    assert (made.filler_name, made.verdict) == ("李建国", None)
    judged = build.judged_check(building, made)
    assert (judged.verdict, judged.checker_name, judged.checked_on) == (Verdict.PASSED, "周总监", build.TODAY)
    with building.units.reading(building.officer) as uow:
        kept = uow.get(SiteCheck, made.id)
        assert kept.document_sha256 is not None
        assert lacking_firms(uow, build.whole(uow, building)) == ()


def test_without_a_record_the_contractor_is_named(building):
    with building.units.reading(building.officer) as uow:
        assert lacking_firms(uow, build.whole(uow, building)) == ("三建集团有限公司",)


@pytest.mark.parametrize("post", ["site/technical-leader", "site/quality-inspector", CHIEF, "owner"])
def test_only_the_contractors_leader_fills_it_in(building, post):
    with pytest.raises(NotInOffice), building.units.writing(building.leaders[post]) as uow:
        fill_site_check(uow, building.project, build.filling(building))


@pytest.mark.parametrize("post", [CONTRACTOR, "site/supervision-engineer", "owner"])
def test_only_the_chief_supervisor_judges_it(building, post):
    made = build.site_check(building)
    with pytest.raises(NotInOffice), building.units.writing(building.leaders[post]) as uow:
        judge_site_check(uow, made.id, Verdict.PASSED, "符合要求")


def test_the_chief_supervisor_proves_again_who_he_is(building):
    made = build.site_check(building)
    stale = replace(building.leaders[CHIEF], fresh=False)
    with pytest.raises(NotFresh), building.units.writing(stale) as uow:
        judge_site_check(uow, made.id, Verdict.PASSED, "符合要求")


def test_what_failed_is_filled_in_anew_and_nothing_else_is(building, clock):
    made = build.site_check(building)
    with pytest.raises(SiteCheckStands, match="等待总监理工程师检查"):
        build.site_check(building)
    build.judged_check(building, made, Verdict.FAILED, "计量设备未检定")
    clock.forward(hours=1)
    again = build.site_check(building)
    build.judged_check(building, again)
    with pytest.raises(SiteCheckStands, match="已检查合格"):
        build.site_check(building)
    with building.units.reading(building.officer) as uow:
        [firm] = project_checks(uow, building.project).firms
        assert [one.verdict for one in firm.checks] == [Verdict.PASSED, Verdict.FAILED]


def test_it_is_judged_once(building):
    made = build.site_check(building)
    build.judged_check(building, made)
    with pytest.raises(SiteCheckSettled, match="周总监"):
        build.judged_check(building, made, Verdict.FAILED)


def test_every_demanded_item_is_said_something_of_and_the_field_is_named(building):
    said = dict(build.filling(building).said)
    del said["drawings"]
    with pytest.raises(Invalid, match="图纸会审记录") as no, building.units.writing(building.leaders[CONTRACTOR]) as uow:
        fill_site_check(uow, building.project, Filling("自检合格", said))
    assert no.value.field == "said-drawings"


def test_a_file_that_is_no_paper_is_refused(building):
    said = {**build.filling(building).said, "drawings": Said("会审记录", [build.sent(b"MZ" * 40, "记录.exe")])}
    with pytest.raises(Invalid), building.units.writing(building.leaders[CONTRACTOR]) as uow:
        fill_site_check(uow, building.project, Filling("自检合格", said))


def test_a_record_of_another_tenant_is_not_found(building, units):
    made = build.site_check(building)
    stranger = build.site_elsewhere(units)
    with pytest.raises(NotFound), units.writing(stranger.leaders[CHIEF]) as uow:
        judge_site_check(uow, made.id, Verdict.PASSED, "符合要求")


def test_what_was_filled_in_and_what_was_said_stand_in_the_ledger(building):
    made = build.site_check(building)
    build.judged_check(building, made)
    with building.units.reading(building.officer) as uow:
        kinds_of = select(LedgerEvent.kind).where(LedgerEvent.subject_id == made.id).order_by(LedgerEvent.at, LedgerEvent.kind)
        assert set(uow.session.scalars(kinds_of)) == {"site-check.filled", "site-check.passed"}


def strict(building):
    """The region makes the record a condition, from today on."""
    with building.units.writing(house.signed_in(
        building.units, "root-of-law", "系统员", None, None, house.Role.SYSTEM_ADMIN,
    )) as uow:
        publish_edition(uow, Draft(
            kinds.SITE_MANAGEMENT_RULE.name, "地方-1", date(2026, 1, 1), "施工现场质量管理检查的前提", "某地建设工程质量管理条例",
            Status.LAW,
            {"fills": ["project-manager"], "checks": ["chief-supervisor"], "before_lots": "refuse", "source": "某地条例"},
            region=house.REGION[:4] + "00",
        ))


def test_the_nation_only_warns(building):
    lot = build.lot(building)
    with building.units.reading(building.officer) as uow:
        assert lot_blockers(uow.session, [lot.id], build.TODAY)[lot.id] == ()


def test_where_the_region_makes_it_a_condition_no_lot_is_built_before(building):
    strict(building)
    lot = build.lot(building)
    with pytest.raises(SiteUnprepared, match="施工现场质量管理"), building.units.writing(
        building.leaders["site/quality-inspector"]
    ) as uow:
        mark_lot(uow, lot.id, build.facts(building))
    build.judged_check(building, build.site_check(building))
    assert build.mark(building, lot.id)


def test_the_leader_fills_it_in_and_the_chief_judges_it_on_pages(building, visit):
    leader = visit(building.leaders[CONTRACTOR])
    new = f"/projects/{building.project}/site-checks/new"
    assert "项目部质量管理体系" in leader.get(new).text
    sent = {f"said-{key}": said.text for key, said in build.filling(building).said.items()}
    refused = leader.post(new, {**sent, "said-drawings": "", "self_check": "自检合格"}, at=new)
    assert refused.status_code == 422
    assert "图纸会审记录" in refused.text
    made = leader.post(new, {**sent, "self_check": "自检合格"}, at=new)
    assert made.status_code == 303
    shown = made.headers["Location"]
    chief = visit(building.leaders[CHIEF])
    done = chief.post(f"{shown}/conclusion", {"verdict": "passed", "conclusion": "同意开工"}, at=shown)
    assert done.status_code == 303, done.text
    assert "同意开工" in chief.get(shown).text
    assert chief.get(f"{shown}/record.pdf").data.startswith(b"%PDF")
    assert "尚未检查合格" not in chief.get(f"/units/{building.unit}/works").text
