"""Completion as the handbook lays it down: its conditions, its clocks, its papers, the checks of a dwelling.

Sources: 建设工程质量管理条例 第十六、三十九、四十九条; 建质〔2013〕171号; 住房和城乡建设部令第2号; 建质〔2009〕291号.
"""

from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.periods import Period
from registry.standards.reading import Malformed
from registry.standards.rules import Status


class Moment(StrEnum):
    """The steps of the authority, or of the five parties, that conditions stand before."""

    REGISTRATION = "registration"  # 办理质量监督手续
    ACCEPTANCE = "acceptance"      # 竣工验收
    FILING = "filing"              # 竣工验收备案
    HANDOVER = "handover"          # 交付与档案移交


@dataclass(frozen=True, slots=True)
class CompletionGate:
    """One condition: where it stands in the law, before which steps, and who mends what it lacks.

    acts     a post ("project-manager"), a role ("owner") or "station"
    stated   whether the one who acts may answer by a signed statement where the registry holds no records
    """

    key: str
    label: str
    source: str
    moments: tuple[Moment, ...]
    acts: str
    remedy: str
    status: Status = Status.LAW
    stated: bool = False
    residential: bool = False  # asked of dwellings alone

    def __post_init__(self) -> None:
        if not self.moments:
            raise Malformed(_("“{label}”没有写明在办理什么之前。", label=self.label))


@dataclass(frozen=True, slots=True)
class CompletionClocks:
    """How long before acceptance the station is told, and how soon after it everybody has done his part."""

    notice: Period         # 验收前书面通知监督机构
    report: Period         # 监督机构提交监督报告
    filing: Period         # 建设单位备案
    reacceptance: Period   # 备案机关责令重新组织验收


@dataclass(frozen=True, slots=True)
class FilingDocument:
    """One paper the owner hands in. `gate` is the condition that answers for it, "" where the registry prints it."""

    key: str
    label: str
    source: str
    gate: str = ""
    residential: bool = False


@dataclass(frozen=True, slots=True)
class DwellingCheckpoint:
    """One thing looked at in every dwelling (分户验收)."""

    key: str
    label: str
    requirement: str
    source: str
    status: Status = Status.SUGGESTION


@dataclass(frozen=True, slots=True)
class HousingCategory:
    """One 工程类别 that says by itself whether dwellings are built. What is not listed says neither."""

    key: str
    label: str
    dwellings: bool
    synonyms: tuple[str, ...] = ()

    def names(self, category: str) -> bool:
        """Whether a project's category, as it was registered, is this one."""
        return category in {self.key, self.label, *self.synonyms}
