"""检验批划分方案: the contractor makes it, the supervision goes through it, and any change is gone through anew."""

import pytest

from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.projects.offices import NotInOffice
from registry.works.models import Verdict
from registry.works.planning import UNIT_IN_FULL, NewLot, UnitProject, add_lot
from registry.works.reviewing import NothingPlanned, PlanReviewed, plan_standing, review_plan
from tests.works import build

ENGINEER = "site/supervision-engineer"


def review(building, post=ENGINEER, verdict=Verdict.PASSED, words=""):
    with building.units.writing(building.leaders[post]) as uow:
        return review_plan(uow, building.unit, verdict, words)


def standing(building, post=ENGINEER):
    with building.units.reading(building.leaders[post]) as uow:
        return plan_standing(uow, uow.get(UnitProject, building.unit, *UNIT_IN_FULL))


@pytest.mark.parametrize("post", ["site/technical-leader", "contractor"])
def test_the_contractor_lays_the_lots_out(building, post):
    with building.units.writing(building.leaders[post]) as uow:
        assert add_lot(uow, building.unit, NewLot(build.contractor(building), build.FORMWORK, "三层"))


def test_neither_the_station_nor_the_owner_lays_them_out(building):
    for actor in (building.officer, building.filer):
        with pytest.raises(Forbidden), building.units.writing(actor) as uow:
            add_lot(uow, building.unit, NewLot(build.contractor(building), build.FORMWORK, "三层"))


@pytest.mark.parametrize("post", [ENGINEER, "supervision"])
def test_the_supervision_goes_through_the_plan(building, post):
    build.lot(building)
    assert standing(building, post).may_review
    assert review(building, post).lots == 1
    assert standing(building, post).passed
    assert not standing(building, post).may_review


def test_nobody_else_reviews_it(building):
    build.lot(building)
    for post in ("site/technical-leader", "contractor", "owner"):
        with pytest.raises(NotInOffice):
            review(building, post)


def test_a_plan_that_changed_is_reviewed_anew(building):
    build.lot(building)
    review(building)
    build.lot(building, place="四层")
    assert standing(building).review.lots == 1
    assert not standing(building).current
    assert standing(building).may_review
    assert review(building).lots == 2


def test_the_same_plan_is_not_reviewed_twice(building):
    build.lot(building)
    review(building)
    with pytest.raises(PlanReviewed, match="沈专监"):
        review(building, "supervision")


def test_a_refusal_says_what_is_to_be_changed(building):
    build.lot(building)
    with pytest.raises(Invalid, match="怎样调整"):
        review(building, verdict=Verdict.FAILED)
    review(building, verdict=Verdict.FAILED, words="按施工段划分")
    assert not standing(building).passed


def test_there_is_no_plan_without_lots(building):
    with pytest.raises(NothingPlanned):
        review(building)


def test_the_plan_of_another_tenant_is_not_found(building, units):
    stranger = build.site_elsewhere(units)
    with pytest.raises(NotFound), units.writing(stranger.leaders["supervision"]) as uow:
        review_plan(uow, building.unit, Verdict.PASSED)


def test_an_engineer_reviews_the_plan_on_its_page(building, visit):
    build.lot(building)
    engineer = visit(building.leaders[ENGINEER])
    page = f"/units/{building.unit}/works/review"
    assert "去审核" in engineer.get(f"/units/{building.unit}/works").text
    assert engineer.post(page, {"verdict": "passed"}, at=page).status_code == 303
    assert "划分方案已审核" in engineer.get(f"/units/{building.unit}/works").text
