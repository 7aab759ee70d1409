"""What is built in where, and what may not be."""

from decimal import Decimal

import pytest

from registry.kernel.errors import Invalid, NotFound
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.materials.standing import project_holds
from registry.projects.offices import NotInOffice
from registry.works.marking import accept_mark
from registry.works.models import Verdict
from registry.works.removing import Removal, remove_batch
from registry.works.standing import BatchHeld, BlockerKey, lot_blockers
from registry.works.using import AlreadyUsed, UseSettled, use_batch, withdraw_use
from tests.materials import build as materials
from tests.works import build


@pytest.fixture
def lot(building):
    return build.lot(building)


@pytest.fixture
def batch(building):
    return materials.approved(building)


def use(building, lot, batch, quantity=None, post="site/materials-clerk"):
    with building.units.writing(building.leaders[post]) as uow:
        return use_batch(uow, lot.id, batch.id, quantity)


def recall(building, batch):
    with building.units.writing(building.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "省抽检通报〔2026〕3号"))


def test_a_batch_nothing_holds_is_built_in(building, lot, batch):
    assert use(building, lot, batch, Decimal("2.5")).quantity == Decimal("2.5")


def test_a_batch_without_its_report_is_not_built_in(building, lot):
    with pytest.raises(BatchHeld, match="不得使用"):
        use(building, lot, materials.inspected(building))


def test_a_recalled_batch_is_not_built_in(building, lot, batch):
    recall(building, batch)
    with pytest.raises(BatchHeld, match="召回"):
        use(building, lot, batch)


def test_the_lots_of_a_recalled_batch_are_blocked_and_not_accepted(building, units, lot, batch):
    use(building, lot, batch)
    mark = build.mark(building, lot.id)
    recall(building, batch)
    with units.reading(building.officer) as uow:
        [blocker] = lot_blockers(uow.session, [lot.id], uow.today)[lot.id]
    assert (blocker.key, blocker.bars_work) == (BlockerKey.BATCH, True)
    with pytest.raises(BatchHeld, match="召回"), units.writing(building.leaders["site/supervision-engineer"]) as uow:
        accept_mark(uow, mark.id, Verdict.PASSED)


def test_a_batch_is_named_once_for_a_lot(building, lot, batch):
    use(building, lot, batch)
    with pytest.raises(AlreadyUsed, match=lot.number):
        use(building, lot, batch)


@pytest.mark.parametrize("quantity", [Decimal(0), Decimal(-1), Decimal(100_000)])
def test_nobody_builds_in_more_than_there_is(building, lot, batch, quantity):
    with pytest.raises(Invalid, match="用量"):
        use(building, lot, batch, quantity)


def removed(building, batch, quantity):
    """So much of a batch leaves the site again."""
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        remove_batch(uow, batch.id, Removal(
            Decimal(quantity), building.terms["site/supervision-engineer"], materials.photo(), "多余材料",
        ))


def test_nobody_builds_in_more_than_is_left_of_a_batch(building, lot, batch):
    removed(building, batch, 30)
    with pytest.raises(Invalid, match="剩余的 10 t（进场 40）"):
        use(building, lot, batch, Decimal(11))
    use(building, lot, batch, Decimal(6))
    with pytest.raises(Invalid, match="剩余的 4 t"):
        use(building, build.lot(building), batch, Decimal(5))


def test_a_batch_that_has_left_whole_is_not_built_in_and_holds_no_lot_that_never_used_it(building, units, lot, batch):
    removed(building, batch, 40)
    with pytest.raises(BatchHeld, match="已全部退场"):
        use(building, lot, batch)
    with units.reading(building.officer) as uow:
        assert project_holds(uow.session, building.project) == {}
        blockers = lot_blockers(uow.session, [lot.id], uow.today)[lot.id]
    assert BlockerKey.BATCH not in {blocker.key for blocker in blockers}


def test_a_use_by_mistake_is_taken_back_and_may_be_made_again(building, units, lot, batch):
    made = use(building, lot, batch)
    with units.writing(building.leaders["site/foreman"]) as uow:
        withdraw_use(uow, made.id, "点错了")
    with pytest.raises(UseSettled), units.writing(building.leaders["site/foreman"]) as uow:
        withdraw_use(uow, made.id, "再点一次")
    assert use(building, lot, batch).id != made.id


def test_once_the_mark_is_accepted_the_use_stands(building, units, lot, batch):
    made = use(building, lot, batch)
    build.accepted_mark(building, lot.id)
    with pytest.raises(UseSettled, match="已经验收"), units.writing(building.leaders["site/foreman"]) as uow:
        withdraw_use(uow, made.id, "想改")


def test_the_supervision_side_builds_nothing_in(building, lot, batch):
    with pytest.raises(NotInOffice):
        use(building, lot, batch, post="site/supervision-engineer")


def test_a_batch_of_another_project_is_not_found(building, units, lot, batch):
    stranger = build.site_elsewhere(units)
    with pytest.raises(NotFound), units.writing(stranger.filer) as uow:
        use_batch(uow, lot.id, batch.id)
