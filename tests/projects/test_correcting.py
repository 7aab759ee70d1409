"""What was entered wrongly is put right with a reason; what was written before stays to be read."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.ledger.models import LedgerEvent
from registry.ledger.rules import read_body
from registry.projects.actions import (
    AlreadyAccepted,
    FirmFacts,
    TermFacts,
    accept_unit,
    add_part,
    admit_firm,
    end_participation,
    end_term,
    open_term,
)
from registry.projects.correcting import amend_unit, correct_acceptance
from registry.projects.models import Participation, Project, UnitProject
from registry.projects.queries import unit, vacancies
from registry.projects.registering import register_project
from tests import build as house
from tests.parties import build as parties

pytestmark = pytest.mark.usefixtures("law")
BEGUN = house.STARTED
POST = "project-manager"


def days(count):
    return BEGUN + timedelta(days=count)


@pytest.fixture
def site(units, clock):
    """A project that has been going on for more than a year."""
    made = house.site(units)
    clock.forward(days=400)
    return made


def accepted(site, unit_id, day):
    with site.units.writing(site.officer) as uow:
        return accept_unit(uow, unit_id, day)


def last_event(site, subject):
    with site.units.reading(SYSTEM) as uow:
        event = uow.session.scalars(
            select(LedgerEvent).where(LedgerEvent.subject_id == subject).order_by(LedgerEvent.nth.desc()).limit(1)
        ).one()
        return event.kind, read_body(event.body)


def other_unit(site):
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.id != site.unit)).one()


def firm_of(site, role="contractor"):
    return house.term_of(site, role).participation_id


def gaps(site):
    with site.units.reading(site.officer) as uow:
        return [(each.gap.since, each.gap.until) for each in vacancies(uow, site.project)]


def test_a_unit_is_accepted_once(site):
    accepted(site, site.unit, days(300))
    with pytest.raises(AlreadyAccepted, match="已登记为"):
        accepted(site, site.unit, days(200))
    with site.units.reading(site.officer) as uow:
        assert unit(uow, site.unit).accepted_on == days(300)


def test_a_wrong_day_of_acceptance_is_corrected_with_the_reason(site):
    accepted(site, site.unit, days(300))
    with site.units.writing(site.officer) as uow:
        assert correct_acceptance(uow, site.unit, days(310), "验收意见签署日录错").accepted_on == days(310)
    kind, said = last_event(site, site.unit)
    assert kind == "unit-project.acceptance-corrected"
    assert said.data == {"reason": "验收意见签署日录错", "before": days(300).isoformat()}


@pytest.mark.parametrize("day", [days(-1), days(500)])
def test_a_corrected_day_of_acceptance_could_have_been_the_day(site, day):
    accepted(site, site.unit, days(300))
    with pytest.raises(Invalid, match="竣工验收合格日期"), site.units.writing(site.officer) as uow:
        correct_acceptance(uow, site.unit, day, "录错")


def test_what_was_never_accepted_has_no_day_to_correct(site):
    with pytest.raises(Conflict, match="尚未登记"), site.units.writing(site.officer) as uow:
        correct_acceptance(uow, site.unit, days(300), "录错")


def test_a_units_particulars_are_amended_with_the_reason(site):
    with site.units.reading(site.officer) as uow:
        version = unit(uow, site.unit).version
    with site.units.writing(site.filer) as uow:
        amended = amend_unit(uow, site.unit, version, "以施工图为准", {"design_life_years": 70, "storeys_above": 19})
        assert (amended.design_life_years, amended.storeys_above) == (70, 19)
    kind, said = last_event(site, site.unit)
    assert kind == "unit-project.amended"
    assert said.data == {"reason": "以施工图为准", "changed": ["design_life_years", "storeys_above"]}
    assert said.record["design_life_years"] == 70
    with pytest.raises(Conflict, match="他人已修改"), site.units.writing(site.officer) as uow:
        amend_unit(uow, site.unit, version, "改名", {"name": "一号楼"})


@pytest.mark.parametrize("act", [
    lambda uow, site: amend_unit(uow, site.unit, 1, "改名", {"name": "别的"}),
    lambda uow, site: correct_acceptance(uow, site.unit, BEGUN, "录错"),
])
def test_who_may_not_edit_the_project_corrects_nothing(site, act):
    with pytest.raises(Forbidden), site.units.writing(site.leaders["contractor"]) as uow:
        act(uow, site)


def test_no_post_stands_empty_once_every_unit_has_been_accepted(site):
    with site.units.writing(site.officer) as uow:
        end_term(uow, site.terms["contractor"], days(10), "离职")
    accepted(site, site.unit, days(20))
    assert gaps(site) == [(days(11), None)]
    accepted(site, other_unit(site), days(30))
    assert gaps(site) == [(days(11), days(30))]


def test_what_has_not_come_is_not_the_last_day(site, clock):
    tomorrow = clock.at.date() + timedelta(days=1)
    with pytest.raises(Invalid, match="今天"), site.units.writing(site.officer) as uow:
        end_term(uow, site.terms["contractor"], tomorrow, "离职")
    with pytest.raises(Invalid, match="今天"), site.units.writing(site.officer) as uow:
        end_participation(uow, firm_of(site), tomorrow, "合同解除")


def test_a_term_ends_with_the_stay_of_its_firm(site, units):
    firm = firm_of(site)
    with units.writing(site.officer) as uow:
        end_term(uow, site.terms["contractor"], days(10), "离职")
        end_participation(uow, firm, days(100), "合同解除")
    person = parties.person(units, "郑接任", house.identity())
    with pytest.raises(Invalid, match="退场日期"), units.writing(site.officer) as uow:
        open_term(uow, firm, TermFacts(person.id, POST, days(20), days(101)))
    with units.writing(site.officer) as uow:
        assert open_term(uow, firm, TermFacts(person.id, POST, days(20))).until == days(100)


@pytest.mark.parametrize("region", ["37", "3701022", "济南市", ""])
def test_a_project_lies_in_a_region_of_six_digits(units, site, region):
    with pytest.raises(Invalid, match="6 位数字") as no, units.writing(SYSTEM) as uow:
        register_project(uow, house.registration("P-region", region=region))
    assert no.value.field == "region"


def test_the_units_a_firm_works_on_are_told_by_their_numbers(site, units):
    firm = parties.organisation(units, "泉城安装公司")
    with units.writing(site.officer) as uow:
        stay = admit_firm(uow, site.project, FirmFacts(firm.id, "contractor", BEGUN, units=("02",)))
    assert last_event(site, stay.id)[1].record["unit_numbers"] == ["02"]
    with units.reading(site.officer) as uow:
        loaded = uow.get(Participation, stay.id, selectinload(Participation.units))
        assert [one.name for one in loaded.units] == ["2 号楼"]
        whole = uow.get(Participation, firm_of(site), selectinload(Participation.units))
        assert whole.units == []


@pytest.mark.parametrize("table", ["project", "unit_project", "organisation", "person"])
def test_what_may_be_amended_never_goes(site, table):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError, match="keeps its rows for good"), site.units.writing(SYSTEM) as uow:
            uow.session.execute(text(statement))


def test_a_place_is_never_edited(site):
    with site.units.writing(site.officer) as uow:
        add_part(uow, site.unit, "F3", "3 层", "storey", "0201")
    with pytest.raises(DBAPIError, match="superseded, never changed"), site.units.writing(SYSTEM) as uow:
        uow.session.execute(text("UPDATE part SET name = '4 层'"))


def test_a_project_is_completed_when_the_last_unit_is_accepted(site):
    accepted(site, site.unit, days(40))
    accepted(site, other_unit(site), days(30))
    with site.units.reading(site.officer) as uow:
        whole = uow.get(Project, site.project, selectinload(Project.units))
        assert whole.completed_on == days(40)
