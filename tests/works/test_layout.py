"""A building falls into lots by its layouts, storeys and pours."""

from uuid import uuid4

import pytest

from registry.standards import kinds
from registry.standards.divisions import DivisionTree
from registry.standards.lots import LayoutRow, LotLayout, Spread
from registry.works.layout import (
    ROOF,
    Building,
    in_words,
    layout,
    number_of,
    numbered,
    storey_name,
    storey_named,
)
from tests.standards.test_shipped import content

TREE: DivisionTree = content(kinds.DIVISIONS)
LAYOUTS: tuple[LotLayout, ...] = content(kinds.LOT_LAYOUTS)
HOUSE = Building(storeys_above=3, storeys_below=1, pours=2, parts={2: uuid4()})


def row(spread: Spread, by_pour: bool = False) -> LotLayout:
    return LotLayout("one", "一种", (LayoutRow("020102", spread, by_pour, "t"),))


@pytest.mark.parametrize(("spread", "storeys"), [
    (Spread.ONCE, [None]), (Spread.BELOW, [-1]), (Spread.ABOVE, [1, 2, 3]), (Spread.EVERY, [-1, 1, 2, 3]), (Spread.ROOF, [ROOF]),
])
def test_an_item_is_spread_over_the_storeys_it_concerns(spread, storeys):
    assert [lot.storey for lot in layout([row(spread)], TREE, HOUSE)] == storeys


def test_a_storey_poured_in_turns_has_a_lot_for_each_turn():
    lots = layout([row(Spread.BELOW, by_pour=True)], TREE, HOUSE)
    assert [(lot.place, lot.name) for lot in lots] == [
        ("地下一层第1施工段", "地下一层第1施工段钢筋检验批"), ("地下一层第2施工段", "地下一层第2施工段钢筋检验批"),
    ]


def test_a_lot_lies_in_the_units_own_part_for_its_storey_where_there_is_one():
    lots = layout([row(Spread.ABOVE)], TREE, HOUSE)
    assert [lot.part_id for lot in lots] == [None, HOUSE.parts[2], None]


def test_serials_go_on_from_the_last_one_of_each_item():
    lots = layout([row(Spread.ABOVE)], TREE, HOUSE)
    assert [serial for serial, _lot in numbered(lots, {"020102": 7})] == [8, 9, 10]
    assert number_of("020102", 7) == "02010201-007"


@pytest.mark.parametrize(("storey", "name"), [
    (1, "一层"), (10, "十层"), (12, "十二层"), (30, "三十层"), (105, "一百零五层"), (118, "一百一十八层"),
    (-2, "地下二层"), (ROOF, "屋面"), (None, "全楼"),
])
def test_storeys_are_called_as_sites_call_them(storey, name):
    assert storey_name(storey) == name


@pytest.mark.parametrize(("name", "storey"), [
    ("3层", 3), ("三层", 3), ("3F", 3), ("F3", 3), ("第十二层", 12), ("地下一层", -1), ("B2", -2), ("-1", -1), ("负一层", -1),
    ("A单元", None), ("", None), ("0层", None), ("999层", None),
])
def test_a_part_is_recognised_as_a_storey_by_its_name(name, storey):
    assert storey_named(name) == storey


def test_every_number_has_its_own_words():
    assert len({in_words(n) for n in range(1, 1000)}) == 999


@pytest.mark.parametrize("each", LAYOUTS, ids=lambda each: each.key)
def test_every_shipped_layout_names_items_that_exist(each):
    assert layout([each], TREE, HOUSE)


def test_a_masonry_house_is_not_offered_concrete_and_an_unknown_one_everything():
    offered = {each.key for each in LAYOUTS if each.fits("masonry")}
    assert "structure-masonry" in offered
    assert "structure-concrete" not in offered
    assert all(each.fits("") for each in LAYOUTS)
