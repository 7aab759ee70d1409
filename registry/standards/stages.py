"""Which documents must be there at which stage of a project, and whose they are (各阶段应有文件).

The documents are those of the archive catalogue, by their code.

Sources: 房屋建筑和市政基础设施工程竣工验收规定（建质〔2013〕171号）第五、七条; 住房和城乡建设部令第2号 第五条;
建设部令第90号; GB/T 50328-2014. What these do not say in so many words is our suggestion, marked row by row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.standards.rules import Status


class Stage(StrEnum):
    """In the order of a building's life."""

    BEFORE_START = "before-start"    # 开工前
    CONSTRUCTION = "construction"    # 施工
    ACCEPTANCE = "acceptance"        # 竣工验收
    FILING = "filing"                # 备案
    HANDOVER = "handover"            # 移交


class Requirement(StrEnum):
    REQUIRED = "required"            # 必备
    IF_APPLICABLE = "if-applicable"  # 有则必备: the condition stands in `when`


@dataclass(frozen=True, slots=True)
class StageDocument:
    """A document that must be there by the end of a stage."""

    stage: Stage
    code: str                           # of the archive catalogue: "A5-02"
    role: str                           # key of the Role that has to bring it
    need: Requirement
    source: str
    status: Status = Status.SUGGESTION
    when: str = ""                      # for IF_APPLICABLE: 住宅工程, 发生设计变更 …

    @property
    def key(self) -> str:
        """One document may be asked for at several stages, once at each."""
        return f"{self.stage}/{self.code}"


def documents_by(documents: Iterable[StageDocument], stage: Stage) -> Sequence[StageDocument]:
    """Return what must be there by the end of `stage`: its own documents and those of every stage before it."""
    order = list(Stage)
    return [one for one in documents if order.index(one.stage) <= order.index(stage)]
