"""Days as people write them."""

import re
from datetime import date

DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")


def day_typed(typed: str) -> date | None:
    """Return the day that was typed, None when there is no such day."""
    found = DAY.fullmatch(typed)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
