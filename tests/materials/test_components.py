"""A prefabricated component comes from the plant to its place in order, and nobody skips a step."""

from dataclasses import replace

import pytest

from registry.kernel.errors import Invalid
from registry.materials.arriving import Firm
from registry.materials.models import ComponentStep, Verdict
from registry.materials.prefabrication import (
    Happening,
    NumberTaken,
    OutOfTurn,
    Piece,
    record_step,
    register_component,
)
from registry.projects.offices import NotInOffice
from tests import build as sites
from tests.materials import build

Step = ComponentStep.Step
PLANT = Firm(build.MILL, "泉城预制构件有限公司")


@pytest.fixture
def site(building, monkeypatch):
    monkeypatch.setitem(sites.CREW, "site/plant-supervisor", ("supervision", "何驻厂"))
    sites.staff(building, "site/plant-supervisor")
    return building


def component(site, number="yz-001"):
    with site.units.writing(site.leaders["site/plant-supervisor"]) as uow:
        return register_component(uow, site.project, Piece(number, "叠合板", PLANT))


def step(site, of, happening, post="site/materials-clerk"):
    with site.units.writing(site.leaders[post]) as uow:
        return record_step(uow, of.id, happening)


def delivered(site):
    made = component(site)
    step(site, made, Happening(Step.RELEASE, photo=build.photo()), "site/plant-supervisor")
    batch = build.batch(site, kind="precast", product="叠合板", grade="DBS1-67")
    step(site, made, Happening(Step.DELIVERED, batch_id=batch.id))
    return made


def test_a_number_of_a_plant_is_given_once(site):
    component(site)
    with pytest.raises(NumberTaken, match="YZ-001"):
        component(site, " yz-001 ")


def test_the_checks_at_the_plant_are_the_resident_supervisors(site):
    made = component(site)
    with pytest.raises(NotInOffice):
        step(site, made, Happening(Step.CONCRETE))
    with pytest.raises(Invalid, match="哪里不合格"):
        step(site, made, Happening(Step.CONCRETE, Verdict.FAILED), "site/plant-supervisor")


def test_nothing_is_delivered_that_the_plant_supervisor_has_not_released(site):
    made = component(site)
    batch = build.batch(site, kind="precast", product="叠合板", grade="DBS1-67")
    with pytest.raises(OutOfTurn, match="驻厂监造记录"):
        step(site, made, Happening(Step.DELIVERED, batch_id=batch.id))


def test_nothing_is_installed_before_it_came_without_a_place_or_while_its_batch_is_held(site):
    made = component(site, "yz-002")
    here = Happening(Step.INSTALLED, unit_id=site.unit, item_code="020105", place="三层②~③轴")
    with pytest.raises(OutOfTurn, match="尚未进场"):
        step(site, made, here)
    made = delivered(site)
    with pytest.raises(Invalid, match="安装的单位工程和部位"):
        step(site, made, replace(here, place=""))
    with pytest.raises(OutOfTurn, match="尚未进场检验"):
        step(site, made, here)
