"""退场: what lots have used cannot leave the site."""

from decimal import Decimal

import pytest

from registry.materials.models import Disposition
from registry.works.removing import BatchInUse, Removal, remove_batch
from registry.works.using import use_batch, withdraw_use
from tests.materials import build as materials
from tests.works import build


def remove(building, batch, quantity):
    with building.units.writing(building.leaders["site/quality-inspector"]) as uow:
        return remove_batch(uow, batch.id, Removal(
            Decimal(quantity), building.terms["site/supervision-engineer"], materials.photo(), "多余材料",
        ))


def use(building, batch, quantity):
    lot = build.lot(building)
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        return lot, use_batch(uow, lot.id, batch.id, Decimal(quantity) if quantity else None)


def test_no_more_leaves_than_the_lots_have_left(building):
    batch = materials.approved(building)  # 40 t
    lot, _use = use(building, batch, 25)
    with pytest.raises(BatchInUse, match=f"{lot.number} 已登记使用.*不超过 15 t") as no:
        remove(building, batch, 16)
    assert no.value.field == "quantity"
    assert remove(building, batch, 15).kind is Disposition.Kind.REMOVED


def test_of_a_batch_used_without_a_measure_something_stays(building):
    batch = materials.approved(building)
    use(building, batch, None)
    with pytest.raises(BatchInUse, match="少于 40 t"):
        remove(building, batch, 40)
    assert remove(building, batch, 39)


def test_a_use_recorded_by_mistake_is_taken_back_first(building):
    batch = materials.approved(building)
    _lot, made = use(building, batch, None)
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        withdraw_use(uow, made.id, "登记错误")
    assert remove(building, batch, 40)
