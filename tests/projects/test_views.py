"""The pages on which projects are corrected."""

import pytest
from sqlalchemy import select

from registry.kernel.actor import SYSTEM
from registry.projects.models import Project, UnitProject
from tests import build as house

pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units, clock):
    made = house.site(units)
    clock.forward(days=400)
    return made


@pytest.fixture
def officer(site, visit):
    return visit(site.officer)


def row(site, kind, key):
    with site.units.reading(SYSTEM) as uow:
        return uow.session.scalars(select(kind).where(kind.id == key)).one()


def accept(site, officer, day="2026-12-01"):
    return officer.post(f"/unit-projects/{site.unit}/acceptance", {"accepted_on": day})


def test_a_unit_is_amended_on_its_page(site, officer):
    page = f"/unit-projects/{site.unit}/amend"
    assert "结构设计总说明" in officer.get(page).text
    version = str(row(site, UnitProject, site.unit).version)
    fields = {"name": "一号楼", "design_life_years": "70", "design_life_basis": "变更单 3 号", "storeys_above": "19",
              "storeys_below": "2", "reason": "以施工图为准", "version": version}
    assert officer.post(page, fields).location == f"/projects/{site.project}"
    unit = row(site, UnitProject, site.unit)
    assert (unit.name, unit.design_life_years, unit.design_life_basis, unit.storeys_above) == ("一号楼", 70, "变更单 3 号", 19)
    late = officer.post(page, fields)
    assert late.status_code == 409
    assert "他人已修改" in late.text


@pytest.mark.parametrize("version", ["", "abc", "-1", "９", "9" * 5000])
def test_a_version_that_is_none_is_refused_kindly(site, officer, version):
    fields = {"name": "别的", "address": "别处", "reason": "改名", "version": version}
    refused = officer.post(f"/projects/{site.project}/amend", fields)
    assert refused.status_code == 409
    assert "他人已修改" in refused.text
    assert row(site, Project, site.project).name == "和平里小区"


def test_a_day_of_acceptance_is_entered_once_and_corrected_on_a_page_of_its_own(site, officer):
    assert accept(site, officer).status_code == 303
    again = accept(site, officer, "2026-12-02")
    assert again.status_code == 409
    assert "办理更正" in again.text
    page = f"/unit-projects/{site.unit}/acceptance/correction"
    assert page in officer.get(f"/projects/{site.project}").text
    unexplained = officer.post(page, {"accepted_on": "2026-12-02"})
    assert "请填写“更正原因”" in unexplained.text
    assert officer.post(page, {"accepted_on": "2026-12-02", "reason": "录错一日"}).status_code == 303
    assert str(row(site, UnitProject, site.unit).accepted_on) == "2026-12-02"


def test_free_text_with_somebodys_number_is_refused_beside_its_field(site, officer):
    version = str(row(site, Project, site.project).version)
    refused = officer.post(f"/projects/{site.project}/amend", {
        "name": "和平里小区", "address": "历下区和平路 8 号", "reason": "李工 13812345678 来电要求", "version": version,
    })
    assert "像是身份证号码或手机号" in refused.text
    assert row(site, Project, site.project).version == int(version)
