"""What is there, what is missing, who must bring it: live, by stage and by firm."""

from collections import Counter
from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.acceptance.papers import FORMS
from registry.archives.collecting import PAPERS
from registry.archives.completeness import Shelf
from registry.archives.guessing import Guess, guess
from registry.archives.queries import completeness
from registry.archives.rules import LineState
from registry.archives.stating import SaidBefore, state_absence, withdraw_absence
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.projects.models import UnitProject
from registry.standards.stages import Requirement, Stage, StageDocument
from tests import build as house
from tests.archives.build import filed, offered
from tests.parties import build as parties
from tests.plaques.build import accepted, issued


def looked(site, actor=None):
    with site.units.reading(actor or site.officer) as uow:
        return completeness(uow, site.project)


def line(whole, code):
    return next(one for one in whole.whole.lines if one.document.code == code)


def test_what_other_storeys_hold_counts_without_being_filed(site, clock):
    before = looked(site)
    assert line(before, "Q1-02").collected == 5
    assert line(before, "Q1-02").state is LineState.PRESENT
    accepted(site, clock)
    issued(site)
    assert line(looked(site), "Q1-05").collected == 1


def test_every_printed_record_of_acceptance_has_its_place_in_the_catalogue():
    assert set(PAPERS) == {"lot_record", "hidden_record", *FORMS.values()}


def test_a_filed_document_is_present_and_the_next_one_named_with_its_firm(site):
    before = looked(site)
    missing = line(before, "C5-01")
    assert (missing.state, missing.firm.name) == (LineState.MISSING, house.FIRMS["contractor"][0])
    filed(site)
    after = looked(site)
    assert line(after, "C5-01").state is LineState.PRESENT
    assert after.present == before.present + 1
    assert after.percent >= before.percent


def test_every_line_stands_in_one_stage_and_with_one_firm(site):
    whole = looked(site)
    count = len(whole.whole.lines)
    assert sum(len(stage.lines) for stage in whole.stages) == count
    assert sum(len(firm.lines) for firm in whole.firms) == count
    assert whole.required == whole.present + len(whole.missing)


def test_a_project_says_with_a_reason_that_it_has_no_such_document(site, units):
    with pytest.raises(Invalid), units.writing(site.filer) as uow:
        state_absence(uow, site.project, "A2-03", " ")
    with units.writing(site.filer) as uow:
        state_absence(uow, site.project, "C5-01", "本工程没有隐蔽工程")
    assert line(looked(site), "C5-01").state is LineState.NOT_HERE
    with pytest.raises(SaidBefore), units.writing(site.filer) as uow:
        state_absence(uow, site.project, "C5-01", "再说一次")
    with units.writing(site.filer) as uow:
        withdraw_absence(uow, site.project, "C5-01")
    assert line(looked(site), "C5-01").state is LineState.MISSING


def test_another_firm_of_the_project_cannot_say_so_and_a_stranger_sees_nothing(site, units):
    with pytest.raises(Forbidden), units.writing(site.leaders["contractor"]) as uow:
        state_absence(uow, site.project, "C5-01", "没有")
    assert looked(site, site.leaders["contractor"]).required > 0
    stranger = house.signed_in(units, "stranger-c", "外人", parties.organisation(units).id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound):
        looked(site, stranger)


CODES = {"C5-03", "D-01"}


@pytest.mark.parametrize(("name", "told"), [
    ("C5-03_交接检查_20240506.pdf", Guess("C5-03", "交接检查", date(2024, 5, 6))),
    ("三层柱 2024年5月6日.jpg", Guess("", "三层柱", date(2024, 5, 6))),
    ("d-01 建筑竣工图（2024-05-06）.dwg", Guess("D-01", "建筑竣工图", date(2024, 5, 6))),
    ("扫描件 20991231.pdf", Guess("", "扫描件 20991231", None)),
    ("C9-99 其他 2024.13.40.pdf", Guess("", "C9-99 其他 2024.13.40", None)),
    ("C5-03.pdf", Guess("C5-03", "C5-03", None)),
])
def test_a_file_name_tells_code_title_and_day(name, told):
    assert guess(name, CODES, date(2026, 3, 2)) == told


def test_offers_keep_their_order(site):
    files = filed(site, offered(code="C5-01"), offered(code="C5-02", title="施工检查记录"))
    assert [file.code for file in files] == ["C5-01", "C5-02"]


def units_of(site):
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(
            select(UnitProject).where(UnitProject.project_id == site.project).order_by(UnitProject.number)).all()


def of_unit(whole, unit, code):
    return next(one for one in next(its for its in whole.units if its.key == str(unit.id)).lines if one.document.code == code)


def test_the_document_of_one_unit_project_is_lacking_in_the_other(site):
    one, two = units_of(site)
    filed(site, offered(unit_id=one.id))
    whole = looked(site)
    assert of_unit(whole, one, "C5-01").state is LineState.PRESENT
    assert of_unit(whole, two, "C5-01").state is LineState.MISSING
    assert (line(whole, "C5-01").state, line(whole, "C5-01").lacking) == (LineState.MISSING, (two.name,))
    assert line(whole, "C5-01").named.endswith(f"（{two.name}）")


def test_a_document_of_the_whole_project_serves_every_unit_project(site):
    filed(site)
    whole = looked(site)
    assert all(of_unit(whole, unit, "C5-01").state is LineState.PRESENT for unit in units_of(site))
    assert line(whole, "C5-01").lacking == ()


def test_the_plaque_of_one_building_is_not_the_plaque_of_the_other(site, clock):
    accepted(site, clock)
    issued(site)
    one, two = units_of(site)
    whole = looked(site)
    assert (of_unit(whole, one, "Q1-05").collected, of_unit(whole, two, "Q1-05").collected) == (1, 0)


def test_each_contractor_is_asked_for_the_documents_of_its_own_unit_project(site):
    one, two = units_of(site)
    firms = [firm(number, [unit.number]) for number, unit in ((1, one), (2, two))]
    document = next(each.document for each in looked(site).whole.lines if each.document.code == "C5-01")
    asked = {"C5-01": StageDocument(Stage.CONSTRUCTION, "C5-01", "contractor", Requirement.REQUIRED, "")}
    shelf = Shelf(SimpleNamespace(participations=firms), [document], asked, {}, {"C5-01": Counter({one.id: 1})}, {}, {})
    assert [(each.firm.name, each.state) for each in shelf.lines([one, two])] == [
        ("施工单位1", LineState.PRESENT), ("施工单位2", LineState.MISSING)]


def firm(number, units):
    return SimpleNamespace(id=UUID(int=number), organisation_id=UUID(int=number), organisation_name=f"施工单位{number}",
                           role="contractor", until=None, since=date(2026, 1, number), unit_numbers=units)
