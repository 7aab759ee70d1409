"""Many lots at once: planned for a day by who plans, one batch built into several of them from its own side."""

from decimal import Decimal

import pytest

from registry.kernel.errors import Invalid, NotFound
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.works.spreading import batch_spread, lots_to_schedule
from registry.works.standing import BatchHeld
from registry.works.using import AlreadyUsed, use_in_lots
from tests.documents.samples import png_bomb
from tests.materials import build as materials
from tests.works import build
from tests.works.test_views import picture, usual


@pytest.fixture
def lots(building):
    return [build.lot(building, place=place) for place in ("四层", "五层", "六层")]


def spread(building, batch, lots, quantity=None):
    with building.units.writing(building.leaders["site/materials-clerk"]) as uow:
        return use_in_lots(uow, batch.id, [lot.id for lot in lots], quantity)


def test_the_technical_leader_plans_many_lots_for_today_and_the_inspector_finds_them(building, visit, lots):
    leader = visit(building.leaders["site/technical-leader"])
    page = f"/units/{building.unit}/works/schedule"
    assert "checked" not in leader.get(page).text
    assert leader.get(f"{page}?all=1").text.count("checked") == len(lots)
    assert "四层" not in leader.get(f"{page}?q=五层").text
    chosen = [str(lot.id) for lot in lots[:2]]
    done = leader.post(page, {"lots": chosen, "due_on": f"{build.TODAY}"}, at=page)
    assert done.location.endswith("which=today")
    today = visit(building.leaders["site/quality-inspector"]).get(done.location).text
    assert [place for place in ("四层", "五层", "六层") if place in today] == ["四层", "五层"]


def test_a_day_must_be_named_and_a_lot_chosen(building, visit, lots):
    leader = visit(building.leaders["site/technical-leader"])
    page = f"/units/{building.unit}/works/schedule"
    refused = leader.post(page, {"lots": [str(lots[0].id)], "due_on": "2026-02-30"}, at=page)
    assert refused.status_code == 422
    assert "不是一个日期" in refused.text
    assert leader.post(page, {"due_on": f"{build.TODAY}"}, at=page).status_code == 422


def test_only_who_plans_is_offered_the_planning(building, units, visit, lots):
    assert "排定日期" not in visit(building.leaders["site/quality-inspector"]).get(f"/units/{building.unit}/works").text
    assert visit(building.leaders["site/quality-inspector"]).get(f"/units/{building.unit}/works/schedule").status_code == 409
    build.mark(building, lots[0].id)
    with units.reading(building.leaders["site/technical-leader"]) as uow:
        assert lots_to_schedule(uow, building.unit).total == 2  # the marked one needs no day any more


def test_a_batch_goes_into_several_lots_from_its_own_page(building, visit, lots):
    batch, clerk = materials.approved(building), visit(building.leaders["site/materials-clerk"])
    page = f"/batches/{batch.id}/lots"
    assert page in clerk.get(f"/batches/{batch.id}").text
    done = clerk.post(page, {"lots": [str(lot.id) for lot in lots[:2]], "quantity": "2.5"}, at=page)
    assert done.status_code == 303
    said = clerk.get(done.location).text
    assert "2 个检验批" in said
    assert batch.number in clerk.get(f"/lots/{lots[0].id}").text
    assert [f'value="{lot.id}"' in said for lot in lots] == [False, False, True]


def test_a_barred_batch_says_on_its_page_why_and_who_must_act(building, visit, lots):
    batch, clerk = materials.inspected(building), visit(building.leaders["site/materials-clerk"])
    said = clerk.get(f"/batches/{batch.id}/lots").text
    assert "该批材料不得使用" in said
    assert "取样员送检" in said
    assert 'name="lots"' not in said


def test_a_batch_goes_into_all_of_the_lots_or_into_none(building, units, lots):
    batch = materials.approved(building)
    spread(building, batch, lots[:1])
    with pytest.raises(AlreadyUsed):
        spread(building, batch, lots)
    with units.reading(building.officer) as uow:
        assert [use.lot_id for use in batch_spread(uow, batch.id).uses] == [lots[0].id]


def test_more_than_there_is_of_a_batch_goes_nowhere(building, lots):
    with pytest.raises(Invalid, match="合计超过该批的 40"):
        spread(building, materials.approved(building), lots, Decimal(20))


def test_a_recall_that_comes_first_bars_the_page_that_was_open(building, visit, lots):
    batch, clerk = materials.approved(building), visit(building.leaders["site/materials-clerk"])
    page = f"/batches/{batch.id}/lots"
    clerk.get(page)
    with building.units.writing(building.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "省抽检通报〔2026〕3号"))
    refused = clerk.post(page, {"lots": [str(lots[0].id)]}, at=page)
    assert refused.status_code == 422
    assert "召回" in refused.text
    with pytest.raises(BatchHeld):
        spread(building, batch, lots)


def test_a_batch_goes_into_no_lot_of_another_project(building, lots):
    elsewhere = build.site_elsewhere(building.units)
    foreign = build.lot(elsewhere)
    with pytest.raises(NotFound):
        spread(building, materials.approved(building), [foreign])


def test_a_photo_of_200_megapixels_is_refused_and_the_good_one_kept(building, visit, lots):
    inspector = visit(building.leaders["site/quality-inspector"])
    vast = picture("全景.png", png_bomb(15_000))
    refused = inspector.post(f"/lots/{lots[0].id}/mark", usual(building, photos=[picture(), vast]))
    assert refused.status_code == 422
    assert "像素" in refused.text
    assert refused.text.count('name="photos_upload"') == 1
    assert inspector.get(f"/lots/{lots[0].id}").text.count("/marks/") == 0
