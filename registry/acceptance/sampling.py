"""How many are looked at, and how many of those may fail. Source: GB 50300-2013 3.0.9, 附录D."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from registry.standards.acceptance import Check, HowMany, Judgement, Least, SamplingTables


def least_by_table(rows: Sequence[Least], capacity: Decimal) -> int:
    """Return the smallest sample for a lot of that size by 表3.0.9; beyond the table's end its last row speaks.

    A lot of one is looked at whole.
    """
    size = whole(capacity)
    if size <= 1:
        return size
    wanted = next((row.sample for row in rows if size <= row.upto), rows[-1].sample if rows else 0)
    return min(wanted, size)


def least_sample(check: Check, tables: SamplingTables, capacity: Decimal) -> int:
    """Return how many of a lot one check must look at; 0 where records are looked at, whatever their number.

    capacity   检验批容量, in the lot's own unit
    """
    size = whole(capacity)
    if check.how_many is HowMany.RECORDS:
        return 0
    if check.how_many is HowMany.ALL:
        return size
    if check.how_many is HowMany.SHARE:
        share = whole(Decimal(check.share) * size / 100)
        return min(max(share, check.least), size)
    return least_by_table(tables.least, capacity)


def may_fail(rows: Sequence[Judgement], sample: int) -> int:
    """Return how many of a sample may fail a general item checked by counting (一次抽样).

    Between two rows of the table the number is interpolated and rounded (D.0.2); below its first row nothing
    may fail; beyond its last row the last speaks.
    """
    below = [row for row in rows if row.sample <= sample]
    above = [row for row in rows if row.sample >= sample]
    if not below:
        return 0
    low = below[-1]
    if not above or low.sample == sample:
        return low.accept
    high = above[0]
    step = Decimal(sample - low.sample) / (high.sample - low.sample)
    return int((low.accept + step * (high.accept - low.accept)).quantize(Decimal(1), ROUND_HALF_UP))


def whole(size: Decimal) -> int:
    """Return a size as a count: part of one counts as one."""
    return int(size.to_integral_value(ROUND_CEILING))
