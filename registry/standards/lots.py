"""How a building falls into inspection lots, which steps bear a responsibility mark, which items want a first sample.

Sources: GB 50300-2013 4.0.5, 4.0.7; 建设工程质量管理条例 第三十、三十七条; 质量强国建设纲要 专栏3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


class Spread(StrEnum):
    """Over which storeys an item is spread."""

    ONCE = "once"      # 全楼一次
    BELOW = "below"    # 地下各层
    ABOVE = "above"    # 地上各层
    EVERY = "every"    # 地下、地上各层
    ROOF = "roof"      # 屋面


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One item of a trade: a lot on each storey of its spread, and there one for each pour where poured in turns."""

    code: str                    # GB 50300 分项
    spread: Spread
    by_pour: bool = False        # one lot for each 施工段
    capacity_unit: str = ""      # what the size of a lot counts: m³, m², 件


@dataclass(frozen=True, slots=True)
class LotLayout:
    """检验批划分: the items of one trade, for buildings of these structure kinds; none: of any."""

    key: str                             # "structure-concrete"
    label: str                           # 混凝土主体结构
    rows: tuple[LayoutRow, ...]
    structures: tuple[str, ...] = ()     # keys of structure kinds
    source: str = ""

    def fits(self, structure: str) -> bool:
        """Whether it is offered for a structure kind; for one nobody named, every layout is."""
        return not self.structures or not structure or structure in self.structures

    def __post_init__(self) -> None:
        if any(len(row.code) != 6 for row in self.rows):
            raise Malformed(_("“{label}”中有不是六位的分项编码。", label=self.label))


@dataclass(frozen=True, slots=True)
class KeyStep:
    """关键部位、关键环节: a step within lots of these items that bears a mark of its own."""

    key: str                     # "rebar-concealed"
    label: str                   # 钢筋隐蔽
    codes: tuple[str, ...]       # GB 50300 codes it belongs to, each with all below it
    photos: int                  # the fewest that its mark shows
    demanded: bool               # a lot is not accepted before its mark is
    article: str

    def concerns(self, code: str) -> bool:
        return code.startswith(self.codes)


class Side(StrEnum):
    """Who judges a first sample."""

    CONTRACTOR = "contractor"      # 施工单位自检
    SUPERVISION = "supervision"    # 监理单位
    OWNER = "owner"                # 建设单位
    DESIGN = "design"              # 设计单位


@dataclass(frozen=True, slots=True)
class SampleRule:
    """样板: items of which a first sample is made, and who judges it, in that order."""

    key: str
    label: str
    codes: tuple[str, ...]
    sides: tuple[Side, ...]
    holds_lots: bool             # lots of the item wait for it
    article: str

    def concerns(self, code: str) -> bool:
        return code.startswith(self.codes)


def steps_of(steps: Iterable[KeyStep], code: str) -> tuple[KeyStep, ...]:
    """Return the key steps of an item, in the order of the edition."""
    return tuple(step for step in steps if step.concerns(code))


def sample_rule_of(rules: Iterable[SampleRule], code: str) -> SampleRule | None:
    """Return the rule that names an item most exactly, None when no sample of it is known."""
    fits = [rule for rule in rules if rule.concerns(code)]
    return max(fits, key=lambda rule: max(len(c) for c in rule.codes if code.startswith(c)), default=None)
