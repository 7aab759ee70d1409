"""How a unit project falls into inspection lots. Pure.

Source: GB 50300-2013 4.0.5 (检验批按工程量、楼层、施工段、变形缝划分), 4.0.7.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from registry.kernel.text import _
from registry.standards.divisions import DivisionTree
from registry.standards.lots import LayoutRow, LotLayout, Spread

MOST = 5000     # lots in one act
STOREYS = 200   # a taller building is a slip of the finger
POURS = 20
ROOF = 1000     # stands above every storey, wherever lots are sorted by storey
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Building:
    """What a building is laid out by.

    storeys_below   underground, ≥ 0; storeys_above ≥ 1
    pours           施工段 into which each storey falls, ≥ 1
    parts           part ids by storey, where the unit project has parts of its own for them
    """

    storeys_above: int
    storeys_below: int
    pours: int
    parts: Mapping[int, UUID]


@dataclass(frozen=True, slots=True)
class PlannedLot:
    """A lot as it would be made. `storey` is -1 for the first underground, ROOF for the roof, None for the whole."""

    item_code: str
    name: str
    place: str
    storey: int | None
    part_id: UUID | None
    capacity_unit: str


def layout(layouts: Iterable[LotLayout], tree: DivisionTree, building: Building) -> list[PlannedLot]:
    """Return the lots of a building, item by item in the order of the layouts and within an item from the ground up.

    raises   NotFound when a layout names an item the tree of divisions does not know
    source   GB 50300-2013 4.0.5
    """
    return [
        planned
        for each in layouts for row in each.rows
        for planned in lots_of_row(row, tree.find(row.code).name, building)
    ]


def lots_of_row(row: LayoutRow, item: str, building: Building) -> Iterator[PlannedLot]:
    pours = building.pours if row.by_pour and building.pours > 1 else 1
    for storey in storeys_of(row.spread, building):
        for pour in range(1, pours + 1):
            turn = _("第{pour}施工段", pour=pour) if pours > 1 else ""
            place = f"{storey_name(storey)}{turn}"
            yield PlannedLot(
                row.code, _("{place}{item}检验批", place=place, item=item), place, storey,
                building.parts.get(storey) if storey is not None else None, row.capacity_unit,
            )


def storeys_of(spread: Spread, building: Building) -> Sequence[int | None]:
    """Return the storeys an item is spread over, from the lowest up; [None] for the building as a whole."""
    below = list(range(-building.storeys_below, 0))
    above = list(range(1, building.storeys_above + 1))
    whole: list[int | None] = [None]
    spreads: dict[Spread, Sequence[int | None]] = {
        Spread.ONCE: whole, Spread.BELOW: below, Spread.ABOVE: above, Spread.EVERY: [*below, *above], Spread.ROOF: [ROOF],
    }
    return spreads[spread]


def storey_name(storey: int | None) -> str:
    """Return what a site calls a storey: 地下二层, 十二层, 屋面, 全楼."""
    if storey is None:
        return _("全楼")
    if storey == ROOF:
        return _("屋面")
    return _("地下{n}层", n=in_words(-storey)) if storey < 0 else _("{n}层", n=in_words(storey))


def in_words(number: int) -> str:
    """Return 1 … 999 in Chinese numerals: 一, 十, 十二, 三十, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (DIGITS[ones] if ones else "")


def number_of(item_code: str, serial: int) -> str:
    """Return the number of a lot: item code, "01" for the kind of lot sheet, and the serial within the item.

    >>> number_of("020102", 7)
    '02010201-007'

    source   GB 50300-2013 附录E and the sheets that go with it: 8 digits and a serial of three
    """
    return f"{item_code}01-{serial:03d}"


def numbered(planned: Iterable[PlannedLot], last: Mapping[str, int]) -> list[tuple[int, PlannedLot]]:
    """Give each planned lot its serial within its item, from after the last one in use."""
    next_free: dict[str, int] = defaultdict(int, last)
    found = []
    for each in planned:
        next_free[each.item_code] += 1
        found.append((next_free[each.item_code], each))
    return found


def storey_named(name: str) -> int | None:
    """Return the storey a part's name or code means: 3层, 三层, 3F, F3, 地下一层, B1, -1; None when it means none."""
    plain = name.strip().upper().removesuffix("层").removesuffix("F").removeprefix("F").removeprefix("第")
    below = plain.startswith(("地下", "B", "-"))
    core = plain.removeprefix("地下").removeprefix("B").removeprefix("-").removeprefix("负")
    words = {in_words(n): n for n in range(1, STOREYS)}
    number = int(core) if core.isascii() and core.isdigit() else words.get(core)
    if not number or number > STOREYS:
        return None
    return -number if below or plain.startswith("负") else number


def tally(lots: Sequence[PlannedLot]) -> list[tuple[str, int]]:
    """Return how many lots of each item a preview holds, in its order."""
    counts: dict[str, int] = {}
    for lot in lots:
        counts[lot.item_code] = counts.get(lot.item_code, 0) + 1
    return list(counts.items())
