"""Projects, firms and terms: what may be entered, once, and what the database itself refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.projects.actions import (
    AlreadyEnded,
    FirmFacts,
    NumberTaken,
    TermFacts,
    TermsOverlap,
    UnitFacts,
    accept_unit,
    add_part,
    add_part_below,
    add_unit,
    admit_firm,
    amend_project,
    end_participation,
    end_term,
    open_term,
)
from registry.projects.correcting import correct_term
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.queries import path, tree, vacancies
from registry.projects.registering import register_project, unit_of
from tests import build as house
from tests.parties import build as parties

pytestmark = pytest.mark.usefixtures("law")
BEGUN = house.STARTED
POST = "project-manager"


@pytest.fixture
def site(units, clock):
    """A project that has been going on for some time: what is over is told when it is."""
    made = house.site(units)
    clock.forward(days=60)
    return made


def days(count):
    return BEGUN + timedelta(days=count)


def firm_of(site, role="contractor"):
    return house.term_of(site, role).participation_id


def someone(site, name="郑接任"):
    return parties.person(site.units, name, house.identity())


def appoint(site, since, until=None, post=POST, actor=None):
    person = someone(site)
    with site.units.writing(actor or site.officer) as uow:
        return open_term(uow, firm_of(site), TermFacts(person.id, post, since, until))


def end(site, last_day, role="contractor"):
    with site.units.writing(site.officer) as uow:
        return end_term(uow, site.terms[role], last_day, "工作调动")


def kinds_about(site, subject):
    with site.units.reading(SYSTEM) as uow:
        return list(uow.session.scalars(
            select(LedgerEvent.kind).where(LedgerEvent.subject_id == subject).order_by(LedgerEvent.nth)))


def test_a_term_is_not_ended_before_its_last_day_has_come(site, clock):
    clock.forward(days=60)
    end(site, days(20))
    tomorrow = (clock.at + timedelta(days=1)).date()
    with pytest.raises(Invalid, match="离任日期不得晚于今天") as no:
        appoint(site, days(20), tomorrow)
    assert no.value.field == "until"
    assert appoint(site, days(20), days(30)).until == days(30)


def test_a_project_is_registered_whole(site, units):
    with units.reading(site.officer) as uow:
        counts = [uow.session.scalar(select(func.count()).select_from(kind)) for kind in (UnitProject, Participation, Term)]
        kinds = set(uow.session.scalars(select(LedgerEvent.kind)))
    assert counts == [2, 5, 5]
    assert {"project.created", "unit-project.created", "participation.opened", "term.opened"} <= kinds


def test_a_project_goes_in_whole_or_not_at_all(site, units):
    """The last of five rows has a wrong identity number: nothing of the project is there."""
    whole = house.registration("P-9")
    *right, last = whole.parties
    with pytest.raises(Invalid), units.writing(site.officer) as uow:
        register_project(uow, replace(whole, parties=(*right, replace(last, identity="370102197001010001"))))
    with units.reading(site.officer) as uow:
        assert uow.session.scalar(select(Project.id).where(Project.number == "P-9")) is None


def test_a_number_belongs_to_one_project_for_good(site, units):
    with units.reading(site.officer) as uow:
        number = uow.get(Project, site.project).number
    with pytest.raises(NumberTaken, match=number), units.writing(site.officer) as uow:
        register_project(uow, house.registration(number))


def test_the_design_life_of_a_unit_is_never_guessed():
    with pytest.raises(Invalid, match="设计使用年限") as refused:
        unit_of("01", "1 号楼", None, "", 18, 2)
    assert "设计文件" in refused.value.remedy


def test_a_project_has_at_least_one_unit_and_no_two_of_one_number(site, units):
    for rows in ((), (UnitFacts("01", "1 号楼", 50), UnitFacts("01", "1 号楼", 50))):
        facts = house.registration("P-2")
        with pytest.raises(Invalid, match="单位工程"), units.writing(site.officer) as uow:
            register_project(uow, replace(facts, units=rows))
    with pytest.raises(NumberTaken), units.writing(site.officer) as uow:
        add_unit(uow, site.project, UnitFacts("02", "又一个 2 号楼", 50))


def test_a_project_without_its_owners_firm_is_none(site, units):
    with pytest.raises(Invalid, match="建设单位"), units.writing(site.officer) as uow:
        register_project(uow, house.registration("P-3", roles=("contractor",)))


def test_a_station_registers_in_its_own_region_alone(site, units):
    elsewhere = house.signed_in(units, "beijing", "京监督", None, None, Role.OFFICER, "110100")
    with pytest.raises(Forbidden), units.writing(elsewhere) as uow:
        register_project(uow, house.registration("P-4"))


def test_nobody_overwrites_what_another_has_just_changed(site, units):
    with units.reading(site.officer) as uow:
        version = uow.get(Project, site.project).version
    with units.writing(site.officer) as uow:
        amend_project(uow, site.project, version, "补录", {"permit_number": "370102202603100101"})
    with pytest.raises(Conflict, match="他人已修改"), units.writing(site.filer) as uow:
        amend_project(uow, site.project, version, "补录", {"permit_number": "别的"})
    assert kinds_about(site, site.project) == ["project.created", "project.amended"]


def test_one_post_of_a_firm_has_one_holder_at_a_time(site):
    with pytest.raises(TermsOverlap, match="李建国"):
        appoint(site, days(5))
    end(site, days(10))
    with pytest.raises(TermsOverlap):
        appoint(site, days(9))


def test_on_the_day_of_the_hand_over_both_are_in_office(site):
    end(site, days(10))
    assert appoint(site, days(10)).since == days(10)


def test_the_database_refuses_two_holders_of_one_post_even_if_the_code_forgot(site, units):
    person = someone(site)
    with pytest.raises(DBAPIError, match="two terms of one post overlap"), units.writing(site.officer) as uow:
        uow.session.add(Term(
            id=uow.new_id(), participation_id=firm_of(site), person_id=person.id, person_name=person.name, post=POST,
            since=days(3), created_at=uow.at,
        ))


def test_a_term_ends_once(site):
    assert end(site, days(10)).until == days(10)
    with pytest.raises(AlreadyEnded, match="不能再次结束"):
        end(site, days(20))


def test_a_term_does_not_end_before_it_began(site):
    with pytest.raises(Invalid, match="不得早于任职日期"):
        end(site, days(-1))


def test_a_term_lies_within_the_firms_time_on_the_project(site, units):
    with pytest.raises(Invalid, match="不得早于单位进场日期"):
        appoint(site, days(-1))
    with units.writing(site.officer) as uow:
        end_participation(uow, firm_of(site), days(10), "合同解除")
    with pytest.raises(Invalid, match="不得晚于单位退场日期"):
        appoint(site, days(11))


def test_a_post_is_filled_by_a_firm_in_the_role_it_belongs_to(site):
    with pytest.raises(Invalid, match="不是该责任主体的职务"):
        appoint(site, days(0), post="owner-leader")


def test_a_wrong_term_is_corrected_by_a_right_one_and_stays_with_the_reason(site, units):
    wrong = site.terms["contractor"]
    person = someone(site)
    with units.writing(site.officer) as uow:
        right = correct_term(uow, wrong, TermFacts(person.id, POST, days(0)), "姓名录入有误")
    with units.reading(site.officer) as uow:
        kept = uow.get(Term, wrong)
    assert (kept.person_name, kept.corrected_by_id, kept.corrected_reason) == ("李建国", right.id, "姓名录入有误")
    assert kinds_about(site, wrong) == ["term.opened", "term.corrected"]
    with pytest.raises(Conflict, match="已经更正过"), units.writing(site.officer) as uow:
        correct_term(uow, wrong, TermFacts(person.id, POST, days(0)), "再来一次")


def test_a_correction_obeys_the_same_rules_as_an_appointment(site, units):
    person = someone(site)
    with pytest.raises(Invalid, match="不是该责任主体的职务"), units.writing(site.officer) as uow:
        correct_term(uow, site.terms["contractor"], TermFacts(person.id, "owner-leader", days(0)), "岗位有误")
    end(site, days(10))
    appoint(site, days(10))
    with pytest.raises(TermsOverlap), units.writing(site.officer) as uow:
        correct_term(uow, site.terms["contractor"], TermFacts(person.id, POST, days(0), days(20)), "日期有误")


def test_a_corrected_term_is_not_ended_any_more(site, units):
    person = someone(site)
    with units.writing(site.officer) as uow:
        correct_term(uow, site.terms["contractor"], TermFacts(person.id, POST, days(0)), "姓名录入有误")
    with pytest.raises(AlreadyEnded):
        end(site, days(3))


def test_with_the_firm_its_leader_leaves(site, units):
    with units.writing(site.officer) as uow:
        end_participation(uow, firm_of(site), days(10), "合同解除")
    term = house.term_of(site, "contractor")
    assert (term.until, term.ended_reason) == (days(10), "合同解除")
    with pytest.raises(AlreadyEnded), units.writing(site.officer) as uow:
        end_participation(uow, firm_of(site), days(12), "合同解除")


def test_a_firm_comes_in_a_role_of_the_law_for_units_that_are_there(site, units):
    firm = parties.organisation(units, "泉城安装公司")
    with pytest.raises(Invalid, match="责任主体类别"), units.writing(site.officer) as uow:
        admit_firm(uow, site.project, FirmFacts(firm.id, "gardener", BEGUN))
    with pytest.raises(Invalid, match="09、10"), units.writing(site.officer) as uow:
        admit_firm(uow, site.project, FirmFacts(firm.id, "contractor", BEGUN, units=("01", "09", "10")))


def test_acceptance_lies_between_the_beginning_and_today(site, units, clock):
    clock.forward(days=400)
    for day in (days(-1), clock.at.date() + timedelta(days=1)):
        with pytest.raises(Invalid, match="竣工验收合格日期"), units.writing(site.officer) as uow:
            accept_unit(uow, site.unit, day)
    with units.writing(site.officer) as uow:
        assert accept_unit(uow, site.unit, days(300)).accepted_on == days(300)


def gaps_of(site):
    with site.units.reading(site.officer) as uow:
        return [(each.post.key, each.gap.since, each.gap.until) for each in vacancies(uow, site.project)]


def test_a_post_that_stands_empty_is_found_and_found_filled_again(site, clock):
    clock.forward(days=60)
    assert gaps_of(site) == []
    end(site, days(10))
    assert gaps_of(site) == [(POST, days(11), None)]
    appoint(site, days(20))
    assert gaps_of(site) == [(POST, days(11), days(19))]


def test_a_place_of_the_units_own_hangs_below_the_catalogue_or_another_of_its_own(site, units):
    with units.writing(site.officer) as uow:
        storey = add_part_below(uow, site.unit, "F3", "3 层", "storey", "0201")
        add_part_below(uow, site.unit, "F3-12", "12 轴梁", "axis", "F3")
    with units.reading(site.officer) as uow:
        assert [node.code for node in path(uow, site.unit, "F3-12")] == ["02", "0201", "F3", "F3-12"]
        assert [node.code for node in tree(uow, site.unit, "F3")] == ["F3-12"]
        assert [node.own for node in tree(uow, site.unit, "0201")][-1]
        assert [node.code for node in tree(uow, site.unit)][:2] == ["01", "02"]
        other = uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.id != site.unit)).one()
    with pytest.raises(Invalid, match="没有编码为 F9 的部位"), units.writing(site.officer) as uow:
        add_part_below(uow, site.unit, "X", "某处", "room", "F9")
    with pytest.raises(NumberTaken), units.writing(site.officer) as uow:
        add_part(uow, site.unit, "F3", "又一个 3 层", "storey", "0201")
    with pytest.raises(Invalid, match="不属于本单位工程"), units.writing(site.officer) as uow:
        add_part(uow, other, "X", "某处", "room", storey.id)


@pytest.mark.parametrize("act", [
    lambda uow, site: amend_project(uow, site.project, 1, "改名", {"name": "别的"}),
    lambda uow, site: add_unit(uow, site.project, UnitFacts("03", "3 号楼", 50)),
    lambda uow, site: accept_unit(uow, site.unit, BEGUN),
    lambda uow, site: end_term(uow, site.terms["contractor"], BEGUN, "调动"),
    lambda uow, site: end_participation(uow, firm_of(site), BEGUN, "退场"),
    lambda uow, site: add_part(uow, site.unit, "F3", "3 层", "storey", "0201"),
])
def test_another_tenants_project_does_not_exist_for_anybody_else(site, units, act):
    stranger = house.signed_in(units, "stranger", "外人", parties.organisation(units).id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound), units.writing(stranger) as uow:
        act(uow, site)
    with pytest.raises(Forbidden), units.writing(site.leaders["supervision"]) as uow:
        act(uow, site)
