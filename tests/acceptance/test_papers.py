"""What the official records say beside the results: who built what as a subcontractor. And who signs without a filed pair."""

from decimal import Decimal

import pytest

from registry.acceptance.papers import lot_facts, node_facts
from registry.acceptance.queries import opening
from registry.kernel.actor import SYSTEM
from registry.projects.actions import FirmFacts, admit_firm
from registry.works.planning import NewLot, add_lot
from tests import build as house
from tests.acceptance import build
from tests.parties import build as parties
from tests.works import build as works

ITEM, SUBCONTRACTOR = build.FORMWORK, "历城模架工程有限公司"


@pytest.fixture
def subcontracted(building):
    """Two lots of one item: one built by the contractor, one by a subcontractor; and a second one who built nothing."""
    made = []
    for name in (SUBCONTRACTOR, "历下涂料工程有限公司"):
        firm = parties.organisation(building.units, name)
        with building.units.writing(building.officer) as uow:
            made.append(admit_firm(uow, building.project, FirmFacts(firm.id, "subcontractor", house.BEGUN)))
    own = build.passed(building)
    with building.units.writing(works.planner(building)) as uow:
        lot = add_lot(uow, building.unit, NewLot(made[0].id, ITEM, "四层", capacity=Decimal(40)))
    build.entered(building, lot.id)
    build.sign(building, lot.id)
    return own, lot


def printed(building, lot):
    with building.units.reading(SYSTEM) as uow:
        result = uow.session.scalars(build.select(build.LotResult.id).where(build.LotResult.lot_id == lot.id)).one()
        return lot_facts(uow, result)["firms"]


def test_a_lots_own_record_names_the_subcontractor_who_built_it_and_no_other(building, subcontracted):
    own, lot = subcontracted
    assert printed(building, own)["subcontractor"] == ""
    assert printed(building, lot)["subcontractor"] == SUBCONTRACTOR


def test_the_records_above_name_who_built_what_as_a_subcontractor(building, subcontracted):
    opened = build.opened(building, ITEM)
    with building.units.reading(SYSTEM) as uow:
        firms = node_facts(uow, opened.id)["firms"]
    assert (firms["subcontractor"], firms["subcontract"]) == (SUBCONTRACTOR, "模板（1 批）")


def unfiled(site, code):
    with site.units.reading(site.leaders["site/quality-inspector"]) as uow:
        return opening(uow, site.unit, code).unfiled


def test_whoever_signs_with_a_filed_pair_is_warned_of_nowhere(building):
    assert unfiled(building, "") == ()


def test_the_signers_of_the_preliminary_acceptance_without_a_filed_pair_are_named(units):
    site = house.site(units, house.BEGUN)
    house.crew(site)
    assert set(unfiled(site, "")) == {"施工单位项目经理李建国", "监理单位总监理工程师周总监"}
    house.sign_both(site, "supervision")
    house.file(site, "supervision")
    assert "监理单位总监理工程师周总监" not in unfiled(site, "")


def test_the_page_that_opens_an_acceptance_leads_to_the_cure(units, visit):
    site = house.site(units, house.BEGUN)
    house.crew(site)
    shown = visit(site.leaders["site/quality-inspector"]).get(f"/units/{site.unit}/acceptance/new?at=").text
    assert "尚未备案" in shown
    assert f"/projects/{site.project}/board" in shown
