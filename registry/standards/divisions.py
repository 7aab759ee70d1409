"""The division tree (分部 → 子分部 → 分项). Keyed on the code, since trades rename their items over time.

Source: GB 50300-2013 附录B; GB 55032-2022 附录A.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.standards.reading import Malformed


class DivisionLevel(StrEnum):
    DIVISION = "division"          # 分部工程, two digits
    SUBDIVISION = "subdivision"    # 子分部工程, four digits
    ITEM = "item"                  # 分项工程, six digits


LEVELS = {2: DivisionLevel.DIVISION, 4: DivisionLevel.SUBDIVISION, 6: DivisionLevel.ITEM}


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    name: str
    key: str = ""        # a stable English name for the ten divisions: "foundation", "main_structure" …
    standard: str = ""   # acceptance standard; empty: that of the nearest ancestor

    @property
    def level(self) -> DivisionLevel:
        return LEVELS[len(self.code)]

    @property
    def parent_code(self) -> str:
        return self.code[:-2]


class DivisionTree:
    """All divisions of one edition, in the order of the standard."""

    def __init__(self, divisions: tuple[Division, ...]) -> None:
        self._by_code = {division.code: division for division in divisions}
        self._children: dict[str, list[Division]] = {}
        if len(self._by_code) != len(divisions):
            raise Malformed(_("分部分项编码有重复。"))
        for division in divisions:
            self._place(division)
        self.upper = tuple(division for division in self if len(division.code) < max(LEVELS))
        """The divisions and sub-divisions, from the top down."""

    def _place(self, division: Division) -> None:
        if not (division.code.isascii() and division.code.isdigit() and len(division.code) in LEVELS):
            raise Malformed(_("“{code}”不是 2、4 或 6 位数字的分部分项编码。", code=division.code))
        if division.parent_code and division.parent_code not in self._by_code:
            raise Malformed(_("编码 {code} 的上级不存在。", code=division.code))
        self._children.setdefault(division.parent_code, []).append(division)

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Division]:
        """Yield every division from the top down, each before its children."""
        waiting = list(reversed(self.children("")))
        while waiting:
            division = waiting.pop()
            yield division
            waiting.extend(reversed(self.children(division.code)))

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def find(self, code: str) -> Division:
        """Return the division with that code or raise NotFound."""
        if code not in self._by_code:
            raise NotFound(_("标准手册中没有编码为“{code}”的分部分项。", code=code))
        return self._by_code[code]

    def children(self, code: str = "") -> tuple[Division, ...]:
        """Return what lies directly below `code`; the ten divisions for the empty code."""
        return tuple(self._children.get(code, ()))

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """Return what lies above `code`, topmost first."""
        self.find(code)
        return tuple(self._by_code[code[:length]] for length in range(2, len(code), 2))

    def standard_of(self, code: str) -> str:
        """Return the acceptance standard that governs `code`, "" when none is named."""
        chain = (*self.ancestors(code), self.find(code))
        return next((division.standard for division in reversed(chain) if division.standard), "")

    def path(self, code: str) -> str:
        """Return the whole name: 主体结构 / 混凝土结构 / 钢筋."""
        return " / ".join(division.name for division in (*self.ancestors(code), self.find(code)))
