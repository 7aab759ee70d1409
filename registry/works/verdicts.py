"""What one says of a mark, a first sample, the management of a site, a plan of lots."""

from enum import StrEnum


class Verdict(StrEnum):
    PASSED = "passed"  # 合格
    FAILED = "failed"  # 不合格
