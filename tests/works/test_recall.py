"""From a material to every place it went, and back."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall, lift_recall
from registry.materials.rules import HoldKey
from registry.materials.seeking import sought_by
from registry.materials.standing import holds
from registry.works.commands import as_plain
from registry.works.models import Lot
from registry.works.recall import Below, batches_below, built_into, search_places
from registry.works.removing import Removal, remove_batch
from registry.works.using import use_batch
from tests import build as sites
from tests.materials import build as materials
from tests.works import build


@pytest.fixture
def used(building):
    """A batch built into a lot."""
    lot = build.lot(building)
    batch = materials.approved(building)
    with building.units.writing(building.leaders["site/foreman"]) as uow:
        use_batch(uow, lot.id, batch.id, Decimal(12))
    return batch, lot


def found(site, sought, actor=None):
    with site.units.reading(actor or site.officer) as uow:
        return search_places(uow, sought)


def test_a_batch_leads_to_its_lot_its_building_and_the_leaders_in_office_then(building, used):
    batch, lot = used
    reached = found(building, Sought(Target.BATCH, batch.number))
    [place] = reached.places
    assert (place.lot_id, place.unit_id, place.project_id, place.used) == (lot.id, building.unit, building.project, 12)
    assert {one.name for one in place.leaders} >= {"赵建设", "李建国", "周总监"}
    assert (reached.batches, reached.lots, reached.buildings, reached.projects) == (1, 1, 1, 1)


@pytest.mark.parametrize("target", [Target.PRODUCER, Target.SUPPLIER, Target.PRODUCT])
def test_a_firm_and_a_product_lead_to_the_same_places(building, used, target):
    batch, lot = used
    firm = {Target.PRODUCER: batch.producer_id, Target.SUPPLIER: batch.supplier_id}.get(target)
    reached = found(building, Sought(target, organisation_id=firm, product=batch.product))
    assert [place.lot_id for place in reached.places] == [lot.id]


def test_a_batch_not_used_is_found_all_the_same(building):
    batch = materials.batch(building)
    [place] = found(building, Sought(Target.BATCH, batch.number)).places
    assert (place.lot_id, place.used_on) == (None, None)
    assert place.leaders


def test_a_building_leads_back_to_its_batches(building, used):
    batch, lot = used
    with building.units.reading(building.officer) as uow:
        assert [place.batch_id for place in batches_below(uow, building.unit)] == [batch.id]
        assert [place.batch_id for place in batches_below(uow, building.unit, Below(lot.item_code[:4]))] == [batch.id]
        assert batches_below(uow, building.unit, Below("09")) == []


def test_a_recalled_batch_can_no_longer_be_built_in_and_a_later_delivery_is_held_too(building, used):
    batch, _lot = used
    recall(building, Sought(Target.BATCH, batch.number))
    later = materials.batch(building, number=batch.number)
    with building.units.reading(building.officer) as uow:
        standing = holds(uow.session, [batch.id, later.id])
    assert {reasons[0].key for reasons in standing.values()} == {HoldKey.RECALLED}


def recall(site, sought):
    with site.units.writing(site.officer) as uow:
        return announce_recall(uow, Announcement(sought, "力学性能不合格", "省抽检通报〔2026〕3号"))


def test_a_recall_of_another_region_holds_nothing_here(building, used):
    batch, _lot = used
    elsewhere = sites.site(building.units, region="330102")
    recall(elsewhere, Sought(Target.BATCH, batch.number))
    with building.units.reading(building.officer) as uow:
        assert holds(uow.session, [batch.id]) == {batch.id: ()}


def test_a_lifted_recall_holds_nothing_any_more(building, used):
    batch, _lot = used
    made = recall(building, Sought(Target.PRODUCER, organisation_id=batch.producer_id))
    with building.units.writing(building.officer) as uow:
        lift_recall(uow, made.id, "复核合格")
    with building.units.reading(building.officer) as uow:
        assert holds(uow.session, [batch.id]) == {batch.id: ()}


def test_a_recall_reaches_only_deliveries_of_its_days(building):
    batch = materials.approved(building)
    recall(building, Sought(
        Target.PRODUCER, organisation_id=batch.producer_id, arrived_until=batch.arrived_on - timedelta(days=1),
    ))
    with building.units.reading(building.officer) as uow:
        assert holds(uow.session, [batch.id]) == {batch.id: ()}


def test_a_recalled_batch_leaves_the_site_under_a_witnesss_eyes(building):
    batch = materials.batch(building)
    recall(building, Sought(Target.BATCH, batch.number))
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        remove_batch(uow, batch.id, Removal(
            batch.quantity, building.terms["site/supervision-engineer"], materials.photo(), "召回退场",
        ))
    with building.units.reading(building.officer) as uow:
        assert [hold.key for hold in holds(uow.session, [batch.id])[batch.id]] == [HoldKey.REMOVED]


def test_who_does_not_announce_recalls_does_not_search(building, used):
    with pytest.raises(Forbidden):
        found(building, Sought(Target.BATCH, used[0].number), building.leaders["contractor"])


def test_an_officer_finds_what_lies_in_his_own_region(building, used):
    elsewhere = sites.site(building.units, region="330102")
    assert found(elsewhere, Sought(Target.BATCH, used[0].number)).batches == 0


def test_back_from_a_building_is_closed_to_strangers(building):
    elsewhere = sites.site(building.units, region="330102")
    with pytest.raises(NotFound), building.units.reading(elsewhere.filer) as uow:
        batches_below(uow, building.unit)


def test_a_search_for_nothing_says_what_is_missing(building):
    with building.units.reading(building.officer) as uow:
        for target, word, uscc in ((Target.BATCH, " ", ""), (Target.PRODUCER, "", ""), (Target.PRODUCER, "", "91X")):
            with pytest.raises(Invalid):
                sought_by(uow, target, word, uscc)


def test_the_command_names_lots_parts_projects_and_persons(building, used):
    batch, lot = used
    plain = json.loads(json.dumps(as_plain(found(building, Sought(Target.BATCH, batch.number))), default=str))
    assert [one["id"] for one in plain["lots"]] == [str(lot.id)]
    assert {"lots", "parts", "projects", "persons"} <= plain.keys()
    assert {one["name"] for one in plain["persons"]} >= {"李建国"}
    with building.units.reading(building.officer) as uow:
        assert uow.session.scalar(select(Lot.number).where(Lot.id == lot.id)) == plain["lots"][0]["number"]


def test_the_station_searches_on_a_page_and_goes_on_to_the_recall(building, used, visit):
    batch, lot = used
    officer = visit(building.officer)
    page = officer.get(f"/recalls/search?target=batch&word={batch.number.lower()}").text
    assert lot.number in page
    assert "李建国" in page
    assert f"word={batch.number}" in page or "/recalls/new" in page
    assert "没有统一社会信用代码" in officer.get("/recalls/search?target=producer&uscc=91370102MA3C000000").text


def test_a_part_leads_back_to_its_batches_with_what_holds_them(building, used, visit):
    batch, lot = used
    recall(building, Sought(Target.BATCH, batch.number))
    with building.units.reading(building.officer) as uow:
        found = built_into(uow, building.unit, Below(lot.item_code[:2]), 0)
        assert [place.batch_id for place in found.places] == [batch.id]
        assert found.holds[batch.id]
        assert built_into(uow, building.unit, Below("09"), 0).places == []
    engineer = visit(building.leaders["site/supervision-engineer"])
    shown = engineer.get(f"/units/{building.unit}/works/materials?below={lot.item_code[:2]}").text
    assert batch.number in shown
    assert "召回" in shown
    assert batch.number not in engineer.get(f"/units/{building.unit}/works/materials?below=09").text
