"""Acceptance by the standards: who signs at each level, how many are looked at, what is looked at, what is covered up.

Sources: GB 50300-2013 3.0.9, 第5、6章, 附录D~H; GB 55032-2022; the acceptance standards of the trades (GB 50202 …).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


class AcceptanceLevel(StrEnum):
    """From the ground up. A node is judged by what lies directly below it."""

    LOT = "lot"                    # 检验批
    CONCEALED = "concealed"        # 隐蔽工程
    ITEM = "item"                  # 分项工程
    SUBDIVISION = "subdivision"    # 子分部工程
    DIVISION = "division"          # 分部工程
    UNIT = "unit"                  # 单位工程


class Part(StrEnum):
    """What somebody does at an acceptance."""

    SIGNS = "signs"        # 签字
    DECIDES = "decides"    # 组织验收, signs last and gives the conclusion
    ATTENDS = "attends"    # 参加


@dataclass(frozen=True, slots=True)
class Duty:
    """One place at an acceptance, and the posts any of which may fill it (EPC, subcontract)."""

    key: str                  # "foreman"
    label: str                # 专业工长, as the form has it
    posts: tuple[str, ...]    # keys of posts, first choice first
    part: Part


@dataclass(frozen=True, slots=True)
class AcceptanceRole:
    """Who takes part at one level; `codes` names the divisions it is for, none: all that no other row names."""

    key: str                  # "division-foundation"
    level: AcceptanceLevel
    label: str
    duties: tuple[Duty, ...]
    source: str
    codes: tuple[str, ...] = ()

    @property
    def signing(self) -> tuple[Duty, ...]:
        """Those who sign, the one who decides last."""
        signs = [duty for duty in self.duties if duty.part is Part.SIGNS]
        return (*signs, self.deciding)

    @property
    def attending(self) -> tuple[Duty, ...]:
        return tuple(duty for duty in self.duties if duty.part is Part.ATTENDS)

    @property
    def deciding(self) -> Duty:
        [one] = [duty for duty in self.duties if duty.part is Part.DECIDES]
        return one

    def __post_init__(self) -> None:
        if [duty.part for duty in self.duties].count(Part.DECIDES) != 1:
            raise Malformed(_("“{label}”应当有且只有一个岗位组织验收。", label=self.label))


def role_for(roles: Iterable[AcceptanceRole], level: AcceptanceLevel, code: str = "") -> AcceptanceRole:
    """Return who takes part in accepting `code` at a level: the row that names it most exactly.

    raises   Malformed when the edition has no row for that level
    """
    fits = [role for role in roles if role.level is level and named_length(role.codes, code) is not None]
    if not fits:
        raise Malformed(_("标准手册没有规定“{level}”由谁验收。", level=level))
    return max(fits, key=lambda role: named_length(role.codes, code) or 0)


def named_length(codes: tuple[str, ...], code: str) -> int | None:
    """Return how many digits of `code` a row names: 0 for a row for all, None for one that is for others."""
    if not codes:
        return 0
    return max((len(named) for named in codes if code.startswith(named)), default=None)


@dataclass(frozen=True, slots=True)
class Least:
    """表3.0.9: lots of up to so many want at least so many looked at."""

    upto: int
    sample: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """表D.0.1-1 一般项目正常检验一次抽样判定: of so many looked at, up to so many may fail."""

    sample: int
    accept: int
    reject: int


@dataclass(frozen=True, slots=True)
class SamplingTables:
    least: tuple[Least, ...]
    single: tuple[Judgement, ...]

    def __post_init__(self) -> None:
        if [row.upto for row in self.least] != sorted({row.upto for row in self.least}):
            raise Malformed(_("最小抽样数量表应按检验批容量由小到大排列。"))
        if [row.sample for row in self.single] != sorted({row.sample for row in self.single}):
            raise Malformed(_("一次抽样判定表应按样本容量由小到大排列。"))


class CheckRank(StrEnum):
    DOMINANT = "dominant"    # 主控项目
    GENERAL = "general"      # 一般项目


class HowMany(StrEnum):
    ALL = "all"              # 全数检查
    TABLE = "table"          # by 表3.0.9
    SHARE = "share"          # so many per cent, and no fewer than so many
    RECORDS = "records"      # 检查资料, by what arrived or was made, not by the lot's size


@dataclass(frozen=True, slots=True)
class Measure:
    """允许偏差: what is measured at points.

    lower, upper    limits of the deviation, decimal, in `unit`; "" leaves that side open
    percent         so many per cent of the points must lie within (合格点率)
    most            in per cent of the limit, how far any point may lie at most; 0: the standard sets none
    """

    key: str
    label: str
    unit: str
    lower: str = ""
    upper: str = ""
    percent: int = 80
    most: int = 150

    def __post_init__(self) -> None:
        for limit in (self.lower, self.upper):
            try:
                Decimal(limit or "0")
            except InvalidOperation:
                raise Malformed(_("“{label}”的允许偏差“{limit}”不是数字。", label=self.label, limit=limit)) from None
        if not (self.lower or self.upper):
            raise Malformed(_("“{label}”没有写允许偏差。", label=self.label))


@dataclass(frozen=True, slots=True)
class Check:
    """验收项目: one line of the form."""

    key: str
    rank: CheckRank
    label: str
    clause: str
    requirement: str
    how_many: HowMany = HowMany.TABLE
    share: int = 0                          # per cent, for SHARE
    least: int = 0                          # no fewer than, for SHARE
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class LotTemplate:
    """What is checked on a lot of these items; without codes, on a lot of any other item."""

    key: str                                # "rebar-placing"
    label: str
    standard: str                           # 验收依据
    checks: tuple[Check, ...]
    codes: tuple[str, ...] = ()
    capacity_unit: str = ""                 # what the lot's size counts: 件, m², 间


def template_for(templates: Iterable[LotTemplate], code: str) -> LotTemplate:
    """Return the template for lots of an item: the one that names it most exactly, else the generic one."""
    fits = [template for template in templates if named_length(template.codes, code) is not None]
    if not fits:
        raise Malformed(_("标准手册中没有检验批通用模板。"))
    return max(fits, key=lambda template: named_length(template.codes, code) or 0)


@dataclass(frozen=True, slots=True)
class ConcealedItem:
    """隐蔽工程验收项目.

    hours    notice before the look, in hours, to those who are to be there
    station  whether the quality station is told too (关键部位)
    photos   the fewest photos before it is covered
    """

    key: str
    label: str
    codes: tuple[str, ...]
    contents: tuple[str, ...]
    hours: int
    station: bool
    photos: int
    source: str
