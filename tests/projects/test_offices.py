"""Who may sign on the site on a day."""

from datetime import date

import pytest

from registry.projects.offices import NotInOffice, in_office, office_of, own_office
from tests import build

FOREMAN = ("site/foreman",)
pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units):
    made = build.site(units, build.BEGUN)
    build.staff(made, "site/foreman", date(2026, 2, 1))
    return made


def test_a_foreman_signs_from_the_day_he_took_up_his_post(units, site):
    with units.reading(site.leaders["site/foreman"]) as uow:
        assert own_office(uow, site.project, FOREMAN, date(2026, 2, 1)).id == site.terms["site/foreman"]
        with pytest.raises(NotInOffice, match="冯工长在 2026-01-31 不担任本工程的专业工长"):
            own_office(uow, site.project, FOREMAN, date(2026, 1, 31))


def test_a_leader_does_not_hold_a_post_on_the_site(units, site):
    with units.reading(site.leaders["contractor"]) as uow, pytest.raises(NotInOffice, match="李建国"):
        own_office(uow, site.project, FOREMAN, uow.today)


def test_who_is_named_for_a_step_must_have_been_in_office(units, site):
    with units.reading(site.officer) as uow:
        named = site.terms["site/foreman"]
        assert office_of(uow, named, site.project, FOREMAN, uow.today).person_name == "冯工长"
        with pytest.raises(NotInOffice, match="冯工长"):
            office_of(uow, named, site.project, ("site/witness",), uow.today)


def test_a_post_counts_for_the_units_its_firm_builds(units, site):
    with units.reading(site.officer) as uow:
        assert [term.post for term in in_office(uow.session, site.project, FOREMAN, uow.today, "01")] == list(FOREMAN)


def test_the_leaders_of_a_project_are_not_joined_by_its_staff(units, site):
    term = build.term_of(site, "site/foreman")
    assert not term.leads
    assert build.term_of(site, "contractor").leads
