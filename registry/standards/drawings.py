"""What drawings there are, what must be reviewed and when again, what a digital delivery holds, what experts argue.

Sources: 建设工程质量管理条例 第十一、二十一、二十八条; 建设工程勘察设计管理条例 第二十八、三十三条;
住房和城乡建设部令第13号 第十一、十四条; 住房和城乡建设部令第37号 第十二、十三条.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


@dataclass(frozen=True, slots=True)
class Discipline:
    """专业. `parts` are the divisions of GB 50300 its drawings show; none: the building as a whole."""

    key: str                        # "structure"
    label: str                      # 结构
    prefix: str                     # 结施: what the numbers of its sheets begin with
    parts: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def shows(self, code: str) -> bool:
        """Whether its drawings show a place of the catalogue; an empty code stands for the whole building."""
        return not code or not self.parts or any(code.startswith(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class DrawingStage:
    """设计阶段. What is built from is built from the drawings of a stage that `builds`."""

    key: str                        # "construction"
    label: str                      # 施工图
    roles: tuple[str, ...]          # keys of the Roles whose firms deliver it
    builds: bool
    review_required: bool           # in force only once a review found it 合格
    source: str


class Presence(StrEnum):
    """When a deliverable is asked for."""

    ALWAYS = "always"
    WHERE_PRESENT = "where-present"  # as soon as the discipline has delivered anything for the unit


@dataclass(frozen=True, slots=True)
class Deliverable:
    """One thing a complete digital delivery holds: a discipline's sheets of a stage in one of the file kinds."""

    key: str
    label: str
    stage: str                      # key of the DrawingStage
    discipline: str                 # key of the Discipline
    formats: tuple[str, ...]        # kinds of file that fit: "pdf", "ofd", "drawing", "model"
    presence: Presence
    responsible: str                # key of the Role that must deliver it
    source: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """One approval a change needs, and the posts whose holder may give it, the first that fits."""

    key: str                        # "design"
    label: str                      # 设计单位项目负责人
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """设计变更 or 工程洽商: who draws it up and who must approve before it is built."""

    key: str                        # "design-change"
    label: str
    roles: tuple[str, ...]          # keys of the Roles whose firms draw it up
    approvals: tuple[Office, ...]
    source: str

    def __post_init__(self) -> None:
        if not self.approvals:
            raise Malformed(_("“{label}”没有规定由谁批准。", label=self.label))

    def office(self, key: str) -> Office | None:
        return next((office for office in self.approvals if office.key == key), None)


@dataclass(frozen=True, slots=True)
class ReviewTrigger:
    """What, touched by a change after review, sends the drawings back to the reviewers."""

    key: str                        # "structural-safety"
    label: str
    source: str
    parts: tuple[str, ...] = ()     # divisions of GB 50300 that concern it whether anybody says so or not

    def concerns(self, codes: Collection[str]) -> bool:
        return any(code.startswith(part) for code in codes for part in self.parts)


@dataclass(frozen=True, slots=True)
class ArgumentKind:
    """方案审查论证. What must be put before experts, and how many there must be at least."""

    key: str                        # "deep-pit"
    label: str
    experts_at_least: int
    source: str
    outsiders_only: bool = False    # nobody who has an interest in the project may be one of them


@dataclass(frozen=True, slots=True)
class TargetKind:
    """设计目标: green-building grade, share of prefabrication, saving of energy."""

    key: str                        # "green-building"
    label: str
    choices: tuple[str, ...] = ()   # the values there are; none: a number in `unit`
    unit: str = ""
    source: str = ""
