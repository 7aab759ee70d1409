"""In which order the parties answer for a defect, by what it is thought to come from.

The law names who is responsible (建质〔2014〕124号 第二、五、六条); the order in which a trace lists them is ours,
which is why it stands here, where a station may set its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What a defect is thought to come from. UNKNOWN is where every trace begins."""

    UNKNOWN = "unknown"            # 成因未定
    SURVEY = "survey"              # 勘察
    DESIGN = "design"              # 设计
    WORKMANSHIP = "workmanship"    # 施工
    MATERIAL = "material"          # 材料


class Reason(StrEnum):
    """Why a party stands in the answer."""

    DID_THE_WORK = "did-the-work"
    WATCHED_THE_WORK = "watched-the-work"
    MADE_THE_DOCUMENTS = "made-the-documents"
    OVERALL = "overall"
    SUPPLIED = "supplied"
    OTHER = "other"                # takes part, and the order does not name it


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One place in the order. The steps of one cause and part are read from the top down."""

    cause: Cause
    role: str                      # key of the Role
    reason: Reason
    part: str = ""                 # division code the order is for; "": every part without an order of its own

    @property
    def key(self) -> str:
        return f"{self.cause}/{self.part}/{self.role}"


Order = tuple[TraceStep, ...]


def order_for(steps: Iterable[TraceStep], cause: Cause, part: str) -> Order:
    """Return the steps for a cause and a part, first in line first.

    part      GB 50300 code ("0201"), "" when unknown
    returns   the order set for the part itself or the nearest thing it belongs to; possibly empty
    """
    fitting = [step for step in steps if step.cause is cause and part.startswith(step.part)]
    nearest = max((len(step.part) for step in fitting), default=0)
    return tuple(step for step in fitting if len(step.part) == nearest)
