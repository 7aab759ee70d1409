"""A prefabricated component comes from the plant to its place in order, and nobody skips a step."""

from dataclasses import replace

import pytest

from registry.kernel.errors import Invalid
from registry.materials.models import ComponentStep, Verdict
from registry.materials.prefabrication import (
    Happening,
    NumberTaken,
    OutOfTurn,
    record_step,
)
from registry.projects.offices import NotInOffice
from tests.materials import build

Step = ComponentStep.Step


@pytest.fixture
def site(building):
    build.plant_supervisor(building)
    return building


def step(site, of, happening, post="site/materials-clerk"):
    with site.units.writing(site.leaders[post]) as uow:
        return record_step(uow, of.id, happening)


def delivered(site):
    made = build.released(site)
    batch = build.batch(site, kind="precast", product="叠合板", grade="DBS1-67")
    step(site, made, Happening(Step.DELIVERED, batch_id=batch.id))
    return made


def test_a_number_of_a_plant_is_given_once(site):
    build.component(site)
    with pytest.raises(NumberTaken, match="YZ-001"):
        build.component(site, " yz-001 ")


def test_the_checks_at_the_plant_are_the_resident_supervisors(site):
    made = build.component(site)
    with pytest.raises(NotInOffice):
        step(site, made, Happening(Step.CONCRETE))
    with pytest.raises(Invalid, match="哪里不合格"):
        step(site, made, Happening(Step.CONCRETE, Verdict.FAILED), "site/plant-supervisor")


def test_nothing_is_delivered_that_the_plant_supervisor_has_not_released(site):
    made = build.component(site)
    batch = build.batch(site, kind="precast", product="叠合板", grade="DBS1-67")
    with pytest.raises(OutOfTurn, match="驻厂监造记录"):
        step(site, made, Happening(Step.DELIVERED, batch_id=batch.id))


def test_nothing_is_installed_before_it_came_without_a_place_or_while_its_batch_is_held(site):
    made = build.component(site, "yz-002")
    here = Happening(Step.INSTALLED, unit_id=site.unit, item_code="020105", place="三层②~③轴")
    with pytest.raises(OutOfTurn, match="尚未进场"):
        step(site, made, here)
    made = delivered(site)
    with pytest.raises(Invalid, match="安装的单位工程和部位"):
        step(site, made, replace(here, place=""))
    with pytest.raises(OutOfTurn, match="尚未进场检验"):
        step(site, made, here)
