"""An acceptance is appointed in one act: those who sign and the station are told, and it stands in everybody's calendar."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.acceptance.accepting import open_acceptance
from registry.acceptance.concealing import waive_station
from registry.acceptance.rules import TreatmentKind
from registry.acceptance.treating import Finding, treat_node
from registry.acceptance.waiting import meetings
from registry.kernel.actor import Role
from registry.notices.models import Notice
from tests import build as house
from tests.acceptance import build
from tests.parties import build as parties


@pytest.fixture
def officer(building):
    """An officer of the county's station, a person as those are who are told of something."""
    person = parties.person(building.units, "冯县监", house.identity())
    station = parties.organisation(building.units, "历下区监督站")
    return house.signed_in(building.units, "county", "冯县监", station.id, person.id, Role.OFFICER, "370102")


def told(site, link):
    with site.units.reading(site.officer) as uow:
        return set(uow.session.scalars(select(Notice.person_id).where(Notice.link == link).order_by(Notice.id)))


def calendar(site, actor):
    with site.units.reading(actor) as uow:
        return [(one.link, one.at) for one in meetings(uow)]


def appointed(site, code):
    """Put a node up for acceptance in two days from now."""
    request = build.request_for(site, code)
    with site.units.writing(site.leaders["site/technical-leader"]) as uow:
        return open_acceptance(uow, site.unit, code, replace(request, meets_at=uow.at + timedelta(days=2)))


def test_a_division_is_appointed_with_the_station_and_stands_in_the_calendars(building, officer):
    build.passed(building)
    build.accepted(building, "020101")
    below = build.accepted(building, "0201")
    build.absent_but(building, "0201")
    made = appointed(building, "02")
    link = f"/acceptances/{made.id}"
    assert officer.person in told(building, link)
    assert {building.leaders[one].person for one in ("contractor", "design", "supervision")} <= told(building, link)
    assert officer.person not in told(building, f"/acceptances/{below.id}")
    for actor in (officer, building.leaders["design"]):
        assert calendar(building, actor) == [(link, made.meets_at)]
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        treat_node(uow, building.unit, "02", Finding(TreatmentKind.REPAIR, "外观缺陷"))
    assert calendar(building, officer) == []


def test_work_about_to_be_covered_is_told_to_the_station_until_it_says_that_it_will_not_come(building, officer):
    work = build.concealed(building)
    link = f"/concealed/{work.id}"
    assert officer.person in told(building, link)
    assert calendar(building, officer) == [(link, work.looked_at)]
    with building.units.writing(officer) as uow:
        waive_station(uow, work.id, "不到场")
    assert calendar(building, officer) == []
