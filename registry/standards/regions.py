"""Names of places by their GB/T 2260 code."""

import re

from stdnum import numdb

from registry.kernel.text import _
from registry.standards.rules import NATION, region_chain

YEARS = re.compile(r"\[[^\]]*\]")  # the years a name was in use, as the table writes them
NO_NAMES = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}  # codes that only gather others


def region_name(code: str) -> str:
    """Return the name of a place from the province down: 山东省济南市历下区; the code itself if unknown.

    The table keeps abolished codes too, since buildings outlive them.
    """
    if code == NATION:
        return _("全国")
    names = [name for name in map(own_name, reversed(region_chain(code)[:-1])) if name not in {"", *NO_NAMES}]
    return "".join(dict.fromkeys(names)) or code


def own_name(code: str) -> str:
    """Return the latest name the table has for just this code, "" if it has none."""
    facts = [fact for _digits, fact in numdb.get("cn/loc").info(code)]
    names = [fact["county"] for fact in facts if "county" in fact]
    return YEARS.sub("", names[-1].split(",")[-1]) if names else ""
