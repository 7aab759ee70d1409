"""The day of acceptance by hand: for what was built before the registry knew it, and for nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.completion.entering import ByItsFlow, enter_acceptance_day
from registry.completion.models import ReportKind
from registry.kernel.errors import Forbidden
from registry.projects.models import UnitProject
from tests.build import Site
from tests.completion import build
from tests.conftest import Clock, Visit
from tests.works import build as works


def enter(site: Site) -> None:
    with site.units.writing(site.officer) as uow:
        enter_acceptance_day(uow, site.unit, uow.today - timedelta(days=1))


def day(site: Site) -> object:
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(select(UnitProject.accepted_on).where(UnitProject.id == site.unit)).one()


def test_a_building_the_registry_did_not_see_built_gets_its_day_by_hand(building: Site) -> None:
    enter(building)
    assert day(building) is not None


def test_once_lots_are_laid_out_the_signatures_alone_make_the_day(building: Site, visit: Visit) -> None:
    works.lot(building)
    with pytest.raises(ByItsFlow, match="1 号楼"):
        enter(building)
    assert day(building) is None
    page = visit(building.officer).get(f"/unit-projects/{building.unit}/acceptance")
    assert f"/units/{building.unit}/completion" in page.text
    assert 'name="accepted_on"' not in page.text


def test_once_a_report_is_in_the_signatures_alone_make_the_day(building: Site, clock: Clock) -> None:
    build.report(building, clock, ReportKind.CONTRACTOR)
    with pytest.raises(ByItsFlow):
        enter(building)


def test_the_contractor_enters_no_day(building: Site) -> None:
    with pytest.raises(Forbidden), building.units.writing(building.leaders["contractor"]) as uow:
        enter_acceptance_day(uow, building.unit, uow.today)
