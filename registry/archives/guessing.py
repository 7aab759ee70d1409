"""What a file name tells: the code of the catalogue, the title, the day. Pure; a person corrects it in the grid."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

CODE = re.compile(r"(?<![A-Za-z0-9])([A-EQ]\d?)[-_—–]?(\d{2})(?![0-9])", re.IGNORECASE)
DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:\s*[-._/年]\s*(\d{1,2})\s*[-._/月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))(?!\d)"
)
AROUND = " \t-_—–.,，、()（）[]【】"


@dataclass(frozen=True, slots=True)
class Guess:
    """code: "" when the name tells none the catalogue knows; dated_on: None when it tells no day that ever was."""

    code: str
    title: str
    dated_on: date | None


def guess(name: str, codes: Collection[str], today: date) -> Guess:
    """Read a file name such as "C5-01 三层柱隐蔽验收 2024年5月6日.pdf".

    codes    those of the catalogue in force; another is left in the title
    today    a later day is no day a document can have
    returns  always something; the title is what is left of the name, or the name itself

    >>> guess("C5-03_交接检查_20240506.pdf", {"C5-03"}, date(2025, 1, 1))
    Guess(code='C5-03', title='交接检查', dated_on=datetime.date(2024, 5, 6))
    """
    stem = PurePosixPath(name.replace("\\", "/")).stem
    rest, day = without_day(stem, today)
    rest, code = without_code(rest, codes)
    return Guess(code, " ".join(rest.strip(AROUND).split()) or stem, day)


def without_day(text: str, today: date) -> tuple[str, date | None]:
    for found in DAY.finditer(text):
        year, month, day = found[1], found[2] or found[4], found[3] or found[5]
        try:
            told = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if told <= today:
            return f"{text[:found.start()]} {text[found.end():]}", told
    return text, None


def without_code(text: str, codes: Collection[str]) -> tuple[str, str]:
    for found in CODE.finditer(text):
        code = f"{found[1].upper()}-{found[2]}"
        if code in codes:
            return f"{text[:found.start()]} {text[found.end():]}", code
    return text, ""
