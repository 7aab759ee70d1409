"""What is gone through, line by line, before a unit project or its main structure passes (核查、抽查、观感、结构实体检验).

Sources: GB 50300-2013 附录H 表H.0.1-2、表H.0.1-3、表H.0.1-4; GB 50204-2015 10.1.
"""

from dataclasses import dataclass
from enum import StrEnum


class ReviewTable(StrEnum):
    """The table a line stands in; the order is that of the appendix."""

    RECORDS = "records"    # H.0.1-2 质量控制资料核查
    TESTS = "tests"        # H.0.1-3 安全和功能检验资料核查及主要功能抽查
    LOOKS = "looks"        # H.0.1-4 观感质量检查
    ENTITY = "entity"      # 结构实体检验


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of such a table.

    subject     the trade it stands under: 建筑与结构
    codes       divisions or sub-divisions of which one must be there for the line to be asked at all
    level_code  where it is asked: "" at the unit project, "02" at the main structure
    demanded    it cannot be left out; of the others each trade needs one at least
    numbered    the number of the report, and who made it, are part of the answer
    """

    key: str
    table: ReviewTable
    subject: str
    label: str
    codes: tuple[str, ...]
    source: str
    level_code: str = ""
    demanded: bool = False
    numbered: bool = False
