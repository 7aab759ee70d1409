"""Two people at once: what holds when both have looked before either has written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import Role
from registry.projects.actions import NumberTaken, TermFacts, TermsOverlap, end_term, open_term
from registry.projects.models import Term
from registry.projects.registering import register_project
from tests import build as house
from tests.parties import build as parties
from tests.schema import lay_down_the_law

CHANGED = house.STARTED + timedelta(days=10)
PATIENCE = 30  # seconds


@pytest.fixture
def units(committed):
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    return committed


def test_two_officers_registering_one_number_at_once_get_one_project(units):
    officer = house.signed_in(units, "officer", "王监督", None, None, Role.OFFICER, "370100")
    both = Barrier(2)

    def register():
        both.wait(PATIENCE)
        try:
            with units.writing(officer) as uow:
                register_project(uow, house.registration("P-1"))
        except NumberTaken:
            return "taken"
        return "registered"

    with ThreadPoolExecutor(2) as officers:
        said = sorted(one.result() for one in [officers.submit(register) for _officer in range(2)])
    assert said == ["registered", "taken"]


@pytest.mark.parametrize("how", ["by the act", "past the act"])
def test_two_appointments_at_once_leave_one_holder(units, clock, how):
    site = house.site(units)
    clock.forward(days=60)
    firm = house.term_of(site, "contractor").participation_id
    people = [parties.person(units, name, house.identity()) for name in ("郑接任", "王接任")]
    with units.writing(site.officer) as uow:
        end_term(uow, site.terms["contractor"], CHANGED, "工作调动")
    both = Barrier(2)

    def take_up(person):
        try:
            with units.writing(site.officer) as uow:
                both.wait(PATIENCE)
                if how == "by the act":
                    open_term(uow, firm, TermFacts(person.id, "project-manager", CHANGED))
                else:
                    uow.session.add(Term(
                        id=uow.new_id(), participation_id=firm, person_id=person.id, person_name=person.name,
                        post="project-manager", since=CHANGED, created_at=uow.at,
                    ))
        except (TermsOverlap, DBAPIError):
            return "refused"
        return "in office"

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(take_up, people)) == ["in office", "refused"]
