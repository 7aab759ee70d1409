"""施工现场质量管理检查: what is looked at before work on the site begins, who fills it in, who judges.

Source: GB 50300-2013 3.0.1, 附录A.
"""

from dataclasses import dataclass
from enum import StrEnum


class Before(StrEnum):
    """What the record means for the first inspection lot."""

    NOTHING = "nothing"    # 不提示
    WARN = "warn"          # 提示
    REFUSE = "refuse"      # 未检查合格不得施工


@dataclass(frozen=True, slots=True)
class SiteItem:
    """检查项目: one line of the record."""

    key: str
    label: str
    source: str
    hint: str = ""           # 主要内容: what is to be written beside it
    demanded: bool = True    # may not stay empty; otherwise where it applies
    file: bool = False       # has to be shown by a file too


@dataclass(frozen=True, slots=True)
class SiteRule:
    """Whose record it is. `fills` and `checks` are posts, the usual one first."""

    fills: tuple[str, ...]
    checks: tuple[str, ...]
    before_lots: Before
    source: str
