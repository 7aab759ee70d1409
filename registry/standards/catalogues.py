"""Lists the law or practice gives us: archive documents, plaque lines, gates, design lives, kinds of things.

Sources: GB/T 50328-2014; 建质〔2014〕124号 第九、十条; 建办质〔2014〕44号; GB 50068-2018, GB 55001-2021.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed
from registry.standards.rules import Status


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a plain list: a structure kind, a project category, a reason for revealing."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualificationKind:
    """注册执业资格. A number that does not fit the pattern earns a warning: real certificates vary."""

    key: str
    label: str
    number_pattern: str = ""         # regular expression; "": any
    synonyms: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        try:
            re.compile(self.number_pattern)
        except re.error:
            raise Malformed(_("“{label}”的编号格式不是正则表达式。", label=self.label)) from None

    def fits(self, number: str) -> bool:
        return not self.number_pattern or re.fullmatch(self.number_pattern, number) is not None


class Retention(StrEnum):
    """保管期限. 长期 = the life of the building."""

    PERMANENT = "permanent"  # 永久
    LONG = "long"            # 长期
    SHORT = "short"          # 短期


@dataclass(frozen=True, slots=True)
class ArchiveDocument:
    """One document of the archive catalogue. `retention` is our suggestion, never the standard's word."""

    code: str          # "Q1-01"
    name: str
    section: str       # "Q1"
    section_name: str
    category: str      # "Q"
    category_name: str
    produced_by: str
    retention: Retention


@dataclass(frozen=True, slots=True)
class ResponsibilityField:
    """One column of the 质量终身责任信息表. `public` says whether strangers may see it."""

    key: str
    label: str
    required: bool
    public: bool
    source: str


@dataclass(frozen=True, slots=True)
class PlaqueLine:
    key: str
    label: str
    status: Status  # law: must be there; suggestion: recommended
    source: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One condition of a gate: what must be there for every demanded post, and who mends its absence."""

    key: str
    label: str
    remedy: str
    acts: str  # who must act: "legal-representative", "leader", "station"


@dataclass(frozen=True, slots=True)
class Gate:
    """A step the authority refuses while a filed pair is missing. Source: 建办质〔2014〕44号."""

    key: str
    label: str
    consequence: str
    source: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class DesignLife:
    """设计使用年限 by kind of structure: to offer and to compare with, never to fill in silently."""

    key: str
    label: str
    source: str
    whole_structure: bool        # the life of the structure itself, not of a member or a layer
    years: int | None = None     # None: no fixed number, see the note
    at_least: bool = False
    status: Status = Status.LAW
    note: str = ""
