"""Who may lay a unit project out into lots, and what may be put right afterwards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from registry.kernel.actor import Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.projects.offices import NotInOffice
from registry.works.models import Lot
from registry.works.planning import (
    LayoutWish,
    LotChanged,
    LotEdit,
    LotInUse,
    NewLot,
    TooManyLots,
    add_lot,
    edit_lot,
    generate_lots,
    preview_lots,
    schedule_lots,
    withdraw_lot,
)
from registry.works.standing import LotWithdrawn
from tests import build as house
from tests.counting import counted
from tests.works import build


def edit(lot: Lot, **changes: object) -> LotEdit:
    return replace(LotEdit(lot.place, lot.name, lot.capacity, lot.capacity_unit, lot.due_on), **changes)


def test_the_contractor_lays_out_a_concrete_structure(building):
    made = build.lots(building)
    assert len(made) == 4 * 4 * 2
    assert [lot.number for lot in made[:2]] == ["02010101-001", "02010101-002"]
    assert {lot.participation_id for lot in made} == {build.contractor(building)}


def test_what_is_previewed_is_what_is_made(building, units):
    with units.reading(build.planner(building)) as uow:
        expected = preview_lots(uow, building.unit, build.wish(building))
    assert [(lot.item_code, lot.place) for lot in build.lots(building)] == [(lot.item_code, lot.place) for lot in expected]


def test_laying_out_again_adds_only_what_is_missing(building):
    build.lots(building, storeys=(2, 0))
    again = build.lots(building, storeys=(3, 0))
    assert {lot.storey for lot in again} == {3}
    assert again[0].number == "02010101-005"
    with pytest.raises(Conflict, match="已经全部划分"):
        build.lots(building, storeys=(3, 0))


def test_every_lot_has_its_event(building, units):
    made = build.lots(building)
    with units.reading(building.officer) as uow:
        events = uow.session.scalar(select(func.count()).select_from(LedgerEvent).where(
            LedgerEvent.kind == "lot.planned", LedgerEvent.subject_id.in_([lot.id for lot in made])))
    assert events == len(made)


def test_many_lots_are_laid_out_in_as_few_statements_as_few(building):
    with counted(building.units) as few:
        build.lots(building, "structure-concrete")
    with counted(building.units) as many:
        made = build.lots(building, "structure-concrete", "infill", "plaster", "electrical", storeys=(40, 2), pours=8)
    assert len(made) >= 1500
    assert len(many) <= len(few)


@pytest.mark.parametrize("who", ["site/technical-leader", "contractor"])
def test_the_contractors_leaders_plan(building, units, who):
    with units.writing(building.leaders[who]) as uow:
        assert generate_lots(uow, building.unit, build.wish(building))


def test_a_foreman_does_not_plan(building, units):
    with pytest.raises(NotInOffice, match="冯工长"), units.writing(building.leaders["site/foreman"]) as uow:
        generate_lots(uow, building.unit, build.wish(building))


def test_the_supervision_firm_does_not_plan(building, units):
    with pytest.raises(Forbidden), units.writing(building.leaders["site/supervision-engineer"]) as uow:
        generate_lots(uow, building.unit, build.wish(building))


def test_the_supervision_firms_filer_moves_no_planned_day(building, units):
    lot = build.lot(building)
    firm = build.term_of(building, "supervision").participation.organisation_id
    filer = house.signed_in(units, "supervision-filer", "监理经办", firm, None, Role.FIRM_FILER)
    with pytest.raises(Forbidden), units.writing(filer) as uow:
        schedule_lots(uow, building.unit, [lot.id], build.TODAY)


def test_lots_belong_to_a_firm_that_builds(building, units):
    owner = build.term_of(building, "owner").participation_id
    with pytest.raises(Invalid, match="施工单位"), units.writing(build.planner(building)) as uow:
        generate_lots(uow, building.unit, replace(build.wish(building), participation_id=owner))


@pytest.mark.parametrize("storeys", [(0, 0), (201, 0), (3, -1)])
def test_impossible_storeys_are_refused(building, storeys):
    with pytest.raises(Invalid, match="层数"):
        build.lots(building, storeys=storeys)


def test_a_layout_nobody_knows_is_refused(building):
    with pytest.raises(Invalid, match="专业"):
        build.lots(building, "structure-concrete", "airship")


def test_more_than_five_thousand_at_once_are_refused(building, units):
    wish = LayoutWish(build.contractor(building), ("structure-concrete", "plaster", "electrical"), 200, 0, 20)
    with pytest.raises(TooManyLots, match="分专业"), units.writing(build.planner(building)) as uow:
        generate_lots(uow, building.unit, wish)


def test_a_lot_is_added_by_hand_with_the_next_number(building):
    build.lots(building, storeys=(1, 0), pours=1)
    added = build.lot(building, build.REBAR, "电梯井")
    assert (added.number, added.name) == ("02010201-002", "电梯井钢筋检验批")


@pytest.mark.parametrize("code", ["0201", "999999", "钢筋"])
def test_only_items_have_lots(building, units, code):
    with pytest.raises(Invalid, match="分项编码"), units.writing(build.planner(building)) as uow:
        add_lot(uow, building.unit, NewLot(build.contractor(building), code, "一层"))


def test_place_and_capacity_are_put_right_while_nothing_hangs_on_the_lot(building, units):
    lot = build.lot(building)
    with units.writing(build.planner(building)) as uow:
        edit_lot(uow, lot.id, edit(lot, place="四层", capacity=Decimal("12.5"), capacity_unit="m²"), lot.version)
    with units.reading(building.officer) as uow:
        assert uow.get(Lot, lot.id).place == "四层"


def test_two_who_put_a_lot_right_at_once_do_not_overwrite_each_other(building, units):
    lot = build.lot(building)
    seen = lot.version
    with units.writing(build.planner(building)) as uow:
        edit_lot(uow, lot.id, edit(lot, place="四层"), seen)
    with pytest.raises(LotChanged), units.writing(building.leaders["site/technical-leader"]) as uow:
        edit_lot(uow, lot.id, edit(lot, place="五层"), seen)


def test_once_a_mark_hangs_on_it_only_the_planned_day_moves(building, units):
    lot = build.lot(building)
    build.mark(building, lot.id)
    with units.writing(build.planner(building)) as uow:
        edit_lot(uow, lot.id, edit(lot, due_on=build.TODAY), lot.version)
    with units.reading(building.officer) as uow:
        version = uow.get(Lot, lot.id).version
    with pytest.raises(LotInUse, match="责任标识"), units.writing(build.planner(building)) as uow:
        edit_lot(uow, lot.id, edit(lot, place="四层"), version)
    with pytest.raises(LotInUse), units.writing(build.planner(building)) as uow:
        withdraw_lot(uow, lot.id, "多划了")


def test_a_withdrawn_lot_keeps_its_number_and_takes_no_mark(building, units):
    lot = build.lot(building)
    with units.writing(build.planner(building)) as uow:
        withdraw_lot(uow, lot.id, "多划了")
    with pytest.raises(LotWithdrawn, match=lot.number):
        build.mark(building, lot.id)
    assert build.lot(building).serial == lot.serial + 1


def test_a_lot_of_another_tenant_is_not_found(building, units):
    stranger = build.site_elsewhere(units)
    lot = build.lot(building)
    with pytest.raises(NotFound), units.writing(stranger.filer) as uow:
        withdraw_lot(uow, lot.id, "不该看见")
    with pytest.raises(NotFound), units.reading(stranger.filer) as uow:
        preview_lots(uow, building.unit, build.wish(building))
